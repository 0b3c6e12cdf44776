"""The page of videos as fragments: who may not, what the composer offers, and the life of a card."""

import io
from urllib.parse import unquote
from uuid import UUID, uuid4

import httpx
import pytest
from PIL import Image
from studio.assets.recipe import Recipe
from studio.videos.reasons import MAY_NOT_PLAY, REMARKS

from tests.support.filming import SAME, TINY, Film, kept
from tests.support.html import Html
from tests.support.people import Caller

HX = {"HX-Request": "true"}
SMALL_FORM = {"prompt": "The sea", "model": TINY, **{name: str(value) for name, value in SAME.items()}}


def page(who: Caller, query: str = "") -> Html:
    answer = who.get(f"/fragments/videos{query}")
    assert answer.status_code == 200, answer.text
    return Html(answer.text)


def asked(film: Film, who: Caller, **more: str) -> str:
    """The id of a video that was asked for with the form."""
    answer = who.post("/fragments/videos", data={**SMALL_FORM, **more}, headers=HX)
    assert answer.status_code == 201, answer.text
    return answer.headers["Studio-Page"].partition("#video-")[2]


def png(colour: str = "red") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 36), colour).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("POST", ""),
        ("GET", "/models"),
        ("POST", "/estimates"),
        ("POST", "/settings"),
        ("GET", f"/{UUID(int=1)}"),
        ("POST", f"/{UUID(int=1)}/cancellation"),
        ("POST", f"/{UUID(int=1)}/retry"),
        ("POST", f"/{UUID(int=1)}/deletion"),
    ],
)
def test_who_is_signed_out_gets_nothing(film: Film, method: str, path: str) -> None:
    answer = film.charlie.request(method, f"/fragments/videos{path}")

    assert answer.status_code == 401


def test_somebody_elses_video_is_not_there(film: Film) -> None:
    mine = film.ended(film.alice, asked(film, film.alice))["id"]

    answers = [
        film.bob.get(f"/fragments/videos/{mine}"),
        film.bob.post(f"/fragments/videos/{mine}/cancellation"),
        film.bob.post(f"/fragments/videos/{mine}/retry"),
        film.bob.post(f"/fragments/videos/{mine}/deletion"),
        film.bob.get(f"/fragments/videos?from={mine}"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 5


def test_the_composer_has_what_the_model_has_and_a_price(film: Film) -> None:
    filmer = page(film.alice, "?model=sandbox/filmer")
    flipbook = page(film.alice, "?model=sandbox/flipbook")

    assert filmer.one("#composer-takes")["data-takes"].split() == ["first", "last", "references"]
    assert flipbook.one("#composer-takes")["data-takes"].strip() == ""
    assert filmer.all("[name=generate_audio]") and not flipbook.all("[name=generate_audio]")
    assert filmer.all("[name=seed]") and not flipbook.all("[name=seed]")
    assert filmer.one("#composer-price").text == "≤ $0.24"
    assert "$" in flipbook.one("#composer-price").text


def test_another_model_brings_its_own_choices(film: Film) -> None:
    typed = {"prompt": "The sea", "model": "sandbox/flipbook", "duration": "8", "aspect_ratio": "1:1"}

    answer = film.alice.post("/fragments/videos/estimates?settings=1", data=typed, headers=HX)

    swapped = Html(answer.text)
    assert "does not have that choice" not in swapped.text
    assert swapped.one("[name=duration][checked]")["value"] == "3"
    assert swapped.one("[name=aspect_ratio][checked]")["value"] == "1:1"


def test_a_card_lives_from_its_wish_to_its_film(film: Film) -> None:
    made = asked(film, film.alice, model="sandbox/video-stuck", prompt="Patience")
    watched = film.alice.get(f"/fragments/videos/{made}?watching=1", headers=HX)
    assert "hx-trigger" in Html(watched.text).one(f"#video-{made}-making")
    film.alice.post(f"/fragments/videos/{made}/cancellation", headers=HX)

    ended = film.alice.get(f"/fragments/videos/{made}?watching=1", headers=HX)

    assert ended.headers["HX-Retarget"] == f"#video-{made}"
    assert "every 3s" not in ended.text
    assert "Stopped by you." in Html(ended.text).one(".notice").text


def test_a_finished_card_plays_with_a_poster(film: Film) -> None:
    made = film.ended(film.alice, asked(film, film.alice))
    card = Html(film.alice.get(f"/fragments/videos/{made['id']}").text)

    player = card.one("video")
    assert (player["preload"], player["poster"]) == ("metadata", made["assets"][0]["url"] + "?w=1280")
    assert card.one("video source")["src"] == made["assets"][0]["url"]
    assert "controls" in player


def test_without_scripts_the_page_looks_again_while_something_runs(film: Film) -> None:
    made = asked(film, film.bob, model="sandbox/video-stuck", prompt="Waiting")

    watched = film.bob.get("/fragments/videos?watch=1")
    film.bob.post(f"/fragments/videos/{made}/cancellation")
    after = film.bob.get("/fragments/videos?watch=1")

    assert watched.headers["Studio-Refresh"] == "5"
    assert "Studio-Refresh" not in after.headers


def with_files(film: Film, *files: tuple[str, tuple[str, bytes, str]], **form: str) -> httpx.Response:
    return film.alice.post("/fragments/videos", data={**SMALL_FORM, **form}, files=list(files), headers=HX)


def test_pictures_go_in_by_what_they_are_for(film: Film) -> None:
    answer = with_files(
        film,
        ("first", ("a.png", png("red"), "image/png")),
        ("last", ("b.png", png("blue"), "image/png")),
        prompt="Between two",
    )

    assert answer.status_code == 201, answer.text
    made = film.ended(film.alice, answer.headers["Studio-Page"].partition("#video-")[2])
    assert (made["state"], made["params"]["input_roles"]) == ("done", "first_frame,last_frame")
    again = page(film.alice, f"?from={made['id']}")
    assert [text.partition(":")[0] for text in kept(again)] == ["first_frame", "last_frame"]


def test_pictures_to_go_by_reach_the_model_that_lists_them(film: Film) -> None:
    answer = with_files(
        film,
        ("references", ("a.png", png("red"), "image/png")),
        ("references", ("b.png", png("blue"), "image/png")),
        prompt="In these colours",
        model="sandbox/filmer",
        size="854x480",
    )

    assert answer.status_code == 201, answer.text
    made = film.ended(film.alice, answer.headers["Studio-Page"].partition("#video-")[2])
    assert (made["state"], made["params"]["input_roles"]) == ("done", "reference,reference")
    (sent,) = film.submissions(prompt="In these colours")
    assert len(sent["body"]["input_references"]) == 2


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        (TINY, "This model does not take pictures to go by."),
        ("sandbox/flipbook", "This model takes no pictures, only words."),
    ],
)
def test_a_picture_to_go_by_is_refused_with_a_sentence_by_a_model_that_takes_none(
    film: Film, model: str, sentence: str
) -> None:
    before = film.count("jobs")

    typed = with_files(
        film, ("references", ("a.png", png(), "image/png")), model=model, duration="2", prompt="Not like this"
    )
    body = {
        "kind": "video",
        "model": model,
        "prompt": "Not like this",
        "params": {"input_roles": "reference"},
    }
    sent = film.alice.post(
        "/api/generations", json={**body, "input_asset_ids": [film.keep_picture(film.alice, "red")]}
    )

    assert (typed.status_code, sent.status_code) == (422, 422)
    assert sentence in Html(typed.text).one("[role=alert]").text
    assert sent.json()["message"] == sentence
    assert (film.count("jobs"), film.submissions(prompt="Not like this")) == (before, [])


