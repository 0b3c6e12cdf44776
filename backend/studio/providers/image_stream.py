"""Reading one answer with pictures, in whichever of its forms it comes."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing

import aiohttp

from studio.providers.classify import error_in_answer
from studio.providers.error_shapes import clean, told
from studio.providers.errors import ProviderError, UpstreamMalformed, UpstreamRefused
from studio.providers.events import Delta, Finished, Started
from studio.providers.http import Http
from studio.providers.image_answer import (
    ChatPictureAnswer,
    ImagesAnswer,
    PictureAnswer,
    PictureLink,
    Taken,
    Unreadable,
)
from studio.providers.images import ImageEvent, ImageRequest, ImageWay, MadePicture, PartialPicture
from studio.providers.lifting import MOST_PICTURE_BYTES, Lifter, TooMuch
from studio.providers.links import Links
from studio.providers.loose import read_json
from studio.providers.provider import Provider
from studio.providers.room import Room
from studio.providers.sse import SseEvent, SseParser, SseTooLong
from studio.providers.transport_errors import READ_ERRORS, error_within_answer
from studio.providers.usage import header_cost
from studio.providers.watch import Watch

MOST_WIRE_BYTES = 512 * 1024 * 1024  # a stream repeats its picture as drafts
MOST_WORDS_BYTES = 8 * 1024 * 1024  # of a document once its pictures are lifted out
_MOST_REFUSAL = 2_000  # characters


async def read_pictures(
    http: Http,
    links: Links,
    room: Room,
    provider: Provider,
    response: aiohttp.ClientResponse,
    request: ImageRequest,
) -> AsyncGenerator[ImageEvent, None]:
    """
    The events of one answer. Raises ProviderError after everything that came before the failure was handed out.

    Fewer pictures than asked for are no failure if the server ended in good order, none at all is one. A connection
    that broke once all had come neither.
    """
    reader = _Reader(http, links, room, provider, response, request)
    try:
        yield Started(reader.answer.request_id, None)
        async with aclosing(reader.events()) as events:
            async for event in events:
                yield event
    finally:
        reader.close()
    for last in reader.answer.end():
        reader.note(last)
        yield last
    if failure := reader.failure():
        raise failure
    yield reader.finished()


class _Reader:
    """Feeds an answer from a body, follows its links, and remembers what went wrong on the way."""

    def __init__(
        self,
        http: Http,
        links: Links,
        room: Room,
        provider: Provider,
        response: aiohttp.ClientResponse,
        request: ImageRequest,
    ) -> None:
        self._http = http
        self._links = links
        self._room = room
        self._provider = provider
        self._response = response
        self._wanted = request.wanted
        self._is_chat = request.way is ImageWay.CHAT
        self._lifter = Lifter()
        self._is_json = response.content_type.endswith("json")
        cost = header_cost(response.headers, is_stream=not self._is_json)
        made: type[ImagesAnswer] | type[ChatPictureAnswer] = (
            ChatPictureAnswer if self._is_chat else ImagesAnswer
        )
        request_id = response.headers.get("X-Generation-Id")
        self.answer: PictureAnswer = made(self._lifter, request_id, cost, provider.key_text)
        self._made = 0
        self._words = ""
        self._is_ended = False  # in good order
        self._is_unreadable = False
        self._error: ProviderError | None = None
        self._link_error: ProviderError | None = None

    def close(self) -> None:
        self._room.hold(self, 0)
        if not self._response.closed:
            self._http.let_go(self._response, is_complete=self._is_ended)

    async def events(self) -> AsyncGenerator[ImageEvent, None]:
        async with aclosing(self._taken()) as all_taken:
            async for taken in all_taken:
                event = await self._followed(taken)
                if event is not None:
                    self.note(event)
                    self._hold(event)
                    yield event
                    self._hold()

    def _hold(self, event: ImageEvent | None = None) -> None:
        """What is here by now, with the picture that whoever reads us has in hand."""
        in_hand = len(event.data) if isinstance(event, MadePicture | PartialPicture) else 0
        self._room.hold(self, self._lifter.held_bytes + in_hand)

    def note(self, event: ImageEvent) -> None:
        if isinstance(event, MadePicture):
            self._made += 1
        elif isinstance(event, Delta) and len(self._words) < _MOST_REFUSAL:
            self._words += event.text

    def failure(self) -> ProviderError | None:
        """Why the answer failed, or None. What the server says about it goes before what we saw of it."""
        if self.answer.failure is not None:
            return error_in_answer(self._provider, self.answer.failure, self.answer.request_id)
        if self._error is not None and self._made < self._wanted:
            return self._error
        if self._made:
            return None
        if self._link_error is not None:
            self._link_error.provider_request_id = self.answer.request_id
            return self._link_error
        if self._is_unreadable:
            return self._malformed("sent a picture that cannot be unpacked")
        return self._refusal() or self._malformed("gave no picture")

    def finished(self) -> Finished:
        reason, native = self.answer.reasons()
        is_whole = self._is_ended or self.answer.is_done or self._made >= self._wanted
        return Finished(reason or ("stop" if is_whole else None), native, is_truncated=not is_whole)

    async def _taken(self) -> AsyncGenerator[Taken, None]:
        watch = Watch(self._response, self._http.timeouts.picture)
        try:
            first = await watch.read()
            while first and not first.strip():  # blank lines keep a slow answer alive
                first = await watch.read()
            mark = first.lstrip()[:1]
            if mark == b"<":
                self._error = self._malformed("answered with a web page")
            elif self._is_json or mark == b"{":
                async for taken in self._whole(watch, first):
                    yield taken
            else:
                async for taken in self._pieces(watch, first):
                    yield taken
        except TooMuch as error:
            self._error = self._malformed(f"sent {error}, which is more than this studio takes")
        except SseTooLong:
            self._error = self._malformed("sent more at once than can be read")
        except READ_ERRORS as error:
            self._error = error_within_answer(self._provider, error, self.answer.request_id)
        finally:
            watch.close()

    async def _whole(self, watch: Watch, chunk: bytes) -> AsyncGenerator[Taken, None]:
        """One JSON document."""
        body = bytearray()
        received = 0
        while chunk:
            received += len(chunk)
            body += self._lifter.feed(chunk)
            self._check_size(received, len(body))
            chunk = await self._more(watch)
        body += self._lifter.close()
        try:
            document = read_json(body.decode("utf-8", "replace"))
        except ValueError:
            self._error = self._malformed("sent JSON that cannot be read")
            return
        self._is_ended = True
        for taken in self.answer.take(document, is_whole=True):
            yield taken

    async def _pieces(self, watch: Watch, chunk: bytes) -> AsyncGenerator[Taken, None]:
        """Server-sent events, until the end mark, the end of the body or the first failure."""
        parser = SseParser(MOST_WORDS_BYTES)
        received = 0
        while True:
            received += len(chunk)
            self._check_size(received, 0)
            events = parser.feed(self._lifter.feed(chunk)) if chunk else self._rest_of(parser)
            for event in events:
                for taken in self._of_event(event, is_whole=bool(chunk)):
                    yield taken
                self._lifter.forget(event.data)
                if self._is_over():
                    return
            if not chunk:
                return
            if self.answer.is_done or (self._made >= self._wanted and not self._is_chat):
                watch.allow(min(self._http.timeouts.after_finish, self._http.timeouts.picture))
            chunk = await self._more(watch)

    async def _more(self, watch: Watch) -> bytes:
        """The next chunk, once there is room for it; the wait is ours and does not count as the server's silence."""
        self._hold()
        await self._room.wait(self)
        return await watch.read()

    def _rest_of(self, parser: SseParser) -> list[SseEvent]:
        return [*parser.feed(self._lifter.close()), *parser.close()]

    def _of_event(self, event: SseEvent, *, is_whole: bool) -> Iterator[Taken]:
        if event.data.strip() == "[DONE]":
            self._is_ended = True
            return
        try:
            document = read_json(event.data)
        except ValueError:
            if event.name == "error":
                document = told(event.data, self._provider.key_text).message
            elif event.data.strip() and is_whole:
                self._error = self._malformed("sent an event that is not JSON")
                return
            else:
                return
        yield from self.answer.take(document, is_whole=False, name=event.name)

    def _is_over(self) -> bool:
        return self._is_ended or self.answer.failure is not None or self._error is not None

    def _check_size(self, received: int, words: int) -> None:
        if received > MOST_WIRE_BYTES:
            raise TooMuch(f"more than {MOST_WIRE_BYTES // 2**20} MB")
        if words > MOST_WORDS_BYTES:
            raise TooMuch(f"more than {MOST_WORDS_BYTES // 2**20} MB of words")

    async def _followed(self, taken: Taken) -> ImageEvent | None:
        """The event; a link becomes the picture behind it. None where there was no picture to get."""
        if isinstance(taken, Unreadable):
            self._is_unreadable = True
            return None
        if not isinstance(taken, PictureLink):
            return taken
        current = str(self._response.url)
        await self._room.wait(self, MOST_PICTURE_BYTES)
        self._room.hold(self, self._lifter.held_bytes + MOST_PICTURE_BYTES)
        try:
            data, kind = await self._links.fetch(self._provider, current, taken.url, MOST_PICTURE_BYTES)
        except ProviderError as error:
            self._link_error = self._link_error or error
            self._hold()
            return None
        return MadePicture(data, taken.media_type or kind)

    def _refusal(self) -> UpstreamRefused | None:
        reason, native = self.answer.reasons()
        name = self._provider.name
        if "content_filter" in (reason, native):
            text = f"{name} declined this prompt because of its content rules."
        elif self._words.strip():
            text = f"The model at {name} answered in words instead of with a picture."
        else:
            return None
        return UpstreamRefused(
            text,
            provider_message=clean(self._words, self._provider.key_text),
            http_status=self._response.status,
            provider_request_id=self.answer.request_id,
            may_be_billed=True,
        )

    def _malformed(self, what: str) -> UpstreamMalformed:
        return UpstreamMalformed(
            f"{self._provider.name} {what}.",
            http_status=self._response.status,
            provider_request_id=self.answer.request_id,
            may_be_billed=True,
        )
