"""
Cutting a growing Markdown text into finished top-level blocks and one open end.

A finished ("closed") block never changes again, whatever follows, so it can be rendered and sent once. What is closed
depends on the text so far alone and not on the pieces it came in: a process that starts again and reads the stored
text reaches the same blocks. Blank lines belong to the block after them; closed blocks and tail joined are the text.

Rendering the closed blocks and the tail one by one and joining gives what rendering the whole gives, except:

- A reference link (`[text][name]`) whose definition stands in another block: it stays source text until the whole is
  rendered. Definitions directly before their paragraph belong to its block and work.
- The bounds of `render` (length, depth, work, highlighted characters) hold for each block alone.
- The parser is asked about an open block only after every sixteenth of growth, and no more once that is too much
  work, so that a stream costs its length and not its square. In a long block of unusual lines two may close as one.
"""

import re
from dataclasses import dataclass, replace
from math import inf

from markdown_it.token import Token

from studio.markdown.parser import TooMuchWork, markdown_parser, new_env
from studio.markdown.plain import writable

_GROWTH = 16
_MOST_WORK = 20_000

# "\r" at the very end may be half of "\r\n"; it ends a line once something follows.
_LINE_END = re.compile(r"\r\n|\n|\r(?=[\s\S])")
_BLANKS = " \t\r\n"
_BEGINNING_CHARACTERS = 16

# The beginning of a line that cannot continue a list after a blank line: no indentation, and no marker however the
# line goes on. It speaks before the line is complete, so a list closes with the first letters after it.
_NOT_A_LIST = re.compile(r"[^\s\-+*0-9]|[-+*]\S|[0-9]{1,9}[^0-9.)\r\n]|[0-9]{1,9}[.)]\S|[0-9]{10}")
_NOT_CODE = re.compile(r"\S")
_SURVIVES_BLANK = {
    "bullet_list_open": _NOT_A_LIST,
    "ordered_list_open": _NOT_A_LIST,
    "code_block": _NOT_CODE,
}
_ENDS_WITH_BLANK = frozenset({"paragraph_open", "table_open", "blockquote_open", "math_block"})
_ENDS_ITSELF = frozenset({"heading_open", "hr"})
# A marker at the margin and something after it, but not a rule: `- - -`.
_ITEM = re.compile(r"(?![-*\s]*\Z)((?:[0-9]{1,9}(?=[.)])|(?=[-+*]))([-+*.)]) {1,4})\S")
_UNKNOWN_INDENT = 1_000


@dataclass(frozen=True, slots=True)
class _Open:
    """
    The block that the tail is inside of: its token type, its marker, and its first character.

    For a list also the indentation in columns that keeps a line inside its last item.
    """

    kind: str
    markup: str
    first: str
    indent: int = _UNKNOWN_INDENT


