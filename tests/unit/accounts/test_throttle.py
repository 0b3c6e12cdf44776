import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from studio.accounts.client import Client, network_of
from studio.accounts.desk import Desk
from studio.accounts.errors import BadPassword, WrongCredentials
from studio.accounts.passwords import Passwords
from studio.accounts.people import change_password
from studio.accounts.person import Person
from studio.accounts.throttle import MAX_WAIT, wait_after
from studio.db import Database
from studio.errors import Limited, StudioError

from tests.support.accounts import HOME, Door, cheap_passwords

AWAY = Client("198.51.100.66", "Script")


def guess(door: Door, email: str = "alice@example.org", client: Client = AWAY) -> StudioError:
    try:
        door.sign_in(email, "wrong password", client=client)
    except StudioError as refusal:
        return refusal
    raise AssertionError("a wrong password was let in")


def guesses(door: Door, count: int, email: str = "alice@example.org", client: Client = AWAY) -> list[type]:
    return [type(guess(door, email, client)) for _ in range(count)]


def test_the_waits_double_up_to_a_quarter_of_an_hour() -> None:
    seconds = [wait_after(failures, 5).total_seconds() for failures in (1, 4, 5, 6, 7, 8, 14, 15, 1000)]

    assert seconds == [0, 0, 1, 2, 4, 8, 512, 900, 900]


@pytest.mark.parametrize("email", ["alice@example.org", "nobody@example.org", "not an address"])
def test_five_guesses_are_free_and_the_sixth_waits_whoever_it_is_about(
    door: Door, alice: Person, email: str
) -> None:
    outcomes = guesses(door, 6, email)

    assert outcomes == [WrongCredentials] * 5 + [Limited]


def test_a_wait_says_how_long_it_is_in_words_and_in_seconds(door: Door, alice: Person) -> None:
    guesses(door, 5)
    for _ in range(3):
        door.later(seconds=10)
        guess(door)

    refusal = guess(door)

    assert refusal.text == "Too many tries. Please wait 8 seconds."
    assert refusal.retry_after_seconds == 8


def test_the_right_password_is_not_even_looked_at_while_the_account_waits(door: Door, alice: Person) -> None:
    guesses(door, 5)

    with pytest.raises(Limited):
        door.sign_in("alice@example.org", client=AWAY)
    door.later(seconds=1)
    assert door.sign_in("alice@example.org", client=AWAY)


def test_success_starts_the_account_afresh(door: Door, alice: Person) -> None:
    guesses(door, 4)
    door.sign_in("alice@example.org", client=AWAY)
    door.later(days=100)  # the network of that sign-in is no longer a known one

    assert guesses(door, 6) == [WrongCredentials] * 5 + [Limited]


def test_a_hundred_parallel_guesses_are_five(door: Door, alice: Person) -> None:
    with ThreadPoolExecutor(20) as pool:
        outcomes = [type(outcome) for outcome in pool.map(lambda _: guess(door), range(100))]

    assert outcomes.count(WrongCredentials) == 5
    assert outcomes.count(Limited) == 95


def test_signing_in_well_is_never_slowed_however_many_do_at_once(door: Door, alice: Person) -> None:
    with ThreadPoolExecutor(20) as pool:
        tokens = list(pool.map(lambda _: door.sign_in("alice@example.org", client=AWAY).token, range(60)))

    assert len(set(tokens)) == 60
    assert len(door.desk.turns) == 0


def test_the_owner_comes_in_from_home_while_strangers_guess(door: Door, alice: Person) -> None:
    guesses(door, 6)

    assert door.sign_in("alice@example.org", client=HOME)


def test_even_at_home_guessing_is_slow(door: Door, alice: Person) -> None:
    assert guesses(door, 6, client=HOME) == [WrongCredentials] * 5 + [Limited]


