"""The models that make pictures: what each can be asked for and what it charges."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from studio.sandbox.catalogue import Model, prices
from studio.sandbox.chunks import PROVIDER
from studio.sandbox.images.sizes import ONE_K

Parameters = dict[str, dict[str, Any]]
Rates = dict[tuple[str, str], str]

FREE = prices(
    "0", "0"
)  # the list says 0: what a picture costs stands with the endpoints, as on the real server
ANY_QUALITY = "any"
SIMULATED = "A simulated model: no key, no network."


@dataclass(frozen=True, slots=True)
class ImageModel:
    """
    One model of `GET /images/models`. `rates` are USD per picture by tier and quality; `per_input` is USD per
    picture to begin with; None says nothing about the price. `seconds` is how long it takes for one picture.
    """

    listing: Model
    parameters: Parameters
    rates: Rates | None
    per_input: str = "0"
    streams: bool = False
    seconds: float = 1.5
    default_format: str = "png"

    @property
    def id(self) -> str:
        return self.listing.id

    def cost_usd(self, *, images: int, tier: str, quality: str, inputs: int) -> Decimal | None:
        """What so many pictures cost; None when the price list does not say."""
        if self.rates is None:
            return None
        rate = self.rates.get((tier, quality)) or self.rates[(tier, ANY_QUALITY)]
        return Decimal(rate) * images + Decimal(self.per_input) * inputs

    def as_json(self, root: str) -> dict[str, Any]:
        """The entry of `GET /images/models`; `endpoints` is rooted at the host (provider docs, "Image models")."""
        architecture = {
            "input_modalities": list(self.listing.inputs),
            "output_modalities": list(self.listing.outputs),
        }
        return {
            "id": self.id,
            "name": self.listing.name,
            "description": self.listing.description,
            "created": self.listing.created,
            "architecture": architecture,
            "supported_parameters": self.parameters,
            "supports_streaming": self.streams,
            "endpoints": f"{root}/images/models/{self.id}/endpoints",
        }

    def endpoints_json(self) -> dict[str, Any]:
        """The body of `GET /images/models/{author}/{slug}/endpoints`: prices are numbers here."""
        endpoint = {
            "provider_name": PROVIDER,
            "provider_slug": "sandbox",
            "provider_tag": None,
            "supported_parameters": self.parameters,
            "allowed_passthrough_parameters": [],
            "supports_streaming": self.streams,
            "pricing": self._pricing(),
        }
        return {"id": self.id, "endpoints": [endpoint]}

    def _pricing(self) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = []
        for (tier, quality), rate in (self.rates or {}).items():
            entry = {"billable": "output_image", "unit": "image", "cost_usd": float(rate)}
            variant = tier if quality == ANY_QUALITY else f"{tier} {quality}"
            entries.append(entry if len(self.rates or {}) == 1 else {**entry, "variant": variant})
        if Decimal(self.per_input):
            entries.append(
                {"billable": "input_reference", "unit": "image", "cost_usd": float(self.per_input)}
            )
        return entries


def choice_of(*values: str) -> dict[str, Any]:
    return {"type": "enum", "values": list(values)}


def between(least: int, most: int) -> dict[str, Any]:
    return {"type": "range", "min": least, "max": most}


YES = {"type": "boolean"}
RATIOS = choice_of(*ONE_K)

PAINTER = ImageModel(
    listing=Model(
        id="sandbox/painter",
        name="Sandbox: Painter",
        description="Paints landscapes, cities, flowers, fruit, space and patterns from the words and colours of "
        f"the prompt; changes pictures; has every setting. {SIMULATED}",
        created=1_790_899_200,
        pricing=FREE,
        inputs=("text", "image"),
        outputs=("image",),
        parameters=("seed",),
    ),
    parameters={
        "resolution": choice_of("1K", "2K"),
        "aspect_ratio": choice_of(*ONE_K, "auto"),
        "quality": choice_of("auto", "low", "medium", "high"),
        "output_format": choice_of("png", "jpeg", "webp"),
        "output_compression": between(0, 100),
        "background": choice_of("auto", "transparent", "opaque"),
        "n": between(1, 4),
        "input_references": between(0, 4),
        "seed": YES,
    },
    rates={
        ("1K", "low"): "0.01",
        ("1K", "medium"): "0.04",
        ("1K", "high"): "0.08",
        ("2K", "low"): "0.02",
        ("2K", "medium"): "0.07",
        ("2K", "high"): "0.15",
    },
    per_input="0.002",
    streams=True,
    seconds=2.0,
)
SKETCHER = ImageModel(
    listing=Model(
        id="sandbox/sketcher",
        name="Sandbox: Sketcher",
        description=f"One quick picture at a time, as JPEG, for a third of a cent. No seed. {SIMULATED}",
        created=1_790_880_000,
        pricing=FREE,
        outputs=("image",),
        parameters=(),
    ),
    parameters={"size": choice_of("1024x1024", "1536x1024", "1024x1536")},
    rates={("1K", ANY_QUALITY): "0.003"},
    seconds=0.6,
    default_format="jpeg",
)
RETOUCHER = ImageModel(
    listing=Model(
        id="sandbox/retoucher",
        name="Sandbox: Retoucher",
        description="Changes pictures and makes none from nothing: night, sepia, snow, a frame, a moon, a pencil "
        f"drawing, a collage of several. {SIMULATED}",
        created=1_790_870_000,
        pricing=FREE,
        inputs=("image", "text"),
        outputs=("image",),
        parameters=("seed",),
    ),
    parameters={
        "aspect_ratio": choice_of("auto", *ONE_K),
        "output_format": choice_of("png", "jpeg", "webp"),
        "background": choice_of("auto", "transparent", "opaque"),
        "n": between(1, 2),
        "input_references": between(1, 3),
        "seed": YES,
    },
    rates={("1K", ANY_QUALITY): "0.02"},
    per_input="0.0025",
    seconds=1.5,
)
MURALIST = Model(
    id="sandbox/muralist",
    name="Sandbox: Muralist",
    description="Answers with a few words and a picture when a chat asks for both; takes pictures, too. Priced by "
    f"the token. {SIMULATED}",
    created=1_790_860_000,
    pricing={**prices("0.0000003", "0.0000025", image="0.0001"), "image_output": "0.00003"},
    context_length=32_768,
    max_completion_tokens=8_192,
    inputs=("text", "image"),
    outputs=("image", "text"),
    parameters=("max_tokens", "seed"),
)
IMAGE_MODELS: tuple[ImageModel, ...] = (PAINTER, SKETCHER, RETOUCHER)
