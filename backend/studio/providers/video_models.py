"""The models that make videos, out of `GET /videos/models` or by the word of the operator."""

from dataclasses import replace

from studio.providers.loose import mapping
from studio.providers.models import ModelCard, card_of, entries_of
from studio.providers.provider import Provider
from studio.providers.video_settings import (
    FIRST_FRAME,
    VideoSettings,
    video_pricing_of,
    video_settings_of,
)

# OpenAI's endpoint lists nothing. Its clones know these, leave others to the model behind them, and take one picture.
_EVERYBODYS = VideoSettings(durations=(4, 8, 12), sizes=("1280x720", "720x1280"), frames=(FIRST_FRAME,))


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


def operators_films(provider: Provider) -> list[ModelCard]:
    """The models that the operator says are behind OpenAI's endpoint for videos; nobody says what they cost."""
    return [
        ModelCard(
            id=model_id,
            name=model_id,
            input_modalities=("text", "image"),
            output_modalities=("video",),
            video_settings=_EVERYBODYS,
            video_pricing={},
        )
        for model_id in provider.video_models
    ]


def only_films(provider: Provider, card: ModelCard) -> bool:
    """Whether the operator says that it makes videos, and the server says nothing of what it makes."""
    return card.id in provider.video_models and not card.output_modalities
