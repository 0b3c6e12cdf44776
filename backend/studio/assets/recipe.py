"""The recipe: how something was made, as JSON that travels with it and makes it again."""

import hashlib
import json
import re
from dataclasses import asdict, dataclass, field
from typing import Any

from studio.errors import Invalid
from studio.generations.generation import Generation
from studio.moments import iso

FORMAT = "all-you-can-get/recipe"
VERSION = 1
BYTES_LIMIT = 2_000_000
PROMPT_LIMIT = 400_000
KINDS = ("text", "image", "video")
HASHES_LIMIT = 64

_SHA256 = re.compile(r"[0-9a-f]{64}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z", re.ASCII)
_MONEY = re.compile(r"\d{1,12}(\.\d{1,12})?", re.ASCII)
_PARAM_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}", re.ASCII)


class NewerRecipe(Invalid):
    code = "newer_recipe"
    text = "A newer version of the studio wrote that recipe, and this one cannot read it yet."
    field = "recipe"


@dataclass(frozen=True, slots=True)
class Recipe:
    """`params` are plain values by name; `input_hashes` say which files went in; money and moments as in the API."""

    kind: str
    model: str
    provider: str
    prompt: str
    params: dict[str, Any] = field(default_factory=dict)
    seed: int | None = None
    input_hashes: tuple[str, ...] = ()
    asked_at: str | None = None
    cost_usd: str | None = None
    is_simulated: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "version": VERSION,
            **asdict(self),
            "input_hashes": list(self.input_hashes),
        }

    def as_bytes(self) -> bytes:
        """JSON in UTF-8."""
        return json.dumps(self.as_json(), ensure_ascii=False, separators=(",", ":")).encode(
            "utf-8", "replace"
        )

    def digest(self) -> str:
        return hashlib.sha256(self.as_bytes()).hexdigest()[:16]


def recipe_of(generation: Generation) -> Recipe:
    """How this generation was asked for, and what it cost."""
    seed = generation.params.get("seed")
    cost = generation.outcome.cost_usd
    return Recipe(
        kind=generation.kind,
        model=generation.model,
        provider=generation.provider,
        prompt=generation.prompt,
        params=generation.params,
        seed=seed if isinstance(seed, int) and not isinstance(seed, bool) else None,
        input_hashes=tuple(generation.input_hashes),
        asked_at=iso(generation.asked_at),
        cost_usd=None if cost is None else format(cost, "f"),
        is_simulated=generation.is_simulated,
    )


def recipe_from(data: bytes) -> Recipe | None:
    """
    The recipe in these bytes, or None. It may come from anybody: every field is checked, the unknown is left out.

    Raises NewerRecipe for one of a version that is not known here.
    """
    if len(data) > BYTES_LIMIT:
        return None
    try:
        told = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        return None
    version = told.get("version")
    if isinstance(version, int) and version > VERSION:
        raise NewerRecipe
    if version != VERSION:
        return None
    kind, prompt = told.get("kind"), told.get("prompt")
    if kind not in KINDS or not isinstance(prompt, str) or len(prompt) > PROMPT_LIMIT:
        return None
    seed = told.get("seed")
    return Recipe(
        kind=kind,
        model=_text(told.get("model")),
        provider=_text(told.get("provider")),
        prompt=_whole_characters(prompt),
        params=_params(told.get("params")),
        seed=seed if _is_number(seed, int) else None,
        input_hashes=_hashes(told.get("input_hashes")),
        asked_at=_matching(_MOMENT, told.get("asked_at")),
        cost_usd=_matching(_MONEY, told.get("cost_usd")),
        is_simulated=told.get("is_simulated") is True,
    )


def _text(value: object, limit: int = 300) -> str:
    return _whole_characters(value)[:limit] if isinstance(value, str) else ""


def _whole_characters(text: str) -> str:
    """JSON can spell half a character, which nothing else can store."""
    return text.encode("utf-8", "replace").decode()


def _params(value: object) -> dict[str, Any]:
    """Plain values only; a setting that is a structure belongs to no model we know."""
    if not isinstance(value, dict) or len(value) > 100:
        return {}
    return {
        name: _whole_characters(each) if isinstance(each, str) else each
        for name, each in value.items()
        if _PARAM_NAME.fullmatch(name) and _is_plain(each)
    }


def _is_plain(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= PROMPT_LIMIT
    return value is None or isinstance(value, bool) or _is_number(value, (int, float))


def _is_number(value: object, kind: type | tuple[type, ...]) -> bool:
    if isinstance(value, bool) or not isinstance(value, kind):
        return False
    return abs(value) < 2**63  # type: ignore[arg-type]  # not for NaN and infinity either, which compare as false


def _hashes(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(each for each in value[:HASHES_LIMIT] if isinstance(each, str) and _SHA256.fullmatch(each))


def _matching(pattern: re.Pattern[str], value: object) -> str | None:
    return value if isinstance(value, str) and pattern.fullmatch(value) else None
