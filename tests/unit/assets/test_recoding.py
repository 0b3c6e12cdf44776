"""What not every browser plays is encoded anew; where that cannot be, the film is kept and says so."""

import os
import subprocess
import sys
from pathlib import Path

import av
import pytest
from PIL import Image
from studio.assets import video
from studio.assets.files import POSTER, TEMPORARY, FileStore
from studio.assets.video import made_video
from studio.errors import StorageFull

from tests.support.films import film_in


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    return tmp_path / "sent"


def forms(path: Path) -> list[tuple[str, str | None]]:
    """Codec and pixels of the streams of a file."""
    with av.open(str(path)) as film:
        return [
            (stream.codec_context.codec.canonical_name, getattr(stream.codec_context, "pix_fmt", None))
            for stream in film.streams
        ]


@pytest.mark.parametrize(
    ("codec", "pixels", "container", "sound", "came_as"),
    [
        ("libx265", "yuv420p", "mp4", "", "hevc"),
        ("libx265", "yuv420p10le", "mp4", "aac", "hevc"),
        ("mpeg4", "yuv420p", "mp4", "", "mpeg4"),
        ("libx264", "yuv444p", "mp4", "", "h264"),
        ("libx264", "yuv420p10le", "mp4", "", "h264"),
        ("prores_ks", "yuv422p10le", "mov", "pcm_s16le", "prores"),
        ("libsvtav1", "yuv420p", "mp4", "", "av1"),
        ("libvpx-vp9", "yuv420p", "mp4", "", "vp9"),
        ("libvpx-vp9", "yuv444p", "webm", "libopus", "vp9"),
        ("libx264", "yuv420p", "mp4", "ac3", "h264"),
        ("libx264", "yuv420p", "mov", "aac", "h264"),
        ("libx264", "yuv420p", "matroska", "aac", "h264"),
    ],
)
def test_what_not_every_browser_plays_becomes_what_they_all_play(
    files: FileStore, sent: Path, codec: str, pixels: str, container: str, sound: str, came_as: str
) -> None:
    film_in(sent, codec, pixels, container=container, sound=sound)

    made = made_video(files, sent)

    kept = files.path(made.sha256)
    assert (made.came_as, made.plays, made.media_type) == (came_as, True, "video/mp4")
    assert (made.width_px, made.height_px) == (64, 48)
    assert made.duration_seconds == pytest.approx(1, abs=0.15)
    assert forms(kept) == [("h264", "yuv420p")] + ([("aac", None)] if sound else [])
    with av.open(str(kept)) as film:
        assert len(list(film.decode(video=0))) == 10
    head = kept.read_bytes()
    assert head.index(b"moov") < head.index(b"mdat")
    with Image.open(files.preview_path(made.sha256, POSTER, "png")) as poster:
        assert poster.size == (64, 48)
    assert list(files.list_hashes()) == [made.sha256]


@pytest.mark.skipif(not hasattr(os, "sched_getscheduler"), reason="a system that has no such ranks")
def test_who_writes_a_film_for_a_test_is_not_put_before_everything_else(sent: Path) -> None:
    film_in(sent, "libsvtav1", "yuv420p")

    assert os.sched_getscheduler(0) == os.SCHED_OTHER


@pytest.mark.parametrize(
    ("codec", "container", "sound"),
    [
        ("libx264", "mp4", "aac"),
        ("libx264", "mp4", "libmp3lame"),
        ("libvpx", "webm", "libopus"),
        ("libvpx-vp9", "webm", "libopus"),
    ],
)
def test_what_they_all_play_is_left_alone(
    files: FileStore, sent: Path, codec: str, container: str, sound: str
) -> None:
    film_in(sent, codec, "yuv420p", container=container, sound=sound)

    made = made_video(files, sent)

    assert (made.came_as, made.plays) == (None, True)
    assert forms(files.path(made.sha256)) == forms(sent)


def test_pictures_that_are_fine_are_not_encoded_anew_for_their_sound(files: FileStore, sent: Path) -> None:
    film_in(sent, "libx264", "yuv420p", sound="ac3")

    made = made_video(files, sent)

    with av.open(str(sent)) as before, av.open(str(files.path(made.sha256))) as after:
        pictures = [[bytes(packet) for packet in film.demux(video=0)] for film in (before, after)]
    assert pictures[0] == pictures[1]


def test_odd_sides_lose_a_line(files: FileStore, sent: Path) -> None:
    film_in(sent, "libx264", "yuv444p", size=(65, 49))

    made = made_video(files, sent)

    assert (made.plays, made.width_px, made.height_px) == (True, 64, 48)


def refused(monkeypatch: pytest.MonkeyPatch, place: Path, script: str) -> None:
    """From now on the program that encodes anew is this one."""
    python = place / "python"
    python.write_text(
        f'#!/bin/sh\ncase "$*" in *studio.assets.recoding*) {script};; esac\nexec {sys.executable} "$@"\n'
    )
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))


@pytest.mark.parametrize(
    "script",
    ["exit 4", "kill -9 $$", 'head -c 500 "$3" > "$4"; exit 0', "exec sleep 30"],
    ids=["refused", "crashed", "nonsense", "endless"],
)
def test_what_cannot_be_encoded_anew_is_kept_as_it_came(
    files: FileStore, sent: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    film_in(sent, "mpeg4", "yuv420p")
    monkeypatch.setattr(video, "RECODING_PATIENCE_SECONDS", 5.0 if "sleep" not in script else 0.2)
    refused(monkeypatch, tmp_path, script)

    made = made_video(files, sent)

    assert (made.plays, made.came_as) == (False, None)
    assert forms(files.path(made.sha256)) == [("mpeg4", "yuv420p")]
    assert list((tmp_path / "media" / TEMPORARY).iterdir()) == []


def test_a_copy_that_grows_too_large_is_given_up(
    files: FileStore, sent: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film_in(sent, "mpeg4", "yuv420p")
    monkeypatch.setattr(video, "RECODED_MOST", 0)
    monkeypatch.setattr(video, "RECODED_LEAST_BYTES", 1000)

    assert made_video(files, sent).plays is False


def test_a_disk_that_is_full_meanwhile_is_not_the_films_fault(
    files: FileStore, sent: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film_in(sent, "mpeg4", "yuv420p")
    refused(monkeypatch, tmp_path, "exit 5")

    with pytest.raises(StorageFull):
        made_video(files, sent)

    assert list(files.list_hashes()) == []


@pytest.mark.parametrize(("is_alive", "status"), [(True, 0), (False, 4)])
def test_nothing_is_encoded_for_a_process_that_was_killed_as_it_began(
    sent: Path, tmp_path: Path, is_alive: bool, status: int
) -> None:
    film_in(sent, "mpeg4", "yuv420p")
    copy = tmp_path / "copy"

    parent = os.getpid() if is_alive else 1
    told = [str(sent), str(copy), "1000000", str(parent)]
    environment = {**os.environ, "PYTHONPATH": "backend"}
    ended = subprocess.run(
        [sys.executable, "-m", "studio.assets.recoding", *told], env=environment, timeout=60, check=False
    )

    assert (ended.returncode, copy.exists()) == (status, status == 0)
