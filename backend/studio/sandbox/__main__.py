"""
`python -m studio.sandbox --port N`: the sandbox alone, at `http://127.0.0.1:N/v1`. Port 0 takes a free one.
"""

from __future__ import annotations

import argparse
import socket
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from studio.sandbox.app import create_sandbox


class Announcing(uvicorn.Server):
    """Says where it listens once it does."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        for listening in sockets or ():
            host, port = listening.getsockname()[:2]
            print(f"sandbox listening on http://{host}:{port}/v1", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m studio.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 (the default) takes a free port")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument(
        "--speed", type=float, default=1.0, help="divides every wait; inf does not wait at all"
    )
    parser.add_argument("--ugly", action="store_true", help="list the misbehaving models, too")
    parser.add_argument("--record", action="store_true", help="keep the last requests at /v1/_requests")
    parser.add_argument("--fillers", type=int, default=0, help="list so many further models")
    parser.add_argument("--directory", type=Path, help="keep films and their jobs here, across restarts")
    wanted = parser.parse_args()
    sandbox = create_sandbox(
        speed=wanted.speed,
        list_ugly=wanted.ugly,
        record=wanted.record,
        fillers=wanted.fillers,
        directory=wanted.directory,
    )
    config = uvicorn.Config(
        Starlette(routes=[Mount("/v1", app=sandbox)]),
        host=wanted.host,
        port=wanted.port,
        log_level="warning",
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=1,
    )
    Announcing(config).run(sockets=[config.bind_socket()])


if __name__ == "__main__":
    main()
