"""Recipes as files: handed out, taken in, and the form they fill."""

import io
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from PIL import Image
from studio.assets import store as assets
from studio.assets.embedding import embedded
from studio.assets.making import made_asset, made_picture
from studio.assets.recipe import Recipe
from studio.generations import store as generations
from studio.generations.generation import Generation, State
from studio.ids import new_id
from studio.moments import now
from studio.recipes import recipes, store

from tests.support.films import film_in
from tests.support.html import Html
from tests.support.people import Caller
from tests.support.sameness import assert_not_there, assert_signed_out
from tests.support.talking import HX, Talk

RECIPE = Recipe("text", "sandbox/seer", "Sandbox", "Why do plates stack?", {"temperature": 0.5, "seed": 7}, 7)


def png(recipe: Recipe | None = None) -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (40, 30), "#d02010").save(drawn, "PNG")
    if recipe is None:
        return drawn.getvalue()
    return b"".join(embedded(drawn, "image/png", recipe).blocks(lambda: io.BytesIO(drawn.getvalue())))


def bring(who: Caller, data: bytes, name: str = "recipe.json", *, htmx: bool = False) -> Any:
    headers = HX if htmx else {}
    return who.post("/fragments/recipes", files={"recipe": (name, data)}, headers=headers)


def brought(who: Caller, recipe: Recipe) -> str:
    """The address of the page that the recipe fills."""
    answer = bring(who, recipe.as_bytes())
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Studio-Page"])


def composer(who: Caller, page: str) -> Html:
    answer = who.get(page.replace("/?", "/fragments/create?"))
    assert answer.status_code == 200, answer.text
    return Html(answer.text)


def value(page: Html, name: str) -> str:
    """What the field of that name holds."""
    found = page.one(f"#composer [name={name}]")
    is_input = "value" in found
    return found["value"] if is_input else found.text


def painted(talk: Talk, **more: Any) -> Generation:
    """A generation of Alice's that made a picture."""
    studio, person_id = talk.studio, UUID(talk.alice.id)
    generation = Generation(
        new_id(), person_id, "image", State.DONE, studio.catalogue.provider_id, "Sandbox", "sandbox/painter",
        'plates: "blue"/<b>deep</b>', {"seed": 7, "n": 1}, True, now(), **more,
    )  # fmt: skip
    asset = made_asset(person_id, generation.id, made_picture(studio.files, png()), 0, generation.prompt)
    studio.db.write(generations.add_generation(generation), assets.asset_row(asset))
    return generation


def test_charlie_is_asked_to_sign_in(talk: Talk) -> None:
    assert_signed_out(talk.charlie.get(f"/api/generations/{uuid4()}/recipe"))
    assert_signed_out(talk.charlie.post("/api/recipes", files={"recipe": ("r.json", RECIPE.as_bytes())}))
    assert_signed_out(bring(talk.charlie, RECIPE.as_bytes()))


def test_somebody_elses_recipe_is_not_there(talk: Talk) -> None:
    made = painted(talk)

    assert_not_there(
        talk.bob.get(f"/api/generations/{made.id}/recipe"), talk.bob.get(f"/api/generations/{uuid4()}/recipe")
    )


def test_somebody_elses_draft_and_one_that_is_gone_fill_nothing_and_say_so(talk: Talk) -> None:
    page = brought(talk.alice, replace(RECIPE, prompt="Something private"))

    for address in (page, f"/?recipe={uuid4()}", "/?recipe=nonsense", f"/?from={uuid4()}"):
        found = composer(talk.bob, address)
        assert value(found, "prompt") == ""
        assert "no longer kept" in found.one("#recipe-notice").text
    assert value(composer(talk.alice, page), "prompt") == "Something private"


def test_a_recipe_is_shown_and_saved_under_a_name_that_says_what_it_is(talk: Talk) -> None:
    made = painted(talk)

    shown = talk.alice.get(f"/api/generations/{made.id}/recipe")
    saved = talk.alice.get(f"/api/generations/{made.id}/recipe?download=1")

    assert shown.json()["params"] == {"seed": 7, "n": 1}
    assert "content-disposition" not in shown.headers
    assert saved.json() == shown.json()
    assert saved.headers["content-disposition"].startswith(
        'attachment; filename="recipe-plates_ _blue___b_deep__b_.json"'
    )


