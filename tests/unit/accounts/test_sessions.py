from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from studio.accounts.client import Client
from studio.accounts.desk import Desk
from studio.accounts.errors import AccountDisabled, BadPassword, WrongCredentials
from studio.accounts.passwords import Passwords
from studio.accounts.people import change_password, disable_person, enable_person
from studio.accounts.person import Person
from studio.accounts.session import fingerprint
from studio.accounts.sessions import end_other_sessions, end_session, list_sessions, look_up, sign_out, tidy
from studio.accounts.store.sessions import TOUCH
from studio.db import Database
from studio.errors import Missing

from tests.support.accounts import HOME, PASSWORD, Door, cheap_passwords


def test_a_token_stands_for_its_person(door: Door, alice: Person) -> None:
    signed_in = door.sign_in("ALICE@example.org ")

    person = door.who(signed_in.token)

    assert person is not None
    assert (person.id, person.email, person.is_admin) == (alice.id, "alice@example.org", False)
    assert person.session_id == signed_in.session.id


@pytest.mark.parametrize("token", ["", "guess", "x" * 43, "\ud800", "' OR 1=1 --"])
def test_a_forged_token_stands_for_nobody(door: Door, alice: Person, token: str) -> None:
    assert door.who(token) is None


def test_the_token_itself_is_not_in_the_database(door: Door, alice: Person) -> None:
    signed_in = door.sign_in("alice@example.org")

    with door.db.read() as cursor:
        stored = str(cursor.execute("SELECT * FROM sessions").fetchall())

    assert signed_in.token not in stored
    assert fingerprint(signed_in.token) in stored


@pytest.mark.parametrize(
    ("email", "password"), [("alice@example.org", "wrong password"), ("nobody@example.org", PASSWORD)]
)
def test_a_wrong_password_and_an_unknown_e_mail_sound_alike(
    door: Door, alice: Person, email: str, password: str
) -> None:
    with pytest.raises(WrongCredentials) as refusal:
        door.sign_in(email, password)

    assert refusal.value.text == WrongCredentials.text


def test_each_sign_in_makes_a_new_token_and_ends_the_one_it_replaces(door: Door, alice: Person) -> None:
    first = door.sign_in("alice@example.org")

    second = door.sign_in("alice@example.org", replaces=door.person(first))

    assert second.token != first.token
    assert door.who(first.token) is None
    assert door.who(second.token) is not None


def test_signing_out_acts_at_once(door: Door, alice: Person) -> None:
    signed_in = door.sign_in("alice@example.org")
    person = door.person(signed_in)

    sign_out(door.db, door.desk, person, moment=door.moment)

    assert door.who(signed_in.token) is None


def test_a_session_ends_by_itself_in_memory_and_in_the_database(door: Door, alice: Person) -> None:
    signed_in = door.sign_in("alice@example.org")
    assert door.who(signed_in.token) is not None

    door.later(days=30)

    assert door.who(signed_in.token) is None
    assert look_up(door.db, door.desk, fingerprint(signed_in.token), door.moment) is None


def test_a_session_lives_on_after_a_restart(
    door: Door, alice: Person, open_database: Callable[[], Database]
) -> None:
    signed_in = door.sign_in("alice@example.org")
    door.db.close()

    reopened = Door(open_database(), Desk(cheap_passwords()))

    assert reopened.who(signed_in.token) is not None


def test_people_see_their_own_live_sessions_the_latest_first(door: Door, alice: Person, bob: Person) -> None:
    door.later(minutes=1)
    phone = door.sign_in("alice@example.org", client=Client("198.51.100.1", "Phone"))

    sessions = list_sessions(door.db, alice, moment=door.moment)

    assert [session.id for session in sessions] == [phone.session.id, alice.session_id]
    assert sessions[0].agent == "Phone"


def test_somebody_elses_session_is_not_there(door: Door, alice: Person, bob: Person) -> None:
    with pytest.raises(Missing):
        end_session(door.db, door.desk, bob, alice.session_id, moment=door.moment)
    with pytest.raises(Missing):
        end_session(door.db, door.desk, bob, uuid4(), moment=door.moment)

    assert len(list_sessions(door.db, alice, moment=door.moment)) == 1


