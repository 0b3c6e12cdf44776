"""Asking for pictures over HTTP: the composer, its price, the cards, and the same for programs."""

import io
import json
from typing import Any
from uuid import UUID

import pytest
from PIL import Image
from studio.assets.recipe import Recipe

from tests.support.html import Html
from tests.support.painting import PAINTER, RETOUCHER, SKETCHER, Paint
from tests.support.people import Caller
from tests.support.talking import HX

REFUSING = "sandbox/image-refuses"
DRAINED = "sandbox/image-overloaded"  # busy: it rests some seconds between two tries


def png(colour: str | tuple[int, int, int] = "teal") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (80, 60), colour).save(out, "PNG")
    return out.getvalue()


def ask(paint: Paint, who: Caller, **form: Any) -> Any:
    files = form.pop("files", None)
    data = {"prompt": "A jug", "model": SKETCHER, **form}
    return who.post("/fragments/images", data=data, files=files, headers=HX)


def newest(paint: Paint, who: Caller) -> str:
    card = Html(who.get("/fragments/images").text).all(".image")[0]
    return card["id"].removeprefix("image-")


class TestAsking:
    def test_a_form_is_answered_with_its_card_at_once(self, paint: Paint) -> None:
        answer = ask(paint, paint.alice, prompt="A jug of water")

        html = Html(answer.text)
        assert answer.status_code == 201
        assert answer.headers["Studio-Page"].startswith("/images?watch=1#image-")
        assert html.one(".image__prompt").text == "A jug of water"
        assert 'hx-target="#images-list"' in answer.text

    def test_the_settings_of_the_model_reach_the_provider(self, paint: Paint) -> None:
        form = {"n": "2", "aspect_ratio": "16:9", "seed": "5", "quality": "", "size": "1024x1024"}
        ask(paint, paint.alice, prompt="Wide water", model=PAINTER, **form)
        paint.ended(paint.alice, newest(paint, paint.alice))

        sent = next(each["body"] for each in paint.requests() if each["body"].get("prompt") == "Wide water")
        known = {name: sent.get(name) for name in ("n", "aspect_ratio", "seed", "quality", "size")}
        assert known == {"n": 2, "aspect_ratio": "16:9", "seed": 5, "quality": None, "size": None}

    def test_an_uploaded_picture_is_taken_in_and_kept(self, paint: Paint) -> None:
        files = [("pictures", ("teal.png", png(), "image/png"))]
        ask(paint, paint.alice, prompt="Snow on teal", model=RETOUCHER, files=files)
        made = paint.ended(paint.alice, newest(paint, paint.alice))

        assert made["state"] == "done"
        assert paint.alice.get("/api/gallery?q=teal.png").json()["items"]
        assert "Begun with" in paint.alice.get(f"/fragments/images/{made['id']}").text

    @pytest.mark.parametrize(
        ("form", "field"),
        [
            ({"prompt": "  "}, "Say what the picture should show."),
            ({"prompt": "x" * 40_000}, "That is 40,000 characters; a prompt for a picture may have 32,000."),
            ({"model": "nobody/nothing"}, "does not know that model"),
            ({"model": "sandbox/scribe"}, "does not make pictures"),
            ({"model": RETOUCHER}, "changes pictures"),
            ({"model": PAINTER, "n": "9"}, "from 1 to 4"),
            ({"model": PAINTER, "seed": "many"}, "whole number"),
            ({"model": PAINTER, "aspect_ratio": "7:1"}, "does not have that choice"),
            (
                {"model": PAINTER, "background": "transparent", "output_format": "jpeg"},
                "cannot be transparent",
            ),
            ({"asset_ids": "nonsense"}, "One of the pictures is gone"),
        ],
    )
    def test_a_mistake_comes_back_with_everything_that_was_typed(
        self, paint: Paint, form: dict[str, str], field: str
    ) -> None:
        before = paint.count("generations")

        answer = ask(paint, paint.alice, **form)

        assert answer.status_code == 422
        assert answer.headers["HX-Retarget"] == "#composer"
        assert field in Html(answer.text).text
        assert Html(answer.text).one("#prompt").text.strip() == form.get("prompt", "A jug").strip()
        assert paint.count("generations") == before

    @pytest.mark.parametrize(
        ("name", "data", "words"),
        [
            ("archive.png", b"PK\x03\x04" + bytes(200), "not a picture"),
            ("half.jpg", png()[:60], "damaged"),
            ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "SVG"),
        ],
    )
    def test_a_bad_upload_is_named_and_the_good_ones_stay(
        self, paint: Paint, name: str, data: bytes, words: str
    ) -> None:
        files = [
            ("pictures", ("fine.png", png("olive"), "image/png")),
            ("pictures", (name, data, "image/png")),
            ("pictures", ("notes.txt", b"no picture either", "text/plain")),
            ("pictures", ("behind.png", png("navy"), "image/png")),
        ]

        answer = ask(paint, paint.alice, prompt="Both", model=PAINTER, files=files)

        html = Html(answer.text)
        error, attached = html.one("#composer-error").text, html.one("#composer-attachments").text
        assert answer.status_code == 422
        assert name in error
        assert words in error
        assert "“notes.txt”: That file is not a picture" in error
        assert "fine.png" in attached
        assert "behind.png" in attached, "it would be paid for without what was chosen behind the bad one"

    def test_what_is_one_too_many_is_named_and_the_others_stay(self, paint: Paint) -> None:
        files = [("pictures", (f"{number}.png", png((number, 9, 9)), "image/png")) for number in range(18)]

        answer = ask(paint, paint.alice, prompt="So many", model=PAINTER, files=files)

        html = Html(answer.text)
        assert answer.status_code == 422
        assert "“16.png”: At most 16 pictures can be taken in." in html.one("#composer-error").text
        assert "“17.png”" in html.one("#composer-error").text
        assert len(html.all("[name=asset_ids]")) == 16

    def test_without_htmx_a_mistake_is_shown_on_its_whole_page(self, paint: Paint) -> None:
        answer = paint.alice.post("/fragments/images", data={"prompt": "", "model": PAINTER})

        assert answer.status_code == 422
        assert Html(answer.text).one("#images #composer-error")


