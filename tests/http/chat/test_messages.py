"""One message: asking again, in other words, further; switching between versions; stopping."""

import pytest

from tests.support.html import Html
from tests.support.talking import BEAT, ENDLESS, FAST, HX, Begun, Talk


def versions(page: Html) -> list[str]:
    return [switcher.text for switcher in page.all(".switcher span:not(.btn)")]


class TestShowing:
    def test_a_finished_answer_has_its_facts_and_what_can_be_done_with_it(self, talk: Talk) -> None:
        begun = talk.talked(talk.alice)

        page = Html(talk.alice.get(f"/fragments/messages/{begun.answer_id}").text)

        answer = page.one(f"#m-{begun.answer_id}")
        assert answer["data-state"] == "done"
        assert "aria-busy" not in answer
        assert "hx-sse:connect" not in answer
        assert {fact["title"] for fact in page.all(".message__facts > span")} >= {
            "Tokens",
            "First token",
            "Cost",
        }
        assert page.one(f'form[action="/fragments/messages/{begun.answer_id}/regenerations"]')
        assert page.one(f"#m-{begun.answer_id}-source").text

    @pytest.mark.parametrize(
        ("model", "state", "sentence", "offers"),
        [
            ("sandbox/refuses", "failed", "declined", ["Try again"]),
            ("sandbox/cuts-off", "interrupted", "broke off", ["Continue", "Try again"]),
        ],
    )
    def test_an_answer_that_went_wrong_says_why_and_what_to_do(
        self, talk: Talk, model: str, state: str, sentence: str, offers: list[str]
    ) -> None:
        begun = talk.talked(talk.alice, model=model)

        page = Html(talk.alice.get(f"/fragments/messages/{begun.answer_id}").text)

        assert page.one(f"#m-{begun.answer_id}")["data-state"] == state
        assert sentence in page.one(".notice").text
        assert [button.text for button in page.all(".notice__actions button")] == offers

    def test_an_answer_cut_by_its_limit_can_be_continued(self, talk: Talk) -> None:
        begun = talk.talked(talk.alice, model="sandbox/scribe", max_tokens="5")

        page = Html(talk.alice.get(f"/fragments/messages/{begun.answer_id}").text)

        assert "length limit" in page.one(".notice").text
        assert page.one(f'form[action="/fragments/messages/{begun.answer_id}/continuations"]')

    def test_markdown_is_rendered_and_markup_is_not(self, talk: Talk) -> None:
        begun = talk.talked(talk.alice, "Compare <script>alert(1)</script> & soup", model="sandbox/scribe")

        page = talk.page(talk.alice, begun)

        assert page.all(f"#m-{begun.answer_id} .prose table")
        assert page.all("script") == []
        assert (
            page.one(f"#m-{begun.question_id} .message__body").text
            == "Compare <script>alert(1)</script> & soup"
        )


