"""The bytes of an asset: parts, previews, downloads, through the backend and through the frontend."""

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import structlog
from flask.testing import FlaskClient
from PIL import Image
from studio.assets import assets, store
from studio.assets.embedding import read_recipe
from studio.assets.making import made_asset, made_picture
from studio.assets.serving import disposition
from studio.generations import store as generations
from studio.generations.generation import Generation, State
from studio.ids import new_id
from studio.moments import now

from tests.support.sameness import assert_not_there, assert_signed_out
from tests.support.talking import Talk

AVIF = "image/avif,image/webp,*/*;q=0.8"


def picture(kind: str = "PNG", size: tuple[int, int] = (900, 600)) -> bytes:
    data = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(data, kind)
    return data.getvalue()


@pytest.fixture(scope="module")
def hers(talk: Talk) -> dict[str, Any]:
    answer = talk.alice.post("/api/assets", files={"file": ("Über „uns“.png", picture(), "image/png")})
    found = answer.json()
    assert isinstance(found, dict)
    return found


@pytest.fixture(scope="module")
def made(talk: Talk) -> dict[str, Any]:
    """A picture that a generation of Alice's made."""
    studio, person_id = talk.studio, UUID(talk.alice.id)
    prompt = 'a plate, "blue" & <b>deep</b>'
    generation = Generation(
        new_id(), person_id, "image", State.DONE, studio.catalogue.provider_id, "Sandbox", "sandbox/painter",
        prompt, {"seed": 7, "n": 1}, True, now(),
    )  # fmt: skip
    kept = made_picture(studio.files, picture("JPEG"))
    asset = made_asset(person_id, generation.id, kept, 0, prompt)
    studio.db.write(generations.add_generation(generation), store.asset_row(asset))
    return asset.as_json()


@pytest.fixture(scope="module")
def browser(talk: Talk) -> Iterator[FlaskClient]:
    """Alice's browser at the frontend in front of the same backend."""
    from pages.app import create_app
    from pages.config import Settings

    before = structlog.get_config()  # the frontend sets up the log of its process, which here is not its own
    app = create_app(Settings(backend_url=str(talk.client.base_url).rstrip("/"), log_level="error"))
    structlog.configure(**before)
    client = app.test_client()
    assert talk.alice.token is not None
    client.set_cookie("studio", talk.alice.token)
    yield client


ADDRESSES = ["/media/{id}?w=320", "/media/{id}?download=1", "/api/assets/{id}/recipe"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_charlie_is_asked_to_sign_in(talk: Talk, made: dict[str, Any], address: str) -> None:
    assert_signed_out(talk.charlie.get(address.format(id=made["id"])))


@pytest.mark.parametrize("address", ADDRESSES)
def test_somebody_elses_is_not_there(talk: Talk, made: dict[str, Any], address: str) -> None:
    assert_not_there(talk.bob.get(address.format(id=made["id"])), talk.bob.get(address.format(id=uuid4())))


@pytest.mark.parametrize(
    ("range_", "status", "content_range"),
    [
        ("bytes=0-0", 206, "bytes 0-0/{size}"),
        ("bytes=5-999999999", 206, "bytes 5-{last}/{size}"),
        ("bytes=-999999999", 200, None),
        ("bytes=0-", 200, None),
        ("bytes={size}-", 416, "bytes */{size}"),
        ("bytes=-0", 416, "bytes */{size}"),
        ("bytes=0-1,3-4", 200, None),
        ("bytes=9-3", 200, None),
        ("bytes=-", 200, None),
        ("bytes=x-y", 200, None),
        ("lines=0-1", 200, None),
    ],
)
def test_ranges_at_their_edges(
    talk: Talk, hers: dict[str, Any], range_: str, status: int, content_range: str | None
) -> None:
    size = hers["bytes"]
    words = {"size": size, "last": size - 1}

    answer = talk.alice.get(hers["url"], headers={"Range": range_.format(**words)})

    assert answer.status_code == status
    assert answer.headers.get("content-range") == (content_range and content_range.format(**words))
    if status != 416:
        assert len(answer.content) == int(answer.headers["content-length"])


def test_a_part_is_only_sent_of_the_same_bytes(talk: Talk, hers: dict[str, Any]) -> None:
    tag = talk.alice.get(hers["url"]).headers["etag"]

    def ask(condition: str) -> int:
        return talk.alice.get(hers["url"], headers={"Range": "bytes=0-1", "If-Range": condition}).status_code

    assert [ask(tag), ask('"other"'), ask(f"W/{tag}"), ask("Tue, 24 Nov 2026 15:00:00 GMT")] == [
        206,
        200,
        200,
        200,
    ]


@pytest.mark.parametrize("query", ["", "?w=320", "?download=1"])
def test_head_tells_what_get_would(talk: Talk, made: dict[str, Any], query: str) -> None:
    whole = talk.alice.get(made["url"] + query)
    head = talk.alice.request("HEAD", made["url"] + query)

    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-length", "content-type", "etag", "content-disposition", "cache-control"):
        assert head.headers[name] == whole.headers[name]


def test_a_file_is_shown_never_run(talk: Talk, hers: dict[str, Any]) -> None:
    headers = talk.alice.get(hers["url"]).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in headers["content-security-policy"]
    assert headers["content-disposition"] == (
        "inline; filename=\"_ber _uns_.png\"; filename*=UTF-8''%C3%9Cber%20%E2%80%9Euns%E2%80%9C.png"
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a b.png", 'attachment; filename="a b.png"'),
        ('a"b.png', "attachment; filename=\"a_b.png\"; filename*=UTF-8''a%22b.png"),
        ("a\r\nX: 1", "attachment; filename=\"a__X_ 1\"; filename*=UTF-8''a%0D%0AX%3A%201"),
    ],
)
def test_no_name_leaves_its_header(name: str, expected: str) -> None:
    assert disposition("attachment", name) == expected


