"""What the page of a conversation shows, and what its buttons do, when a picture in it was deleted."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from studio.assets.orphans import collect
from studio.gallery import verbs
from studio.moments import now

from tests.support.collecting import upload
from tests.support.html import Html
from tests.support.talking import HX, Begun, Talk

SIGN = "This picture was deleted"


def delete(talk: Talk, picture: str) -> None:
    assert talk.alice.post("/api/gallery/deletions", json={"ids": [picture]}).status_code < 300


def purge(talk: Talk, picture: str) -> None:
    """As it is a month later."""
    delete(talk, picture)
    verbs.delete_for_good(talk.studio.db, UUID(talk.alice.id), [UUID(picture)])
    collect(talk.studio.db, talk.studio.files, deleted_before=now() - timedelta(days=30), idle_seconds=-1)


@pytest.fixture
def picture(talk: Talk) -> str:
    return upload(talk.alice, "plate.png")


@pytest.fixture
def begun(talk: Talk, picture: str) -> Begun:
    return talk.talked(talk.alice, "What is this?", model="sandbox/seer", asset_ids=picture)


@pytest.mark.parametrize("leave", [delete, purge])
class TestPage:
    def test_a_sign_stands_in_the_place_of_the_picture(
        self, talk: Talk, begun: Begun, picture: str, leave: Any
    ) -> None:
        leave(talk, picture)

        question = f"#m-{begun.question_id}"
        page = talk.page(talk.alice, begun)
        assert page.one(f"{question} .attachment--gone").text == SIGN
        assert page.all(f"{question} .attachment img") == []
        alone = Html(talk.alice.get(f"/fragments/messages/{begun.question_id}").text)
        assert alone.one(".attachment--gone").text == SIGN

    def test_the_form_for_other_words_says_that_it_is_not_sent(
        self, talk: Talk, begun: Begun, picture: str, leave: Any
    ) -> None:
        leave(talk, picture)

        form = talk.alice.get(f"/fragments/messages/{begun.question_id}/edit")

        assert "Deleted pictures are not sent again." in form.text

    @pytest.mark.parametrize(
        ("what", "data"), [("regenerations", {}), ("edits", {"prompt": "Other words?"}), ("messages", {})]
    )
    @pytest.mark.parametrize("headers", [{}, HX], ids=["plain", "htmx"])
    def test_whatever_is_asked_is_answered_and_the_answer_says_what_it_went_without(
        self, talk: Talk, begun: Begun, picture: str, leave: Any, what: str, data: Any, headers: Any
    ) -> None:
        leave(talk, picture)
        message = begun.answer_id if what == "regenerations" else begun.question_id
        address = f"/fragments/messages/{message}/{what}"
        if what == "messages":
            address, data = f"{begun.url}/messages", {"prompt": "And now?", "model": "sandbox/seer"}

        answer = talk.alice.post(address, data=data, headers=headers)

        again = talk.finished(talk.begun(talk.alice, answer))
        page = talk.page(talk.alice, again)
        assert page.one(f"#m-{again.answer_id} .message__note").text == "A deleted picture was not sent."
        told = talk.alice.get(f"/api/conversations/{begun.conversation_id}").json()["messages"]
        left_out = {message["id"]: message["left_out_asset_ids"] for message in told}
        assert left_out[again.answer_id] == [picture]
        assert left_out[begun.answer_id] == left_out[begun.question_id] == []

    def test_choosing_it_for_a_question_brings_the_form_back_with_the_words(
        self, talk: Talk, begun: Begun, picture: str, leave: Any
    ) -> None:
        leave(talk, picture)
        form = {"prompt": "This one again?", "model": "sandbox/seer", "asset_ids": picture}

        answer = talk.alice.post(f"{begun.url}/messages", data=form, headers=HX)

        page = Html(answer.text)
        assert answer.status_code == (422 if leave is delete else 404)
        assert "One of the pictures" in page.one("#composer-error").text
        assert page.one("#prompt").text == "This one again?"
        assert page.all("[name=asset_ids]") == []


def test_the_sign_leads_to_the_bin_while_it_lies_there(talk: Talk, begun: Begun, picture: str) -> None:
    delete(talk, picture)
    sign = talk.page(talk.alice, begun).one(".attachment--gone")
    assert sign["href"] == f"/gallery/{picture}"

    purge(talk, picture)

    assert "href" not in talk.page(talk.alice, begun).one(".attachment--gone")


def test_brought_back_it_is_shown_as_before(talk: Talk, begun: Begun, picture: str) -> None:
    delete(talk, picture)
    talk.alice.post("/fragments/gallery/changes", data={"change": "restore", "ids": picture})

    page = talk.page(talk.alice, begun)

    assert page.one(".attachment img")["src"] == f"/media/{picture}?w=320"
    assert page.all(".attachment--gone") == []


def test_a_program_that_names_a_deleted_one_is_told_what_to_do(talk: Talk, picture: str) -> None:
    delete(talk, picture)
    asked = {"model": "sandbox/seer", "prompt": "This?", "input_asset_ids": [picture]}

    answer = talk.alice.post("/api/generations", json=asked)

    assert answer.status_code == 422
    assert (answer.json()["error"], answer.json()["field"]) == ("picture_deleted", "pictures")
    assert "Bring it back from the bin" in answer.json()["message"]
