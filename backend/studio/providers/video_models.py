"""The models that make videos, out of `GET /videos/models`."""

from dataclasses import replace

from studio.providers.loose import mapping
from studio.providers.models import ModelCard, card_of, entries_of
from studio.providers.video_settings import video_pricing_of, video_settings_of


def video_cards_of(document: object) -> list[ModelCard] | None:
    """The cards of the list, one for each id; None if it is no list of models."""
    entries = entries_of(document)
    if entries is None:
        return None
    cards: dict[str, ModelCard] = {}
    for entry in entries:
        card = card_of(entry)
        if card is None:
            continue
        settings = video_settings_of(mapping(entry))
        inputs = ("text", "image") if settings.takes_pictures else ("text",)
        card = replace(
            card,
            input_modalities=card.input_modalities or inputs,
            output_modalities=card.output_modalities or ("video",),
            supported_parameters=(),
            video_settings=settings,
            video_pricing=video_pricing_of(entry.get("pricing_skus")),
        )
        cards.setdefault(card.id, card)
    return list(cards.values())