class TestEditing:
    def test_the_form_holds_the_words_and_a_way_back(self, talk: Talk) -> None:
        begun = talk.talked(talk.alice, "<First> words?")

        page = Html(talk.alice.get(f"/fragments/messages/{begun.question_id}/edit").text)

        assert page.one(f"#m-{begun.question_id} textarea").text == "<First> words?"
        assert page.one("form")["action"] == f"/fragments/messages/{begun.question_id}/edits"
        assert page.one("a")["href"] == f"/chat/{begun.conversation_id}#m-{begun.question_id}"

    def test_without_scripts_the_page_opens_the_question_as_a_form(self, talk: Talk) -> None:
        begun = talk.talked(talk.alice)

        page = Html(talk.alice.get(f"{begun.url}?edit={begun.question_id}").text)
        answer = Html(talk.alice.get(f"{begun.url}?edit={begun.answer_id}").text)

        assert page.one(f"#m-{begun.question_id} textarea").text == "Why do plates stack?"
        assert answer.all(".message--editing") == []

    def test_an_answer_cannot_be_edited(self, talk: Talk) -> None:
        begun = talk.talked(talk.alice)

        assert talk.alice.get(f"/fragments/messages/{begun.answer_id}/edit").status_code == 404
        edits = f"/fragments/messages/{begun.answer_id}/edits"
        assert talk.alice.post(edits, data={"prompt": "x"}).status_code == 404

    def test_other_words_are_another_version_and_both_stay(self, talk: Talk) -> None:
        begun = talk.talked(talk.alice, "First?")

        answer = talk.alice.post(f"/fragments/messages/{begun.question_id}/edits", data={"prompt": "Better?"})
        edited = talk.finished(talk.begun(talk.alice, answer))

        page = Html(answer.text)
        assert page.one(".message--user .message__body").text == "Better?"
        assert versions(page) == ["2 / 2"]
        assert edited.conversation_id == begun.conversation_id
        messages = talk.alice.get(f"/api/conversations/{begun.conversation_id}").json()["messages"]
        assert [message["text"] for message in messages if message["role"] == "user"] == ["First?", "Better?"]

    @pytest.mark.parametrize(
        ("words", "sentence"), [("  ", "Write something first."), ("x" * 200_001, "200,000")]
    )
    def test_a_mistake_comes_back_in_the_form(self, talk: Talk, words: str, sentence: str) -> None:
        begun = talk.talked(talk.alice)

        answer = talk.alice.post(
            f"/fragments/messages/{begun.question_id}/edits", data={"prompt": words}, headers=HX
        )

        page = Html(answer.text)
        assert answer.status_code == 422
        assert answer.headers["HX-Retarget"] == f"#m-{begun.question_id}"
        assert sentence in page.one(".field__error").text
        assert page.one("textarea").text == words.strip()

    def test_without_htmx_the_form_is_aimed_at_nothing_and_so_becomes_the_page(self, talk: Talk) -> None:
        begun = talk.talked(talk.alice)

        answer = talk.alice.post(f"/fragments/messages/{begun.question_id}/edits", data={"prompt": " "})

        assert answer.status_code == 422
        assert "HX-Retarget" not in answer.headers

    def test_while_an_answer_grows_the_words_are_kept(self, talk: Talk) -> None:
        begun = talk.begin(talk.alice, ENDLESS, model=BEAT)

        answer = talk.alice.post(f"/fragments/messages/{begun.question_id}/edits", data={"prompt": "Better?"})
        talk.stop(talk.alice, begun)

        assert answer.status_code == 409
        assert "still being written" in Html(answer.text).one(".field__error").text
        assert Html(answer.text).one("textarea").text == "Better?"


class TestAskingAgain:
    def test_another_answer_is_another_version(self, talk: Talk) -> None:
        begun = talk.talked(talk.alice)

        answer = talk.alice.post(f"/fragments/messages/{begun.answer_id}/regenerations")
        again = talk.finished(talk.begun(talk.alice, answer))

        assert again.question_id == begun.question_id
        assert versions(talk.page(talk.alice, begun)) == ["2 / 2"]

    def test_another_model_can_be_asked(self, talk: Talk) -> None:
        begun = talk.talked(talk.alice)

        answer = talk.alice.post(
            f"/fragments/messages/{begun.answer_id}/regenerations", data={"model": "sandbox/scribe"}
        )
        again = talk.finished(talk.begun(talk.alice, answer))

        assert talk.alice.get(f"/api/generations/{again.generation_id}").json()["model"] == "sandbox/scribe"

    def test_an_unknown_model_is_told_in_a_card(self, talk: Talk) -> None:
        begun = talk.talked(talk.alice)

        answer = talk.alice.post(
            f"/fragments/messages/{begun.answer_id}/regenerations", data={"model": "sandbox/nobody"}
        )

        assert answer.status_code == 422
        assert Html(answer.text).one(".toast")["data-code"] == "unknown_model"

    def test_a_growing_answer_is_not_asked_for_twice(self, talk: Talk) -> None:
        begun = talk.begin(talk.alice, ENDLESS, model=BEAT)

        for verb in ("regenerations", "continuations"):
            answer = talk.alice.post(f"/fragments/messages/{begun.answer_id}/{verb}")
            assert answer.status_code == 409
            assert Html(answer.text).one(".toast")["data-code"] == "still_answering"
        talk.stop(talk.alice, begun)

    def test_a_question_is_no_answer(self, talk: Talk) -> None:
        begun = talk.talked(talk.alice)

        for verb in ("regenerations", "continuations"):
            assert talk.alice.post(f"/fragments/messages/{begun.question_id}/{verb}").status_code == 404
        assert talk.alice.get(f"/fragments/messages/{begun.question_id}/events").status_code == 404


