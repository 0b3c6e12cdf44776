"""A tag as a whole: renamed on everything that has it, or made one with another."""

from functools import partial
from uuid import UUID

from studio.db import Cursor, Database
from studio.errors import Conflict, Invalid, Missing
from studio.gallery.folding import fold
from studio.gallery.item import Place
from studio.gallery.store import albums as shelves
from studio.gallery.store import tags as store
from studio.gallery.store.albums import Tag
from studio.gallery.verbs import AT_ONCE, reword, tags_from


class TagTaken(Conflict):
    code = "tag_taken"
    text = "You have a tag of that name already."


def find_tag(db: Database, person_id: UUID, tag: str) -> Tag | None:
    with db.read() as cursor:
        return store.find_tag(cursor, person_id, fold(tag))


def rename_tag(db: Database, person_id: UUID, tag: str, name: str, *, may_merge: bool = False) -> Tag:
    """
    Every item that has the tag has the new one instead, and is found by it; `count` of the answer is how many have it.

    With thousands it takes several transactions, so that others write in between: cut short, it is done by asking
    again. Raises Missing for a tag on nothing, Invalid for a name that is none, and TagTaken for that of another one
    unless they may become one.
    """
    wanted = _one_tag(name)
    with db.read() as cursor:
        if store.find_tag(cursor, person_id, fold(tag)) is None:
            raise Missing
        taken = store.find_tag(cursor, person_id, wanted.tag) if wanted.tag != fold(tag) else None
    if taken and not may_merge:
        things = "1 thing" if taken.count == 1 else f"{taken.count:,} things"
        raise TagTaken(f"You have the tag “{taken.shown}” already, on {things}.", field="name")
    for source in dict.fromkeys((fold(tag), wanted.tag)):
        while db.transact(partial(_retag, person_id=person_id, source=source, wanted=wanted)):
            pass
    return find_tag(db, person_id, wanted.tag) or wanted


def _retag(cursor: Cursor, person_id: UUID, source: str, wanted: Tag) -> int:
    """Some more of them; how many."""
    ids = store.list_items_to_retag(cursor, person_id, source, wanted, AT_ONCE)
    if source == wanted.tag:
        store.set_shown(cursor, person_id, ids, wanted)
    elif ids:
        shelves.add_tag(cursor, person_id, ids, wanted)
        shelves.remove_tag(cursor, person_id, ids, source)
    if ids:
        reword(cursor, person_id, ids, Place.TAG, shelves.list_tag_names(cursor, ids))
    return len(ids)


def _one_tag(name: str) -> Tag:
    try:
        tags = tags_from(name)
    except Invalid as error:
        raise Invalid(error.text, field="name") from error
    if len(tags) > 1:
        raise Invalid("One tag has no commas in it.", field="name")
    return tags[0]
