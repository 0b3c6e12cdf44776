"""Fetching what a provider filmed: whole or not at all, from whichever of its places still has it."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, suppress
from typing import NoReturn, Protocol, TypeVar

import aiohttp

from studio.moments import now
from studio.providers.classify import error_in_answer, request_id
from studio.providers.error_shapes import told_by_body
from studio.providers.errors import (
    ProviderError,
    UpstreamBrokeOff,
    UpstreamBusy,
    UpstreamGone,
    UpstreamKeyRejected,
    UpstreamMalformed,
    UpstreamPaymentRequired,
    UpstreamRefused,
    UpstreamTimeout,
    UpstreamTooLarge,
    UpstreamUnavailable,
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
_REFUSED = _GONE | {401, 403}  # what a link without a key says once its time is over
# The longest a video of 2 GB takes is then some nine hours, and one that drips ends with the time of grace.
LEAST_BYTES_PER_SECOND = 64 * 1024
# What may pass by itself, or with a word of the operator's, while the video stays where it is.
PASSING = (
    UpstreamBusy,
    UpstreamUnavailable,
    UpstreamTimeout,
    UpstreamBrokeOff,
    UpstreamKeyRejected,
    UpstreamPaymentRequired,
)
MOST_TEXT_BYTES = 64 * 1024
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
        errors: list[ProviderError] = []
        for is_guarded, address in self._places(provider, status, output):
            try:
                return await self._from(provider, address, sink, most_bytes, is_guarded=is_guarded)
            except UpstreamTooLarge:
                raise
            except ProviderError as error:
                if error.http_status in (_REFUSED if is_guarded else _GONE):
                    error = recast(
                        UpstreamGone,
                        error,
                        f"The video that {provider.name} made cannot be fetched any more.",
                    )
                errors.append(error)
        raise min(errors, key=_hopelessness)

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
                self._guarded(provider, provider.url("/videos"), address)
                if is_guarded
                else self._with_key(provider, address, most)
            )
            try:
                async with aclosing(self._checked(provider, source, most)) as pieces:
                    return await sink(pieces)
            except ProviderError as error:
                if number == TRIES or not error.extra_tries:
                    raise
            await asyncio.sleep(self._pause_seconds * number)
        raise AssertionError("unreachable")

    async def _guarded(self, provider: Provider, current: str, link: str) -> AsyncGenerator[bytes, None]:
        async with aclosing(self._fetch(provider, current, link)) as pieces:
            async for _, piece in pieces:
                yield piece

    async def _with_key(self, provider: Provider, address: str, most: int) -> AsyncGenerator[bytes, None]:
        response = await self._open(provider, address)
        if isinstance(response, tuple):  # without the key, and through the guard
            async with aclosing(self._guarded(provider, *response)) as pieces:
                async for piece in pieces:
                    yield piece
            return
        watch = Watch(response, self._http.timeouts.silence)
        is_complete = False
        try:
            await self._refuse_unfit(provider, response, most)
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

    async def _open(self, provider: Provider, address: str) -> aiohttp.ClientResponse | tuple[str, str]:
        """The answer; or, where that leads to another origin, a storage mostly, its address and its link."""
        try:
            return await self._http.open(provider, "GET", address, accept="video/*, */*;q=0.5")
        except ProviderError as error:
            if isinstance(error, UpstreamRefused) and error.led_to is not None:
                return error.led_to
            _refuse(provider, error)

    async def _checked(
        self, provider: Provider, source: AsyncGenerator[bytes, None], most: int
    ) -> AsyncGenerator[bytes, None]:
        """The pieces, as long as they may be a video, are not too many, and come fast enough."""
        clock, total, waited = asyncio.get_running_loop().time, 0, 0.0
        async with aclosing(source) as pieces:
            asked_at = clock()
            async for piece in pieces:
                waited += clock() - asked_at
                if not total and piece.lstrip()[:1] in (b"<", b"{", b"["):
                    raise UpstreamMalformed(
                        f"{provider.name} sent a text in place of the video.", extra_tries=1
                    )
                total += len(piece)
                if total > most:
                    raise _too_large(provider, most)
                if total < LEAST_BYTES_PER_SECOND * (waited - self._http.timeouts.grace):
                    raise UpstreamTimeout(f"{provider.name} sends the video too slowly.")
                yield piece
                asked_at = clock()  # the time of a slow disk is not the provider's
        if not total:
            raise UpstreamMalformed(
                f"{provider.name} sent an empty file in place of the video.", extra_tries=1
            )

    async def _refuse_unfit(self, provider: Provider, response: aiohttp.ClientResponse, most: int) -> None:
        """Before the first byte: a page or an error under HTTP 200, and what says itself that it is too large."""
        if response.content_type.startswith(_NO_MEDIA):
            words = told_by_body(await self._text(response), provider.key_text)
            if words.status is not None:
                _refuse(provider, error_in_answer(provider, words, request_id(response.headers)))
            raise UpstreamMalformed(
                f"{provider.name} sent a text in place of the video.",
                provider_message=words.message,
                http_status=response.status,
                extra_tries=1,
            )
        if response.content_length is not None and response.content_length > most:
            raise _too_large(provider, most)

    async def _text(self, response: aiohttp.ClientResponse) -> bytes:
        """What comes of it in time; that it is a text is known without."""
        body = bytearray()
        with suppress(*READ_ERRORS):
            async with asyncio.timeout(self._http.timeouts.error_body):
                while len(body) < MOST_TEXT_BYTES and (chunk := await response.content.readany()):
                    body += chunk
        return bytes(body)


def _refuse(provider: Provider, error: ProviderError) -> NoReturn:
    """Raises what a status, or the code of an error under HTTP 200, means for a download."""
    if error.http_status == 409:
        raise recast(UpstreamBusy, error, f"{provider.name} has not finished this video yet.") from error
    raise error


def _hopelessness(error: ProviderError) -> int:
    """Of what several places said the most hopeful is told: it is gone only where all of them say so."""
    if isinstance(error, UpstreamGone):
        return 2
    return 0 if isinstance(error, PASSING) else 1


def _too_large(provider: Provider, most: int) -> UpstreamTooLarge:
    return UpstreamTooLarge(
        f"The video that {provider.name} made is larger than the {most // 2**20} MB that this studio keeps."
    )
