"""
The endpoints that make pictures, from the first byte of the request to the last of the answer.

`POST /images` reads JSON; `POST /images/generations` and `POST /images/edits` are OpenAI's, the latter with a
multipart body. Errors carry `X-Generation-Id`, too, once a model was found (provider docs, "Response headers").
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from studio.sandbox.books import Books, Generation, new_id
from studio.sandbox.errors import Refusal
from studio.sandbox.images.delivery import Order, Style, delivered
from studio.sandbox.images.forms import form_fields
from studio.sandbox.images.links import Links
from studio.sandbox.images.manner import Manners
from studio.sandbox.images.models import ImageModel
from studio.sandbox.images.openai import read_edit, read_generation
from studio.sandbox.images.wish import INVALID, ImageWish, read_image_wish, text_of
from studio.sandbox.keys import check_key
from studio.sandbox.line import BodyTooLarge, CallerLeft, Line, play
from studio.sandbox.steps import Reply

BODY_MOST_BYTES = 96 * 1024 * 1024
PIXELS_PER_TOKEN = 256

Reader = Callable[[Mapping[str, Any], ImageModel], Awaitable[ImageWish]]

READERS: dict[Style, Reader] = {
    Style.OPENROUTER: read_image_wish,
    Style.GENERATION: read_generation,
    Style.EDIT: read_edit,
}


@dataclass(slots=True)
class ImageGeneration(Generation):
    """A generation of pictures; `charge_usd` is what they cost as a whole, None for a price nobody told."""

    charge_usd: Decimal | None = None

    @property
    def cost_usd(self) -> Decimal | None:
        return self.charge_usd


@dataclass(frozen=True, slots=True)
class Gallery:
    """What all endpoints share: who paints, how they behave, the books, the links, the clock."""

    models: Mapping[str, ImageModel]
    manners: Mapping[str, Manners]
    books: Books
    links: Links
    now: Callable[[], float]
    speed: float


class Counter:
    """One endpoint, in one of the styles."""

    def __init__(self, gallery: Gallery, style: Style) -> None:
        self._gallery = gallery
        self._style = style

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        line = Line(scope, receive, send)
        headers: list[tuple[bytes, bytes]] = []
        generation: ImageGeneration | None = None
        try:
            generation, reply = await self._prepare(Headers(scope=scope), line)
            if generation is not None:
                headers.append((b"x-generation-id", generation.id.encode()))
            await play(reply, line, headers=headers, speed=self._gallery.speed)
        except CallerLeft:
            if generation is not None:
                generation.is_cancelled = True
        finally:
            await line.hang_up()

    async def _prepare(self, headers: Headers, line: Line) -> tuple[ImageGeneration | None, Reply]:
        generation = None
        try:
            body = await line.body(BODY_MOST_BYTES)
            check_key(headers.get("authorization"))
            fields = await self._fields(body, headers.get("content-type", ""))
            model = self._model(fields)
            generation = self._open(model, fields)
            wish = await READERS[self._style](fields, model)
            return generation, delivered(self._order(wish, model, generation, line.root))
        except BodyTooLarge:
            return None, Refusal(413, "The request is too large.", {"error_type": "payload_too_large"}).reply
        except Refusal as refusal:
            return generation, refusal.reply

    async def _fields(self, body: bytes, content_type: str) -> Mapping[str, Any]:
        if content_type.startswith("multipart/form-data"):
            return await form_fields(body, content_type)
        try:
            fields = await asyncio.to_thread(json.loads, body)
        except ValueError as mistake:
            raise Refusal(400, "The request body is not valid JSON.") from mistake
        if not isinstance(fields, dict):
            raise Refusal(400, "The request body must be a JSON object.")
        return fields

    def _model(self, fields: Mapping[str, Any]) -> ImageModel:
        name = text_of(fields, "model")
        if name not in self._gallery.models:
            raise Refusal(400, f"{name} is not a valid model ID", INVALID)
        return self._gallery.models[name]

    def _open(self, model: ImageModel, fields: Mapping[str, Any]) -> ImageGeneration:
        now = self._gallery.now()
        generation = ImageGeneration(
            new_id("gen-img", now), model.listing, now, fields.get("stream") is True, 0, api_type="image"
        )
        generation.charge_usd = Decimal(0)
        self._gallery.books.keep(generation)
        return generation

    def _order(self, wish: ImageWish, model: ImageModel, generation: ImageGeneration, root: str) -> Order:
        manners = self._gallery.manners.get(model.id, Manners())
        if manners.refuse is None:
            charge(generation, wish, model)
        created = int(self._gallery.now())
        return Order(wish, model, generation, self._gallery.links, root, self._style, created, manners)


def charge(generation: ImageGeneration, wish: ImageWish, model: ImageModel) -> None:
    """Put the price into the books: all pictures or none, an answer that breaks later included."""
    generation.prompt_tokens = wish.prompt_tokens
    generation.images = len(wish.references)
    generation.images_made = wish.n
    generation.image_tokens = wish.n * (wish.size[0] * wish.size[1] // PIXELS_PER_TOKEN)
    generation.charge_usd = model.cost_usd(
        images=wish.n, tier=wish.tier, quality=wish.quality, inputs=len(wish.references)
    )
