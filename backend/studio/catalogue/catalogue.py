"""The list of models in memory: read by every page, refreshed in the background, never during a page load."""

import asyncio
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

import structlog

from studio.catalogue import store
from studio.catalogue.cards import (
    model_of,
    with_old_pictures,
    with_old_prices,
    with_old_texts,
    with_videos,
)
from studio.catalogue.model import Model
from studio.db import Database
from studio.errors import UnknownModel, Upstream
from studio.moments import now
from studio.providers import (
    Adapter,
    ImagePricing,
    ImageWay,
    ModelCard,
    Provider,
    ProviderError,
    joined,
)

log = structlog.get_logger()

RETRY_SECONDS = (1.0, 5.0, 30.0, 120.0)
PRICES_AT_ONCE = 4  # image models whose prices are asked for in parallel
PRICES_SECONDS = 60.0  # for all of them together; what is late stays as it was until the next refresh

T = TypeVar("T")


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

    def image_models(self) -> list[Model]:
        return [model for model in self.models if model.makes_images]

    def default_image_model(self) -> Model | None:
        """
        The first of those that need no picture to begin with: one that only paints and has a known price, else one
        with a known price, else any.

        None while no such model was ever listed.
        """
        found = [
            m for m in self.image_models() if m.image_settings is None or not m.image_settings.least_inputs
        ]
        priced = [model for model in found if model.has_image_price]
        painters = [model for model in priced if not model.makes_text]
        return next(iter([*painters, *priced, *found]), None)

    def video_models(self) -> list[Model]:
        return [model for model in self.models if model.makes_videos]

    def default_video_model(self) -> Model | None:
        """The first that names a price, else the first at all; None while nothing was ever listed."""
        films = self.video_models()
        return next((model for model in films if model.video_pricing), films[0] if films else None)

    def of_kind(self, kind: str) -> list[Model]:
        """The models that make text, pictures ("image") or videos ("video")."""
        return {"image": self.image_models, "video": self.video_models}.get(kind, self.text_models)()

    def search(
        self, query: str, *, kind: str = "text", needs_sight: bool = False, limit: int = 40
    ) -> list[Model]:
        """
        Models of a kind in which every word of the query occurs in name or id; word beginnings first, provider's order.

        An empty query gives the head of the list.
        """
        words = query.casefold().split()
        found = []
        for position, model in enumerate(self.of_kind(kind)):
            haystack = f"{model.name} {model.id}".casefold()
            if all(word in haystack for word in words) and (model.can_see or not needs_sight):
                starts = sum(
                    f" {word}" in f" {haystack.replace('/', ' ').replace('-', ' ')}" for word in words
                )
                found.append((-starts, position, model))
        return [model for _, _, model in sorted(found, key=lambda entry: entry[:2])[:limit]]

    def offered(self, typed: str, kind: str = "text", limit: int = 40) -> list[Model]:
        """What a list offers to somebody who typed this: what it finds, or around a whole id the head of all."""
        named = self.find(typed)
        found = self.search("" if named else typed, kind=kind, limit=limit)
        if named is None or named in found or named not in self.of_kind(kind):
            return found
        return [named, *found[:-1]]

    async def refresh(self) -> None:
        """
        Ask the provider for its lists and keep them; raises Upstream if one of them failed.

        Text, image and video models are three lists: what was listed by one that failed stays as it was.
        """
        texts, pictures, films = await asyncio.gather(
            _tried(self._adapter.list_models(self.provider)),
            _tried(self._adapter.list_image_models(self.provider)),
            _tried(self._adapter.list_video_models(self.provider)),
        )
        if isinstance(texts, ProviderError) and isinstance(pictures, ProviderError):
            raise texts
        models = with_videos(self._joined(texts, pictures), self._filming(films))
        await self._keep(models)
        if not isinstance(pictures, ProviderError):
            priced = await self._priced(models, pictures)
            if priced != models:
                await self._keep(priced)
        for failure in (texts, pictures, films):
            if isinstance(failure, ProviderError):
                raise failure
        self.refresh_error = None
        log.info("catalogue.refreshed", models=len(self.models))

    def _joined(
        self, texts: list[ModelCard] | ProviderError, pictures: list[ModelCard] | ProviderError
    ) -> list[Model]:
        cards = joined(
            [] if isinstance(texts, ProviderError) else texts,
            [] if isinstance(pictures, ProviderError) else pictures,
        )
        models = [model_of(self.provider_id, card) for card in cards]
        if isinstance(texts, ProviderError):
            models = with_old_texts(models, self.models)
        elif isinstance(pictures, ProviderError):
            models = with_old_pictures(models, self.models)
        return with_old_prices(models, self.models)

    def _filming(self, films: list[ModelCard] | ProviderError) -> list[Model]:
        if isinstance(films, ProviderError):
            return self.video_models()
        return [model_of(self.provider_id, card) for card in films]

    async def _keep(self, models: Sequence[Model]) -> None:
        await asyncio.to_thread(store.replace_models, self._db, self.provider_id, models, now())
        self._take(models)

    async def _priced(self, models: Sequence[Model], cards: Sequence[ModelCard]) -> list[Model]:
        """The models with what their endpoints charge for pictures; a price that cannot be had stays as it was."""
        found: dict[str, ImagePricing] = {}
        desk = asyncio.Semaphore(PRICES_AT_ONCE)

        async def ask(card: ModelCard) -> None:
            async with desk:
                pricing = await _tried(self._adapter.image_pricing(self.provider, card))
            if pricing is not None and not isinstance(pricing, ProviderError):
                found[card.id] = pricing

        with suppress(TimeoutError):
            async with asyncio.timeout(PRICES_SECONDS), asyncio.TaskGroup() as group:
                for card in cards:
                    if card.image_way is ImageWay.IMAGES and not card.image_pricing:
                        group.create_task(ask(card))
        return [
            replace(model, image_pricing=found[model.id]) if model.id in found else model for model in models
        ]

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


async def _tried(question: Awaitable[T]) -> T | ProviderError:
    """The answer, or the provider's failure to give one."""
    try:
        return await question
    except ProviderError as error:
        return error
