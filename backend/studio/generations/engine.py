"""
The engine owns every running text generation; browsers only watch.

A closed connection never stops a generation: only its owner does, by pressing Stop. What is said is written to the
database every `SAVE_SECONDS`, in one set-based statement for all running generations, so that a killed process
loses at most that much of an answer.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import structlog
from prometheus_client import Counter, Gauge

from studio.db import Database
from studio.errors import Upstream
from studio.generations import store
from studio.generations.costs import find_cost
from studio.generations.generation import Generation, State, booked
from studio.generations.live import HEARTBEAT_SECONDS, Live
from studio.generations.reasons import REASON_TEXTS
from studio.generations.saving import save_pieces, store_end
from studio.moments import now
from studio.providers import (
    Adapter,
    ChatRequest,
    Delta,
    Finished,
    Provider,
    ProviderError,
    Started,
    Usage,
)

log = structlog.get_logger()

SAVE_SECONDS = 0.4
DRAIN_SECONDS = 5.0
STOP_SECONDS = 5.0
COST_LOOK_UP_SECONDS = 3.0
# A server that sends comments for ever would otherwise keep its answer running for ever.
LONGEST_SECONDS = 3600.0

RUNNING = Gauge("studio_generations_running", "Text generations that run now")
ENDED = Counter("studio_generations_total", "Generations that ended", ["kind", "state"])


class Engine:
    """Starts, watches over and ends running text generations."""

    def __init__(
        self,
        db: Database,
        adapter: Adapter,
        *,
        save_seconds: float = SAVE_SECONDS,
        drain_seconds: float = DRAIN_SECONDS,
        cost_look_up_seconds: float = COST_LOOK_UP_SECONDS,
        longest_seconds: float = LONGEST_SECONDS,
    ) -> None:
        self._db = db
        self._adapter = adapter
        self._save_seconds = save_seconds
        self._drain_seconds = drain_seconds
        self._cost_look_up_seconds = cost_look_up_seconds
        self._longest_seconds = longest_seconds
        self._is_leaving = False
        self._live: dict[UUID, Live] = {}
        self._tasks: dict[UUID, asyncio.Task[None]] = {}
        self._background: set[asyncio.Task[None]] = set()
        self._saver: asyncio.Task[None] | None = None
        self._drained: asyncio.Task[None] | None = None
        self._loop = asyncio.get_running_loop()

    def start_saving(self) -> None:
        """Begin the periodic writing; call once on the event loop."""
        self._saver = asyncio.create_task(self._save_periodically())

    def find(self, generation_id: UUID) -> Live | None:
        """The generation if it runs in this process."""
        return self._live.get(generation_id)

    @property
    def running(self) -> int:
        return len(self._live)

    async def start(
        self, generation: Generation, provider: Provider, request: ChatRequest, prefix: str = ""
    ) -> Live:
        """
        Run a generation whose row is already committed; returns at once.

        `prefix` is what an earlier, broken-off answer already said: the new answer begins with it.
        """
        live = Live(generation)
        live.is_closing = self._is_leaving
        if prefix:
            live.say(prefix)
        self._live[generation.id] = live
        RUNNING.set(len(self._live))
        self._tasks[generation.id] = asyncio.create_task(self._run(live, provider, request))
        # A task that is cancelled before its first step never runs, and nobody would end the generation.
        await asyncio.sleep(0)
        return live

    def start_from_thread(
        self, generation: Generation, provider: Provider, request: ChatRequest, prefix: str = ""
    ) -> None:
        """The same from a worker thread, which waits until the generation can be found."""
        asyncio.run_coroutine_threadsafe(
            self.start(generation, provider, request, prefix), self._loop
        ).result()

    async def cancel(self, generation_id: UUID) -> None:
        """
        Stop a generation and wait until its end is stored; one that does not run is left as it is.

        Waits STOP_SECONDS at most: while the database takes nothing, the generation cannot end.
        """
        task = self._tasks.get(generation_id)
        if task is not None:
            task.cancel("cancelled")
            await asyncio.wait([task], timeout=STOP_SECONDS)

    def stop_all_of(self, person_id: UUID) -> None:
        """Stop everything that runs for a person who was shut out; from any thread, without waiting."""
        for generation_id, live in list(self._live.items()):
            task = self._tasks.get(generation_id)
            if live.generation.person_id == person_id and task is not None:
                self._loop.call_soon_threadsafe(task.cancel, "cancelled")

    def leave(self) -> None:
        """
        The process was asked to end: let those who watch go, and give running answers their last moment from now on.

        Those who watch reconnect, and the next process shows them how it ended. The moment begins here and not in
        `close`, because the server waits for its open connections in between, and the sandbox's stream is one of them.
        """
        self._is_leaving = True
        for live in self._live.values():
            live.is_closing = True
            live.wake()
        self._drained = asyncio.create_task(self._drain())

    async def close(self) -> None:
        """End what still runs as interrupted, keeping what it said, and stop writing."""
        self._is_leaving = True
        if self._drained is not None:
            await self._drained
        await self._drain()
        rest = [*self._background, *([self._saver] if self._saver else [])]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    async def _drain(self) -> None:
        """Wait a moment for the running answers, then end the rest."""
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=self._drain_seconds)
        rest = list(self._tasks.values())
        for task in rest:
            task.cancel("restarted")
        if rest:
            await asyncio.wait(rest)

    async def _run(self, live: Live, provider: Provider, request: ChatRequest) -> None:
        generation, out = live.generation, live.generation.outcome
        state = State.FAILED
        reason: str | None = "internal"
        text: str | None = REASON_TEXTS["internal"]
        try:
            async with asyncio.timeout(self._longest_seconds):
                state, reason, text = await self._converse(live, provider, request)
        except TimeoutError:
            state, reason, text = State.INTERRUPTED, "too_long", REASON_TEXTS["too_long"]
        except asyncio.CancelledError as cancelled:
            reason = str(cancelled.args[0]) if cancelled.args else "restarted"
            state = State.CANCELLED if reason == "cancelled" else State.INTERRUPTED
            text = REASON_TEXTS.get(reason, REASON_TEXTS["restarted"])
        except Upstream as error:
            began = bool(live.pieces)
            state, reason, text = (State.INTERRUPTED if began else State.FAILED), error.code, error.text
            if isinstance(error, ProviderError) and not error.may_be_billed and not out.first_token_at:
                out.cost_usd = booked(Decimal(0))
        except Exception as error:
            log.error("generation.crashed", id=str(generation.id), exc_info=error)
        await self._end(live, state, reason, text)
        if out.cost_usd is None and out.provider_request_id:
            self.look_up_cost(provider, generation.id, out.provider_request_id)

    async def _converse(
        self, live: Live, provider: Provider, request: ChatRequest
    ) -> tuple[State, str | None, str | None]:
        """Read the provider's answer to its end; the state it ends in, with the reason."""
        out = live.generation.outcome
        finish: Finished | None = None
        async with aclosing(self._adapter.chat(provider, request, on_retry=_announce_retry(live))) as events:
            async for event in events:
                match event:
                    case Delta(text, reasoning):
                        if out.first_token_at is None:
                            out.first_token_at = now()
                        live.say(text, reasoning)
                    case Started(provider_request_id, model):  # comes twice: the id early, the model later
                        out.provider_request_id = provider_request_id or out.provider_request_id
                        out.answered_model = model or out.answered_model
                        self._take_start(live)
                    case Usage():
                        out.input_tokens, out.output_tokens = event.input_tokens, event.output_tokens
                        out.reasoning_tokens, out.cost_usd = event.reasoning_tokens, booked(event.cost_usd)
                    case Finished():
                        finish = event
        if finish is None or finish.is_truncated:
            return State.INTERRUPTED, "broke_off", REASON_TEXTS["broke_off"]
        out.finish_reason = finish.reason
        live.flush()
        return State.DONE, finish.reason, _remark(live, finish.reason or "")

    def _take_start(self, live: Live) -> None:
        generation = live.generation
        live.announce(None)
        if generation.state is State.WAITING:
            generation.state = State.RUNNING
            generation.outcome.started_at = now()
            self._db.write_soon(store.set_started(generation))

    async def _end(self, live: Live, state: State, reason: str | None, text: str | None) -> None:
        """Store the end, then tell the watchers: nobody sees an end that a crash could take back."""
        live.flush()
        out = replace(live.generation.outcome, finished_at=now())
        ended = replace(
            live.generation,
            state=state,
            reason=reason,
            reason_text=text,
            text=live.text,
            reasoning=live.reasoning,
            last_piece=len(live.pieces),
            outcome=out,
        )
        if await store_end(self._db, live, ended, lambda: self._is_leaving):
            ENDED.labels(ended.kind, state.value).inc()
            log.info("generation.ended", id=str(ended.id), model=ended.model, state=state, reason=reason)
            live.generation = ended
        else:
            live.is_closing = True
        self._live.pop(ended.id, None)
        self._tasks.pop(ended.id, None)
        RUNNING.set(len(self._live))
        live.end()

    def look_up_cost(self, provider: Provider, generation_id: UUID, request_id: str) -> None:
        """Ask in a moment, in the background, what this (our id, the provider's id) cost."""
        self._in_background(self._look_up_cost(provider, generation_id, request_id))

    async def _look_up_cost(self, provider: Provider, generation_id: UUID, request_id: str) -> None:
        """A stopped or broken stream has no usage; some providers can be asked for the cost a little later."""
        await asyncio.sleep(self._cost_look_up_seconds)
        await find_cost(self._db, self._adapter, provider, generation_id, request_id)

    def _in_background(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _save_periodically(self) -> None:
        ticks_of_heartbeat = max(1, round(HEARTBEAT_SECONDS / self._save_seconds / 4))
        tick = 0
        while True:
            await asyncio.sleep(self._save_seconds)
            tick += 1
            await save_pieces(self._db, self._live.values())
            if tick % ticks_of_heartbeat == 0:
                for live in list(self._live.values()):
                    live.wake()


def _remark(live: Live, reason: str) -> str | None:
    """What has to be said about an answer that is done: that it was cut, or that there are no words in it."""
    if reason == "length" and not live.text:
        return REASON_TEXTS["only_thoughts"]
    if reason not in REASON_TEXTS and not live.text:
        return REASON_TEXTS["no_words"]
    return REASON_TEXTS.get(reason)


def _announce_retry(live: Live) -> Callable[[int, float, Upstream], None]:
    def announce(attempt: int, wait_seconds: float, error: Upstream) -> None:
        live.announce(f"{error.text} Trying again in {max(1, round(wait_seconds))} s.")

    return announce
