"""The one HTTP client: sessions, time limits, origins and sizes. It knows no endpoint."""

import asyncio
import io
from collections.abc import Callable
from dataclasses import dataclass

import aiohttp
from yarl import URL

from studio.providers.classify import Asked, error_of_answer, request_id
from studio.providers.error_shapes import told_by_body
from studio.providers.errors import ProviderError, UpstreamMalformed, UpstreamRefused
from studio.providers.provider import Provider
from studio.providers.tls import tls_context
from studio.providers.transport_errors import (
    READ_ERRORS,
    SEND_ERRORS,
    error_before_answer,
    error_within_answer,
)
from studio.providers.trip import Trip, trace_of_trips
from studio.providers.watch import Watch

MOST_BODY_BYTES = 64 * 1024 * 1024
MOST_ERROR_BYTES = 256 * 1024
MOST_REDIRECTS = 3
_MOST_HEADER_BYTES = 64 * 1024
_DRAIN_SECONDS = 1.0

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Timeouts:
    """
    Seconds. `headers` is long because a local model loads before the first byte, without a sign of life.

    `after_finish` is what a server gets to send usage and the end mark once the model has finished.
    """

    connect: float = 10
    headers: float = 120
    lookup: float = 30  # the same for questions that no model has to be loaded for
    silence: float = 120
    after_finish: float = 10
    error_body: float = 10
    grace: float = 120  # until the average rate of a download counts
    picture: float = 600  # until the first byte of a picture, and between two


