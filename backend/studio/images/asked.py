"""A wish as programs send it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from studio.images.wish import Wish, known_settings, painting_model
from studio.wiring import Studio
from studio.wishes.settings import settings_of_json


def wish_of_json(
    studio: Studio,
    *,
    prompt: str,
    model: str,
    params: Mapping[str, Any] | None,
    input_asset_ids: Sequence[UUID],
    parent_id: UUID | None,
) -> Wish:
    """The wish with its settings read; raises UnknownModel, or Invalid for the first setting that does not fit."""
    chosen = painting_model(studio, model)
    settings = settings_of_json(params or {}, known_settings(chosen)).checked()
    return Wish(_clean(prompt), chosen, settings, tuple(dict.fromkeys(input_asset_ids)), parent_id)


def _clean(prompt: str) -> str:
    """Without NUL and lone surrogates, which no database and no provider takes."""
    return prompt.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
