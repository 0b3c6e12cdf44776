"""Reading one answer to the question, in whichever of its forms it comes."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

import aiohttp

from studio.providers.answer import Answer, is_answer
from studio.providers.classify import error_in_answer
from studio.providers.error_shapes import Told, told
from studio.providers.errors import ProviderError, UpstreamMalformed
from studio.providers.events import ChatEvent, Started
from studio.providers.http import Http
from studio.providers.loose import read_json
from studio.providers.provider import Provider
from studio.providers.sse import SseEvent, SseParser, SseTooLong
from studio.providers.transport_errors import READ_ERRORS, error_within_answer
from studio.providers.usage import header_cost
from studio.providers.watch import Watch

# On the wire, where a word takes some 250 bytes; a model that says more runs in circles.
MOST_STREAM_BYTES = 256 * 1024 * 1024


async def read_answer(
    http: Http, provider: Provider, response: aiohttp.ClientResponse
) -> AsyncGenerator[ChatEvent, None]:
    """
    The events of one answer. Raises ProviderError after everything that came before the failure was handed out.

    A failed connection after the model's finish reason is no failure: nothing is missing but perhaps the usage.
    """
    is_json = response.content_type.endswith("json")
    generation_id = response.headers.get("X-Generation-Id")
    answer = Answer(generation_id, header_cost(response.headers, is_stream=not is_json), provider.key_text)
    reader = _Reader(http, provider, response, answer)
    try:
        if generation_id:  # known before the first word: the cost is looked up by it if somebody stops now
            yield Started(generation_id, None)
        async with aclosing(reader.whole() if is_json else reader.pieces()) as batches:
            async for events in batches:
                for event in events:
                    yield event
    finally:
        reader.close()
    for event in answer.end():
        yield event
    if failure := reader.failure():
        raise failure
    yield answer.finished()


class _Reader:
    """Feeds an Answer from a body and remembers what went wrong on the way."""

    def __init__(
        self, http: Http, provider: Provider, response: aiohttp.ClientResponse, answer: Answer
    ) -> None:
        self._http = http
        self._provider = provider
        self._response = response
        self._answer = answer
        self._error: ProviderError | None = None
        self._is_read = False

    def close(self) -> None:
        if not self._response.closed:
            self._http.let_go(self._response, is_complete=self._is_read)

    def failure(self) -> ProviderError | None:
        """Why the answer failed, or None. What the server says about it goes before what we saw of it."""
        answer = self._answer
        if answer.failure is not None:
            return error_in_answer(self._provider, answer.failure, answer.request_id)
        if answer.is_complete and answer.has_chunks:
            return None
        if self._error is None and not answer.has_chunks:
            return self._malformed("gave an empty answer")
        return self._error

    async def whole(self, begun: bytes = b"") -> AsyncGenerator[list[ChatEvent], None]:
        """One JSON document, as servers send it that cannot stream or have failed."""
        try:
            body = await self._http.read(self._provider, self._response, begun=begun)
            document = read_json(body.decode("utf-8", "replace"))
        except ProviderError as error:
            self._error = error
            return
        except ValueError:
            self._error = self._malformed("sent JSON that cannot be read")
            return
        if is_answer(document):
            self._answer.is_done = True
            yield self._answer.take(document, part="message")
        else:
            self._note_strange(document)

    async def pieces(self) -> AsyncGenerator[list[ChatEvent], None]:
        """Server-sent events, until the end mark, the end of the body or the first failure."""
        watch = Watch(self._response, self._http.timeouts.silence)
        try:
            first = await watch.read()
            mark = first.lstrip()[:1]
            if mark == b"<":
                self._error = self._malformed("answered with a web page")
            elif mark == b"{":  # JSON without its content type
                watch.close()
                async for events in self.whole(first):
                    yield events
            else:
                async for events in self._events(watch, first):
                    yield events
        except SseTooLong:
            self._error = self._malformed("sent more at once than can be read")
        except READ_ERRORS as error:
            self._error = error_within_answer(self._provider, error, self._answer.request_id)
        finally:
            watch.close()
            self._is_read = self._answer.is_done or self._response.content.is_eof()

    async def _events(self, watch: Watch, chunk: bytes) -> AsyncGenerator[list[ChatEvent], None]:
        parser = SseParser()
        received = 0
        is_answering = True
        while True:
            received += len(chunk)
            for event in parser.feed(chunk) if chunk else parser.close():
                if events := self._take(event, is_whole=bool(chunk)):
                    yield events
                if self._is_over():
                    return
            if not chunk:
                return
            if received > MOST_STREAM_BYTES:
                self._error = self._malformed("does not stop answering")
                return
            if is_answering and self._answer.reason is not None:
                is_answering = False
                watch.allow(min(self._http.timeouts.after_finish, self._http.timeouts.silence))
            chunk = await watch.read()

    def _is_over(self) -> bool:
        return self._answer.is_done or self._answer.failure is not None or self._error is not None

    def _take(self, event: SseEvent, *, is_whole: bool) -> list[ChatEvent]:
        data = event.data
        if data.strip() == "[DONE]":
            self._answer.is_done = True
            return []
        try:
            chunk = read_json(data)
        except ValueError:
            return self._take_text(event, is_whole=is_whole)
        if event.name == "error":
            self._answer.has_chunks = True
            self._answer.failure = told(chunk, self._provider.key_text)
            return []
        return self._answer.take(chunk) if is_answer(chunk) else []  # such as {"type":"ping"}

    def _take_text(self, event: SseEvent, *, is_whole: bool) -> list[ChatEvent]:
        """An event that is not JSON: nothing, prose about an error, the stump of a cut one, or rubbish."""
        if event.name == "error":
            self._answer.failure = told(event.data, self._provider.key_text)
        elif event.data.strip() and is_whole:
            self._error = self._malformed("sent an event that is not JSON")
        return []

    def _note_strange(self, document: Any) -> None:
        if isinstance(document, Mapping) and (found := told(document, self._provider.key_text)) != Told():
            self._answer.failure = found
        else:
            self._error = self._malformed("sent JSON that is not an answer")

    def _malformed(self, what: str) -> UpstreamMalformed:
        return UpstreamMalformed(
            f"{self._provider.name} {what}.",
            http_status=self._response.status,
            provider_request_id=self._answer.request_id,
            may_be_billed=True,
        )
