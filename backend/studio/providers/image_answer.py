"""
One answer with pictures, put together from the server's documents: a whole JSON answer or the events of a stream.

`take` each document in order and pass on what it returns. A picture may be only a link; whoever reads follows it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from studio.providers.answer import Answer, is_answer
from studio.providers.error_shapes import Told, told
from studio.providers.events import ChatEvent, Delta, Started, Usage
from studio.providers.images import ImageEvent, MadePicture, PartialPicture
from studio.providers.lifting import Lifter
from studio.providers.loose import count, mapping, mappings, string
from studio.providers.usage import usage_of

_FORMATS = {"png": "image/png", "jpeg": "image/jpeg", "jpg": "image/jpeg", "webp": "image/webp"}


@dataclass(frozen=True, slots=True)
class PictureLink:
    """A finished picture that is somewhere else."""

    url: str
    media_type: str | None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """There was a picture, but what came cannot be unpacked."""


Taken = ImageEvent | PictureLink | Unreadable


class PictureAnswer(Protocol):
    """`failure` is set as soon as a document tells of one; `is_done` once the server said that this was all."""

    @property
    def request_id(self) -> str | None: ...
    @property
    def failure(self) -> Told | None: ...
    @property
    def is_done(self) -> bool: ...

    def take(self, document: object, *, is_whole: bool, name: str = "") -> Iterator[Taken]: ...
    def end(self) -> list[Usage | Delta]: ...
    def reasons(self) -> tuple[str | None, str | None]: ...


class ImagesAnswer:
    """What OpenRouter's `/images` and OpenAI's `/images/…` say; they differ in names only."""

    def __init__(
        self, lifter: Lifter, request_id: str | None, header_cost: Decimal | None, secret: str | None
    ) -> None:
        self.request_id = request_id
        self.failure: Told | None = None
        self.is_done = False
        self._lifter = lifter
        self._header_cost = header_cost
        self._secret = secret
        self._usage: Mapping[str, Any] = {}

    def take(self, document: object, *, is_whole: bool, name: str = "") -> Iterator[Taken]:
        """The events in a document; `name` is that of its server-sent event."""
        top = mapping(document)
        kind = string(top.get("type")) or name
        self._usage = mapping(top.get("usage")) or self._usage
        if kind == "error" or top.get("error"):
            self.failure = told(document, self._secret)
        elif kind.endswith(".partial_image"):
            if partial := self._lifter.take(top.get("b64_json")):
                yield PartialPicture(partial.data, count(top.get("partial_image_index")))
        elif kind.endswith(".text_chunk"):
            yield from self._words(top)
        elif is_whole and not {"data", "b64_json"} & top.keys():
            self.failure = strange(document, self._secret)
        else:
            if top.get("id") and self.request_id is None:
                self.request_id = string(top.get("id"))
                yield Started(self.request_id, string(top.get("model")))
            yield from self._pictures(top, kind)
            self.is_done = self.is_done or is_whole

    def end(self) -> list[Usage | Delta]:
        usage = usage_of(self._usage, self._header_cost)
        return [] if usage is None else [usage]

    def reasons(self) -> tuple[str | None, str | None]:
        return ("stop" if self.is_done else None), None

    def _pictures(self, top: Mapping[str, Any], kind: str) -> Iterator[Taken]:
        entries = mappings(top.get("data"))
        if not entries and (kind.endswith(".completed") or "b64_json" in top):
            entries = [top]
        for entry in entries:
            said = string(entry.get("media_type")) or string(entry.get("mime_type"))
            said = said or _FORMATS.get(str(entry.get("output_format") or top.get("output_format")).lower())
            if (encoded := entry.get("b64_json")) is not None:
                lifted = self._lifter.take(encoded)
                yield MadePicture(lifted.data, said or lifted.media_type) if lifted else Unreadable()
            elif (url := entry.get("url")) is not None:
                yield picture_behind(self._lifter, url, said)

    def _words(self, top: Mapping[str, Any]) -> Iterator[Taken]:
        text = string(top.get("text"))
        phase = top.get("phase")
        if text and phase != "draft":  # a draft is the markup of the picture itself
            yield Delta("", text) if phase == "reasoning" else Delta(text)


class ChatPictureAnswer:
    """A chat answer with pictures beside its words."""

    def __init__(
        self, lifter: Lifter, request_id: str | None, header_cost: Decimal | None, secret: str | None
    ) -> None:
        self._answer = Answer(request_id, header_cost, secret)
        self._secret = secret
        self._lifter = lifter

    @property
    def request_id(self) -> str | None:
        return self._answer.request_id

    @property
    def failure(self) -> Told | None:
        return self._answer.failure

    @property
    def is_done(self) -> bool:
        return self._answer.is_complete

    def take(self, document: object, *, is_whole: bool, name: str = "") -> Iterator[Taken]:
        if name == "error":
            self._answer.failure = told(document, self._secret)
            return
        if not isinstance(document, dict) or not is_answer(document):  # such as {"type":"ping"}
            if is_whole:
                self._answer.failure = strange(document, self._secret)
            return
        part = "message" if is_whole else "delta"
        yield from self._without_marks(self._answer.take(document, part=part))
        for choice in mappings(document.get("choices")):
            # Some servers answer a stream with the whole message in its only chunk.
            piece = mapping(choice.get(part)) or mapping(choice.get("message"))
            yield from self._pictures(piece)

    def end(self) -> list[Usage | Delta]:
        events = self._without_marks(self._answer.end())
        return [event for event in events if isinstance(event, Usage | Delta)]

    def reasons(self) -> tuple[str | None, str | None]:
        finished = self._answer.finished()
        return finished.reason, finished.native_reason

    def _without_marks(self, events: list[ChatEvent]) -> list[ChatEvent]:
        """Words that are nothing but base64 were no words."""
        return [
            event
            for event in events
            if not (isinstance(event, Delta) and self._lifter.is_mark(event.text or event.reasoning))
        ]

    def _pictures(self, piece: Mapping[str, Any]) -> Iterator[Taken]:
        content = piece.get("content")
        parts = mappings(content) if isinstance(content, list) else []
        for part in (*mappings(piece.get("images")), *parts):
            address = part.get("image_url")
            url = address if isinstance(address, str) else mapping(address).get("url")
            encoded = url if url is not None else part.get("b64_json")
            if encoded is not None:
                yield picture_behind(self._lifter, encoded, None)


def strange(document: object, secret: str | None) -> Told | None:
    """What a document that is no answer says about a failure, if it does."""
    found = told(document, secret)
    return None if found == Told() else found


def picture_behind(lifter: Lifter, url: object, said: str | None) -> Taken:
    """What an address is: a picture in itself (a data URL), or a link to one."""
    if isinstance(url, str) and not lifter.is_mark(url) and url.lstrip()[:5].lower() != "data:":
        return PictureLink(url, said) if url.strip() and len(url) <= 8_192 else Unreadable()
    lifted = lifter.take(url)
    return MadePicture(lifted.data, said or lifted.media_type) if lifted else Unreadable()