class Http:
    """
    One pool of connections for all providers; made at the first request, because it belongs to a running
    loop.

    aiohttp rather than httpx: 256 streams × 25 events/s cost 20 µs of CPU an event instead of 120, and 2.6 MB
    of memory instead of 12; httpx did not keep up on one core. No proxy variables, no cookies, no redirects
    of its own; no limit on connections, as every stream holds one (aiohttp's default is 100).
    """

    def __init__(self, timeouts: Timeouts, title: str, app_url: str | None) -> None:
        self.timeouts = timeouts
        self._title = title
        self._app_url = app_url
        self._sessions: dict[bool, aiohttp.ClientSession] = {}
        self._drains: set[asyncio.Task[None]] = set()

    async def open(
        self,
        provider: Provider,
        method: str,
        url: str,
        *,
        body: bytes | None = None,
        content_type: str = "application/json",
        accept: str = "application/json",
        asked: Asked = "address",
        wait_seconds: float | None = None,
        is_once: bool = False,
    ) -> aiohttp.ClientResponse:
        """
        An answer with a status below 300, its body unread; the caller closes it. Raises ProviderError.

        `wait_seconds` is for headers that take longer than usual. `is_once`: the request must not reach the server
        twice, whatever happens, as it costs more than a wait. It gets a new connection, which is never stale.
        """
        headers = self._headers(provider, content_type if body is not None else None, accept)
        for _ in range(MOST_REDIRECTS + 1):
            response = await self._send(provider, method, url, body, headers, wait_seconds, is_once)
            if response.status < 300:
                return response
            if response.status not in _REDIRECTS:
                raise await self._refusal(provider, response, asked)
            url = self._redirected(provider, response, method, url)
        raise UpstreamMalformed(
            f"{provider.name} sends its visitors in circles.", http_status=response.status
        )

    async def read(
        self, provider: Provider, response: aiohttp.ClientResponse, *, begun: bytes = b""
    ) -> bytes:
        """The whole body, after what `begun` holds. Raises ProviderError, also for one that is too large."""
        body = bytearray(begun)
        watch = Watch(response, self.timeouts.silence)
        is_complete = False
        try:
            while chunk := await watch.read():
                body += chunk
                if len(body) > MOST_BODY_BYTES:
                    raise UpstreamMalformed(
                        f"{provider.name} sent more than can be read.", may_be_billed=True
                    )
            is_complete = True
        except READ_ERRORS as error:
            raise error_within_answer(provider, error, request_id(response.headers)) from error
        finally:
            watch.close()
            self.let_go(response, is_complete=is_complete)
        return bytes(body)

    def let_go(self, response: aiohttp.ClientResponse, *, is_complete: bool) -> None:
        """
        Give the connection back if the answer was read to its end mark, else close it at once, which stops
        the model.

        The last few bytes behind an end mark mostly come a moment later; reading them keeps the connection
        for the next question, which saves it two round trips.
        """
        if is_complete and response.content.is_eof():
            response.release()
        elif is_complete:
            task = asyncio.create_task(_drain(response))
            self._drains.add(task)
            task.add_done_callback(self._drains.discard)
        else:
            _abort(response)

    async def close(self) -> None:
        for task in tuple(self._drains):
            task.cancel()
        await asyncio.gather(*self._drains, return_exceptions=True)
        sessions, self._sessions = self._sessions, {}
        for session in sessions.values():
            await session.close()

    async def _send(
        self,
        provider: Provider,
        method: str,
        url: str,
        body: bytes | None,
        headers: dict[str, str],
        wait_seconds: float | None,
        is_once: bool,
    ) -> aiohttp.ClientResponse:
        usual = self.timeouts.headers if method == "POST" else self.timeouts.lookup
        while True:
            trip = Trip()
            try:
                address = URL(url).with_user(None)  # aiohttp refuses a user beside an Authorization header
                async with asyncio.timeout(self.timeouts.connect + (wait_seconds or usual)):
                    return await self._pool(is_once=is_once).request(
                        method,
                        address,
                        data=None
                        if body is None
                        else io.BytesIO(body),  # in pieces: plain bytes block the loop
                        headers=headers,
                        allow_redirects=False,
                        trace_request_ctx=trip,
                    )
            except SEND_ERRORS as error:
                if not trip.was_stale(error):
                    raise error_before_answer(provider, error) from error

    def _headers(self, provider: Provider, content_type: str | None, accept: str) -> dict[str, str]:
        headers = {"Accept": accept}
        if content_type is not None:
            headers["Content-Type"] = content_type
            headers["Accept-Encoding"] = "identity"  # packed streams arrive in lumps
        if key := provider.key_text:
            headers["Authorization"] = f"Bearer {key}"
        if provider.has_openrouter_extras:
            headers["X-OpenRouter-Title"] = self._title
            if self._app_url:
                headers["HTTP-Referer"] = self._app_url
        return headers

    def _redirected(self, provider: Provider, response: aiohttp.ClientResponse, method: str, url: str) -> str:
        """Where to ask again: same origin only, since the key and the prompt go there."""
        status, location = response.status, response.headers.get("Location", "")
        response.close()
        target = provider.own_url(url, location)
        if target is None:
            error = UpstreamRefused(
                f"{provider.name} redirects to another address; please correct the one that is configured.",
                http_status=status,
            )
            error.led_to = url, location
            raise error
        if method == "POST" and status not in (307, 308):
            raise UpstreamRefused(f"{provider.name} has moved this address.", http_status=status)
        return target

    async def _refusal(
        self, provider: Provider, response: aiohttp.ClientResponse, asked: Asked
    ) -> ProviderError:
        """The error that an answer stands for. Its status alone is enough if the body does not come."""
        body = bytearray()
        is_complete = False
        try:
            async with asyncio.timeout(self.timeouts.error_body):
                while len(body) < MOST_ERROR_BYTES and (chunk := await response.content.readany()):
                    body += chunk
            is_complete = response.content.is_eof()
        except READ_ERRORS:
            pass
        finally:
            self.let_go(response, is_complete=is_complete)
        told = told_by_body(bytes(body), provider.key_text)
        return error_of_answer(provider, response.status, response.headers, told, asked=asked)

    def _pool(self, *, is_once: bool = False) -> aiohttp.ClientSession:
        if is_once not in self._sessions:
            self._sessions[is_once] = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, ssl=tls_context(), force_close=is_once),
                trace_configs=[trace_of_trips()],
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(
                    total=None, connect=self.timeouts.connect, sock_connect=self.timeouts.connect
                ),
                max_line_size=_MOST_HEADER_BYTES,
                max_field_size=_MOST_HEADER_BYTES,
                headers={"User-Agent": "AllYouCanGet"},
            )
        return self._sessions[is_once]


async def _drain(response: aiohttp.ClientResponse) -> None:
    try:
        async with asyncio.timeout(_DRAIN_SECONDS):
            await response.content.readany()
    except READ_ERRORS:
        pass
    finally:
        if response.content.is_eof():
            response.release()
        else:
            _abort(response)


def _abort(response: aiohttp.ClientResponse) -> None:
    """Close without the farewell of TLS, for which a busy server can keep us, and the bill, waiting."""
    connection = response.connection
    transport = connection.transport if connection is not None else None
    abort: Callable[[], None] | None = getattr(transport, "abort", None)
    response.close()
    if abort is not None:
        abort()
