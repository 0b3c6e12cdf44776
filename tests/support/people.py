"""The cast, as callers of a backend that runs in this process."""

import time
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from httpx import Response
from starlette.testclient import TestClient
from studio.accounts.desk import Desk
from studio.accounts.registration import ensure_setup_token

from tests.support.accounts import PASSWORD, cheap_passwords

OPEN_WITHIN_SECONDS = 30


@dataclass
class Caller:
    """Somebody with a session (or, without a token, Charlie): requests carry it, `id` and `email` say who it is."""

    backend: TestClient
    token: str | None = None
    id: str = ""
    email: str = ""

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def request(self, method: str, address: str, **more: Any) -> Response:
        headers = {**self.headers, **more.pop("headers", {})}
        answer: Response = self.backend.request(method, address, headers=headers, **more)
        return answer

    def get(self, address: str, **more: Any) -> Response:
        return self.request("GET", address, **more)

    def post(self, address: str, **more: Any) -> Response:
        return self.request("POST", address, **more)

    def put(self, address: str, **more: Any) -> Response:
        return self.request("PUT", address, **more)

    def delete(self, address: str, **more: Any) -> Response:
        return self.request("DELETE", address, **more)


def wait_until_open(app: FastAPI) -> None:
    """Until the database is open; then passwords get cheap, since these tests are about something else."""
    give_up = time.monotonic() + OPEN_WITHIN_SECONDS
    while getattr(app.state, "studio", None) is None:
        assert time.monotonic() < give_up, "the studio did not open"
        time.sleep(0.005)  # the opening thread tells nobody; only the attribute shows it
    app.state.studio.desk = Desk(cheap_passwords())


def set_up(backend: TestClient) -> Caller:
    """Ruth, the administrator."""
    token = ensure_setup_token(backend.app.state.studio.db)  # type: ignore[attr-defined]
    return join(backend, "ruth@example.org", name="Ruth", setup_token=token)


def join(backend: TestClient, email: str, **wish: str | None) -> Caller:
    """A new account, signed in through the API."""
    joined = backend.post("/api/users", json={"email": email, "password": PASSWORD, **wish})
    assert joined.status_code == 201, joined.text
    return enter(backend, email)


def enter(backend: TestClient, email: str, password: str = PASSWORD) -> Caller:
    """Another session of somebody who has an account."""
    entered = backend.post("/api/sessions", json={"email": email, "password": password})
    assert entered.status_code == 201, entered.text
    body = entered.json()
    return Caller(backend, body["token"], body["user"]["id"], email)
