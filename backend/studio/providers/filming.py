"""Videos through the adapter: submitted once, asked after, and fetched whole or not at all."""

import asyncio
from datetime import datetime
from typing import NoReturn, TypeVar

from studio.providers.classify import BUSY, TIMEOUTS, error_in_answer, note_paid, request_id
from studio.providers.error_shapes import told
from studio.providers.errors import (
    ProviderError,
    UpstreamKeyRejected,
    UpstreamLost,
    UpstreamMalformed,
    UpstreamOutcomeUnknown,
    UpstreamPaymentRequired,
    UpstreamRefused,
    recast,
)
from studio.providers.film_reel import PAUSE_SECONDS, Fetch, Reel, Sink
from studio.providers.http import Http
from studio.providers.loose import read_json
from studio.providers.provider import Provider
from studio.providers.video_answer import answer_in, job_url, status_of
from studio.providers.video_body import video_body
from studio.providers.video_listing import VideoListing, list_videos
from studio.providers.videos import VideoJob, VideoOutput, VideoRequest, VideoStatus

T = TypeVar("T")

# What a gateway says that reached nobody behind it, or a server that does not know what was asked of it.
_NOT_BEGUN = BUSY | {501, 505, 521, 523, 525, 526}
_MAY_RUN = TIMEOUTS | {499}
_REFUSALS = (UpstreamRefused, UpstreamKeyRejected, UpstreamPaymentRequired)
_GONE = frozenset({404, 410})


class Films:
    """The video side of the adapter. Nothing here tries again what may cost money."""

    def __init__(self, http: Http, fetch: Fetch, *, pause_seconds: float = PAUSE_SECONDS) -> None:
        self._http = http
        self._reel = Reel(http, fetch, pause_seconds=pause_seconds)

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

    async def list_since(self, provider: Provider, since: datetime) -> VideoListing | None:
        """The videos that the server knows of (video_listing.py); None if it lists none. Raises ProviderError."""
        return await list_videos(self._http, provider, since) if provider.lists_videos else None

    async def download(
        self, provider: Provider, status: VideoStatus, output: VideoOutput, sink: Sink[T], most_bytes: int
    ) -> T:
        """What `sink` made of one file of a completed job: see Reel.fetch (film_reel.py)."""
        return await self._reel.fetch(provider, status, output, sink, most_bytes)


def _polling_url(provider: Provider, job: VideoJob) -> str:
    """What the provider said if that is at its own origin, since the key goes there; else where a job usually is."""
    usual = job_url(provider, job)
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
        raise recast(UpstreamLost, error, f"{provider.name} does not know of this video any more.") from error
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
    error = recast(
        UpstreamOutcomeUnknown,
        cause if isinstance(cause, ProviderError) else None,
        f"{provider.name} was asked for this video and did not say whether it began. It may be working on it, "
        "and charge for it.",
    )
    error.may_be_billed = True
    error.extra_tries = 0
    error.provider_request_id = error.provider_request_id or known_as
    return error
