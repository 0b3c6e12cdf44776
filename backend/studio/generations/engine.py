"""
The engine owns every running text generation; browsers only watch.

A closed connection never stops a generation: only its owner does, by pressing Stop. What is said is written to the
database every `SAVE_SECONDS`, in one set-based statement for all running generations, so that a killed process
loses at most that much of an answer.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from decimal import Decimal
from uuid import UUID

import structlog
from prometheus_client import Counter, Gauge

from studio.db import Database, Row
from studio.errors import Upstream
from studio.generations import store
from studio.generations.generation import Generation, State
from studio.generations.live import HEARTBEAT_SECONDS, Live
from studio.moments import now
from studio.providers import Adapter, ChatRequest, Delta, Finished, Provider, Started, Usage

log = structlog.get_logger()

SAVE_SECONDS = 0.4
DRAIN_SECONDS = 5.0
COST_LOOK_UP_SECONDS = 3.0
LONGEST_SECONDS = 3600.0  # a server that sends comments for ever would otherwise keep its answer running for ever

RUNNING = Gauge("studio_generations_running", "Text generations that run now")
ENDED = Counter("studio_generations_total", "Generations that ended", ["kind", "state"])

REASON_TEXTS = {
    "cancelled": "Stopped by you. What came until then is kept.",
    "restarted": "The studio restarted while this was being written. What came until then is kept.",
    "length": "The answer reached its length limit.",
    "content_filter": "The provider's content filter ended the answer.",
    "broke_off": "The provider ended the answer before it was finished. What came until then is kept.",
    "too_long": "The answer took more than an hour and was ended. What came until then is kept.",
    "internal": "Something went wrong on our side while this was being written.",
}

OnEnd = Callable[[Generation], None]


class Engine:
    """Starts, watches over and ends running text generations."""

    def __init__(self, db: Database, adapter: Adapter) -> None:
        self._db = db
        self._adapter = adapter
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
        if prefix:
            live.say(prefix)
        self._live[generation.id] = live
        RUNNING.set(len(self._live))
        self._tasks[generation.id] = asyncio.create_task(self._run(live, provider, request))
        return live

    def start_from_thread(
        self, generation: Generation, provider: Provider, request: ChatRequest, prefix: str = ""
    ) -> None:
        """The same from a worker thread, which waits until the generation can be found."""
        asyncio.run_coroutine_threadsafe(
            self.start(generation, provider, request, prefix), self._loop
        ).result()

    async def cancel(self, generation_id: UUID) -> None:
        """Stop a generation and wait until its end is stored; one that does not run is left as it is."""
        task = self._tasks.get(generation_id)
        if task is not None:
            task.cancel("cancelled")
            await asyncio.wait([task])

    def leave(self) -> None:
        """
        The process was asked to end: let those who watch go, and give running answers their last moment from now on.

        Those who watch reconnect, and the next process shows them how it ended. The moment begins here and not in
        `close`, because the server waits for its open connections in between, and the sandbox's stream is one of them.
        """
        for live in self._live.values():
            live.is_closing = True
            live.wake()
        self._drained = asyncio.create_task(self._drain())

    async def close(self) -> None:
        """End what still runs as interrupted, keeping what it said, and stop writing."""
        if self._drained is not None:
            await self._drained
        await self._drain()
        for background in (*self._background, *([self._saver] if self._saver else [])):
            background.cancel()

    async def _drain(self) -> None:
        """Wait a moment for the running answers, then end the rest."""
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=DRAIN_SECONDS)
        rest = list(self._tasks.values())
        for task in rest:
            task.cancel("restarted")
        if rest:
            await asyncio.wait(rest)

    async def _run(self, live: Live, provider: Provider, request: ChatRequest) -> None:
        generation = live.generation
        state = State.FAILED
        reason: str | None = "internal"
        text: str | None = REASON_TEXTS["internal"]
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
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
        except Exception as error:
            log.error("generation.crashed", id=str(generation.id), exc_info=error)
        await self._end(live, state, reason, text)
        if generation.outcome.cost_usd is None and generation.outcome.provider_request_id:
            self._in_background(self._look_up_cost(generation, provider))

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
                        out.reasoning_tokens, out.cost_usd = event.reasoning_tokens, event.cost_usd
                    case Finished():
                        finish = event
        if finish is None or finish.is_truncated:
            return State.INTERRUPTED, "broke_off", REASON_TEXTS["broke_off"]
        out.finish_reason = finish.reason
        return State.DONE, finish.reason, REASON_TEXTS.get(finish.reason or "")

    def _take_start(self, live: Live) -> None:
        generation = live.generation
        live.announce(None)
        if generation.state is State.WAITING:
            generation.state = State.RUNNING
            generation.outcome.started_at = now()
            self._db.write_soon(store.set_started(generation.id, generation.outcome.started_at))

    async def _end(self, live: Live, state: State, reason: str | None, text: str | None) -> None:
        """Store the end, then tell the watchers: nobody sees an end that a crash could take back."""
        live.flush()
        generation = live.generation
        generation.state, generation.reason, generation.reason_text = state, reason, text
        generation.text, generation.reasoning = live.text, live.reasoning
        generation.last_piece = live.saved = len(live.pieces)
        generation.outcome.finished_at = now()
        await _uncancelled(asyncio.wrap_future(self._db.write_soon(*store.finish(generation))))
        ENDED.labels(generation.kind, state.value).inc()
        log.info(
            "generation.ended",
            id=str(generation.id),
            model=generation.model,
            state=state.value,
            reason=reason,
        )
        self._live.pop(generation.id, None)
        self._tasks.pop(generation.id, None)
        RUNNING.set(len(self._live))
        live.end()

    async def _look_up_cost(self, generation: Generation, provider: Provider) -> None:
        """A stopped or broken stream has no usage; some providers can be asked for the cost a little later."""
        await asyncio.sleep(COST_LOOK_UP_SECONDS)
        request_id = generation.outcome.provider_request_id
        cost: Decimal | None = None
        try:
            cost = await self._adapter.look_up_cost(provider, request_id or "")
        except Upstream as error:
            log.warning("generation.cost_unknown", id=str(generation.id), code=error.code)
        if cost is not None:
            self._db.write_soon(store.set_cost(generation.id, cost))

    def _in_background(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _save_periodically(self) -> None:
        ticks_of_heartbeat = max(1, round(HEARTBEAT_SECONDS / SAVE_SECONDS / 4))
        tick = 0
        while True:
            await asyncio.sleep(SAVE_SECONDS)
            tick += 1
            rows = [row for live in self._live.values() for row in _unsaved(live)]
            if rows:
                self._db.write_soon(*rows)
            if tick % ticks_of_heartbeat == 0:
                for live in list(self._live.values()):
                    live.wake()


def _unsaved(live: Live) -> list[Row]:
    """The rows of the pieces said since the last save; they count as saved from here on."""
    fresh = live.pieces[live.saved :]
    live.saved += len(fresh)
    return [
        store.ADD_PIECE.row(
            generation_id=live.generation.id, number=piece.number, text=piece.text, reasoning=piece.reasoning
        )
        for piece in fresh
    ]


def _announce_retry(live: Live) -> Callable[[int, float, Upstream], None]:
    def announce(attempt: int, wait_seconds: float, error: Upstream) -> None:
        live.announce(f"{error.text} Trying again in {max(1, round(wait_seconds))} s.")

    return announce


async def _uncancelled(future: "asyncio.Future[None]") -> None:
    """Wait for a write to the end, even if this task is cancelled meanwhile: the end must be stored first."""
    while not future.done():
        try:
            await asyncio.shield(future)
        except asyncio.CancelledError:
            if future.cancelled():
                raise


def recover(db: Database) -> int:
    """
    End the generations that a dead process left running: interrupted, with what was saved of them.

    Called once, before traffic. Returns how many there were.
    """
    left = store.list_unfinished_texts(db)
    for generation in left:
        generation.state, generation.reason = State.INTERRUPTED, "restarted"
        generation.reason_text = REASON_TEXTS["restarted"]
        generation.outcome.finished_at = now()
    store.finish_all(db, left)
    store.drop_pieces(db)
    return len(left)
