"""Videos that a provider sent: proven, with a poster, playable while they load, their recipe inside."""

import asyncio
import hashlib
import io
import subprocess
import sys
from pathlib import Path

import av
import pytest
import structlog
import studio
from PIL import Image
from studio.assets.embedding import embedded, read_recipe
from studio.assets.files import POSTER, FileStore
from studio.assets.previews import Previews
from studio.assets.recipe import Recipe
from studio.assets.video import CannotLook, NotAVideo, VideoDamaged, look_at, made_video

from tests.support.decoders import missing_decoder
from tests.support.films import boxes, film_bytes, index_at_the_end
from tests.unit.assets.conftest import picture_bytes

RECIPE = Recipe("video", "sandbox/filmer", "Sandbox", "waves, “slowly” 🌊", {"duration": 4}, seed=7)


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    path = tmp_path / "sent"
    path.write_bytes(film_bytes())
    return path


def pictures(data: bytes) -> list[bytes]:
    with av.open(io.BytesIO(data)) as film:
        return [frame.to_image().tobytes() for frame in film.decode(video=0)]


class TestMadeVideo:
    def test_a_film_is_kept_as_it_came(self, files: FileStore, sent: Path) -> None:
        made = made_video(files, sent)

        assert (made.kind, made.media_type) == ("video", "video/mp4")
        assert (made.width_px, made.height_px, made.duration_seconds) == (128, 72, 1.0)
        assert made.sha256 == hashlib.sha256(film_bytes()).hexdigest()
        assert files.path(made.sha256).read_bytes() == film_bytes()
        assert sent.exists()

    def test_there_is_a_poster_and_its_previews(self, files: FileStore, sent: Path) -> None:
        made = made_video(files, sent)

        for variant, ending in ((POSTER, "png"), ("320", "avif"), ("320", "webp")):
            with Image.open(files.preview_path(made.sha256, variant, ending)) as picture:
                assert picture.size == (128, 72)

    def test_a_wider_preview_is_made_of_the_poster(self, files: FileStore, sent: Path) -> None:
        made = made_video(files, sent)
        previews = Previews(files)

        path = asyncio.run(previews.get(made.sha256, 640, "webp"))

        previews.close()
        assert Image.open(path).size == (128, 72)

    def test_a_lost_poster_is_made_again(self, files: FileStore, sent: Path) -> None:
        made = made_video(files, sent)
        files.drop_previews(made.sha256)
        previews = Previews(files)

        path = asyncio.run(previews.get(made.sha256, 320, "webp"))

        previews.close()
        assert Image.open(path).size == (128, 72)

    def test_the_index_is_moved_to_the_front(self, files: FileStore, sent: Path) -> None:
        late = index_at_the_end(film_bytes())
        sent.write_bytes(late)
        assert [kind for kind, _ in boxes(late)][-1] == b"moov"

        made = made_video(files, sent)

        kept = files.path(made.sha256).read_bytes()
        kinds = [kind for kind, _ in boxes(kept)]
        assert kinds.index(b"moov") < kinds.index(b"mdat")
        assert len(kept) == len(late)
        assert pictures(kept) == pictures(late)

    def test_webm_is_a_video_too(self, files: FileStore, sent: Path) -> None:
        with av.open(str(sent), "w", format="webm") as film:
            stream = film.add_stream("libvpx-vp9", rate=5)
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
            for number in range(5):
                frame = av.VideoFrame.from_image(Image.new("RGB", (64, 48), (number * 50, 90, 20)))
                film.mux(stream.encode(frame))
            film.mux(stream.encode(None))

        made = made_video(files, sent)

        assert (made.media_type, made.width_px, made.height_px) == ("video/webm", 64, 48)
        assert made.duration_seconds == pytest.approx(1, abs=0.05)

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"<!doctype html><title>Sign in</title>",
            b'{"error":{"message":"gone","code":410}}',
            b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
            picture_bytes("PNG"),
        ],
        ids=["nothing", "html", "json", "playlist", "picture"],
    )
    def test_what_is_no_video_is_refused(self, files: FileStore, sent: Path, data: bytes) -> None:
        sent.write_bytes(data)

        with pytest.raises(NotAVideo):
            made_video(files, sent)

        assert list(files.list_hashes()) == []

    @pytest.mark.parametrize("kept", [0.3, 0.5, 0.99])
    def test_a_film_that_was_cut_off_is_damaged(self, files: FileStore, sent: Path, kept: float) -> None:
        sent.write_bytes(film_bytes()[: round(len(film_bytes()) * kept)])

        with pytest.raises(VideoDamaged):
            made_video(files, sent)

        assert list(files.list_hashes()) == []

    def test_a_film_full_of_noise_is_damaged(self, files: FileStore, sent: Path) -> None:
        data = bytearray(film_bytes())
        data[60 : len(data) // 2] = bytes((at * 197) % 251 for at in range(len(data) // 2 - 60))
        sent.write_bytes(data)

        with pytest.raises(VideoDamaged):
            made_video(files, sent)

    def test_looking_writes_no_file_that_a_kill_could_leave(
        self, sent: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TMPDIR", str(tmp_path))
        before = set(tmp_path.rglob("*"))

        facts, poster = look_at(sent)

        assert (facts["width_px"], Image.open(io.BytesIO(poster)).size) == (128, (128, 72))
        assert set(tmp_path.rglob("*")) == before

    def test_a_decoder_that_does_not_load_is_not_the_films_fault(
        self, files: FileStore, sent: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        mark = missing_decoder(tmp_path, monkeypatch)

        with structlog.testing.capture_logs() as logged, pytest.raises(CannotLook):
            made_video(files, sent)

        assert [(line["event"], line["cause"]) for line in logged] == [
            ("videos.decoder_missing", "ModuleNotFoundError: No module named 'av'")
        ]
        assert list(files.list_hashes()) == []
        mark.unlink()
        assert made_video(files, sent).kind == "video"

    def test_the_decoder_is_told_where_libraries_lie_and_no_secrets(
        self, sent: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told = tmp_path / "told"
        python = tmp_path / "python"
        python.write_text(f"#!/bin/sh\nenv > {told}\nexit 3\n")
        python.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(python))
        monkeypatch.setenv("LD_LIBRARY_PATH", "/nix/store/somewhere/lib")
        monkeypatch.setenv("OPENROUTER_API_KEY", "sk-secret")

        with pytest.raises(NotAVideo):
            look_at(sent)

        assert "LD_LIBRARY_PATH=/nix/store/somewhere/lib" in told.read_text().splitlines()
        assert "sk-secret" not in told.read_text()

    def test_the_service_itself_never_loads_the_decoder(self, files: FileStore, sent: Path) -> None:
        code = (
            "import sys; from pathlib import Path; from studio.assets.files import FileStore\n"
            "from studio.assets.video import made_video\n"
            f"made_video(FileStore(Path({str(sent.parent / 'other')!r})), Path({str(sent)!r}))\n"
            "print('av' in sys.modules)"
        )

        environment = {"PYTHONPATH": str(Path(studio.__file__).parents[1])}
        told = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
        )

        assert told.stdout.strip() == "False"


class TestRecipe:
    def test_the_recipe_travels_with_the_film(self) -> None:
        film = io.BytesIO(film_bytes())

        copy = b"".join(embedded(film, "video/mp4", RECIPE).blocks(lambda: io.BytesIO(film_bytes())))

        assert read_recipe(io.BytesIO(copy)) == RECIPE
        assert copy.startswith(film_bytes())
        assert pictures(copy) == pictures(film_bytes())

    def test_a_second_recipe_replaces_the_first(self) -> None:
        once = b"".join(
            embedded(io.BytesIO(film_bytes()), "video/mp4", RECIPE).blocks(lambda: io.BytesIO(film_bytes()))
        )
        other = Recipe("video", "other/model", "Other", "sand")

        twice = b"".join(embedded(io.BytesIO(once), "video/mp4", other).blocks(lambda: io.BytesIO(once)))

        assert read_recipe(io.BytesIO(twice)) == other
        assert [kind for kind, _ in boxes(twice)].count(b"uuid") == 1
        assert pictures(twice) == pictures(film_bytes())

    def test_the_length_is_known_before(self) -> None:
        copy = embedded(io.BytesIO(film_bytes()), "video/mp4", RECIPE)

        assert copy.length == len(b"".join(copy.blocks(lambda: io.BytesIO(film_bytes()))))

    def test_half_a_film_has_no_recipe(self) -> None:
        assert read_recipe(io.BytesIO(film_bytes()[:3000])) is None
