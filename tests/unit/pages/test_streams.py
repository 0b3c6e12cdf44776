"""Streams through the real server: piece by piece, cut, left, resumed, and never too many."""

import http.client
import select
import socket
import threading
from collections import Counter

from tests.support.fake_backend import ALICE, Stream, wait_for
from tests.unit.pages.conftest import Server

EVENTS = "/fragments/messages/1/events"


def test_each_piece_arrives_before_the_next_is_written(server: Server) -> None:
    backend = server.backend
    seen: list[bytes] = []

    def script(stream: Stream) -> None:
        stream.begin()
        stream.send(b"id: 1\ndata: one\n\n")
        wait_for(lambda: b"one" in b"".join(seen))
        stream.send(b": heartbeat\n\n")
        wait_for(lambda: b"heartbeat" in b"".join(seen))
        stream.send(b"id: 2\ndata: two\n\n")
        stream.end()

    backend.streams(f"GET {EVENTS}", script)
    with server.request(f"{EVENTS}?after=0", "Last-Event-ID: 41", "Connection: close") as connection:
        while piece := connection.recv(4096):
            seen.append(piece)

    whole = b"".join(seen)
    head = whole.partition(b"\r\n\r\n")[0].lower()
    assert b"data: two" in whole
    assert whole.endswith(b"0\r\n\r\n")
    assert b"content-type: text/event-stream" in head
    assert b"cache-control: no-store, no-transform" in head
    assert b"x-accel-buffering: no" in head
    assert b"content-security-policy:" in head
    assert b"content-encoding" not in head
    asked = backend.last(EVENTS)
    assert (asked.target, asked.headers["last-event-id"]) == (f"{EVENTS}?after=0", "41")
    assert asked.headers["authorization"] == f"Bearer {ALICE}"


def test_bodies_that_never_end_stop_only_their_sender(server: Server) -> None:
    """Twenty promises of a body, on sixteen threads: two are waited for, the others refused, and pages go on."""
    promises = [
        server.request("/fragments/sessions", "Content-Type: text/plain", "Content-Length: 9", method="POST")
        for _ in range(20)
    ]
    try:
        statuses = Counter(connection.recv(12)[9:] for connection in promises if _is_answered(connection))

        assert statuses == {b"503": 18}
        # It leads Alice on, for she is known.
        with server.request("/login", "Connection: close") as connection:
            assert b" 303 " in read_all(connection).partition(b"\r\n")[0]
    finally:
        for connection in promises:
            connection.close()


def test_a_cut_upstream_ends_the_stream_in_good_order(server: Server) -> None:
    backend = server.backend

    def script(stream: Stream) -> None:
        stream.begin()
        stream.send(b"data: one\n\n")
        stream.cut()

    backend.streams(f"GET {EVENTS}", script)

    with server.request(EVENTS, "Connection: close") as connection:
        whole = read_all(connection)

    assert b"data: one" in whole
    assert whole.endswith(b"0\r\n\r\n")


def test_a_browser_that_leaves_frees_the_backend_within_two_seconds(server: Server) -> None:
    backend = server.backend
    streams: list[Stream] = []

    def script(stream: Stream) -> None:
        streams.append(stream)
        stream.begin()
        stream.send_until_client_goes(b"data: tick\n\n")

    backend.streams(f"GET {EVENTS}", script)
    connection = server.request(EVENTS)
    wait_for(lambda: b"tick" in connection.recv(4096))

    connection.close()

    wait_for(lambda: streams[0].client_gone.is_set(), seconds=2)
    wait_for(lambda: server.open_streams() == 0)


def test_streams_leave_threads_for_pages(server: Server) -> None:
    backend = server.backend

    def script(stream: Stream) -> None:
        stream.begin()
        stream.send_until_client_goes(b"data: tick\n\n")

    backend.streams(f"GET {EVENTS}", script)
    # 80 % of the 10 threads it was told of, each session with its own share of them
    watching = [server.request(EVENTS, session=f"session-of-person-{number // 2}") for number in range(8)]
    wait_for(lambda: server.open_streams() == backend.count(EVENTS) == 8)

    with server.request(EVENTS, "HX-Request: true", "Connection: close") as connection:
        refused = read_all(connection)
    with server.request("/login", "Connection: close") as connection:
        page = read_all(connection)

    assert refused.startswith(b"HTTP/1.1 503")
    assert b"retry-after: 5" in refused.lower()
    assert page.startswith(b"HTTP/1.1 303")
    assert backend.count(EVENTS) == 8
    for connection in watching:
        connection.close()
    wait_for(lambda: server.open_streams() == 0)
    with server.request(EVENTS) as connection:
        wait_for(lambda: b"tick" in connection.recv(4096))


