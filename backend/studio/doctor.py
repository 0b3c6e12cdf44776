"""What can be told about an installation from outside the running server."""

import asyncio
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace

import duckdb

from studio.assets.video import decoder
from studio.config import Settings
from studio.db import Database, GaveUpWaiting, MigrationRefused
from studio.db.migrate import read_migrations
from studio.paths import MIGRATIONS
from studio.providers import Adapter, Provider, ProviderError, provider_from_settings


@dataclass(frozen=True, slots=True)
class Finding:
    """`is_ok` is None where nothing can be said from here."""

    what: str
    is_ok: bool | None
    text: str


def examine(settings: Settings) -> Iterator[Finding]:
    """One finding after the other; nothing is changed, no database is made."""
    yield Finding("settings", True, f"complete; people open {settings.public_url}")
    yield _data_directory(settings)
    yield from _database(settings)
    yield _decoder()
    yield from asyncio.run(_provider(settings))


def _data_directory(settings: Settings) -> Finding:
    directory = settings.data_dir
    if not directory.is_dir():
        return Finding("data directory", False, f"{directory} does not exist; is the volume mounted?")
    try:
        with tempfile.TemporaryFile(dir=directory) as file:
            file.write(b"written")
            os.fsync(file.fileno())
    except OSError as error:
        return Finding("data directory", False, f"{directory} cannot be written: {error.strerror}")
    free = os.statvfs(directory)
    return Finding(
        "data directory", True, f"{directory}, {free.f_bavail * free.f_frsize // 2**20:,} MB are free"
    )


def _database(settings: Settings) -> Iterator[Finding]:
    if not settings.database_path.exists():
        yield Finding("database", None, "there is none yet; the server makes it when it starts")
        return
    try:
        with Database.open(
            settings.database_path, memory_limit_mb=settings.duckdb_memory_limit_mb, wait_seconds=0
        ) as db:
            yield Finding("database", True, f"opens, {db.stats.file_bytes // 2**20:,} MB")
            yield _migrations(db)
    except GaveUpWaiting:
        yield Finding("database", None, "a running server has it open; ask its /readyz")
    except duckdb.Error as error:
        yield Finding("database", False, f"does not open: {str(error).splitlines()[0]}")


def _migrations(db: Database) -> Finding:
    try:
        known = {migration.version: migration for migration in read_migrations(MIGRATIONS)}
    except MigrationRefused as error:
        return Finding("migrations", False, str(error))
    with db.read() as cursor:
        applied = cursor.execute("SELECT version, sha256 FROM schema_migrations").fetchall()
    strange = [
        version for version, sha256 in applied if version not in known or known[version].sha256 != sha256
    ]
    if strange:
        return Finding("migrations", False, f"the database was made by another version: {sorted(strange)}")
    waiting = len(known) - len(applied)
    return Finding(
        "migrations", True, f"{waiting} will be applied at the next start" if waiting else "all applied"
    )


def _decoder() -> Finding:
    can_open, told = decoder()
    return Finding(
        "videos", can_open, f"opened with PyAV {told}" if can_open else f"cannot be opened: {told}"
    )


async def _provider(settings: Settings) -> list[Finding]:
    provider = provider_from_settings(settings, settings.port)
    if provider.is_simulated:
        text = "the sandbox, which is part of the server; its answers are simulated"
        return [Finding("provider", None, text)]
    async with Adapter() as adapter:
        health = await adapter.check(provider)
        found = [Finding("provider", health.is_ok, health.text)]
        if health.is_ok and (provider.image_models or provider.video_models):
            found += await _named_models(adapter, provider)
    return found


async def _named_models(adapter: Adapter, provider: Provider) -> list[Finding]:
    """Whether the server lists the models that the settings name for pictures and for videos."""
    try:
        # Without the operator's word for it each of them is a model like others.
        cards = await adapter.list_models(replace(provider, image_models=(), video_models=()))
    except ProviderError as error:
        return [Finding("models", False, error.text)]
    listed = {card.id for card in cards}
    found = []
    for what, variable, ids in (
        ("image models", "AYCG_PROVIDER_IMAGE_MODELS", provider.image_models),
        ("video models", "AYCG_PROVIDER_VIDEO_MODELS", provider.video_models),
    ):
        strange = [model_id for model_id in ids if model_id not in listed]
        if strange:
            text = f"{variable} names {', '.join(strange)}, which {provider.name} does not list"
            found.append(Finding(what, False, text))
        elif ids:
            found.append(Finding(what, True, f"{provider.name} lists {', '.join(ids)}"))
    return found
