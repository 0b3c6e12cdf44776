"""Models as a catalogue holds them, for tests that are about prices and names."""

from decimal import Decimal
from typing import Any

from studio.catalogue.model import Model
from studio.ids import new_id

PROVIDER_ID = new_id()


def model(id: str = "acme/chat-1", **more: Any) -> Model:  # noqa: A002
    """A text model that takes max_tokens, at one dollar a million in and two out."""
    prompt, completion = (
        more.pop("prompt_usd", Decimal("0.000001")),
        more.pop("completion_usd", Decimal("0.000002")),
    )
    return Model(
        **{
            "provider_id": PROVIDER_ID,
            "id": id,
            "name": id,
            "description": "",
            "listed_at": None,
            "context_tokens": None,
            "output_tokens_limit": None,
            "input_modalities": ("text",),
            "output_modalities": ("text",),
            "supported_parameters": ("max_tokens",),
            "prompt_usd": prompt,
            "completion_usd": completion,
            "request_usd": None,
            "image_usd": None,
            "pricing": {},
            **more,
        }
    )
