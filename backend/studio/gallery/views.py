"""What the gallery's templates receive: frozen objects with every text and address computed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from studio.assets.asset import Asset
from studio.gallery.item import Item
from studio.gallery.query import Query
from studio.gallery.search import Counts
from studio.gallery.store.albums import Album, Tag

SHOWN_CHARACTERS = 80  # of what was looked for, within a sentence
KIND_NAMES = (
    ("", "All"),
    ("text", "Texts"),
    ("image", "Pictures"),
    ("video", "Videos"),
    ("upload", "Uploads"),
)


@dataclass(frozen=True, slots=True)
class Media:
    """
    A picture or video as it stands in a page; `sources` and `tile_sources` are srcsets, "" where there are no previews.

    Of what lies in the bin only the smallest preview is shown as `url` too, for a video one picture of it.
    """

    url: str
    thumbnail_url: str
    sources: str
    tile_sources: str
    width_px: int
    height_px: int
    duration: str
    name: str
    facts: str


@dataclass(frozen=True, slots=True)
class Tile:
    """One item in the grid."""

    id: str
    kind: str
    url: str
    title: str
    excerpt: str
    model: str
    made_on: str
    is_starred: bool
    media: Media | None


@dataclass(frozen=True, slots=True)
class Tab:
    name: str
    url: str
    count: int
    is_current: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a drop-down."""

    value: str
    text: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Head:
    """
    What stands above the gallery: its name, or with a `state` what is being done to the album or the tag that is shown.

    `merges` is the tag, folded, that the renamed one would become one with; `stays` says what a deletion leaves.
    """

    state: Literal["", "renaming", "deleting"] = ""
    typed: str = ""
    error: str | None = None
    stays: str = ""
    merges: str = ""


@dataclass(frozen=True, slots=True)
class Filters:
    """
    The bar above the grid; `used` is how many of the folded-away filters are set, the two days being one.

    `album` is the one that is looked at, `tag` likewise as it is shown ("" for none); `here_url` has no page in it.
    """

    title: str
    album: Album | None
    is_album_gone: bool
    tag: str
    here_url: str
    words: str
    kind: str
    tabs: list[Tab]
    models: list[Choice]
    tags: list[Choice]
    albums: list[Choice]
    since: str
    until: str
    is_starred: bool
    is_bin: bool
    used: int
    cleared_url: str
    parameters: dict[str, str]


@dataclass(frozen=True, slots=True)
class Bar:
    """
    What was ticked and typed for a change that did not come about, and why; empty before anything went wrong.

    `field` names the field that the `error` is about, "" where it is about the selection; `ticked` are ids.
    """

    error: str = ""
    field: str = ""
    tag: str = ""
    album: str = ""
    album_name: str = ""
    is_all: bool = False
    ticked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Grid:
    """
    `more_url` and `more_page` lead to what follows, as a fragment and as a page; None at the end. `before` is the mark
    behind which this page begins, "" on the first one; `shown` for how many tiles there was room, `nothing` why there
    is none.
    """

    tiles: list[Tile]
    more_url: str | None
    more_page: str | None
    is_bin: bool
    is_filtered: bool
    shown: int
    nothing: str = ""
    before: str = ""
    undo: "Undo | None" = None
    bar: Bar = Bar()


@dataclass(frozen=True, slots=True)
class Undo:
    """A deletion that can be undone: its moment, and how many things it took, in words."""

    deleted_at: str
    things: str
    query: str


def tile(item: Item, asset: Asset | None, query: Query | None = None) -> Tile:
    suffix = query.suffix() if query else ""
    return Tile(
        id=str(item.id),
        kind=item.kind,
        url=f"{item.url}{suffix}",
        title=item.title,
        excerpt=item.excerpt,
        model=item.model,
        made_on=day(item.made_at),
        is_starred=item.is_starred,
        media=media(asset) if asset else None,
    )


