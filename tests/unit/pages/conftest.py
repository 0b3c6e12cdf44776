"""The frontend over a fake backend on a real socket: in process, and as the real server."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pages.app import create_app
from pages.config import Settings

from tests.support.fake_backend import ALICE, RUTH, FakeBackend, wait_for

FRONTEND = Path(__file__).resolve().parents[3] / "frontend"


@pytest.fixture
def backend() -> Iterator[FakeBackend]:
    """It has a list of conversations, which stands beside most pages; a test tells it the rest."""
    with FakeBackend() as fake:
        fake.answers("GET /fragments/conversations", "<ul>nobody spoke yet</ul>")
        yield fake


@pytest.fixture
def app(backend: FakeBackend) -> Flask:
    return create_app(Settings(backend_url=backend.url, log_level="error", trusted_proxies=1))


@pytest.fixture
def charlie(app: Flask) -> FlaskClient:
    """Signed out."""
    return app.test_client()


@pytest.fixture
def alice(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.set_cookie("studio", ALICE)
    return client


@pytest.fixture
def ruth(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.set_cookie("studio", RUTH)
    return client


@dataclass
class Server:
    """A running frontend and the backend behind it."""

    port: int
    backend: FakeBackend
    pid: int

    def request(self, target: str, *headers: str, method: str = "GET", session: str = ALICE) -> socket.socket:
        """Send a request, as Alice unless another session is named, and return the connection, its answer unread."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        lines = [
            f"{method} {target} HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            f"Cookie: studio={session}",
            *headers,
        ]
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        return connection

    def peak_bytes(self) -> int:
        """The most memory that it and its worker have held."""
        workers = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        states = (Path(f"/proc/{pid}/status").read_text() for pid in (self.pid, *workers))
        return sum(int(state.split("VmHWM:")[1].split()[0]) * 1024 for state in states)

    def open_streams(self) -> int:
        """As the frontend itself counts them."""
        with urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=5) as answer:
            text: str = answer.read().decode()
        return int(float(text.split("\npages_open_streams ")[1].split("\n")[0]))


@pytest.fixture
def server(granian: Server) -> Iterator[Server]:
    """The running frontend, its backend as good as new, and nobody watching."""
    granian.backend.forget()
    wait_for(lambda: granian.open_streams() == 0)
    yield granian


@pytest.fixture(scope="session")
def granian() -> Iterator[Server]:
    """The frontend in its real server, with few threads so that the guard can be reached."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [
        *(str(Path(sys.executable).with_name("granian")), "main:app", "--interface", "wsgi", "--http", "1"),
        *("--no-ws", "--workers", "1", "--blocking-threads", "16", "--workers-kill-timeout", "2"),
        *("--host", "127.0.0.1", "--port", str(port), "--log-level", "error"),
    ]
    with FakeBackend() as fake:
        settings = {"BACKEND_URL": fake.url, "AYCG_SERVER_THREADS": "10", "AYCG_TRUSTED_PROXIES": "0"}
        process = subprocess.Popen(
            command, cwd=FRONTEND, env={**os.environ, **settings, "LOG_LEVEL": "error"}
        )
        try:
            wait_for(lambda: _lives(port), seconds=60)
            yield Server(port, fake, process.pid)
        finally:
            process.terminate()
            process.wait(timeout=30)


def _lives(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
