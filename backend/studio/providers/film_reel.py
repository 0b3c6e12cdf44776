"""Fetching what a provider filmed: whole or not at all, from whichever of its places still has it."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import Protocol, TypeVar

import aiohttp

from studio.moments import now
from studio.providers.classify import request_id
from studio.providers.error_shapes import told_by_body
from studio.providers.errors import (
    ProviderError,
    UpstreamBusy,
    UpstreamGone,
    UpstreamMalformed,
    UpstreamTooLarge,
    recast,
)
from studio.providers.http import Http
from studio.providers.provider import Provider
from studio.providers.transport_errors import READ_ERRORS, error_within_answer
from studio.providers.video_answer import job_url
from studio.providers.videos import VideoOutput, VideoStatus
from studio.providers.watch import Watch

T = TypeVar("T")
# Takes the pieces of a download and keeps them; it is called anew, with a new beginning, for each try.
Sink = Callable[[AsyncIterator[bytes]], Awaitable[T]]

TRIES = 3  # of one download; fetching costs nothing, and the video is paid for
PAUSE_SECONDS = 1.0
_GONE = frozenset({404, 410})
_ELSEWHERE = _GONE | {401, 403}  # it may still be at another of its places
_NO_MEDIA = ("text/", "application/json", "application/xhtml", "application/xml")


class Fetch(Protocol):
    """Pieces behind a link that may lead anywhere, as (content type, bytes): guarded, and never with a key."""

    def __call__(
        self, provider: Provider, current: str, link: str
    ) -> AsyncGenerator[tuple[str, bytes], None]: ...


class Reel:
    """The downloads of one adapter."""

    def __init__(self, http: Http, fetch: Fetch, *, pause_seconds: float = PAUSE_SECONDS) -> None:
        self._http = http
        self._fetch = fetch
        self._pause_seconds = pause_seconds

    async def fetch(
        self, provider: Provider, status: VideoStatus, output: VideoOutput, sink: Sink[T], most_bytes: int
    ) -> T:
        """
        What `sink` made of one file of a completed job.

        A download that breaks off begins anew, with a new call of `sink`: no provider of videos keeps `Range`. Raises
        UpstreamTooLarge, UpstreamGone where it is at none of its places any more, UpstreamBusy where it is not ready
        yet, other ProviderErrors, and what `sink` raises.
        """
        gone: ProviderError | None = None
        for is_guarded, address in self._places(provider, status, output):
            try:
                return await self._from(provider, address, sink, most_bytes, is_guarded=is_guarded)
            except ProviderError as error:
                if error.http_status not in _ELSEWHERE and not is_guarded:
                    raise
                gone = gone or error
        text = f"The video that {provider.name} made cannot be fetched any more."
        if gone is None or gone.http_status in _GONE:
            raise recast(UpstreamGone, gone, text) from gone
        raise gone

    def _places(self, provider: Provider, status: VideoStatus, output: VideoOutput) -> list[tuple[bool, str]]:
        """(whether it leads elsewhere, address), the best first: with our key at the provider's own origin."""
        usual = job_url(provider, status.job) + "/content"
        if provider.has_openrouter_extras:
            usual += f"?index={output.index}"
        own = provider.own_url(job_url(provider, status.job), output.link) if output.link else None
        places = [(False, own or usual)]
        if own is not None and own != usual:
            places.append((False, usual))
        is_over = status.links_end_at is not None and status.links_end_at <= now()
        links = [output.link if own is None else None, None if is_over else output.signed_link]
        return places + [(True, link) for link in links if link]

    async def _from(
        self, provider: Provider, address: str, sink: Sink[T], most: int, *, is_guarded: bool
    ) -> T:
        for number in range(1, TRIES + 1):
            source = (
                self._guarded(provider, address) if is_guarded else self._with_key(provider, address, most)
            )
            try:
                async with aclosing(_checked(provider, source, most)) as pieces:
                    return await sink(pieces)
            except ProviderError as error:
                if number == TRIES or not error.extra_tries:
                    raise
            await asyncio.sleep(self._pause_seconds * number)
        raise AssertionError("unreachable")

    async def _guarded(self, provider: Provider, link: str) -> AsyncGenerator[bytes, None]:
        async with aclosing(self._fetch(provider, provider.url("/videos"), link)) as pieces:
            async for _, piece in pieces:
                yield piece

    async def _with_key(self, provider: Provider, address: str, most: int) -> AsyncGenerator[bytes, None]:
        try:
            response = await self._http.open(provider, "GET", address, accept="video/*, */*;q=0.5")
        except ProviderError as error:
            if error.http_status == 409:
                raise recast(
                    UpstreamBusy, error, f"{provider.name} has not finished this video yet."
                ) from error
            raise
        watch = Watch(response, self._http.timeouts.silence)
        is_complete = False
        try:
            await _refuse_unfit(provider, response, most)
            while piece := await watch.read():
                yield piece
            is_complete = True
        except READ_ERRORS as error:
            broken = error_within_answer(provider, error, request_id(response.headers))
            broken.extra_tries = 1
            raise broken from error
        finally:
            watch.close()
            self._http.let_go(response, is_complete=is_complete)


async def _checked(
    provider: Provider, source: AsyncGenerator[bytes, None], most: int
) -> AsyncGenerator[bytes, None]:
    """The pieces, as long as they may be a video and are not too many."""
    total = 0
    async with aclosing(source) as pieces:
        async for piece in pieces:
            if not total and piece.lstrip()[:1] in (b"<", b"{", b"["):
                raise UpstreamMalformed(f"{provider.name} sent a text in place of the video.", extra_tries=1)
            total += len(piece)
            if total > most:
                raise _too_large(provider, most)
            yield piece
    if not total:
        raise UpstreamMalformed(f"{provider.name} sent an empty file in place of the video.", extra_tries=1)


async def _refuse_unfit(provider: Provider, response: aiohttp.ClientResponse, most: int) -> None:
    """Before the first byte: a page or an error under HTTP 200, and what says itself that it is too large."""
    if response.content_type.startswith(_NO_MEDIA):
        body = await response.content.read(64 * 1024)
        words = told_by_body(body, provider.key_text)
        raise UpstreamMalformed(
            f"{provider.name} sent a text in place of the video.",
            provider_message=words.message,
            http_status=response.status,
            extra_tries=1,
        )
    if response.content_length is not None and response.content_length > most:
        raise _too_large(provider, most)


def _too_large(provider: Provider, most: int) -> UpstreamTooLarge:
    return UpstreamTooLarge(
        f"The video that {provider.name} made is larger than the {most // 2**20} MB that this studio keeps."
    )
