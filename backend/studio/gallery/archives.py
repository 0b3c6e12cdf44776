"""Many items as one archive: which of them fit into it, and what stands in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from studio.accounts.access import Person
from studio.assets import store as assets
from studio.assets.archive import Archive, Entry
from studio.assets.asset import Asset
from studio.assets.recipe import recipe_of
from studio.errors import Invalid, Missing, TooLarge
from studio.gallery.item import Item
from studio.gallery.store.items import list_own_ids
from studio.gallery.store.search import list_items
from studio.generations import store as generations
from studio.wiring import Studio

ITEMS_LIMIT = 1_000
BYTES_LIMIT = 4_000_000_000  # what every unpacker and every file system takes
_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Part:
    """What goes into one of several archives."""

    ids: list[UUID]
    size_bytes: int


def parts_of(studio: Studio, person: Person, ids: Sequence[UUID]) -> list[Part]:
    """
    These items in as many parts as archives are needed, in this order; those of others are left out.

    A file that is larger than an archive may be by itself gets one to itself.
    """
    with studio.db.read() as cursor:
        own = set(list_own_ids(cursor, person.id, ids))
    wanted = [item_id for item_id in dict.fromkeys(ids) if item_id in own]
    sizes = assets.list_sizes(studio.db, person.id, wanted)
    parts: list[Part] = []
    for item_id in wanted:
        size, last = sizes.get(item_id, 0), parts[-1] if parts else None
        if last is None or len(last.ids) == ITEMS_LIMIT or last.size_bytes + size > BYTES_LIMIT:
            parts.append(Part([item_id], size))
        else:
            last.ids.append(item_id)
            parts[-1] = Part(last.ids, last.size_bytes + size)
    return parts


def archive_of(studio: Studio, person: Person, ids: Sequence[UUID]) -> Archive:
    """
    These items of this person with their recipes, in this order; what is not theirs or lies in the bin is left out.

    Raises Invalid for none at all, Missing where none is left, TooLarge for more than an archive holds.
    """
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        raise Invalid("Tick at least one thing first.")
    if len(wanted) > ITEMS_LIMIT:
        raise TooLarge(
            f"An archive holds {ITEMS_LIMIT:,} things, and these are {len(wanted):,}. "
            "Choose fewer of them, such as those of one album or one month."
        )
    by_id = {item.id: item for item in list_items(studio.db, person.id, wanted)}
    items = [by_id[item_id] for item_id in wanted if item_id in by_id and by_id[item_id].deleted_at is None]
    if not items:
        raise Missing
    files = assets.list_assets(studio.db, person.id, [item.asset_id for item in items if item.asset_id])
    size = sum(asset.bytes for asset in files.values())
    if size > BYTES_LIMIT and len(items) > 1:
        raise TooLarge(
            f"These are {size / 1e9:.1f} GB, and an archive holds {BYTES_LIMIT / 1e9:.0f} GB. Choose fewer of them."
        )
    return Archive(studio.files, _entries(studio, person, items, files))


def archive_name(moment: datetime, part: int = 0, parts: int = 0) -> str:
    number = f"-{part}-of-{parts}" if part and parts else ""
    return f"all-you-can-get-{moment:%Y-%m-%d}{number}.zip"


def _entries(
    studio: Studio, person: Person, items: Sequence[Item], files: dict[UUID, Asset]
) -> Iterator[Entry]:
    """Some at a time: a text may be long, and so may a prompt."""
    for start in range(0, len(items), _AT_ONCE):
        some = items[start : start + _AT_ONCE]
        made = generations.list_generations(
            studio.db, person.id, [item.generation_id for item in some if item.generation_id]
        )
        for item in some:
            generation = made.get(item.generation_id) if item.generation_id else None
            recipe = recipe_of(generation) if generation else None
            if item.asset_id in files:
                yield Entry.of_asset(files[item.asset_id], recipe)
            elif generation is not None:
                yield Entry.of_text(item.title, generation.text, recipe)
