"""The headers that every answer carries, static files, health, and numbers."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pages.config import Settings
from pages.static_files import init_static, read_manifest

from tests.support.fake_backend import FakeBackend
from tests.unit.pages.conftest import FRONTEND

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/login", "/chat", "/nothing", "/healthz", "/readyz", "/metrics", "/static/favicon.svg"),
        *("/favicon.ico", "/manifest.webmanifest", "/fragments/x", "/api/x", "/v1/x", "/fragments/../x"),
    ],
)
def test_security_headers_stand_on_every_answer(charlie: FlaskClient, path: str) -> None:
    headers = charlie.get(path).headers

    assert headers["Content-Security-Policy"] == POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "X-Request-Id" in headers
    assert "Cache-Control" in headers
    assert "Strict-Transport-Security" not in headers


def test_a_page_is_private(alice: FlaskClient, backend: FakeBackend) -> None:
    backend.answers("GET /fragments/create", "<p>x</p>")

    answer = alice.get("/")

    assert answer.headers["Cache-Control"] == "no-store"
    assert {"HX-Request", "HX-Request-Type", "Cookie"} <= set(answer.vary)


def test_pages_hold_nothing_their_policy_forbids(ruth: FlaskClient, backend: FakeBackend) -> None:
    backend.stop()
    page = ruth.get("/admin").text

    assert "<style" not in page
    assert " style=" not in page
    assert "hx-on" not in page
    assert page.count("<script") == page.count("<script defer src=")


def test_liveness_asks_nobody_and_readiness_asks_the_backend(
    charlie: FlaskClient, backend: FakeBackend
) -> None:
    ready = charlie.get("/readyz")
    backend.stop()

    assert ready.status_code == 200
    assert charlie.get("/healthz").status_code == 200
    assert charlie.get("/readyz").status_code == 503
    assert [asked.path for asked in backend.asked] == ["/readyz"]


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "X-Real-Ip"])
def test_the_numbers_are_not_for_those_who_come_through_a_proxy(charlie: FlaskClient, header: str) -> None:
    assert charlie.get("/metrics", headers={header: "127.0.0.1"}).status_code == 404


@pytest.mark.parametrize(
    ("address", "status"), [("8.8.8.8", 404), ("2606:4700::1", 404), ("10.0.3.4", 200), ("::1", 200)]
)
def test_the_numbers_are_for_the_private_network(charlie: FlaskClient, address: str, status: int) -> None:
    answer = charlie.get("/metrics", environ_base={"REMOTE_ADDR": address})

    assert answer.status_code == status


def test_the_numbers_count_by_route(alice: FlaskClient) -> None:
    alice.get("/chat/0199c0de-0000-7000-8000-000000000001")

    text = alice.get("/metrics").text

    assert 'route="/chat/<uuid:conversation_id>",status="404"} 1.0' in text
    assert "pages_open_streams 0.0" in text
    assert "0199c0de" not in text


def test_hashed_files_stay_for_ever_and_are_compressed(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "built").mkdir()
    (tmp_path / "built" / "app.0123456789ab.css").write_text("a{color:red}" * 200)
    (tmp_path / "built" / "manifest.json").write_text(json.dumps({"app.css": "app.0123456789ab.css"}))
    app.blueprints.pop("static_files")
    fresh = Flask("fresh", static_folder=None)
    fresh.request_class = app.request_class
    init_static(fresh, tmp_path)
    client = fresh.test_client()

    answer = client.get("/static/built/app.0123456789ab.css", headers={"Accept-Encoding": "gzip"})
    again = client.get(
        "/static/built/app.0123456789ab.css",
        headers={"Accept-Encoding": "gzip", "If-None-Match": answer.headers["ETag"]},
    )

    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert gzip.decompress(answer.data) == b"a{color:red}" * 200
    assert again.status_code == 304
    assert fresh.jinja_env.globals["assets"] == {"app.css": "/static/built/app.0123456789ab.css"}


def test_a_manifest_names_only_what_is_there(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) == {}
    (tmp_path / "built").mkdir()
    (tmp_path / "built" / "manifest.json").write_text('{"htmx.js": "htmx.gone.js"}')
    assert read_manifest(tmp_path) == {}


def test_without_a_build_the_page_carries_no_script(app: Flask, charlie: FlaskClient) -> None:
    app.jinja_env.globals["assets"] = {}

    page = charlie.get("/login")

    assert "<script" not in page.text


@pytest.mark.parametrize(
    "name", ["../main.py", "%2e%2e/main.py", "built", "css/../../main.py", "nothing.css"]
)
def test_only_our_static_files_are_served(charlie: FlaskClient, name: str) -> None:
    assert charlie.get(f"/static/{name}").status_code == 404


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("AYCG_", "BACKEND"))}
    return subprocess.run(
        [sys.executable, "-c", "import main"],
        cwd=FRONTEND,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_wrong_settings_are_listed_all_at_once() -> None:
    outcome = start(PORT="many", LOG_LEVEL="loud", AYCG_TRUSTED_PROXIES="-1")

    assert outcome.returncode == 2
    assert [
        name in outcome.stderr for name in ("BACKEND_URL", "PORT", "LOG_LEVEL", "AYCG_TRUSTED_PROXIES")
    ] == [True] * 4
    assert "Traceback" not in outcome.stderr


@pytest.mark.parametrize(
    "url", ["localhost:12015", "http://", "http://host:12015/path", "http://host:x", "ftp://h"]
)
def test_an_address_of_the_backend_that_cannot_be_one_stops_the_start(url: str) -> None:
    outcome = start(BACKEND_URL=url)

    assert outcome.returncode == 2
    assert "BACKEND_URL" in outcome.stderr


def test_right_settings_start_the_service() -> None:
    assert start(BACKEND_URL="http://backend:12015/").returncode == 0
    assert Settings(backend_url="http://backend:12015/").backend_url == "http://backend:12015"


def test_a_log_line_holds_neither_tokens_nor_paths() -> None:
    program = (
        "from pages.app import create_app; from pages.config import Settings;"
        "c = create_app(Settings(backend_url='http://127.0.0.1:1')).test_client();"
        "c.get('/setup?token=s3cret'); c.get('/s/s3cret'); c.post('/fragments/s3cret', data={'prompt': 's3cret'})"
    )
    outcome = subprocess.run(
        [sys.executable, "-c", program], cwd=FRONTEND, capture_output=True, text=True, timeout=30, check=True
    )

    assert '"route": "/setup"' in outcome.stdout
    assert "s3cret" not in outcome.stdout + outcome.stderr