def test_what_was_typed_stays_when_a_file_is_no_picture(film: Film) -> None:
    before = film.count("jobs")

    answer = with_files(
        film,
        ("first", ("good.png", png(), "image/png")),
        ("last", ("archive.png", b"PK\x03\x04" + bytes(64), "image/png")),
        ("references", ("behind.png", png("navy"), "image/png")),
        prompt="Kept in mind",
    )

    assert answer.status_code == 422
    form = Html(answer.text)
    assert "archive.png" in form.one("#composer-error").text
    assert form.one("#prompt").text == "Kept in mind"
    assert [each.partition(":")[0] for each in kept(form)] == ["first_frame", "reference"]
    assert film.count("jobs") == before


def test_a_setting_that_does_not_fit_stands_at_its_field(film: Film) -> None:
    answer = film.alice.post("/fragments/videos", data={**SMALL_FORM, "duration": "7"}, headers=HX)

    assert answer.status_code == 422
    assert "1, 2, 4" in answer.text


def test_settings_of_the_model_before_are_shown_anew_and_not_taken(film: Film) -> None:
    before = film.count("jobs")
    form = {**SMALL_FORM, "prompt": "Unseen", "duration": "7", "settings_of": "sandbox/filmer"}

    answer = film.alice.post("/fragments/videos", data=form, headers=HX)
    html = Html(answer.text)

    assert answer.status_code == 409
    assert "has other settings" in html.one("#composer-error").text
    assert html.one("[name=settings_of]")["value"] == TINY
    assert html.one("#prompt").text == "Unseen"
    assert film.count("jobs") == before
    fitting = {**SMALL_FORM, "settings_of": "sandbox/filmer"}
    assert film.alice.post("/fragments/videos", data=fitting, headers=HX).status_code == 201


