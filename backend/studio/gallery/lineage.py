"""Made from → became: how items hang together, and what two recipes differ in."""

from dataclasses import dataclass
from uuid import UUID

from studio.db import Database
from studio.gallery.item import Item
from studio.gallery.store import lineage as store
from studio.generations.generation import Generation

SHOWN = 24
_NAMES = {"n": "Pictures", "system_prompt": "Instructions"}  # the others are words already


@dataclass(frozen=True, slots=True)
class Lineage:
    made_from: list[Item]
    became: list[Item]


@dataclass(frozen=True, slots=True)
class Line:
    """One field of two recipes; None where a recipe does not have it."""

    name: str
    left: str | None
    right: str | None

    @property
    def differs(self) -> bool:
        return self.left != self.right


def lineage(db: Database, person_id: UUID, item: Item) -> Lineage:
    """SHOWN of each at most."""
    sources = store.list_sources(db, person_id, item.generation_id, SHOWN) if item.generation_id else []
    return Lineage(sources, store.list_results(db, person_id, item, SHOWN))


def recipe(generation: Generation) -> dict[str, str]:
    """Everything that was asked for, as people read it; the same names for every kind."""
    fields = {
        "Model": generation.model,
        "Provider": generation.provider,
        "Prompt": generation.prompt,
        **{_named(name): _written(value) for name, value in sorted(generation.params.items())},
    }
    if generation.input_hashes:
        fields["Pictures taken in"] = ", ".join(digest[:12] for digest in generation.input_hashes)
    if generation.outcome.answered_model and generation.outcome.answered_model != generation.model:
        fields["Answered by"] = generation.outcome.answered_model
    return fields


def compare(left: Generation, right: Generation) -> list[Line]:
    """Both recipes field by field, in the order of the first."""
    one, other = recipe(left), recipe(right)
    return [Line(name, one.get(name), other.get(name)) for name in dict.fromkeys([*one, *other])]


def _named(name: str) -> str:
    return _NAMES.get(name) or name.replace("_", " ").capitalize()


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(str(part) for part in value) if isinstance(value, list) else str(value)