def test_one_session_cannot_take_the_streams_of_all(server: Server) -> None:
    backend = server.backend

    def script(stream: Stream) -> None:
        stream.begin()
        stream.send_until_client_goes(b"data: tick\n\n")

    backend.streams(f"GET {EVENTS}", script)
    watching = [
        server.request(EVENTS, session="session-of-greedy") for _ in range(2)
    ]  # a fifth of 10 threads
    wait_for(lambda: server.open_streams() == 2)

    with server.request(
        EVENTS, "HX-Request: true", "Connection: close", session="session-of-greedy"
    ) as connection:
        refused = read_all(connection)
    other = server.request(EVENTS, session="session-of-modest")
    wait_for(lambda: server.open_streams() == 3)

    assert refused.startswith(b"HTTP/1.1 503")
    for connection in (*watching, other):
        connection.close()


def test_a_refused_stream_is_not_counted(server: Server) -> None:
    for _ in range(12):
        with server.request(EVENTS, "HX-Request: true", "Connection: close") as connection:
            assert read_all(connection).startswith(b"HTTP/1.1 404")

    assert server.open_streams() == 0


def test_a_file_that_breaks_off_is_seen_to_be_short(server: Server) -> None:
    backend = server.backend
    has_begun = threading.Event()

    def script(stream: Stream) -> None:
        stream.handler.send_response(200)
        stream.handler.send_header("Content-Length", "1000000")
        stream.handler.send_header("Content-Type", "video/mp4")
        stream.handler.end_headers()
        stream.handler.wfile.write(b"x" * 200_000)
        has_begun.wait(10)  # cut at once, the connection may end before the reader has seen its headers
        stream.cut()

    backend.streams("GET /media/1", script)
    client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    client.request("GET", "/media/1", headers={"Cookie": f"studio={ALICE}"})
    answer = client.getresponse()
    begun = len(answer.read(1000))
    has_begun.set()

    try:
        got = begun + len(answer.read())
        is_short = False
    except (http.client.IncompleteRead, ConnectionError):
        got, is_short = 0, True

    assert answer.headers["Content-Length"] == "1000000"
    assert is_short, f"{got} bytes were taken for the whole file"


def test_a_body_too_large_is_answered_although_it_is_still_being_sent(server: Server) -> None:
    client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    form = {"Cookie": f"studio={ALICE}", "Content-Type": "application/x-www-form-urlencoded"}

    client.request("POST", "/fragments/conversations", b"csrf=" + b"x" * 10_000_000, form)

    answer = client.getresponse()
    assert answer.status == 413
    assert b"more than the 1 MB" in answer.read()


def test_a_sender_who_breaks_off_does_not_bind_the_backend(server: Server) -> None:
    backend = server.backend
    backend.answers("POST /api/x", "{}", content_type="application/json")
    connection = server.request(
        "/api/x",
        "Authorization: Bearer key",
        "Content-Length: 500000",
        "Content-Type: application/json",
        method="POST",
    )
    connection.sendall(b"x" * 200_000)

    connection.close()

    with server.request("/api/me", "Connection: close") as other:
        assert b"Alice" in read_all(other)
    assert backend.count("/api/x") == 0


def test_a_chunked_upload_passes_and_has_the_same_limit(server: Server) -> None:
    backend = server.backend
    backend.answers("POST /api/x", "{}", content_type="application/json")
    client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    program = {"Authorization": "Bearer key", "Content-Type": "application/json"}

    client.request("POST", "/api/x", iter([b"a" * 70_000, b"b"]), program, encode_chunked=True)
    fits = client.getresponse()
    fits.read()
    client.request("POST", "/api/x", iter([b"a" * 100_000] * 11), program, encode_chunked=True)
    exceeds = client.getresponse()

    assert (fits.status, exceeds.status) == (200, 413)
    assert backend.last("/api/x").body == b"a" * 70_000 + b"b"


def read_all(connection: socket.socket) -> bytes:
    pieces = []
    while piece := connection.recv(65536):
        pieces.append(piece)
    return b"".join(pieces)


def _is_answered(connection: socket.socket) -> bool:
    """Whether something came back within a second."""
    return bool(select.select([connection], [], [], 1)[0])
