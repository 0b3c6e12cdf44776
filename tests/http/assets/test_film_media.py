"""A film over HTTP: seen in parts, with a poster, and saved with its recipe inside."""

import io
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from PIL import Image
from studio.assets import store
from studio.assets.embedding import read_recipe
from studio.assets.making import made_asset
from studio.assets.video import made_video
from studio.generations import store as generations
from studio.generations.generation import Generation, State
from studio.ids import new_id
from studio.moments import now

from tests.support.films import film_bytes
from tests.support.sameness import assert_not_there, assert_signed_out
from tests.support.talking import Talk

PROMPT = "the sea, slowly"


@pytest.fixture(scope="module")
def film(talk: Talk, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A film that a generation of Alice's made."""
    sent: Path = tmp_path_factory.mktemp("films") / "sent"
    sent.write_bytes(film_bytes())
    studio, person_id = talk.studio, UUID(talk.alice.id)
    generation = Generation(
        new_id(), person_id, "video", State.DONE, studio.catalogue.provider_id, "Sandbox", "sandbox/filmer",
        PROMPT, {"seed": 7, "duration": 1}, True, now(),
    )  # fmt: skip
    asset = made_asset(person_id, generation.id, made_video(studio.files, sent), 0, PROMPT)
    studio.db.write(generations.add_generation(generation), store.asset_row(asset))
    return asset.as_json()


def test_charlie_is_asked_to_sign_in(talk: Talk, film: dict[str, Any]) -> None:
    assert_signed_out(talk.charlie.get(film["url"]))


def test_somebody_elses_is_not_there(talk: Talk, film: dict[str, Any]) -> None:
    assert_not_there(talk.bob.get(film["url"]), talk.bob.get(f"/media/{uuid4()}"))


def test_it_is_told_with_its_length_and_size(talk: Talk, film: dict[str, Any]) -> None:
    told = talk.alice.get(f"/api/assets/{film['id']}").json()

    assert (told["media_type"], told["width_px"], told["height_px"]) == ("video/mp4", 128, 72)
    assert told["duration_seconds"] == 1.0


def test_a_player_may_begin_in_its_middle(talk: Talk, film: dict[str, Any]) -> None:
    answer = talk.alice.get(film["url"], headers={"Range": "bytes=5000-5999"})

    assert answer.status_code == 206
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.content == film_bytes()[5000:6000]


@pytest.mark.parametrize("width", [320, 480, 640, 1280])
def test_its_thumbnail_is_a_picture_out_of_it(talk: Talk, film: dict[str, Any], width: int) -> None:
    answer = talk.alice.get(f"{film['url']}?w={width}", headers={"Accept": "image/webp"})

    assert answer.headers["content-type"] == "image/webp"
    assert Image.open(io.BytesIO(answer.content)).size == (128, 72)


def test_it_is_saved_with_its_recipe(talk: Talk, film: dict[str, Any]) -> None:
    answer = talk.alice.get(f"{film['url']}?download=1")

    recipe = read_recipe(io.BytesIO(answer.content))

    assert int(answer.headers["content-length"]) == len(answer.content)
    assert answer.headers["content-disposition"] == 'attachment; filename="the sea_ slowly.mp4"; ' + (
        "filename*=UTF-8''the%20sea%2C%20slowly.mp4"
    )
    assert recipe is not None
    assert (recipe.kind, recipe.prompt, recipe.seed, recipe.params["duration"]) == ("video", PROMPT, 7, 1)
