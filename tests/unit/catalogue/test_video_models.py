"""The models that make videos: a third list that fails alone, null means not to be chosen, prices by the second."""

from decimal import Decimal
from typing import Any

import pytest
from studio.catalogue import store
from studio.catalogue.catalogue import Catalogue
from studio.catalogue.video_estimate import estimate_video
from studio.db import Database
from studio.providers import UpstreamUnavailable, VideoSettings, video_pricing_of

from tests.support.models import model
from tests.support.scripted_server import ScriptedServer, answer

TALKER = {"id": "acme/talks", "architecture": {"output_modalities": ["text"]}}
FILMER = {
    "id": "acme/video-1",
    "name": "Acme: Video 1",
    "supported_resolutions": ["480p", "720p"],
    "supported_aspect_ratios": ["16:9", "9:16"],
    "supported_sizes": ["1280x720"],
    "supported_durations": [8, 4, 6, 0, "9", True],
    "supported_frame_images": ["last_frame", "first_frame", "third_frame"],
    "generate_audio": True,
    "seed": False,
    "pricing_skus": {"duration_seconds_480p": "0.05", "duration_seconds_720p": "0.1", "odd": "-1"},
}
SILENT = {
    "id": "acme/video-0",
    "supported_resolutions": None,
    "supported_aspect_ratios": None,
    "supported_sizes": None,
    "supported_durations": None,
    "supported_frame_images": None,
    "generate_audio": None,
    "seed": None,
    "pricing_skus": None,
}
KNOWN = VideoSettings(
    durations=(4, 6, 8),
    resolutions=("480p", "720p"),
    aspect_ratios=("16:9", "9:16"),
    sizes=("1280x720",),
    frames=("first_frame", "last_frame"),
    has_audio=True,
)


def lists(
    server: ScriptedServer, *videos: dict[str, Any], texts: tuple[dict[str, Any], ...] = (TALKER,)
) -> None:
    server.always("/v1/models", answer(200, {"data": list(texts)}))
    server.always("/v1/videos/models", answer(200, {"data": list(videos)}))


@pytest.mark.anyio
async def test_a_video_model_has_its_settings_and_prices_and_survives_a_restart(
    catalogue: Catalogue, db: Database, server: ScriptedServer
) -> None:
    lists(server, FILMER, SILENT)

    await catalogue.refresh()

    filmer, silent = catalogue.get("acme/video-1"), catalogue.get("acme/video-0")
    assert (filmer.kinds, filmer.can_see, silent.kinds, silent.can_see) == (["video"], True, ["video"], False)
    assert filmer.video_settings == KNOWN
    assert filmer.video_pricing == {
        "duration_seconds_480p": Decimal("0.05"),
        "duration_seconds_720p": Decimal("0.1"),
        "odd": None,
    }
    assert (silent.video_settings, silent.video_pricing) == (VideoSettings(), {})
    assert store.list_models(db, catalogue.provider_id) == list(catalogue.models)
    assert catalogue.video_models() == [filmer, silent]
    assert catalogue.default_video_model() == filmer
    assert catalogue.search("video-1", kind="video") == [filmer]
    assert catalogue.text_models() == [catalogue.get("acme/talks")]
    assert filmer.as_json()["video_settings"]["durations"] == [4, 6, 8]


@pytest.mark.anyio
async def test_a_list_of_videos_that_fails_leaves_them_as_they_were(
    catalogue: Catalogue, server: ScriptedServer
) -> None:
    lists(server, FILMER)
    await catalogue.refresh()
    server.always("/v1/videos/models", answer(500, {"error": {"message": "no"}}))
    server.always("/v1/models", answer(200, {"data": [TALKER, {"id": "acme/new"}]}))

    with pytest.raises(UpstreamUnavailable):
        await catalogue.refresh()

    assert [model.id for model in catalogue.models] == ["acme/talks", "acme/new", "acme/video-1"]
    assert catalogue.get("acme/video-1").video_settings == KNOWN


