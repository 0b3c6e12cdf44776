"""
The Markdown that is understood: CommonMark without HTML, with tables, strikethrough, tasks, mathematics, addresses.

One parser per process, shared by threads: what one parse needs to know travels in its `env`.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

from studio.markdown.bare_links import bare_links
from studio.markdown.elements import Elements
from studio.markdown.mathematics import mathematics

# Levels of the block parser: a list inside a list is two. Beyond this markdown-it silently drops the rest of the
# text, so `render` looks for tokens at the limit and shows such a text unformatted.
MOST_LEVELS = 40

_LINE_COST = 5
# Brackets make the parser look ahead, emphasis makes it look back.
_POSITION_COST = {"[": 8, "!": 8, "*": 3, "_": 3, "~": 3, "\\": 3}
_ADDRESS_COST = 15
# No user information: in "https://studio.example@evil.example" people read the wrong end.
_LINK = re.compile(r"https?://[^/?#@\\\s]+(?:[/?#]|$)|mailto:[^\s@]+@[^\s@]+$", re.IGNORECASE)


class TooMuchWork(Exception):
    """The text makes the parser try more than a text of its size deserves."""


@dataclass(slots=True)
class Work:
    """
    What one parse may still spend: one unit is one ordinary position at which the inline rules are tried (about 4 µs).

    Counted, not timed: the same text must look the same on a busy day.
    """

    left: int
    tokens: int = 0

    def spend(self, units: int) -> None:
        self.left -= units
        if self.left < 0:
            raise TooMuchWork


class StudioMarkdown(MarkdownIt):
    """markdown-it with one rule for addresses: http, https and mailto, absolute; all else stays source text."""

    def validateLink(self, url: str) -> bool:
        return _LINK.match(url) is not None


def new_env(units: int) -> dict[str, Any]:
    """The environment of one parse, which may spend so many units of work."""
    return {"work": Work(units)}


@cache
def markdown_parser() -> MarkdownIt:
    options = {"html": False, "xhtmlOut": False, "maxNesting": MOST_LEVELS, "tasklists": True}
    parser = StudioMarkdown("commonmark", options, renderer_cls=Elements)
    parser.enable(["table", "strikethrough"]).disable(["html_block", "html_inline"])
    parser.use(mathematics).use(bare_links)
    # Also among the rules that may end a paragraph, quote or list: those are asked once a line.
    parser.block.ruler.before(
        "table", "work", _count_line, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    parser.inline.ruler.before("text", "work", _count_position)
    return parser


def _count_line(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    work: Work = state.env["work"]
    made = len(state.tokens) - work.tokens
    work.tokens += made
    work.spend(_LINE_COST + made + state.src.count("|", state.bMarks[start_line], state.eMarks[start_line]))
    return False


def _count_position(state: StateInline, silent: bool) -> bool:
    cost = (
        _ADDRESS_COST
        if state.src.startswith("://", state.pos)
        else _POSITION_COST.get(state.src[state.pos], 1)
    )
    state.env["work"].spend(cost)
    return False
