"""The endpoints for films: `POST /videos`, `GET /videos`, `GET /videos/{id}`, `GET /videos/{id}/content`."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from studio.sandbox.books import Books, new_id
from studio.sandbox.errors import Refusal
from studio.sandbox.filming.commission import FilmCommission
from studio.sandbox.films.job import FilmJob, State
from studio.sandbox.films.manner import FilmManners
from studio.sandbox.films.models import FilmModel
from studio.sandbox.films.projector import Projector
from studio.sandbox.films.shelf import Shelf
from studio.sandbox.films.wish import FilmWish, read_film_wish
from studio.sandbox.images.wish import INVALID, text_of
from studio.sandbox.keys import check_key
from studio.sandbox.line import BodyTooLarge, CallerLeft, Line, play
from studio.sandbox.steps import Reply, json_reply

BODY_MOST_BYTES = 96 * 1024 * 1024
BLOCK_BYTES = 64 * 1024
FILMING_SECONDS = 60.0
VIDEO = "video/mp4"
LIST_MOST = 100


@dataclass(frozen=True, slots=True)
class Cinema:
    """What all endpoints share."""

    models: Mapping[str, FilmModel]
    shelf: Shelf
    projector: Projector
    manners: Mapping[str, FilmManners]
    books: Books
    now: Callable[[], float]
    speed: float


class Submission:
    """`POST /videos`: 202 with the job, which is on the disk by then."""

    def __init__(self, cinema: Cinema) -> None:
        self._cinema = cinema

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await _answer(scope, receive, send, self._cinema, self._begun)

    async def _begun(self, line: Line, headers: Headers, body: bytes) -> Reply:
        check_key(headers.get("authorization"))
        fields = await asyncio.to_thread(_fields, body)
        name = text_of(fields, "model")
        if name not in self._cinema.models:
            raise Refusal(400, f"{name} is not a valid model ID", INVALID)
        model, manners = self._cinema.models[name], manners_of(self._cinema, name)
        wish = await read_film_wish(fields, model)
        if manners.refuse is not None:
            return manners.refuse(name, wish.prompt)
        try:
            job = await asyncio.to_thread(self._open, model, wish)
        except OSError as trouble:  # a full disk: no job was begun, and the caller hears so
            raise Refusal(503, "The sandbox cannot keep another job.") from trouble
        self._cinema.projector.ask_for(job)
        told = {"id": job.id, "polling_url": f"{line.root}/videos/{job.id}", "status": State.PENDING}
        headers_out = (("X-Generation-Id", job.id),)
        return manners.begun(json_reply(manners.told(told), status=202, headers=headers_out, at=0.1))

    def _open(self, model: FilmModel, wish: FilmWish) -> FilmJob:
        cinema = self._cinema
        now = cinema.now()
        job_id = new_id("gen-vid", now)
        cinema.shelf.tidy(now)
        frames = {
            name: str(cinema.shelf.write(job_id, name, reference.data))
            for name, reference in (("first", wish.first), ("last", wish.last))
            if reference is not None
        }
        cost = model.cost_usd(seconds=wish.seconds, resolution=wish.resolution, has_sound=wish.has_sound)
        if manners_of(cinema, model.id).costs_nothing:
            cost = Decimal(0)
        job = FilmJob(
            id=job_id,
            model=model.id,
            created_at=now,
            waits_seconds=model.waits_seconds / cinema.speed,
            seconds=model.seconds / cinema.speed,
            cost_usd=None if cost is None else str(cost),
            commission=FilmCommission(
                prompt=wish.prompt,
                seed=wish.seed,
                width_px=wish.size[0],
                height_px=wish.size[1],
                seconds=wish.seconds,
                has_sound=wish.has_sound,
                first=frames.get("first"),
                last=frames.get("last"),
            ),
        )
        cinema.shelf.keep(job)
        return job


class Poll:
    """`GET /videos/{id}`."""

    def __init__(self, cinema: Cinema) -> None:
        self._cinema = cinema

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await _answer(scope, receive, send, self._cinema, self._told)

    async def _told(self, line: Line, headers: Headers, body: bytes) -> Reply:
        check_key(headers.get("authorization"))
        cinema, job = self._cinema, _job(self._cinema, line.scope)
        manners = manners_of(cinema, job.model)
        if manners.waits_for_film:
            await _until_filmed(cinema, job, line)
        state = state_of(cinema, job)
        address = f"{line.root}/videos/{job.id}"
        told: dict[str, Any] = {"id": job.id, "generation_id": job.id, "polling_url": address}
        told["status"] = manners.word(state)
        if state is State.COMPLETED:
            links = [f"{address}/content?index={index}" for index in range(manners.outputs)]
            told |= {"unsigned_urls": links, "usage": job.usage}
            if manners.is_signed:
                told |= {"urls": [f"{link}&signature={signature_of(job)}" for link in links]}
                told |= {"expires_at": int(cinema.now() + manners.signed_seconds)}
        if state is State.FAILED:
            told["error"] = "The film could not be made."
        number = cinema.books.count(("poll", job.id))
        return manners.poll(number, json_reply(manners.told(told)))


class Listed:
    """`GET /videos?limit=20&after=…&order=desc`: OpenAI's list of what was begun. OpenRouter has none."""

    def __init__(self, cinema: Cinema) -> None:
        self._cinema = cinema

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await _answer(scope, receive, send, self._cinema, self._told)

    async def _told(self, line: Line, headers: Headers, body: bytes) -> Reply:
        check_key(headers.get("authorization"))
        query = parse_qs(line.scope["query_string"].decode("latin-1"))
        limit, order = query.get("limit", ["20"])[0], query.get("order", ["desc"])[0]
        if not limit.isdecimal() or not 1 <= int(limit) <= LIST_MOST or order not in ("asc", "desc"):
            raise Refusal(400, f"limit is a number from 1 to {LIST_MOST}, order is asc or desc.", INVALID)
        jobs = await asyncio.to_thread(self._cinema.shelf.list_jobs)
        jobs = jobs if order == "desc" else jobs[::-1]
        if "after" in query:
            ids = [job.id for job in jobs]
            jobs = jobs[ids.index(query["after"][0]) + 1 :] if query["after"][0] in ids else []
        page = jobs[: int(limit)]
        told = {
            "object": "list",
            "data": [self._entry(job) for job in page],
            "first_id": page[0].id if page else None,
            "last_id": page[-1].id if page else None,
            "has_more": len(jobs) > len(page),
        }
        return json_reply(told)

    def _entry(self, job: FilmJob) -> dict[str, Any]:
        wish = job.commission
        return {
            "id": job.id,
            "object": "video",
            "created_at": int(job.created_at),
            "status": manners_of(self._cinema, job.model).word(state_of(self._cinema, job)),
            "model": job.model,
            "prompt": wish.prompt,
            "seconds": str(wish.seconds),
            "size": f"{wish.width_px}x{wish.height_px}",
            "error": None,
        }


