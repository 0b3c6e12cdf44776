"""The frontend refuses what is too large by the backend's measure."""

from flask import Flask
from flask.testing import FlaskClient

from tests.support.fake_backend import FakeBackend

BEARER = {"Authorization": "Bearer a-key-of-a-program"}


def send(client: FlaskClient, size: int) -> int:
    form = {"Content-Type": "multipart/form-data; boundary=b", **BEARER}
    return client.post("/api/assets", data=b"x" * size, headers=form).status_code


def asked_for_limits(backend: FakeBackend) -> int:
    return sum(asked.path == "/api/limits" for asked in backend.asked)


def told(backend: FakeBackend, body: str) -> None:
    backend.answers("GET /api/limits", body, content_type="application/json")
    backend.answers("POST /api/assets", "{}", content_type="application/json")


def test_the_backend_says_how_much_may_be_sent(charlie: FlaskClient, backend: FakeBackend) -> None:
    told(backend, '{"upload_max_bytes": 2000000}')

    assert [send(charlie, 2_000_000), send(charlie, 2_000_001)] == [200, 413]


def test_it_is_asked_once_not_for_every_upload(charlie: FlaskClient, backend: FakeBackend) -> None:
    told(backend, '{"upload_max_bytes": 2000000}')

    for _ in range(5):
        send(charlie, 10)

    assert asked_for_limits(backend) == 1


def test_what_is_no_answer_leaves_the_last_one(
    app: Flask, charlie: FlaskClient, backend: FakeBackend
) -> None:
    told(backend, '{"upload_max_bytes": 2000000}')
    send(charlie, 10)
    told(backend, "<h1>502</h1>")
    app.extensions["limits"]._good_until = 0.0

    assert send(charlie, 2_000_001) == 413
    assert asked_for_limits(backend) == 2


def test_before_anything_was_told_it_is_25_megabytes(charlie: FlaskClient, backend: FakeBackend) -> None:
    told(backend, '{"upload_max_bytes": "many"}')

    assert send(charlie, 25_000_001) == 413