def test_ending_one_session_from_the_list_acts_at_once(door: Door, alice: Person) -> None:
    phone = door.sign_in("alice@example.org")
    assert door.who(phone.token) is not None

    end_session(door.db, door.desk, alice, phone.session.id, moment=door.moment)

    assert door.who(phone.token) is None
    with pytest.raises(Missing):
        end_session(door.db, door.desk, alice, phone.session.id, moment=door.moment)


def test_ending_the_others_keeps_this_one(door: Door, alice: Person, bob: Person) -> None:
    here, there = door.sign_in("alice@example.org"), door.sign_in("alice@example.org")
    me = door.person(here)
    assert door.who(there.token) is not None

    count = end_other_sessions(door.db, door.desk, me, moment=door.moment)

    assert count == 2  # the one from registering, too
    assert door.who(here.token) is not None
    assert door.who(there.token) is None
    assert len(list_sessions(door.db, bob, moment=door.moment)) == 1


def test_a_new_password_ends_the_other_sessions(door: Door, alice: Person) -> None:
    here, there = door.sign_in("alice@example.org"), door.sign_in("alice@example.org")
    me = door.person(here)
    assert door.who(there.token) is not None

    change_password(
        door.db, door.desk, me, current=PASSWORD, new="another fine phrase", client=HOME, moment=door.moment
    )

    assert door.who(here.token) is not None
    assert door.who(there.token) is None
    assert door.sign_in("alice@example.org", "another fine phrase")
    with pytest.raises(WrongCredentials):
        door.sign_in("alice@example.org", PASSWORD)


def test_a_new_password_needs_the_current_one(door: Door, alice: Person) -> None:
    with pytest.raises(BadPassword) as refusal:
        change_password(
            door.db,
            door.desk,
            alice,
            current="guess",
            new="another fine phrase",
            client=HOME,
            moment=door.moment,
        )

    assert refusal.value.field == "current_password"
    assert door.sign_in("alice@example.org", PASSWORD)


def test_a_disabled_person_is_out_at_once_and_told_so_only_with_the_right_password(
    door: Door, alice: Person, ruth: Person
) -> None:
    token = door.sign_in("alice@example.org").token
    assert door.who(token) is not None

    disable_person(door.db, door.desk, ruth, alice.id, client=HOME, moment=door.moment)

    assert door.who(token) is None
    with pytest.raises(AccountDisabled):
        door.sign_in("alice@example.org")
    with pytest.raises(WrongCredentials):
        door.sign_in("alice@example.org", "wrong password")


def test_an_enabled_person_signs_in_anew(door: Door, alice: Person, ruth: Person) -> None:
    token = door.sign_in("alice@example.org").token
    disable_person(door.db, door.desk, ruth, alice.id, client=HOME, moment=door.moment)

    enable_person(door.db, door.desk, ruth, alice.id, client=HOME, moment=door.moment)

    assert door.who(token) is None
    assert door.sign_in("alice@example.org")


def test_an_old_hash_is_made_anew_at_the_next_sign_in(door: Door, alice: Person) -> None:
    stronger = Door(door.db, Desk(Passwords(memory_kib=64, passes=2)))

    stronger.sign_in("alice@example.org")

    with door.db.read() as cursor:
        row = cursor.execute("SELECT password_hash FROM people WHERE id = $id", {"id": alice.id}).fetchone()
    assert row is not None and "t=2," in row[0]
    assert stronger.sign_in("alice@example.org")


def test_a_touch_never_moves_back(door: Door, alice: Person) -> None:
    later, earlier = door.moment + timedelta(minutes=10), door.moment - timedelta(minutes=10)

    door.db.write(TOUCH.row(id=alice.session_id, seen_at=later))
    door.db.write(TOUCH.row(id=alice.session_id, seen_at=earlier))

    assert list_sessions(door.db, alice, moment=door.moment)[0].last_seen_at == later


def test_tidying_forgets_what_is_long_over_and_nothing_else(door: Door, alice: Person, bob: Person) -> None:
    sign_out(door.db, door.desk, bob, moment=door.moment)
    door.later(days=91)
    fresh = door.sign_in("alice@example.org")

    tidy(door.db, moment=door.moment)

    with door.db.read() as cursor:
        left = {row[0] for row in cursor.execute("SELECT id FROM sessions").fetchall()}
    assert bob.session_id not in left
    assert fresh.session.id in left
