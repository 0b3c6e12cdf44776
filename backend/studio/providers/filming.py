"""Videos through the adapter: submitted once, asked after, and fetched whole or not at all."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import NoReturn, Protocol, TypeVar
from urllib.parse import quote

import aiohttp

from studio.moments import now
from studio.providers.classify import BUSY, TIMEOUTS, error_in_answer, note_paid, request_id
from studio.providers.error_shapes import told, told_by_body
from studio.providers.errors import (
    ProviderError,
    UpstreamBusy,
    UpstreamGone,
    UpstreamKeyRejected,
    UpstreamLost,
    UpstreamMalformed,
    UpstreamOutcomeUnknown,
    UpstreamPaymentRequired,
    UpstreamRefused,
    UpstreamTooLarge,
)
from studio.providers.http import Http
from studio.providers.loose import read_json
from studio.providers.provider import Provider
from studio.providers.transport_errors import READ_ERRORS, error_within_answer
from studio.providers.video_answer import answer_in, status_of
from studio.providers.video_body import video_body
from studio.providers.videos import VideoJob, VideoOutput, VideoRequest, VideoStatus
from studio.providers.watch import Watch

T = TypeVar("T")
# Takes the pieces of a download and keeps them; it is called anew, with a new beginning, for each try.
Sink = Callable[[AsyncIterator[bytes]], Awaitable[T]]

TRIES = 3  # of one download; fetching costs nothing, and the video is paid for
PAUSE_SECONDS = 1.0
# What a gateway says that reached nobody behind it, or a server that does not know what was asked of it.
_NOT_BEGUN = BUSY | {501, 505, 521, 523, 525, 526}
_MAY_RUN = TIMEOUTS | {499}
_REFUSALS = (UpstreamRefused, UpstreamKeyRejected, UpstreamPaymentRequired)
_GONE = frozenset({404, 410})
_ELSEWHERE = _GONE | {401, 403}  # it may still be at another of its places
_NO_MEDIA = ("text/", "application/json", "application/xhtml", "application/xml")


class Fetch(Protocol):
    """Pieces behind a link that may lead anywhere, as (content type, bytes): guarded, and never with a key."""

    def __call__(
        self, provider: Provider, current: str, link: str
    ) -> AsyncGenerator[tuple[str, bytes], None]: ...


class Films:
    """The video side of the adapter. Nothing here tries again what may cost money."""

    def __init__(self, http: Http, fetch: Fetch, *, pause_seconds: float = PAUSE_SECONDS) -> None:
        self._http = http
        self._fetch = fetch
        self._pause_seconds = pause_seconds

    async def submit(self, provider: Provider, request: VideoRequest) -> VideoStatus:
        """
        The job that was begun, with its first status. Store its id before anything else.

        Raises UpstreamOutcomeUnknown when the request went out and no id came back: a job may be running and will then
        be billed. Every other ProviderError means that none was begun.
        """
        body = await asyncio.to_thread(video_body, provider, request)
        try:
            response = await self._http.open(
                provider,
                "POST",
                provider.url("/videos"),
                body=body.content,
                content_type=body.content_type,
                asked="answer",
                is_once=True,
            )
        except ProviderError as error:
            _refuse(provider, error)
        known_as = request_id(response.headers)
        try:
            document = read_json((await self._http.read(provider, response)).decode("utf-8", "replace"))
        except (ProviderError, ValueError) as error:
            return _named_by_header(provider, known_as, error)
        status = status_of(provider, document)
        if status is not None:
            return status
        if answer_in(document).get("error"):
            _refuse(provider, _error_in(provider, document, known_as))
        return _named_by_header(provider, known_as, None)

    async def poll(self, provider: Provider, job: VideoJob) -> VideoStatus:
        """
        How the job is. Raises UpstreamLost when the provider does not know it, and other ProviderErrors, after which
        asking again later is always right.
        """
        try:
            response = await self._http.open(provider, "GET", _polling_url(provider, job))
        except ProviderError as error:
            _refuse_poll(provider, error)
        body = await self._http.read(provider, response)
        try:
            document = read_json(body.decode("utf-8", "replace"))
        except ValueError:
            document = None
        status = status_of(provider, document, job)
        if status is None:
            raise UpstreamMalformed(
                f"{provider.name} answered with something that is not the state of a video.",
                http_status=response.status,
            )
        if (
            not status.told
        ):  # an error instead of a job: about the question, or about the video, and nobody can tell
            _refuse_poll(provider, _error_in(provider, document, request_id(response.headers)))
        return status

    async def download(
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
            raise _as(UpstreamGone, gone, text) from gone
        raise gone

    def _places(self, provider: Provider, status: VideoStatus, output: VideoOutput) -> list[tuple[bool, str]]:
        """(whether it leads elsewhere, address), the best first: with our key at the provider's own origin."""
        usual = _job_url(provider, status.job) + "/content"
        if provider.has_openrouter_extras:
            usual += f"?index={output.index}"
        own = provider.own_url(_job_url(provider, status.job), output.link) if output.link else None
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
                raise _as(UpstreamBusy, error, f"{provider.name} has not finished this video yet.") from error
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


