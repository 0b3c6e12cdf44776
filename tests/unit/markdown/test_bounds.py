"""No text makes the renderer slow, deep, or silent: at worst it comes back unformatted and whole."""

import gc
import sys
import time
from collections.abc import Callable

import pytest
from studio.markdown import closed_blocks, render_markdown, render_tail
from studio.markdown.render import MOST_CHARACTERS

from tests.support.safe_html import complaints_about, text_of

FILL = [
    ">", "> ", "[", "![", "![[", "[](", "![a](b", "[a][b]", "[$", "[`", "*", "**a ", "_a", "*_", "a**b", "***a** b* ",
    "~~a", "`", "`a", "<", "<a ", "<http:", "&", "&#", "\\", "\\(", "\\[", "$", "$a", "$1 ", "|", "|-", "a|b\n", "- ",
    "- a\n", "1. a\n", "- > ", ">- ", "+ -\n", "[a]: b\n", "a\n===\n", "$$\n", "\\[\n", "```\n", "```py\na\n```\n",
    "://", "https://a ", "http://a)", "[x](http://a)", " ", "\t", "\n", "\x00", "a",
]  # fmt: skip
SHAPES = {
    "emphasis 50,000 deep": "*" * 50_000 + "a" + "*" * 50_000,
    "10,000 quotes on a line": ">" * 10_000,
    "10,000 brackets": "[" * 10_000 + "]" * 10_000,
    "lists 440 deep": "".join("  " * depth + "- a\n" for depth in range(440)),
    "quotes 600 deep": "\n".join(">" * depth for depth in range(600)),
    "nested pictures": "![" * 9_000 + "](a)" * 9_000,
    "a table of 150,000 cells": "|".join("a" * 50)
    + "\n"
    + "|".join("-" * 50)
    + "\n"
    + ("|" * 50 + "\n") * 3_000,
    "a table that fills itself up": "|".join("a" * 500) + "\n" + "|".join("-" * 500) + "\n" + "a\n" * 30_000,
    "a quote of 90,000 lazy lines": "> a\n" + "b\n" * 90_000,
    "a list of 90,000 lazy lines": "- a\n" + "b\n" * 90_000,
    "brackets behind an address": "http://a" + "(" * 1_900 + ")" * 100_000,
    "slow C#": "```csharp\n" + "a\n" * 9_000 + "```",
    "slow Jinja": "```jinja\n" + ("#{" * 450 + "\n") * 20 + "```",
}


ORDINARY = (
    "The quick brown **fox** jumps over the `lazy` dog, see [more](https://ok.example/a). " * 5 + "\n\n"
) * 100


def costs_at_most(ordinary_answers: float, work: Callable[[], object]) -> bool:
    """
    Whether the work costs no more than so many ordinary answers of 200,000 characters (0.3 s each, undisturbed).

    Each try measures both, and one of three has to do: a busy machine must not fail the test.
    """
    for _ in range(3):
        unit = seconds(lambda: render_markdown(ORDINARY)) * MOST_CHARACTERS / len(ORDINARY)
        if seconds(work) <= ordinary_answers * unit:
            return True
    return False


def seconds(work: Callable[[], object]) -> float:
    """Without collecting garbage: what thousands of tests before have left would be looked through on our time."""
    gc.disable()
    try:
        started = time.thread_time()
        work()
        return time.thread_time() - started
    finally:
        gc.enable()


@pytest.mark.parametrize("unit", FILL)
def test_nothing_repeated_costs_more_than_a_few_ordinary_answers(unit: str) -> None:
    text = (unit * 100_000)[:100_000]

    assert costs_at_most(3, lambda: render_markdown(text))


@pytest.mark.parametrize("shape", SHAPES)
def test_no_shape_costs_more_than_a_few_ordinary_answers(shape: str) -> None:
    assert costs_at_most(4, lambda: render_markdown(SHAPES[shape]))


@pytest.mark.parametrize("shape", SHAPES)
def test_splitting_a_hostile_text_costs_about_as_much_as_a_few_renderings(shape: str) -> None:
    assert costs_at_most(10, lambda: closed_blocks(SHAPES[shape]))


@pytest.mark.parametrize("unit", FILL)
def test_what_is_repeated_comes_out_on_the_allow_list(unit: str) -> None:
    assert complaints_about(render_markdown((unit * 3_000)[:3_000])) == []


@pytest.mark.parametrize("shape", ["lists 440 deep", "quotes 600 deep", "emphasis 50,000 deep"])
def test_what_is_too_deep_comes_back_whole_and_unformatted(shape: str) -> None:
    html = render_markdown(SHAPES[shape])

    assert html.startswith('<div class="plain">')
    assert text_of(html).strip() == SHAPES[shape].strip()


@pytest.mark.parametrize("unit", FILL)
def test_the_tail_of_a_hostile_stream_costs_a_fraction_of_an_answer(unit: str) -> None:
    text = (unit * 8_000)[:8_000]

    assert costs_at_most(0.25, lambda: render_tail(text))
    assert complaints_about(render_tail(text)) == []


def test_a_tail_looks_like_the_block_it_will_be_but_for_the_colours() -> None:
    assert render_tail("a **b** `c") == render_markdown("a **b** `c")
    assert text_of(render_tail("```python\nx = 1")) == text_of(render_markdown("```python\nx = 1"))
    assert "hl-" not in render_tail("```python\nx = 1")


def test_a_long_tail_is_unformatted() -> None:
    assert render_tail("*a* " * 3_000).startswith('<div class="plain">*a* *a*')


def test_text_over_the_limit_comes_back_unformatted() -> None:
    assert render_markdown("*a*" * 70_000).startswith('<div class="plain">*a*')


def test_a_long_ordinary_answer_is_formatted() -> None:
    paragraph = (
        "The quick brown **fox** jumps over the `lazy` dog, see [more](https://ok.example/a): " * 4 + "\n\n"
    )
    text = (paragraph * 1_000)[: MOST_CHARACTERS - 1_000]

    assert "<strong>fox</strong>" in render_markdown(text)


def test_lists_as_deep_as_people_write_them_are_formatted() -> None:
    html = render_markdown("".join("  " * depth + f"- level {depth}\n" for depth in range(15)))

    assert html.count("<ul>") == 15


def test_a_full_stack_is_no_error_of_the_reader() -> None:
    def deep(levels: int) -> str:
        return deep(levels - 1) if levels else render_markdown("> " * 30 + "*a*")

    depth = 0
    frame = sys._getframe()
    while frame:
        depth, frame = depth + 1, frame.f_back  # type: ignore[assignment]
    html = deep(sys.getrecursionlimit() - depth - 60)

    assert "a" in text_of(html)
