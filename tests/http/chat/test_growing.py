"""An answer that grows before one's eyes: the stream of partials, and the page that is sent while it is written."""

from uuid import UUID

import pytest
from studio.generations.generation import State

from tests.support.html import Html
from tests.support.talking import BEAT, ENDLESS, LATER, Begun, Talk
from tests.support.waiting import until

WHOLE = [str(number) for number in range(1, 61)]


def numbers(text: str) -> list[str]:
    return [word for word in text.split() if word.isdigit()]


def events_url(begun: Begun) -> str:
    return f"/fragments/messages/{begun.answer_id}/events"


class TestTheStream:
    def test_the_tail_grows_and_the_whole_message_comes_last(self, talk: Talk) -> None:
        begun = talk.begin(talk.alice, LATER, model=BEAT)

        *growing, final, end = talk.events(talk.alice, events_url(begun))

        tails = [len(Html(message.data).text_of('[hx-target$="-tail"]')) for message in growing]
        assert tails == sorted(tails)
        assert len(tails) > 2
        ids = [int(message.id or 0) for message in growing]
        assert ids == sorted(set(ids))
        page = Html(final.data)
        assert page.one(f'[hx-target="#m-{begun.answer_id}"]')["hx-swap"] == "outerHTML"
        assert page.one(f"#m-{begun.answer_id}")["data-state"] == "done"
        assert numbers(page.one(".prose").text) == WHOLE
        assert page.one('[hx-target="#announcer"]').text == "The answer is ready."
        assert page.one('[hx-target="#conversation-header .facts"]').text.startswith("Total $0.0")
        assert (end.event, end.data) == ("done", "end")

    def test_its_headers_keep_every_proxy_from_holding_it_back(self, talk: Talk) -> None:
        begun = talk.talked(talk.alice)

        with talk.stream(talk.alice, events_url(begun)) as answer:
            assert answer.headers["cache-control"] == "no-store, no-transform"
            assert answer.headers["x-accel-buffering"] == "no"

    def test_two_watchers_and_one_who_leaves(self, talk: Talk) -> None:
        begun = talk.begin(talk.alice, LATER, model=BEAT)

        with talk.stream(talk.alice, events_url(begun)) as leaving:
            next(leaving.iter_raw())
        *_, final, end = talk.events(talk.alice, events_url(begun))

        assert numbers(Html(final.data).one(".prose").text) == WHOLE
        assert end.event == "done"

    @pytest.mark.parametrize("how", ["header", "address"])
    def test_a_finished_answer_comes_whole_wherever_one_was(self, talk: Talk, how: str) -> None:
        begun = talk.talked(talk.alice)

        for number in ("0", "1", "999999999999"):
            query, headers = (f"?after={number}", {}) if how == "address" else ("", {"Last-Event-ID": number})
            final, end = talk.events(talk.alice, events_url(begun) + query, **headers)
            assert Html(final.data).one(f"#m-{begun.answer_id}")["data-state"] == "done"
            assert end.event == "done"

    def test_stopping_ends_the_stream_with_what_came(self, talk: Talk) -> None:
        begun = talk.grown(talk.begin(talk.alice, ENDLESS, model=BEAT), 2)

        with talk.stream(talk.alice, events_url(begun)) as answer:
            chunks = answer.iter_text()
            next(chunks)
            talk.stop(talk.alice, begun)
            rest = "".join(chunks)

        assert 'data-state="cancelled"' in rest
        assert "Stopped." in rest
        assert rest.endswith("event: done\ndata: end\n\n")

    def test_watchers_are_let_go_when_the_answer_ended(self, talk: Talk) -> None:
        begun = talk.begin(talk.alice, LATER, model=BEAT)
        live = talk.live(begun)

        talk.events(talk.alice, events_url(begun))

        until(lambda: live.watchers == 0)

    def test_one_that_is_stored_and_does_not_run_is_asked_for_again_later(self, talk: Talk) -> None:
        begun = talk.talked(talk.alice)
        self.set_state(talk, begun, State.WAITING)

        answer = talk.alice.get(events_url(begun))
        also = talk.alice.get(f"/api/generations/{begun.generation_id}/events")
        self.set_state(talk, begun, State.DONE)

        assert (answer.status_code, also.status_code) == (503, 503)
        assert answer.headers["retry-after"] == "1"
        assert also.json()["error"] == "not_yet_running"

    def set_state(self, talk: Talk, begun: Begun, state: State) -> None:
        talk.studio.db.transact(
            lambda cursor: cursor.execute(
                "UPDATE generations SET state = $state WHERE id = $id",
                {"state": state.value, "id": UUID(begun.generation_id)},
            )
        )


class TestTheGrowingPage:
    def read(self, talk: Talk, begun: Begun) -> list[str]:
        with talk.stream(talk.alice, f"{begun.url}/live") as answer:
            assert answer.status_code == 200
            assert answer.headers["content-type"] == "text/html; charset=utf-8"
            assert answer.headers["studio-title"]
            return [chunk for chunk in answer.iter_text() if chunk]

    def test_what_stands_before_the_answer_is_sent_before_it_is_written(self, talk: Talk) -> None:
        begun = talk.grown(talk.begin(talk.alice, ENDLESS, model=BEAT), 1)

        with talk.stream(talk.alice, f"{begun.url}/live") as answer:
            chunks = answer.iter_text()
            head = next(chunks)
            while "raw" not in head:
                head += next(chunks)
            talk.stop(talk.alice, begun)
            whole = head + "".join(chunks)

        page = Html(head)
        assert page.one(f"#m-{begun.question_id}")
        assert page.one(f"#m-{begun.answer_id} button").text == "Stop"
        assert page.all("[hx-sse\\:connect], #composer") == []
        assert Html(whole).one("#composer")
        assert "Stopped by you" in Html(whole).text

    def test_the_chunks_together_are_the_page_with_the_whole_answer(self, talk: Talk) -> None:
        begun = talk.begin(talk.alice, LATER, model=BEAT)

        chunks = self.read(talk, begun)

        page = Html("".join(chunks))
        assert len(chunks) > 3
        assert numbers(page.one(f"#m-{begun.answer_id} .block").text) == WHOLE
        assert page.one("#composer")
        assert page.one(f"#m-{begun.answer_id} .message__facts").text.startswith("Tokens:")
        assert "<!--growing-->" not in "".join(chunks)

    def test_an_answer_that_has_ended_is_simply_the_page(self, talk: Talk) -> None:
        begun = talk.talked(talk.alice)

        page = Html("".join(self.read(talk, begun)))

        assert page.one(f"#m-{begun.answer_id}")["data-state"] == "done"
        assert page.text == talk.page(talk.alice, begun).text

    def test_the_mark_where_it_grows_cannot_be_forged(self, talk: Talk) -> None:
        begun = talk.begin(talk.alice, f"<!--growing--> {LATER}", model=BEAT)

        page = Html("".join(self.read(talk, begun)))

        assert page.one(f"#m-{begun.question_id} .message__body").text == f"<!--growing--> {LATER}"
        assert numbers(page.one(f"#m-{begun.answer_id} .block").text) == WHOLE

    def test_a_failing_answer_ends_in_its_sentence(self, talk: Talk) -> None:
        begun = talk.begin(talk.alice, "No?", model="sandbox/refuses")

        page = Html("".join(self.read(talk, begun)))

        assert "declined" in page.one(f"#m-{begun.answer_id} .notice").text
        assert page.one("#composer")