def _job_url(provider: Provider, job: VideoJob) -> str:
    return provider.url(f"/videos/{quote(job.id, safe='')}")


def _polling_url(provider: Provider, job: VideoJob) -> str:
    """What the provider said if that is at its own origin, since the key goes there; else where a job usually is."""
    usual = _job_url(provider, job)
    return (provider.own_url(usual, job.polling_url) if job.polling_url else None) or usual


def _named_by_header(provider: Provider, known_as: str | None, cause: Exception | None) -> VideoStatus:
    """The answer cannot be read, but its header may name the job. Raises UpstreamOutcomeUnknown where it does not."""
    if known_as and known_as.startswith("gen-vid"):
        status = status_of(provider, {"id": known_as})
        assert status is not None
        return status
    raise _unknown(provider, cause, known_as) from cause


def _error_in(provider: Provider, document: object, known_as: str | None) -> ProviderError:
    return error_in_answer(provider, told(answer_in(document), provider.key_text), known_as)


def _refuse_poll(provider: Provider, error: ProviderError) -> NoReturn:
    """Raises UpstreamLost where the answer to a poll says that there is no such job, else the error itself."""
    if error.http_status in _GONE:
        raise _as(UpstreamLost, error, f"{provider.name} does not know of this video any more.") from error
    raise error


def _refuse(provider: Provider, error: ProviderError) -> NoReturn:
    """
    Raises what a refusal means for the job: unknown where one may have been begun behind it.

    The code in an error body under HTTP 200 counts like a status, and a body without one excludes nothing.
    """
    note_paid(provider, error)
    status = error.http_status
    if status is None and isinstance(error, _REFUSALS):  # known by its words alone
        error.may_be_billed = False
    elif status is not None and (status in _MAY_RUN or (status >= 500 and status not in _NOT_BEGUN)):
        error.may_be_billed = True
    if error.may_be_billed:
        raise _unknown(provider, error) from error
    raise error


def _unknown(provider: Provider, cause: Exception | None, known_as: str | None = None) -> ProviderError:
    error = _as(
        UpstreamOutcomeUnknown,
        cause if isinstance(cause, ProviderError) else None,
        f"{provider.name} was asked for this video and did not say whether it began. It may be working on it, "
        "and charge for it.",
    )
    error.may_be_billed = True
    error.extra_tries = 0
    error.provider_request_id = error.provider_request_id or known_as
    return error


def _as(kind: type[ProviderError], cause: ProviderError | None, text: str) -> ProviderError:
    """Another kind of error with what is known of the cause."""
    if cause is None:
        return kind(text)
    return kind(
        text,
        provider_message=cause.provider_message,
        http_status=cause.http_status,
        provider_request_id=cause.provider_request_id,
        retry_after_seconds=cause.retry_after_seconds,
    )
