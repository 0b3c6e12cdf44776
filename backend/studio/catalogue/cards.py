"""From what a provider lists to the models of the catalogue."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from studio.catalogue.model import Model
from studio.providers import ImageWay, ModelCard

MOST_USD = Decimal(1_000_000)
_LISTED_APART = (
    ImageWay.IMAGES,
    ImageWay.OPENAI,
)  # the ways of models that are not in the list of text models


def model_of(provider_id: UUID, card: ModelCard) -> Model:
    """The model that a card describes; prices that nobody can mean are unknown."""
    prices = card.prices
    return Model(
        provider_id=provider_id,
        id=card.id,
        name=card.name,
        description=card.description or "",
        listed_at=card.created_at,
        context_tokens=card.context_tokens,
        output_tokens_limit=card.max_output_tokens,
        input_modalities=card.input_modalities,
        output_modalities=card.output_modalities or ("text",),
        supported_parameters=card.supported_parameters,
        prompt_usd=_believable(prices.prompt),
        completion_usd=_believable(prices.completion),
        request_usd=_believable(prices.request),
        image_usd=_believable(prices.image),
        pricing=_price_list(card),
        image_way=None if card.image_way is None else str(card.image_way),
        image_settings=card.image_settings,
        image_pricing=card.image_pricing,
        video_settings=card.video_settings,
        video_pricing=card.video_pricing,
    )


def _believable(price: Decimal | None) -> Decimal | None:
    """Unknown, if it is more for a token, a request or a picture than anybody can mean (and than the column holds)."""
    return None if price is None or price >= MOST_USD else price


def _price_list(card: ModelCard) -> dict[str, str | None]:
    """
    The prices as they go into the recipe, as decimal strings.

    `most_prompt` and `most_completion` are the highest that any condition (a long prompt, a time of day) can make
    of them: the worst case is reckoned with these.
    """
    prices = card.prices
    listed = {name: getattr(prices, name) for name in ("prompt", "completion", "request", "image")}
    for name in ("prompt", "completion"):
        known = [listed[name], *(getattr(override.prices, name) for override in card.overrides)]
        listed[f"most_{name}"] = max((price for price in known if price is not None), default=None)
    return {name: None if price is None else format(price, "f") for name, price in listed.items()}


def with_old_pictures(models: Iterable[Model], old: Iterable[Model]) -> list[Model]:
    """The models, for a time when only the list of image models failed: what they do with pictures is as it was."""
    before = {model.id: model for model in old if model.image_way in _LISTED_APART}
    found = [_pictured(model, before.pop(model.id, None)) for model in models]
    return [*found, *(_without_text(model) for model in before.values())]


def with_old_texts(models: Iterable[Model], old: Sequence[Model]) -> list[Model]:
    """The image models, for a time when only the list of text models failed: all else is as it was."""
    fresh = {model.id: model for model in models}
    found: list[Model] = []
    for model in old:
        if model.makes_text or model.image_way == ImageWay.CHAT:
            picture = fresh.pop(model.id, None)
            if picture is None and model.image_way in _LISTED_APART:
                model = replace(model, image_way=None, image_settings=None, image_pricing=None)
            found.append(_pictured(model, picture))
    return [*found, *fresh.values()]


def with_old_prices(models: Iterable[Model], old: Iterable[Model]) -> list[Model]:
    """The models; where the price of pictures is not listed, or not yet, it is what it was."""
    before = {model.id: model.image_pricing for model in old if model.image_pricing}
    return [
        replace(model, image_pricing=before[model.id])
        if model.makes_images and not model.image_pricing and model.id in before
        else model
        for model in models
    ]


def with_videos(models: Iterable[Model], videos: Iterable[Model]) -> list[Model]:
    """The models with what the list of video models says of them; then those that are only in that list."""
    apart = {model.id: model for model in videos}
    found = [_filming(model, apart.pop(model.id, None)) for model in models]
    return [*found, *(replace(model, output_modalities=("video",)) for model in apart.values())]


def _filming(model: Model, video: Model | None) -> Model:
    if video is None:
        return replace(model, video_settings=None, video_pricing=None)
    outputs = model.output_modalities
    return replace(
        model,
        output_modalities=outputs if "video" in outputs else (*outputs, "video"),
        video_settings=video.video_settings,
        video_pricing=video.video_pricing,
    )


def _pictured(model: Model, picture: Model | None) -> Model:
    if picture is None:
        return model
    outputs = model.output_modalities
    return replace(
        model,
        input_modalities=model.input_modalities or picture.input_modalities,
        output_modalities=outputs if "image" in outputs else (*outputs, "image"),
        image_way=picture.image_way,
        image_settings=picture.image_settings,
        image_pricing=picture.image_pricing,
    )


def _without_text(model: Model) -> Model:
    return replace(model, output_modalities=tuple(m for m in model.output_modalities if m != "text"))
