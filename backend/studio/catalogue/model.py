"""The noun: a model as its provider lists it. A price that is not known is None, never zero."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from studio.moments import iso
from studio.providers import (
    ImagePricing,
    ImageSettings,
    VideoPricing,
    VideoSettings,
    image_pricing_as_json,
    video_pricing_as_json,
)

PER_MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Model:
    """Prices are USD per token (`request_usd` and `image_usd`: per request, per input image)."""

    provider_id: UUID
    id: str
    name: str
    description: str
    listed_at: datetime | None
    context_tokens: int | None
    output_tokens_limit: int | None
    input_modalities: tuple[str, ...]
    output_modalities: tuple[str, ...]
    supported_parameters: tuple[str, ...]
    prompt_usd: Decimal | None
    completion_usd: Decimal | None
    request_usd: Decimal | None
    image_usd: Decimal | None
    pricing: dict[str, Any]
    image_way: str | None = (
        None  # which protocol reaches it (providers/images.py); None: it makes no pictures
    )
    image_settings: ImageSettings | None = None
    image_pricing: ImagePricing | None = None  # empty where it is not known
    video_settings: VideoSettings | None = None  # None: it makes no videos
    video_pricing: VideoPricing | None = None

    @property
    def makes_text(self) -> bool:
        return "text" in self.output_modalities

    @property
    def makes_images(self) -> bool:
        return self.image_way is not None

    @property
    def makes_videos(self) -> bool:
        return self.video_settings is not None

    @property
    def kinds(self) -> list[str]:
        made = {
            "text": self.makes_text,
            "image": self.makes_images,
            "video": self.makes_videos,
        }
        return [kind for kind, is_made in made.items() if is_made]

    @property
    def can_see(self) -> bool:
        return "image" in self.input_modalities

    @property
    def can_reason(self) -> bool:
        return "reasoning" in self.supported_parameters or "include_reasoning" in self.supported_parameters

    @property
    def is_priced(self) -> bool:
        return self.prompt_usd is not None and self.completion_usd is not None

    @property
    def has_image_price(self) -> bool:
        return bool(self.image_pricing) and all(self.image_pricing or ())

    @property
    def is_free(self) -> bool:
        return self.prompt_usd == 0 and self.completion_usd == 0 and not self.request_usd

    @property
    def default_output_tokens(self) -> int:
        """
        How long an answer may get when nobody said so.

        Always sent where the model takes it: without a bound the worst case is the model's own, some dollars at
        the large ones, and a price like that on the button says nothing. A cut answer can be continued.
        """
        usual = 16_384 if self.can_reason else 8_192
        return min(usual, self.output_tokens_limit or usual, self.context_tokens or usual)

    def accepts(self, parameter: str) -> bool:
        """Whether the provider lists the parameter; a server that lists none (Ollama …) is taken to know the basics."""
        if not self.supported_parameters:
            return parameter in BASIC_PARAMETERS
        return parameter in self.supported_parameters

    def as_json(self) -> dict[str, Any]:
        """Prices are decimal strings in USD per token, as the provider states them."""
        return {
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "kinds": self.kinds,
            "context_tokens": self.context_tokens,
            "output_tokens_limit": self.output_tokens_limit,
            "input_modalities": list(self.input_modalities),
            "output_modalities": list(self.output_modalities),
            "supported_parameters": list(self.supported_parameters),
            "prompt_usd": _text(self.prompt_usd),
            "completion_usd": _text(self.completion_usd),
            "request_usd": _text(self.request_usd),
            "image_usd": _text(self.image_usd),
            "image_way": self.image_way,
            "image_settings": None if self.image_settings is None else self.image_settings.as_json(),
            "image_pricing": None
            if self.image_pricing is None
            else image_pricing_as_json(self.image_pricing),
            "video_settings": None if self.video_settings is None else self.video_settings.as_json(),
            "video_pricing": None
            if self.video_pricing is None
            else video_pricing_as_json(self.video_pricing),
            "listed_at": iso(self.listed_at),
        }


BASIC_PARAMETERS = frozenset({"temperature", "top_p", "max_tokens", "seed", "stop"})


def per_million(usd_per_token: Decimal | None) -> str:
    """USD for a million tokens as people compare it: `$0.50`, `free`, or `?` when it is not known."""
    if usd_per_token is None:
        return "?"
    usd = usd_per_token * PER_MILLION
    if usd == 0:
        return "free"
    return f"${usd:.2f}" if usd >= Decimal("0.01") else f"${usd.normalize():f}"


def _text(usd: Decimal | None) -> str | None:
    return None if usd is None else format(usd, "f")
