"""What the bar under the grid and the page of an item ask for, done to one thing or to all that match."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from studio.accounts.access import Person
from studio.errors import Invalid, Missing
from studio.gallery import verbs
from studio.gallery.query import Query
from studio.gallery.views import things
from studio.moments import now
from studio.wiring import Studio


@dataclass(frozen=True, slots=True)
class Change:
    """`deleted_at` names what one deletion took away, where that is to come back; it needs no ids."""

    verb: str
    ids: Sequence[UUID]
    tag: str
    album: str
    album_name: str
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """`note` is the sentence to say; `undo` the moment that names what was deleted, None where nothing was."""

    note: str
    undo: datetime | None = None


def meant(change: Change, query: Query) -> Change:
    """The change itself, for buttons that leave it to what was typed or is shown. Raises Invalid where nothing is."""
    if change.verb == "typed":  # Enter in one of the bar's fields presses no button of its own
        if not (change.tag.strip() or change.album_name.strip()):
            raise Invalid("Type a tag, or the name of an album.")
        return replace(change, verb="tag" if change.tag.strip() else "album")
    if change.verb == "leave-shown":  # the bar's fields say where things go, not where they come from
        return replace(change, verb="leave", album=str(query.album_id))
    if change.verb == "untag-shown":
        return replace(change, verb="untag", tag=query.tag)
    return change


def do(studio: Studio, person: Person, change: Change) -> Done:
    """Raises Invalid for what does not say enough, Missing where none of it is this person's."""
    db, who, moment = studio.db, person.id, now()
    if change.verb == "restore" and change.deleted_at:
        return Done(f"Brought back {things(verbs.undo_deletion(db, who, change.deleted_at))}.")
    if not change.ids:
        raise Invalid("Tick at least one thing first.")
    if change.verb == "album":
        return Done(_into_album(studio, person, change))
    doings: dict[str, tuple[Callable[[Sequence[UUID]], int], str]] = {
        "star": (lambda ids: verbs.star(db, who, ids, True), "Starred"),
        "unstar": (lambda ids: verbs.star(db, who, ids, False), "No longer starred:"),
        "tag": (lambda ids: verbs.tag(db, who, ids, change.tag), "Tagged"),
        "untag": (lambda ids: verbs.untag(db, who, ids, change.tag), "Tag taken from"),
        "leave": (
            lambda ids: verbs.take_out_of_album(db, who, id_of(change.album), ids),
            "Taken out of the album:",
        ),
        "delete": (lambda ids: verbs.delete(db, who, ids, moment), "Deleted"),
        "restore": (lambda ids: verbs.restore(db, who, ids), "Brought back"),
        "purge": (lambda ids: verbs.delete_for_good(db, who, ids), "Gone for good:"),
    }
    if change.verb not in doings:
        raise Invalid("Choose what to do with them.")
    work, said = doings[change.verb]
    return Done(f"{said} {things(_all(change.ids, work))}.", moment if change.verb == "delete" else None)


def id_of(text: str) -> UUID:
    """Raises Missing for what is no id: it is nobody's."""
    try:
        return UUID(text)
    except ValueError:
        raise Missing from None


def moment_of(text: str) -> datetime | None:
    """The moment of a deletion as an address or a form writes it; None for anything else."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None) if text else None
    except ValueError:
        return None


def _all(ids: Sequence[UUID], work: Callable[[Sequence[UUID]], int]) -> int:
    return sum(work(ids[at : at + verbs.AT_ONCE]) for at in range(0, len(ids), verbs.AT_ONCE))


def _into_album(studio: Studio, person: Person, change: Change) -> str:
    """Into the album that was chosen, or the one whose name was typed, new if there is none of it."""
    db, who, typed = studio.db, person.id, change.album_name
    if typed.strip():
        count = _all(change.ids, lambda ids: verbs.put_into_album_named(db, who, typed, ids))
        album = verbs.find_album_named(db, who, typed)
        return f"Put {things(count)} into “{album.name if album else typed.strip()}”."
    if not change.album:
        raise Invalid("Choose an album, or give a new one a name.", field="album")
    chosen = verbs.get_album(db, who, id_of(change.album))
    count = _all(change.ids, lambda ids: verbs.put_into_album(db, who, chosen.id, ids))
    return f"Put {things(count)} into “{chosen.name}”."
