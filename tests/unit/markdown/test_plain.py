"""Text that stays text."""

import pytest
from studio.markdown import escape_tail, title_from

from tests.support.safe_html import tags_of, text_of
from tests.support.xss_corpus import XSS_CORPUS


@pytest.mark.parametrize(
    ("prompt", "title"),
    [
        ("Why is the sky blue?", "Why is the sky blue?"),
        ("  Why\n\n is\tthe   sky blue?  ", "Why is the sky blue?"),
        ("# Plan a **buffet** for _ten_ `people`", "Plan a buffet for ten people"),
        ("> - 1. quoted list", "quoted list"),
        ("Read [this page](https://ok.example/a) and ![cat](https://ok.example/b)", "Read this page and cat"),
        ("```python\nprint(1)\n```\nWhat does it do?", "print(1) What does it do?"),
        ("snake_case_names and 2 * 3 * 4", "snake_case_names and 2 * 3 * 4"),
        ("one " * 40, "one one one one one one one one one one one one one one one…"),
        ("x" * 100, "x" * 59 + "…"),
        ("", "New conversation"),
        (" \n\t ", "New conversation"),
        ("```", "```"),
        ("\u202egpj.exe", "gpj.exe"),
        ("a\x00b\ud83dc", "a b c"),
        ("日本語の質問です", "日本語の質問です"),
    ],
)
def test_a_title_is_the_first_words(prompt: str, title: str) -> None:
    assert title_from(prompt) == title


@pytest.mark.parametrize("attack", XSS_CORPUS)
def test_a_title_is_one_short_line(attack: str) -> None:
    title = title_from(attack * 3)

    assert 0 < len(title) <= 60
    assert title == " ".join(title.split())


@pytest.mark.parametrize("attack", XSS_CORPUS)
def test_the_open_end_of_a_stream_holds_no_element(attack: str) -> None:
    assert tags_of(escape_tail(attack)) == []


def test_the_open_end_of_a_stream_reads_as_it_was_written() -> None:
    assert text_of(escape_tail("a <b> & **c**\n  d")) == "a <b> & **c**\n  d"