def test_more_than_the_button_said_is_asked_for_again(film: Film) -> None:
    before = film.count("jobs")

    answer = film.alice.post("/fragments/videos", data={**SMALL_FORM, "seen_usd": "0.001"}, headers=HX)

    assert answer.status_code == 409
    assert "more than the button said" in answer.text
    assert film.count("jobs") == before


def test_what_the_model_does_not_have_is_left_out_of_a_recipe_and_said(film: Film) -> None:
    params = {"duration": 4000, "seed": 10**18, "aspect_ratio": "1:1"}
    recipe = Recipe("video", TINY, "Sandbox", "Plates", params).as_bytes()
    answer = film.alice.post("/fragments/recipes", files={"recipe": ("recipe.json", recipe)})

    page = Html(film.alice.get(f"/fragments{answer.headers['Studio-Page']}").text)

    assert "left out: duration 4000, seed 1000000000000000000." in page.one("#recipe-notice").text
    chosen = {box["name"]: box["value"] for box in page.all("#composer input:checked")}
    assert (chosen["aspect_ratio"], chosen["duration"]) == ("1:1", "4")


def test_a_picture_of_the_gallery_begins_one(film: Film) -> None:
    orange = film.keep_picture(film.alice, "orange")

    assert kept(page(film.alice, f"?first={orange}&model={TINY}")) == [f"first_frame:{orange}"]
    item = film.alice.get(f"/fragments/gallery/{orange}")
    assert f"/videos?first={orange}" in item.text


def test_what_a_picture_is_for_is_chosen_in_the_form(film: Film) -> None:
    red, blue = film.keep_picture(film.alice, "red"), film.keep_picture(film.alice, "blue")
    form = {**SMALL_FORM, "prompt": "Turned round"}

    answer = film.alice.post(
        "/fragments/videos",
        data={**form, "kept": [f"last_frame:{red}", f"first_frame:{blue}", "", "nonsense", f"poster:{red}"]},
    )

    made = film.ended(film.alice, answer.headers["Studio-Page"].partition("#video-")[2])
    assert made["params"]["input_roles"] == "last_frame,first_frame"
    (sent,) = film.submissions(prompt="Turned round")
    assert [frame["frame_type"] for frame in sent["body"]["frame_images"]] == ["last_frame", "first_frame"]
    twice = film.alice.post(
        "/fragments/videos", data={**form, "kept": [f"first_frame:{red}", f"first_frame:{blue}"]}, headers=HX
    )
    assert twice.status_code == 422
    assert Html(twice.text).one("[role=alert]").text == "A video has one first frame."
    assert kept(Html(twice.text)) == [f"first_frame:{red}", f"first_frame:{blue}"]


def test_a_failure_is_told_with_what_it_cost_and_taken_off_the_list(film: Film) -> None:
    made = film.ended(film.bob, asked(film, film.bob, model="sandbox/video-refuses", prompt="Flagged"))["id"]
    notice = Html(film.bob.get(f"/fragments/videos/{made}").text).one(".notice").text
    assert "Nothing was charged." in notice

    removed = film.bob.post(f"/fragments/videos/{made}/deletion", headers=HX)

    assert removed.status_code == 200
    assert f"video-{made}" not in film.bob.get("/fragments/videos").text


@pytest.mark.parametrize("prompt", ["Flagged", ""])
def test_one_that_began_with_a_picture_is_taken_off_the_list_for_good(film: Film, prompt: str) -> None:
    kept = film.keep_picture(film.bob, "teal")
    body = {
        "kind": "video",
        "model": "sandbox/video-refuses",
        "prompt": prompt,
        "params": {"input_roles": ["first_frame"]},
        "input_asset_ids": [kept],
    }
    asked_for = film.bob.post("/api/generations", json=body)
    assert asked_for.status_code == 201, asked_for.text
    made = film.ended(film.bob, asked_for.json()["id"])["id"]
    assert f"video-{made}" in film.bob.get("/fragments/videos").text
    before = film.count("jobs")

    film.bob.post(f"/fragments/videos/{made}/deletion", headers=HX)
    again = film.bob.post(f"/fragments/videos/{made}/retry", headers=HX)

    assert f"video-{made}" not in film.bob.get("/fragments/videos").text
    assert again.status_code == 404
    assert film.count("jobs") == before


def test_a_film_is_not_taken_off_the_list_with_its_card(film: Film) -> None:
    made = film.ended(film.alice, asked(film, film.alice))["id"]

    assert film.alice.post(f"/fragments/videos/{made}/deletion").status_code == 409