@pytest.mark.parametrize("data", [RECIPE.as_bytes(), png(RECIPE)], ids=["JSON", "PNG"])
def test_a_recipe_fills_the_form_that_it_came_from(talk: Talk, data: bytes) -> None:
    answer = bring(talk.alice, data)
    with_htmx = bring(talk.alice, data, htmx=True)

    assert answer.status_code == 201
    page = composer(talk.alice, answer.headers["Studio-Page"])
    assert value(page, "prompt") == RECIPE.prompt
    assert value(page, "model") == "sandbox/seer"
    assert value(page, "temperature") == "0.5"
    assert value(page, "seed") == "7"
    assert page.one("#recipe-notice").text.strip() == "Filled from a recipe of sandbox/seer."
    assert with_htmx.headers["HX-Redirect"].startswith("/?recipe=")


def test_a_recipe_of_pictures_leads_to_the_page_that_makes_them(talk: Talk) -> None:
    page = brought(talk.alice, replace(RECIPE, kind="image", model="sandbox/painter"))

    assert page.startswith("/images?recipe=")


@pytest.mark.parametrize(
    ("codec", "container"), [("libx264", "mp4"), ("libvpx-vp9", "webm")], ids=["MP4", "WebM"]
)
def test_a_film_leads_to_the_page_that_makes_it(
    talk: Talk, tmp_path: Path, codec: str, container: str
) -> None:
    film_in(tmp_path / "film", codec, "yuv420p", container=container)
    recipe = replace(RECIPE, kind="video", model="sandbox/filmer", params={"duration": 4})
    with (tmp_path / "film").open("rb") as file:
        copy = embedded(file, f"video/{container}", recipe)
    data = b"".join(copy.blocks(lambda: (tmp_path / "film").open("rb")))

    answer = bring(talk.alice, data, f"film.{container}")

    page = answer.headers["Studio-Page"]
    assert page.startswith("/videos?recipe=")
    form = composer(talk.alice, page.replace("/videos?", "/fragments/videos?"))
    assert value(form, "prompt") == recipe.prompt


def test_a_recipe_of_a_model_that_is_not_here_is_filled_in_and_says_what_is_missing(talk: Talk) -> None:
    strange = replace(
        RECIPE, model="acme/gone", params={"top_k": 3, "seed": 7}, input_hashes=("ab" * 32, "cd" * 32)
    )

    page = composer(talk.alice, brought(talk.alice, strange))

    notice = page.one("#recipe-notice").text
    assert value(page, "prompt") == RECIPE.prompt
    assert value(page, "model") == talk.studio.catalogue.default_text_model().id  # type: ignore[union-attr]
    assert "That model makes no text here" in notice
    assert "2 pictures that went into it are not among yours" in notice
    assert "left out: top_k." in notice


def test_pictures_that_went_in_are_taken_up_again_if_they_are_ones_own(talk: Talk) -> None:
    made = talk.alice.post("/api/assets", files={"file": ("tomato.png", png())}).json()
    digest = assets.get_asset(talk.studio.db, UUID(talk.alice.id), UUID(made["id"])).sha256
    recipe = replace(RECIPE, input_hashes=(digest,))

    hers = composer(talk.alice, brought(talk.alice, recipe))
    his = composer(talk.bob, brought(talk.bob, recipe))

    assert assets.list_hashes(talk.studio.db, UUID(talk.alice.id), [UUID(value(hers, "asset_ids"))]) == [
        digest
    ]
    assert not his.all("#composer [name=asset_ids]")
    assert "not among yours" in his.one("#recipe-notice").text


def test_what_a_hostile_recipe_says_stands_in_the_form_as_text(talk: Talk) -> None:
    evil = '"></textarea><script>alert(1)</script>'
    recipe = replace(RECIPE, prompt=evil, model=evil, params={"temperature": evil * 99, "seed": evil})

    page = composer(talk.alice, brought(talk.alice, recipe))

    assert value(page, "prompt") == evil
    assert evil in page.one("#recipe-notice").text
    assert not page.all("script")


