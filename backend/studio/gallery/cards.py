"""What the page of one item receives, and that of two which are compared."""

from dataclasses import dataclass, field

from markupsafe import Markup

from studio.gallery.lineage import Line
from studio.gallery.store.albums import Album, Tag
from studio.gallery.views import Bar, Tile


@dataclass(frozen=True, slots=True)
class Onward:
    """A way from an item to a form that begins with it; `carries` is the page whose draft comes along."""

    text: str
    picture: str
    url: str
    carries: str | None = None


@dataclass(frozen=True, slots=True)
class Rerun:
    """The button that makes it once more at once, with the most that this costs today."""

    url: str
    price: str
    seen_usd: str


@dataclass(frozen=True, slots=True)
class ItemCard:
    """
    One item on a page of its own; `query` is the search it was found by, as it stands in an address.

    `comparable` are the ids of those of its relatives that have a recipe too, none where it has none itself. `bar` is
    what was typed into its own fields for tags and albums.
    """

    tile: Tile
    query: str
    is_deleted: bool
    html: Markup
    prompt: str
    recipe: list[tuple[str, str]]
    facts: list[tuple[str, str]]
    tags: list[Tag]
    albums: list[Album]
    other_albums: list[Album]
    made_from: list[Tile]
    became: list[Tile]
    previous_url: str | None
    next_url: str | None
    back_url: str
    rerun: Rerun | None
    again_url: str | None
    onward: list[Onward]
    recipe_url: str | None
    conversation_url: str | None
    is_simulated: bool
    remark: str | None
    comparable: list[str]
    parameters: dict[str, str]
    refusal: str | None = None
    bar: Bar = field(default_factory=Bar)


@dataclass(frozen=True, slots=True)
class Side:
    """One of two that are compared; `mark` is the letter it goes by."""

    mark: str
    tile: Tile
    is_deleted: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two recipes; of each line `left` belongs to the first side and `right` to the second."""

    sides: tuple[Side, Side]
    lines: list[Line]
    summary: str
    back_url: str
