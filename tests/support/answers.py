"""Reading a whole answer, and what came of it."""

from contextlib import aclosing
from dataclasses import dataclass, field

from studio.providers import (
    Adapter,
    ChatEvent,
    ChatRequest,
    Delta,
    Finished,
    Provider,
    ProviderError,
    Started,
    Usage,
)

QUESTION = ChatRequest("acme/chat-1", [{"role": "user", "content": "Hello?"}])


@dataclass
class Outcome:
    events: list[ChatEvent] = field(default_factory=list)
    error: ProviderError | None = None

    @property
    def text(self) -> str:
        return "".join(e.text for e in self.events if isinstance(e, Delta))

    @property
    def reasoning(self) -> str:
        return "".join(e.reasoning for e in self.events if isinstance(e, Delta))

    @property
    def usage(self) -> Usage | None:
        return next((e for e in self.events if isinstance(e, Usage)), None)

    @property
    def finished(self) -> Finished | None:
        return next((e for e in self.events if isinstance(e, Finished)), None)

    @property
    def started(self) -> Started:
        """The last of them, which knows most."""
        return [e for e in self.events if isinstance(e, Started)][-1]


async def hear(adapter: Adapter, provider: Provider, request: ChatRequest = QUESTION) -> Outcome:
    """Everything that comes of a question; a ProviderError is part of it, anything else is raised."""
    outcome = Outcome()
    try:
        async with aclosing(adapter.chat(provider, request)) as events:
            async for event in events:
                outcome.events.append(event)
    except ProviderError as error:
        outcome.error = error
    return outcome