class BlockSplitter:
    """
    Fed with pieces of a text, answers with the blocks that became finished.

    A piece without a line break costs next to nothing; a line that may end its block costs one block parse of the
    tail. Not thread-safe: one splitter belongs to one stream.
    """

    def __init__(self) -> None:
        self.closed_count = 0
        self._lines: list[str] = []  # the complete lines of the tail
        self._rest = ""  # the line that is not complete
        self._size = 0  # characters in _lines
        self._content_lines = 0  # _lines up to and with the last one that is not blank
        self._open: _Open | None = None  # None: not known, the parser has to be asked
        self._looked_at: float = 0  # _size when the parser was last asked

    @property
    def tail(self) -> str:
        """The text after the last closed block."""
        return "".join(self._lines) + self._rest

    def feed(self, piece: str) -> list[str]:
        """Add a piece; returns the source texts of the blocks it finished, usually none."""
        scan_from = max(0, len(self._rest) - 1)
        text = self._rest + piece
        closed: list[str] = []
        start = 0
        for line_end in _LINE_END.finditer(text, scan_from):
            self._take_line(text[start : line_end.end()], closed)
            start = line_end.end()
        self._rest = text[start:]
        self._take_beginning(self._rest, closed)
        self.closed_count += len(closed)
        return closed

    def _take_line(self, line: str, closed: list[str]) -> None:
        self._take_beginning(line, closed)
        self._lines.append(line)
        self._size += len(line)
        if _is_blank(line):
            if self._open is None and self._content_lines:
                self._look(closed)
            elif self._open is not None and self._open.kind in _ENDS_WITH_BLANK:
                self._close([self._content_lines], closed)
            return
        self._content_lines = len(self._lines)
        self._open = self._open and _continued(self._open, writable(line))
        if self._open is None:
            self._look(closed)

    def _take_beginning(self, line: str, closed: list[str]) -> None:
        """Close a list or indented code after which, blank lines between, something else is beginning."""
        if self._open is None or self._content_lines == len(self._lines):
            return
        ending = _SURVIVES_BLANK.get(self._open.kind)
        if ending is not None and ending.match(writable(line[:_BEGINNING_CHARACTERS])):
            self._close([self._content_lines], closed)

    def _look(self, closed: list[str]) -> None:
        """Ask the parser what the complete lines are; close all but the last block, and that if it has ended."""
        self._open = None
        if self._size * _GROWTH < self._looked_at * (_GROWTH + 1):
            return
        self._looked_at = self._size
        try:
            blocks = _top_level_blocks("".join(self._lines))
        except (TooMuchWork, RecursionError):
            self._looked_at = inf
            return
        if not blocks:
            return

        ends = [self._content_end(block) for block in blocks]
        if not self._has_ended(blocks[-1], ends[-1]):
            last, ends = blocks[-1], ends[:-1]
            first_line = self._lines[last.map[0] if last.map else 0]
            self._close(ends, closed)
            indent = _item_indent(self._lines, last.markup)
            self._open = _Open(last.type, last.markup, first_line.lstrip(_BLANKS)[:1], indent)
            self._looked_at = self._size
        else:
            self._close(ends, closed)

    def _close(self, ends: list[int], closed: list[str]) -> None:
        """Cut the tail behind each of these numbers of lines."""
        start = 0
        for end in ends:
            closed.append("".join(self._lines[start:end]))
            self._size -= len(closed[-1])
            start = end
        if ends:
            self._lines = self._lines[start:]
            self._content_lines = max(0, self._content_lines - start)
            self._looked_at = 0
            self._open = None

    def _content_end(self, block: Token) -> int:
        """The number of lines up to the last one of the block that is not blank."""
        start, end = block.map or (0, 0)
        while end > start + 1 and _is_blank(self._lines[end - 1]):
            end -= 1
        return end

    def _has_ended(self, block: Token, end: int) -> bool:
        if block.type in _ENDS_ITSELF or (block.type == "math_block" and block.meta["is_closed"]):
            return True
        if block.type == "fence":
            is_longer = block.map is not None and end - block.map[0] > 1
            return is_longer and _is_end_of_fence(writable(self._lines[end - 1]), block.markup)
        return block.type in _ENDS_WITH_BLANK and end < len(self._lines) and _is_blank(self._lines[end])


def closed_blocks(text: str) -> tuple[list[str], str]:
    """The closed blocks of a text and its tail; what `BlockSplitter` has said after any cutting of it."""
    splitter = BlockSplitter()
    return splitter.feed(text), splitter.tail


def _top_level_blocks(source: str) -> list[Token]:
    """The opening tokens of the blocks, without their insides. Raises TooMuchWork."""
    parser = markdown_parser()
    tokens: list[Token] = []
    source = writable(source).replace("\r\n", "\n").replace("\r", "\n")
    parser.block.parse(source, parser, new_env(_MOST_WORK), tokens)
    return [token for token in tokens if token.level == 0 and token.nesting >= 0]


def _item_indent(lines: list[str], markup: str) -> int:
    """Where the text of the last item at the margin begins, if there is one."""
    items = (_ITEM.match(line) for line in reversed(lines))
    return next((len(item.group(1)) for item in items if item and item.group(2) == markup), _UNKNOWN_INDENT)


def _continued(block: _Open, line: str) -> _Open | None:
    """The open block with one more line, not blank, where it is certain to belong to it; None where one has to look."""
    if block.kind in ("bullet_list_open", "ordered_list_open"):
        item = _ITEM.match(line)
        if item is not None and item.group(2) == block.markup:
            return replace(block, indent=len(item.group(1)))
        return block if len(line) - len(line.lstrip(" ")) >= block.indent else None
    return block if _continues(line, block) else None


def _continues(line: str, block: _Open) -> bool:
    match block.kind:
        case "fence":
            return not _is_end_of_fence(line, block.markup)
        case "blockquote_open":
            return line[0] == ">"
        case "table_open":
            return line[0] == "|" or line[0].isalpha()
        case "code_block":
            return line.startswith(("    ", "\t"))
        case "math_block":
            return not line.rstrip().endswith(("$$", "\\]"))
        case _:
            # A letter begins no other block; but "[" may have begun a reference definition over several lines.
            return line.lstrip(_BLANKS)[0].isalpha() and block.first != "["


def _is_end_of_fence(line: str, markup: str) -> bool:
    marks = line.strip(_BLANKS)
    indent = len(line) - len(line.lstrip(" "))
    return (
        indent < 4 and len(marks) >= len(markup) and not marks.strip(markup[0]) and line[indent] == markup[0]
    )


def _is_blank(line: str) -> bool:
    return not writable(line).strip(_BLANKS)