def media(asset: Asset) -> Media:
    width, height = asset.width_px or 0, asset.height_px or 0
    size = f"{width} × {height}" if width and height else ""
    is_preview = asset.deleted_at is not None
    return Media(
        url=asset.thumbnail_url if is_preview else asset.url,
        thumbnail_url=asset.thumbnail_url,
        sources="" if is_preview else asset.sources,
        tile_sources="" if is_preview else asset.tile_sources,
        width_px=width,
        height_px=height,
        duration=duration(asset.duration_seconds),
        name=asset.file_name,
        facts=" · ".join(part for part in (size, weight(asset.bytes)) if part),
    )


def grid(
    items: Sequence[Item],
    assets: Mapping[UUID, Asset],
    query: Query,
    next_before: str | None,
    undo: Undo | None = None,
) -> Grid:
    here = replace(query, before="")
    suffix = query.suffix(before=next_before) if next_before else None
    return Grid(
        tiles=[tile(item, assets.get(item.asset_id) if item.asset_id else None, here) for item in items],
        more_url=f"/fragments/gallery{suffix}&more=1" if suffix else None,
        more_page=f"/gallery{suffix}" if suffix else None,
        is_bin=query.is_bin,
        is_filtered=query.is_filtered,
        shown=query.limit,
        nothing="" if items else _nothing(query),
        before=query.before,
        undo=undo,
    )


def _nothing(query: Query) -> str:
    """Why a search has no results, as far as that can be told."""
    if query.search.is_impossible:
        return "Only letters, digits and emoji can be looked for, and there are none in it."
    if query.is_backwards:
        return "“From” is later than “To”, and nothing lies between."
    if not query.words:
        return "Nothing here fits those filters."
    words = query.words if len(query.words) <= SHOWN_CHARACTERS else f"{query.words[:SHOWN_CHARACTERS]}…"
    return f"Nothing here fits “{words}”. Words match from their beginning; fewer of them find more."


def filters(
    query: Query,
    counts: Counts,
    models: Sequence[str],
    tags: Sequence[Tag],
    albums: Sequence[Album],
    tag: Tag | None = None,
) -> Filters:
    """`tag` is the one that is asked for, as it is shown."""
    chosen = (query.model, query.tag, query.album_id, query.since or query.until, query.is_starred)
    album = next((album for album in albums if album.id == query.album_id), None)
    return Filters(
        title=_title(query, album, tag),
        album=album,
        is_album_gone=query.album_id is not None and album is None,
        tag=tag.shown if tag else "",
        here_url=f"/gallery{query.suffix()}",
        words=query.words,
        kind=query.kind,
        tabs=[
            Tab(name, f"/gallery{query.suffix(kind=kind)}", _number(counts, kind), kind == query.kind)
            for kind, name in KIND_NAMES
        ],
        models=[Choice(model, model, model == query.model) for model in models],
        tags=[Choice(tag.tag, f"{tag.shown} ({tag.count})", tag.tag == query.tag) for tag in tags],
        albums=[
            Choice(str(album.id), f"{album.name} ({album.count})", album.id == query.album_id)
            for album in albums
        ],
        since=str(query.since or ""),
        until=str(query.until or ""),
        is_starred=query.is_starred,
        is_bin=query.is_bin,
        used=sum(bool(value) for value in chosen),
        cleared_url=f"/gallery{query.cleared().suffix()}",
        parameters=replace(query, before="").parameters(),
    )


def _title(query: Query, album: Album | None, tag: Tag | None) -> str:
    if query.is_bin:
        return "Bin"
    return album.name if album else f"Tagged “{tag.shown}”" if tag else "Gallery"


def day(moment: datetime) -> str:
    return f"{moment.day} {moment.strftime('%B %Y')}"


def things(count: int) -> str:
    return "1 thing" if count == 1 else f"{count:,} things"


def duration(seconds: float | None) -> str:
    """As players write it: 0:08, 1:02:03; "" where there is none."""
    if seconds is None:
        return ""
    whole = max(1, round(seconds))
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def weight(size_bytes: int) -> str:
    if size_bytes < 1000:
        return f"{size_bytes} bytes"
    if size_bytes < 1_000_000:
        return f"{size_bytes / 1000:.0f} KB"
    return f"{size_bytes / 1_000_000:.1f} MB"


def _number(counts: Counts, kind: str) -> int:
    return counts.by_kind.get(kind, 0) if kind else counts.total
