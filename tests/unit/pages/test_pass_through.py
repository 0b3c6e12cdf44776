"""What travels between the browser and the backend, and what does not."""

import gzip
import hashlib

import pytest
from flask.testing import FlaskClient

from tests.support.fake_backend import ALICE, FakeBackend

TOKEN = hashlib.sha256(f"csrf:{ALICE}".encode()).hexdigest()


def test_charlie_asks_as_nobody(charlie: FlaskClient, backend: FakeBackend) -> None:
    backend.answers("GET /fragments/x", "<p>x</p>")

    charlie.get("/fragments/x")

    assert "authorization" not in backend.last("/fragments/x").headers


def test_only_known_headers_come_back(alice: FlaskClient, backend: FakeBackend) -> None:
    given = {
        "ETag": '"1"',
        "HX-Trigger": "saved",
        "HX-Push-Url": "/chat/1",
        "Location": "/api/generations/1",
        "Retry-After": "7",
        "Set-Cookie": "leak=1",
        "Studio-Title": "secret",
        "X-Internal": "secret",
        "Server": "secret",
        "Access-Control-Allow-Origin": "*",
        "Content-Security-Policy": "default-src *",
    }
    backend.answers("GET /api/x", "{}", headers=given, content_type="application/json")

    headers = alice.get("/api/x").headers

    assert [headers[name] for name in ("ETag", "HX-Trigger", "HX-Push-Url", "Location", "Retry-After")] == [
        '"1"',
        "saved",
        "/chat/1",
        "/api/generations/1",
        "7",
    ]
    assert not {"Set-Cookie", "Studio-Title", "X-Internal", "Access-Control-Allow-Origin"} & set(
        headers.keys()
    )
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "secret" not in str(headers)


@pytest.mark.parametrize(
    "location", ["http://127.0.0.1:12015/api/x", "//evil.example", "https://evil.example"]
)
def test_a_location_that_leads_away_is_dropped(
    alice: FlaskClient, backend: FakeBackend, location: str
) -> None:
    backend.answers("GET /api/x", "{}", status=201, headers={"Location": location})

    assert "Location" not in alice.get("/api/x").headers


def test_headers_of_a_request_pass_on(alice: FlaskClient, backend: FakeBackend) -> None:
    backend.answers("GET /fragments/x", "<p>x</p>")
    given = {
        "HX-Request": "true",
        "HX-Target": "div#out",
        "Accept": "text/html, text/event-stream",
        "Last-Event-ID": "41",
        "If-None-Match": '"a"',
        "Range": "bytes=0-1",
        "X-Forwarded-Host": "localhost",
        "X-Secret": "no",
    }

    alice.get("/fragments/x", headers=given)

    seen = backend.last("/fragments/x").headers
    assert [
        seen[name]
        for name in ("hx-request", "hx-target", "accept", "last-event-id", "if-none-match", "range")
    ] == [
        "true",
        "div#out",
        "text/html, text/event-stream",
        "41",
        '"a"',
        "bytes=0-1",
    ]
    assert not {"cookie", "x-secret", "x-forwarded-host"} & set(seen)


@pytest.mark.parametrize(
    "path",
    [
        "/fragments/../metrics",
        "/fragments/%2e%2e/metrics",
        "/fragments/a/..%2fmetrics",
        "/media/./x",
        "/fragments/%ff",
        "/api/%00",
        "/api/a%0d%0aX: 1",
    ],
)
def test_a_path_that_climbs_or_is_no_text_goes_nowhere(
    alice: FlaskClient, backend: FakeBackend, path: str
) -> None:
    answer = alice.get(path)

    assert answer.status_code in (400, 404)
    assert backend.count("/metrics") == 0
    assert not [asked for asked in backend.asked if asked.path != "/api/me"]


def test_a_strange_but_honest_address_arrives_as_it_was(alice: FlaskClient, backend: FakeBackend) -> None:
    backend.answers("GET /fragments/a%20%C3%A9%25%3F", "<p>x</p>")

    answer = alice.get("/fragments/a%20%C3%A9%25%3F?q=%ff&b=%2e%2e&c=[1]")

    assert answer.status_code == 200
    assert (
        backend.asked[-1].target == "/fragments/a%20%C3%A9%25%3F?q=%FF&b=%2E%2E&c=%5B1%5D"
    )  # the same, normalised


