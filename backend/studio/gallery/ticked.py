"""The form around the grid as it was sent: what was ticked, and what was typed into its bar."""

from dataclasses import replace
from uuid import UUID

from pydantic import BaseModel, Field

from studio.accounts.access import Person
from studio.gallery import search
from studio.gallery.asked import query_of_text
from studio.gallery.changes import Change, moment_of
from studio.gallery.query import MOST_SHOWN, PAGE, Query
from studio.gallery.views import Bar
from studio.wiring import Studio

KEPT_CHARACTERS = 1000  # of something typed that is far too long

# Each box that is ticked is a field of its own; of these so many fit into the megabyte that a form may be.
FIELDS_LIMIT = 25_000


class Ticked(BaseModel):
    """
    `query` is that of a gallery address, and with `all` everything that matches it is meant instead of `ids`; `before`
    is the mark of the page that was ticked on, `shown` how many items each of its parts had room for. `at` is the item
    whose page asks, `deleted` the moment of a deletion.
    """

    change: str = ""
    ids: list[UUID] = Field(default_factory=list)
    all: str = ""
    query: str = ""
    before: str = ""
    tag: str = ""
    album: str = ""
    album_name: str = ""
    at: str = ""
    deleted: str = ""
    shown: list[int] = Field(default_factory=list)

    @property
    def wanted(self) -> Query:
        return query_of_text(self.query)

    @property
    def page(self) -> Query:
        """The page that was ticked on, as far as it had been scrolled."""
        return replace(self.as_far, before=self.before[:400])

    @property
    def as_far(self) -> Query:
        """As much of what was wanted as was shown, so that nobody's place is lost with a change far down."""
        return replace(self.wanted, limit=min(max(PAGE, sum(self.shown)), MOST_SHOWN))

    def as_change(self, ids: list[UUID]) -> Change:
        return Change(self.change, ids, self.tag, self.album, self.album_name, moment_of(self.deleted))

    def as_bar(self, error: str, field: str | None, *, with_ticks: bool) -> Bar:
        """What was typed once more, with what is wrong; what was ticked where the page does not know it by itself."""
        return Bar(
            error=error,
            field=field or "",
            tag=self.tag[:KEPT_CHARACTERS],
            album=self.album,
            album_name=self.album_name[:KEPT_CHARACTERS],
            is_all=with_ticks and bool(self.all),
            ticked=frozenset(str(item_id) for item_id in self.ids) if with_ticks else frozenset(),
        )


def chosen(studio: Studio, person: Person, ticked: Ticked, limit: int | None = None) -> list[UUID]:
    """The ids that are meant; of all that match the newest `limit`."""
    if not ticked.all:
        return ticked.ids
    return search.find_ids(studio.db, person.id, ticked.wanted, limit=limit)
