"""The models that make pictures, out of `GET /images/models` and `GET /models`."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlsplit

from studio.providers.image_prices import offer_of, pricing_of_tokens
from studio.providers.image_settings import Choice, ImageSettings, Setting, Span, Switch, settings_of
from studio.providers.images import ImageWay
from studio.providers.loose import mapping, string
from studio.providers.models import ModelCard, card_of, entries_of
from studio.providers.provider import Provider

# Those that the chat way takes wherever it takes any, with the size that Gemini gives them.
CHAT_RATIOS = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")
CHAT_INPUTS = 8

# OpenAI's image endpoints list nothing. Every server that has them knows these two, and leaving them out is allowed.
_EVERYBODYS: Mapping[str, Setting] = {
    "n": Span(1, 4),
    "size": Choice(("auto", "1024x1024", "1536x1024", "1024x1536")),
    "input_references": Span(0, 16),
}
_OPENAIS: Mapping[str, Setting] = {
    "quality": Choice(("auto", "low", "medium", "high")),
    "output_format": Choice(("png", "jpeg", "webp")),
    "background": Choice(("auto", "transparent", "opaque")),
}


def image_cards_of(document: object) -> list[ModelCard] | None:
    """The cards of `GET /images/models`; None if it is no list of models."""
    entries = entries_of(document)
    if entries is None:
        return None
    cards = []
    for entry in entries:
        card = card_of(entry)
        if card is not None:
            offer = offer_of(entry.get("pricing"))
            cards.append(
                replace(
                    card,
                    output_modalities=card.output_modalities or ("image",),
                    supported_parameters=(),
                    image_way=ImageWay.IMAGES,
                    image_settings=settings_of(
                        entry.get("supported_parameters"), streams=entry.get("supports_streaming")
                    ),
                    image_pricing=(offer,) if offer else (),
                    endpoints=string(entry.get("endpoints")),
                )
            )
    return cards


def with_chat_pictures(card: ModelCard, entry: Mapping[str, Any]) -> ModelCard:
    """The card of an entry of `GET /models`, which makes pictures if its server says so."""
    if "image" not in card.output_modalities:
        return card
    pricing = pricing_of_tokens(mapping(entry.get("pricing")), makes_text=card.makes_text)
    return replace(
        card, image_way=ImageWay.CHAT, image_settings=_chat_settings(card, entry), image_pricing=pricing
    )


def operators_cards(provider: Provider) -> list[ModelCard]:
    """The models that the operator says are behind OpenAI's image endpoints."""
    settings = dict(_EVERYBODYS)
    if urlsplit(provider.base_url).hostname == "api.openai.com":
        settings |= _OPENAIS
    return [
        ModelCard(
            id=model_id,
            name=model_id,
            input_modalities=("text", "image"),
            output_modalities=("image",),
            image_way=ImageWay.OPENAI,
            image_settings=ImageSettings(settings),
            image_pricing=(),
        )
        for model_id in provider.image_models
    ]


def joined(cards: Iterable[ModelCard], image_cards: Iterable[ModelCard]) -> list[ModelCard]:
    """
    Both lists in one, each model once, in the order of the first; then those that are only in the second.

    Where both know a model, the words are the first's and the pictures the second's, which says more about them.
    """
    pictures = {card.id: card for card in image_cards}
    found = {card.id: _both(card, pictures.get(card.id)) for card in cards}
    return [*found.values(), *(card for card in pictures.values() if card.id not in found)]


def endpoints_path(card_id: str) -> str:
    return f"/images/models/{quote(card_id, safe='/:')}/endpoints"


def _both(card: ModelCard, picture: ModelCard | None) -> ModelCard:
    if picture is None:
        return card
    outputs = card.output_modalities or picture.output_modalities
    return replace(
        card,
        output_modalities=outputs if "image" in outputs else (*outputs, "image"),
        input_modalities=card.input_modalities or picture.input_modalities,
        image_way=picture.image_way,
        image_settings=picture.image_settings,
        image_pricing=picture.image_pricing or card.image_pricing,
        endpoints=picture.endpoints,
    )


def _chat_settings(card: ModelCard, entry: Mapping[str, Any]) -> ImageSettings:
    """What the entry lists. Few servers list anything about pictures here, and what is not listed is not sent."""
    listed = entry.get("supported_parameters")
    if isinstance(listed, dict):
        return settings_of(listed)
    found: dict[str, Setting] = {}
    if "image_config" in card.supported_parameters:
        found["aspect_ratio"] = Choice(CHAT_RATIOS)
    if "seed" in card.supported_parameters:
        found["seed"] = Switch()
    if "image" in card.input_modalities:
        found["input_references"] = Span(0, CHAT_INPUTS)
    return ImageSettings(found)
