"""
Both services as they run in production, on free ports and a data directory of their own, to be killed at will.

Each is started by the start string of its Procfile, so that tests meet the very servers that a deployment has.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "correct horse battery"


def free_port() -> int:
    """A port nobody listens on now; never one of those that Chromium refuses (5060, 6000 …): all are above 20000."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Service:
    """One of the two, through restarts on the same port."""

    name: str
    port: int
    settings: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = _start_string(self.name).replace("0.0.0.0", "127.0.0.1")
        environment = {**os.environ, **self.settings, "PORT": str(self.port), "PYTHONUNBUFFERED": "1"}
        environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                ["/bin/sh", "-c", command],
                cwd=ROOT / self.name,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until_ready(self, path: str = "/readyz", seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            assert self.process is not None and self.process.poll() is None, (
                f"{self.name} ended:\n{self.words()}"
            )
            try:
                if httpx.get(self.address + path, timeout=2).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.02)  # the one place that polls: there is no signal for "a process listens"
        raise AssertionError(f"{self.name} is not ready after {seconds} s:\n{self.words()}")

    def kill(self) -> None:
        """SIGKILL to the whole group, and wait until it is gone."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def stop(self, seconds: float = 25) -> int:
        """SIGTERM, as a deployment does; the exit status. Fails when it takes longer."""
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGTERM)
        status = self.process.wait(seconds)
        self.process = None
        return status

    def words(self) -> str:
        return self.log.read_text(errors="replace")[-4000:] if self.log.exists() else ""


@dataclass
class Services:
    """The studio: a backend, a frontend that knows it, and the directory they keep things in."""

    backend: Service
    frontend: Service
    data_dir: Path
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return self.frontend.address

    def setup_token(self) -> str:
        """The token of the line that the backend prints while there is no administrator."""
        found = re.findall(r"^Set up: \S+token=(\S+)$", self.backend.words(), re.MULTILINE)
        assert found, f"no set-up line in:\n{self.backend.words()}"
        return str(found[-1])

    def add_people(self) -> None:
        """Ruth the administrator, then Alice and Bob; registration has to be open."""
        register(self.backend.address, "ruth@example.org", "Ruth", setup_token=self.setup_token())
        for name in ("Alice", "Bob"):
            register(self.backend.address, f"{name.lower()}@example.org", name)

    def token(self, name: str) -> str:
        """A session of this person, made once."""
        if name not in self.tokens:
            self.tokens[name] = self.new_token(f"{name}@example.org")
        return self.tokens[name]

    def new_token(self, email: str) -> str:
        """Another session of whoever has this e-mail."""
        body = {"email": email, "password": PASSWORD}
        answer = httpx.post(f"{self.backend.address}/api/sessions", json=body, timeout=30)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["token"])

    def api(self, name: str, *, through_frontend: bool = False) -> httpx.Client:
        """A JSON client that acts as this person."""
        address = self.frontend.address if through_frontend else self.backend.address
        return httpx.Client(
            base_url=address, headers={"Authorization": f"Bearer {self.token(name)}"}, timeout=30
        )


def register(address: str, email: str, name: str, *, client: str = "127.0.0.1", **more: str) -> None:
    """A new account; `client` is the address it seems to come from, since each may register only so many a day."""
    body = {"email": email, "password": PASSWORD, "name": name, **more}
    answer = httpx.post(f"{address}/api/users", json=body, headers={"X-Client-Address": client}, timeout=30)
    assert answer.status_code == 201, answer.text


@contextmanager
def running_services(place: Path, **settings: str) -> Iterator[Services]:
    """Both services over an empty data directory in `place`, ended with it."""
    backend_port, frontend_port = free_port(), free_port()
    data_dir = place / "data"
    backend = Service(
        "backend",
        backend_port,
        {
            "AYCG_DATA_DIR": str(data_dir),
            "AYCG_REGISTRATION": "open",
            "AYCG_PUBLIC_URL": f"http://127.0.0.1:{frontend_port}",
            **settings,
        },
        place / "backend.log",
    )
    frontend = Service(
        "frontend",
        frontend_port,
        {"BACKEND_URL": backend.address, "AYCG_TRUSTED_PROXIES": "0"},
        place / "frontend.log",
    )
    services = Services(backend, frontend, data_dir)
    try:
        backend.start()
        frontend.start()
        backend.wait_until_ready()
        frontend.wait_until_ready()
        wait_for_models(backend.address)
        yield services
    finally:
        frontend.kill()
        backend.kill()


def wait_for_models(address: str, seconds: float = 20) -> None:
    """The catalogue is filled in the background after the start; its number is in the metrics."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if re.search(r"^studio_models [1-9]", httpx.get(f"{address}/metrics", timeout=5).text, re.MULTILINE):
            return
        time.sleep(0.02)  # metrics are read, they tell nobody
    raise AssertionError("the list of models never came")


def _start_string(name: str) -> str:
    return str(json.loads((ROOT / name / "railpack.json").read_text())["deploy"]["startCommand"])
