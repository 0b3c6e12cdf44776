import threading

import pytest
from studio.accounts import passwords as module
from studio.accounts.errors import BadPassword
from studio.accounts.passwords import Passwords, check_new_password
from studio.errors import Limited

from tests.support.accounts import PASSWORD, cheap_passwords


def test_a_hash_is_argon2id_and_knows_its_password() -> None:
    passwords = Passwords()

    stored = passwords.hash(PASSWORD)

    assert stored.startswith("$argon2id$v=19$m=32768,t=3,p=1$")
    assert passwords.verify(PASSWORD, stored)
    assert not passwords.verify(PASSWORD + "!", stored)


def test_nobody_has_no_password() -> None:
    assert not cheap_passwords().verify(PASSWORD, None)


def test_a_broken_hash_lets_nobody_in() -> None:
    assert not cheap_passwords().verify(PASSWORD, "plain text from somewhere")


def test_composed_and_decomposed_letters_are_one_password() -> None:
    passwords = cheap_passwords()

    stored = passwords.hash("Caf\u00e9 au lait, bitte")

    assert passwords.verify("Cafe\u0301 au lait, bitte", stored)


def test_half_a_surrogate_pair_is_just_another_character() -> None:
    passwords = cheap_passwords()

    assert passwords.verify("half a pair \ud800", passwords.hash("half a pair \ud800"))


def test_a_hash_with_other_parameters_is_outdated() -> None:
    old = Passwords(memory_kib=64, passes=1)
    new = Passwords(memory_kib=64, passes=2)

    assert new.is_outdated(old.hash(PASSWORD))
    assert not new.is_outdated(new.hash(PASSWORD))


def test_no_more_hashes_run_at_once_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    passwords = Passwords(memory_kib=64, passes=1, at_once=2)
    running, most, lock, both_in = 0, 0, threading.Lock(), threading.Barrier(2, timeout=10)

    class Hasher:
        def hash(self, _: bytes) -> str:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            both_in.wait()
            with lock:
                running -= 1
            return "$"

    monkeypatch.setattr(passwords, "_hasher", Hasher())
    threads = [threading.Thread(target=passwords.hash, args=(PASSWORD,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most == 2


def test_a_queue_that_is_too_long_turns_people_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 0)

    with pytest.raises(Limited):
        cheap_passwords().hash(PASSWORD)


@pytest.mark.parametrize(
    "password",
    [
        "",
        "ninechars",
        "x" * 201,
        "x" * 1_000_000,
        "aaaaaaaaaaaa",
        "abababababab",
        "1234567890",
        "Password123",
        "alice@example.org",
        "ALICE@example.org",
    ],
)
def test_weak_passwords_are_refused_with_a_sentence_at_the_field(password: str) -> None:
    with pytest.raises(BadPassword) as refusal:
        check_new_password(password, email="alice@example.org", field="new_password")

    assert refusal.value.field == "new_password"
    assert refusal.value.text.endswith((".", "fine."))


def test_the_part_before_the_at_sign_is_no_password_either() -> None:
    with pytest.raises(BadPassword):
        check_new_password("alice.liddell", email="alice.liddell@example.org")


@pytest.mark.parametrize("password", [PASSWORD, "zehn Zeichen ßüö", "🎂🍰🧁🍮🍩🍪🍫🍬🍭🍡", "abcdefghi!"])
def test_ten_characters_of_any_script_are_enough(password: str) -> None:
    check_new_password(password, email="alice@example.org")
