"""The wiring: the only place where the parts meet."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio.to_thread
from fastapi import FastAPI
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest

from studio.accounts import routes as accounts
from studio.admin import routes as admin
from studio.assets import routes as assets
from studio.catalogue import routes as catalogue
from studio.chat import api as chat_api
from studio.chat import message_routes as messages
from studio.chat import routes as conversations
from studio.chat import settings_routes as chat_settings
from studio.config import Settings
from studio.gallery import album_routes as albums
from studio.gallery import api as gallery_api
from studio.gallery import archive_routes as archives
from studio.gallery import change_routes as changes
from studio.gallery import routes as gallery
from studio.gallery import tag_routes as tags
from studio.generations import routes as generations
from studio.html import make_environment
from studio.images import routes as images
from studio.jobs import news_routes as news
from studio.jobs import routes as jobs
from studio.metrics import StudioMetrics
from studio.opening import Opening
from studio.recipes import routes as recipes
from studio.sandbox.app import create_sandbox
from studio.shutdown import on_first_signal
from studio.videos import routes as videos
from studio.web import RequestMiddleware, add_error_handlers
from studio.wishes import carrying
from studio.wishes import listing_routes as job_list

THREADS = 96  # each waits for the database, hardly any computes; fifty people may write at once


def create_app(settings: Settings) -> FastAPI:
    """The backend. It opens the database when it is started, not when it is made."""
    opening = Opening(settings)
    app = FastAPI(
        title="All You Can GET", version="0.1.0", docs_url=None, redoc_url=None, lifespan=_life(opening)
    )
    app.state.settings = settings
    app.state.templates = make_environment(settings.upload_limit_bytes)
    app.add_middleware(
        RequestMiddleware,
        is_ready=lambda: opening.studio is not None,
        upload_limit_bytes=settings.upload_limit_bytes,
    )
    add_error_handlers(app)
    for part in (
        accounts,
        admin,
        assets,
        catalogue,
        chat_api,
        conversations,
        chat_settings,
        messages,
        generations,
        gallery_api,
        albums,
        tags,
        jobs,
        news,
        job_list,
        gallery,
        changes,
        archives,
        images,
        videos,
        recipes,
        carrying,
    ):
        app.include_router(part.router)
    _add_probes(app, opening)
    app.mount(
        "/sandbox/v1",
        create_sandbox(list_ugly=settings.sandbox_ugly, directory=settings.data_dir / "sandbox"),
    )
    return app


def _life(opening: Opening):  # type: ignore[no-untyped-def]
    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        metrics = StudioMetrics(lambda: opening.studio)
        REGISTRY.register(metrics)

        async def open_() -> None:
            await opening.open()
            app.state.studio = opening.studio

        task = asyncio.create_task(open_())
        on_first_signal(lambda: _leave(opening))
        yield
        opening.give_up.set()
        await task
        app.state.studio = None
        await opening.close()
        REGISTRY.unregister(metrics)

    return life


def _leave(opening: Opening) -> None:
    """The process was asked to end: ending must wait neither for those who only watch nor for a long answer."""
    if opening.studio is not None:
        opening.studio.engine.leave()
        opening.studio.jobs.worker.leave()


def _add_probes(app: FastAPI, opening: Opening) -> None:
    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> dict[str, str]:
        """The process lives. Touches nothing."""
        return {"status": "alive"}

    @app.get("/readyz", include_in_schema=False)
    async def readyz() -> Response:
        """The database is open and migrated."""
        if opening.studio is None:
            return JSONResponse({"status": "starting"}, 503, {"Retry-After": "1"})
        return JSONResponse({"status": "ready"})

    @app.get("/metrics", include_in_schema=False)
    def metrics() -> Response:
        return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)