def test_bytes_that_are_no_text_pass_untouched(alice: FlaskClient, backend: FakeBackend) -> None:
    backend.answers("POST /fragments/x", "<form>sorry</form>", status=422)

    answer = alice.post(
        "/fragments/x",
        data=f"csrf={TOKEN}&prompt=%ff\xfe".encode("latin-1"),
        content_type="application/x-www-form-urlencoded",
    )

    assert answer.status_code == 422
    assert backend.last("/fragments/x").body.endswith(b"&prompt=%ff\xfe")


def test_ranges_and_validators_of_media_pass(alice: FlaskClient, backend: FakeBackend) -> None:
    given = {
        "Content-Range": "bytes 2-5/10",
        "Accept-Ranges": "bytes",
        "ETag": '"h"',
        "Cache-Control": "private",
    }
    backend.answers("GET /media/1", b"2345", status=206, headers=given, content_type="video/mp4")

    answer = alice.get("/media/1", headers={"Range": "bytes=2-5", "Accept-Encoding": "gzip"})

    assert (answer.status_code, answer.data) == (206, b"2345")
    assert {name: answer.headers[name] for name in given} == given
    assert answer.headers["Content-Type"] == "video/mp4"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert backend.last("/media/1").headers["range"] == "bytes=2-5"


def test_an_unchanged_file_is_not_sent_again(alice: FlaskClient, backend: FakeBackend) -> None:
    backend.answers("GET /media/1", b"", status=304, headers={"ETag": '"h"'})

    answer = alice.get("/media/1", headers={"If-None-Match": '"h"'})

    assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", '"h"')


def test_the_head_of_a_file_tells_its_length(alice: FlaskClient, backend: FakeBackend) -> None:
    backend.answers("HEAD /media/1", b"0123456789", content_type="video/mp4")

    answer = alice.head("/media/1")

    assert (answer.status_code, answer.headers["Content-Length"], answer.data) == (200, "10", b"")


def test_a_large_file_arrives_whole(alice: FlaskClient, backend: FakeBackend) -> None:
    film = bytes(range(256)) * 12_000
    backend.answers("GET /media/1", film, content_type="video/mp4")

    answer = alice.get("/media/1")

    assert answer.data == film
    assert answer.headers["Content-Length"] == str(len(film))


@pytest.mark.parametrize(
    ("path", "content_type", "size", "limit"),
    [
        ("/fragments/x", "application/x-www-form-urlencoded", 1_000_001, "1 MB"),
        ("/fragments/x", "multipart/form-data; boundary=b", 25_000_001, "25 MB"),
        ("/api/x", "application/json", 10_000_000, "1 MB"),
    ],
)
def test_too_much_is_refused_before_the_backend_hears_of_it(
    alice: FlaskClient, backend: FakeBackend, path: str, content_type: str, size: int, limit: str
) -> None:
    answer = alice.post(path, data=b"x" * size, content_type=content_type, headers={"X-CSRF-Token": TOKEN})

    assert answer.status_code == 413
    assert limit in answer.text
    assert backend.count(path) == 0


def test_too_much_under_htmx_is_a_toast(alice: FlaskClient) -> None:
    answer = alice.post(
        "/fragments/x", data=b"x" * 1_000_001, headers={"HX-Request": "true", "X-CSRF-Token": TOKEN}
    )

    assert answer.status_code == 413
    assert answer.headers["HX-Retarget"] == "#toasts"


def test_html_is_compressed_for_those_who_take_it(alice: FlaskClient, backend: FakeBackend) -> None:
    backend.answers("GET /fragments/x", "<p>words</p>" * 500)

    answer = alice.get("/fragments/x", headers={"Accept-Encoding": "gzip, br"})
    plain = alice.get("/fragments/x", headers={"Accept-Encoding": "gzip;q=0"})

    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.data) == plain.data == b"<p>words</p>" * 500
    assert answer.headers["Content-Length"] == str(len(answer.data))
    assert {"Accept-Encoding", "HX-Request", "HX-Request-Type", "Cookie"} <= set(answer.vary)


@pytest.mark.parametrize(
    ("body", "content_type", "headers"),
    [
        ("<p>short</p>", "text/html", {}),
        ("x" * 5000, "image/svg+xml", {}),
        ("<p>x</p>" * 500, "text/html", {"ETag": '"exact"'}),
    ],
    ids=["short", "media", "named by its bytes"],
)
def test_what_is_not_compressed(
    alice: FlaskClient, backend: FakeBackend, body: str, content_type: str, headers: dict[str, str]
) -> None:
    backend.answers("GET /fragments/x", body, content_type=content_type, headers=headers)

    answer = alice.get("/fragments/x", headers={"Accept-Encoding": "gzip"})

    assert "Content-Encoding" not in answer.headers
    assert answer.text == body
