"""Following a generation as a program: every word once, in order, wherever one comes in."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.sse import Message, comments_in, messages_of
from tests.support.talking import BEAT, ENDLESS, Begun, Talk
from tests.support.waiting import until

COUNT = "count 40 at 200 per second after 300 ms"
WHOLE = [str(number) for number in range(1, 41)]


def events_url(begun: Begun) -> str:
    return f"/api/generations/{begun.generation_id}/events"


def said(messages: list[Message]) -> str:
    return "".join(json.loads(message.data)["text"] for message in messages if message.event == "delta")


def test_deltas_are_numbered_and_the_generation_comes_last(talk: Talk) -> None:
    begun = talk.begin(talk.alice, COUNT, model=BEAT)

    *deltas, done = talk.events(talk.alice, events_url(begun))

    assert said(deltas).split() == WHOLE
    assert [message.id for message in deltas] == [str(number) for number in range(1, len(deltas) + 1)]
    assert done.event == "done"
    whole = json.loads(done.data)
    assert (whole["state"], whole["text"]) == ("done", said(deltas))


def test_resumed_at_every_number_it_brings_exactly_the_rest(talk: Talk) -> None:
    begun = talk.grown(talk.begin(talk.alice, ENDLESS, model=BEAT), 8)
    seen = list(talk.live(begun).pieces)[:8]

    def resume(number: int) -> list[Message]:
        return talk.events(talk.alice, events_url(begun), **{"Last-Event-ID": str(number)})

    with ThreadPoolExecutor(9) as readers:
        resumed = [readers.submit(resume, number) for number in range(9)]
        talk.watched(begun, 9)
        talk.grown(begun, 9)  # so that also the last reader hears a piece before the end
        talk.stop(talk.alice, begun)
        found = [reader.result() for reader in resumed]

    whole = talk.alice.get(f"/api/generations/{begun.generation_id}").json()["text"]
    assert whole.split()[:8] == [str(number) for number in range(1, 9)]
    for number, messages in enumerate(found):
        assert "".join(piece.text for piece in seen[:number]) + said(messages) == whole
        assert messages[0].id == str(number + 1)


@pytest.mark.parametrize(
    "headers", [{}, {"Last-Event-ID": "nonsense"}, {"Last-Event-ID": "-3"}, {"Last-Event-ID": "²"}]
)
def test_the_address_says_where_to_begin_where_the_header_does_not(
    talk: Talk, headers: dict[str, str]
) -> None:
    encoded = {name: value.encode() for name, value in headers.items()}
    begun = talk.grown(talk.begin(talk.alice, ENDLESS, model=BEAT), 2)

    with talk.stream(talk.alice, events_url(begun) + "?after=1", **encoded) as answer:  # type: ignore[arg-type]
        first = messages_of(next(answer.iter_raw()))
    talk.stop(talk.alice, begun)

    assert first[0].id == "2"


def test_the_header_wins_over_the_address(talk: Talk) -> None:
    begun = talk.grown(talk.begin(talk.alice, ENDLESS, model=BEAT), 3)

    with talk.stream(talk.alice, events_url(begun) + "?after=1", **{"Last-Event-ID": "2"}) as answer:
        first = messages_of(next(answer.iter_raw()))
    talk.stop(talk.alice, begun)

    assert first[0].id == "3"


def test_a_finished_one_is_one_delta_for_whoever_saw_nothing(talk: Talk) -> None:
    begun = talk.talked(talk.alice, COUNT, model=BEAT)

    for query in ("", "?after=0", "?after=-5"):
        delta, done = talk.events(talk.alice, events_url(begun) + query)
        assert json.loads(delta.data)["text"].split() == WHOLE
        assert "restart" not in json.loads(delta.data)
        assert done.event == "done"


def test_a_finished_one_starts_anew_for_whoever_saw_a_part_and_ends_for_whoever_saw_all(talk: Talk) -> None:
    begun = talk.talked(talk.alice, "count 20 at 50 per second after 0 ms", model=BEAT)
    delta, _ = talk.events(talk.alice, events_url(begun))
    last = int(delta.id or 0)

    for number in [*range(1, last), last + 1, 10**6]:
        again, _ = talk.events(talk.alice, events_url(begun), **{"Last-Event-ID": str(number)})
        assert json.loads(again.data)["restart"] is True
        assert said([again]).split() == WHOLE[:20]
        assert again.id == str(last)
    (only,) = talk.events(talk.alice, events_url(begun), **{"Last-Event-ID": str(last)})
    assert only.event == "done"
    assert last > 1


def test_thoughts_are_told_apart_from_words(talk: Talk) -> None:
    begun = talk.begin(talk.alice, model="sandbox/thinker")

    *deltas, done = talk.events(talk.alice, events_url(begun))

    whole = json.loads(done.data)
    assert (
        "".join(json.loads(message.data).get("reasoning", "") for message in deltas)
        == whole["reasoning"]
        != ""
    )
    assert said(deltas) == whole["text"]


def test_two_watchers_hear_the_same_and_one_who_leaves_stops_nothing(talk: Talk) -> None:
    begun = talk.grown(talk.begin(talk.alice, ENDLESS, model=BEAT), 1)

    with ThreadPoolExecutor(2) as readers:
        watching = [readers.submit(talk.events, talk.alice, events_url(begun)) for _ in range(2)]
        with talk.stream(talk.alice, events_url(begun)) as leaving:
            chunks = leaving.iter_raw()
            next(chunks)
            talk.watched(begun, 3)
        until(lambda: talk.live(begun).watchers == 2)
        talk.grown(begun, len(talk.live(begun).pieces) + 2)
        talk.stop(talk.alice, begun)
        first, second = (reader.result() for reader in watching)

    assert first == second
    assert said(first) == json.loads(first[-1].data)["text"]


def test_a_failed_one_says_so_in_its_last_event(talk: Talk) -> None:
    begun = talk.begin(talk.alice, model="sandbox/refuses")

    *_, done = talk.events(talk.alice, events_url(begun))

    found = json.loads(done.data)
    assert (found["state"], found["reason"], found["text"]) == ("failed", "upstream_refused", "")
    assert found["cost_usd"] == "0.000000000"
    assert "declined" in found["message"]


def test_its_headers_keep_every_proxy_from_holding_it_back(talk: Talk) -> None:
    begun = talk.talked(talk.alice)

    with talk.stream(talk.alice, events_url(begun)) as answer:
        body = answer.read()

    assert answer.headers["cache-control"] == "no-store, no-transform"
    assert answer.headers["x-accel-buffering"] == "no"
    assert "content-encoding" not in answer.headers
    assert comments_in(body) == 0


@pytest.mark.parametrize("query", ["?after=abc", "?after=1.5"])
def test_a_number_that_is_none_is_told(talk: Talk, query: str) -> None:
    begun = talk.talked(talk.alice)

    answer = talk.alice.get(events_url(begun) + query)

    assert answer.status_code == 422
    assert answer.json()["field"] == "after"