class TestThePrice:
    def price(self, paint: Paint, **form: str) -> str:
        data = {"prompt": "A jug", "model": PAINTER, **form}
        answer = paint.alice.post("/fragments/images/estimates", data=data)
        assert answer.status_code == 200
        return Html(answer.text).one("[hx-target='#composer-price']").text.strip()

    def test_it_follows_number_and_quality(self, paint: Paint) -> None:
        low = {"quality": "low", "resolution": "1K"}

        assert self.price(paint, **low) == "≤ $0.010"
        assert self.price(paint, n="4", **low) == "≤ $0.040"
        assert self.price(paint, n="4", quality="high", resolution="2K") == "≤ $0.60"

    def test_what_is_not_known_is_said_to_be_so(self, paint: Paint) -> None:
        assert self.price(paint, model="sandbox/image-unpriced") == "price unknown"
        assert self.price(paint, model="nobody/nothing") == "price unknown"

    def test_another_model_brings_its_own_settings(self, paint: Paint) -> None:
        data = {"prompt": "A jug", "model": SKETCHER, "aspect_ratio": "16:9"}
        answer = paint.alice.post("/fragments/images/estimates?settings=1", data=data)

        html = Html(answer.text)
        assert html.one("[name=size]")
        assert not html.all("[name=aspect_ratio]")

    def test_the_id_of_a_model_for_texts_leaves_the_whole_list_to_choose_from(self, paint: Paint) -> None:
        def offered(typed: str) -> list[str]:
            found = Html(paint.alice.get(f"/fragments/images/models?model={typed}").text)
            return [option["data-value"] for option in found.all("[role=option]")]

        assert offered("sandbox/scribe") == offered("") != []

    def test_nothing_is_made_with_settings_that_nobody_saw(self, paint: Paint) -> None:
        small = {"prompt": "Unseen jugs", "model": SKETCHER, "size": "4x4", "settings_of": PAINTER}

        answer = paint.alice.post("/fragments/images", data=small, headers=HX)
        html = Html(answer.text)
        assert answer.status_code == 409
        assert "has other settings" in html.one("#composer-error").text
        assert html.one("[name=settings_of]")["value"] == SKETCHER
        assert not paint.has_heard("Unseen jugs")

        fits = {"prompt": "Seen jugs", "model": SKETCHER, "settings_of": PAINTER}
        card = paint.alice.post("/fragments/images", data=fits, headers=HX)
        assert card.status_code == 201
        paint.ended(paint.alice, Html(card.text).one("article")["id"].removeprefix("image-"))
        assert paint.has_heard("Seen jugs")

    def test_nothing_is_made_for_more_than_the_button_said(self, paint: Paint) -> None:
        four = {"prompt": "Dear jugs", "model": PAINTER, "n": "4", "quality": "low", "resolution": "1K"}
        asked = len(paint.requests())

        answer = paint.alice.post("/fragments/images", data={**four, "seen_usd": "0.010000000"}, headers=HX)

        html = Html(answer.text)
        assert answer.status_code == 409
        assert "up to $0.040" in html.one("#composer-error").text
        assert html.one("#prompt").text == "Dear jugs"
        assert html.one("#composer-seen")["value"] == "0.040000000"
        assert len(paint.requests()) == asked
        again = paint.alice.post("/fragments/images", data={**four, "seen_usd": "0.040000000"}, headers=HX)
        assert again.status_code == 201

    def test_who_has_no_scripts_agrees_to_pictures_by_what_the_page_says_of_each(self, paint: Paint) -> None:
        page = Html(paint.alice.get("/fragments/images", params={"model": PAINTER}).text)
        shown = {
            name: page.one(f"#composer [name={name}]")["value"]
            for name in ("seen_usd", "seen_each_usd", "settings_of")
        }
        wish = {"prompt": "Two jugs seen", "model": PAINTER, **shown}
        files = [("pictures", (f"{blue}.png", png((7, 7, blue)), "image/png")) for blue in (1, 2)]

        assert "Each picture that you add costs up to $" in page.one(".composer__more .field__hint").text
        counted = {**wish, "chosen": ["1.png", "2.png"]}
        assert paint.alice.post("/fragments/images", data=counted, files=files, headers=HX).status_code == 409
        unsaid = {**wish, "seen_each_usd": ""}
        assert paint.alice.post("/fragments/images", data=unsaid, files=files).status_code == 409
        assert paint.alice.post("/fragments/images", data=wish, files=files).status_code == 201

    def test_a_price_that_nobody_knows_is_asked_about_once(self, paint: Paint) -> None:
        unknown = {"prompt": "A jug", "model": "sandbox/image-unpriced"}

        answer = paint.alice.post("/fragments/images", data={**unknown, "seen_usd": "0.01"}, headers=HX)

        assert answer.status_code == 409
        assert Html(answer.text).one("#composer-seen")["value"] == ""
        assert paint.alice.post("/fragments/images", data={**unknown, "seen_usd": ""}, headers=HX).is_success

    def test_programs_are_told_the_same(self, paint: Paint) -> None:
        body = {
            "kind": "image",
            "model": PAINTER,
            "prompt": "A jug",
            "params": {"n": 4, "quality": "low", "resolution": "1K"},
        }

        assert paint.alice.post("/api/estimates", json=body).json()["worst_usd"] == "0.040000000"


