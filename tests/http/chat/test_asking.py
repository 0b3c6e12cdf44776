"""Asking through the composer: what comes back, what is kept, and what a mistake looks like."""

import io
from typing import Any
from urllib.parse import unquote

import pytest
from PIL import Image

from tests.support.html import Html
from tests.support.talking import BEAT, ENDLESS, FAST, HX, Talk


def png(colour: str = "red", size: tuple[int, int] = (40, 30)) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", size, colour).save(data, "PNG")
    return data.getvalue()


def moving_gif() -> bytes:
    data = io.BytesIO()
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "blue")]
    frames[0].save(data, "GIF", save_all=True, append_images=frames[1:])
    return data.getvalue()


class TestTheFirstQuestion:
    def test_the_page_of_the_conversation_comes_back_with_both_messages(self, talk: Talk) -> None:
        form = {"prompt": "Where do <b>plates</b> come from?", "model": FAST}
        answer = talk.alice.post("/fragments/conversations", data=form, headers=HX)
        begun = talk.begun(talk.alice, answer)
        page = Html(answer.text)

        assert answer.headers["HX-Push-Url"] == f"/chat/{begun.conversation_id}"
        assert answer.headers["Studio-Title"] == "Where%20do%20%3Cb%3Eplates%3C/b%3E%20come%20from%3F"
        assert page.one("#conversation")["data-conversation"] == begun.conversation_id
        assert page.one(f"#m-{begun.question_id} .message__body").text == "Where do <b>plates</b> come from?"
        assert page.one(f"#m-{begun.answer_id}")["data-state"] in ("waiting", "running", "done")
        assert page.one("#composer")["action"] == f"/fragments/conversations/{begun.conversation_id}/messages"
        assert page.one("#prompt").text == ""
        assert page.one("#model")["value"] == FAST
        assert page.one("title").text.startswith("Where do <b>plates</b>")
        assert page.one(f'[hx-target="#conversations"] #c-{begun.conversation_id} [aria-current="page"]')

    def test_without_htmx_nothing_rides_along(self, talk: Talk) -> None:
        answer = talk.alice.post("/fragments/conversations", data={"prompt": "Why?", "model": FAST})

        assert answer.status_code == 201
        assert Html(answer.text).all("hx-partial, title") == []

    def test_a_growing_answer_names_the_stream_behind_what_is_shown(self, talk: Talk) -> None:
        begun = talk.grown(talk.begin(talk.alice, ENDLESS, model=BEAT), 2)
        answer = talk.page(talk.alice, begun).one(f"#m-{begun.answer_id}")
        talk.stop(talk.alice, begun)

        assert answer["data-state"] == "running"
        assert answer["aria-busy"] == "true"
        base, _, after = answer["hx-sse:connect"].partition("?after=")
        assert base == f"/fragments/messages/{begun.answer_id}/events"
        assert int(after) >= 2
        assert answer["hx-sse:close"] == "done"

    @pytest.mark.parametrize(
        ("form", "status", "sentence"),
        [
            ({"prompt": ""}, 422, "Write something first."),
            ({"prompt": " \n "}, 422, "Write something first."),
            ({"prompt": "x" * 200_001}, 422, "That is 200,001 characters; a question may have 200,000."),
            ({"model": "sandbox/nobody"}, 422, "does not know that model"),
            ({"model": ""}, 422, "does not know that model"),
            ({"temperature": "3"}, 422, "The temperature must be a number from 0 to 2."),
            ({"temperature": "nan"}, 422, "The temperature must be a number from 0 to 2."),
            ({"max_tokens": "-1"}, 422, "The length limit must be a whole number"),
            ({"seed": "9" * 300}, 422, "The seed must be a whole number"),
            ({"reasoning_effort": "x"}, 422, "Choose how hard to think"),
            ({"system_prompt": "x" * 20_001}, 422, "The instructions may have 20,000 characters."),
            ({"asset_ids": "nonsense"}, 422, "One of the pictures is gone."),
            (
                {"asset_ids": "01a209ec-8fad-76ae-bed2-6e09b7e7f0c1", "model": "sandbox/seer"},
                404,
                "is not yours",
            ),
        ],
    )
    @pytest.mark.parametrize("headers", [{}, HX], ids=["plain", "htmx"])
    def test_a_mistake_comes_back_in_the_form_with_everything_typed(
        self, talk: Talk, form: dict[str, str], status: int, sentence: str, headers: dict[str, str]
    ) -> None:
        before = talk.count("messages")
        typed = {"prompt": "Keep <my> words", "model": "sandbox/thinker", "system_prompt": "Be brief", **form}

        answer = talk.alice.post("/fragments/conversations", data=typed, headers=headers)

        page = Html(answer.text)
        assert answer.status_code == status
        assert sentence in page.text
        assert page.one("#composer")["action"] == "/fragments/conversations"
        assert page.one("#prompt").text == " ".join(typed["prompt"].split())
        assert page.one("#model")["value"] == typed["model"]
        if typed["model"] == "sandbox/thinker":
            assert page.one('[name="system_prompt"]').text == typed["system_prompt"]
        assert ("HX-Retarget" in answer.headers) is bool(headers)
        assert "Studio-Page" not in answer.headers
        assert talk.count("messages") == before

    def test_a_wrong_setting_is_told_at_its_field_with_its_words_kept(self, talk: Talk) -> None:
        form = {"prompt": "Why?", "model": "sandbox/scribe", "temperature": "warm"}

        page = Html(talk.alice.post("/fragments/conversations", data=form, headers=HX).text)

        field = page.one('[name="temperature"]')
        assert (field["value"], field["aria-invalid"]) == ("warm", "true")
        assert field["aria-describedby"].startswith("field-temperature-error")
        assert "open" in page.one(".composer__settings")
        assert page.all("#composer-error") == []

    def test_an_empty_question_is_told_at_the_prompt(self, talk: Talk) -> None:
        page = Html(talk.alice.post("/fragments/conversations", data={"model": FAST}, headers=HX).text)

        assert page.one("#prompt")["aria-describedby"] == "composer-error"
        assert page.one("#composer-error")["role"] == "alert"

    def test_words_of_a_megabyte_in_a_field_are_too_large_and_no_fault_of_ours(self, talk: Talk) -> None:
        files = {"prompt": (None, "x" * 1_100_000), "model": (None, FAST)}

        answer = talk.alice.post("/fragments/conversations", files=files)

        assert answer.status_code == 413
        assert Html(answer.text).one(".toast")["data-code"] == "too_large"

    def test_invalid_utf8_and_nul_are_taken_as_well_as_may_be(self, talk: Talk) -> None:
        body = b"prompt=a%00b%FF%ED%A0%BDc&model=" + FAST.encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded", **HX}

        answer = talk.alice.post("/fragments/conversations", content=body, headers=headers)

        begun = talk.finished(talk.begun(talk.alice, answer))
        assert (
            talk.page(talk.alice, begun)
            .one(f"#m-{begun.question_id} .message__body")
            .text.startswith("ab\ufffd")
        )

    @pytest.mark.parametrize(("model", "status"), [(FAST, 201), ("sandbox/nobody", 422)])
    def test_half_a_character_breaks_no_page(self, talk: Talk, model: str, status: int) -> None:
        body = (
            b'--x\r\nContent-Disposition: form-data; name="prompt"\r\n\r\nhalf \\ud800\r\n'
            b'--x\r\nContent-Disposition: form-data; name="model"\r\n\r\n' + model.encode() + b"\r\n--x--\r\n"
        )
        headers = {"Content-Type": "multipart/form-data; boundary=x; charset=unicode_escape"}

        answer = talk.alice.post("/fragments/conversations", content=body, headers=headers)

        assert answer.status_code == status
        assert "half ?" in answer.text


