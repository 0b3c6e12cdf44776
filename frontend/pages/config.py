"""What the operator may set, read once in main.py and passed down."""

import sys
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Environment variables of the frontend. Every field is named in docs/deployment/settings.md; a test compares."""

    model_config = SettingsConfigDict(env_prefix="AYCG_", frozen=True, extra="ignore", populate_by_name=True)

    port: int = Field(
        12016, validation_alias="PORT", ge=1, le=65535, description="port this service listens on"
    )
    backend_url: str = Field(
        validation_alias="BACKEND_URL",
        description="where the backend listens, such as http://127.0.0.1:12015",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", validation_alias="LOG_LEVEL", description="lowest level that is logged"
    )
    log_format: Literal["json", "console"] = Field(
        "json", validation_alias="LOG_FORMAT", description="json for machines, console for a terminal"
    )
    trusted_proxies: int = Field(
        1,
        ge=0,
        le=8,
        description="reverse proxies in front, whose X-Forwarded-* are believed; 0 when there is none",
    )
    server_threads: int = Field(
        512, ge=8, description="threads of the server (its --blocking-threads); streams may use 80 % of them"
    )

    @field_validator("backend_url")
    @classmethod
    def _is_an_origin(cls, value: str) -> str:
        parts = urlsplit(value)
        if (
            parts.scheme not in ("http", "https")
            or not parts.hostname
            or parts.path.strip("/")
            or parts.query
        ):
            raise ValueError("must look like http://host:12015, with no path")
        parts.port  # noqa: B018  reading it raises ValueError when it is no number
        return value.rstrip("/")


def read_settings() -> Settings:
    """The settings from the environment; empty variables count as not set. Ends the process with one list if wrong."""
    try:
        return Settings(_env_ignore_empty=True)
    except ValidationError as error:
        print("The frontend cannot start; these settings are missing or wrong:", file=sys.stderr)
        for problem in error.errors():
            print(f"  - {_variable(problem['loc'])}: {problem['msg']}", file=sys.stderr)
        raise SystemExit(2) from None


def _variable(location: tuple[int | str, ...]) -> str:
    if not location:
        return "settings"
    name = str(location[0])
    return name if name.isupper() else f"AYCG_{name.upper()}"
