"""
Whether what a provider says quotes a prompt.

A quotation is rarely literal: line ends and quotation marks come escaped or collapsed, letters in another case, and a
long prompt cut off. So both sides are compared as words, without whatever stands between them. Too much is taken for a
quotation rather than too little: hiding words costs an administrator a clue, showing them costs somebody their privacy.
"""

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence

WORDS_MOST = 4  # so many words in a row are a quotation, or all of a shorter prompt
LETTERS_MOST = 20  # so are so many letters in a row, which also begin and end within words
MARKED_LEAST = 3  # letters of what stands between quotation marks

# Scripts that are written without spaces: there each letter counts as a word.
_UNSPACED = r"\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u2e80-\ua4cf\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]|(?:(?![{_UNSPACED}])[^\W_])+")
_ESCAPED = re.compile(r"\\+(?:u([0-9a-fA-F]{4})|[bfnrt]|(?=[\"'/`]))")
_MARKED = re.compile(r"[\"'`“”„‘’‚«»‹›「『]([^\"'`“”„‘’‚«»‹›」』]+)")
_CUT = re.compile(r"([^.…]{1,200})(?:…|\.\.\.)")


def quotes(said: str, prompt: str) -> bool:
    """Whether there is a part of the prompt in what was said; True if the prompt has no word to be known by."""
    asked = _words(prompt)
    if not asked:
        return True
    return any(_repeats(reading, asked) for reading in (said, _unescaped(said)))


def _repeats(said: str, asked: Sequence[str]) -> bool:
    words = _words(said)
    few = min(WORDS_MOST, len(asked))
    if not set(_runs(asked, few)).isdisjoint(_runs(words, few)):
        return True
    whole, told = " ".join(asked), " ".join(words)
    if any(told[at : at + LETTERS_MOST] in whole for at in range(len(told) - LETTERS_MOST + 1)):
        return True
    return any(f" {part}" in f" {whole}" for part in _marked(said))


def _marked(said: str) -> Iterator[str]:
    """What is shown as a quotation: words between marks, and the last two before dots, of which one may be cut."""
    for found in _MARKED.finditer(said):
        part = " ".join(_words(found[1]))
        if len(part) >= MARKED_LEAST:
            yield part
    for found in _CUT.finditer(said):
        last = _words(found[1])[-2:]
        if len(last) == 2:
            yield " ".join(last)


def _runs(words: Sequence[str], length: int) -> Iterator[tuple[str, ...]]:
    return (tuple(words[at : at + length]) for at in range(len(words) - length + 1))


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def _unescaped(said: str) -> str:
    """As it reads once JSON's and HTML's escapes are undone."""
    return html.unescape(_ESCAPED.sub(lambda found: chr(int(found[1], 16)) if found[1] else " ", said))
