"""The pictures that a wish begins with: named in a form, found again, and shown."""

from collections.abc import Sequence
from uuid import UUID

from studio.accounts.access import Person
from studio.assets import store
from studio.chat.views import PictureCard, picture_card
from studio.errors import Invalid
from studio.generations.generation import Generation
from studio.wiring import Studio


def input_id(text: str) -> UUID:
    """The id of a picture that a form names; raises Invalid (field `pictures`)."""
    try:
        return UUID(text)
    except ValueError:
        raise Invalid("One of the pictures is gone.", field="pictures") from None


def too_many(limit: int) -> Invalid:
    """More pictures than a form takes (field `pictures`)."""
    return Invalid(f"At most {limit} pictures can be taken in.", field="pictures")


def input_cards(studio: Studio, person: Person, ids: Sequence[str]) -> list[PictureCard]:
    """The pictures of this person among these ids, in their order."""
    wanted = []
    for text in ids:
        try:
            wanted.append(UUID(text))
        except ValueError:
            continue
    found = store.list_assets(studio.db, person.id, wanted)
    return [
        picture_card(found[id_])
        for id_ in dict.fromkeys(wanted)
        if id_ in found and found[id_].kind == "image"
    ]


def cards_by_hash(studio: Studio, person: Person, asked: Sequence[Generation]) -> dict[str, PictureCard]:
    """What these generations began with, by content; what is gone is left out."""
    hashes = [digest for generation in asked for digest in generation.input_hashes]
    by_hash = store.find_by_hashes(studio.db, person.id, hashes)
    files = store.list_assets(studio.db, person.id, list(by_hash.values()))
    return {digest: picture_card(files[id_]) for digest, id_ in by_hash.items() if id_ in files}
