"""
A service as a builder with a base directory leaves it: its folder alone, in an empty place, in a fresh environment.

No Docker is needed for that. What the image would do is done here step by step: copy the folder, install its
requirements.txt, run its build commands, then run its start string under a login shell whose profile sets the PATH.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx

Found = TypeVar("Found")
ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Running:
    """A started service. `lines` grows while it writes."""

    process: subprocess.Popen[str]
    address: str
    lines: list[str] = field(default_factory=list)

    def get(self, path: str, **headers: str) -> httpx.Response:
        return httpx.get(self.address + path, headers=headers, timeout=10)

    def wait_for(self, path: str, status: int, seconds: float = 60) -> httpx.Response:
        """The first answer of `path` with `status`; fails with the service's own words."""

        def answer() -> httpx.Response | None:
            try:
                response = self.get(path)
            except httpx.TransportError:
                return None
            return response if response.status_code == status else None

        return wait_until(answer, f"{path} to answer {status}", seconds, self)

    def wait_for_line(self, beginning: str) -> str:

        def line() -> str | None:
            return next((line for line in list(self.lines) if line.startswith(beginning)), None)

        return wait_until(line, f"a line that begins with {beginning!r}", 60, self)

    def end(self) -> tuple[int, float]:
        """SIGTERM; its exit code and the seconds it took. Fails when it has not ended after 30 s."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(30)
        return code, time.monotonic() - began


@dataclass(frozen=True)
class Standalone:
    """A service folder copied away from the repository, with an environment of its own."""

    name: str
    folder: Path
    home: Path

    def build(self) -> None:
        """Run the build commands of its nixpacks.toml, in order."""
        for phase in self.plan().get("phases", {}).values():
            for command in phase.get("cmds", []):
                subprocess.run(self.shell(command), cwd=self.folder, env=self.environment(), check=True)

    @contextmanager
    def running(self, **settings: str) -> Iterator[Running]:
        """Start it by its own start string on a free port; it is gone afterwards."""
        port = free_port()
        process = subprocess.Popen(
            self.shell(self.plan()["start"]["cmd"]),
            cwd=self.folder,
            env=self.environment(PORT=str(port), **settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        service = Running(process, f"http://127.0.0.1:{port}")
        assert process.stdout is not None
        reader = threading.Thread(target=collect, args=(process.stdout, service.lines), daemon=True)
        reader.start()
        try:
            yield service
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            reader.join(5)

    def plan(self) -> dict[str, Any]:
        return tomllib.loads((self.folder / "nixpacks.toml").read_text())

    def shell(self, command: str) -> list[str]:
        return ["/bin/bash", "-l", "-c", command]

    def environment(self, **settings: str) -> dict[str, str]:
        """Nothing of the tests' own environment but the way to the network, as in a container."""
        kept = {
            name: value for name, value in os.environ.items() if name.lower().endswith(("_proxy", "_certs"))
        }
        return {**kept, "HOME": str(self.home), "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1", **settings}


def stand_alone(name: str, place: Path) -> Standalone:
    """Copy the service `name` into `place`, make a fresh environment there and install its lock."""
    folder, environment, home = place / "app", place / "venv", place / "home"
    unwanted = shutil.ignore_patterns("__pycache__", "built", "node_modules", ".*_cache")
    shutil.copytree(ROOT / name, folder, symlinks=True, ignore=unwanted)
    subprocess.run([wanted_python(folder), "-m", "venv", "--without-pip", environment], check=True)
    install(environment / "bin" / "python", folder / "requirements.txt")
    home.mkdir()
    # A Nixpacks image does the same in /root/.profile; /etc/profile has just reset the PATH.
    (home / ".profile").write_text(f'PATH="{environment}/bin:$PATH"\n')
    return Standalone(name, folder, home)


def wanted_python(folder: Path) -> str:
    """The Python of .python-version if this machine has it (the images do), else the one of the tests."""
    name = "python" + (folder / ".python-version").read_text().strip()
    found = shutil.which(name)
    works = found and subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode == 0
    return found if found and works else sys.executable


def install(python: Path, lock: Path) -> None:
    """Through uv, which takes a second where pip takes twenty; pip where uv cannot reach what pip can."""
    uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", str(python)]
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    wanted = ["--require-hashes", "-r", str(lock)]
    if subprocess.run([*uv, *wanted], check=False).returncode != 0:
        subprocess.run([str(python), "-m", "ensurepip"], check=True, stdout=subprocess.DEVNULL)
        subprocess.run([*pip, *wanted], check=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def collect(output: Iterable[str], lines: list[str]) -> None:
    for line in output:
        lines.append(line.rstrip("\n"))


def wait_until(attempt: Callable[[], Found | None], what: str, seconds: float, service: Running) -> Found:
    """What `attempt` returns as soon as that is not None; fails at once when the service has ended meanwhile."""
    deadline = time.monotonic() + seconds
    while (found := attempt()) is None:
        code = service.process.poll()
        if code is not None or time.monotonic() > deadline:
            words = "\n".join(service.lines[-40:])
            raise AssertionError(f"waited {seconds:g} s for {what}; exit code {code}; it said:\n{words}")
        time.sleep(0.02)  # another process, of which only attempts can tell how far it is
    return found


@contextmanager
def held(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the database open, as an outgoing container has."""
    program = (
        "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", program, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        try:
            yield holder
        finally:
            holder.kill()


@contextmanager
def open_stream(service: Running) -> Iterator[httpx.Response]:
    """The events of an answer that Ruth, the first administrator, has just asked for and that takes long."""
    ruth = {"email": "ruth@example.org", "password": "correct horse battery"}
    token = service.wait_for_line("Set up: ").split("token=")[1]
    with httpx.Client(base_url=service.address, timeout=20) as client:
        client.post("/api/users", json={**ruth, "setup_token": token}).raise_for_status()
        session = client.post("/api/sessions", json=ruth).raise_for_status().json()
        client.headers["Authorization"] = f"Bearer {session['token']}"
        wish = {"kind": "text", "model": "sandbox/slow", "prompt": "Tell me a long story."}
        generation = client.post("/api/generations", json=wish).raise_for_status().json()
        with client.stream("GET", f"/api/generations/{generation['id']}/events") as stream:
            yield stream.raise_for_status()


@contextmanager
def silent_server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(20)
        yield listener


@contextmanager
def asking(service: Running, path: str) -> Iterator[None]:
    """A request that was sent and whose answer nobody has read yet."""
    host, port = service.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        yield
