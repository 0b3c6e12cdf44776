"""Reading a whole answer with pictures, and what came of it."""

import base64
from contextlib import aclosing
from dataclasses import dataclass, field

from studio.providers import (
    Adapter,
    Delta,
    Finished,
    ImageEvent,
    ImageRequest,
    ImageWay,
    MadePicture,
    PartialPicture,
    Provider,
    ProviderError,
    Started,
    Usage,
)

WISH = ImageRequest("acme/img-1", ImageWay.IMAGES, "A red apple")
CHAT_WISH = ImageRequest("acme/img-1", ImageWay.CHAT, "A red apple")
OPENAI_WISH = ImageRequest("acme/img-1", ImageWay.OPENAI, "A red apple")


@dataclass
class Seen:
    events: list[ImageEvent] = field(default_factory=list)
    error: ProviderError | None = None

    @property
    def pictures(self) -> list[tuple[bytes, str | None]]:
        return [(e.data, e.media_type) for e in self.events if isinstance(e, MadePicture)]

    @property
    def drafts(self) -> list[bytes]:
        return [e.data for e in self.events if isinstance(e, PartialPicture)]

    @property
    def words(self) -> str:
        return "".join(e.text for e in self.events if isinstance(e, Delta))

    @property
    def usage(self) -> Usage | None:
        return next((e for e in self.events if isinstance(e, Usage)), None)

    @property
    def finished(self) -> Finished | None:
        return next((e for e in self.events if isinstance(e, Finished)), None)

    @property
    def request_id(self) -> str | None:
        """What the last `Started` says, which knows most; None if it never started."""
        started = [e for e in self.events if isinstance(e, Started)]
        return started[-1].provider_request_id if started else None


async def look(adapter: Adapter, provider: Provider, request: ImageRequest = WISH) -> Seen:
    """Everything that comes of a wish; a ProviderError is part of it, anything else is raised."""
    seen = Seen()
    try:
        async with aclosing(adapter.make_images(provider, request)) as events:
            async for event in events:
                seen.events.append(event)
    except ProviderError as error:
        seen.error = error
    return seen


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def data_url(data: bytes, media_type: str = "image/png") -> str:
    return f"data:{media_type};base64,{encoded(data)}"