@pytest.mark.parametrize(
    "data",
    [
        png(),
        b"\xff\xd8\xff\xe1\xff\xffhttp://ns.adobe.com/xap/1.0/\x00<",
        b"GIF89a",
        b"<html>",
        b"[" * 100_000,
        json.dumps({"prompt": "x" * 3_000_000}).encode(),
        b"",
    ],
    ids=["picture", "cut JPEG", "GIF", "HTML", "deep", "huge", "empty"],
)
def test_a_file_without_a_recipe_gets_a_sentence_at_its_field(talk: Talk, data: bytes) -> None:
    before = talk.count("recipe_drafts")

    answer = bring(talk.alice, data)
    with_htmx = bring(talk.alice, data, htmx=True)

    assert answer.status_code == with_htmx.status_code == 422
    assert "There is no recipe in that file." in Html(answer.text).one("#recipe-file-error").text
    assert with_htmx.headers["HX-Retarget"] == "#recipe-file"
    assert "HX-Retarget" not in answer.headers  # without htmx it would pass for a card
    assert Html(answer.text).one("h1").text == "Nothing was filled in"
    assert [link["href"] for link in Html(answer.text).all("a.btn")] == ["/", "/images", "/videos"]
    assert talk.count("recipe_drafts") == before


def test_a_recipe_of_a_newer_version_is_told_from_none(talk: Talk) -> None:
    answer = bring(talk.alice, json.dumps({**RECIPE.as_json(), "version": 99}).encode())

    assert answer.status_code == 422
    assert (
        "A newer version of the studio wrote that recipe" in Html(answer.text).one("#recipe-file-error").text
    )


def test_the_name_of_a_model_is_cut_where_it_stands_in_a_sentence(talk: Talk) -> None:
    page = composer(talk.alice, brought(talk.alice, replace(RECIPE, model="m" * 300)))

    assert f"recipe of {'m' * 80}…." in page.one("#recipe-notice").text


def test_a_recipe_of_what_cannot_be_made_here_gets_a_sentence(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(recipes.PAGES, "video", raising=False)

    answer = bring(talk.alice, replace(RECIPE, kind="video").as_bytes())

    assert answer.status_code == 422
    assert "recipe for videos, and this studio makes none yet" in answer.text


def test_no_file_at_all_gets_a_sentence(talk: Talk) -> None:
    empty = talk.alice.post("/fragments/recipes", files={"recipe": ("", b"")})
    none = talk.alice.post("/api/recipes")

    assert empty.status_code == none.status_code == 422
    assert "Choose a file first." in empty.text
    assert none.json()["error"] == "no_file"


def test_a_program_is_told_what_the_recipe_is_and_what_of_it_is_here(talk: Talk) -> None:
    told = talk.alice.post("/api/recipes", files={"recipe": ("a.png", png(RECIPE))}).json()

    assert told["recipe"]["prompt"] == RECIPE.prompt
    assert told["model"] == "sandbox/seer"
    assert told["notes"] == []
    assert value(composer(talk.alice, told["url"]), "prompt") == RECIPE.prompt


def test_what_was_asked_once_is_asked_again_from_its_own_recipe(talk: Talk) -> None:
    long = "Why? " * 3_000
    begun = talk.talked(talk.alice, long, temperature="0.25")

    page = composer(talk.alice, f"/?from={begun.generation_id}")

    assert value(page, "prompt") == long.strip()
    assert value(page, "temperature") == "0.25"


def test_a_person_has_few_drafts_and_each_is_forgotten_in_a_day(talk: Talk) -> None:
    alice = UUID(talk.alice.id)
    first = brought(talk.alice, RECIPE).partition("recipe=")[2]
    others = [brought(talk.alice, RECIPE).partition("recipe=")[2] for _ in range(recipes.DRAFTS_LIMIT)]

    assert store.find_draft(talk.studio.db, alice, UUID(first)) is None
    assert all(store.find_draft(talk.studio.db, alice, UUID(other)) for other in others)
    assert store.forget_drafts(talk.studio.db, now() - recipes.KEPT) == 0
    assert store.forget_drafts(talk.studio.db, now() + timedelta(seconds=1)) >= recipes.DRAFTS_LIMIT
    assert talk.count("recipe_drafts") == 0
