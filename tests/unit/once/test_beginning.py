"""One at a time under one key, and nobody waits for another key or for ever."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from studio.ids import new_id
from studio.once import beginning
from studio.once.beginning import Beginning, StillBeginning
from studio.once.once import Once

ALICE, BOB = new_id(), new_id()
ONCE = Once(ALICE, "key", "digest")


def test_the_second_comes_once_the_first_has_begun_also_where_that_was_refused() -> None:
    beginnings, inside, goes_on, seen = Beginning(), Event(), Event(), []

    def first() -> None:
        with beginnings.alone_with(ONCE):
            inside.set()
            assert goes_on.wait(10)
            seen.append("first")
            raise ValueError

    def second() -> None:
        with beginnings.alone_with(ONCE):
            seen.append("second")

    with ThreadPoolExecutor(2) as threads:
        begun = threads.submit(first)
        assert inside.wait(10)
        waiting = threads.submit(second)
        goes_on.set()
        assert isinstance(begun.exception(10), ValueError)
        waiting.result(10)
    assert seen == ["first", "second"]
    assert not beginnings._begun  # no key stays in memory


@pytest.mark.parametrize(
    "other",
    [Once(BOB, "key", "digest"), Once(ALICE, "another", "digest"), None],
    ids=["person", "key", "none"],
)
def test_another_request_waits_for_nobody(other: Once | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beginning, "WAIT_SECONDS", 0.0)
    beginnings = Beginning()

    with beginnings.alone_with(ONCE), beginnings.alone_with(other):
        pass


def test_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beginning, "WAIT_SECONDS", 0.01)
    beginnings = Beginning()

    with beginnings.alone_with(ONCE):
        with pytest.raises(StillBeginning), beginnings.alone_with(ONCE):
            pytest.fail("two began the same")
        with pytest.raises(StillBeginning), beginnings.alone_with(ONCE):
            pytest.fail("who gave up has let a third in")

    with beginnings.alone_with(ONCE):
        pass