@pytest.mark.parametrize(("accept", "media_type"), [(AVIF, "image/avif"), ("*/*", "image/webp")])
@pytest.mark.parametrize(("width", "expected"), [(320, (320, 213)), (640, (640, 427)), (1280, (900, 600))])
def test_a_preview_is_of_the_kind_that_the_browser_reads(
    talk: Talk, hers: dict[str, Any], accept: str, media_type: str, width: int, expected: tuple[int, int]
) -> None:
    answer = talk.alice.get(f"{hers['url']}?w={width}", headers={"Accept": accept})

    assert (answer.headers["content-type"], answer.headers["vary"]) == (media_type, "Accept")
    assert Image.open(io.BytesIO(answer.content)).size == expected
    again = {"Accept": accept, "If-None-Match": answer.headers["etag"]}
    assert talk.alice.get(f"{hers['url']}?w={width}", headers=again).status_code == 304


@pytest.mark.parametrize("width", ["0", "321", "99999999999999999999", "-320", "wide"])
def test_other_widths_are_refused_with_a_sentence(talk: Talk, hers: dict[str, Any], width: str) -> None:
    answer = talk.alice.get(f"{hers['url']}?w={width}")

    assert (answer.status_code, answer.json()["field"]) == (422, "w")


def test_a_download_carries_its_recipe_and_the_stored_bytes_do_not(talk: Talk, made: dict[str, Any]) -> None:
    shown, saved = talk.alice.get(made["url"]), talk.alice.get(f"{made['url']}?download=1")

    recipe = read_recipe(io.BytesIO(saved.content))
    assert recipe is not None
    assert (recipe.prompt, recipe.seed, recipe.model) == (
        'a plate, "blue" & <b>deep</b>',
        7,
        "sandbox/painter",
    )
    assert read_recipe(io.BytesIO(shown.content)) is None
    assert saved.headers["content-disposition"].startswith("attachment; ")
    assert saved.headers["etag"] != shown.headers["etag"]
    assert Image.open(io.BytesIO(saved.content)).tobytes() == Image.open(io.BytesIO(shown.content)).tobytes()


def test_a_recipe_is_had_alone_too(talk: Talk, made: dict[str, Any]) -> None:
    answer = talk.alice.get(f"/api/assets/{made['id']}/recipe")

    assert answer.json()["params"] == {"seed": 7, "n": 1}
    assert ".recipe.json" in answer.headers["content-disposition"]


def test_an_upload_has_no_recipe_and_is_saved_as_it_is(talk: Talk, hers: dict[str, Any]) -> None:
    assert talk.alice.get(f"/api/assets/{hers['id']}/recipe").status_code == 404
    assert talk.alice.get(f"{hers['url']}?download=1").content == talk.alice.get(hers["url"]).content


def test_of_what_was_put_away_only_the_smallest_preview_is_shown(talk: Talk, hers: dict[str, Any]) -> None:
    studio, person_id = talk.studio, UUID(talk.alice.id)
    there = store.get_asset(studio.db, person_id, UUID(hers["id"]))
    copy = replace(there, id=new_id())
    studio.db.write(store.asset_row(copy))

    studio.db.write(*assets.put_away_rows(person_id, [copy.id], now() - timedelta(days=1)))

    found = [
        talk.alice.get(f"{copy.url}{query}").status_code for query in ("", "?w=640", "?download=1", "?w=320")
    ]
    assert found == [404, 404, 404, 200]
    assert talk.alice.get(f"/api/assets/{copy.id}").status_code == 404


class TestThroughTheFrontend:
    def test_parts_and_what_is_there_already(self, browser: FlaskClient, hers: dict[str, Any]) -> None:
        whole = browser.get(hers["url"])
        part = browser.get(hers["url"], headers={"Range": "bytes=2-5", "If-Range": whole.headers["ETag"]})
        again = browser.get(hers["url"], headers={"If-None-Match": whole.headers["ETag"]})
        beyond = browser.get(hers["url"], headers={"Range": "bytes=999999999-"})

        assert (part.status_code, part.data) == (206, whole.data[2:6])
        assert part.headers["Content-Range"] == f"bytes 2-5/{hers['bytes']}"
        assert (again.status_code, again.data) == (304, b"")
        assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{hers['bytes']}")
        assert "sandbox" in whole.headers["Content-Security-Policy"]
        assert whole.headers["Cache-Control"] == "private, no-cache"

    def test_previews_vary_by_what_the_browser_reads(
        self, browser: FlaskClient, hers: dict[str, Any]
    ) -> None:
        answer = browser.get(f"{hers['url']}?w=320", headers={"Accept": AVIF})

        assert (answer.content_type, answer.headers["Vary"]) == ("image/avif", "Accept")

    def test_head(self, browser: FlaskClient, hers: dict[str, Any]) -> None:
        head = browser.head(hers["url"])

        assert (head.status_code, head.headers["Content-Length"]) == (200, str(hers["bytes"]))

    def test_what_a_browser_still_has_is_not_confirmed_to_who_signed_out(
        self, talk: Talk, browser: FlaskClient, hers: dict[str, Any]
    ) -> None:
        tag = browser.get(hers["url"]).headers["ETag"]
        browser.delete_cookie("studio")

        answer = browser.get(hers["url"], headers={"If-None-Match": tag})

        assert answer.status_code == 401
        assert talk.alice.token is not None
        browser.set_cookie("studio", talk.alice.token)
