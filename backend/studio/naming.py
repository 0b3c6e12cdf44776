"""Names that people give, to themselves, to albums and tags: one line of what can be seen."""

import unicodedata

# Marks that turn the reading direction of everything after them, and so forge the text around a name.
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Nothing to see either. The joiners U+200C and U+200D are left: Persian words and families of emoji are made with them.
_UNSEEN = _TURNING | frozenset("\u00ad\u200b\u2060\ufeff")


def one_line(name: str) -> str:
    """The name composed, with single spaces and without controls and halves of characters; may be empty."""
    visible = "".join(
        character
        for character in unicodedata.normalize("NFC", name)
        if character not in _UNSEEN
        and (character.isspace() or unicodedata.category(character) not in ("Cc", "Cs"))
    )
    words = " ".join(visible.split())
    return words if words.strip("\u200c\u200d ") else ""
