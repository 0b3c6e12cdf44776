"""The gallery as JSON: lists are `{"items": […], "next": address or null}`."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from studio.accounts.access import Person, SignedIn
from studio.accounts.gate import Router
from studio.assets import store as assets
from studio.errors import Invalid, Missing
from studio.gallery import search, tagging, verbs
from studio.gallery.asked import Wanted
from studio.gallery.item import Item
from studio.gallery.lineage import compare, lineage
from studio.gallery.search import SELECTION_LIMIT
from studio.gallery.store import albums as shelves
from studio.generations import store as generations
from studio.generations.generation import Generation
from studio.wiring import Studio, Wired

router = Router(prefix="/api")


class Selected(BaseModel):
    """Which items a change is for."""

    model_config = ConfigDict(extra="forbid")

    ids: list[UUID] = Field(max_length=SELECTION_LIMIT)


class Starred(Selected):
    starred: bool = True


class Tagged(Selected):
    """`add` and `remove` are names separated by commas."""

    add: str = Field(default="", max_length=2000)
    remove: str = Field(default="", max_length=2000)


class Renamed(BaseModel):
    """`tag` is how it is compared, as lists give it; with `merge` it may become one with a tag of the new name."""

    model_config = ConfigDict(extra="forbid")

    tag: str = Field(max_length=2000)
    name: str = Field(max_length=2000)
    merge: bool = False


class Named(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=2000)


@router.get("/gallery", name="api.gallery.list")
def list_(person: SignedIn, studio: Wired, query: Wanted) -> dict[str, Any]:
    """
    Items newest first, or best first where `q` holds words; `kind` is text, image, video or upload.

    `q`: words as beginnings in any order, "in quotes" whole and in order, with a minus not. `since` and `until` are
    days, `album` an id, `bin=1` shows what was deleted. `next` is the address of the following page.
    """
    page = search.find(studio.db, person.id, query)
    following = None
    if page.next_before is not None:
        following = f"/api/gallery{query.suffix(before=page.next_before)}"
    return {"items": _with_assets(studio, person, page.items), "next": following}


@router.get("/gallery/counts", name="api.gallery.counts")
def counts(person: SignedIn, studio: Wired, query: Wanted) -> dict[str, Any]:
    """How many items the query has of each kind; its own `kind` does not count."""
    found = search.count(studio.db, person.id, query)
    return {"total": found.total, "kinds": found.by_kind}


@router.get("/gallery/comparison", name="api.gallery.comparison")
def comparison(person: SignedIn, studio: Wired, left: UUID, right: UUID) -> dict[str, Any]:
    """Two recipes field by field."""
    lines = compare(studio.db, _generation(studio, person, left), _generation(studio, person, right))
    return {
        "fields": [
            {"name": line.name, "left": line.left, "right": line.right, "differs": line.differs}
            for line in lines
        ]
    }


@router.get("/gallery/{item_id}", name="api.gallery.show")
def show(item_id: UUID, person: SignedIn, studio: Wired) -> dict[str, Any]:
    """One item with its recipe, its tags and albums, and what it comes from."""
    item = search.get_item(studio.db, person.id, item_id)
    kin = lineage(studio.db, person.id, item)
    generation = None
    if item.generation_id is not None:
        found = generations.list_generations(studio.db, person.id, [item.generation_id])
        generation = found.get(item.generation_id)
    return {
        **_with_assets(studio, person, [item])[0],
        "generation": generation.as_json() if generation else None,
        "tags": [tag.as_json() for tag in shelves.list_tags_of_item(studio.db, person.id, item_id)],
        "albums": [album.as_json() for album in shelves.list_albums_of_item(studio.db, person.id, item_id)],
        "made_from": [str(source.id) for source in kin.made_from],
        "became": [str(result.id) for result in kin.became],
    }


@router.get("/gallery/{item_id}/neighbours", name="api.gallery.neighbours")
def neighbours(item_id: UUID, person: SignedIn, studio: Wired, query: Wanted) -> dict[str, Any]:
    """The ids of the items before and behind this one in the order of a query; null at an end."""
    search.get_item(studio.db, person.id, item_id)
    before, behind = search.neighbours(studio.db, person.id, query, item_id)
    return {"previous": before and str(before), "next": behind and str(behind)}


@router.delete("/gallery/{item_id}", status_code=204, name="api.gallery.delete")
def delete(item_id: UUID, person: SignedIn, studio: Wired, for_good: bool = False) -> None:
    """Into the bin, for 30 days of undo; with `for_good` out of the bin and gone."""
    verb = verbs.delete_for_good if for_good else verbs.delete
    verb(studio.db, person.id, [item_id])


@router.post("/gallery/stars", name="api.gallery.stars")
def star(asked: Starred, person: SignedIn, studio: Wired) -> dict[str, int]:
    return {"changed": verbs.star(studio.db, person.id, asked.ids, asked.starred)}


@router.post("/gallery/tags", name="api.gallery.tags")
def tag(asked: Tagged, person: SignedIn, studio: Wired) -> dict[str, int]:
    """Give tags, take one away, or both."""
    changed = 0
    if asked.add:
        changed = verbs.tag(studio.db, person.id, asked.ids, asked.add)
    if asked.remove:
        changed = verbs.untag(studio.db, person.id, asked.ids, asked.remove)
    if not (asked.add or asked.remove):
        raise Invalid("Name a tag to add or to remove.", field="add")
    return {"changed": changed}


@router.post("/gallery/deletions", name="api.gallery.deletions")
def delete_many(asked: Selected, person: SignedIn, studio: Wired) -> dict[str, int]:
    return {"changed": verbs.delete(studio.db, person.id, asked.ids)}


@router.post("/gallery/restorations", name="api.gallery.restorations")
def restore(asked: Selected, person: SignedIn, studio: Wired) -> dict[str, int]:
    return {"changed": verbs.restore(studio.db, person.id, asked.ids)}


@router.get("/tags", name="api.tags.list")
def list_tags(person: SignedIn, studio: Wired) -> dict[str, Any]:
    """The most used first."""
    return {"items": [tag.as_json() for tag in shelves.list_tags(studio.db, person.id)], "next": None}


@router.patch("/tags", name="api.tags.rename")
def rename_tag(asked: Renamed, person: SignedIn, studio: Wired) -> dict[str, Any]:
    """Another name for a tag on everything that has it; 409 where there is a tag of that name and no `merge`."""
    return tagging.rename_tag(studio.db, person.id, asked.tag, asked.name, may_merge=asked.merge).as_json()


@router.get("/albums", name="api.albums.list")
def list_albums(person: SignedIn, studio: Wired) -> dict[str, Any]:
    return {"items": [album.as_json() for album in shelves.list_albums(studio.db, person.id)], "next": None}


@router.post("/albums", status_code=201, name="api.albums.add")
def add_album(asked: Named, person: SignedIn, studio: Wired) -> dict[str, Any]:
    return verbs.create_album(studio.db, person.id, asked.name).as_json()


@router.patch("/albums/{album_id}", name="api.albums.rename")
def rename_album(album_id: UUID, asked: Named, person: SignedIn, studio: Wired) -> dict[str, Any]:
    return verbs.rename_album(studio.db, person.id, album_id, asked.name).as_json()


@router.delete("/albums/{album_id}", status_code=204, name="api.albums.delete")
def delete_album(album_id: UUID, person: SignedIn, studio: Wired) -> None:
    """The album goes, what was in it stays."""
    verbs.delete_album(studio.db, person.id, album_id)


@router.post("/albums/{album_id}/items", name="api.albums.items")
def put_into_album(album_id: UUID, asked: Selected, person: SignedIn, studio: Wired) -> dict[str, int]:
    return {"changed": verbs.put_into_album(studio.db, person.id, album_id, asked.ids)}


@router.post("/albums/{album_id}/removals", name="api.albums.removals")
def take_out_of_album(album_id: UUID, asked: Selected, person: SignedIn, studio: Wired) -> dict[str, int]:
    """Take items out of an album; they stay in the gallery."""
    return {"changed": verbs.take_out_of_album(studio.db, person.id, album_id, asked.ids)}


def _with_assets(studio: Studio, person: Person, items: list[Item]) -> list[dict[str, Any]]:
    """The items as JSON, each with its file."""
    files = assets.list_assets(studio.db, person.id, [item.asset_id for item in items if item.asset_id])
    return [
        {
            **item.as_json(),
            "asset": files[item.asset_id].as_json() if item.asset_id in files else None,
        }
        for item in items
    ]


def _generation(studio: Studio, person: Person, item_id: UUID) -> Generation:
    item = search.get_item(studio.db, person.id, item_id)
    if item.generation_id is None:
        raise Missing("What was uploaded has no recipe.")
    return generations.get_generation(studio.db, person.id, item.generation_id)
