"""The operator's command: `python -m studio …` in the backend's folder, with the settings of the server."""

from typing import Annotated

import typer

from studio import doctor as examination
from studio.accounts.client import Client
from studio.accounts.desk import Desk
from studio.accounts.person import Role
from studio.accounts.registration import Wish
from studio.accounts.registration import add_person as add
from studio.config import Settings, read_settings
from studio.db import Database, GaveUpWaiting, migrate
from studio.errors import StudioError
from studio.log import set_up_logging
from studio.moments import now
from studio.paths import MIGRATIONS

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)


@app.command()
def doctor() -> None:
    """Check settings, data directory, database, migrations and provider; exit code 1 if something is wrong."""
    settings = _settings()
    findings = []
    for finding in examination.examine(settings):
        findings.append(finding)
        mark = {True: "ok  ", False: "BAD ", None: "  – "}[finding.is_ok]
        typer.echo(f"{mark} {finding.what}: {finding.text}")
    if any(finding.is_ok is False for finding in findings):
        raise typer.Exit(1)


@app.command()
def create_admin(
    email: Annotated[str, typer.Option(prompt="E-mail")],
    password: Annotated[
        str,
        typer.Option(prompt=True, hide_input=True, confirmation_prompt=True, envvar="AYCG_ADMIN_PASSWORD"),
    ],
    name: Annotated[str, typer.Option(help="as others see it")] = "",
) -> None:
    """Make an administrator, such as after the last one lost the password. The server must be stopped meanwhile."""
    settings = _settings()
    try:
        with Database.open(
            settings.database_path, memory_limit_mb=settings.duckdb_memory_limit_mb, wait_seconds=0
        ) as db:
            migrate(db, MIGRATIONS)
            account = add(
                db,
                Desk(),
                Wish(email, password, name),
                role=Role.ADMIN,
                by=None,
                client=Client(),
                moment=now(),
            )
    except GaveUpWaiting:
        typer.echo(
            "The server is running and owns the database. Stop it, run this again, start it.", err=True
        )
        raise typer.Exit(1) from None
    except StudioError as error:
        typer.echo(error.text, err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{account.email} is an administrator now.")


def _settings() -> Settings:
    settings = read_settings()
    set_up_logging("warning", "console")
    return settings


if __name__ == "__main__":
    app(prog_name="python -m studio")