class TestTheForm:
    def test_a_recipe_fills_it(self, paint: Paint) -> None:
        made = paint.made(paint.alice, "Filled again", model=PAINTER, params={"n": 3, "aspect_ratio": "4:5"})

        html = Html(paint.alice.get(f"/fragments/images?from={made['id']}").text)

        assert html.one("#prompt").text == "Filled again"
        assert html.one("[name=n][checked]")["value"] == "3"
        assert html.one("[name=aspect_ratio][checked]")["value"] == "4:5"
        assert html.one("[name=seed]")["value"] == str(made["params"]["seed"])
        assert html.one("[name=parent_id]")["value"] == made["id"]

    def test_what_the_model_does_not_have_is_left_out_of_it_and_said(self, paint: Paint) -> None:
        params = {"n": 99, "aspect_ratio": "7:7", "seed": -5, "quality": "low"}
        recipe = Recipe("image", PAINTER, "Sandbox", "Plates", params).as_bytes()
        answer = paint.alice.post("/fragments/recipes", files={"recipe": ("recipe.json", recipe)})

        page = Html(paint.alice.get(f"/fragments{answer.headers['Studio-Page']}").text)

        assert "left out: n 99, aspect ratio 7:7, seed -5." in page.one("#recipe-notice").text
        assert page.one("#composer [name=seed]")["value"] == ""
        assert page.one("#composer [name=quality] option[selected]")["value"] == "low"

    def test_to_vary_takes_another_seed_and_another_model_keeps_the_words(self, paint: Paint) -> None:
        made = paint.made(paint.alice, "Varied", model=PAINTER)

        varied = Html(paint.alice.get(f"/fragments/images?from={made['id']}&seed=new").text)
        other = Html(paint.alice.get(f"/fragments/images?from={made['id']}&model={SKETCHER}").text)

        assert varied.one("[name=seed]")["value"] != str(made["params"]["seed"])
        assert other.one("#model")["value"] == SKETCHER
        assert other.one("#prompt").text == "Varied"

    def test_pictures_to_begin_with_stand_in_it(self, paint: Paint) -> None:
        one, two = (paint.made(paint.alice, f"Source {n}")["assets"][0]["id"] for n in (1, 2))

        html = Html(paint.alice.get(f"/fragments/images?input={one}&input={two}&input=nonsense").text)

        assert [box["value"] for box in html.all("input[name=asset_ids]")] == [one, two]
        assert html.one("#model")["value"] == PAINTER

    def test_one_more_picture_goes_in_beside_all_that_is_there(self, paint: Paint) -> None:
        one, two = (paint.made(paint.alice, f"Source {n}")["assets"][0]["id"] for n in (1, 2))
        form = {"prompt": "Kept in mind", "model": PAINTER, "n": "3", "asset_ids": one}

        plain = paint.alice.post(f"/fragments/images/inputs/{two}", data=form)
        live = paint.alice.post(f"/fragments/images/inputs/{two}", data=form, headers=HX)

        for answer in (plain, live):
            html = Html(answer.text)
            assert answer.status_code == 200
            assert [box["value"] for box in html.all("input[name=asset_ids][checked]")] == [one, two]
            assert (html.one("#prompt").text, html.one("#model")["value"]) == ("Kept in mind", PAINTER)
            assert html.one("[name=n][checked]")["value"] == "3"
        assert plain.headers["Studio-Title"] == "Images" and "#images-list" not in live.text
        file = [("pictures", ("new.png", png("olive"), "image/png"))]
        with_file = Html(paint.alice.post(f"/fragments/images/inputs/{two}", data=form, files=file).text)
        assert "new.png" in with_file.one("#composer-attachments").text
        assert len(with_file.all("input[name=asset_ids][checked]")) == 3

    def test_where_the_model_takes_no_pictures_another_one_stands_in_and_it_is_said(
        self, paint: Paint
    ) -> None:
        one = paint.made(paint.alice, "Source")["assets"][0]["id"]

        html = Html(
            paint.alice.post(f"/fragments/images/inputs/{one}", data={"model": SKETCHER}, headers=HX).text
        )

        assert html.one("#model")["value"] == PAINTER
        assert "takes no pictures: " in html.one(".composer__note.field__hint").text

    def test_what_cannot_go_in_is_said_and_the_form_stays(self, paint: Paint) -> None:
        one = paint.made(paint.alice, "Source")["assets"][0]["id"]
        theirs = paint.made(paint.bob, "Source")["assets"][0]["id"]
        form = {"prompt": "Kept in mind", "model": PAINTER}
        full = {**form, "asset_ids": [str(UUID(int=number)) for number in range(16)]}

        for wanted, sent, sentence in (
            ("nonsense", form, "That picture is gone."),
            (str(UUID(int=7)), form, "That picture is gone."),
            (theirs, form, "That picture is gone."),
            (one, full, "At most 16 pictures"),
        ):
            answer = paint.alice.post(f"/fragments/images/inputs/{wanted}", data=sent, headers=HX)
            html = Html(answer.text)
            assert answer.status_code == 422
            assert sentence in html.one("#composer-error").text
            assert html.one("#prompt").text == "Kept in mind"
        assert paint.charlie.post(f"/fragments/images/inputs/{one}", data=form).status_code == 401


