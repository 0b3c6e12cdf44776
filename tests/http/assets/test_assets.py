"""Uploaded pictures over HTTP: private, ours, and never what was sent."""

import io
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx
import pytest
from PIL import Image

from tests.support.people import Caller
from tests.support.sameness import assert_not_there, assert_signed_out
from tests.support.talking import Talk


def picture(kind: str = "PNG", size: tuple[int, int] = (60, 40), **more: Any) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", size, "red").save(data, kind, **more)
    return data.getvalue()


def upload(who: Caller, data: bytes, name: str = "a.png", media_type: str = "image/png") -> httpx.Response:
    return who.post("/api/assets", files={"file": (name, data, media_type)})


@pytest.fixture(scope="module")
def hers(talk: Talk) -> dict[str, Any]:
    found = upload(talk.alice, picture()).json()
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("method", "address"), [("POST", "/api/assets"), ("GET", "/api/assets/{id}"), ("GET", "/media/{id}")]
)
def test_charlie_and_a_forged_token_are_asked_to_sign_in(
    talk: Talk, hers: dict[str, Any], method: str, address: str
) -> None:
    for caller in (talk.charlie, Caller(talk.client, "x" * 43)):  # type: ignore[arg-type]
        files = {"files": {"file": ("a.png", picture(), "image/png")}} if method == "POST" else {}
        assert_signed_out(caller.request(method, address.format(id=hers["id"]), **files))


@pytest.mark.parametrize("address", ["/api/assets/{id}", "/media/{id}"])
def test_somebody_elses_picture_is_not_there(talk: Talk, hers: dict[str, Any], address: str) -> None:
    others = talk.bob.get(address.format(id=hers["id"]))

    assert_not_there(others, talk.bob.get(address.format(id=uuid4())))
    assert_not_there(talk.bob.get(address.format(id="nonsense")), others)


def test_the_hash_of_a_picture_is_no_way_to_it(talk: Talk, hers: dict[str, Any]) -> None:
    tag = talk.alice.get(hers["url"]).headers["etag"].strip('"')

    assert talk.bob.get(f"/media/{tag}").status_code == 404
    assert talk.bob.get(hers["url"], headers={"If-None-Match": f'"{tag}"'}).status_code == 404


def test_two_people_with_the_same_picture_have_one_each(talk: Talk, hers: dict[str, Any]) -> None:
    his = upload(talk.bob, picture()).json()

    assert his["id"] != hers["id"]
    assert talk.bob.get(his["url"]).content == talk.alice.get(hers["url"]).content


def test_an_upload_is_told_as_it_is_kept(talk: Talk) -> None:
    answer = upload(talk.alice, picture("JPEG", (3000, 1000)), "Füße <b>.jpg", "image/jpeg")
    found = answer.json()

    assert answer.status_code == 201
    assert (found["media_type"], found["width_px"], found["height_px"]) == ("image/jpeg", 3000, 1000)
    assert found["name"] == "Füße <b>.jpg"
    assert found["url"] == f"/media/{found['id']}"
    assert found["duration_seconds"] is None
    assert {**talk.alice.get(f"/api/assets/{found['id']}").json(), "note": None} == found


def test_the_bytes_are_ours_and_may_be_kept_but_not_shown_again_without_asking(talk: Talk) -> None:
    exif = Image.Exif()
    exif[0x010E] = "where I live"
    found = upload(talk.alice, picture("JPEG", exif=exif), media_type="text/html").json()

    answer = talk.alice.get(found["url"])

    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert len(answer.content) == found["bytes"]
    assert b"where I live" not in answer.content


@pytest.mark.parametrize(
    ("range_", "status", "part"),
    [
        ("bytes=0-9", 206, slice(0, 10)),
        ("bytes=10-", 206, slice(10, None)),
        ("bytes=-5", 206, slice(-5, None)),
        ("bytes=999999-", 416, None),
    ],
)
def test_a_part_of_the_bytes_can_be_asked_for(
    talk: Talk, hers: dict[str, Any], range_: str, status: int, part: slice | None
) -> None:
    whole = talk.alice.get(hers["url"]).content

    answer = talk.alice.get(hers["url"], headers={"Range": range_})

    assert answer.status_code == status
    if part is not None:
        assert answer.content == whole[part]


