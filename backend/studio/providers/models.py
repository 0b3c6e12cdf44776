"""The models a server offers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from studio.providers.image_prices import ImagePricing
from studio.providers.image_settings import ImageSettings
from studio.providers.images import ImageWay
from studio.providers.loose import count, mapping, mappings, money, string, words
from studio.providers.video_settings import VideoPricing, VideoSettings


@dataclass(frozen=True, slots=True)
class Prices:
    """US dollars per token (`request` per call, `image` per input picture). None is unknown, zero is free."""

    prompt: Decimal | None = None
    completion: Decimal | None = None
    request: Decimal | None = None
    image: Decimal | None = None
    internal_reasoning: Decimal | None = None
    input_cache_read: Decimal | None = None
    input_cache_write: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PriceOverride:
    """
    Prices under a condition; the last override that holds wins, and where it has None the normal price stays.

    Holds for prompts of strictly more than `above_prompt_tokens`, or between two times of day in UTC
    (`HHMM`).
    """

    prices: Prices
    above_prompt_tokens: int | None = None
    utc_start: str | None = None
    utc_end: str | None = None


@dataclass(frozen=True, slots=True)
class ModelCard:
    """One model. Everything but `id` may be unknown (None or empty); a list's order is the server's."""

    id: str
    name: str
    description: str | None = None
    created_at: datetime | None = None  # naive UTC
    expires_at: str | None = None  # as the server writes it, mostly a date
    context_tokens: int | None = None
    max_output_tokens: int | None = None
    input_modalities: tuple[str, ...] = ()
    output_modalities: tuple[str, ...] = ()
    supported_parameters: tuple[str, ...] = ()
    default_parameters: Mapping[str, Any] | None = None
    reasoning: Mapping[str, Any] | None = (
        None  # mandatory, default_enabled, default_effort, supported_efforts
    )
    prices: Prices = Prices()
    overrides: tuple[PriceOverride, ...] = ()
    is_moderated: bool | None = None
    image_way: ImageWay | None = None  # None: it makes no pictures
    image_settings: ImageSettings | None = None
    image_pricing: ImagePricing | None = None  # empty where it is not known
    endpoints: str | None = None  # where its picture prices are listed
    video_settings: VideoSettings | None = None  # None: it makes no videos
    video_pricing: VideoPricing | None = None

    @property
    def makes_text(self) -> bool:
        """Servers that do not tell what comes out are text servers."""
        return "text" in self.output_modalities or not self.output_modalities


def entries_of(document: object) -> list[Mapping[str, Any]] | None:
    """The entries on one page, a bare id as one without anything else; None if the page is no list of models."""
    entries = document
    if isinstance(document, dict):
        entries = next((document[k] for k in ("data", "models") if isinstance(document.get(k), list)), None)
    if not isinstance(entries, list):
        return None
    return [{"id": entry} if isinstance(entry, str) else mapping(entry) for entry in entries]


def next_link(document: object) -> str | None:
    return string(mapping(mapping(document).get("links")).get("next"))


def card_of(entry: Mapping[str, Any]) -> ModelCard | None:
    """The card of an entry; None for one without an id."""
    model_id = string(entry.get("id")) or string(entry.get("name"))
    if model_id is None:
        return None
    top, pricing = mapping(entry.get("top_provider")), mapping(entry.get("pricing"))
    inputs, outputs = _modalities(mapping(entry.get("architecture")))
    moderated = top.get("is_moderated")
    return ModelCard(
        id=model_id,
        name=string(entry.get("name")) or model_id,
        description=string(entry.get("description")),
        created_at=_moment(entry.get("created")),
        expires_at=string(entry.get("expiration_date")),
        context_tokens=_context(entry, top),
        max_output_tokens=count(top.get("max_completion_tokens")) or None,
        input_modalities=inputs,
        output_modalities=outputs,
        supported_parameters=words(entry.get("supported_parameters")),
        default_parameters=mapping(entry.get("default_parameters")) or None,
        reasoning=mapping(entry.get("reasoning")) or None,
        prices=_prices(pricing),
        overrides=tuple(_override(o) for o in mappings(pricing.get("overrides"))),
        is_moderated=moderated if isinstance(moderated, bool) else None,
    )


def _context(entry: Mapping[str, Any], top: Mapping[str, Any]) -> int | None:
    """The smallest number told: the endpoint's may be below the model's. vLLM and llama.cpp have names of their own."""
    told = (
        entry.get("context_length"),
        top.get("context_length"),
        entry.get("max_model_len"),
        mapping(entry.get("meta")).get("n_ctx"),
    )
    known = [number for value in told if (number := count(value))]
    return min(known) if known else count(mapping(entry.get("meta")).get("n_ctx_train")) or None


def _modalities(architecture: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    inputs, outputs = (
        words(architecture.get("input_modalities")),
        words(architecture.get("output_modalities")),
    )
    arrow = string(architecture.get("modality"))
    if arrow and "->" in arrow:
        before, _, after = arrow.partition("->")
        inputs = inputs or tuple(filter(None, before.split("+")))
        outputs = outputs or tuple(filter(None, after.split("+")))
    return inputs, outputs


def _prices(pricing: Mapping[str, Any]) -> Prices:
    return Prices(
        prompt=money(pricing.get("prompt")),
        completion=money(pricing.get("completion")),
        request=money(pricing.get("request")),
        image=money(pricing.get("image")),
        internal_reasoning=money(pricing.get("internal_reasoning")),
        input_cache_read=money(pricing.get("input_cache_read")),
        input_cache_write=money(pricing.get("input_cache_write")),
    )


def _override(entry: Mapping[str, Any]) -> PriceOverride:
    return PriceOverride(
        prices=_prices(entry),
        above_prompt_tokens=count(entry.get("min_prompt_tokens")),
        utc_start=string(entry.get("utc_start")),
        utc_end=string(entry.get("utc_end")),
    )


def _moment(value: object) -> datetime | None:
    seconds = count(value)
    try:
        return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None) if seconds else None
    except (ValueError, OverflowError, OSError):
        return None
