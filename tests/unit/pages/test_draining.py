"""What is refused is read away, so that its sender hears why; but neither for ever nor into memory."""

import io

import pytest
from pages import draining
from pages.draining import Rest
from pages.streams import Arrivals

from tests.unit.pages.conftest import Server

MEGABYTE = 1_000_000


class Endless(io.RawIOBase):
    """A sender who never ends."""

    def read(self, size: int = -1) -> bytes:
        return bytes(size)


def rest(length: int) -> Rest:
    return Rest(Endless(), length, Arrivals(10), "192.0.2.1")  # type: ignore[arg-type]


def size_of(rest: Rest) -> int:
    return sum(len(block) for block in iter(lambda: rest.read(MEGABYTE), b""))


def test_it_is_read_to_its_end() -> None:
    assert size_of(rest(90 * MEGABYTE)) == 90 * MEGABYTE


def test_a_gigabyte_is_the_most_that_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draining, "AT_MOST_BYTES", 50 * MEGABYTE)

    assert size_of(rest(90 * MEGABYTE)) == 50 * MEGABYTE


def test_who_takes_too_long_is_heard_to_32_megabytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draining, "AT_MOST_SECONDS", -1.0)

    assert size_of(rest(90 * MEGABYTE)) == 32 * MEGABYTE


def test_where_too_many_send_it_ends_at_once() -> None:
    crowded = Arrivals(1)

    with crowded.waiting("192.0.2.1"):
        assert Rest(Endless(), MEGABYTE, crowded, "192.0.2.1").read(100) == b""  # type: ignore[arg-type]


def test_a_film_of_300_megabytes_gets_its_sentence_and_takes_no_memory(server: Server) -> None:
    head = b'--b\r\nContent-Disposition: form-data; name="prompt"\r\n\r\nKept words of a long evening\r\n'
    head += b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n'
    tail, piece = b"\r\n--b--\r\n", bytes(10 * MEGABYTE)
    before = server.peak_bytes()

    connection = server.request(
        "/fragments/conversations",
        "Content-Type: multipart/form-data; boundary=b",
        f"Content-Length: {len(head) + 30 * len(piece) + len(tail)}",
        "Sec-Fetch-Site: same-origin",
        "Connection: close",
        method="POST",
    )
    connection.sendall(head)
    for _ in range(30):
        connection.sendall(piece)
    connection.sendall(tail)
    answer = b"".join(iter(lambda: connection.recv(65536), b"")).decode()

    assert answer.startswith("HTTP/1.1 413")
    assert "more than the 25 MB" in answer
    assert "Kept words of a long evening" in answer
    assert server.peak_bytes() - before < 30 * MEGABYTE
