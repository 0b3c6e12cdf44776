"""A query as it comes with an address or a form."""

from datetime import date
from typing import Annotated
from urllib.parse import parse_qs
from uuid import UUID

from fastapi import Depends
from fastapi import Query as Parameter

from studio.gallery.folding import fold
from studio.gallery.query import KINDS, QUERY_LIMIT, Query

_Text = Annotated[str, Parameter(max_length=2000)]


def query_of_address(
    q: _Text = "",
    kind: _Text = "",
    model: _Text = "",
    tag: _Text = "",
    album: _Text = "",
    starred: _Text = "",
    since: _Text = "",
    until: _Text = "",
    bin: _Text = "",  # noqa: A002 (its name in the address)
    before: _Text = "",
) -> Query:
    """
    Dependency: what the address asks for.

    A form sends every field, most of them empty, and old links hold what is no more: what cannot be understood is left
    out, except for an album, of which nothing but an album's id may be said.
    """
    return Query(
        words=q.replace("\x00", "")[:QUERY_LIMIT].strip(),
        kind=kind if kind in KINDS else "",
        model=model[:200],
        tag=fold(tag),
        album_id=_album(album),
        is_starred=starred not in ("", "0", "false"),
        since=_day(since),
        until=_day(until),
        is_bin=bin not in ("", "0", "false"),
        before=before[:400],
    )


Wanted = Annotated[Query, Depends(query_of_address)]


def query_of_text(asked: str) -> Query:
    """The same from the query part of an address, such as a form sends along."""
    fields = {name: values[0] for name, values in parse_qs(asked[:4000]).items()}
    known = ("q", "kind", "model", "tag", "album", "starred", "since", "until", "bin")
    return query_of_address(**{name: fields[name] for name in known if name in fields})


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def _album(text: str) -> UUID | None:
    """What is no id is that of an album which nobody has."""
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
