"""From items to cards: what the pages of the gallery show, each in a number of queries that does not grow with it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from markupsafe import Markup

from studio.accounts.access import Person
from studio.assets import store as assets
from studio.assets.asset import Asset
from studio.catalogue.agreed import worst_text
from studio.chat.composer import price_text
from studio.chat.views import facts as generation_facts
from studio.gallery import cards, search, views
from studio.gallery.item import Item
from studio.gallery.lineage import lineage, recipe
from studio.gallery.query import Query
from studio.gallery.store import albums as shelves
from studio.gallery.store.items import count_deleted_at, list_models
from studio.gallery.tagging import find_tag
from studio.generations import store as generations
from studio.generations.generation import Generation
from studio.generations.rerunning import price_of_rerun
from studio.markdown import render_markdown
from studio.recipes.recipes import PAGES, again_url
from studio.videos.reasons import MAY_NOT_PLAY
from studio.wiring import Studio

# A picture may be paid by the token, but nobody reads it by the second.
_OF_TEXTS = ("Tokens", "First token", "Speed")


def grid(studio: Studio, person: Person, query: Query, deleted_at: datetime | None = None) -> views.Grid:
    """One page of tiles: two queries; one more with the moment of a deletion that may be undone."""
    page = search.find(studio.db, person.id, query)
    undo = _undo(studio, person, query, deleted_at) if deleted_at else None
    return views.grid(page.items, assets_of(studio, person, page.items), query, page.next_before, undo)


def filters(studio: Studio, person: Person, query: Query) -> views.Filters:
    """The filter bar: four queries; one more for a tag that is not among those that are used most."""
    tags = shelves.list_tags(studio.db, person.id)
    tag = next((tag for tag in tags if tag.tag == query.tag), None)
    return views.filters(
        query,
        search.count(studio.db, person.id, query),
        list_models(studio.db, person.id),
        tags,
        shelves.list_albums(studio.db, person.id),
        tag or (find_tag(studio.db, person.id, query.tag) if query.tag else None),
    )


def item_card(studio: Studio, person: Person, item: Item, query: Query) -> cards.ItemCard:
    """One item with everything about it."""
    kin = lineage(studio.db, person.id, item)
    files = assets_of(studio, person, [item, *kin.made_from, *kin.became])
    generation = find_generation(studio, person, item)
    before, behind = search.neighbours(studio.db, person.id, query, item.id)
    suffix = query.suffix()

    def tile(found: Item) -> views.Tile:
        return views.tile(found, files.get(found.asset_id) if found.asset_id else None)

    return cards.ItemCard(
        tile=tile(item),
        query=suffix.removeprefix("?"),
        is_deleted=item.deleted_at is not None,
        html=_text(item, generation),
        prompt=generation.prompt if generation else "",
        recipe=list(recipe(studio.db, generation).items()) if generation else [],
        facts=_facts(studio, item, generation, files),
        tags=shelves.list_tags_of_item(studio.db, person.id, item.id),
        albums=shelves.list_albums_of_item(studio.db, person.id, item.id),
        other_albums=shelves.list_albums_without(studio.db, person.id, item.id),
        made_from=[tile(found) for found in kin.made_from],
        became=[tile(found) for found in kin.became],
        previous_url=f"/gallery/{before}{suffix}" if before else None,
        next_url=f"/gallery/{behind}{suffix}" if behind else None,
        back_url=f"/gallery{suffix}",
        rerun=_rerun(studio, person, item, generation),
        again_url=again_url(generation) if generation else None,
        onward=_onward(item, generation),
        recipe_url=f"/api/generations/{generation.id}/recipe?download=1" if generation else None,
        conversation_url=f"/chat/{item.conversation_id}" if item.conversation_id else None,
        is_simulated=generation.is_simulated if generation else False,
        remark=generation.reason_text if generation and generation.reason == MAY_NOT_PLAY else None,
        comparable=_comparable(generation, [*kin.made_from, *kin.became]),
        parameters=query.parameters(),
    )


def _undo(studio: Studio, person: Person, query: Query, deleted_at: datetime) -> views.Undo | None:
    """None where nothing of it lies in the bin any more."""
    with studio.db.read() as cursor:
        count = count_deleted_at(cursor, person.id, deleted_at)
    if not count:
        return None
    return views.Undo(deleted_at.isoformat(), views.things(count), query.suffix().removeprefix("?"))


def find_generation(studio: Studio, person: Person, item: Item) -> Generation | None:
    """What made it; None for what was uploaded."""
    if item.generation_id is None:
        return None
    found = generations.list_generations(studio.db, person.id, [item.generation_id])
    return found.get(item.generation_id)


def assets_of(studio: Studio, person: Person, items: Sequence[Item]) -> dict[UUID, Asset]:
    """Their files by id, deleted ones too: nobody brings back what they cannot see."""
    ids = [item.asset_id for item in items if item.asset_id]
    return assets.list_assets(studio.db, person.id, ids, with_deleted=True)


def _text(item: Item, generation: Generation | None) -> Markup:
    if generation is None or item.kind != "text":
        return Markup()
    return render_markdown(generation.text, is_outlined=True)


def _comparable(generation: Generation | None, kin: Sequence[Item]) -> list[str]:
    """The ids of those that have a recipe as well."""
    return [str(item.id) for item in kin if item.generation_id] if generation else []


def _facts(
    studio: Studio, item: Item, generation: Generation | None, files: dict[UUID, Asset]
) -> list[tuple[str, str]]:
    found = [("Made" if item.origin == "made" else "Uploaded", views.day(item.made_at))]
    if item.asset_id in files:
        found.append(("File", views.media(files[item.asset_id]).facts))
    if generation:
        model = studio.catalogue.find(generation.model)
        said = generation_facts(generation, model.name if model else generation.model)
        found += [fact for fact in said if generation.kind == "text" or fact[0] not in _OF_TEXTS]
    return found


def _rerun(studio: Studio, person: Person, item: Item, generation: Generation | None) -> cards.Rerun | None:
    estimate = price_of_rerun(studio, person, generation) if generation else None
    if estimate is None:
        return None
    return cards.Rerun(f"/fragments/gallery/{item.id}/rerun", price_text(estimate), worst_text(estimate))


def _onward(item: Item, generation: Generation | None) -> list[cards.Onward]:
    """What can be made of it, or instead of it, on which page."""
    ways = []
    if item.kind == "image" and item.asset_id:
        ways.append(cards.Onward("Use as input", "image", f"{PAGES['image']}?input={item.asset_id}"))
        film = f"{PAGES['video']}?first={item.asset_id}"
        ways.append(cards.Onward("Make a video", "play", film, carries=PAGES["image"]))
    again = again_url(generation) if generation else None
    if again and generation:
        if generation.kind != "text" and "seed" in generation.params:
            ways.append(cards.Onward("Vary", "image", f"{again}&seed=new"))
        ways.append(cards.Onward("Other model", "settings", f"{again}&focus=model#model"))
    return ways
