"""A server behind OpenAI's protocol says nothing of what its models make: the operator does, and then it films."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from studio.app import create_app
from studio.config import Settings

from tests.http.videos.test_page import page
from tests.support.filming import Film
from tests.support.openai_films import OpenAiFilms
from tests.support.people import wait_until_open
from tests.support.sandbox import served
from tests.support.talking import logged_to
from tests.support.waiting import until

MODEL = "sora-box"


@pytest.fixture(scope="module")
def films() -> OpenAiFilms:
    return OpenAiFilms()


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory, migrated: Path, films: OpenAiFilms) -> Iterator[Film]:
    place = tmp_path_factory.mktemp("box")
    with served(films.app, path="/v1") as url:
        settings = Settings(
            data_dir=place,
            registration="open",
            provider_base_url=url,
            provider_video_models=f" {MODEL}, ",
            video_poll_seconds=0.02,
        )
        shutil.copy(migrated, settings.database_path)
        app = create_app(settings)
        with (
            logged_to(place / "backend.log"),
            served(app) as address,
            httpx.Client(base_url=address, timeout=20) as client,
        ):
            wait_until_open(app)
            film = Film(app, place / "backend.log", client, url)
            until(lambda: film.studio.catalogue.find("gpt-box"))
            yield film


def test_what_the_operator_named_makes_videos_and_nothing_else(box: Film) -> None:
    kinds = {
        kind: [each["id"] for each in box.alice.get("/api/models", params={"kind": kind}).json()["items"]]
        for kind in ("text", "video")
    }

    assert kinds == {"text": ["gpt-box"], "video": [MODEL]}


def test_the_composer_offers_what_every_such_server_knows(box: Film) -> None:
    found = page(box.alice)

    assert [each["value"] for each in found.all("#composer [name=duration]")] == ["", "4", "8", "12"]
    assert [each["value"] for each in found.all("#composer [name=size] option")] == [
        "",
        "1280x720",
        "720x1280",
    ]


def test_a_video_is_asked_for_in_openais_words_followed_and_kept(box: Film, films: OpenAiFilms) -> None:
    asked = box.ask(box.alice, "A quay", model=MODEL, params={"duration": 8, "size": "1280x720"})

    made = box.ended(box.alice, asked["id"])

    assert (made["state"], made["cost_usd"]) == ("done", None)
    assert made["assets"][0]["media_type"] == "video/mp4"
    assert {name: films.begun[-1][name] for name in ("model", "prompt", "seconds", "size")} == {
        "model": MODEL,
        "prompt": "A quay",
        "seconds": "8",
        "size": "1280x720",
    }


def test_the_picture_it_begins_with_goes_along_as_a_file(box: Film, films: OpenAiFilms) -> None:
    picture = box.keep_picture(box.alice, "red")

    asked = box.ask(box.alice, "It moves", model=MODEL, params={}, input_asset_ids=[picture])

    assert box.ended(box.alice, asked["id"])["state"] == "done"
    assert films.pictures[-1].startswith((b"\x89PNG", b"\xff\xd8", b"RIFF"))
    assert films.begun[-1]["prompt"] == "It moves"


@pytest.mark.parametrize("role", ["last_frame", "reference"])
def test_a_picture_for_anything_else_is_refused_with_a_sentence(box: Film, role: str) -> None:
    body = {
        "kind": "video",
        "model": MODEL,
        "prompt": "It moves",
        "params": {"input_roles": [role]},
        "input_asset_ids": [box.keep_picture(box.alice, "blue")],
    }

    answer = box.alice.post("/api/generations", json=body)

    assert answer.status_code == 422
    assert answer.json()["message"].startswith("This model does not take")