def test_who_has_it_already_is_not_sent_it_again(talk: Talk, hers: dict[str, Any]) -> None:
    tag = talk.alice.get(hers["url"]).headers["etag"]

    again = talk.alice.get(hers["url"], headers={"If-None-Match": f'"other", {tag}'})
    changed = talk.alice.get(hers["url"], headers={"If-None-Match": '"other"'})

    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert changed.status_code == 200


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not_a_picture"),
        (b"GIF89a", "not_a_picture"),
        (b"PK\x03\x04" + bytes(99), "not_a_picture"),
        (b"<svg onload=alert(1)></svg>", "not_a_picture"),
        (picture()[:60], "picture_damaged"),
    ],
)
def test_what_is_no_picture_is_refused_with_its_reason(talk: Talk, data: bytes, code: str) -> None:
    before = talk.count("assets")

    answer = upload(talk.alice, data)

    assert answer.status_code == 422
    assert (answer.json()["error"], answer.json()["field"]) == (code, "file")
    assert talk.count("assets") == before


@pytest.mark.parametrize(
    "form",
    [
        {"files": {"other": ("a.png", picture(), "image/png")}},
        {"files": {"file": ("", b"", "application/octet-stream")}},
        {"data": {"file": ""}},
        {"data": {"file": "not a file"}},
        {},
    ],
)
def test_an_upload_without_a_file_says_so_at_the_field(talk: Talk, form: dict[str, Any]) -> None:
    answer = talk.alice.post("/api/assets", **form)

    assert (answer.status_code, answer.json()["error"], answer.json()["field"]) == (422, "no_file", "file")
    assert answer.json()["message"] == "Choose a file first."


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [(b"", 422, "no_file"), (b"words", 422, "not_a_picture"), (picture(), 201, None)],
)
def test_a_file_without_a_name_is_judged_by_what_it_is(
    talk: Talk, content: bytes, status: int, code: str | None
) -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\n'
        + content
        + b"\r\n--x--\r\n"
    )

    answer = talk.alice.post(
        "/api/assets", content=body, headers={"Content-Type": "multipart/form-data; boundary=x"}
    )

    assert (answer.status_code, answer.json().get("error")) == (status, code)


def test_of_an_animation_it_is_said_that_one_picture_was_kept(talk: Talk) -> None:
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "blue")]
    data = io.BytesIO()
    frames[0].save(data, "GIF", save_all=True, append_images=frames[1:])

    assert "only its first picture" in upload(talk.alice, data.getvalue()).json()["note"]
    assert upload(talk.alice, picture("GIF")).json()["note"] is None


def test_a_gigabyte_is_refused_by_what_it_says_of_itself(talk: Talk) -> None:
    address = urlsplit(str(talk.client.base_url))
    with socket.create_connection((address.hostname, address.port), timeout=10) as line:
        line.sendall(
            b"POST /api/assets HTTP/1.1\r\nHost: backend\r\nContent-Length: 1000000000\r\n"
            b"Content-Type: multipart/form-data; boundary=x\r\n\r\n"
        )
        answer = line.recv(65_536)

    assert answer.startswith(b"HTTP/1.1 413")
    assert b"more than the 25 MB" in answer


def test_what_does_not_say_how_long_it_is_is_counted(talk: Talk) -> None:
    def chunks() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
        for _ in range(26):
            yield b"\0" * 1_000_000
        yield b"\r\n--x--\r\n"

    answer = talk.alice.post(
        "/api/assets", content=chunks(), headers={"Content-Type": "multipart/form-data; boundary=x"}
    )

    assert (answer.status_code, answer.json()["error"]) == (413, "too_large")


def test_everybody_may_know_how_much_can_be_sent(talk: Talk) -> None:
    assert talk.charlie.get("/api/limits").json() == {"upload_max_bytes": 25_000_000}


def test_a_body_beyond_all_limits_is_too_large(talk: Talk) -> None:
    answer = upload(talk.alice, b"\x00" * 33_000_000)

    assert answer.status_code == 413
    assert answer.json()["error"] == "too_large"


def test_a_name_that_nobody_could_read_is_made_readable(talk: Talk) -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a\x01\xe2\x80\xae'
        + b"gnp.exe"
        + b'"\r\n'
        b"Content-Type: image/png\r\n\r\n" + picture() + b"\r\n--x--\r\n"
    )

    answer = talk.alice.post(
        "/api/assets", content=body, headers={"Content-Type": "multipart/form-data; boundary=x"}
    )

    assert answer.status_code == 201
    assert answer.json()["name"] == "agnp.exe"


def test_a_file_that_is_gone_from_the_disk_is_not_there(talk: Talk) -> None:
    found = upload(talk.alice, picture(size=(7, 7))).json()
    with talk.studio.db.read() as cursor:
        row = cursor.execute("SELECT sha256 FROM assets WHERE id = $id", {"id": UUID(found["id"])}).fetchone()
    assert row is not None
    talk.studio.files.path(row[0]).unlink()

    answer = talk.alice.get(found["url"])

    assert answer.status_code == 404
    assert row[0] not in answer.text
