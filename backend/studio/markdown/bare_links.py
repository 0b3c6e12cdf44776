"""
Addresses written out in a text, `https://…`, become links.

Own rule: the ready-made ones scan the rest of the paragraph for each colon and each trailing bracket, which makes
100,000 brackets cost minutes. Only http and https; an address is at most 2,000 characters.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

_ADDRESS = re.compile(r"://[^\s<>\"`|]{1,2000}")
_SCHEME = re.compile(r"(?<![A-Za-z0-9+.-])https?$", re.IGNORECASE)
_NEVER_LAST = "?!.,:;*_~'\""
_PAIRS = {")": "(", "]": "["}


def bare_links(parser: MarkdownIt) -> None:
    """Add the rule; it emits the same tokens as `<https://…>` does."""
    parser.inline.ruler.push("bare_link", _bare_link)


def _bare_link(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != ":" or silent or state.linkLevel > 0:
        return False
    scheme = _SCHEME.search(state.src[max(0, state.pos - 6) : state.pos])
    if scheme is None or not state.pending.endswith(scheme.group()):
        return False
    rest = _ADDRESS.match(state.src, state.pos, state.posMax)
    if rest is None:
        return False

    address = scheme.group() + _without_punctuation(rest.group())
    target = state.md.normalizeLink(address)
    if not state.md.validateLink(target):
        return False
    state.pending = state.pending[: -len(scheme.group())]
    state.push("link_open", "a", 1).attrs = {"href": target}
    state.push("text", "", 0).content = address
    state.push("link_close", "a", -1)
    state.pos += len(address) - len(scheme.group())
    return True


def _without_punctuation(address: str) -> str:
    """The address without what ends the sentence around it: `.`, `,`, `**`, and brackets that it did not open."""
    surplus = {closer: address.count(closer) - address.count(opener) for closer, opener in _PAIRS.items()}
    end = len(address)
    while end:
        last = address[end - 1]
        if last in _PAIRS and surplus[last] > 0:
            surplus[last] -= 1
        elif last not in _NEVER_LAST:
            break
        end -= 1
    return address[:end]
