"""Which provider a studio starts with."""

from urllib.parse import urlsplit

from pydantic import SecretStr

from studio.config import Settings
from studio.providers.provider import Provider

OPENROUTER_URL = "https://openrouter.ai/api/v1"


def provider_from_settings(settings: Settings, own_port: int) -> Provider:
    """
    OpenRouter if there is a key for it, else the configured server, else the sandbox inside this very
    service.

    `own_port` is where this service listens; the sandbox is reached through it, like any other server.
    """
    if settings.openrouter_api_key is not None and settings.openrouter_api_key.get_secret_value().strip():
        return Provider("openrouter", "OpenRouter", "openrouter", OPENROUTER_URL, settings.openrouter_api_key)
    if settings.provider_base_url:
        return _configured(settings.provider_base_url, settings)
    address = f"http://127.0.0.1:{own_port}/sandbox/v1"
    # Any key will do, but no word of a sentence: the key in use is cut out of everything a provider says.
    return Provider("sandbox", "Sandbox", "sandbox", address, SecretStr("sk-sandbox"), is_simulated=True)


def _configured(base_url: str, settings: Settings) -> Provider:
    parts = urlsplit(base_url)
    host = parts.hostname or base_url
    if host == "openrouter.ai" or host.endswith(".openrouter.ai"):
        return Provider("openrouter", "OpenRouter", "openrouter", base_url, settings.provider_api_key)
    name = f"{host}:{parts.port}" if parts.port else host
    return Provider(
        "configured",
        name,
        "openai",
        base_url,
        settings.provider_api_key,
        image_models=settings.image_model_ids,
        video_models=settings.video_model_ids,
    )
