"""From a wish over the API to a file in the gallery, and every way in which a provider can spoil it."""

from typing import Any
from uuid import UUID

import pytest
from studio.assets import assets as sending

from tests.support.filming import SMALL, TINY, Film
from tests.support.waiting import until


def test_a_video_is_made_kept_and_found(film: Film) -> None:
    asked = film.ask(film.alice, "A harbour at dusk")
    assert (asked["state"], asked["assets"]) == ("waiting", [])

    made = film.ended(film.alice, asked["id"])

    assert (made["state"], made["reason"], made["message"]) == ("done", None, None)
    assert made["cost_usd"] == "0.020000000"
    (asset,) = made["assets"]
    assert (asset["media_type"], asset["width_px"], asset["height_px"]) == ("video/mp4", 128, 72)
    assert asset["duration_seconds"] == pytest.approx(1, abs=0.2)
    middle = film.alice.get(asset["url"], headers={"Range": f"bytes={asset['bytes'] // 2}-"})
    assert (middle.status_code, len(middle.content)) == (206, asset["bytes"] - asset["bytes"] // 2)
    poster = film.alice.get(asset["thumbnail_url"])
    assert (poster.status_code, poster.headers["content-type"].split("/")[0]) == (200, "image")
    found = film.alice.get("/api/gallery", params={"q": "harbour dusk", "kind": "video"}).json()["items"]
    assert [item["asset_id"] for item in found] == [asset["id"]]
    assert film.has_heard("A harbour at dusk") and len(film.submissions(prompt="A harbour at dusk")) == 1


def test_what_was_chosen_is_sent_and_nothing_else(film: Film) -> None:
    asked = film.ask(film.alice, "Exactly so", params={**SMALL, "generate_audio": False, "seed": 7})
    film.ended(film.alice, asked["id"])

    (sent,) = film.submissions(prompt="Exactly so")
    assert sent["body"] == {
        "model": TINY,
        "prompt": "Exactly so",
        **SMALL,
        "generate_audio": False,
        "seed": 7,
    }


def test_a_seed_is_drawn_for_a_model_that_takes_one(film: Film) -> None:
    asked = film.ask(film.alice, "By chance", params=SMALL)

    assert isinstance(asked["params"]["seed"], int)
    film.ended(film.alice, asked["id"])


def test_it_begins_and_ends_with_pictures(film: Film) -> None:
    first, last = film.keep_picture(film.alice, "red"), film.keep_picture(film.alice, "blue")

    asked = film.ask(film.alice, "From red to blue", input_asset_ids=[first, last])

    assert film.ended(film.alice, asked["id"])["state"] == "done"
    assert asked["params"]["input_roles"] == "first_frame,last_frame"
    (sent,) = film.submissions(prompt="From red to blue")
    assert [frame["frame_type"] for frame in sent["body"]["frame_images"]] == ["first_frame", "last_frame"]
    assert "input_roles" not in sent["body"]


@pytest.mark.parametrize(
    ("how", "state", "reason"),
    [
        # the life of a job
        ("jumps", "done", None),
        ("skips", "done", None),
        ("unknown-state", "done", None),
        ("openai", "done", None),
        # how it ends
        ("fails", "failed", "provider_failed"),
        ("fails-silently", "failed", "provider_failed"),
        ("cancelled", "failed", "provider_cancelled"),
        ("expired", "failed", "provider_expired"),
        ("no-urls", "done", None),
        # where it is
        ("relative-url", "done", None),
        ("foreign-url", "done", None),
        # the download
        ("expired-link", "failed", "content_expired"),
        ("lost-film", "failed", "content_expired"),
        ("early", "done", None),
        ("content-502", "done", None),
        ("half", "done", None),
        ("truncated", "failed", "video_damaged"),
        ("html", "failed", "upstream_malformed"),
        ("html-as-video", "failed", "upstream_malformed"),
        ("wrong-type", "done", None),
        ("junk", "failed", "not_a_video"),
        ("empty", "failed", "upstream_malformed"),
        ("huge", "failed", "upstream_too_large"),
        ("huge-declared", "failed", "upstream_too_large"),
        ("signed-expired", "done", None),
        # the polls
        ("5xx", "done", None),
        ("busy", "done", None),
        ("vanishes", "failed", "vanished"),
        ("poll-html", "done", None),
        # the submission
        ("lost-answer", "done", None),
        ("html-answer", "done", None),
        ("no-id", "done", None),
        ("unavailable", "interrupted", "outcome_unknown"),
        ("refuses", "failed", "upstream_refused"),
        ("no-balance", "failed", "upstream_payment_required"),
        ("overloaded", "failed", "upstream_busy"),
    ],
)
def test_whatever_a_provider_does_there_is_one_right_end(
    film: Film, how: str, state: str, reason: str | None
) -> None:
    asked = film.ask(film.alice, f"One right end of {how}", model=f"sandbox/video-{how}")

    made = film.ended(film.alice, asked["id"])

    assert (made["state"], made["reason"]) == (state, reason)
    assert len(made["assets"]) == (1 if state == "done" else 0)
    assert bool(made["message"]) == (state != "done")
    job = film.job(film.alice, asked["id"])
    assert (job["state"], job["reason"], job["message"]) == (state, reason, made["message"])
    assert len(film.submissions(prompt=asked["prompt"])) == (4 if how == "overloaded" else 1)


def test_two_films_are_two_files_of_one_generation(film: Film) -> None:
    made = film.ended(film.alice, film.ask(film.alice, model="sandbox/video-two")["id"])

    assert [asset["generation_id"] for asset in made["assets"]] == [made["id"], made["id"]]


def test_a_failure_says_why_and_that_nothing_was_charged(film: Film) -> None:
    refused = film.ended(film.alice, film.ask(film.alice, model="sandbox/video-refuses")["id"])
    failed = film.ended(film.alice, film.ask(film.alice, model="sandbox/video-fails")["id"])

    assert refused["cost_usd"] == "0.000000000"
    assert failed["text"]  # the provider's own words
    assert "Sandbox" in failed["message"]


def test_what_cannot_be_kept_was_paid_all_the_same(film: Film) -> None:
    made = film.ended(film.alice, film.ask(film.alice, model="sandbox/video-junk")["id"])

    assert (made["state"], made["cost_usd"]) == ("failed", "0.020000000")


def test_one_that_never_ends_is_stopped_and_may_be_charged(film: Film) -> None:
    asked = film.ask(film.alice, "For ever", model="sandbox/video-stuck")
    film.until_step(asked["id"], "polling")

    stopped = film.alice.post(f"/api/generations/{asked['id']}/cancellation").json()

    assert (stopped["state"], stopped["reason"], stopped["cost_usd"]) == ("cancelled", "cancelled", None)
    assert "may charge" in stopped["message"]
    assert film.job(film.alice, asked["id"])["state"] == "cancelled"


def test_one_that_takes_too_long_is_given_up_with_a_reason(film: Film) -> None:
    asked = film.ask(film.alice, "Too long", model="sandbox/video-stuck-pending")
    film.until_step(asked["id"], "polling")

    def grown_old() -> bool:
        film.backdate(asked["id"], hours=3)  # again and again: a step that is under way writes its own notes
        return film.alice.get(f"/api/generations/{asked['id']}").json()["finished_at"] is not None

    until(grown_old)
    made = film.ended(film.alice, asked["id"])

    assert (made["state"], made["reason"]) == ("failed", "timed_out")
    assert "2 hours" in made["message"]


def test_it_is_tried_again_as_a_generation_of_its_own(film: Film) -> None:
    asked = film.ask(film.alice, "Once more", model="sandbox/video-fails")
    film.ended(film.alice, asked["id"])

    again = film.alice.post(f"/api/jobs/{film.job(film.alice, asked['id'])['id']}/retry").json()

    made = film.ended(film.alice, again["generation_id"])
    assert (made["parent_id"], made["prompt"], made["params"]) == (asked["id"], "Once more", asked["params"])
    assert len(film.submissions(prompt="Once more")) == 2


@pytest.mark.parametrize(
    ("wish", "status", "field", "word"),
    [
        ({"model": "sandbox/nothing"}, 422, "model", "model"),
        ({"model": "sandbox/painter", "params": {}}, 422, "model", "does not make videos"),
        ({"prompt": "  "}, 422, "prompt", "what the video should show"),
        ({"prompt": "x" * 32_001}, 422, "prompt", "32,001 characters; a prompt for a video may have 32,000"),
        ({"params": {"duration": 7}}, 422, "duration", "1, 2, 4"),
        ({"params": {"duration": "soon"}}, 422, "duration", "1, 2, 4"),
        ({"params": {"resolution": "8K"}}, 422, "resolution", "360p, 480p"),
        ({"params": {"size": "128x72", "resolution": "360p"}}, 422, "size", "exact size"),
        ({"params": {"glitter": True}}, 422, "glitter", "no setting glitter"),
        ({"params": {"seed": -1}}, 422, "seed", "seed"),
        ({"params": {"input_roles": ["first_frame"]}}, 422, "input_roles", "each of the 0"),
        ({"input_asset_ids": [str(UUID(int=7))]}, 404, "pictures", "gone"),
        ({"parent_id": str(UUID(int=7))}, 404, "parent_id", "not there"),
        ({"system_prompt": "Be brief"}, 422, "system_prompt", "outside conversations"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_with_a_sentence(
    film: Film, wish: dict[str, Any], status: int, field: str, word: str
) -> None:
    before = film.count("jobs")
    body = {"kind": "video", "model": TINY, "prompt": "The sea", **wish}

    answer = film.alice.post("/api/generations", json=body)

    assert (answer.status_code, answer.json()["field"]) == (status, field)
    assert word in answer.json()["message"]
    assert film.count("jobs") == before


def test_somebody_elses_picture_is_not_there(film: Film) -> None:
    hers = film.keep_picture(film.bob, "green")
    body = {"kind": "video", "model": TINY, "prompt": "The sea", "input_asset_ids": [hers]}

    assert film.alice.post("/api/generations", json=body).status_code == 404


def test_a_picture_that_the_model_does_not_take_is_refused(film: Film) -> None:
    kept = film.keep_picture(film.alice, "white")
    body = {"kind": "video", "model": "sandbox/flipbook", "prompt": "The sea", "input_asset_ids": [kept]}

    answer = film.alice.post("/api/generations", json=body)

    assert (answer.status_code, answer.json()["field"]) == (422, "pictures")


def test_nobody_sees_somebody_elses_video(film: Film) -> None:
    made = film.ended(film.alice, film.ask(film.alice)["id"])

    assert film.bob.get(f"/api/generations/{made['id']}").status_code == 404
    assert film.bob.get(made["assets"][0]["url"]).status_code == 404
    assert film.charlie.get(made["assets"][0]["url"]).status_code == 401


def test_the_price_is_told_before(film: Film) -> None:
    body = {"kind": "video", "model": "sandbox/filmer", "prompt": "The sea"}

    told = film.alice.post(
        "/api/estimates",
        json={**body, "params": {"duration": 4, "resolution": "720p", "generate_audio": True}},
    ).json()

    assert (told["worst_usd"], told["likely_usd"]) == ("0.240000000", "0.240000000")


def test_fifty_of_two_people_end_and_nobody_waits_for_all_of_the_others(film: Film) -> None:
    stuck = [film.ask(film.alice, "For ever", model="sandbox/video-stuck")["id"] for _ in range(4)]
    alices = [film.ask(film.alice, model="sandbox/video-fails")["id"] for _ in range(36)]
    bobs = [film.ask(film.bob, model="sandbox/video-fails")["id"] for _ in range(10)]

    his = [film.ended(film.bob, asked) for asked in bobs]
    waiting = [film.alice.get(f"/api/generations/{asked}").json()["state"] for asked in alices]
    for asked in stuck:
        film.alice.post(f"/api/generations/{asked}/cancellation")
    hers = [film.ended(film.alice, asked) for asked in alices]

    assert waiting == ["waiting"] * 36  # all that she may have running is stuck, and that is nothing to him
    assert {made["reason"] for made in (*hers, *his)} == {"provider_failed"}


@pytest.mark.parametrize("kind", ["image", "video"])
def test_pictures_that_are_too_large_together_are_refused_before_anybody_is_asked(
    film: Film, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(sending, "SENT_BYTES_LIMIT", 100)
    picture = film.keep_picture(film.alice, "green")
    model = {"image": "sandbox/retoucher", "video": "sandbox/filmer"}[kind]
    prompt = f"Far too much for one {kind}"

    asked = film.ask(film.alice, prompt, kind=kind, model=model, params={}, input_asset_ids=[picture])
    made = film.ended(film.alice, asked["id"])

    assert (made["state"], made["reason"], made["cost_usd"]) == ("failed", "too_much_taken_in", "0.000000000")
    assert "Take in fewer of them" in made["message"]
    assert not film.has_heard(prompt)
