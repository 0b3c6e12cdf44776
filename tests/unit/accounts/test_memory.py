from datetime import datetime, timedelta
from uuid import uuid4

from studio.accounts.memory import Remembered, SessionMemory
from studio.accounts.person import Person, Role

NOON = datetime(2026, 11, 23, 12)


def somebody() -> Person:
    return Person(uuid4(), "alice@example.org", "Alice", Role.MEMBER, uuid4())


def session(person: Person, *, hours: int = 1) -> Remembered:
    return Remembered(person, NOON + timedelta(hours=hours), NOON)


def test_a_session_whose_time_is_over_is_not_found() -> None:
    memory = SessionMemory()
    memory.remember("key", session(somebody()), epoch=memory.epoch)

    assert memory.find("key", NOON + timedelta(minutes=59)) is not None
    assert memory.find("key", NOON + timedelta(minutes=60)) is None
    assert len(memory) == 0


def test_a_session_that_ended_while_it_was_read_is_not_remembered() -> None:
    memory, person = SessionMemory(), somebody()
    epoch = memory.epoch

    memory.forget_session(person.session_id)  # the ending commits between the read and its return
    memory.remember("key", session(person), epoch=epoch)

    assert memory.find("key", NOON) is None


def test_forgetting_a_person_forgets_all_their_sessions_and_nobody_elses() -> None:
    memory, alice, bob = SessionMemory(), somebody(), somebody()
    memory.remember("laptop", session(alice), epoch=memory.epoch)
    memory.remember("phone", session(alice), epoch=memory.epoch)
    memory.remember("bob", session(bob), epoch=memory.epoch)

    memory.forget_person(alice.id)

    assert [memory.find(key, NOON) is not None for key in ("laptop", "phone", "bob")] == [False, False, True]


def test_the_session_used_longest_ago_goes_first_when_it_is_full() -> None:
    memory = SessionMemory(most=2)
    memory.remember("first", session(somebody()), epoch=memory.epoch)
    memory.remember("second", session(somebody()), epoch=memory.epoch)

    memory.find("first", NOON)
    memory.remember("third", session(somebody()), epoch=memory.epoch)

    assert memory.find("second", NOON) is None
    assert memory.find("first", NOON) is not None


def test_a_session_is_touched_at_most_every_five_minutes() -> None:
    remembered = session(somebody())

    touches = [remembered.wants_touch(NOON + timedelta(minutes=minutes)) for minutes in (1, 4, 5, 6, 9, 10)]

    assert touches == [False, False, True, False, False, True]
