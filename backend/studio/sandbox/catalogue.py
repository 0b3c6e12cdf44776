"""
The models of the sandbox, as `GET /models` lists them, and what they charge.

Each kind of output has a module of its own with a tuple of `Model`s; `listed` puts them together.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

SAMPLING = ("max_tokens", "max_completion_tokens", "temperature", "seed", "stop")
REASONING = ("reasoning", "include_reasoning", "reasoning_effort")

Prices = dict[str, str]


@dataclass(frozen=True, slots=True)
class Model:
    """
    One model. `pricing` are decimal strings in USD per token (per image for `image`); None leaves the key
    out.

    `overrides` replace or (with the value `...`) remove keys of the listing: for entries that are odd on
    purpose.
    """

    id: str
    name: str
    description: str
    created: int
    pricing: Prices | None
    context_length: int = 131_072
    max_completion_tokens: int | None = None
    inputs: tuple[str, ...] = ("text",)
    outputs: tuple[str, ...] = ("text",)
    parameters: tuple[str, ...] = SAMPLING
    is_moderated: bool = False
    reasoning: dict[str, Any] | None = None
    overrides: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The entry of the listing, with every field the real one has for a text model."""
        optional = {"pricing": self.pricing, "reasoning": self.reasoning}
        entry: dict[str, Any] = {
            "id": self.id,
            "canonical_slug": f"{self.id}-20261001",
            "name": self.name,
            "created": self.created,
            "description": self.description,
            "context_length": self.context_length,
            "architecture": self._architecture(),
            "top_provider": {
                "context_length": self.context_length,
                "max_completion_tokens": self.max_completion_tokens,
                "is_moderated": self.is_moderated,
            },
            "per_request_limits": None,
            "supported_parameters": list(self.parameters),
            "default_parameters": {"temperature": None, "top_p": None},
            "supported_voices": None,
            "expiration_date": None,
            "knowledge_cutoff": None,
            "links": {"details": f"/api/v1/models/{self.id}/endpoints"},
            **{key: value for key, value in optional.items() if value is not None},
        }
        return {key: value for key, value in {**entry, **self.overrides}.items() if value is not ...}

    def _architecture(self) -> dict[str, Any]:
        return {
            "modality": f"{'+'.join(self.inputs)}->{'+'.join(self.outputs)}",
            "input_modalities": list(self.inputs),
            "output_modalities": list(self.outputs),
            "tokenizer": "Other",
            "instruct_type": None,
        }

    def cost_usd(
        self, *, prompt_tokens: int, completion_tokens: int, images: int = 0, image_tokens: int = 0
    ) -> Decimal | None:
        """What a call costs; None when the price list does not say."""
        prices = {key: Decimal(text) for key, text in (self.pricing or {}).items()}
        if prices.get("prompt", Decimal(-1)) < 0 or prices.get("completion", Decimal(-1)) < 0:
            return None
        return (
            prices["prompt"] * prompt_tokens
            + prices["completion"] * completion_tokens
            + prices.get("image", Decimal(0)) * images
            + prices.get("image_output", Decimal(0)) * image_tokens
            + prices.get("request", Decimal(0))
        )


def prices(prompt: str, completion: str, *, image: str = "0") -> Prices:
    """A price list with the keys the real one always shows."""
    rest = {"request": "0", "image": image, "web_search": "0", "internal_reasoning": "0"}
    return {"prompt": prompt, "completion": completion, **rest}


def filler_models(count: int) -> tuple[Model, ...]:
    """Further models, to see how a picker copes with hundreds; each answers as `sandbox/sprinter` does."""
    return tuple(
        Model(
            id=f"sandbox/filler-{number:04d}",
            name=f"Sandbox: Filler {number:04d}",
            description="One of many, to make the list long.",
            created=1_767_225_600 + number,
            pricing=prices(f"0.{number:08d}", f"0.{number * 3:08d}"),
        )
        for number in range(1, count + 1)
    )
