"""Whether a request that got no answer went out on a connection that the server was just closing."""

import time
from types import SimpleNamespace

import aiohttp

STALE_SECONDS = 1.0


class Trip:
    """
    One request's way out.

    A kept connection may be closed by the server, as idle, in the very moment in which we send: nobody read the
    request, and it may go out again on another connection (RFC 9112 §9.3.1, as every browser does). It is told from
    a server that died over the request by being kept, and by breaking at once.
    """

    def __init__(self) -> None:
        self._reused_at: float | None = None

    def note_reuse(self) -> None:
        self._reused_at = time.monotonic()

    def was_stale(self, error: BaseException) -> bool:
        """Whether to send again. A new connection is never stale, so this ends once the kept ones are used up."""
        if self._reused_at is None or isinstance(error, aiohttp.ClientConnectorError):
            return False
        broke = isinstance(error, aiohttp.ServerDisconnectedError | aiohttp.ClientOSError)
        return broke and time.monotonic() - self._reused_at < STALE_SECONDS


def trace_of_trips() -> aiohttp.TraceConfig:
    """Tells each request's Trip when a kept connection was taken for it."""

    async def reused(
        session: aiohttp.ClientSession, context: SimpleNamespace, _: aiohttp.TraceConnectionReuseconnParams
    ) -> None:
        trip = context.trace_request_ctx
        if isinstance(trip, Trip):
            trip.note_reuse()

    trace = aiohttp.TraceConfig()
    trace.on_connection_reuseconn.append(reused)
    return trace
