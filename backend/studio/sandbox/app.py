"""
The sandbox as an ASGI application: where its parts meet.

Mount it: `app.mount("/sandbox/v1", create_sandbox())`; or run it alone: `python -m studio.sandbox --port
9000`.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from studio.sandbox.books import Books
from studio.sandbox.catalogue import Model, filler_models
from studio.sandbox.chat import Chat
from studio.sandbox.errors import Refusal
from studio.sandbox.films import account as film_account
from studio.sandbox.films.counter import Cinema, Content, Listed, Poll, Submission
from studio.sandbox.films.manners import BAD_FILM_MANNERS, BAD_FILM_MODELS
from studio.sandbox.films.models import FILM_MODELS, FilmModel
from studio.sandbox.films.projector import Projector
from studio.sandbox.films.shelf import Shelf
from studio.sandbox.images.counter import Counter, Gallery
from studio.sandbox.images.delivery import Style
from studio.sandbox.images.links import Links
from studio.sandbox.images.manners import BAD_MANNERS, BAD_MODELS
from studio.sandbox.images.models import IMAGE_MODELS, MURALIST, ImageModel
from studio.sandbox.images.murals import muralist
from studio.sandbox.keys import check_key, key_facts
from studio.sandbox.listing import page_of_models
from studio.sandbox.performers import PERFORMERS, Performer, sprinter
from studio.sandbox.recorder import OWN_PATH, Exchange, Recorder
from studio.sandbox.steps import JSON, dumps
from studio.sandbox.text_models import TEXT_MODELS
from studio.sandbox.ugly import UGLY, UGLY_ENTRIES, ugly_model

Endpoint = Callable[[Request], Awaitable[Response]]

PRIVATE = {"cache-control": "private, no-store"}
PAINTERS = {model.id: model for model in (*IMAGE_MODELS, *BAD_MODELS)}
FILMERS = {model.id: model for model in (*FILM_MODELS, *BAD_FILM_MODELS)}
WITHOUT_CHAT = {model.id for model in IMAGE_MODELS} | set(FILMERS)


def create_sandbox(
    *,
    speed: float = 1.0,
    list_ugly: bool = False,
    record: bool = False,
    kept_requests: int = 256,
    fillers: int = 0,
    now: Callable[[], float] = time.time,
    directory: Path | None = None,
) -> ASGIApp:
    """
    A sandbox with its own books and counters.

    `speed` divides every wait (`math.inf`: none), except where the caller sets the pace or asks the
    metronome. `list_ugly` shows the misbehaving models in the catalogue; they answer by id in any case.
    `fillers` adds so many plain models. `record` keeps the last `kept_requests` requests at `/_requests`.
    `now` gives Unix seconds. `directory` keeps the jobs and films across restarts; without one they go with this.
    """
    listed = [*TEXT_MODELS, MURALIST, *(model.listing for model in IMAGE_MODELS)]
    listed += [*(model.listing for model in FILM_MODELS), *filler_models(fillers)]
    ugly = [*UGLY_ENTRIES, *(ugly_model(name) for name in UGLY), *(model.listing for model in BAD_MODELS)]
    ugly += [model.listing for model in BAD_FILM_MODELS]
    filmers = (*FILM_MODELS, *BAD_FILM_MODELS) if list_ugly else FILM_MODELS
    painters = (*IMAGE_MODELS, *BAD_MODELS) if list_ugly else IMAGE_MODELS
    books, links, shelf = Books(), Links(now), Shelf(directory)
    cinema = Cinema(FILMERS, shelf, Projector(shelf), BAD_FILM_MANNERS, books, now, speed)
    routes = [
        Route("/models", _models([model.as_json() for model in (listed + ugly if list_ugly else listed)])),
        Route("/key", _key),
        Route("/credits", _credits),
        Route("/generation", _generation(books, cinema)),
        Route("/healthz", _healthz),
        Route("/chat/completions", _chat([*ugly, *listed], books, links, now, speed), methods=["POST"]),
        *_image_routes(painters, Gallery(PAINTERS, BAD_MANNERS, books, links, now, speed)),
        *_film_routes(filmers, cinema),
    ]
    handlers: dict[Any, Any] = {Refusal: _refuse}
    if not record:
        return Starlette(routes=routes, exception_handlers=handlers)
    exchanges: deque[Exchange] = deque(maxlen=kept_requests)
    routes.append(Route(OWN_PATH, _requests(exchanges), methods=["GET", "DELETE"]))
    return Recorder(Starlette(routes=routes, exception_handlers=handlers), exchanges)


def _chat(models: list[Model], books: Books, links: Links, now: Callable[[], float], speed: float) -> Chat:
    """Image models without a chat of their own are left out: they answer as an unknown id does."""
    text = {model.id: model for model in models if model.id not in WITHOUT_CHAT}
    return Chat(text, _cast(text, links), books, now=now, speed=speed)


def _image_routes(listed: Iterable[ImageModel], gallery: Gallery) -> list[Route]:
    return [
        Route("/images", Counter(gallery, Style.OPENROUTER), methods=["POST"]),
        Route("/images/models", _image_models(list(listed))),
        Route("/images/models/{name:path}/endpoints", _image_endpoints),
        Route("/images/generations", Counter(gallery, Style.GENERATION), methods=["POST"]),
        Route("/images/edits", Counter(gallery, Style.EDIT), methods=["POST"]),
        Route("/files/{name}", gallery.links.endpoint),
    ]


def _film_routes(listed: Iterable[FilmModel], cinema: Cinema) -> list[Route]:
    return [
        Route("/videos", Submission(cinema), methods=["POST"]),
        Route("/videos", Listed(cinema), methods=["GET"]),
        Route("/videos/models", _listing({"data": [model.as_json() for model in listed]})),
        Route("/videos/{job_id}", Poll(cinema)),
        Route("/videos/{job_id}/content", Content(cinema)),
    ]


def _cast(models: Iterable[str], links: Links) -> dict[str, Performer]:
    """Who performs which model; one without a performer of its own is a sprinter."""
    ugly = {f"sandbox/ugly-{name}": behaviour.perform for name, behaviour in UGLY.items()}
    painting = {name: muralist(links, manners) for name, manners in BAD_MANNERS.items()}
    return {**dict.fromkeys(models, sprinter), **ugly, **painting, **PERFORMERS, MURALIST.id: muralist(links)}


def _image_models(models: list[ImageModel]) -> Endpoint:
    async def image_models(request: Request) -> Response:
        root = request.scope.get("root_path", "")
        return _json({"data": [model.as_json(root) for model in models]})

    return image_models


async def _image_endpoints(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in PAINTERS:
        raise Refusal(404, f"Image model {name} not found")
    return _json(PAINTERS[name].endpoints_json())


def _listing(body: dict[str, Any]) -> Endpoint:
    async def listing(request: Request) -> Response:
        return _json(body)

    return listing


def _models(catalogue: list[dict[str, Any]]) -> Endpoint:
    async def models(request: Request) -> Response:
        def link(**changes: int) -> str:
            return str(request.url.include_query_params(**changes))

        return _json(page_of_models(catalogue, request.query_params, link=link))

    return models


async def _key(request: Request) -> Response:
    return _json({"data": key_facts(check_key(request.headers.get("authorization")))}, headers=PRIVATE)


async def _credits(request: Request) -> Response:
    check_key(request.headers.get("authorization"))
    raise Refusal(403, "Only management keys can see the credits.")


def _generation(books: Books, cinema: Cinema) -> Endpoint:
    async def generation(request: Request) -> Response:
        check_key(request.headers.get("authorization"))
        wanted = request.query_params.get("id", "")
        found = books.look_up(wanted) or film_account.look_up(cinema, wanted)
        if found is None:
            raise Refusal(404, f"Generation {wanted} not found")
        return _json({"data": found.as_json()})

    return generation


async def _healthz(request: Request) -> Response:
    return _json({"status": "ok", "provider": "Sandbox"})


def _requests(exchanges: deque[Exchange]) -> Endpoint:
    async def requests(request: Request) -> Response:
        if request.method == "DELETE":
            exchanges.clear()
        return _json({"data": [exchange.as_json() for exchange in exchanges]})

    return requests


async def _refuse(request: Request, refusal: Refusal) -> Response:
    return Response(b"".join(refusal.reply.script[1:]), refusal.reply.status, media_type=JSON)  # type: ignore[index]


def _json(body: Any, *, headers: dict[str, str] | None = None) -> Response:
    return Response(dumps(body), media_type=JSON, headers=headers)
