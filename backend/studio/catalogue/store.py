"""Every SQL statement about providers and models."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from studio.catalogue.model import Model
from studio.db import Cursor, Database
from studio.ids import new_id
from studio.providers import (
    ImageSettings,
    Provider,
    VideoSettings,
    image_pricing_as_json,
    image_pricing_from_json,
    image_settings_from_json,
    video_pricing_as_json,
    video_pricing_of,
    video_settings_from_json,
)

_COLUMNS = """
    provider_id, id, name, description, listed_at, context_tokens, output_tokens_limit, input_modalities,
    output_modalities, supported_parameters, prompt_usd, completion_usd, request_usd, image_usd, pricing,
    image_way, image_settings, image_pricing, video_settings, video_pricing
"""


def remember_provider(db: Database, provider: Provider, now: datetime) -> UUID:
    """
    The id of the provider at this base address; made at the first start with it.

    The sandbox is one provider whatever port it is reached through.
    """
    address = "sandbox" if provider.kind == "sandbox" else provider.base_url

    def work(cursor: Cursor) -> UUID:
        found = cursor.execute(
            "SELECT id FROM providers WHERE base_url = $base_url", {"base_url": address}
        ).fetchone()
        if found:
            cursor.execute(
                "UPDATE providers SET name = $name, kind = $kind, is_simulated = $simulated WHERE id = $id",
                {
                    "name": provider.name,
                    "kind": provider.kind,
                    "simulated": provider.is_simulated,
                    "id": found[0],
                },
            )
            return UUID(str(found[0]))
        provider_id = new_id()
        cursor.execute(
            """
            INSERT INTO providers (id, kind, name, base_url, is_simulated, created_at)
            VALUES ($id, $kind, $name, $base_url, $simulated, $now)
            """,
            {
                "id": provider_id,
                "kind": provider.kind,
                "name": provider.name,
                "base_url": address,
                "simulated": provider.is_simulated,
                "now": now,
            },
        )
        return provider_id

    return db.transact(work)


def list_models(db: Database, provider_id: UUID) -> list[Model]:
    """The provider's models as last seen, in its own order."""
    with db.read() as cursor:
        rows = cursor.execute(
            f"SELECT {_COLUMNS} FROM models WHERE provider_id = $provider_id ORDER BY position",
            {"provider_id": provider_id},
        ).fetchall()
    return [_from_row(row) for row in rows]


def replace_models(db: Database, provider_id: UUID, models: Sequence[Model], now: datetime) -> None:
    """Put a fresh list in the place of the old one, in one transaction."""
    columns: dict[str, list[Any]] = {
        name: [] for name in _COLUMNS.replace("\n", "").replace(" ", "").split(",")
    }
    for model in models:
        for name, values in columns.items():
            values.append(_stored(name, getattr(model, name)))

    def work(cursor: Cursor) -> None:
        cursor.execute("DELETE FROM models WHERE provider_id = $provider_id", {"provider_id": provider_id})
        if models:
            cursor.execute(
                f"""
                INSERT INTO models ({_COLUMNS}, position, seen_at)
                SELECT
                    unnest($provider_id::UUID[]), unnest($id::VARCHAR[]), unnest($name::VARCHAR[]),
                    unnest($description::VARCHAR[]), unnest($listed_at::TIMESTAMP[]),
                    unnest($context_tokens::BIGINT[]), unnest($output_tokens_limit::BIGINT[]),
                    unnest($input_modalities::VARCHAR[]), unnest($output_modalities::VARCHAR[]),
                    unnest($supported_parameters::VARCHAR[]), unnest($prompt_usd::DECIMAL(18, 12)[]),
                    unnest($completion_usd::DECIMAL(18, 12)[]), unnest($request_usd::DECIMAL(18, 12)[]),
                    unnest($image_usd::DECIMAL(18, 12)[]), unnest($pricing::VARCHAR[]),
                    unnest($image_way::VARCHAR[]), unnest($image_settings::VARCHAR[]),
                    unnest($image_pricing::VARCHAR[]), unnest($video_settings::VARCHAR[]),
                    unnest($video_pricing::VARCHAR[]),
                    unnest(range({len(models)})), $now::TIMESTAMP
                """,
                {**columns, "now": now},
            )
        cursor.execute(
            "UPDATE providers SET refreshed_at = $now, refresh_error = NULL WHERE id = $id",
            {"now": now, "id": provider_id},
        )

    db.transact(work)


def set_refresh_error(db: Database, provider_id: UUID, text: str) -> None:
    """Remember why the list could not be refreshed; the old list stays."""
    db.transact(
        lambda cursor: cursor.execute(
            "UPDATE providers SET refresh_error = $text WHERE id = $id", {"text": text, "id": provider_id}
        )
    )


def _stored(name: str, value: Any) -> Any:
    if isinstance(value, ImageSettings | VideoSettings):
        return json.dumps(value.as_json())
    if name == "image_pricing" and value is not None:
        return json.dumps(image_pricing_as_json(value))
    if name == "video_pricing" and value is not None:
        return json.dumps(video_pricing_as_json(value))
    if isinstance(value, tuple | dict):
        return json.dumps(value)
    return value


def _from_row(row: tuple[Any, ...]) -> Model:
    values = list(row)
    for position in (7, 8, 9):
        values[position] = tuple(json.loads(values[position]))
    values[14] = json.loads(values[14])
    if values[16] is not None:
        values[16] = image_settings_from_json(json.loads(values[16]))
    if values[17] is not None:
        values[17] = image_pricing_from_json(json.loads(values[17]))
    if values[18] is not None:
        values[18] = video_settings_from_json(json.loads(values[18]))
    if values[19] is not None:
        values[19] = video_pricing_of(json.loads(values[19]))
    return Model(*values)
