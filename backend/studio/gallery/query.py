"""
What somebody looks for: words and filters, as they stand in an address.

    bread ket          both must begin a word of the item, in any order
    "fresh bread"      these words, whole and in this order
    -kettle -"old hat" not these
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from studio.errors import Invalid
from studio.gallery.folding import LONGEST_WORD, fold, is_run, pairs
from studio.gallery.item import number_at, number_of

# Each term is another comparison for millions of words. Who types more than this has found it long before.
TERMS_LIMIT = 8
QUERY_LIMIT = 500
PAGE = 60  # items
MOST_SHOWN = 1_200  # of them at once, where somebody has scrolled far
KINDS = ("text", "image", "video", "upload")

_PART = re.compile(r'(-?)"([^"]*)"?|(\S+)')
MOST_RARITY = 100_000  # of ours the greatest is some thousands; a score must fit 64 bits
_CURSOR = re.compile(r"[0-9a-f]{1,16}(?:-[0-9a-f]{1,16}){2,10}")


@dataclass(frozen=True, slots=True)
class Term:
    """A word that an item must have; as a beginning, or whole."""

    word: str
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """Folded words in their order; at its ends a script without spaces continues in the text as it likes."""

    folded: str

    @property
    def looked_for(self) -> str:
        begin = "" if is_run(self.folded) else " "
        end = "" if is_run(self.folded[-1]) else " "
        return f"{begin}{self.folded}{end}"


@dataclass(frozen=True, slots=True)
class Search:
    """What the typed words ask for; `is_impossible` where nothing can match, such as a lone `???`."""

    terms: tuple[Term, ...] = ()
    phrases: tuple[Phrase, ...] = ()
    without: tuple[Term, ...] = ()
    without_phrases: tuple[Phrase, ...] = ()
    is_impossible: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """Behind which item a page goes on. By rank it also holds what the rank was made of, so that it stays the same."""

    number: int
    score: int = 0
    anchor: int = 0
    rarities: tuple[int, ...] = ()

    def __str__(self) -> str:
        return "-".join(
            format(value, "x") for value in (self.anchor, self.score, self.number, *self.rarities)
        )


@dataclass(frozen=True)
class Query:
    """Words, filters and the mark where the page begins. All filters hold together."""

    words: str = ""
    kind: str = ""
    model: str = ""
    tag: str = ""
    album_id: UUID | None = None
    is_starred: bool = False
    since: date | None = None
    until: date | None = None
    is_bin: bool = False
    before: str = ""
    limit: int = field(default=PAGE, compare=False)

    @cached_property
    def search(self) -> Search:
        return parse(self.words)

    @cached_property
    def is_ranked(self) -> bool:
        return bool(self.search.terms)

    @cached_property
    def is_filtered(self) -> bool:
        return self.cleared() != replace(self, before="")

    @cached_property
    def mark(self) -> Mark | None:
        """Where to go on; None at the beginning. Raises Invalid for what is no place of this query."""
        return _mark(self.before, len(self.search.terms) if self.is_ranked else 0)

    def at_its_place(self) -> "Query":
        """The same; from its first page on where the mark is none of this query, as in an address cut short."""
        try:
            _ = self.mark
        except Invalid:
            return replace(self, before="")
        return self

    @property
    def is_backwards(self) -> bool:
        """From a day behind the last one: nothing lies between."""
        return self.since is not None and self.until is not None and self.since > self.until

    @property
    def first_number(self) -> int | None:
        return None if self.since is None else number_at(datetime.combine(self.since, time()))

    @property
    def end_number(self) -> int | None:
        """The first number after the last day."""
        if self.until is None or self.until == date.max:
            return None
        return number_at(datetime.combine(self.until + timedelta(days=1), time()))

    def cleared(self) -> "Query":
        """Without words and filters; the bin stays the bin."""
        return Query(is_bin=self.is_bin, limit=self.limit)

    def parameters(self) -> dict[str, str]:
        """As they stand in an address, without what is not set."""
        given: Mapping[str, Any] = {
            "q": self.words,
            "kind": self.kind,
            "model": self.model,
            "tag": self.tag,
            "album": self.album_id or "",
            "starred": "1" if self.is_starred else "",
            "since": self.since or "",
            "until": self.until or "",
            "bin": "1" if self.is_bin else "",
            "before": self.before,
        }
        return {name: str(value) for name, value in given.items() if value}

    def suffix(self, **changes: Any) -> str:
        """The query of an address with its "?", or ""; `changes` are fields of this class."""
        parameters = replace(self, **{"before": "", **changes}).parameters()
        return f"?{urlencode(parameters)}" if parameters else ""


def parse(words: str) -> Search:
    """The terms of what was typed; at most TERMS_LIMIT that must match and as many that must not."""
    terms: list[Term] = []
    phrases: list[Phrase] = []
    without: list[Term] = []
    without_phrases: list[Phrase] = []
    for minus, quoted, bare in _PART.findall(words[:QUERY_LIMIT]):
        if bare.startswith("-") and len(bare) > 1:
            for word in fold(bare[1:]).split():
                without += _bare_terms(word)[:1]
        elif bare:
            for word in fold(bare).split():
                terms += _bare_terms(word)
                phrases += [Phrase(word)] if is_run(word) and len(word) > 2 else []
        elif folded := fold(quoted):
            phrase = [Phrase(folded)] if " " in folded or is_run(folded) else []
            if minus and phrase:
                without_phrases += phrase
            elif minus:
                without.append(Term(folded[:LONGEST_WORD], is_whole=True))
            else:
                terms += [term for word in folded.split() for term in _whole_terms(word)]
                phrases += phrase
    is_impossible = bool(words.strip(' "-')) and not (terms or without or without_phrases)
    return Search(
        tuple(dict.fromkeys(terms))[:TERMS_LIMIT],
        tuple(dict.fromkeys(phrases))[:TERMS_LIMIT],
        tuple(dict.fromkeys(without))[:TERMS_LIMIT],
        tuple(dict.fromkeys(without_phrases))[:TERMS_LIMIT],
        is_impossible,
    )


def _bare_terms(word: str) -> list[Term]:
    if is_run(word) and len(word) > 1:
        return [Term(pair, is_whole=True) for pair in pairs(word)]
    return [Term(word[:LONGEST_WORD])]


def _whole_terms(word: str) -> list[Term]:
    if is_run(word):
        return _bare_terms(word)
    return [Term(word[:LONGEST_WORD], is_whole=True)]


def _mark(before: str, terms: int) -> Mark | None:
    if not before:
        return None
    try:
        if not terms:
            return Mark(number_of(UUID(before)))
        if _CURSOR.fullmatch(before):
            anchor, score, number, *rarities = (int(value, 16) for value in before.split("-"))
            if len(rarities) == terms and max(anchor, score, number) < 2**63 and max(rarities) < MOST_RARITY:
                return Mark(number, score, anchor, tuple(rarities))
    except ValueError:
        pass
    raise Invalid("That page does not belong to this search. Begin again at its first one.", field="before")
