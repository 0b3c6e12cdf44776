"""The list of models in memory: read by every page, refreshed in the background, never during a page load."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal
from uuid import UUID

import structlog

from studio.catalogue import store
from studio.catalogue.model import Model
from studio.db import Database
from studio.errors import UnknownModel, Upstream
from studio.moments import now
from studio.providers import Adapter, ModelCard, Provider

log = structlog.get_logger()

RETRY_SECONDS = (1.0, 5.0, 30.0, 120.0)
MOST_USD = Decimal(1_000_000)


class Catalogue:
    """Models of the one provider, from the database at start, then from the provider every so often."""

    def __init__(self, db: Database, adapter: Adapter, provider: Provider, provider_id: UUID) -> None:
        self._db = db
        self._adapter = adapter
        self.provider = provider
        self.provider_id = provider_id
        self.refresh_error: str | None = None
        self._take(store.list_models(db, provider_id))

    def _take(self, models: Sequence[Model]) -> None:
        self.models: tuple[Model, ...] = tuple(models)
        self._by_id = {model.id: model for model in models}

    def find(self, model_id: str) -> Model | None:
        return self._by_id.get(model_id)

    def get(self, model_id: str) -> Model:
        """The model of this id; raises UnknownModel (422, field `model`)."""
        model = self._by_id.get(model_id.strip())
        if model is None:
            raise UnknownModel
        return model

    def text_models(self) -> list[Model]:
        return [model for model in self.models if model.makes_text]

    def default_text_model(self) -> Model | None:
        """The first text model with a known price, else the first at all; None while nothing was ever listed."""
        texts = self.text_models()
        return next((model for model in texts if model.is_priced), texts[0] if texts else None)

    def search(self, query: str, *, needs_sight: bool = False, limit: int = 40) -> list[Model]:
        """
        Text models in which every word of the query occurs in name or id; word beginnings first, provider's order.

        An empty query gives the head of the list.
        """
        words = query.casefold().split()
        found = []
        for position, model in enumerate(self.text_models()):
            haystack = f"{model.name} {model.id}".casefold()
            if all(word in haystack for word in words) and (model.can_see or not needs_sight):
                starts = sum(
                    f" {word}" in f" {haystack.replace('/', ' ').replace('-', ' ')}" for word in words
                )
                found.append((-starts, position, model))
        return [model for _, _, model in sorted(found, key=lambda entry: entry[:2])[:limit]]

    async def refresh(self) -> None:
        """Ask the provider for its list and keep it; raises Upstream, and then the old list stays."""
        cards = await self._adapter.list_models(self.provider)
        models = [_model(self.provider_id, card) for card in cards]
        await asyncio.to_thread(store.replace_models, self._db, self.provider_id, models, now())
        self._take(models)
        self.refresh_error = None
        log.info("catalogue.refreshed", models=len(models))

    async def keep_fresh(self, every_seconds: float) -> None:
        """Refresh now and then for ever; failures are retried sooner, and told on the administrator's page."""
        failures = 0
        while True:
            try:
                await self.refresh()
                failures, wait = 0, every_seconds
            except (
                Exception
            ) as error:  # whatever it is, the next try may succeed, and nobody else would make it
                await self._take_failure(error)
                wait = min(RETRY_SECONDS[min(failures, len(RETRY_SECONDS) - 1)], every_seconds)
                failures += 1
            await asyncio.sleep(wait)

    async def _take_failure(self, error: Exception) -> None:
        if isinstance(error, Upstream):
            self.refresh_error = error.text
            log.warning("catalogue.refresh_failed", code=error.code, message=error.text)
        else:
            self.refresh_error = "The list of models could not be stored."
            log.error("catalogue.refresh_failed", exc_info=error)
        with suppress(Exception):  # the database may be why
            await asyncio.to_thread(store.set_refresh_error, self._db, self.provider_id, self.refresh_error)


def _model(provider_id: UUID, card: ModelCard) -> Model:
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