def test_one_that_may_not_play_says_so_on_its_card_and_its_page(film: Film) -> None:
    made = film.ended(film.alice, asked(film, film.alice, prompt="A rare kind"))
    film.studio.db.transact(
        lambda cursor: cursor.execute(
            "UPDATE generations SET reason = $reason, reason_text = $text WHERE id = $id",
            {"reason": MAY_NOT_PLAY, "text": REMARKS[MAY_NOT_PLAY], "id": made["id"]},
        )
    )

    card = Html(film.alice.get(f"/fragments/videos/{made['id']}").text)
    item = Html(film.alice.get(f"/fragments/gallery/{made['assets'][0]['id']}").text)

    assert "Your browser may not play this; download it." in card.one(".notice").text
    assert "Your browser may not play this; download it." in item.one(".notice").text
    links = [link["href"] for link in item.all("a[href$='download=1']")]
    assert card.one("a[download]")["href"] in links


def test_a_picture_is_no_video(film: Film) -> None:
    painted = film.alice.post(
        "/api/generations", json={"kind": "image", "model": "sandbox/sketcher", "prompt": "A plate"}
    ).json()["id"]

    assert film.alice.get(f"/fragments/videos/{painted}").status_code == 404
    assert film.alice.get(f"/fragments/videos/{uuid4()}").status_code == 404


def test_of_an_animated_frame_it_is_said_that_only_its_first_picture_is_taken(film: Film) -> None:
    file = io.BytesIO()
    frames = [Image.new("RGB", (64, 36), colour) for colour in ("red", "blue")]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    files = [("first", ("dance.gif", file.getvalue(), "image/gif"))]
    sentence = "“dance.gif”: It is animated; only its first picture was kept."

    shown = film.alice.post("/fragments/videos/settings", data=SMALL_FORM, files=files)
    sent = film.alice.post("/fragments/videos", data=SMALL_FORM, files=files, headers=HX)

    assert sentence in Html(shown.text).one("#composer").text
    assert sent.status_code == 201
    assert sentence in Html(sent.text).one(".toast").text
    assert unquote(sent.headers["Studio-Note"]) == sentence


def test_who_has_no_scripts_asks_for_the_fields_of_a_model_and_spends_nothing(film: Film) -> None:
    before = film.count("jobs")
    form = {"prompt": "Kept in mind", "model": TINY, "duration": "7", "aspect_ratio": "no such"}

    shown = film.alice.post(
        "/fragments/videos/settings", data=form, files=[("first", ("a.png", png(), "image/png"))]
    )
    unknown = film.alice.post("/fragments/videos/settings", data={**form, "model": "nobody/nothing"})

    html = Html(shown.text)
    assert (shown.status_code, shown.headers["Studio-Title"]) == (200, "Videos")
    assert html.one("#prompt").text == "Kept in mind"
    assert html.one("#model")["value"] == TINY
    assert kept(html)[0].startswith("first_frame:")
    assert "first" in html.one("#composer-takes")["data-takes"].split()
    assert unknown.status_code == 422
    assert "does not know that model" in Html(unknown.text).one("#composer-error").text
    assert film.count("jobs") == before


def test_what_was_bought_and_did_not_come_is_fetched_again_for_nothing_more(film: Film) -> None:
    first = asked(film, film.alice, model="sandbox/video-huge", prompt="Too large to keep")
    assert film.ended(film.alice, first)["cost_usd"] == "0.020000000"
    card = Html(film.alice.get(f"/fragments/videos/{first}").text)
    assert card.text_of(f"#video-{first}-retry") == "Fetch again nothing more"
    assert card.one("form[action$=retry] [name=seen_usd]")["value"] == "0"

    answer = film.alice.post(f"/fragments/videos/{first}/retry", data={"seen_usd": "0"}, headers=HX)

    assert answer.status_code == 201, answer.text
    again = answer.headers["Studio-Page"].partition("#video-")[2]
    assert film.ended(film.alice, again)["cost_usd"] == "0.000000000"
    card = Html(film.alice.get(f"/fragments/videos/{again}").text)
    assert "Nothing more was charged." in card.text
    assert card.text_of(f"#video-{again} .facts [title=Cost]") == "nothing more"
    assert len(film.submissions(prompt="Too large to keep")) == 1


def test_an_administrator_tries_again_for_the_price_on_the_button(film: Film) -> None:
    first = asked(film, film.alice, model="sandbox/video-fails", prompt="Again, for its price")
    film.ended(film.alice, first)
    job_id = film.job(film.alice, first)["id"]
    place = f"/fragments/admin/jobs/{job_id}/retry"
    row = Html(film.ruth.get("/fragments/admin/jobs?kind=video").text)
    assert row.text_of(f"#job-{job_id}-retry") == "Try again ≤ $0.020"

    dearer = film.ruth.post(place, data={"seen_usd": "0.01"}, headers=HX)
    agreed = film.ruth.post(place, data={"seen_usd": "0.02"}, headers=HX)

    assert (dearer.status_code, agreed.status_code) == (409, 201)
    assert "more than the button said" in Html(dearer.text).text_of(f"#job-{job_id} [role=alert]")
    assert dearer.headers["HX-Retarget"] == f"#job-{job_id}"
