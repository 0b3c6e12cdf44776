"""The models that film: what each can be asked for, what it charges, and how long it takes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from studio.sandbox.catalogue import Model, prices
from studio.sandbox.films import sizes

FREE = prices("0", "0")  # what a film costs stands in `pricing_skus`, as on the real server
SIMULATED = "A simulated model: no key, no network."
FIRST, LAST = "first_frame", "last_frame"
WITH_SOUND, PLAIN = "duration_seconds_with_audio", "duration_seconds"


@dataclass(frozen=True, slots=True)
class FilmModel:
    """
    One model of `GET /videos/models`. None for a list or a flag is listed as null: not configurable.

    `rates` are USD for a second, by the names of `pricing_skus`; None says nothing about the price. `waits_seconds` and
    `seconds` are how long a job is pending and how long it takes in all.
    """

    listing: Model
    resolutions: tuple[str, ...] | None = ("480p",)
    ratios: tuple[str, ...] | None = ("16:9", "9:16", "1:1")
    sizes: tuple[str, ...] | None = None
    durations: tuple[int, ...] | None = (4,)
    frames: tuple[str, ...] | None = None
    has_sound: bool | None = False
    takes_seed: bool | None = False
    rates: dict[str, str] | None = None
    needs_first: bool = False
    takes_references: int = 0
    waits_seconds: float = 1.5
    seconds: float = 6.0

    @property
    def id(self) -> str:
        return self.listing.id

    def cost_usd(self, *, seconds: int, resolution: str, has_sound: bool) -> Decimal | None:
        """What a film costs; None when the price list does not say."""
        if self.rates is None:
            return None
        kinds = (WITH_SOUND, PLAIN) if has_sound else (PLAIN,)
        names = [name for kind in kinds for name in (f"{kind}_{resolution}", kind)]
        rate = next((self.rates[name] for name in names if name in self.rates), None)
        return None if rate is None else Decimal(rate) * seconds

    def as_json(self) -> dict[str, Any]:
        """The entry of `GET /videos/models` (provider docs, "Video models")."""
        listing = self.listing
        return {
            "id": self.id,
            "canonical_slug": f"{self.id}-20261001",
            "hugging_face_id": None,
            "name": listing.name,
            "created": listing.created,
            "description": listing.description,
            "supported_resolutions": _listed(self.resolutions),
            "supported_aspect_ratios": _listed(self.ratios),
            "supported_sizes": _listed(self.sizes),
            "supported_durations": _listed(self.durations),
            "supported_frame_images": _listed(self.frames),
            "supported_input_references": self.takes_references or None,
            "upscale_factor": None,
            "creativity": None,
            "generate_audio": self.has_sound,
            "seed": self.takes_seed,
            "pricing_skus": self.rates or {},
            "allowed_passthrough_parameters": [],
        }


def _listed(values: tuple[Any, ...] | None) -> list[Any] | None:
    return None if values is None else list(values)


def listing(name: str, title: str, description: str, created: int, *, takes_pictures: bool = True) -> Model:
    return Model(
        id=f"sandbox/{name}",
        name=f"Sandbox: {title}",
        description=description,
        created=created,
        pricing=FREE,
        inputs=("text", "image") if takes_pictures else ("text",),
        outputs=("video",),
        parameters=(),
    )


FILMER = FilmModel(
    listing=listing(
        "filmer",
        "Filmer",
        "Films landscapes, the sea, cities, forests and space from the words of the prompt, with sound; begins and "
        f"ends with your pictures or goes by three of them; has every setting. {SIMULATED}",
        1_790_899_100,
    ),
    resolutions=("480p", "720p", "1080p", "360p"),
    ratios=sizes.RATIOS,
    sizes=("854x480", "1280x720", "720x1280", "1920x1080"),
    durations=(4, 6, 8, 1, 2, 12),  # not sorted, as real lists are not
    frames=(FIRST, LAST),
    has_sound=True,
    takes_seed=True,
    rates={
        "duration_seconds_360p": "0.01",
        "duration_seconds_480p": "0.02",
        "duration_seconds_720p": "0.04",
        "duration_seconds_1080p": "0.08",
        "duration_seconds_with_audio_360p": "0.015",
        "duration_seconds_with_audio_480p": "0.03",
        "duration_seconds_with_audio_720p": "0.06",
        "duration_seconds_with_audio_1080p": "0.12",
    },
    takes_references=3,
    waits_seconds=2.0,
    seconds=8.0,
)
FLIPBOOK = FilmModel(
    listing=listing(
        "flipbook",
        "Flipbook",
        f"Short, small, silent and cheap: two seconds in 360p for a cent. No seed. {SIMULATED}",
        1_790_880_100,
        takes_pictures=False,
    ),
    resolutions=("360p",),
    ratios=("16:9", "1:1"),
    durations=(2, 3),
    has_sound=None,
    takes_seed=None,
    rates={"duration_seconds": "0.005"},
    waits_seconds=0.5,
    seconds=3.0,
)
ANIMATOR = FilmModel(
    listing=listing(
        "animator",
        "Animator",
        f"Brings a picture to life: needs a first frame, words are not needed. {SIMULATED}",
        1_790_870_100,
    ),
    resolutions=("480p", "720p"),
    ratios=("16:9", "9:16", "1:1", "4:3", "3:4"),
    durations=(3, 5),
    frames=(FIRST, LAST),
    has_sound=False,
    takes_seed=True,
    rates={"duration_seconds_480p": "0.03", "duration_seconds_720p": "0.05"},
    needs_first=True,
)
FILM_MODELS: tuple[FilmModel, ...] = (FILMER, FLIPBOOK, ANIMATOR)
