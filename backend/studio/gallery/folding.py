"""
How words are compared: without case, accents and width, the same way when an item is kept and when it is looked for.

`fold` gives plain words separated by single spaces; an emoji is a word by itself. Scripts that write no spaces between
words (Chinese, Japanese, Thai …) stay in runs, and a run is indexed as pairs of neighbours, so that any part of it is
found.
"""

import re
import unicodedata
from collections.abc import Iterator

LONGEST_WORD = 40
# Of one place of an item. An answer of 1,000 words has about 400 different ones; what lies beyond that is the end of a
# very long text, or a pasted file, whose every identifier would cost everybody's search a row.
WORDS_LIMIT = 400
# Phrases are looked for in the beginning of a text only: about 3,000 words.
FOLDED_LIMIT = 20_000

# What neither decomposition nor case folding takes apart.
_LETTERS = str.maketrans({
    "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ı": "i", "ŋ": "n",
})  # fmt: skip
# Combining classes that make another letter, not an accent: nuktas, the voicing of kana, viramas.
_LETTER_MAKING = {7, 8, 9}
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
_VOWEL_SIGNS = (
    "\u0900-\u0963\u0966-\u0dff\u0f00-\u0fff"  # of Indic scripts: not letters to `re`, but parts of words
)
# Emoji, the older of them among the symbols and dingbats; of what is joined or coloured each part is one.
_PICTOGRAPHS = "\u2600-\u27bf\u2b50-\u2b55\U0001f000-\U0001faff"
_WORD = re.compile(rf"[{_UNSPACED}]+|[{_PICTOGRAPHS}]|(?:[^\W_{_UNSPACED}]|[{_VOWEL_SIGNS}])+")
_RUN = re.compile(rf"[{_UNSPACED}]")


def fold(text: str) -> str:
    """The words of a text in their order, folded, with one space between them; "" if there are none."""
    return " ".join(_WORD.findall(_plain(text)))


def is_run(word: str) -> bool:
    """Whether the word belongs to a script without spaces."""
    return _RUN.match(word) is not None


def index_words(folded: str, limit: int = WORDS_LIMIT) -> list[str]:
    """What an item with this folded text is found by: at most `limit` different words, the first ones."""
    found: dict[str, None] = {}
    for word in folded.split(" "):
        if word:
            found.update(dict.fromkeys(_pieces(word)))
        if len(found) >= limit:
            break
    return list(found)[:limit]


def pairs(run: str) -> Iterator[str]:
    """The neighbours in a run: 東京都 → 東京, 京都."""
    return (run[at : at + 2] for at in range(len(run) - 1))


def _pieces(word: str) -> Iterator[str]:
    if is_run(word):
        yield from pairs(word)
        yield word[-1]  # so that the last sign is found by itself; the others begin a pair
    else:
        yield word[:LONGEST_WORD]


def _plain(text: str) -> str:
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)
    decomposed = unicodedata.normalize("NFKD", decomposed)  # case folding composes a few, such as ΐ
    bare = "".join(
        sign for sign in decomposed if not (mark := unicodedata.combining(sign)) or mark in _LETTER_MAKING
    )
    return unicodedata.normalize("NFC", bare)  # Hangul is whole syllables again
