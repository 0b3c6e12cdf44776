"""Films over HTTP: begun, asked after, fetched; and the same after the process was gone."""

import base64
import io
import json
import math
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import av
import httpx
import pytest
from PIL import Image
from studio.sandbox.app import create_sandbox

from tests.support.films import boxes
from tests.support.sandbox import KEY, served
from tests.support.waiting import until

NOW = 1_790_000_000
TINY = {"model": "sandbox/video-tiny", "prompt": "the sea", "size": "128x72", "duration": 1, "seed": 5}


class Clock:
    def __init__(self) -> None:
        self.seconds = float(NOW)

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture(scope="module")
def quick() -> Iterator[httpx.Client]:
    """A sandbox that never waits for anything but the filming itself."""
    with (
        served(create_sandbox(speed=math.inf)) as base,
        httpx.Client(base_url=base, headers=KEY, timeout=20) as client,
    ):
        yield client


def begin(client: httpx.Client, **wish: Any) -> httpx.Response:
    return client.post("/videos", json={**TINY, **wish})


def ended(client: httpx.Client, job_id: str) -> dict[str, Any]:
    def poll() -> dict[str, Any] | None:
        told: dict[str, Any] = client.get(f"/videos/{job_id}").json()
        return told if told["status"] not in ("pending", "in_progress") else None

    found: dict[str, Any] = until(poll, seconds=30)
    return found


def film(client: httpx.Client, **wish: Any) -> bytes:
    told = ended(client, begin(client, **wish).json()["id"])
    return client.get(told["unsigned_urls"][0]).content


def frames(data: bytes) -> list[Image.Image]:
    with av.open(io.BytesIO(data)) as opened:
        return [frame.to_image() for frame in opened.decode(video=0)]


def data_url(colour: tuple[int, int, int], size: tuple[int, int] = (64, 36)) -> str:
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


def frame_image(kind: str, colour: tuple[int, int, int], **more: Any) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": data_url(colour, **more)}, "frame_type": kind}


def error(answer: httpx.Response) -> dict[str, Any]:
    found: dict[str, Any] = answer.json()["error"]
    return found


class TestList:
    def test_it_shows_what_was_asked_for_the_newest_first(self) -> None:
        with (
            served(create_sandbox(speed=math.inf)) as base,
            httpx.Client(base_url=base, headers=KEY, timeout=20) as client,
        ):
            names = [begin(client, prompt=f"The sea {number}").json()["id"] for number in range(3)]

            whole = client.get("/videos").json()
            first = client.get("/videos", params={"limit": 2}).json()
            rest = client.get("/videos", params={"limit": 2, "after": first["last_id"]}).json()

        assert [each["id"] for each in whole["data"]] == names[::-1]
        assert {k: whole["data"][0][k] for k in ("object", "model", "prompt", "seconds", "size")} == {
            "object": "video",
            "model": "sandbox/video-tiny",
            "prompt": "The sea 2",
            "seconds": "1",
            "size": "128x72",
        }
        assert [page["has_more"] for page in (whole, first, rest)] == [False, True, False]
        assert [each["id"] for each in first["data"] + rest["data"]] == names[::-1]

    def test_a_strange_question_is_refused(self, quick: httpx.Client) -> None:
        for query in ({"limit": "0"}, {"limit": "many"}, {"limit": "101"}, {"order": "random"}):
            assert quick.get("/videos", params=query).status_code == 400


class TestSubmission:
    def test_nobody_films_without_a_key(self, quick: httpx.Client) -> None:
        for method, path in (
            ("POST", ""),
            ("GET", ""),
            ("GET", "/gen-vid-1-A"),
            ("GET", "/gen-vid-1-A/content"),
        ):
            assert httpx.request(method, f"{quick.base_url}/videos{path}", json=TINY).status_code == 401

    def test_the_answer_is_as_captured(self, quick: httpx.Client) -> None:
        answer = begin(quick)
        told = answer.json()

        assert answer.status_code == 202
        assert list(told) == ["id", "polling_url", "status"]
        assert told["id"].startswith("gen-vid-")
        assert told["polling_url"] == f"{quick.base_url}/videos/{told['id']}"
        assert told["status"] == "pending"
        assert answer.headers["x-generation-id"] == told["id"]
        assert "content-length" not in answer.headers

    @pytest.mark.parametrize(
        ("wish", "named"),
        [
            (
                {"duration": 7},
                "duration '7' is not supported by sandbox/video-tiny. Supported values: 1, 2, 4",
            ),
            ({"duration": "1"}, None),
            ({"duration": True}, "duration 'True'"),
            ({"size": None, "resolution": "8K"}, "resolution '8K'"),
            ({"size": None, "aspect_ratio": "7:13"}, "aspect_ratio '7:13'"),
            ({"size": "9999x9999"}, "size '9999x9999'"),
            ({"frame_images": [frame_image("middle_frame", (1, 2, 3))]}, "frame_type 'middle_frame'"),
        ],
    )
    def test_what_the_model_has_not_is_refused_with_what_it_has(
        self, quick: httpx.Client, wish: dict[str, Any], named: str | None
    ) -> None:
        answer = begin(quick, **wish)

        assert answer.status_code == 400
        assert error(answer)["metadata"]["failed_routing_step"] == "Validate Video Parameters"
        assert (named or "duration") in error(answer)["message"]

    @pytest.mark.parametrize(
        ("wish", "message"),
        [
            ({"prompt": " "}, "prompt is required"),
            ({"previous_job_id": "gen-vid-1"}, "previous_job_id"),
            ({"model": "sandbox/none"}, "sandbox/none is not a valid model ID"),
            ({"model": "sandbox/flipbook", "size": None, "duration": 2}, "does not support seed"),
            ({"model": "sandbox/animator", "size": None, "duration": 3}, "needs a first_frame"),
            ({"seed": -1}, "seed must be"),
            ({"input_references": [{"type": "image_url"}]}, "does not take input references"),
            (
                {
                    "frame_images": [
                        {**frame_image("first_frame", (1, 2, 3)), "image_url": {"url": "https://x/y"}}
                    ]
                },
                "data URLs",
            ),
        ],
    )
    def test_other_mistakes_have_a_sentence_too(
        self, quick: httpx.Client, wish: dict[str, Any], message: str
    ) -> None:
        answer = begin(quick, **wish)

        assert answer.status_code == 400
        assert message in error(answer)["message"]

    def test_a_body_that_is_no_object_is_refused(self, quick: httpx.Client) -> None:
        assert quick.post("/videos", content=b"[1]").status_code == 400
        assert quick.post("/videos", content=b"{").status_code == 400


