"""Fetching what a provider's answer only links to, through the guard (providers/guard.py)."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from studio.providers.errors import ProviderError, UpstreamMalformed, UpstreamTimeout, UpstreamUnavailable
from studio.providers.guard import Allows, NotPublic, guarded_connector, is_followable, is_public
from studio.providers.provider import Provider, origin
from studio.providers.tls import tls_context
from studio.providers.transport_errors import READ_ERRORS, SEND_ERRORS

MOST_REDIRECTS = 5
TRIES = 3  # fetching costs nothing, and the picture is paid for
_NO_MEDIA = ("text/html", "application/json", "text/plain", "application/xhtml+xml")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_GONE = frozenset({401, 403, 404, 410})


class Links:
    """
    One for all providers. No key, no cookies, no proxy; each redirect is checked like the link itself.

    What lies at the provider's own configured origin may be private, as the operator chose that address. That holds
    for the link, not for a redirect that comes back from elsewhere.
    """

    def __init__(
        self,
        *,
        connect_seconds: float = 10,
        silence_seconds: float = 30,
        total_seconds: float = 180,
        pause_seconds: float = 0.5,
        resolver: AbstractResolver | None = None,
        allows: Allows = is_public,
        noun: str = "picture",
        accepts: str = "image/*",
    ) -> None:
        self._noun, self._accepts = noun, accepts
        self._total_seconds = total_seconds
        self._headers_seconds = connect_seconds + silence_seconds
        self._pause_seconds = pause_seconds
        self._limits = aiohttp.ClientTimeout(
            total=None, connect=connect_seconds, sock_connect=connect_seconds, sock_read=silence_seconds
        )
        self._resolver = resolver
        self._allows = allows
        self._sessions: dict[bool, aiohttp.ClientSession] = {}

    async def close(self) -> None:
        sessions, self._sessions = self._sessions, {}
        for session in sessions.values():
            await session.close()

    async def fetch(self, provider: Provider, current: str, link: str, most_bytes: int) -> tuple[bytes, str]:
        """
        (bytes, content type) behind `link`, as found in the answer of `current`; tried again if the line is bad.

        Raises ProviderError: the picture is made and, as far as we know, billed.
        """
        for number in range(1, TRIES + 1):
            try:
                return await self._fetch(provider, current, link, most_bytes)
            except ProviderError as error:
                error.may_be_billed = True
                if number == TRIES or not error.extra_tries:
                    error.extra_tries = 0  # to those above us: the generation must not be asked for again
                    raise
            await asyncio.sleep(self._pause_seconds * number)
        raise AssertionError("unreachable")

    async def _fetch(self, provider: Provider, current: str, link: str, most: int) -> tuple[bytes, str]:
        body = bytearray()
        kind = ""
        try:
            async with (
                asyncio.timeout(self._total_seconds),
                aclosing(self.pieces(provider, current, link)) as pieces,
            ):
                async for said, piece in pieces:
                    kind = said
                    body += piece
                    if len(body) > most:
                        raise UpstreamMalformed(
                            f"The {self._noun} that {provider.name} links to is larger than {most // 2**20} MB."
                        )
        except TimeoutError:
            raise UpstreamTimeout(
                f"The {self._noun} that {provider.name} made did not come in time."
            ) from None
        if not body:
            raise UpstreamMalformed(f"There is nothing behind the link that {provider.name} gave.")
        return bytes(body), kind

    async def pieces(
        self, provider: Provider, current: str, link: str
    ) -> AsyncGenerator[tuple[str, bytes], None]:
        """(content type, bytes) as they come, without a limit of size or of total time: the caller keeps those."""
        response = await self._open(provider, current, link)
        try:
            kind = response.content_type
            if kind in _NO_MEDIA:
                raise UpstreamMalformed(
                    f"The link that {provider.name} gave leads to a web page and no {self._noun}."
                )
            async for piece in response.content.iter_any():
                yield kind, piece
        except TimeoutError as error:
            raise UpstreamTimeout(
                f"The {self._noun} that {provider.name} made did not come in time.", extra_tries=1
            ) from error
        except READ_ERRORS as error:
            raise UpstreamUnavailable(
                f"The {self._noun} that {provider.name} made broke off on its way.", extra_tries=1
            ) from error
        finally:
            response.close()

    async def _open(self, provider: Provider, current: str, link: str) -> aiohttp.ClientResponse:
        """The answer with the picture, at the end of all redirects."""
        is_own = True
        base, target = current, link
        for _ in range(MOST_REDIRECTS + 1):
            url = _joined(provider, base, target)
            is_own = is_own and _is_own(provider, url)
            if not is_own and not is_followable(url, self._allows):
                raise _forbidden(provider)
            response = await self._ask(provider, url, is_guarded=not is_own)
            if response.status not in _REDIRECTS:
                return _checked(provider, response, self._noun)
            base, target = str(url), response.headers.get("Location", "")
            response.close()
        raise UpstreamMalformed(f"The link that {provider.name} gave leads in circles.")

    async def _ask(self, provider: Provider, url: URL, *, is_guarded: bool) -> aiohttp.ClientResponse:
        try:
            async with asyncio.timeout(self._headers_seconds):  # `sock_read` begins anew with each byte
                return await self._session(is_guarded).get(url, allow_redirects=False)
        except SEND_ERRORS as error:
            if _is_not_public(error) or isinstance(error, (aiohttp.InvalidURL, ValueError)):
                raise _forbidden(provider) from error
            raise UpstreamUnavailable(
                f"The {self._noun} that {provider.name} made cannot be fetched: its host does not answer.",
                extra_tries=1,
            ) from error

    def _session(self, is_guarded: bool) -> aiohttp.ClientSession:
        if is_guarded not in self._sessions:
            tls = tls_context()
            self._sessions[is_guarded] = aiohttp.ClientSession(
                connector=guarded_connector(tls, self._resolver, self._allows)
                if is_guarded
                else aiohttp.TCPConnector(ssl=tls, force_close=True),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=self._limits,
                headers={
                    "User-Agent": "AllYouCanGet",
                    "Accept": f"{self._accepts},*/*;q=0.5",
                    "Accept-Encoding": "identity",
                },
            )
        return self._sessions[is_guarded]


def _joined(provider: Provider, base: str, target: str) -> URL:
    try:
        url = URL(base).join(URL(target.strip()))
        if url.scheme not in ("http", "https") or not url.raw_host:
            raise ValueError
        _ = url.port
        return url
    except ValueError:
        raise _forbidden(provider) from None


def _is_own(provider: Provider, url: URL) -> bool:
    try:
        own = origin(provider.base_url.strip())
    except ValueError:
        return False
    return (url.scheme, url.raw_host, url.port) == own and url.raw_user is None


def _checked(provider: Provider, response: aiohttp.ClientResponse, noun: str) -> aiohttp.ClientResponse:
    if response.status == 200:
        return response
    response.close()
    if response.status in _GONE:
        raise UpstreamUnavailable(
            f"The link to the {noun} that {provider.name} made has expired.", http_status=response.status
        )
    raise UpstreamUnavailable(
        f"The {noun} that {provider.name} made cannot be fetched at the moment.",
        http_status=response.status,
        extra_tries=1 if response.status >= 500 or response.status == 429 else 0,
    )


def _forbidden(provider: Provider) -> UpstreamMalformed:
    return UpstreamMalformed(f"{provider.name} gave a link that this studio does not follow.")


def _is_not_public(error: BaseException | None) -> bool:
    """Whether the guard is why; aiohttp wraps what a resolver or a socket says."""
    while error is not None:
        if isinstance(error, NotPublic) or isinstance(getattr(error, "os_error", None), NotPublic):
            return True
        error = error.__cause__ or error.__context__
    return False