class TestContinuing:
    def test_an_interrupted_answer_goes_on_in_another_version(self, talk: Talk) -> None:
        begun = talk.talked(talk.alice, model="sandbox/cuts-off")
        said = talk.alice.get(f"/api/generations/{begun.generation_id}").json()["text"]

        answer = talk.alice.post(f"/fragments/messages/{begun.answer_id}/continuations")
        on = talk.finished(talk.begun(talk.alice, answer))

        found = talk.alice.get(f"/api/generations/{on.generation_id}").json()
        assert found["text"].startswith(said)
        assert found["parent_id"] == begun.generation_id


@pytest.fixture(scope="module")
def branched(talk: Talk) -> tuple[Begun, Begun]:
    """Two answers to one question; behind the first of them another question."""
    first = talk.talked(talk.alice, "First?")
    asked = talk.alice.post(f"{first.url}/messages", data={"prompt": "Second?", "model": FAST}, headers=HX)
    talk.finished(talk.begun(talk.alice, asked))
    again = talk.alice.post(f"/fragments/messages/{first.answer_id}/regenerations")
    return first, talk.finished(talk.begun(talk.alice, again))


class TestSwitching:
    def test_switching_back_shows_the_branch_to_its_end(
        self, talk: Talk, branched: tuple[Begun, Begun]
    ) -> None:
        first, _ = branched

        answer = talk.alice.post(f"/fragments/messages/{first.answer_id}/selection")

        page = Html(answer.text)
        assert answer.headers["Studio-Page"] == f"/chat/{first.conversation_id}#m-{first.answer_id}"
        assert [body.text for body in page.all(".message--user .message__body")] == ["First?", "Second?"]
        assert versions(page) == ["1 / 2"]

    def test_each_version_leads_to_its_neighbours_and_to_nothing_beyond(
        self, talk: Talk, branched: tuple[Begun, Begun]
    ) -> None:
        first, second = branched

        page = Html(talk.alice.post(f"/fragments/messages/{second.answer_id}/selection").text)

        assert versions(page) == ["2 / 2"]
        targets = [form["action"] for form in page.all(".switcher form")]
        assert targets == [f"/fragments/messages/{first.answer_id}/selection"]
        assert page.one('.switcher [aria-disabled="true"]')


class TestStopping:
    def test_stop_answers_with_nothing_and_keeps_what_came(self, talk: Talk) -> None:
        begun = talk.grown(talk.begin(talk.alice, ENDLESS, model=BEAT), 3)

        answer = talk.alice.post(f"/fragments/generations/{begun.generation_id}/cancellation", headers=HX)

        found = talk.alice.get(f"/api/generations/{begun.generation_id}").json()
        assert (answer.status_code, answer.text) == (204, "")
        assert answer.headers["Studio-Page"] == f"/chat/{begun.conversation_id}#m-{begun.answer_id}"
        assert (found["state"], found["reason"]) == ("cancelled", "cancelled")
        assert found["text"].startswith("1 2 3")

    def test_stopping_what_has_ended_changes_nothing(self, talk: Talk) -> None:
        begun = talk.talked(talk.alice)

        for _ in range(2):
            assert (
                talk.alice.post(f"/fragments/generations/{begun.generation_id}/cancellation").status_code
                == 204
            )

        assert talk.alice.get(f"/api/generations/{begun.generation_id}").json()["state"] == "done"

    def test_a_generation_without_a_message_has_no_place_to_go_back_to(self, talk: Talk) -> None:
        asked = talk.alice.post("/api/generations", json={"model": FAST, "prompt": "Why?"}).json()

        answer = talk.alice.post(f"/fragments/generations/{asked['id']}/cancellation")

        assert answer.status_code == 404
