"""The camera: real films of the asked length, shape and sound, and no process that films for nobody."""

import io
import os
import subprocess
import sys
from pathlib import Path
from random import Random

import av
import pytest
import studio
from PIL import Image, ImageChops, ImageStat
from studio.sandbox.filming.camera import Camera, camera_for
from studio.sandbox.filming.commission import FilmCommission
from studio.sandbox.filming.film import pictures
from studio.sandbox.filming.reel import FPS
from studio.sandbox.films import sizes
from studio.sandbox.painting.words import SCENES, words_of

from tests.support.films import boxes, film_bytes, filmed


def commission(prompt: str = "the sea", **wish: object) -> FilmCommission:
    wanted = {"prompt": prompt, "seed": 3, "width_px": 128, "height_px": 72, "seconds": 1, **wish}
    return FilmCommission(**wanted)  # type: ignore[arg-type]


def difference(one: Image.Image, other: Image.Image) -> float:
    """By how much a pixel changed on average, in levels of 255."""
    return sum(ImageStat.Stat(ImageChops.difference(one, other)).mean) / 3


def test_a_film_is_what_browsers_play(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(film_bytes())

    with av.open(str(path)) as film:
        video, audio = film.streams.video[0], film.streams.audio[0]
        frames = list(film.decode(video))

    assert (video.codec_context.name, video.codec_context.pix_fmt) == ("h264", "yuv420p")
    assert (audio.codec_context.name, audio.codec_context.sample_rate) == ("aac", 44_100)
    assert (frames[0].width, frames[0].height, len(frames)) == (128, 72, FPS)
    assert [kind for kind, _ in boxes(film_bytes())][:2] == [b"ftyp", b"moov"]


def test_sound_is_as_long_as_the_film_and_can_be_heard() -> None:
    with av.open(io.BytesIO(film_bytes())) as film:
        heard = list(film.decode(audio=0))

    loudest = max(abs(level) for frame in heard for level in memoryview(frame.planes[0]).cast("f"))
    assert sum(frame.samples for frame in heard) == pytest.approx(44_100, abs=2048)
    assert 0.05 < loudest < 0.9


def test_a_silent_film_has_no_sound(tmp_path: Path) -> None:
    filmed(tmp_path / "film.mp4", has_sound=False)

    with av.open(str(tmp_path / "film.mp4")) as film:
        assert not film.streams.audio


@pytest.mark.parametrize("scene", SCENES)
def test_every_scene_moves_from_the_first_moment_to_the_last(scene: str) -> None:
    seen = list(pictures(commission(SCENES[scene].split()[0])))

    assert len(seen) == FPS
    assert difference(seen[0], seen[1]) > 0
    assert difference(seen[0], seen[-1]) > 1


@pytest.mark.parametrize("weather", ["snow", "rain", "autumn leaves", "spring", "night", "birds"])
def test_what_the_words_let_fall_is_seen_to_move(weather: str) -> None:
    first, second, *_ = pictures(commission(f"hills, {weather}"))

    assert difference(first, second) > 0.05


def test_the_camera_heeds_its_directions() -> None:
    def moves(prompt: str) -> str:
        return camera_for(words_of(prompt), Random(1), begins_whole=False).move

    assert moves("the sea, camera pans left, pan left") == "left"
    assert moves("slow zoom out over a city") == "out"
    assert moves("static shot of a tree") == "still"
    assert moves("tilt up a tower") == "up"
    assert moves("a left hand") in ("in", "out", "left", "right")


@pytest.mark.parametrize("move", ["in", "out", "left", "right", "up", "down", "still"])
def test_the_camera_never_looks_beyond_the_picture(move: str) -> None:
    for camera in (Camera(move), Camera(move, begins_whole=True)):
        for step in range(11):
            left, top, right, bottom = camera.box((1000, 600), step / 10)

            assert left >= -1e-6 and top >= -1e-6 and right <= 1000 + 1e-6 and bottom <= 600 + 1e-6
            assert (right - left) / (bottom - top) == pytest.approx(1000 / 600)


def test_a_given_picture_is_shown_untouched_at_first(tmp_path: Path) -> None:
    given = Image.effect_noise((128, 72), 60).convert("RGB")
    given.save(tmp_path / "first.png")

    first, *_, last = pictures(commission("a city", first=str(tmp_path / "first.png")))

    assert first.tobytes() == given.tobytes()
    assert difference(first, last) > 1


@pytest.mark.parametrize("resolution", sizes.SHORTER_SIDE_PX)
@pytest.mark.parametrize("ratio", sizes.RATIOS)
def test_sides_are_even_and_the_shorter_one_is_the_resolution(resolution: str, ratio: str) -> None:
    width, height = sizes.of(resolution, ratio)
    wide, high = map(int, ratio.split(":"))

    assert width % 2 == height % 2 == 0
    assert min(width, height) == sizes.SHORTER_SIDE_PX[resolution]
    assert width / height == pytest.approx(wide / high, rel=0.01)


def test_who_films_stops_when_nobody_waits_any_more(tmp_path: Path) -> None:
    """A service that is killed closes the pipe; an orphan that films on for a minute would take its processor."""
    environment = {**os.environ, "PYTHONPATH": str(Path(studio.__file__).parents[1])}
    command = [sys.executable, "-m", "studio.sandbox.filming", str(tmp_path / "film.mp4")]
    long = commission(width_px=1280, height_px=720, seconds=12)
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=environment) as process:
        assert process.stdin is not None
        process.stdin.write(long.as_line().encode() + b"\n")
        process.stdin.close()

        assert process.wait(10) == 1
