"""A conversation without JavaScript: one page whose answer grows while it arrives."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from pages.chat import whole_tags

from tests.support.fake_backend import FakeBackend, Stream, wait_for
from tests.unit.pages.conftest import Server

CONVERSATION = "0199c0de-0000-7000-8000-000000000001"
LIVE = f"/fragments/conversations/{CONVERSATION}/live"
PAGE = f"/chat/{CONVERSATION}?live=1"


def test_charlie_sees_nothing_grow(charlie: FlaskClient, backend: FakeBackend) -> None:
    answer = charlie.get(PAGE)

    assert answer.status_code == 303
    assert backend.count(LIVE) == 0


def test_the_page_arrives_piece_by_piece(server: Server) -> None:
    backend = server.backend
    backend.answers("GET /fragments/conversations", "<ul>the list</ul>")
    seen = b""

    def script(stream: Stream) -> None:
        stream.begin("text/html; charset=utf-8", {"Studio-Title": "About%20soup"})
        wait_for(lambda: b"the list" in seen)  # the head leaves before there is a word of the answer
        stream.send(b"<p>question</p>")
        wait_for(lambda: b"question" in seen)
        stream.send(b"<p>answer</p>")
        wait_for(lambda: b"answer" in seen)
        stream.send(b"<form>composer</form>")
        stream.end()

    backend.streams(f"GET {LIVE}", script)
    with server.request(PAGE, "Connection: close", "Accept-Encoding: gzip") as connection:
        while piece := connection.recv(4096):
            seen += piece

    head, _, body = seen.partition(b"\r\n\r\n")
    assert b"<title>About soup" in body
    assert body.index(b"answer") < body.index(b"composer") < body.index(b"</main>") < body.index(b"</html>")
    assert body.endswith(b"0\r\n\r\n")
    assert b"content-encoding" not in head.lower()
    assert b"cache-control: no-store" in head.lower()
    assert b"content-security-policy" in head.lower()


def test_a_cut_ends_the_page_with_a_sentence_and_a_link(server: Server) -> None:
    backend = server.backend
    backend.answers("GET /fragments/conversations", "<ul>the list</ul>")

    def script(stream: Stream) -> None:
        stream.begin("text/html; charset=utf-8")
        stream.send(b'<p>so far</p><a href="/unfin')
        stream.cut()

    backend.streams(f"GET {LIVE}", script)
    with server.request(PAGE, "Connection: close") as connection:
        seen = b"".join(iter(lambda: connection.recv(4096), b""))

    assert b"so far" in seen
    assert b"unfin" not in seen
    assert f'<a href="{PAGE}">go on reading</a>'.encode() in seen
    assert seen.index(b"go on reading") < seen.index(b"</main>") < seen.index(b"</html>")
    assert seen.endswith(b"0\r\n\r\n")


def test_a_reader_who_leaves_frees_the_backend(server: Server) -> None:
    backend = server.backend
    backend.answers("GET /fragments/conversations", "<ul>the list</ul>")
    streams: list[Stream] = []

    def script(stream: Stream) -> None:
        streams.append(stream)
        stream.begin("text/html; charset=utf-8")
        stream.send_until_client_goes(b"<p>word</p>")

    backend.streams(f"GET {LIVE}", script)
    connection = server.request(PAGE)
    wait_for(lambda: b"word" in connection.recv(4096))

    connection.close()

    wait_for(lambda: streams[0].client_gone.is_set(), seconds=2)


@pytest.mark.parametrize("status", [500, 503])
def test_when_it_cannot_grow_it_is_an_ordinary_page(
    alice: FlaskClient, backend: FakeBackend, status: int
) -> None:
    backend.answers(f"GET {LIVE}", "card", status=status)
    backend.answers(f"GET /fragments/conversations/{CONVERSATION}", "<p>all of it</p>")

    answer = alice.get(PAGE)

    assert answer.status_code == 200
    assert "<p>all of it</p>" in answer.text


def test_a_conversation_of_somebody_else_is_not_there(alice: FlaskClient, backend: FakeBackend) -> None:
    backend.answers(f"GET {LIVE}", "card", status=404)

    assert alice.get(PAGE).status_code == 404


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        ([b"<p>a</p>", b"<p>b</p>"], [b"<p>a</p>", b"<p>b</p>"]),
        ([b"<p>a<", b"/p>"], [b"<p>a", b"</p>"]),
        ([b"<a hre", b'f="x"', b">y"], [b'<a href="x">y']),
        ([b"plain", b" text"], [b"plain", b" text"]),
        ([b"<p>a</p><a hr"], [b"<p>a</p>"]),
        ([], []),
    ],
)
def test_a_tag_is_never_left_open(chunks: list[bytes], expected: list[bytes]) -> None:
    arriving: Iterator[bytes] = iter(chunks)

    assert list(whole_tags(arriving)) == expected
