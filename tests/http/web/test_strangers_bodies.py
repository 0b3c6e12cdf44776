"""Who sends a body is asked before it is read: over a socket, for every route there is and every one of tomorrow."""

import http.client
import re
import socket
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from tests.http.web.test_every_route import OPEN_TO_ALL
from tests.support.people import Caller, enter
from tests.support.talking import Talk

BROKEN = {
    "json": ("application/json", b'{"kind": "text", '),
    "no json": ("application/json", b"\xff\xfe\x00"),
    "multipart": ("multipart/form-data; boundary=x", b"--y\r\nnothing of the kind"),
    "no boundary": ("multipart/form-data", b"--x\r\n\r\n"),
    "urlencoded": ("application/x-www-form-urlencoded", b"ids=nonsense&%zz=%"),
    "unknown": ("application/x-nothing", b"\x00"),
}
UNSENT_BYTES = 1_000_000


@pytest.fixture(scope="module")
def closed(talk: Talk) -> list[tuple[str, str]]:
    """(method, address) of every unsafe route for which one has to sign in."""
    told = talk.app.openapi()["paths"]
    routes = {(method.upper(), path) for path, item in told.items() for method in item}
    unsafe = sorted(route for route in routes - OPEN_TO_ALL if route[0] != "GET")
    assert len(unsafe) > 30
    return [(method, re.sub(r"\{[^}]*\}", str(uuid4()), path)) for method, path in unsafe]


@pytest.fixture
def line(talk: Talk) -> Iterator[http.client.HTTPConnection]:
    """One connection for all requests: `auto_open` is off, so that one which is cut is not opened again unseen."""
    address = urlsplit(str(talk.client.base_url))
    with closing(http.client.HTTPConnection(address.hostname or "", address.port, timeout=10)) as line:
        line.connect()
        line.auto_open = 0
        yield line


@pytest.mark.parametrize("kind", BROKEN)
def test_a_stranger_is_asked_to_sign_in_whatever_is_wrong_with_the_body(
    closed: list[tuple[str, str]], line: http.client.HTTPConnection, kind: str
) -> None:
    media_type, body = BROKEN[kind]

    told = {}
    for method, address in closed:
        line.request(method, address, body, {"Content-Type": media_type})
        answer = line.getresponse()
        told[method, address] = (answer.status, answer.headers["WWW-Authenticate"])
        assert b"Please sign in first." in answer.read()

    assert told == dict.fromkeys(closed, (401, "Bearer"))


@pytest.mark.parametrize("media_type", ["application/json", "multipart/form-data; boundary=x"])
def test_not_a_byte_of_the_body_is_waited_for(
    talk: Talk, closed: list[tuple[str, str]], media_type: str
) -> None:
    address = urlsplit(str(talk.client.base_url))

    told = {}
    for method, path in closed:
        with socket.create_connection((address.hostname or "", address.port or 0), timeout=10) as wire:
            wire.sendall(
                f"{method} {path} HTTP/1.1\r\nHost: studio\r\nContent-Type: {media_type}\r\n"
                f"Content-Length: {UNSENT_BYTES}\r\n\r\n".encode()
            )
            told[method, path] = wire.recv(12)

    assert told == dict.fromkeys(closed, b"HTTP/1.1 401")


def test_a_large_upload_of_a_stranger_keeps_the_connection(line: http.client.HTTPConnection) -> None:
    for _ in range(2):
        line.request(
            "POST", "/api/assets", b"x" * 8_000_000, {"Content-Type": "multipart/form-data; boundary=x"}
        )
        answer = line.getresponse()
        assert (answer.status, answer.getheader("Connection")) == (401, None)
        answer.read()


def test_who_has_left_is_a_stranger(talk: Talk, line: http.client.HTTPConnection) -> None:
    left = enter(talk.client, "alice@example.org")  # type: ignore[arg-type]
    assert left.delete("/api/sessions/current").status_code == 204

    line.request("POST", "/api/generations", b"{", {**left.headers, "Content-Type": "application/json"})

    assert line.getresponse().status == 401


def test_a_member_is_told_that_it_is_for_administrators_before_what_is_wrong(
    talk: Talk, closed: list[tuple[str, str]]
) -> None:
    def send(who: Caller, method: str, address: str) -> int:
        return who.request(
            method, address, content=b"{", headers={"Content-Type": "application/json"}
        ).status_code

    for_administrators = [route for route in closed if "/admin" in route[1]]

    assert {send(talk.alice, *route) for route in for_administrators} == {403}
    assert send(talk.ruth, "POST", "/api/admin/invitations") == 422
    assert send(talk.alice, "POST", "/api/generations") == 422