@pytest.mark.anyio
async def test_a_list_of_texts_that_fails_leaves_fresh_videos(
    catalogue: Catalogue, server: ScriptedServer
) -> None:
    lists(server, SILENT)
    await catalogue.refresh()
    lists(server, FILMER)
    server.always("/v1/models", answer(500, {"error": {"message": "no"}}))

    with pytest.raises(UpstreamUnavailable):
        await catalogue.refresh()

    assert [model.id for model in catalogue.models] == ["acme/talks", "acme/video-1"]


@pytest.mark.parametrize(
    ("skus", "settings", "worst", "likely"),
    [
        ({"duration_seconds": "0.05"}, {"duration": 4}, "0.2", "0.2"),
        ({"duration_seconds": "0.05"}, {}, "0.4", "0.2"),  # up to eight seconds, usually four
        ({"duration_seconds_720p": "0.1"}, {"duration": 4, "resolution": "720p"}, "0.4", "0.4"),
        ({"duration_seconds_720p": "0.1"}, {"duration": 4, "resolution": "480p"}, None, None),
        ({"duration_seconds_720p": "0.1"}, {"duration": 4, "size": "720x1280"}, "0.4", "0.4"),
        (
            {"duration_seconds_480p": "0.05", "duration_seconds_720p": "0.1"},
            {"duration": 4},
            "0.4",
            "0.2",
        ),
        (
            {"duration_seconds_with_audio": "0.3", "duration_seconds_without_audio": "0.1"},
            {"duration": 4, "generate_audio": False},
            "0.4",
            "0.4",
        ),
        (
            {"duration_seconds_with_audio": "0.3", "duration_seconds_without_audio": "0.1"},
            {"duration": 4},  # left out, it is the model's own choice, and this one has sound
            "1.2",
            "1.2",
        ),
        ({"cents_per_second_output_720p": "5"}, {"duration": 4}, "0.2", "0.2"),
        ({"cents_per_video_output_second_480p": "5"}, {"duration": 6}, "0.3", "0.3"),
        ({"per-video-second-720p": "0.1"}, {"duration": 4, "resolution": "720p"}, "0.4", "0.4"),
        (
            {"cents_per_second_output": "5", "minimum_cents_per_generation": "50"},
            {"duration": 4},
            "0.5",
            "0.5",
        ),
        ({"video_tokens": "0.0000035"}, {"duration": 4}, None, None),
        ({"duration_seconds": "0.05", "video_tokens": "0.0000035"}, {"duration": 4}, None, "0.2"),
        (
            {"duration_seconds": "0.05", "cents_per_second_video_continuation": "90"},
            {"duration": 4},
            "0.2",
            "0.2",
        ),
        ({"duration_seconds": "-1"}, {"duration": 4}, None, None),
        ({}, {"duration": 4}, None, None),
    ],
)
def test_a_video_costs_so_much_for_a_second(
    skus: dict[str, str], settings: dict[str, Any], worst: str | None, likely: str | None
) -> None:
    found = estimate_video(model(video_settings=KNOWN, video_pricing=video_pricing_of(skus)), settings)

    expected = tuple(None if text is None else Decimal(text) for text in (worst, likely))
    assert (found.worst_usd, found.likely_usd) == expected


def test_what_it_begins_with_counts() -> None:
    priced = model(
        video_settings=KNOWN,
        video_pricing={
            "text_to_video_duration_seconds": Decimal("0.1"),
            "image_to_video_duration_seconds": Decimal("0.2"),
            "cents_per_image_input": Decimal("3"),
        },
    )

    assert estimate_video(priced, {"duration": 4}).worst_usd == Decimal("0.4")
    assert estimate_video(priced, {"duration": 4}, frames=2).worst_usd == Decimal("0.86")


def test_without_a_length_nothing_bounds_the_cost() -> None:
    priced = model(video_settings=VideoSettings(), video_pricing={"duration_seconds": Decimal("0.1")})

    found = estimate_video(priced, {})

    assert (found.worst_usd, found.likely_usd) == (None, None)
