"""Where a growing text is cut."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from studio.markdown import BlockSplitter, closed_blocks, render_markdown

ANSWERS = [
    "# Title\n\nIntro with **bold**.\n\n- a\n- b\n  - c\n\n    still c\n\n- d\n\nAfter the list.\n\nThe end",
    "Steps:\n1. one\n   ```sh\n   ls\n\n   pwd\n   ```\n2. two\n\n   more of two\n\n**Done** then.\n",
    "> quote\nlazy\n\n> another\n\n| a | b |\n|---|---|\n| 1 | 2 |\nrow\n\ntext\n",
    "```python\n# no\n\n\ndef f():\n    pass\n```\nafter\n\n~~~\nopen fence\n\nstill\n",
    "Formula:\n\\[\na = b\n\\]\nand $x$:\n\n$$\nc\n$$\n\nSetext\n===\n\n---\n\n    code\n\n    more code\n\nend\n",
    "Windows\r\n\r\n- list\r\n- two\r\n\r\nlone\r\rreturns\r\n",
    "[a]: https://ok.example\n\nuses [a] here\n\n* star\n* star\n\n1. number\n\n3 apples\n",
    "-\n\nempty item\n\n1) a\n\n10) b\n\n- - nested\n\n- - -\n\n* * *\nend",
]
PIECES = st.sampled_from(
    ["a", "b c", "\n", "\n\n", "- ", "* ", "1. ", "2) ", "  ", "    ", "\t", "> ", "```", "~~~", "# ", "---", "===",
     "|", "| a | b |\n|---|---|\n", "$$", "\\[", "\\]", "$x$", "`", "**", "\r\n", "\r", "\x00", "\u202d", "é",
     "- [ ] ", "10. ", "   ", "<b>", "\\", "1", "-", "*", "."]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=40).map("".join)


def squeezed(html: str) -> str:
    return re.sub(r"\s+", " ", html).replace("> <", "><").strip()


@given(TEXTS, st.lists(st.integers(1, 7), min_size=1, max_size=12))
@settings(max_examples=150, deadline=None)
def test_the_cutting_of_a_stream_does_not_matter(text: str, sizes: list[int]) -> None:
    splitter = BlockSplitter()
    closed: list[str] = []
    position = turn = 0
    while position < len(text):
        step = sizes[turn % len(sizes)]
        closed += splitter.feed(text[position : position + step])
        position, turn = position + step, turn + 1
        assert (closed, splitter.tail) == closed_blocks(text[:position])

    assert splitter.closed_count == len(closed)


@given(TEXTS, TEXTS)
@settings(max_examples=150, deadline=None)
def test_a_closed_block_stays_whatever_follows(text: str, more: str) -> None:
    before, _ = closed_blocks(text)
    after, _ = closed_blocks(text + more)

    assert after[: len(before)] == before


@given(TEXTS)
@settings(max_examples=150, deadline=None)
def test_no_character_is_lost(text: str) -> None:
    closed, tail = closed_blocks(text)

    assert "".join(closed) + tail == text


@given(TEXTS.filter(lambda text: len(text) < 60))
@settings(max_examples=150, deadline=None)
def test_blocks_rendered_one_by_one_are_the_text_rendered_at_once(text: str) -> None:
    closed, tail = closed_blocks(text)

    assert squeezed("".join(render_markdown(part) for part in [*closed, tail])) == squeezed(
        render_markdown(text)
    )


@pytest.mark.parametrize("answer", ANSWERS)
def test_answers_rendered_block_by_block_are_the_answer_rendered_at_once(answer: str) -> None:
    closed, tail = closed_blocks(answer)

    assert len(closed) > 1
    assert squeezed("".join(render_markdown(part) for part in [*closed, tail])) == squeezed(
        render_markdown(answer)
    )


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a paragraph\n", 0),
        ("a paragraph\n\n", 1),
        ("a paragraph\n# Heading", 0),
        ("a paragraph\n# Heading\n", 2),
        ("- a\n\n", 0),
        ("- a\n\n ", 0),
        ("- a\n\n-", 0),
        ("- a\n\nN", 1),
        ("- a\n\n**", 1),
        ("1. a\n\n2", 0),
        ("1. a\n\n2.", 0),
        ("1. a\n\n2 ", 1),
        ("1. a\n\n2.5", 1),
        ("- a\n\n  more\n\n- b\n", 0),
        ("```\na\n\n# b\n", 0),
        ("```\na\n```\n", 1),
        ("````\na\n```\n", 0),
        ("$$\nx\n", 0),
        ("$$\nx\n$$\n", 1),
        ("| a |\n|---|\n| 1 |\n", 0),
        ("| a |\n|---|\n| 1 |\n\n", 1),
        ("> a\n\n", 1),
        ("    code\n\n    more\n", 0),
        ("    code\n\nx", 1),
        ("[a]: https://ok.example\n\n", 0),
    ],
)
def test_a_block_closes_as_soon_as_nothing_can_change_it(text: str, count: int) -> None:
    assert len(closed_blocks(text)[0]) == count


def test_a_late_definition_is_the_known_exception() -> None:
    text = "see [a]\n\n[a]: https://ok.example\n"
    closed, tail = closed_blocks(text)

    assert "<a " not in "".join(render_markdown(part) for part in [*closed, tail])
    assert "<a " in render_markdown(text)


@pytest.mark.parametrize(
    "line", ["a word\n", "- item\n", "1. item\n   - nested\n", "> quote\n", "| a | b |\n", "    code\n"]
)
def test_a_stream_ten_times_as_long_costs_no_square(line: str) -> None:
    head = "| a | b |\n|---|---|\n" if line.startswith("|") else ""

    def cost(lines: int) -> float:
        best = float("inf")
        for _ in range(3):
            splitter = BlockSplitter()
            splitter.feed(head)
            started = time.thread_time()
            for _ in range(lines):
                splitter.feed(line)
            best = min(best, time.thread_time() - started)
        return best

    assert cost(3_000) < 30 * cost(300) + 0.02
