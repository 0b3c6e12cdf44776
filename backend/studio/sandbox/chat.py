"""
`POST /chat/completions`, from the first byte of the request to the last of the answer.

A plain ASGI endpoint: a benchmark draws thousands of events a second from it, so nothing stands between a
script and `send`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from studio.sandbox.books import Books
from studio.sandbox.catalogue import Model
from studio.sandbox.chunks import Chunks
from studio.sandbox.errors import Refusal
from studio.sandbox.keys import check_key
from studio.sandbox.line import BodyTooLarge, CallerLeft, Line, play
from studio.sandbox.performers import Ask, Performer
from studio.sandbox.pictures import Picture, look_at
from studio.sandbox.steps import Reply
from studio.sandbox.wish import PACE_HEADER, Wish, read_wish

BODY_MOST_BYTES = 64 * 1024 * 1024
PICTURES_MOST = 8


class Chat:
    """The endpoint; `cast` says who performs which model."""

    def __init__(
        self,
        models: Mapping[str, Model],
        cast: Mapping[str, Performer],
        books: Books,
        *,
        now: Any,
        speed: float,
    ) -> None:
        self._models = models
        self._cast = cast
        self._books = books
        self._now = now
        self._speed = speed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        line = Line(scope, receive, send)
        ask: Ask | None = None
        headers: list[tuple[bytes, bytes]] = []
        try:
            ask, reply = await self._prepare(Headers(scope=scope), line)
            if ask is not None:
                headers.append((b"x-generation-id", ask.generation.id.encode()))
            await play(reply, line, headers=headers, speed=self._speed)
        except CallerLeft:
            if ask is not None:
                ask.generation.is_cancelled = True
        finally:
            await line.hang_up()

    async def _prepare(self, headers: Headers, line: Line) -> tuple[Ask | None, Reply]:
        ask = None
        try:
            body = await line.body(BODY_MOST_BYTES)
            check_key(headers.get("authorization"))
            wish = read_wish(body, pace=headers.get(PACE_HEADER, ""))
            ask = self._open(wish, line.root)
            ask = await _with_pictures(ask)
            _check_length(ask)
            return ask, self._cast[ask.model.id](ask)
        except BodyTooLarge:
            return None, Refusal(413, "The request is too large.", {"error_type": "payload_too_large"}).reply
        except Refusal as refusal:
            return ask, refusal.reply

    def _open(self, wish: Wish, root: str) -> Ask:
        """The first of the wished models that exists, with a new generation. Raises Refusal (400)."""
        model = next((self._models[name] for name in wish.models if name in self._models), None)
        if model is None:
            asked = wish.models[0] if wish.models else ""
            raise Refusal(400, f"{asked} is not a valid model ID", {"error_type": "invalid_request"})
        now = self._now()
        generation = self._books.open(
            model,
            now=now,
            is_streamed=wish.is_stream,
            prompt_tokens=wish.prompt_tokens,
            images=len(wish.picture_urls),
        )
        chunks = Chunks(generation.id, model.id, int(now))
        return Ask(wish, model, generation, chunks, self._books, root=root)


async def _with_pictures(ask: Ask) -> Ask:
    urls = ask.wish.picture_urls
    if not urls:
        return ask
    if "image" not in ask.model.inputs:
        raise Refusal(404, "No endpoints found that support image input", {"error_type": "not_found"})
    if len(urls) > PICTURES_MOST:
        raise Refusal(400, f"At most {PICTURES_MOST} pictures, please.", {"error_type": "invalid_request"})
    pictures: list[Picture] = await asyncio.to_thread(lambda: [look_at(url) for url in urls])
    return replace(ask, pictures=tuple(pictures))


def _check_length(ask: Ask) -> None:
    most, asked = ask.model.context_length, ask.generation.prompt_tokens + (ask.wish.max_tokens or 0)
    if ask.generation.prompt_tokens > most:
        text = f"This endpoint's maximum context length is {most} tokens. You requested about {asked} tokens."
        raise Refusal(400, text, {"error_type": "context_length_exceeded", "provider_name": "Sandbox"})
