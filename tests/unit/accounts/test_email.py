import pytest
from studio.accounts.email import clean_email, email_key, key_of_anything
from studio.accounts.errors import BadEmail


@pytest.mark.parametrize(
    "text",
    [
        "alice@example.org",
        "  alice@example.org ",
        "a.b+c@example.org",
        "ålice@bücher.example",
        "alice@localhost",
        "李@例え.jp",
    ],
)
def test_addresses_of_every_script_are_accepted(text: str) -> None:
    assert clean_email(text) == text.strip()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "alice",
        "@example.org",
        "alice@",
        "alice@@example.org",
        "alice smith@example.org",
        "alice@exa mple.org",
        "alice@-example.org",
        "alice@example..org",
        ".alice@example.org",
        "alice@example.org\nBcc: bob@example.org",
        "ali\u200bce@example.org",
        "alice@exam\u200bple.org",
        "ali\u202ece@example.org",
        "ali\ud800ce@example.org",
        "<b>@example.org",
        "a" * 65 + "@example.org",
        "alice@" + "a" * 64 + ".org",
        "alice@" + "a." * 130 + "org",
        "a" * 100_000 + "@example.org",
    ],
)
def test_what_is_no_address_or_hides_something_is_refused(text: str) -> None:
    with pytest.raises(BadEmail):
        clean_email(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Alice@Example.org", "alice@example.ORG"),
        ("alice@bücher.example", "alice@xn--bcher-kva.example"),
        ("straße@example.org", "STRASSE@example.org"),
        ("ａlice＠example.org", "alice@example.org"),
        ("e\u0301va@example.org", "éva@example.org"),
    ],
)
def test_two_spellings_of_one_address_have_one_key(one: str, other: str) -> None:
    assert email_key(clean_email(one)) == email_key(clean_email(other))


def test_what_is_no_address_still_has_a_key_that_no_account_can_have() -> None:
    key = key_of_anything("not an\ud800 address\x00")

    assert key == key_of_anything("not an\ud800 address\x00")
    assert "@" not in key