class Content:
    """`GET /videos/{id}/content?index=0`: the whole film in chunks, whatever part of it was asked for."""

    def __init__(self, cinema: Cinema) -> None:
        self._cinema = cinema

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await _answer(scope, receive, send, self._cinema, self._sent)

    async def _sent(self, line: Line, headers: Headers, body: bytes) -> Reply:
        query = parse_qs(line.scope["query_string"].decode("latin-1"))
        if "signature" not in query:
            check_key(headers.get("authorization"))
        cinema, job = self._cinema, _job(self._cinema, line.scope)
        manners = manners_of(cinema, job.model)
        is_signed = manners.is_signed and query.get("signature") == [signature_of(job)]
        if not is_signed:
            check_key(headers.get("authorization"))
        if job.is_gone(cinema.now()) or (is_signed and manners.signed_seconds < 0):
            raise Refusal(410, "The video is no longer available.")
        if state_of(cinema, job) is not State.COMPLETED:
            raise Refusal(409, "The video is not finished yet.")
        index, count = query.get("index", ["0"])[0], manners.outputs
        if index not in map(str, range(count)):
            raise Refusal(400, f"Video index {index[:20]} out of range ({count} videos available)", INVALID)
        whole = Reply(200, blocks_of(cinema.shelf.path(job.id, "mp4")), VIDEO)
        return whole if is_signed else manners.content(cinema.books.count(("content", job.id)), whole)


def manners_of(cinema: Cinema, model_id: str) -> FilmManners:
    return cinema.manners.get(model_id, FilmManners())


def signature_of(job: FilmJob) -> str:
    """Opens the film without a key, as the links to a provider's storage do."""
    return hashlib.sha256(f"{job.id}:{job.commission.seed}".encode()).hexdigest()[:40]


def state_of(cinema: Cinema, job: FilmJob) -> State:
    """How far the job is. Asks for its film if that is not there: after a restart nobody else does."""
    is_there, has_failed = cinema.shelf.has(job.id, "mp4"), cinema.shelf.has(job.id, "failed")
    if not is_there and not has_failed and not job.is_gone(cinema.now()):
        cinema.projector.ask_for(job)
    return job.state(cinema.now(), is_there=is_there, has_failed=has_failed)


def blocks_of(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            yield block


async def _answer(scope: Scope, receive: Receive, send: Send, cinema: Cinema, answer: Any) -> None:
    """Read, answer, hang up: what all endpoints do. The key is checked by each: a signed link needs none."""
    line = Line(scope, receive, send)
    try:
        try:
            body = await line.body(BODY_MOST_BYTES)
            headers = Headers(scope=scope)
            reply = await answer(line, headers, body)
        except BodyTooLarge:
            reply = Refusal(413, "The request is too large.", {"error_type": "payload_too_large"}).reply
        except Refusal as refusal:
            reply = refusal.reply
        await play(reply, line, headers=[], speed=cinema.speed)
    except CallerLeft:
        pass
    finally:
        await line.hang_up()


async def _until_filmed(cinema: Cinema, job: FilmJob, line: Line) -> None:
    waited = 0.0
    while waited < FILMING_SECONDS and state_of(cinema, job) in (State.PENDING, State.IN_PROGRESS):
        waited += 0.05
        await line.until(waited)


def _job(cinema: Cinema, scope: Scope) -> FilmJob:
    job_id = scope["path_params"]["job_id"]
    job = cinema.shelf.find(job_id)
    if job is None:
        raise Refusal(404, f"Job {job_id[:80]} not found")
    return job


def _fields(body: bytes) -> Mapping[str, Any]:
    try:
        fields = json.loads(body)
    except ValueError as mistake:
        raise Refusal(400, "The request body is not valid JSON.") from mistake
    if not isinstance(fields, dict):
        raise Refusal(400, "The request body must be a JSON object.")
    return fields
