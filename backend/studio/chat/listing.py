"""What the list of conversations shows: one page of a view, and the way to the next."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from studio.accounts.access import Person
from studio.chat import store, views
from studio.chat.checking import clean
from studio.chat.conversation import search_words
from studio.wiring import Studio

PAGE_SIZE = 60
VIEWS = ("open", "archived", "deleted")


def listed(
    studio: Studio,
    person: Person,
    current: UUID | None,
    *,
    view: str = "open",
    query: str = "",
    before: datetime | None = None,
) -> dict[str, Any]:
    """What chat/list.html shows: one page of a view, and the way to the next."""
    words = search_words(clean(query))
    pinned = []
    if before is None and view == "open":
        pinned = store.list_conversations(studio.db, person.id, view="pinned", words=words)
    others = store.list_conversations(
        studio.db, person.id, view=view, words=words, before=before, limit=PAGE_SIZE + 1
    )
    older = None
    if len(others) > PAGE_SIZE:
        others = others[:PAGE_SIZE]
        asked = {"view": view, "before": others[-1].updated_at.isoformat(), **({"q": query} if query else {})}
        older = f"?{urlencode(asked)}"
    return {
        "groups": views.grouped(pinned, others, current),
        "view": view,
        "query": query,
        "older_url": older,
    }


def utc(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment and moment.tzinfo else moment
