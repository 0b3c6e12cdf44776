"""A wish as programs send it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from studio.chat.checking import clean
from studio.errors import Invalid
from studio.providers import Role
from studio.videos.settings import read_json, usual_roles
from studio.videos.wish import ROLES, Input, Wish, filming_model, known_settings
from studio.wiring import Studio


def wish_of_json(
    studio: Studio,
    *,
    prompt: str,
    model: str,
    params: Mapping[str, Any] | None,
    input_asset_ids: Sequence[UUID],
    parent_id: UUID | None,
) -> Wish:
    """
    The wish with its settings read; raises UnknownModel, or Invalid for the first setting that does not fit.

    `input_roles` among the params says what each picture is for, as a list or with commas between: first_frame,
    last_frame, reference.
    """
    chosen = filming_model(studio, model)
    known = known_settings(chosen)
    given = dict(params or {})
    ids = list(dict.fromkeys(input_asset_ids))
    roles = _roles(given.pop(ROLES, None), len(ids)) or usual_roles(len(ids), known)
    settings = read_json(given, known).checked()
    inputs = tuple(Input(asset_id, role) for asset_id, role in zip(ids, roles, strict=True))
    return Wish(clean(prompt), chosen, settings, inputs, parent_id)


def _roles(given: Any, count: int) -> list[Role] | None:
    if given is None:
        return None
    try:
        roles = [Role(word) for word in (given.split(",") if isinstance(given, str) else given)]
    except (TypeError, ValueError):
        raise Invalid(f"{ROLES} is a list of {', '.join(Role)}.", field=ROLES) from None
    if len(roles) != count:
        raise Invalid(f"{ROLES} needs one word for each of the {count} pictures.", field=ROLES)
    return roles
