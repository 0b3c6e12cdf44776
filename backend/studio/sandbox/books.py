"""
What the sandbox remembers: the generations of `GET /generation`, and how often it was asked what.

Everything is in memory and bounded; a restart forgets it.
"""

from __future__ import annotations

import random
import string
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from studio.sandbox.catalogue import Model
from studio.sandbox.chunks import PROVIDER

KEPT = 4096
LOOKUPS_TOO_EARLY = 2


@dataclass(slots=True)
class Generation:
    """One generation; the token counts grow while it is written, so that a cancelled one has a cost too."""

    id: str
    model: Model
    created_at: float
    is_streamed: bool
    prompt_tokens: int
    images: int = 0
    completion_tokens: int = 0
    reasoning_tokens: int = 0
    image_tokens: int = 0
    images_made: int = 0
    finish_reason: str | None = None
    is_cancelled: bool = False
    lookups: int = 0
    api_type: str = "completions"

    @property
    def cost_usd(self) -> Decimal | None:
        return self.model.cost_usd(
            prompt_tokens=self.prompt_tokens,
            completion_tokens=self.completion_tokens,
            images=self.images,
            image_tokens=self.image_tokens,
        )

    def usage(self) -> dict[str, Any]:
        """The `usage` object of a chat answer."""
        cost = _number(self.cost_usd)
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens + self.image_tokens,
            "total_tokens": self.prompt_tokens + self.completion_tokens + self.image_tokens,
            "cost": cost,
            "is_byok": False,
            "prompt_tokens_details": {
                "cached_tokens": 0,
                "cache_write_tokens": 0,
                "audio_tokens": 0,
                "video_tokens": 0,
            },
            "cost_details": {"upstream_inference_cost": cost},
            "completion_tokens_details": {
                "reasoning_tokens": self.reasoning_tokens,
                "image_tokens": self.image_tokens,
                "audio_tokens": 0,
            },
        }

    def as_json(self) -> dict[str, Any]:
        """The `data` of `GET /generation`."""
        cost = _number(self.cost_usd)
        return {
            "id": self.id,
            "model": self.model.id,
            "created_at": datetime.fromtimestamp(self.created_at, UTC).isoformat(timespec="milliseconds"),
            "provider_name": PROVIDER,
            "api_type": self.api_type,
            "streamed": self.is_streamed,
            "cancelled": self.is_cancelled,
            "finish_reason": self.finish_reason,
            "native_finish_reason": self.finish_reason,
            "tokens_prompt": self.prompt_tokens,
            "tokens_completion": self.completion_tokens,
            "native_tokens_prompt": self.prompt_tokens,
            "native_tokens_completion": self.completion_tokens,
            "native_tokens_reasoning": self.reasoning_tokens,
            "native_tokens_cached": 0,
            "num_media_prompt": self.images or None,
            "native_tokens_completion_images": self.image_tokens or None,
            "num_media_completion": self.images_made or None,
            "total_cost": cost,
            "usage": cost,
            "upstream_inference_cost": cost,
            "cache_discount": None,
            "is_byok": False,
            "provider_responses": [{"provider_name": PROVIDER, "status": 200, "is_byok": False}],
        }


class Books:
    """The generations of one sandbox, by id, and its counters."""

    def __init__(self) -> None:
        self._generations: OrderedDict[str, Generation] = OrderedDict()
        self._counts: OrderedDict[Hashable, int] = OrderedDict()

    def open(
        self, model: Model, *, now: float, is_streamed: bool, prompt_tokens: int, images: int = 0
    ) -> Generation:
        """A new generation of text."""
        opened = Generation(new_id("gen", now), model, now, is_streamed, prompt_tokens, images)
        self.keep(opened)
        return opened

    def keep(self, generation: Generation) -> None:
        """Remember a generation; the oldest one is forgotten for it."""
        self._generations[generation.id] = generation
        _forget_oldest(self._generations)

    def look_up(self, generation_id: str) -> Generation | None:
        """
        The generation, or None while the books lag: the first two questions after a known id come too early.
        """
        found = self._generations.get(generation_id)
        if found is None:
            return None
        found.lookups += 1
        return found if found.lookups > LOOKUPS_TOO_EARLY else None

    def count(self, what: Hashable) -> int:
        """How often this was counted before: 0 the first time."""
        before = self._counts.get(what, 0)
        self._counts[what] = before + 1
        self._counts.move_to_end(what)
        _forget_oldest(self._counts)
        return before


def new_id(prefix: str, now: float) -> str:
    """An id like the real ones: prefix, Unix time, twenty letters and digits."""
    letters = "".join(random.choices(string.ascii_letters + string.digits, k=20))
    return f"{prefix}-{int(now)}-{letters}"


def _forget_oldest(entries: OrderedDict[Any, Any]) -> None:
    while len(entries) > KEPT:
        entries.popitem(last=False)


def _number(money: Decimal | None) -> float | None:
    return None if money is None else float(money)
