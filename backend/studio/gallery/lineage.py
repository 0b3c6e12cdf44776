"""Made from → became: how items hang together, and what two recipes differ in."""

from collections import Counter
from collections.abc import Mapping
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


def recipe(db: Database, generation: Generation) -> dict[str, str]:
    """Everything that was asked for, as people read it; the same names for every kind."""
    return _recipe(generation, _named_inputs(db, generation))


def compare(db: Database, left: Generation, right: Generation) -> list[Line]:
    """Both recipes of one person's field by field, in the order of the first."""
    inputs = _named_inputs(db, left, right)
    one, other = _recipe(left, inputs), _recipe(right, inputs)
    return [Line(name, one.get(name), other.get(name)) for name in dict.fromkeys([*one, *other])]


def _recipe(generation: Generation, inputs: Mapping[str, str]) -> dict[str, str]:
    fields = {
        "Model": generation.model,
        "Provider": generation.provider,
        "Prompt": generation.prompt,
        **{_named(name): _written(value) for name, value in sorted(generation.params.items())},
    }
    if generation.input_hashes:
        fields["Pictures taken in"] = ", ".join(inputs[digest] for digest in generation.input_hashes)
    if generation.outcome.answered_model and generation.outcome.answered_model != generation.model:
        fields["Answered by"] = generation.outcome.answered_model
    return fields


def _named_inputs(db: Database, *generations: Generation) -> dict[str, str]:
    """By content: the title, and where two pictures have the same one the beginning of the hash besides."""
    hashes = [digest for generation in generations for digest in generation.input_hashes]
    titles = store.list_titles(db, generations[0].person_id, hashes)
    quoted = {digest: f"“{title}”" for digest, title in titles.items()}  # a title may have commas of its own
    named = {digest: quoted.get(digest, "a picture that is gone") for digest in hashes}
    often = Counter(named.values())
    return {
        digest: title if often[title] == 1 else f"{title} ({digest[:8]})" for digest, title in named.items()
    }


def _named(name: str) -> str:
    return _NAMES.get(name) or name.replace("_", " ").capitalize()


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(str(part) for part in value) if isinstance(value, list) else str(value)
