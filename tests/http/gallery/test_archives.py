"""What was selected as one ZIP, through the backend and through the frontend."""

import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from studio.assets import archive
from studio.assets import store as assets
from studio.assets.embedding import read_recipe
from studio.assets.making import made_asset, made_picture
from studio.gallery import archives
from studio.gallery.indexing import item_rows
from studio.gallery.item import Item, ItemTexts
from studio.generations import store as generations
from studio.generations.generation import Generation, State
from studio.ids import new_id
from studio.moments import now

from tests.support.collecting import fill, ids, make_text, studio_of, upload
from tests.support.html import Html
from tests.support.people import Caller
from tests.support.sameness import assert_signed_out
from tests.support.talking import Talk


def opened(answer: Any) -> zipfile.ZipFile:
    assert answer.status_code == 200, answer.text
    assert int(answer.headers["content-length"]) == len(answer.content)
    found = zipfile.ZipFile(io.BytesIO(answer.content))
    assert found.testzip() is None
    return found


def painted(who: Caller, prompt: str = "A plate", **more: Any) -> str:
    """The id of a picture that a generation made; `more` are fields of the generation."""
    studio, person_id = studio_of(who), UUID(who.id)
    source = studio.files.path(assets.get_asset(studio.db, person_id, UUID(upload(who))).sha256)
    generation = Generation(
        new_id(), person_id, "image", State.DONE, studio.catalogue.provider_id, "Sandbox", "sandbox/painter",
        prompt, {"seed": 7}, True, now(),
    )  # fmt: skip
    generation = replace(generation, **more)
    asset = made_asset(person_id, generation.id, made_picture(studio.files, source.read_bytes()), 0, prompt)
    item = Item(
        asset.id, person_id, "image", "made", generation.model, prompt, "", now(), generation.id, asset.id
    )
    studio.db.write(
        generations.add_generation(generation),
        assets.asset_row(asset),
        *item_rows(item, ItemTexts(prompt=prompt)),
    )
    return str(asset.id)


def test_charlie_is_asked_to_sign_in(standing: Any) -> None:
    charlie = Caller(standing)

    assert_signed_out(charlie.post("/api/archives", json={"ids": [str(uuid4())]}))
    assert_signed_out(charlie.post("/fragments/archives", data={"ids": str(uuid4())}))


def test_somebody_elses_things_are_not_there(alice: Caller, bob: Caller) -> None:
    hers, his = upload(alice, "hers.png"), upload(bob, "his.png")

    assert bob.post("/api/archives", json={"ids": [hers]}).status_code == 404
    assert opened(bob.post("/api/archives", json={"ids": [hers, his]})).namelist() == ["his.png"]


def test_an_archive_holds_what_was_ticked_with_its_recipes(alice: Caller) -> None:
    brought, made = upload(alice, "Loaf.png"), painted(alice)

    answer = alice.post("/fragments/archives", data={"ids": [made, brought]})

    found = opened(answer)
    assert found.namelist() == ["A plate.png", "A plate.png.recipe.json", "Loaf.png"]
    for name in found.namelist()[:2]:
        recipe = read_recipe(io.BytesIO(found.read(name)))
        assert recipe is not None
        assert (recipe.prompt, recipe.seed) == ("A plate", 7)
    assert answer.headers["content-disposition"] == (
        f'attachment; filename="all-you-can-get-{datetime.now(UTC):%Y-%m-%d}.zip"'
    )
    assert answer.headers["cache-control"] == "no-store"


def test_a_text_is_a_file_of_its_words(talk: Talk) -> None:
    made = make_text(talk.alice, "Which spoon sings?")
    text = talk.alice.get(f"/api/generations/{made}").json()["text"]

    found = opened(talk.alice.post("/api/archives", json={"ids": [made]}))

    assert found.namelist() == ["Which spoon sings_.md", "Which spoon sings_.md.recipe.json"]
    assert found.read("Which spoon sings_.md").decode() == text


