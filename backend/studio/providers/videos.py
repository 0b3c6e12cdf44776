"""
What is asked of a model that films, and what a provider tells of the job.

A video is a job at the provider: `Films` (providers/filming.py) submits it and polls it, and `Reel`
(providers/film_reel.py) fetches what was made.
Between submitting and downloading nothing has to be remembered but a `VideoJob`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Role(StrEnum):
    """What an input picture is for. A server that takes frames ignores references beside them."""

    FIRST_FRAME = "first_frame"
    LAST_FRAME = "last_frame"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class VideoPicture:
    media_type: str
    data: bytes = field(repr=False)
    role: Role = Role.FIRST_FRAME


@dataclass(frozen=True, slots=True)
class VideoRequest:
    """
    `settings` have OpenRouter's names: duration (whole seconds), resolution, aspect_ratio, size, seed, generate_audio …
    All that are not None are sent, so they must be some that the model lists. `size` replaces resolution and ratio.
    """

    model: str
    prompt: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    pictures: tuple[VideoPicture, ...] = ()


@dataclass(frozen=True, slots=True)
class VideoJob:
    """Names a job at a provider. `polling_url` is what the provider said; it is only followed to its own origin."""

    id: str
    polling_url: str | None = None


class VideoState(StrEnum):
    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    UNKNOWN = "unknown"  # a word that nobody knows: ask again, until the deadline


ENDED = (VideoState.COMPLETED, VideoState.FAILED, VideoState.CANCELLED, VideoState.EXPIRED)


@dataclass(frozen=True, slots=True)
class VideoOutput:
    """One file of a completed job, and where the provider says it is; without a link its place follows from the job."""

    index: int = 0
    link: str | None = None
    signed_link: str | None = field(default=None, repr=False)  # a secret as long as it holds


@dataclass(frozen=True, slots=True)
class VideoStatus:
    """
    `told` is the provider's own word for the state. `error` is for the person who asked and never for a log.

    `cost_usd` None is unknown. `progress` is a percentage where the server tells one.
    """

    job: VideoJob
    state: VideoState
    told: str = ""
    progress: int | None = None
    error: str | None = None
    outputs: tuple[VideoOutput, ...] = ()
    links_end_at: datetime | None = None
    cost_usd: Decimal | None = None
    generation_id: str | None = None

    @property
    def is_ended(self) -> bool:
        return self.state in ENDED
