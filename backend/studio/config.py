"""What the operator may set, read once in main.py and passed down."""

import sys
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """
    Environment variables of the backend. Every field is named in docs/deployment/settings.md; a test compares.

    `data_dir` is never guessed: a deployment that forgot its volume must not write into a container layer.
    """

    model_config = SettingsConfigDict(env_prefix="AYCG_", frozen=True, extra="ignore", populate_by_name=True)

    port: int = Field(
        12015, validation_alias="PORT", ge=1, le=65535, description="port this service listens on"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", validation_alias="LOG_LEVEL", description="lowest level that is logged"
    )
    log_format: Literal["json", "console"] = Field(
        "json", validation_alias="LOG_FORMAT", description="json for machines, console for a terminal"
    )
    data_dir: Path = Field(description="directory of app.db and media/; must exist or be creatable")
    public_url: str = Field("http://127.0.0.1:12016", description="address people open; for links we print")
    registration: Literal["open", "invite", "closed"] = Field(
        "invite", description="who may create an account"
    )
    session_days: int = Field(30, ge=1, le=365, description="days until a session ends by itself")
    openrouter_api_key: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("OPENROUTER_API_KEY", "AYCG_OPENROUTER_API_KEY"),
        description="key of OpenRouter; if set, OpenRouter is the provider",
    )
    provider_base_url: str | None = Field(
        None,
        description="any OpenAI-compatible server, with its version segment, such as http://host:11434/v1",
    )
    provider_api_key: SecretStr | None = Field(None, description="key for provider_base_url, if it wants one")
    provider_image_models: str | None = Field(
        None,
        description="model ids that provider_base_url makes pictures with (OpenAI's endpoints), comma list",
    )
    provider_video_models: str | None = Field(
        None,
        description="model ids that provider_base_url makes videos with (OpenAI's endpoint), comma list",
    )
    duckdb_memory_limit_mb: int = Field(512, ge=64, description="most memory the database may use (MB)")
    upload_max_mb: int = Field(
        25, ge=1, le=1000, description="largest form with files (MB), everything in it together"
    )
    sandbox_ugly: bool = Field(False, description="list the sandbox's misbehaving models (for tests)")
    admins_see_prompts: bool = Field(
        False, description="whether administrators see other people's prompts in the list of jobs"
    )
    jobs_kept_days: int = Field(90, ge=1, description="days for which ended jobs are kept in the list")
    video_max_mb: int = Field(
        500, ge=1, le=100_000, description="size of the largest video that is fetched from a provider, in MB"
    )
    video_poll_seconds: float = Field(
        5.0, ge=0.01, le=60, description="shortest pause between two looks at a video that is being made"
    )
    images_at_once: int = Field(
        16, ge=1, le=100, description="requests for pictures that the provider works on at the same time"
    )
    videos_at_once: int = Field(
        200, ge=1, le=1000, description="videos that the provider makes at the same time"
    )
    jobs_at_once_per_person: int = Field(
        4, ge=1, le=1000, description="how many of either may be of the same person"
    )
    catalogue_refresh_minutes: int = Field(
        60, ge=1, description="minutes between refreshes of the model list"
    )

    @model_validator(mode="after")
    def _addresses(self) -> "Settings":
        for name in ("public_url", "provider_base_url"):
            value = getattr(self, name)
            if value is not None and not value.startswith(("http://", "https://")):
                raise ValueError(f"AYCG_{name.upper()} must begin with http:// or https://")
        if self.provider_api_key is not None and self.provider_base_url is None:
            raise ValueError("AYCG_PROVIDER_API_KEY is set but AYCG_PROVIDER_BASE_URL is not")
        for name in ("provider_image_models", "provider_video_models"):
            if getattr(self, name) is not None and self.provider_base_url is None:
                raise ValueError(f"AYCG_{name.upper()} is set but AYCG_PROVIDER_BASE_URL is not")
        return self

    @property
    def image_model_ids(self) -> tuple[str, ...]:
        """Those of provider_image_models, each once."""
        return _listed(self.provider_image_models)

    @property
    def video_model_ids(self) -> tuple[str, ...]:
        """Those of provider_video_models, each once."""
        return _listed(self.provider_video_models)

    @property
    def upload_limit_bytes(self) -> int:
        return self.upload_max_mb * 1_000_000

    @property
    def video_limit_bytes(self) -> int:
        return self.video_max_mb * 1_000_000

    @property
    def database_path(self) -> Path:
        return self.data_dir / "app.db"


def read_settings() -> Settings:
    """The settings from the environment; empty variables count as not set. Ends the process with one list if wrong."""
    try:
        return Settings(_env_ignore_empty=True)
    except ValidationError as error:
        print("The backend cannot start; these settings are missing or wrong:", file=sys.stderr)
        for problem in error.errors():
            print(f"  - {_variable(problem['loc'])}: {problem['msg']}", file=sys.stderr)
        raise SystemExit(2) from None


def _listed(text: str | None) -> tuple[str, ...]:
    words = (word.strip() for word in (text or "").split(","))
    return tuple(dict.fromkeys(word for word in words if word))


def _variable(location: tuple[int | str, ...]) -> str:
    if not location:
        return "settings"
    name = str(location[0])
    return name if name.isupper() else f"AYCG_{name.upper()}"
