"""Model output to HTML: parse, render, sanitise; whatever cannot be done cheaply or safely is shown as plain text."""

from collections.abc import Sequence
from math import inf
from typing import Any

import structlog
from markdown_it.token import Token
from markupsafe import Markup, escape

from studio.markdown.elements import outline
from studio.markdown.parser import MOST_LEVELS, TooMuchWork, markdown_parser, new_env
from studio.markdown.plain import writable
from studio.markdown.sanitise import sanitise

MOST_CHARACTERS = 200_000
MOST_CHARACTERS_OF_A_TAIL = 8_000
MOST_TOKENS = 100_000
_TOKENS_OF_A_CODE_BLOCK = 10
# Emphasis can nest 25,000 deep in 100,000 asterisks; browsers stop at 512 elements.
DEEPEST_ELEMENT = 60
# Prose spends 0.3 units a character, so 200,000 characters of it pass; hostile text stops after about half a second.
MOST_WORK = 150_000

# A tail is rendered anew with every delta, for each stream, between all others: 8 ms at most, and no colours.
MOST_WORK_OF_A_TAIL = 3_000

_log = structlog.get_logger(__name__)


class _Unfit(Exception):
    """The text parses into something too deep or too large to put on a page."""


def render_markdown(text: str, *, is_outlined: bool = False) -> Markup:
    """
    Markdown from a stranger as safe HTML; never raises, never takes a second.

    Text that is too long (200,000 characters), too deep or too costly comes back whole but unformatted, in
    `<div class="plain">`. The same text always gives the same HTML. Thread-safe.

    `is_outlined`: the headings skip no level, which takes a whole text. One that grows has to give each of its
    headings the level it keeps.
    """
    text = writable(text)
    if len(text) > MOST_CHARACTERS:
        return unformatted(text)
    try:
        return Markup(_render(text, new_env(MOST_WORK), is_outlined=is_outlined))
    except (_Unfit, TooMuchWork, RecursionError) as reason:
        _log.info("markdown.unformatted", reason=type(reason).__name__, characters=len(text))
    except (
        Exception
    ) as error:  # a parser's bug must not take the page, and with it every later visit of it, down
        _log.warning("markdown.failed", error=type(error).__name__, characters=len(text))
    return unformatted(text)


def render_tail(text: str) -> Markup:
    """
    The open block of a stream as it would look if nothing followed; cheap, since it is asked for with every delta.

    Code in it is not coloured yet. Over 8,000 characters or a small budget of work it is unformatted.
    """
    text = writable(text)
    if len(text) > MOST_CHARACTERS_OF_A_TAIL:
        return unformatted(text)
    try:
        return Markup(_render(text, new_env(MOST_WORK_OF_A_TAIL) | {"highlighted": inf}))
    except Exception:  # said once the block is finished, when `render_markdown` meets the same
        return unformatted(text)


def unformatted(text: str) -> Markup:
    return Markup('<div class="plain">{}</div>\n').format(escape(text))


def _render(text: str, env: dict[str, Any], *, is_outlined: bool = False) -> str:
    parser = markdown_parser()
    tokens = parser.parse(text, env)
    _check(tokens)
    if is_outlined:
        outline(tokens)
    return sanitise(parser.renderer.render(tokens, parser.options, env))


def _check(tokens: Sequence[Token]) -> None:
    count = len(tokens)
    for token in tokens:
        if token.type == "fence":
            count += _TOKENS_OF_A_CODE_BLOCK
        if token.level >= MOST_LEVELS - 1:
            raise _Unfit
        if token.children:
            count += len(token.children)
            _check_depth(token.children)
    if count > MOST_TOKENS:
        raise _Unfit


def _check_depth(children: Sequence[Token]) -> None:
    depth = 0
    for token in children:
        depth += token.nesting
        if depth > DEEPEST_ELEMENT:
            raise _Unfit