class TestCards:
    def test_who_watches_gets_the_work_then_the_card_with_a_word(self, paint: Paint) -> None:
        asked = paint.ask(paint.alice, "Watched", model=DRAINED)
        working = paint.alice.get(f"/fragments/images/{asked['id']}?watching=1", headers=HX)
        stopped = paint.alice.post(f"/fragments/images/{asked['id']}/cancellation", headers=HX)
        made = paint.made(paint.alice, "Seen")
        over = paint.alice.get(f"/fragments/images/{made['id']}?watching=1", headers=HX)

        assert Html(working.text).one("[hx-trigger='every 1s']")
        assert "HX-Retarget" not in working.headers
        assert Html(stopped.text).one(".image[data-state=cancelled]")
        assert over.headers["HX-Retarget"] == f"#image-{made['id']}"
        assert "Your picture is ready." in over.text
        assert "hx-trigger" not in over.text

    def test_a_place_is_kept_for_each_picture_in_its_shape(self, paint: Paint) -> None:
        answer = ask(paint, paint.alice, prompt="Kept free", model=PAINTER, n="3", aspect_ratio="16:9")

        places = Html(answer.text).all(".image__place svg")
        assert [place["viewbox"] for place in places] == ["0 0 160 90"] * 3

    def test_a_refusal_is_shown_with_its_words_and_that_it_was_free(self, paint: Paint) -> None:
        made = paint.made(paint.alice, "Not allowed", model=REFUSING)

        card = Html(paint.alice.get(f"/fragments/images/{made['id']}").text)
        assert "content rules" in card.text
        assert "Nothing was charged." in card.text
        assert "requires moderation" in card.one(".image__words").text

    def test_trying_again_twice_is_one_new_request(self, paint: Paint) -> None:
        asked = paint.ask(paint.alice, "Again please", model=DRAINED)
        paint.alice.post(f"/api/generations/{asked['id']}/cancellation")
        before = paint.count("generations")

        answers = [paint.alice.post(f"/fragments/images/{asked['id']}/retry", headers=HX) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [201, 201]
        assert paint.count("generations") == before + 1
        paint.alice.post(f"/fragments/images/{newest(paint, paint.alice)}/cancellation")

    def test_what_brought_nothing_can_be_taken_off_the_list(self, paint: Paint) -> None:
        failed = paint.made(paint.alice, "Away with it", model=REFUSING)
        made = paint.made(paint.alice, "This stays")

        gone = paint.alice.post(f"/fragments/images/{failed['id']}/deletion", headers=HX)
        kept = paint.alice.post(f"/fragments/images/{made['id']}/deletion", headers=HX)

        page = paint.alice.get("/fragments/images").text
        assert (gone.status_code, kept.status_code) == (200, 409)
        assert "Away with it" not in page
        assert "This stays" in page

    def test_the_page_is_paged_and_skips_nothing(self, paint: Paint) -> None:
        dora = paint.join("dora@example.org", "Dora")
        ids = [paint.ask(dora, f"Number {n}", model=REFUSING)["id"] for n in range(14)]
        for id_ in ids:
            paint.ended(dora, id_)

        first = Html(dora.get("/fragments/images").text)
        more = first.one(".images__older a")["hx-get"]
        second = Html(dora.get(more, headers=HX).text)

        shown = [card["id"] for html in (first, second) for card in html.all(".image")]
        assert shown == [f"image-{id_}" for id_ in reversed(ids)]

    def test_without_scripts_the_page_looks_by_itself_only_while_something_runs(self, paint: Paint) -> None:
        ella = paint.join("ella@example.org", "Ella")
        asked = paint.ask(ella, "Takes a while", model=DRAINED)
        running, still = ella.get("/fragments/images?watch=1"), ella.get("/fragments/images")
        ella.post(f"/api/generations/{asked['id']}/cancellation")
        over = ella.get("/fragments/images?watch=1")

        assert running.headers["Studio-Refresh"] == "3"
        assert "Studio-Refresh" not in still.headers
        assert "Studio-Refresh" not in over.headers


class TestPrograms:
    def test_events_tell_of_progress_then_the_whole(self, paint: Paint) -> None:
        asked = paint.ask(paint.alice, "Followed", model=PAINTER, params={"n": 2})

        messages = paint.events(paint.alice, f"/api/generations/{asked['id']}/events")

        assert {message.event for message in messages[:-1]} <= {"progress"}
        whole = json.loads(messages[-1].data)
        assert (messages[-1].event, whole["state"], len(whole["assets"])) == ("done", "done", 2)

    def test_what_is_stopped_tells_its_state(self, paint: Paint) -> None:
        asked = paint.ask(paint.alice, "Stopped", model=DRAINED)

        stopped = paint.alice.post(f"/api/generations/{asked['id']}/cancellation").json()

        assert (stopped["state"], stopped["reason"]) == ("cancelled", "cancelled")

    def test_what_is_forgotten_leaves_the_gallery_and_its_files_their_owner(self, paint: Paint) -> None:
        made = paint.made(paint.alice, "Forgettable words")
        asset_id = made["assets"][0]["id"]

        assert paint.alice.delete(f"/api/generations/{made['id']}").status_code == 204

        left = paint.alice.get(f"/api/generations/{made['id']}").json()
        assert (left["prompt"], left["assets"], left["cost_usd"]) == ("", [], "0.003000000")
        assert paint.alice.get(f"/media/{asset_id}").status_code == 404
        assert paint.alice.get("/api/gallery?q=forgettable").json()["items"] == []
        assert made["id"] not in paint.alice.get("/fragments/images").text

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"prompt": ""}, "prompt"),
            ({"model": "sandbox/scribe"}, "model"),
            ({"params": {"n": 0}}, "n"),
            ({"params": {"mood": "gay"}}, "mood"),
            ({"system_prompt": "Be kind"}, "system_prompt"),
        ],
    )
    def test_a_mistake_names_its_field(self, paint: Paint, change: dict[str, Any], field: str) -> None:
        body = {"kind": "image", "model": PAINTER, "prompt": "A jug", **change}

        answer = paint.alice.post("/api/generations", json=body)

        assert (answer.status_code, answer.json()["field"]) == (422, field)

    def test_a_draft_that_is_not_there_is_missing(self, paint: Paint) -> None:
        made = paint.made(paint.alice, "Drafted", model=PAINTER, params={"n": 2})

        assert paint.alice.get(f"/fragments/images/{made['id']}/drafts/7").status_code == 404
