"""
Code to coloured code: Pygments finds the tokens, a handful of classes of our own names them.

Pygments' own formatter has some eighty classes and marks every comma; ten groups are what a calm page shows, and the
HTML shrinks to a third. The classes are styled in `frontend/static/css/highlight.css`.
"""

from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module
from time import thread_time
from typing import TYPE_CHECKING

from markdown_it.common.utils import escapeHtml
from markdown_it.utils import EnvType

from studio.markdown.languages import LEXERS

if TYPE_CHECKING:
    from pygments.lexer import Lexer
    from pygments.token import _TokenType as TokenType

# Lexers are regular expressions at about 0.3 MB/s with slow corners: 20,000 characters of "a" on lines of their own
# cost the one for C# more than a minute. So the time is looked at between tokens, and what takes longer stays plain:
# the one thing about a text that may differ from day to day is its colours.
MOST_CHARACTERS_OF_A_BLOCK = 20_000
MOST_CHARACTERS_OF_A_TEXT = 60_000
LONGEST_LINE = 1_000
MOST_SECONDS_OF_A_TEXT = 0.25

_NAMES = "comment keyword string escape number name builtin deleted inserted heading"
CLASSES = frozenset(f"hl-{name}" for name in _NAMES.split())

_GROUPS = {
    "Comment": "comment", "Comment.Preproc": "keyword", "Comment.PreprocFile": "string",
    "Keyword": "keyword", "Keyword.Type": "builtin", "Keyword.Constant": "number", "Operator.Word": "keyword",
    "Literal.String": "string", "Literal.String.Escape": "escape", "Literal.String.Interpol": "escape",
    "Literal.String.Doc": "comment", "Literal.Number": "number", "Literal.Date": "number",
    "Name.Function": "name", "Name.Class": "name", "Name.Namespace": "name", "Name.Tag": "keyword",
    "Name.Attribute": "name", "Name.Decorator": "builtin", "Name.Builtin": "builtin", "Name.Exception": "builtin",
    "Name.Constant": "number", "Name.Entity": "escape", "Name.Label": "builtin",
    "Generic.Deleted": "deleted", "Generic.Inserted": "inserted", "Generic.Error": "deleted",
    "Generic.Heading": "heading", "Generic.Subheading": "heading", "Generic.Prompt": "comment",
}  # fmt: skip


def highlight(code: str, language: str, env: EnvType) -> str:
    """
    The code as escaped HTML, with spans where its language is known and it is not too long.

    `env["highlighted"]` counts the characters that a text has had highlighted so far.
    """
    lexer = _lexer(language.lower())
    done = env.get("highlighted", 0)
    if (
        lexer is None
        or len(code) > MOST_CHARACTERS_OF_A_BLOCK
        or done + len(code) > MOST_CHARACTERS_OF_A_TEXT
    ):
        return escapeHtml(code)
    if any(len(line) > LONGEST_LINE for line in code.split("\n")):
        return escapeHtml(code)
    env["highlighted"] = done + len(code)
    coloured = _coloured(lexer, code, env)
    return escapeHtml(code) if coloured is None else coloured


def _coloured(lexer: "Lexer", code: str, env: EnvType) -> str | None:
    """The spans; None when the text's time for colours is over."""
    started = thread_time()
    deadline = started + env.get("seconds_for_colours", MOST_SECONDS_OF_A_TEXT)
    spans: list[str] = []
    for group, text in _runs(lexer, code):
        if thread_time() > deadline:
            env["seconds_for_colours"] = 0.0
            return None
        spans.append(_span(group, text))
    env["seconds_for_colours"] = deadline - thread_time()
    return "".join(spans)


def _span(group: str | None, text: str) -> str:
    return f'<span class="hl-{group}">{escapeHtml(text)}</span>' if group else escapeHtml(text)


def _runs(lexer: "Lexer", code: str) -> Iterator[tuple[str | None, str]]:
    """
    Stretches of one group; blanks between two of a kind join them.

    At most 20 tokens long, so that whoever asks gets to look at the clock.
    """
    group: str | None = None
    pieces: list[str] = []
    for token_type, piece in lexer.get_tokens(code):
        found = _group(token_type)
        is_same = found == group or not piece.strip()
        if pieces and (not is_same or len(pieces) == 20):
            yield group, "".join(pieces)
            pieces = []
        if not is_same:
            group = found
        pieces.append(piece)
    if pieces:
        yield group, "".join(pieces)


@lru_cache(maxsize=512)
def _group(token_type: "TokenType") -> str | None:
    """The group of the nearest known ancestor: `Token.Literal.String.Double` is a string."""
    path = list(token_type)
    while path:
        group = _GROUPS.get(".".join(path))
        if group is not None:
            return group
        path.pop()
    return None


@lru_cache(maxsize=256)
def _lexer(language: str) -> "Lexer | None":
    """
    A lexer by one of the names in `LEXERS`; Pygments itself is imported here, at the first code block, in 50 ms.

    Its own look-up is not used: it opens any of 500 lexers, and for an unknown name searches the plugins of every
    installed package, each time.
    """
    address = LEXERS.get(language)
    if address is None:
        return None
    module, name = address.split(":")
    lexer: Lexer = getattr(import_module(f"pygments.lexers.{module}"), name)(stripnl=False, ensurenl=False)
    return lexer
