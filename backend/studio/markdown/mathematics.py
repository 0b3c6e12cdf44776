r"""
Mathematics in Markdown: `$…$`, `$$…$$`, `\(…\)` and `\[…\]` are kept from emphasis and escapes, as source text.

Own rules instead of a plugin: the ones there are decide whether `$$` opens a block by looking for its end, however
far away. A stream has not got its end yet, so what looked like a finished paragraph would turn into mathematics
later. Here a line decides by itself (and by whether a line follows at all), and an open block ends with its closer,
at a blank line, which display mathematics cannot contain anyway, or with the text.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

_CLOSERS = {"$$": "$$", "\\[": "\\]"}
_INLINE_CLOSERS = {"\\(": "\\)", "\\[": "\\]", "$$": "$$"}
_INLINE_CHARACTERS = 2000

# One dollar to the next; what follows must not be a word, so that "$HOME/$USER" and "$5-$10" stay text.
_DOLLARS = re.compile(r"\$((?:[^$\\]|\\[\s\S]){1,1000}+)\$(?![\w$])")
_SIGN = re.compile(r"[\\^_=+{}<>&]")
_WORD = re.compile(r"(?<![\w\\])[A-Za-z]{2,}")


def mathematics(parser: MarkdownIt) -> None:
    """Add the tokens `math_block`, `math_inline` and `math_inline_display`; content is without the delimiters."""
    parser.block.ruler.before(
        "fence", "math_block", _block, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    parser.inline.ruler.before("escape", "math_inline", _inline)


def _block(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    if state.is_code_block(start_line):
        return False
    first = _line(state, start_line)
    closer = _CLOSERS.get(first[:2])
    if closer is None:
        return False

    body = first[2:].strip()
    if closer in body:
        content = body[: -len(closer)].strip()
        if not body.endswith(closer) or not content or closer in content:
            return False
        return silent or _push(state, start_line, start_line + 1, content, is_closed=True)

    is_continued = start_line + 1 < end_line and _goes_on(state, start_line + 1)
    if not (_SIGN.search(body) if body else is_continued):
        return False
    return silent or _push_lines(state, start_line, end_line, body, closer)


def _push_lines(state: StateBlock, start_line: int, end_line: int, body: str, closer: str) -> bool:
    lines = [body] if body else []
    line = start_line + 1
    while line < end_line and _goes_on(state, line):
        text = _line(state, line).rstrip()
        line += 1
        if text.endswith(closer):
            lines.append(text[: -len(closer)])
            return _push(state, start_line, line, "\n".join(lines).strip(), is_closed=True)
        lines.append(text)
    return _push(state, start_line, line, "\n".join(lines).strip(), is_closed=False)


def _goes_on(state: StateBlock, line: int) -> bool:
    """Whether the line can belong to a block begun above: not blank, and not outside of the list or quote."""
    return not state.isEmpty(line) and state.sCount[line] >= state.blkIndent


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def _push(state: StateBlock, start_line: int, next_line: int, content: str, *, is_closed: bool) -> bool:
    token = state.push("math_block", "div", 0)
    token.content = content
    token.map = [start_line, next_line]
    token.meta = {"is_closed": is_closed}
    state.line = next_line
    return True


def _inline(state: StateInline, silent: bool) -> bool:
    character = state.src[state.pos]
    if character not in "$\\":
        return False
    opener = state.src[state.pos : state.pos + 2]
    found = _delimited(state, opener) if opener in _INLINE_CLOSERS else _single_dollar(state, character)
    if found is None:
        return False

    content, end = found
    if not silent:
        display = "" if opener == "\\(" or opener not in _INLINE_CLOSERS else "_display"
        state.push(f"math_inline{display}", "span", 0).content = content.strip()
    state.pos = end
    return True


def _delimited(state: StateInline, opener: str) -> tuple[str, int] | None:
    closer = _INLINE_CLOSERS[opener]
    start = state.pos + 2
    end = state.src.find(closer, start, min(state.posMax, start + _INLINE_CHARACTERS))
    content = state.src[start:end]
    if end < 0 or not content.strip():
        return None
    # "$$ is the process, $$ too" against "$$ x = y $$".
    if opener == "$$" and (content[0].isspace() or content[-1].isspace()) and not _SIGN.search(content):
        return None
    # "\[text\](address)" is somebody showing how a link is written.
    if opener == "\\[" and state.src[end + 2 : end + 3] == "(":
        return None
    return content, end + 2


def _single_dollar(state: StateInline, character: str) -> tuple[str, int] | None:
    if character != "$" or (state.pos and _is_word(state.src[state.pos - 1])):
        return None
    found = _DOLLARS.match(state.src, state.pos, state.posMax)
    if found is None:
        return None
    content = found.group(1)
    if content[0].isspace() or content[-1].isspace() or _is_price(content):
        return None
    return content, found.end()


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "$"


def _is_price(content: str) -> bool:
    """Whether "$5 for me, 6$" is about money: begins with a digit, contains words, and no command."""
    return content[0].isdigit() and "\\" not in content and _WORD.search(content) is not None