class TestLife:
    def test_pending_then_in_progress_then_completed(self, tmp_path: Path) -> None:
        clock = Clock()
        with (
            served(create_sandbox(now=clock, directory=tmp_path)) as base,
            httpx.Client(base_url=base, headers=KEY) as client,
        ):
            job_id = begin(client).json()["id"]
            first = client.get(f"/videos/{job_id}").json()
            clock.seconds += 1.5
            second = client.get(f"/videos/{job_id}").json()
            too_early = client.get(f"/videos/{job_id}/content")
            clock.seconds += 2
            last = ended(client, job_id)
            clock.seconds += 7 * 3600
            gone = client.get(f"/videos/{job_id}/content")
            begin(client)

            assert (first["status"], second["status"], last["status"]) == (
                "pending",
                "in_progress",
                "completed",
            )
            assert too_early.status_code == 409
            assert last["usage"] == {"cost": 0.02, "is_byok": False}
            assert last["generation_id"] == job_id
            assert gone.status_code == 410
            assert not (tmp_path / f"{job_id}.mp4").exists()

    def test_a_job_goes_on_after_its_process_was_gone(self, tmp_path: Path) -> None:
        """What a killed process leaves is the job's file and perhaps a part; the next process needs no more."""
        with (
            served(create_sandbox(directory=tmp_path / "one", speed=math.inf)) as base,
            httpx.Client(base_url=base, headers=KEY) as client,
        ):
            job_id = begin(client).json()["id"]
            before = ended(client, job_id)
            made = client.get(before["unsigned_urls"][0]).content
        (tmp_path / "two").mkdir()
        told = json.loads((tmp_path / "one" / f"{job_id}.json").read_text())
        (tmp_path / "two" / f"{job_id}.json").write_text(json.dumps(told))
        (tmp_path / "two" / "0123.part").write_bytes(b"half")

        with (
            served(create_sandbox(directory=tmp_path / "two", speed=math.inf)) as base,
            httpx.Client(base_url=base, headers=KEY) as client,
        ):
            after = ended(client, job_id)
            again = client.get(after["unsigned_urls"][0]).content

            assert after["usage"] == before["usage"]
            assert again == made

    def test_the_books_know_the_film_even_then(self, quick: httpx.Client) -> None:
        job_id = begin(quick).json()["id"]
        ended(quick, job_id)

        answers = [quick.get("/generation", params={"id": job_id}) for _ in range(3)]

        assert [answer.status_code for answer in answers] == [404, 404, 200]
        facts = answers[-1].json()["data"]
        assert (facts["api_type"], facts["model"], facts["total_cost"]) == ("video", TINY["model"], 0.02)
        assert facts["num_media_completion"] == 1

    @pytest.mark.parametrize(
        "job_id", ["gen-vid-1-AAAA", "nonsense", "..%2f..%2fetc%2fpasswd", "gen-vid-..%2fx"]
    )
    def test_what_never_was_is_not_found(self, quick: httpx.Client, job_id: str) -> None:
        for path in (f"/videos/{job_id}", f"/videos/{job_id}/content"):
            answer = quick.get(path)

            assert answer.status_code == 404

    def test_a_job_whose_file_is_damaged_is_not_found(self, tmp_path: Path) -> None:
        with (
            served(create_sandbox(directory=tmp_path, speed=math.inf)) as base,
            httpx.Client(base_url=base, headers=KEY) as client,
        ):
            (tmp_path / "gen-vid-1-AAAA.json").write_text('{"id": "gen-vid-1')

            assert client.get("/videos/gen-vid-1-AAAA").status_code == 404

    def test_a_job_that_cannot_be_kept_is_not_begun(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("no directory")
        with (
            served(create_sandbox(directory=tmp_path / "file")) as base,
            httpx.Client(base_url=base, headers=KEY) as client,
        ):
            assert begin(client).status_code == 503


class TestContent:
    def test_the_film_is_whole_whatever_part_is_asked_for(self, quick: httpx.Client) -> None:
        told = ended(quick, begin(quick).json()["id"])

        answer = quick.get(told["unsigned_urls"][0], headers={"Range": "bytes=0-9"})

        assert answer.status_code == 200
        assert answer.headers["content-type"] == "video/mp4"
        assert "content-length" not in answer.headers
        assert sum(len(whole) for _, whole in boxes(answer.content)) == len(answer.content)

    def test_an_index_out_of_range_is_told(self, quick: httpx.Client) -> None:
        told = ended(quick, begin(quick).json()["id"])

        answer = quick.get(f"/videos/{told['id']}/content?index=5")

        assert answer.status_code == 400
        assert error(answer)["message"] == "Video index 5 out of range (1 videos available)"

    def test_another_seed_is_another_film(self, quick: httpx.Client) -> None:
        one, two, other = film(quick), film(quick), film(quick, seed=6)

        assert one == two
        assert one != other

    def test_it_begins_with_the_first_frame_and_ends_with_the_last(self, quick: httpx.Client) -> None:
        red, blue = (200, 40, 40), (30, 60, 190)
        pictures = [frame_image("first_frame", red), frame_image("last_frame", blue)]

        seen = frames(film(quick, frame_images=pictures))

        for picture, colour in ((seen[0], red), (seen[-1], blue)):
            for place in ((4, 4), (64, 36), (120, 66)):
                found = picture.getpixel(place)
                assert all(abs(a - b) < 8 for a, b in zip(found, colour, strict=True))  # type: ignore[arg-type]

    def test_the_shape_follows_the_first_frame(self, quick: httpx.Client) -> None:
        picture = frame_image("first_frame", (9, 99, 9), size=(36, 64))

        seen = frames(film(quick, size=None, resolution="360p", frame_images=[picture]))

        assert seen[0].size == (360, 640)


class TestListing:
    def test_the_models_are_listed_with_what_they_take(self, quick: httpx.Client) -> None:
        filmer, flipbook, animator = httpx.get(f"{quick.base_url}/videos/models").json()["data"]

        assert filmer["id"] == "sandbox/filmer"
        assert filmer["supported_durations"] == [4, 6, 8, 1, 2, 12]
        assert filmer["supported_frame_images"] == ["first_frame", "last_frame"]
        assert Decimal(filmer["pricing_skus"]["duration_seconds_with_audio_1080p"]) == Decimal("0.12")
        assert (flipbook["seed"], flipbook["generate_audio"], flipbook["supported_sizes"]) == (
            None,
            None,
            None,
        )
        assert animator["generate_audio"] is False

    def test_each_takes_as_many_references_as_it_lists_and_no_more(
        self, quick: httpx.Client, client: httpx.Client
    ) -> None:
        entries = client.get("/videos/models").json()["data"]
        listed = {entry["id"]: entry["supported_input_references"] for entry in entries}
        reference = {"type": "image_url", "image_url": {"url": data_url((1, 2, 3))}}
        filmer = {"model": "sandbox/filmer", "size": "854x480"}

        taken = begin(quick, **filmer, input_references=[reference] * 3)
        many = begin(quick, **filmer, input_references=[reference] * 4)
        others = {
            model: begin(quick, model=model, size=None, input_references=[reference])
            for model in ("sandbox/flipbook", "sandbox/animator", "sandbox/video-tiny")
        }

        assert listed.pop("sandbox/filmer") == 3
        assert set(listed.values()) == {None}
        assert (taken.status_code, many.status_code) == (202, 400)
        assert "takes 3 input references at most" in error(many)["message"]
        assert {answer.status_code for answer in others.values()} == {400}

    def test_they_are_models_of_video_output_only(self, quick: httpx.Client) -> None:
        def ids(query: str) -> set[str]:
            return {model["id"] for model in quick.get(f"/models{query}").json()["data"]}

        assert ids("?output_modalities=video") == {"sandbox/filmer", "sandbox/flipbook", "sandbox/animator"}
        assert "sandbox/filmer" not in ids("")

    def test_the_misbehaving_ones_are_listed_only_where_they_are_wanted(
        self, quick: httpx.Client, client: httpx.Client
    ) -> None:
        assert not [m for m in quick.get("/videos/models").json()["data"] if "video-" in m["id"]]

        listed = {model["id"]: model for model in client.get("/videos/models").json()["data"]}

        assert listed["sandbox/video-plain"]["supported_durations"] is None
        assert listed["sandbox/video-unpriced"]["pricing_skus"] == {}
