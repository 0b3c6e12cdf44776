"""What the page shows of something that takes more than one archive."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from studio.gallery.archives import BYTES_LIMIT, ITEMS_LIMIT, Part
from studio.gallery.item import made_around
from studio.gallery.views import day, things

GB = 1_000_000_000


@dataclass(frozen=True, slots=True)
class PartCard:
    """
    One archive of several. All that match are named by the `newest` and `oldest` of the part, which what is made
    meanwhile does not move; what was ticked by its `ids`.
    """

    number: int
    contents: str
    days: str
    newest: str
    oldest: str
    ids: list[str]


@dataclass(frozen=True, slots=True)
class Parts:
    text: str
    cards: list[PartCard]
    query: str
    back_url: str


def parts_card(parts: Sequence[Part], query: str, *, is_all: bool) -> Parts:
    """`query` as it stands in an address."""
    count, size = sum(len(part.ids) for part in parts), sum(part.size_bytes for part in parts)
    return Parts(
        text=(
            f"These are {_contents(count, size)}. One archive holds at most {ITEMS_LIMIT:,} things and "
            f"{BYTES_LIMIT // GB} GB, so they come as {len(parts):,}."
        ),
        cards=[_card(number, part, is_all) for number, part in enumerate(parts, 1)],
        query=query,
        back_url=f"/gallery?{query}" if query else "/gallery",
    )


def _card(number: int, part: Part, is_all: bool) -> PartCard:
    newest, oldest = max(part.ids), min(part.ids)
    first, last = day(made_around(oldest)), day(made_around(newest))
    return PartCard(
        number=number,
        contents=_contents(len(part.ids), part.size_bytes),
        days=first if first == last else f"{first} to {last}",
        newest=str(newest) if is_all else "",
        oldest=str(oldest) if is_all else "",
        ids=[] if is_all else [str(item_id) for item_id in part.ids],
    )


def _contents(count: int, size_bytes: int) -> str:
    if size_bytes < GB:
        return (
            f"{things(count)}, {max(1, round(size_bytes / 1_000_000)):,} MB" if size_bytes else things(count)
        )
    return f"{things(count)}, {size_bytes / GB:.1f} GB"


def within(ids: Sequence[UUID], newest: str, oldest: str) -> list[UUID]:
    """Those of a part; all of them where it is none."""
    try:
        first, last = UUID(oldest), UUID(newest)
    except ValueError:
        return list(ids)
    return [item_id for item_id in ids if first <= item_id <= last]
