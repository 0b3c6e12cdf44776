"""
What a person does with items: star, tag, put into albums, delete, bring back. In one transaction each, all or nothing.

Every verb takes many. Ids that are not this person's items are left out; if none is left, that is Missing, so that
somebody else's thing looks the same as one that does not exist.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from studio.db import Cursor, Database
from studio.errors import Conflict, Invalid, Missing
from studio.gallery.folding import fold
from studio.gallery.item import UNDO_DAYS, Place, number_of
from studio.gallery.shelving import add_words, replace_words
from studio.gallery.store import albums as shelves
from studio.gallery.store import items as store
from studio.gallery.store.albums import Album, Tag
from studio.ids import new_id
from studio.moments import now
from studio.naming import one_line

NAME_LIMIT = 80
TAGS_LIMIT = 20
# For one transaction: everybody else's writes wait for it.
AT_ONCE = 5_000


class NameTaken(Conflict):
    code = "name_taken"
    text = "You have an album of that name already."


class Binned(Conflict):
    code = "binned"
    text = "That lies in the bin. Bring it back first."


def star(db: Database, person_id: UUID, ids: Sequence[UUID], is_starred: bool) -> int:
    """How many items it was done to; the same of every verb here. Raises Binned where all of them lie in the bin."""
    return _change_shown(db, person_id, ids, lambda cursor, own: store.set_starred(cursor, own, is_starred))


def delete(db: Database, person_id: UUID, ids: Sequence[UUID], moment: datetime | None = None) -> int:
    """Into the bin, from where they can be brought back for 30 days."""
    at = moment or now()
    return _change(db, person_id, ids, lambda cursor, own: store.hide(cursor, own, at))


def restore(db: Database, person_id: UUID, ids: Sequence[UUID]) -> int:
    return _change(db, person_id, ids, store.show)


def undo_deletion(db: Database, person_id: UUID, moment: datetime) -> int:
    """Bring back what was deleted at this moment and still lies in the bin. Raises Missing where nothing does."""

    def work(cursor: Cursor) -> int:
        count = store.count_deleted_at(cursor, person_id, moment)
        if not count:
            raise Missing
        store.show_deleted_at(cursor, person_id, moment)
        return count

    return db.transact(work)


def delete_for_good(db: Database, person_id: UUID, ids: Sequence[UUID]) -> int:
    """Only what lies in the bin. Raises Conflict where nothing of it does."""

    def work(cursor: Cursor, own: list[UUID]) -> None:
        binned = store.list_binned(cursor, person_id, own)
        if len(binned) < len(own):
            raise Conflict("Only what is in the bin can be deleted for good.")
        store.purge(cursor, binned)

    return _change(db, person_id, ids, work)


def empty_bin(db: Database, moment: datetime) -> int:
    """Delete for good, of everybody, what has lain in the bin for 30 days; how many items that were."""
    gone = 0
    while found := store.purge_before(db, moment - timedelta(days=UNDO_DAYS)):
        gone += found
    return gone


def tag(db: Database, person_id: UUID, ids: Sequence[UUID], names: str) -> int:
    """Give the items these tags, separated by commas; raises Binned, Invalid for none, too many and too long ones."""
    tags = tags_from(names)

    def work(cursor: Cursor, own: list[UUID]) -> None:
        for wanted in tags:
            new = shelves.add_tag(cursor, person_id, own, wanted)
            add_words(cursor, person_id, [number_of(item) for item in new], Place.TAG, wanted.shown)

    return _change_shown(db, person_id, ids, work)


def untag(db: Database, person_id: UUID, ids: Sequence[UUID], name: str) -> int:
    """Take a tag away; the words of the others are still found."""

    def work(cursor: Cursor, own: list[UUID]) -> None:
        shelves.remove_tag(cursor, person_id, own, fold(name))
        reword(cursor, person_id, own, Place.TAG, shelves.list_tag_names(cursor, own))

    return _change(db, person_id, ids, work)


def create_album(db: Database, person_id: UUID, name: str) -> Album:
    """Raises Invalid for a name that is none, NameTaken."""
    album = Album(new_id(), _name(name), now())

    def work(cursor: Cursor) -> Album:
        _refuse_taken(cursor, person_id, album.name, album.id)
        shelves.add_album(cursor, person_id, album)
        return album

    return db.transact(work)


def rename_album(db: Database, person_id: UUID, album_id: UUID, name: str) -> Album:
    """Its items are found by the new name. Raises Missing, Invalid, NameTaken."""
    wanted = _name(name)

    def work(cursor: Cursor) -> Album:
        album = _album(cursor, person_id, album_id)
        _refuse_taken(cursor, person_id, wanted, album_id)
        shelves.set_album_name(cursor, album_id, wanted)
        _reword_albums(cursor, person_id, shelves.list_items_of_album(cursor, album_id))
        return replace(album, name=wanted)

    return db.transact(work)


def delete_album(db: Database, person_id: UUID, album_id: UUID) -> None:
    """The album goes at once; what was in it stays in the gallery."""

    def work(cursor: Cursor) -> None:
        _album(cursor, person_id, album_id)
        ids = shelves.list_items_of_album(cursor, album_id)
        shelves.delete_album(cursor, album_id)
        _reword_albums(cursor, person_id, ids)

    db.transact(work)


def get_album(db: Database, person_id: UUID, album_id: UUID) -> Album:
    with db.read() as cursor:
        return _album(cursor, person_id, album_id)


def put_into_album(db: Database, person_id: UUID, album_id: UUID, ids: Sequence[UUID]) -> int:
    """Raises Missing where there is no such album, Binned."""

    def work(cursor: Cursor, own: list[UUID]) -> None:
        _album(cursor, person_id, album_id)
        _put(cursor, person_id, album_id, own)

    return _change_shown(db, person_id, ids, work)


def put_into_album_named(db: Database, person_id: UUID, name: str, ids: Sequence[UUID]) -> int:
    """The same, into one that is made if there is none of this name. Raises Invalid for a name that is none, Binned."""
    new = Album(new_id(), _name(name, field="album_name"), now())

    def work(cursor: Cursor, own: list[UUID]) -> None:
        album = shelves.find_album_named(cursor, person_id, new.name)
        if album is None:
            shelves.add_album(cursor, person_id, new)
        _put(cursor, person_id, (album or new).id, own)

    return _change_shown(db, person_id, ids, work)


def find_album_named(db: Database, person_id: UUID, name: str) -> Album | None:
    with db.read() as cursor:
        return shelves.find_album_named(cursor, person_id, _name(name))


def take_out_of_album(db: Database, person_id: UUID, album_id: UUID, ids: Sequence[UUID]) -> int:
    def work(cursor: Cursor, own: list[UUID]) -> None:
        _album(cursor, person_id, album_id)
        shelves.remove_from_album(cursor, album_id, own)
        _reword_albums(cursor, person_id, own)

    return _change(db, person_id, ids, work)


def tags_from(names: str) -> list[Tag]:
    """The tags in what somebody typed; raises Invalid."""
    written = [one_line(name) for name in names.split(",")]
    tags = {fold(name): name for name in written if fold(name)}
    if not tags:
        raise Invalid("A tag has at least one letter or digit.", field="tag")
    if len(tags) > TAGS_LIMIT:
        raise Invalid(f"Those are {len(tags)} tags; at most {TAGS_LIMIT} can be given at once.", field="tag")
    for name in tags.values():
        if len(name) > NAME_LIMIT:
            raise Invalid(
                f"“{name[:20]}…” has {len(name):,} characters; a tag may have {NAME_LIMIT}.", field="tag"
            )
    return [Tag(folded, name) for folded, name in tags.items()]


def _change(
    db: Database, person_id: UUID, ids: Sequence[UUID], work: Callable[[Cursor, list[UUID]], None]
) -> int:
    def within(cursor: Cursor) -> int:
        own = store.list_own_ids(cursor, person_id, ids)
        if not own:
            raise Missing
        work(cursor, own)
        return len(own)

    return db.transact(within)


def _change_shown(
    db: Database, person_id: UUID, ids: Sequence[UUID], work: Callable[[Cursor, list[UUID]], None]
) -> int:
    """Only what is shown: what lies in the bin stays as it was, and a page that does not know it yet is told."""

    def within(cursor: Cursor) -> int:
        own = store.list_own_ids(cursor, person_id, ids)
        if not own:
            raise Missing
        binned = set(store.list_binned(cursor, person_id, own))
        if len(binned) == len(own):
            raise Binned
        work(cursor, [item_id for item_id in own if item_id not in binned])
        return len(own) - len(binned)

    return db.transact(within)


def _put(cursor: Cursor, person_id: UUID, album_id: UUID, ids: Sequence[UUID]) -> None:
    shelves.add_to_album(cursor, album_id, ids, now())
    _reword_albums(cursor, person_id, ids)


def _reword_albums(cursor: Cursor, person_id: UUID, ids: Sequence[UUID]) -> None:
    reword(cursor, person_id, ids, Place.ALBUM, shelves.list_album_names(cursor, ids))


def reword(
    cursor: Cursor, person_id: UUID, ids: Sequence[UUID], place: Place, names: dict[UUID, list[str]]
) -> None:
    """Write the words of a place anew, one statement for all items that have the same names there."""
    alike: dict[str, list[int]] = {}
    for item_id in ids:
        alike.setdefault(" ".join(names.get(item_id, [])), []).append(number_of(item_id))
    for written, numbers in alike.items():
        replace_words(cursor, person_id, numbers, place, written)


def _album(cursor: Cursor, person_id: UUID, album_id: UUID) -> Album:
    album = shelves.read_album(cursor, person_id, album_id)
    if album is None:
        raise Missing
    return album


def _refuse_taken(cursor: Cursor, person_id: UUID, name: str, album_id: UUID) -> None:
    namesake = shelves.find_album_named(cursor, person_id, name)
    if namesake is not None and namesake.id != album_id:
        raise NameTaken(field="name")


def _name(name: str, field: str = "name") -> str:
    wanted = one_line(name)
    if not wanted or len(wanted) > NAME_LIMIT:
        raise Invalid(f"A name has 1 to {NAME_LIMIT} characters.", field=field)
    return wanted
