"""Which server is spoken to, and how its addresses are made."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import SplitResult, urljoin, urlsplit
from uuid import UUID

from pydantic import SecretStr

Kind = Literal["openrouter", "openai", "sandbox"]

_USUAL_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Provider:
    """
    One server. `base_url` already ends in its version segment, such as `http://host:11434/v1`.

    `kind` says which extras the server has beyond OpenAI's: `openrouter` and `sandbox` tell costs and have
    `/key` and `/generation`; `openai` is every other server. `name` is what people read in sentences.
    """

    id: UUID | str
    name: str
    kind: Kind
    base_url: str
    api_key: SecretStr | None = None
    is_simulated: bool = False
    image_models: tuple[str, ...] = ()  # behind OpenAI's image endpoints, as the operator says
    video_models: tuple[str, ...] = ()  # behind OpenAI's endpoint for videos, as the operator says

    @property
    def has_openrouter_extras(self) -> bool:
        return self.kind in ("openrouter", "sandbox")

    @property
    def lists_videos(self) -> bool:
        """Whether `GET /videos` may tell which videos there are: in OpenAI's protocol, and not at OpenRouter."""
        return self.kind != "openrouter"

    @property
    def key_text(self) -> str | None:
        """The bare key, for the one header it belongs in. A newline from an environment file is not part of it."""
        return (self.api_key.get_secret_value().strip() or None) if self.api_key else None

    def url(self, path: str) -> str:
        return self.base_url.strip().rstrip("/") + path

    def own_url(self, current: str, link: str) -> str | None:
        """`link`, as found on the page `current`, made absolute; None if it leaves this provider's origin."""
        try:
            target = urljoin(current, link)
            return target if origin(target) == origin(self.base_url.strip()) else None
        except ValueError:
            return None


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port. Raises ValueError for an address that has none."""
    parts: SplitResult = urlsplit(url)
    if parts.scheme not in _USUAL_PORTS or not parts.hostname:
        raise ValueError("not an http address")
    return parts.scheme, parts.hostname, parts.port or _USUAL_PORTS[parts.scheme]
