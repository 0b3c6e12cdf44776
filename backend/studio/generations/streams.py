"""Server-sent events of one generation, for programs: JSON deltas, then the generation as it ended."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from fastapi.responses import StreamingResponse

from studio.accounts.access import StillSignedIn
from studio.generations.generation import Generation
from studio.generations.live import Live, delta_event

HEARTBEAT = b": still here\n\n"
LOOK_SECONDS = 3.0
STREAM_HEADERS = {"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"}


def event_stream(events: AsyncGenerator[bytes, None], is_allowed: StillSignedIn) -> StreamingResponse:
    """An SSE response that no proxy may hold back, keep or compress; it ends with the session it was opened with."""
    return StreamingResponse(
        while_allowed(events, is_allowed), media_type="text/event-stream", headers=STREAM_HEADERS
    )


async def while_allowed(
    events: AsyncGenerator[bytes, None], is_allowed: StillSignedIn
) -> AsyncIterator[bytes]:
    """The same, looked at every LOOK_SECONDS (at a heartbeat at the latest): nobody watches on after signing out."""
    loop = asyncio.get_running_loop()
    looked_at = loop.time()
    async with aclosing(events):
        async for chunk in events:
            if loop.time() - looked_at >= LOOK_SECONDS:
                looked_at = loop.time()
                if not await is_allowed():
                    return
            yield chunk


async def json_events(live: Live, after: int) -> AsyncGenerator[bytes, None]:
    """Pieces after this number as `delta` events, heartbeats, then one `done` event."""
    async for pieces in live.watch(after):
        said = (delta_event(piece.number, piece.text, piece.reasoning) for piece in pieces)
        yield b"".join(said) or HEARTBEAT
    if live.is_over:
        yield done_event(live.generation)


async def finished_json_events(generation: Generation, after: int) -> AsyncGenerator[bytes, None]:
    """
    The same for a generation that is over: its pieces are folded, so a reader who has not seen the last one gets
    what is there as one delta that starts anew (`"restart": true` tells to forget what was shown before).
    """
    if after != generation.last_piece:
        if after <= 0:
            yield delta_event(generation.last_piece, generation.text, generation.reasoning)
        else:
            whole = {"restart": True, "text": generation.text, "reasoning": generation.reasoning}
            yield f"id: {generation.last_piece}\nevent: delta\ndata: {json.dumps(whole)}\n\n".encode()
    yield done_event(generation)


def done_event(generation: Generation) -> bytes:
    """The last event: the whole generation as JSON. A client closes on it; reconnecting would get it again."""
    return f"event: done\ndata: {json.dumps(generation.as_json())}\n\n".encode()


def resume_after(last_event_id: str | None, after: int) -> int:
    """The number after which to continue: the browser's `Last-Event-ID` wins over the address."""
    if last_event_id is not None and last_event_id.isascii() and last_event_id.isdigit():
        return int(last_event_id[:9])
    return max(0, after)
