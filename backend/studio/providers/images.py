"""
What is asked of a model that makes pictures, and what its answer is made of, in this order:

    Started, (Started | PartialPicture | MadePicture | Delta)*, Usage?, then Finished or a ProviderError
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from studio.providers.events import Delta, Finished, Started, Usage


class ImageWay(StrEnum):
    """Which protocol reaches a model. The catalogue knows; it is never guessed from a name."""

    IMAGES = "images"  # OpenRouter's POST /images, also for edits
    CHAT = "chat"  # chat completions with `modalities`
    OPENAI = "openai"  # POST /images/generations, and /images/edits once there are input pictures


@dataclass(frozen=True, slots=True)
class InputPicture:
    media_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ImageRequest:
    """
    `settings` have OpenRouter's names: n, aspect_ratio, resolution, size, quality, output_format, background, seed.
    All that are not None are sent, so they must be some that the model lists: others are answered with 400.

    `modalities` are what a model on the chat way gives; one that only paints refuses to be asked for words.
    `wants_stream` asks for the picture's drafts on its way; only for models that list streaming.
    """

    model: str
    way: ImageWay
    prompt: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    inputs: tuple[InputPicture, ...] = ()
    modalities: tuple[str, ...] = ("image", "text")
    wants_stream: bool = False

    @property
    def wanted(self) -> int:
        """How many pictures were asked for."""
        number = self.settings.get("n")
        return number if isinstance(number, int) and number > 0 else 1


@dataclass(frozen=True, slots=True)
class PartialPicture:
    """A draft of the picture that is being made; a better one or the picture itself follows."""

    data: bytes = field(repr=False)
    index: int | None = None


@dataclass(frozen=True, slots=True)
class MadePicture:
    """A finished picture, its bytes as they came. `media_type` is what the server says, which may be wrong."""

    data: bytes = field(repr=False)
    media_type: str | None = None


ImageEvent = Started | PartialPicture | MadePicture | Delta | Usage | Finished
