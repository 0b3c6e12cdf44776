"""
What scripts/run does after the set-up: runs backend and frontend, and keeps them running.

Each service is started by the very command its Procfile gives the deployment, only on 127.0.0.1. One loop passes
their lines on, watches the processes, restarts one that died (the data are on disk), and on Ctrl-C or SIGTERM
asks both to end. A service that cannot even start the first time ends the run with its own words: it is a wrong
setting, and trying again would not mend it.
"""

import contextlib
import os
import re
import selectors
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

from ending import StopWish, end_with_parent

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
GRACE_SECONDS = 25
LONGEST_PAUSE_SECONDS = 30.0


@dataclass
class Service:
    """One of the two processes, through all its restarts."""

    name: str
    port: int
    ready_path: str
    settings: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    unfinished_line: bytes = b""
    was_ready: bool = False
    started_at: float = 0.0
    failures: int = 0
    restart_at: float = field(default=0.0)

    def start(self) -> None:
        command = web_command(self.name).replace("0.0.0.0", HOST)
        environment = {**os.environ, **self.settings, "PORT": str(self.port), "PYTHONUNBUFFERED": "1"}
        environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", command],
            cwd=ROOT / self.name,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches this program alone, which then asks each service once
            preexec_fn=end_with_parent,
        )
        assert self.process.stdout is not None
        os.set_blocking(self.process.stdout.fileno(), False)
        self.started_at = time.monotonic()

    def is_ready(self) -> bool:
        try:
            with urlopen(f"http://{HOST}:{self.port}{self.ready_path}", timeout=1) as answer:
                self.was_ready = self.was_ready or answer.status == 200
        except OSError:
            return False
        return self.was_ready

    def pass_lines_on(self) -> None:
        """Print what it has written by now: whole lines, marked with its name; the set-up line stays bare."""
        assert self.process is not None and self.process.stdout is not None
        with contextlib.suppress(BlockingIOError, OSError):
            while chunk := os.read(self.process.stdout.fileno(), 65536):
                *lines, self.unfinished_line = (self.unfinished_line + chunk).split(b"\n")
                for line in lines:
                    text = line.decode(errors="replace")
                    print(text if text.startswith("Set up: ") else f"{self.name:8} | {text}", flush=True)

    def end(self, number: signal.Signals) -> None:
        """Send to the whole group: a server killed by force would leave its worker holding the port."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)


def main() -> int:
    stop = StopWish()
    services = wished_services()
    for service in services:
        refuse_used_port(service)
    for service in services:
        service.start()
    announced = False
    try:
        while not stop.wished:
            wait_for_output(services, stop, seconds=0.03 if not announced else 0.5)
            for service in services:
                tend(service)
            if not announced and all(service.is_ready() for service in services):
                services[0].pass_lines_on()  # its set-up line was written before it called itself ready
                print(f"All You Can GET: {services[0].settings['AYCG_PUBLIC_URL']}", flush=True)
                announced = True
    finally:
        end_all(services)
    return 0


def wished_services() -> tuple[Service, Service]:
    """Backend and frontend as the environment wants them; see docs/deployment/settings.md."""
    frontend_port = port_from("AYCG_FRONTEND_PORT", 12016)
    backend_port = port_from("AYCG_BACKEND_PORT", 12015)
    data = Path(os.environ.get("AYCG_DATA_DIR") or ROOT / "data").absolute()
    both = {"LOG_FORMAT": os.environ.get("LOG_FORMAT", "console")}
    public = os.environ.get("AYCG_PUBLIC_URL") or f"http://{HOST}:{frontend_port}"
    hops = os.environ.get("AYCG_TRUSTED_PROXIES", "0")
    behind = {"AYCG_DATA_DIR": str(data), "AYCG_PUBLIC_URL": public}
    before = {"BACKEND_URL": f"http://{HOST}:{backend_port}", "AYCG_TRUSTED_PROXIES": hops}
    return (
        Service("backend", backend_port, "/readyz", both | behind),
        Service("frontend", frontend_port, "/healthz", both | before),
    )


def port_from(name: str, otherwise: int) -> int:
    text = os.environ.get(name) or str(otherwise)
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        sys.exit(f"{name}={text} is not a port number (1 to 65535).")
    return int(text)


def refuse_used_port(service: Service) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, service.port))
        except OSError:
            sys.exit(
                f"Port {service.port} is taken, perhaps by a studio that already runs: end that one, "
                f"or choose another port with AYCG_{service.name.upper()}_PORT."
            )


def web_command(name: str) -> str:
    """The deployment's start command of a service, from its Procfile."""
    found = re.search(r"^web: (.+)$", (ROOT / name / "Procfile").read_text(), re.MULTILINE)
    assert found is not None, f"{name}/Procfile has no web line"
    return found[1]


def tend(service: Service) -> None:
    """Pass its lines on; if it died, start it again after a pause that doubles while it keeps dying."""
    now = time.monotonic()
    if service.process is None:
        if now >= service.restart_at:
            service.start()
        return
    service.pass_lines_on()
    code = service.process.poll()
    if code is None:
        return
    service.end(signal.SIGKILL)
    service.process = None
    if not service.was_ready:
        sys.exit(f"The {service.name} could not start (exit code {code}); its words are above.")
    service.failures = 0 if now - service.started_at > LONGEST_PAUSE_SECONDS else service.failures + 1
    pause = min(LONGEST_PAUSE_SECONDS, 0.2 * 2.0**service.failures)
    service.restart_at = now + pause
    print(f"The {service.name} ended by itself ({code}); starting it again in {pause:.1f} s.", flush=True)


def wait_for_output(services: tuple[Service, ...], stop: StopWish, seconds: float) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(stop.reader, selectors.EVENT_READ)
        for service in services:
            if service.process is not None and service.process.stdout is not None:
                selector.register(service.process.stdout, selectors.EVENT_READ)
        selector.select(seconds)


def end_all(services: tuple[Service, ...]) -> None:
    """SIGTERM to each; whoever has not ended after GRACE_SECONDS is killed."""
    for service in services:
        if service.process is not None:
            service.process.terminate()
    deadline = time.monotonic() + GRACE_SECONDS
    for service in services:
        while service.process is not None and service.process.poll() is None and time.monotonic() < deadline:
            service.pass_lines_on()
            time.sleep(0.02)
        if service.process is not None:
            service.pass_lines_on()
        service.end(signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