class TestPictures:
    def ask(self, talk: Talk, *pictures: bytes, **form: str) -> Any:
        files = [("pictures", (f"{number}.png", data, "image/png")) for number, data in enumerate(pictures)]
        wish = {"prompt": "What is this?", "model": "sandbox/seer", **form}
        return talk.alice.post("/fragments/conversations", data=wish, files=files, headers=HX)

    def test_a_model_that_sees_is_shown_them(self, talk: Talk) -> None:
        begun = talk.finished(talk.begun(talk.alice, self.ask(talk, png("red"), png("blue"))))
        page = talk.page(talk.alice, begun)

        pictures = page.all(f"#m-{begun.question_id} .attachment img")
        assert len(pictures) == 2
        assert talk.alice.get(pictures[0]["src"]).headers["content-type"] == "image/webp"
        assert talk.bob.get(pictures[0]["src"]).status_code == 404
        assert "40" in page.one(f"#m-{begun.answer_id} .message__body").text

    def test_a_model_that_does_not_see_says_so_and_the_picture_is_kept(self, talk: Talk) -> None:
        answer = self.ask(talk, png(), model=FAST)
        page = Html(answer.text)

        assert answer.status_code == 422
        assert "cannot look at pictures" in page.one("#composer-error").text
        kept = page.one('[name="asset_ids"]')
        assert "checked" in kept
        again = talk.alice.post(
            "/fragments/conversations",
            data={"prompt": "Now?", "model": "sandbox/seer", "asset_ids": kept["value"]},
            headers=HX,
        )
        assert again.status_code == 201

    @pytest.mark.parametrize("data", [b"not a picture", b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, b"<svg/>"])
    def test_what_is_no_picture_is_told_and_the_words_are_kept(self, talk: Talk, data: bytes) -> None:
        answer = self.ask(talk, data)
        page = Html(answer.text)

        assert answer.status_code == 422
        assert "picture" in page.one("#composer-error").text
        assert page.one("#prompt").text == "What is this?"

    def test_of_several_the_good_ones_stay_and_each_bad_one_is_named(self, talk: Talk) -> None:
        page = Html(self.ask(talk, b"none", png("olive"), b"none either", png("navy")).text)

        error = page.one("#composer-error").text
        assert ("“0.png”" in error, "“2.png”" in error) == (True, True)
        assert len(page.all("[name=asset_ids]")) == 2

    def test_more_than_eight_are_refused_before_one_is_kept(self, talk: Talk) -> None:
        before = talk.count("assets")

        answer = self.ask(talk, *[png()] * 9)

        assert answer.status_code == 422
        assert "8 pictures" in Html(answer.text).one("#composer-error").text
        assert talk.count("assets") == before

    def test_a_question_that_is_sent_again_with_its_picture_does_not_keep_it_twice(self, talk: Talk) -> None:
        files = [("pictures", ("the same.png", png("olive"), "image/png"))]
        wish = {"prompt": "What is this?", "model": FAST}
        before = talk.count("assets")

        for words in ("First", "Once more"):
            form = {**wish, "prompt": words}
            refused = talk.alice.post("/fragments/conversations", data=form, files=files, headers=HX)
            assert refused.status_code == 422
        assert talk.count("assets") == before + 1

        renamed = [("pictures", ("another.png", png("olive"), "image/png"))]
        talk.alice.post("/fragments/conversations", data=wish, files=renamed, headers=HX)
        talk.bob.post("/fragments/conversations", data=wish, files=files, headers=HX)
        assert talk.count("assets") == before + 3

    @pytest.mark.parametrize("is_live", [True, False])
    @pytest.mark.parametrize("model", [FAST, "sandbox/seer"])
    def test_of_an_animation_it_is_said_that_only_its_first_picture_is_taken(
        self, talk: Talk, model: str, is_live: bool
    ) -> None:
        files = [("pictures", ("dance.gif", moving_gif(), "image/gif"))]
        wish = {"prompt": "What is this?", "model": model}

        answer = talk.alice.post(
            "/fragments/conversations", data=wish, files=files, headers=HX if is_live else {}
        )

        sentence = "“dance.gif”: It is animated; only its first picture was kept."
        if answer.status_code == 422:
            assert sentence in Html(answer.text).one("#composer").text
        else:
            assert unquote(answer.headers["Studio-Note"]) == sentence
            assert sentence in Html(answer.text).one(".toast").text

    def test_somebody_elses_picture_is_not_there(self, talk: Talk) -> None:
        hers = talk.alice.post("/api/assets", files={"file": ("a.png", png(), "image/png")}).json()["id"]
        form = {"prompt": "What is this?", "model": "sandbox/seer", "asset_ids": hers}

        answer = talk.bob.post("/fragments/conversations", data=form, headers=HX)

        assert answer.status_code == 404
        assert Html(answer.text).all(".attachment") == []


