"""Whatever a model writes, only the allow-list reaches the page."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from studio.markdown import BlockSplitter, escape_tail, render_markdown, title_from
from studio.markdown.sanitise import sanitise

from tests.support.safe_html import complaints_about, tags_of, text_of
from tests.support.xss_corpus import XSS_CORPUS

FRAGMENTS = [
    *XSS_CORPUS,
    "\n",
    "\n\n",
    " ",
    "> ",
    "- ",
    "1. ",
    "    ",
    "```",
    "`",
    "|",
    "$",
    "[",
    "](",
    ")",
    "*",
    "_",
]


@pytest.mark.parametrize("attack", XSS_CORPUS)
def test_an_attack_leaves_nothing_but_the_allow_list(attack: str) -> None:
    assert complaints_about(render_markdown(attack)) == []


@pytest.mark.parametrize("attack", XSS_CORPUS)
@pytest.mark.parametrize(
    "frame", ["> {}", "- {}", "| a |\n|---|\n| {} |", "**{}**", "[{}](https://ok.example)"]
)
def test_an_attack_inside_of_other_markup_leaves_nothing_either(attack: str, frame: str) -> None:
    assert complaints_about(render_markdown(frame.replace("{}", attack))) == []


@pytest.mark.parametrize("attack", [attack for attack in XSS_CORPUS if "\ud83d" not in attack])
def test_the_sanitiser_alone_would_hold_if_the_parser_let_html_through(attack: str) -> None:
    assert complaints_about(sanitise(attack)) == []


@pytest.mark.parametrize("attack", XSS_CORPUS)
def test_an_attack_that_streams_in_is_harmless_at_every_moment(attack: str) -> None:
    splitter = BlockSplitter()
    for character in attack + "\n\nend":
        for block in splitter.feed(character):
            assert complaints_about(render_markdown(block)) == []
        assert tags_of(escape_tail(splitter.tail)) == []


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=8).map("".join))
@settings(max_examples=150, deadline=None)
def test_attacks_joined_at_random_leave_nothing(text: str) -> None:
    assert complaints_about(render_markdown(text)) == []


@given(st.text(st.characters(), max_size=200))
@settings(max_examples=150, deadline=None)
def test_any_characters_at_all_give_html_that_can_be_sent(text: str) -> None:
    html = render_markdown(text)

    assert complaints_about(html) == []
    html.encode("utf-8")
    escape_tail(text).encode("utf-8")
    title_from(text).encode("utf-8")


def test_html_is_shown_as_it_was_written() -> None:
    source = '<div hx-get="/x" onclick="alert(1)">&amp;</div>'

    assert text_of(render_markdown(f"`{source}`")).strip() == source


def test_a_link_that_is_refused_stays_readable() -> None:
    assert text_of(render_markdown("[click](javascript:alert(1))")).strip() == "[click](javascript:alert(1))"


def test_a_template_expression_is_only_text() -> None:
    assert text_of(render_markdown("{{7*7}} {% raw %}")).strip() == "{{7*7}} {% raw %}"


def test_half_an_emoji_does_not_end_the_response() -> None:
    assert text_of(render_markdown("\ud83d and on")).strip() == "\ufffd and on"


def test_directions_that_would_hide_code_are_spelled_out_in_it() -> None:
    html = render_markdown("```python\nif admin: \u202e# begin\n```\n`a\u2066b`")

    assert "\u202e" not in html
    assert "<U+2066>" in text_of(html)


def test_a_fence_cannot_choose_classes() -> None:
    assert 'class="btn' not in render_markdown("```btn card\nx\n```")
    assert "language-" not in render_markdown("```python\nx\n```")
