"""
From a wish to the bytes on the wire, in each of the protocols: JSON or a stream, OpenRouter's or OpenAI's.

Pictures are painted when their turn in the script comes, in a thread.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from studio.sandbox.books import Generation
from studio.sandbox.chunks import DONE, PROVIDER, event
from studio.sandbox.images.links import Links
from studio.sandbox.images.manner import Manners
from studio.sandbox.images.models import ImageModel
from studio.sandbox.images.piece import Piece
from studio.sandbox.images.wish import ImageWish
from studio.sandbox.steps import JSON, SSE, Later, Reply, Step, dumps

COMMENT = b": \n\n"
COMMENT_EVERY_SECONDS = 0.5


class Style(StrEnum):
    """Whose protocol: OpenRouter's `/images`, OpenAI's generations, OpenAI's edits."""

    OPENROUTER = "image_generation"
    GENERATION = "image_generation "
    EDIT = "image_edit"

    @property
    def is_openai(self) -> bool:
        return self is not Style.OPENROUTER


@dataclass(frozen=True, slots=True)
class Order:
    """All that an answer is made from. `root` is the sandbox's own address, for links."""

    wish: ImageWish
    model: ImageModel
    generation: Generation
    links: Links
    root: str
    style: Style
    created: int
    manners: Manners = field(default_factory=Manners)


def delivered(order: Order) -> Reply:
    """The whole reply. A stream where one is asked for and the model streams, else JSON."""
    manners = order.manners
    if manners.refuse is not None:
        return manners.refuse(order.model.id, order.wish.prompt)
    headers = (("X-Provider-Name", PROVIDER),)
    if order.wish.is_stream and order.model.streams:
        return Reply(200, manners.wire(_stream(order)), SSE, headers)
    return Reply(200, manners.wire(_whole(order)), manners.media_type or JSON, headers)


def pieces_of(order: Order) -> list[Piece]:
    """The pictures, painted and then spoilt as the model's manners want it. Blocks."""
    wish = order.wish
    made = []
    for number in range(wish.n):
        commission = wish.commission(number)
        data = _painted(commission)
        made.append(Piece(data, commission.media_type))
    return order.manners.pictures(made)


def usage_of(order: Order) -> dict[str, Any] | None:
    """OpenRouter's usage has a cost; OpenAI's has other names for the tokens and never a cost."""
    usage = order.generation.usage()
    if not order.style.is_openai:
        return order.manners.usage(usage)
    details = {"text_tokens": usage["prompt_tokens"], "image_tokens": 0}
    return order.manners.usage(
        {
            "input_tokens": usage["prompt_tokens"],
            "output_tokens": usage["completion_tokens"],
            "total_tokens": usage["total_tokens"],
            "input_tokens_details": details,
        }
    )


def _whole(order: Order) -> Iterator[Step]:
    seconds = order.manners.seconds or order.model.seconds
    yield seconds * (1 + 0.4 * (order.wish.n - 1))
    yield Later(lambda: _body(order))


def _body(order: Order) -> bytes:
    found = pieces_of(order)
    order.generation.finish_reason = "complete"
    usage = usage_of(order)
    wish = order.wish
    body: dict[str, Any] = {"created": order.created if order.style.is_openai else 0}
    body["data"] = [_entry(order, piece) for piece in found]
    if order.style.is_openai:
        body |= {
            "background": "transparent" if wish.is_transparent else "opaque",
            "output_format": wish.format,
        }
        body |= {"size": f"{wish.size[0]}x{wish.size[1]}", "quality": wish.quality}
    return order.manners.body(dumps(body if usage is None else {**body, "usage": usage}))


def _entry(order: Order, piece: Piece) -> dict[str, Any]:
    if piece.is_link or order.wish.wants_links:
        return {"url": order.links.address(piece, order.root)}
    entry: dict[str, Any] = {"b64_json": piece.base64}
    if piece.media_type is not None and not order.style.is_openai:
        entry["media_type"] = piece.media_type
    return entry


def _stream(order: Order) -> Iterator[Step]:
    """Comments, partial pictures, one completed event a picture, `[DONE]` (OpenRouter alone)."""
    seconds = order.manners.seconds or order.model.seconds
    partials = order.wish.partials
    comment, share = 0.0, seconds / (partials + 1)
    for number in range(partials + 1):
        until = share * (number + 1)
        while comment < until:
            yield comment
            yield COMMENT
            comment += COMMENT_EVERY_SECONDS
        yield until
        if number < partials:
            yield Later(lambda number=number: _partial(order, number))  # type: ignore[misc]
    yield from order.manners.after_partials
    yield Later(lambda: _completed(order))
    if not order.style.is_openai:
        yield DONE


def _partial(order: Order, number: int) -> bytes:
    """A picture that is coming into focus: the first quarter of its detail, then more."""
    commission = order.wish.commission(0)
    data = _painted(commission, focus=(number + 1) / (order.wish.partials + 3))
    encoded = base64.b64encode(data).decode()
    return _told(order, "partial_image", {"partial_image_index": number, "b64_json": encoded})


def _completed(order: Order) -> bytes:
    found = pieces_of(order)
    order.generation.finish_reason = "complete"
    events = []
    for number, piece in enumerate(found):
        facts = _entry(order, piece)
        if order.style.is_openai:
            size = f"{order.wish.size[0]}x{order.wish.size[1]}"
            facts |= {"created_at": order.created, "size": size, "quality": order.wish.quality}
            facts |= {"output_format": order.wish.format}
        else:
            facts["created"] = order.created
        usage = usage_of(order) if number == len(found) - 1 else None
        events.append(_told(order, "completed", facts if usage is None else {**facts, "usage": usage}))
    return b"".join(events)


def _told(order: Order, kind: str, facts: dict[str, Any]) -> bytes:
    """OpenAI names the event in a line of its own, too; OpenRouter has the type alone."""
    name = f"{order.style.value.strip()}.{kind}"
    data = event({"type": name, **facts})
    return b"event: " + name.encode() + b"\n" + data if order.style.is_openai else data


def _painted(commission: Any, *, focus: float = 1.0) -> bytes:
    from studio.sandbox.painting.easel import painted, sketched  # on first use: Pillow

    return painted(commission) if focus >= 1 else sketched(commission, focus)
