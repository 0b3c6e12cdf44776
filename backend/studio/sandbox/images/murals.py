"""
Pictures in a chat: `message.images`, in streams `delta.images`, when `modalities` names images.

The last user message is the instruction, its pictures are what to begin with (provider docs, "Images through
chat completions"). The whole data URL stands in one event, on one line.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from studio.sandbox import writer
from studio.sandbox.errors import Refusal
from studio.sandbox.images import sizes
from studio.sandbox.images.links import Links
from studio.sandbox.images.manner import Manners
from studio.sandbox.images.piece import Piece
from studio.sandbox.images.references import reference_of
from studio.sandbox.images.wish import INVALID, SEED_MOST
from studio.sandbox.painting.commission import FORMATS, Commission
from studio.sandbox.performers import Ask, Performer
from studio.sandbox.steps import SSE, Later, Reply, Step, dumps
from studio.sandbox.telling import Rhythm, Speech, answer_body, closing, told, waiting
from studio.sandbox.wish import pieces

SECONDS = 1.5
WORDS = "Here it is."
IMAGE_TOKENS_1K = 1290
QUALITIES = ("low", "medium", "high")


@dataclass(frozen=True, slots=True)
class Muralist:
    """Performs a chat model that answers with words and pictures, with the manners it is given."""

    links: Links
    manners: Manners

    def perform(self, ask: Ask) -> Reply:
        if "image" not in ask.wish.modalities:
            return told(ask, Speech.of(ask.wish, writer.short_answer(ask.brief())), Rhythm(0.1, 60))
        if self.manners.refuse is not None:
            return self.manners.refuse(ask.model.id, ask.wish.question)
        commission = commission_of(ask)
        wire = self.manners.wire
        if ask.wish.is_stream:
            return Reply(200, wire(self._stream(ask, commission)), SSE)
        return Reply(200, wire(self._whole(ask, commission)))

    def _stream(self, ask: Ask, commission: Commission) -> Iterator[Step]:
        seconds = self.manners.seconds or SECONDS
        yield from waiting(0.2)
        for piece in pieces(self._words()):
            ask.generation.completion_tokens += 1
            yield ask.chunks.content(piece)
        if self.manners.words is None:
            yield float(seconds)
            yield from self.manners.after_partials
            yield Later(lambda: self._pictured(ask, commission))
        yield from closing(ask, "stop")

    def _pictured(self, ask: Ask, commission: Commission) -> bytes:
        entries = self._entries(ask, commission)
        return ask.chunks.delta({"role": "assistant", "content": "", "images": entries})

    def _whole(self, ask: Ask, commission: Commission) -> Iterator[Step]:
        yield float(self.manners.seconds or SECONDS)
        yield Later(lambda: self._body(ask, commission))

    def _body(self, ask: Ask, commission: Commission) -> bytes:
        ask.generation.completion_tokens = len(pieces(self._words()))
        message: dict[str, Any] = {"content": self._words()}
        if self.manners.words is None:
            message["images"] = self._entries(ask, commission)
        ask.generation.finish_reason = "stop"
        body = answer_body(ask, message, "stop")
        usage = self.manners.usage(body.pop("usage"))
        return self.manners.body(dumps(body if usage is None else {**body, "usage": usage}))

    def _words(self) -> str:
        return WORDS if self.manners.words is None else self.manners.words

    def _entries(self, ask: Ask, commission: Commission) -> list[dict[str, Any]]:
        """The pictures, painted, as the message holds them. Blocks."""
        from studio.sandbox.painting.easel import painted  # on first use: Pillow

        made = self.manners.pictures([Piece(painted(commission), commission.media_type)])
        ask.generation.images_made = len(made)
        scale = commission.width_px * commission.height_px // (1024 * 1024) or 1
        ask.generation.image_tokens = IMAGE_TOKENS_1K * scale * len(made)
        return [self._entry(ask, piece, number) for number, piece in enumerate(made)]

    def _entry(self, ask: Ask, piece: Piece, number: int) -> dict[str, Any]:
        url = f"data:{piece.media_type or 'image/png'};base64,{piece.base64}"
        if piece.is_link:
            url = self.links.address(piece, ask.root)
        picture = {"image_url": {"url": url}}
        return picture if self.manners.is_bare_in_chat else {"type": "image_url", **picture, "index": number}


def muralist(links: Links, manners: Manners | None = None) -> Performer:
    return Muralist(links, manners or Manners()).perform


def commission_of(ask: Ask) -> Commission:
    """What the chat asks for: `image_config` has the ratio and the tier. Raises Refusal (400)."""
    config = ask.wish.image_config
    ratio, tier = config.get("aspect_ratio"), config.get("image_size") or "1K"
    if (ratio is not None and ratio not in sizes.ONE_K) or tier not in sizes.TIERS:
        raise Refusal(400, "image_config: this aspect_ratio or image_size is not supported.", INVALID)
    urls = next((m.picture_urls for m in reversed(ask.wish.messages) if m.role == "user"), ())
    references = [reference_of(url) for url in urls]
    size = sizes.of_ratio(ratio or "1:1", tier)
    if references and ratio is None:
        size = sizes.like((references[0].width_px, references[0].height_px), tier)
    form, quality = config.get("output_format"), config.get("quality")
    return Commission(
        prompt=ask.wish.question,
        seed=random.randrange(SEED_MOST) if ask.wish.seed is None else ask.wish.seed,
        width_px=size[0],
        height_px=size[1],
        quality=quality if quality in QUALITIES else "medium",
        format=form if form in FORMATS else "png",
        is_transparent=config.get("background") == "transparent" and form != "jpeg",
        inputs=tuple(reference.data for reference in references),
    )