def test_tries_during_a_wait_do_not_prolong_it(door: Door, alice: Person) -> None:
    guesses(door, 5)
    guesses(door, 50)
    door.later(seconds=1)

    assert door.sign_in("alice@example.org", client=AWAY)


def test_no_wait_is_longer_than_a_quarter_of_an_hour(door: Door, alice: Person) -> None:
    for _ in range(40):
        guess(door)
        door.later(seconds=MAX_WAIT.total_seconds())

    assert door.sign_in("alice@example.org", client=AWAY)


def test_one_network_cannot_try_a_password_on_everybody(door: Door, alice: Person) -> None:
    outcomes = [type(guess(door, f"person{number}@example.org")) for number in range(21)]

    assert outcomes == [WrongCredentials] * 20 + [Limited]


def test_an_own_account_does_not_buy_more_guesses(door: Door, alice: Person, bob: Person) -> None:
    for number in range(19):
        guess(door, f"person{number}@example.org")
    door.sign_in("bob@example.org", client=AWAY)

    outcomes = [type(guess(door, f"other{number}@example.org")) for number in range(2)]

    assert outcomes == [WrongCredentials, Limited]


def test_an_ipv6_household_is_one_network(door: Door, alice: Person) -> None:
    outcomes = [
        type(guess(door, f"person{number}@example.org", Client(f"2001:db8:1:2::{number:x}")))
        for number in range(21)
    ]

    assert outcomes[-1] is Limited
    assert type(guess(door, "person99@example.org", Client("2001:db8:1:3::1"))) is WrongCredentials


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:DB8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        ("somewhere", "unknown"),
    ],
)
def test_networks(address: str, network: str) -> None:
    assert network_of(address) == network


def test_a_restart_forgives_nobody(door: Door, alice: Person, open_database: Callable[[], Database]) -> None:
    guesses(door, 5)
    door.db.close()

    reopened = Door(open_database(), Desk(cheap_passwords()))

    assert type(guess(reopened)) is Limited


def test_a_day_later_all_is_forgotten(door: Door, alice: Person) -> None:
    guesses(door, 5)
    door.later(hours=25)

    assert guesses(door, 5) == [WrongCredentials] * 5


def test_the_audit_log_says_when_it_began_to_bite_and_names_no_e_mail(door: Door, alice: Person) -> None:
    guesses(door, 4)
    assert bites(door) == []

    guesses(door, 4)

    assert len(bites(door)) == 1
    assert "alice" not in str(bites(door))


def bites(door: Door) -> list[tuple[object, ...]]:
    with door.db.read() as cursor:
        return cursor.execute(
            "SELECT subject, after, address FROM audit_log WHERE action = 'throttle.began'"
        ).fetchall()


def test_an_open_session_is_no_licence_to_guess_its_password(door: Door, alice: Person) -> None:
    def change(current: str) -> type:
        try:
            change_password(
                door.db,
                door.desk,
                alice,
                current=current,
                new="another phrase",
                client=HOME,
                moment=door.moment,
            )
        except StudioError as refusal:
            return type(refusal)
        raise AssertionError("changed")

    assert [change("guess number one") for _ in range(6)] == [BadPassword] * 5 + [Limited]


def test_an_unknown_e_mail_takes_as_long_as_a_wrong_password(door: Door, ruth: Person) -> None:
    real = Door(door.db, Desk(Passwords(memory_kib=8192, passes=2, at_once=1)))
    real.register("alice@example.org")
    seconds: dict[str, list[float]] = {"alice@example.org": [], "nobody@example.org": []}

    for number in range(15):
        for email, taken in seconds.items():
            real.later(days=2)  # nothing is being slowed
            began = time.perf_counter()
            guess(real, email, Client(f"192.0.2.{number}"))
            taken.append(time.perf_counter() - began)

    known, unknown = (statistics.median(taken) for taken in seconds.values())
    assert 0.6 < known / unknown < 1.67
    assert timedelta(seconds=unknown) > timedelta(milliseconds=5)  # a hash was really made
