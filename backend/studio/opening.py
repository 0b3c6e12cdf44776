"""
Opening and closing the studio.

The server answers /healthz while this goes on, since a process that went before may hold the database for seconds
and whoever watches over us must not think us dead; everything else answers 503 until the studio is open.
"""

import asyncio
import os
import threading
from collections.abc import Awaitable
from dataclasses import dataclass, field, replace
from uuid import UUID

import structlog

from studio.accounts.desk import Desk
from studio.accounts.registration import ensure_setup_token
from studio.assets.files import FileStore
from studio.catalogue import store as providers
from studio.catalogue.catalogue import Catalogue
from studio.config import Settings
from studio.db import Database, GaveUpWaiting, migrate
from studio.gallery.backfill import keep_indexed
from studio.generations.costs import keep_asking
from studio.generations.ending import rows_for_gallery
from studio.generations.engine import Engine
from studio.generations.recovery import recover
from studio.housekeeping import keep_house
from studio.images.board import Board
from studio.images.making import RULES as image_rules
from studio.images.making import PictureMaker
from studio.jobs.jobs import Jobs
from studio.jobs.store.claims import void_leases
from studio.jobs.store.news import list_people_waiting
from studio.jobs.worker import Worker
from studio.moments import now
from studio.paths import MIGRATIONS
from studio.providers import Adapter, Provider, provider_from_settings
from studio.providers.film_reel import PAUSE_SECONDS
from studio.videos.fetching import Fetching
from studio.videos.making import RULES as video_rules
from studio.videos.making import LookUp, VideoMaker
from studio.videos.patience import Patience
from studio.wiring import Studio

log = structlog.get_logger()


@dataclass
class Opening:
    """The life of one studio in this process."""

    settings: Settings
    studio: Studio | None = None
    give_up: threading.Event = field(default_factory=threading.Event)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def open(self) -> None:
        """Wait for the database, bring it up to date, end what a dead process left, then be open."""
        try:
            await self._open()
        except GaveUpWaiting:
            return
        except Exception as error:
            log.critical("studio.cannot_open", exc_info=error)
            os._exit(70)  # half open is worse than not at all; a supervisor starts us again, a log tells why

    async def _open(self) -> None:
        db, provider = await asyncio.to_thread(self._open_database)
        desk, files = Desk(), FileStore(self.settings.data_dir / "media")
        adapter = Adapter(film_pause_seconds=min(PAUSE_SECONDS, self.settings.video_poll_seconds))
        catalogue = Catalogue(db, adapter, provider, provider.id)  # type: ignore[arg-type]
        engine = Engine(db, adapter)
        engine.start_saving()
        board = Board()

        def look_up(generation_id: UUID, request_id: str) -> None:
            engine.look_up_cost(provider, generation_id, request_id)

        worker = Worker(
            db,
            [
                self._picture_maker(db, files, adapter, provider, board, look_up),
                self._video_maker(db, files, adapter, provider, look_up),
            ],
        )
        jobs = Jobs(db, worker)
        jobs.bell.ring_for(await asyncio.to_thread(list_people_waiting, db))
        await asyncio.to_thread(self._print_set_up, db)
        # From here on it is open: nothing is awaited between being ready, as the probes say, and being served.
        self.studio = Studio(
            self.settings, db, files, adapter, provider, catalogue, engine, desk, jobs, board=board
        )
        worker.start()
        self._start(catalogue.keep_fresh(self.settings.catalogue_refresh_minutes * 60.0))
        self._start(self._keep_house(db, files, worker))
        self._start(keep_asking(db, adapter, provider, catalogue.provider_id))
        self._start(keep_indexed(db, rows_for_gallery))
        log.info("studio.open", provider=provider.name, models=len(catalogue.models))

    def _picture_maker(
        self,
        db: Database,
        files: FileStore,
        adapter: Adapter,
        provider: Provider,
        board: Board,
        look_up: LookUp,
    ) -> PictureMaker:
        settings = self.settings
        rules = image_rules.limited(settings.images_at_once, settings.jobs_at_once_per_person)
        return PictureMaker(db, files, adapter, provider, board, look_up, rules=rules)

    def _video_maker(
        self, db: Database, files: FileStore, adapter: Adapter, provider: Provider, look_up: LookUp
    ) -> VideoMaker:
        fetching = Fetching(files, adapter, provider, self.settings.video_limit_bytes)
        patience = Patience(look_seconds=self.settings.video_poll_seconds)
        rules = video_rules.limited(self.settings.videos_at_once, self.settings.jobs_at_once_per_person)
        return VideoMaker(db, files, adapter, provider, fetching, look_up, patience, rules)

    def _keep_house(self, db: Database, files: FileStore, worker: Worker) -> Awaitable[None]:
        days = self.settings.jobs_kept_days
        return keep_house(db, files, jobs_kept_days=days, is_late=lambda: worker.is_late)

    def _open_database(self) -> tuple[Database, Provider]:
        settings = self.settings
        db = Database.open(
            settings.database_path, memory_limit_mb=settings.duckdb_memory_limit_mb, give_up=self.give_up
        )
        applied = migrate(db, MIGRATIONS)
        interrupted = recover(db)
        resumed = void_leases(db)
        if applied or interrupted or resumed:
            log.info(
                "studio.prepared",
                migrations=applied,
                interrupted_generations=interrupted,
                resumed_jobs=resumed,
            )
        provider = provider_from_settings(settings, settings.port)
        return db, replace(provider, id=providers.remember_provider(db, provider, now()))

    def _print_set_up(self, db: Database) -> None:
        """One plain line for the operator's eye, in a terminal and in a deployment's log alike."""
        token = ensure_setup_token(db)
        if token:
            print(f"Set up: {self.settings.public_url.rstrip('/')}/setup?token={token}", flush=True)

    def _start(self, work: Awaitable[None]) -> None:
        self._tasks.append(asyncio.ensure_future(work))

    async def close(self) -> None:
        """Running answers get a moment, then all is stored and the database closed with nothing left to replay."""
        self.give_up.set()
        for task in self._tasks:
            task.cancel()
        studio, self.studio = self.studio, None
        if studio is None:
            return
        await asyncio.gather(studio.engine.close(), studio.jobs.worker.close())
        # One of them may have failed: that must not keep the rest from being closed.
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await studio.adapter.close()
        await asyncio.to_thread(studio.desk.close)
        await asyncio.to_thread(studio.previews.close)
        await asyncio.to_thread(studio.db.close)
        log.info("studio.closed")
