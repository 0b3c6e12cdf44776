"""
The provider protocol, for every server that speaks it: OpenRouter, Ollama, llama.cpp, vLLM, LiteLLM, the
sandbox.

Knows nothing of accounts, budgets or the database. Every failure is a ProviderError (providers/errors.py).
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from decimal import Decimal
from types import TracebackType
from typing import Any
from urllib.parse import quote

import aiohttp

from studio.providers.classify import note_paid
from studio.providers.documents import fetch_document
from studio.providers.errors import ProviderError, UpstreamMalformed, UpstreamRefused
from studio.providers.events import ChatEvent
from studio.providers.film_reel import PAUSE_SECONDS
from studio.providers.filming import Films
from studio.providers.health import Health, health_of_key
from studio.providers.http import Http, Timeouts
from studio.providers.image_body import Body, image_body, image_path
from studio.providers.image_models import (
    endpoints_path,
    image_cards_of,
    operators_cards,
    with_chat_pictures,
)
from studio.providers.image_prices import ImagePricing, pricing_of_endpoints
from studio.providers.image_stream import read_pictures
from studio.providers.images import ImageEvent, ImageRequest
from studio.providers.links import Links
from studio.providers.loose import mapping
from studio.providers.models import ModelCard, card_of, entries_of, next_link
from studio.providers.provider import Provider
from studio.providers.request import ChatRequest, chat_body, weight
from studio.providers.retry import OnRetry, RetryPolicy, with_retries
from studio.providers.room import Room
from studio.providers.stream import read_answer
from studio.providers.usage import generation_cost
from studio.providers.video_models import only_films, operators_films, video_cards_of

MOST_PAGES = 100
_HEAVY = 256 * 1024  # characters; encoding more than this would be felt by the other streams
_COST_DELAYS_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0)


class Adapter:
    """
    One for all providers and the life of the process; `close` it at the end.

    `title` and `app_url` are how this studio names itself to OpenRouter.
    """

    def __init__(
        self,
        *,
        timeouts: Timeouts | None = None,
        retry: RetryPolicy | None = None,
        cost_delays_seconds: Sequence[float] = _COST_DELAYS_SECONDS,
        title: str = "All You Can GET",
        app_url: str | None = None,
        links: Links | None = None,
        film_links: Links | None = None,
        film_pause_seconds: float = PAUSE_SECONDS,
        room: Room | None = None,
    ) -> None:
        self._http = Http(timeouts or Timeouts(), title, app_url)
        self._links = links or Links()
        self._room = room or Room()
        self._film_links = film_links or Links(noun="video", accepts="video/*")
        self.films = Films(self._http, self._film_links.pieces, pause_seconds=film_pause_seconds)
        self._retry = retry or RetryPolicy()
        self._cost_delays_seconds = cost_delays_seconds

    async def __aenter__(self) -> "Adapter":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Ends all connections; answers still being read break off."""
        await self._links.close()
        await self._film_links.close()
        await self._http.close()

    async def chat(
        self, provider: Provider, request: ChatRequest, *, on_retry: OnRetry | None = None
    ) -> AsyncGenerator[ChatEvent, None]:
        """
        Ask, and give the events of the answer as they come (providers/events.py).

        Raises ProviderError after everything that had come. Closing the generator, or cancelling the task
        that reads it, closes the connection at once, which is how a model is stopped: wrap it in
        `contextlib.aclosing`. A busy or absent server is tried again before the first byte, up to 3 times
        within 20 s; `on_retry` is told.
        """
        response = await with_retries(lambda: self._ask(provider, request), self._retry, on_retry)
        async with aclosing(read_answer(self._http, provider, response)) as events:
            async for event in events:
                yield event

    async def make_images(
        self, provider: Provider, request: ImageRequest, *, on_retry: OnRetry | None = None
    ) -> AsyncGenerator[ImageEvent, None]:
        """
        Ask for pictures, and give the events of the answer as they come (providers/images.py).

        Raises ProviderError after everything that had come, as `chat` does, and is closed like it. The request goes
        out again only where no connection was made: whatever may have reached the server may be billed.
        """
        response = await self._ask_for_pictures(provider, request, on_retry)
        pictures = read_pictures(self._http, self._links, self._room, provider, response, request)
        async with aclosing(pictures) as events:
            async for event in events:
                yield event

    async def list_models(self, provider: Provider) -> list[ModelCard]:
        """
        The models of `GET /models` that make text, or pictures in a chat; in the server's order, one card for each id.

        Raises ProviderError. What `list_image_models` gives is to be `joined` to it.
        """
        cards: dict[str, ModelCard] = {}
        async with aclosing(self._pages(provider, "/models")) as pages:
            async for entries in pages:
                for entry in entries:
                    card = card_of(entry)
                    card = with_chat_pictures(card, entry) if card else None
                    if card is None or only_films(provider, card):
                        continue
                    if card.makes_text or card.image_way:
                        cards.setdefault(card.id, card)
        return list(cards.values())

    async def list_image_models(self, provider: Provider) -> list[ModelCard]:
        """
        Models with a picture endpoint of their own: those of `GET /images/models`, or those that the operator named.

        Their prices mostly stand elsewhere: see `image_pricing`. Raises ProviderError; a server without such a list
        has none.
        """
        if not provider.has_openrouter_extras:
            return operators_cards(provider)
        try:
            document = await fetch_document(self._http, provider, provider.url("/images/models"))
        except UpstreamRefused as error:
            if error.http_status in (404, 405):
                return []
            raise
        cards = image_cards_of(document)
        if cards is None:
            raise UpstreamMalformed(f"{provider.name} sent a list of image models that cannot be read.")
        return list({card.id: card for card in reversed(cards)}.values())[::-1]

    async def list_video_models(self, provider: Provider) -> list[ModelCard]:
        """
        The models of `GET /videos/models`, with their settings and prices, or those that the operator named. Raises
        ProviderError; a server without such a list has none.
        """
        if not provider.has_openrouter_extras:
            return operators_films(provider)
        try:
            document = await fetch_document(self._http, provider, provider.url("/videos/models"))
        except UpstreamRefused as error:
            if error.http_status in (404, 405):
                return []
            raise
        cards = video_cards_of(document)
        if cards is None:
            raise UpstreamMalformed(f"{provider.name} sent a list of video models that cannot be read.")
        return cards

    async def image_pricing(self, provider: Provider, card: ModelCard) -> ImagePricing | None:
        """What the endpoints of an image model charge; None if the server has no list of them. Raises ProviderError."""
        if not provider.has_openrouter_extras:
            return None
        own = provider.url("/images/models")
        listed = provider.own_url(own, card.endpoints) if card.endpoints else None
        try:
            return pricing_of_endpoints(
                await fetch_document(self._http, provider, listed or provider.url(endpoints_path(card.id)))
            )
        except UpstreamRefused as error:
            if error.http_status == 404:
                return None
            raise

    async def _pages(self, provider: Provider, path: str) -> AsyncGenerator[list[Mapping[str, Any]], None]:
        """The entries of each page of a list. Raises ProviderError."""
        url: str | None = provider.url(path)
        seen: set[str] = set()
        while url is not None and url not in seen and len(seen) < MOST_PAGES:
            seen.add(url)
            document = await fetch_document(self._http, provider, url)
            entries = entries_of(document)
            if entries is None:
                raise UpstreamMalformed(f"{provider.name} sent a list of models that cannot be read.")
            yield entries
            link = next_link(document)
            # A link to another origin would take the key there; what has been read until then is kept.
            url = provider.own_url(url, link) if link else None

    async def check(self, provider: Provider) -> Health:
        """Whether the server is there and takes the key. Never raises a ProviderError: it is in the outcome."""
        begun = time.monotonic()
        try:
            if provider.has_openrouter_extras:
                try:
                    document = await fetch_document(self._http, provider, provider.url("/key"))
                    return health_of_key(provider.name, document, _milliseconds_since(begun))
                except UpstreamRefused as error:
                    if error.http_status != 404:
                        raise
            models = [card for card in await self.list_models(provider) if card.makes_text]
        except ProviderError as error:
            return Health(is_ok=False, text=error.text, latency_ms=_milliseconds_since(begun), error=error)
        return Health(
            is_ok=True,
            text=f"{provider.name} answers and offers {len(models)} text model{'' if len(models) == 1 else 's'}.",
            latency_ms=_milliseconds_since(begun),
            model_count=len(models),
        )

    async def look_up_cost(self, provider: Provider, generation_id: str) -> Decimal | None:
        """
        What a generation cost, for one whose answer did not tell. None if the provider cannot say, or not
        yet.

        The books of the provider lag behind its answers, so a 404 is asked again, over some 15 s in all.
        """
        if not provider.has_openrouter_extras or not generation_id:
            return None
        url = provider.url(f"/generation?id={quote(generation_id, safe='')}")
        for delay in self._cost_delays_seconds:
            await asyncio.sleep(delay)
            try:
                document = await fetch_document(self._http, provider, url)
            except ProviderError as error:
                if error.http_status != 404 and not error.extra_tries:
                    return None
            else:
                cost = generation_cost(mapping(mapping(document).get("data")))
                if cost is not None:
                    return cost
        return None

    async def _ask(self, provider: Provider, request: ChatRequest) -> aiohttp.ClientResponse:
        if weight(request) > _HEAVY:
            body = await asyncio.to_thread(chat_body, provider, request)
        else:
            body = chat_body(provider, request)
        return await self._http.open(
            provider,
            "POST",
            provider.url("/chat/completions"),
            body=body,
            accept="text/event-stream",
            asked="answer",
        )

    async def _ask_for_pictures(
        self, provider: Provider, request: ImageRequest, on_retry: OnRetry | None
    ) -> aiohttp.ClientResponse:
        body: Body = await asyncio.to_thread(image_body, request)

        async def attempt() -> aiohttp.ClientResponse:
            try:
                return await self._http.open(
                    provider,
                    "POST",
                    provider.url(image_path(request)),
                    body=body.content,
                    content_type=body.content_type,
                    accept="application/json, text/event-stream",
                    asked="answer",
                    wait_seconds=self._http.timeouts.picture,
                    is_once=True,
                )
            except ProviderError as error:
                note_paid(provider, error)
                raise

        return await with_retries(attempt, self._retry, on_retry)


def _milliseconds_since(begun: float) -> int:
    return round((time.monotonic() - begun) * 1000)
