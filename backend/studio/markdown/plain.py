"""Text that stays text: the unfinished end of a stream, and the title of a conversation."""

import re

from markupsafe import Markup, escape

TITLE_CHARACTERS = 60

_TITLE_SOURCE_CHARACTERS = 600
# Surrogates, controls, and of the direction controls only the overrides, which make "gpj.exe" read as "exe.jpg".
# Marks, embeddings and isolates belong to honest Arabic and Hebrew, and their reach ends with the paragraph.
_UNWRITABLE = re.compile("[\ud800-\udfff\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202d\u202e]")
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

_FENCE_LINE = re.compile(r"^[ \t]*(?:```|~~~).*$", re.MULTILINE)
_LINE_MARKER = re.compile(r"^[ \t]*(?:#{1,6}[ \t]+|>[ \t]?|[-*+][ \t]+|\d{1,9}[.)][ \t]+)+", re.MULTILINE)
_LINK = re.compile(r"!?\[([^\[\]]{0,200})\]\([^()\s]{0,300}\)")
_EMPHASIS = re.compile(r"(\*{1,3}|~~|`+)(?=\S)([^*~`]{1,200}?)(?<=\S)\1")
_UNDERSCORES = re.compile(r"(?<!\w)(_{1,3})(?=\S)([^_]{1,200}?)(?<=\S)\1(?!\w)")


def writable(text: str) -> str:
    """
    The text with each character replaced (U+FFFD) that cannot be sent or would act at a distance.

    Lone surrogates (half an emoji, as JSON escapes can carry them) cannot be encoded as UTF-8 and would end the
    response; control characters have no meaning on a page; direction overrides make text read as something else.
    """
    return _UNWRITABLE.sub("\ufffd", text)


def with_visible_directions(code: str) -> str:
    """Code with every direction control spelled out, so that what is read is what would run ("Trojan Source")."""
    return _BIDI.sub(lambda found: f"<U+{ord(found.group()):04X}>", code)


def escape_tail(text: str) -> Markup:
    """The open end of a stream as escaped text; the page keeps its line breaks with `white-space: pre-wrap`."""
    return escape(writable(text))


def title_from(text: str, *, otherwise: str = "New conversation") -> str:
    """
    The first words of a prompt as a title: one line, at most 60 characters, no Markdown markers.

    Cut at a word and closed with an ellipsis; a single longer word is cut hard. Not escaped: templates do that.
    A prompt of markers alone keeps them; `otherwise` is the title of a blank one.
    """
    text = writable(_BIDI.sub("", text[:_TITLE_SOURCE_CHARACTERS])).replace("\ufffd", " ")
    return _cut_at_word(_without_markers(text)) or _cut_at_word(" ".join(text.split())) or otherwise


def excerpt_from(text: str, characters: int) -> str:
    """The beginning of a text as one line without Markdown markers, cut at a word. Not escaped: templates do that."""
    return _cut_at_word(_without_markers(writable(_BIDI.sub("", text[: 3 * characters]))), characters)


def _without_markers(text: str) -> str:
    words = _LINE_MARKER.sub("", _FENCE_LINE.sub(" ", text.replace("\ufffd", " ")))
    return " ".join(_UNDERSCORES.sub(r"\2", _EMPHASIS.sub(r"\2", _LINK.sub(r"\1", words))).split())


def _cut_at_word(words: str, characters: int = TITLE_CHARACTERS) -> str:
    if len(words) <= characters:
        return words
    head = words[:characters]
    space = head.rfind(" ")
    kept = head[:space] if space >= characters // 3 else head[: characters - 1]
    return kept.rstrip(" ,;:.–-") + "…"