class TestTheNextQuestion:
    def test_both_messages_are_appended_and_the_list_comes_along(self, talk: Talk) -> None:
        begun = talk.talked(talk.alice)

        answer = talk.alice.post(
            f"{begun.url}/messages", data={"prompt": "And then?", "model": FAST}, headers=HX
        )
        second = talk.finished(talk.begun(talk.alice, answer))

        page = Html(answer.text)
        added = page.one('[hx-target="#transcript"]')
        assert added["hx-swap"] == "beforeend"
        assert [message["id"] for message in page.all('[hx-target="#transcript"] > .message')] == [
            f"m-{second.question_id}",
            f"m-{second.answer_id}",
        ]
        assert page.one('[hx-target="#composer-attachments"]').text == ""
        assert [m.text for m in talk.page(talk.alice, begun).all(".message--user .message__body")] == [
            "Why do plates stack?",
            "And then?",
        ]

    def test_while_the_answer_grows_it_is_a_conflict_and_the_words_are_kept(self, talk: Talk) -> None:
        begun = talk.begin(talk.alice, ENDLESS, model=BEAT)

        for headers in ({}, HX):
            answer = talk.alice.post(
                f"{begun.url}/messages", data={"prompt": "Impatient?", "model": FAST}, headers=headers
            )
            page = Html(answer.text)
            assert answer.status_code == 409
            assert "still being written" in page.one("#composer-error").text
            assert page.one("#prompt").text == "Impatient?"
        talk.stop(talk.alice, begun)

    def test_a_mistake_without_htmx_comes_back_in_its_whole_page(self, talk: Talk) -> None:
        begun = talk.talked(talk.alice)

        answer = talk.alice.post(f"{begun.url}/messages", data={"prompt": " ", "model": FAST})

        page = Html(answer.text)
        assert answer.status_code == 422
        assert page.one("#conversation")["data-conversation"] == begun.conversation_id
        assert len(page.all(".message")) == 2
        assert page.one("#composer-error").text == "Write something first."


def test_the_empty_composer_knows_the_default_model_and_its_price(talk: Talk) -> None:
    for address in ("/fragments/create", "/fragments/conversations/new"):
        page = Html(talk.alice.get(address).text)

        assert page.one("h1").text == "What shall it be, Alice?"
        assert page.one("#model")["value"] == "sandbox/scribe"
        assert page.one("#composer-price").text.startswith("≤ $")
        assert page.one("#composer")["action"] == "/fragments/conversations"


def test_the_composer_can_be_opened_with_a_model_and_words(talk: Talk) -> None:
    page = Html(talk.alice.get("/fragments/create", params={"model": FAST, "prompt": "<Why>?"}).text)

    assert page.one("#model")["value"] == FAST
    assert page.one("#prompt").text == "<Why>?"
    assert page.one("#composer-price").text == "free"


def test_the_form_token_of_the_frontend_is_the_first_field_of_every_form(talk: Talk) -> None:
    begun = talk.talked(talk.alice)
    page = Html(talk.alice.get(begun.url, headers={"X-CSRF-Token": "a<b"}).text)

    assert {fields[0] for fields in page.fields_of_forms()} == {"csrf"}
    assert {field["value"] for field in page.all('[name="csrf"]')} == {"a<b"}