def test_all_that_match_are_what_the_search_finds_and_no_more(alice: Caller) -> None:
    for name in ("rye loaf.png", "oat loaf.png", "plate.png"):
        upload(alice, name, (len(name), 7, 7))
    deleted = upload(alice, "burnt loaf.png")
    alice.delete(f"/api/gallery/{deleted}")

    by_form = alice.post("/fragments/archives", data={"all": "1", "query": "q=loaf&kind=upload"})
    by_json = alice.post("/api/archives", json={"all": True, "query": "q=loaf"})

    assert sorted(opened(by_form).namelist()) == ["oat loaf.png", "rye loaf.png"]
    assert sorted(opened(by_json).namelist()) == ["oat loaf.png", "rye loaf.png"]


def test_what_lies_in_the_bin_is_not_handed_out(alice: Caller) -> None:
    gone = upload(alice)
    alice.delete(f"/api/gallery/{gone}")

    assert alice.post("/api/archives", json={"ids": [gone]}).status_code == 404


def test_nothing_ticked_gets_a_sentence(alice: Caller) -> None:
    answer = alice.post("/fragments/archives", data={"query": "q=loaf"})

    assert answer.status_code == 422
    assert "Tick at least one thing first." in answer.text


@pytest.mark.parametrize(
    ("where", "name", "limit", "sentence"),
    [
        (archives, "ITEMS_LIMIT", 1, "An archive holds 1 things, and these are 2."),
        (archives, "BYTES_LIMIT", 100, "an archive holds 0 GB. Choose fewer"),
        (archive, "HELD_LIMIT", 100, "The words of these are too long for one archive."),
    ],
)
def test_too_much_gets_a_sentence(
    alice: Caller,
    monkeypatch: pytest.MonkeyPatch,
    where: Any,
    name: str,
    limit: int,
    sentence: str,
) -> None:
    wanted = [upload(alice), painted(alice)]
    monkeypatch.setattr(where, name, limit)

    answer = alice.post("/api/archives", json={"ids": wanted})

    assert answer.status_code == 413
    assert sentence in answer.json()["message"]


class TestMoreThanOneArchiveHolds:
    def test_all_that_match_come_as_parts_and_nothing_is_missing(
        self, alice: Caller, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for nth in range(5):
            upload(alice, f"loaf {nth}.png", (nth, 7, 7))
        monkeypatch.setattr(archives, "ITEMS_LIMIT", 2)
        asked = {"all": "1", "query": "q=loaf", "ids": ids(alice)[:1]}

        page = Html(alice.post("/fragments/archives", data=asked).text)
        upload(alice, "loaf that came later.png", (99, 7, 7))
        forms = [
            {field["name"]: field["value"] for field in page.all(f"li:nth-child({number}) [name]")}
            for number in (1, 2, 3)
        ]
        answers = [alice.post("/fragments/archives", data=form) for form in forms]

        assert "These are 5 things, 1 MB." in page.text and "so they come as 3." in page.text
        assert page.one("p a")["href"] == "/gallery?q=loaf"
        packed = [name for answer in answers for name in opened(answer).namelist()]
        assert packed == [f"loaf {nth}.png" for nth in (4, 3, 2, 1, 0)]
        assert "-2-of-3.zip" in answers[1].headers["content-disposition"]

    def test_what_is_heavy_comes_as_parts_too_and_one_heavy_file_by_itself(
        self, alice: Caller, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = [upload(alice, f"{nth}.png", (nth, 7, 7)) for nth in range(3)]
        monkeypatch.setattr(archives, "BYTES_LIMIT", 1)

        page = Html(alice.post("/fragments/archives", data={"ids": [*made, str(uuid4())]}).text)

        assert [field["value"] for field in page.all("li [name=ids]")] == made
        alone = alice.post("/fragments/archives", data={"ids": made[:1]})
        assert opened(alone).namelist() == ["0.png"]

    def test_thousands_are_parts_at_once(self, alice: Caller) -> None:
        fill(alice, 6_100)

        page = Html(alice.post("/fragments/archives", data={"all": "1", "query": ""}).text)

        assert "These are 6,100 things. One archive holds at most 1,000 things and 4 GB" in page.text
        assert len(page.all("li form")) == 7
