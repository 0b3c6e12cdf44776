"""Silence, drops and cuts: what was said is kept, and every end has a name."""

import asyncio
import socket
import ssl
import subprocess
from contextlib import aclosing
from pathlib import Path

import aiohttp
import pytest
from studio.providers import (
    Adapter,
    ChatRequest,
    Delta,
    Finished,
    Provider,
    Timeouts,
    UpstreamBrokeOff,
    UpstreamMalformed,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from studio.providers.transport_errors import error_before_answer, error_within_answer

from tests.support.answers import QUESTION, hear
from tests.support.scripted_server import (
    CLOSE,
    DROP,
    END,
    HOLD,
    Pause,
    ScriptedServer,
    Wait,
    answer,
    chunk,
    event,
    head,
    piece,
    stream,
)

pytestmark = pytest.mark.anyio

SAID = piece(event(chunk(content="Hello")))


@pytest.fixture(params=[False, True], ids=["asyncio", "uvloop"])
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, bool]]:
    """Both loops, as they close sockets in their own ways; the service runs on uvloop."""
    return "asyncio", {"use_uvloop": request.param}


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with key.pem and a cert.pem for 127.0.0.1 that only itself vouches for."""
    folder = tmp_path_factory.mktemp("tls")
    made = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=127.0.0.1"
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"]
    try:
        subprocess.run(["openssl", *made.split(), *names], cwd=folder, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("no openssl to make a certificate with")
    return folder


def server_side(tls: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls / "cert.pem", tls / "key.pem")
    return context


@pytest.mark.parametrize("end", [CLOSE, DROP])
async def test_a_drop_before_the_headers_may_be_billed_and_is_not_tried_again(
    end: object, adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(end)  # type: ignore[arg-type]

    outcome = await hear(adapter, provider)

    assert type(outcome.error) is UpstreamBrokeOff
    assert outcome.error.may_be_billed
    assert len(server.asked) == 1


async def test_a_drop_right_after_the_headers_breaks_off(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(head(X_Generation_Id="gen-7"), CLOSE)

    outcome = await hear(adapter, provider)

    assert type(outcome.error) is UpstreamBrokeOff
    assert outcome.error.provider_request_id == "gen-7"


@pytest.mark.parametrize("last", [b"", piece(b'data: {"choices":[{"delta":{"content":" wor'), b"5\r\nda"])
async def test_a_drop_in_the_middle_keeps_what_was_said(
    last: bytes, adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(head(), SAID, last, CLOSE)

    outcome = await hear(adapter, provider)

    assert outcome.text == "Hello"
    assert type(outcome.error) is UpstreamBrokeOff
    assert outcome.error.may_be_billed


async def test_a_reset_in_the_middle_keeps_what_was_heard(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    heard = asyncio.Event()
    server.play(head(), SAID, Wait(heard), DROP)

    async def listen() -> None:
        async for said in adapter.chat(provider, QUESTION):
            if isinstance(said, Delta):
                heard.set()

    with pytest.raises(UpstreamBrokeOff):
        await listen()


async def test_a_drop_after_the_finish_is_no_failure(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(head(), SAID, piece(event(chunk("stop"))), CLOSE)

    outcome = await hear(adapter, provider)

    assert outcome.error is None
    assert outcome.usage is None
    assert outcome.finished == Finished("stop")


async def test_a_server_that_says_nothing_after_the_finish_is_not_waited_for(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(head(), SAID, piece(event(chunk("stop"))), HOLD)

    outcome = await hear(adapter, provider)

    assert outcome.error is None
    assert outcome.finished == Finished("stop")
    await asyncio.wait_for(server.asked[0].disconnected.wait(), 1)


async def test_a_clean_end_with_neither_reason_nor_mark_is_truncated(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(stream(chunk(content="Hello"), done=False))

    outcome = await hear(adapter, provider)

    assert outcome.text == "Hello"
    assert outcome.error is None
    assert outcome.finished == Finished(None, is_truncated=True)


@pytest.mark.parametrize(
    ("reply", "finished"),
    [
        (stream(chunk("stop", content="Hello"), done=False), Finished("stop")),
        (stream(chunk(content="Hello"), done=True), Finished(None)),
        (head(chunked=False) + event(chunk("stop", content="Hello")), Finished("stop")),
        (head(chunked=False) + event(chunk("stop", content="Hello"))[:-2], Finished("stop")),
        (head(chunked=False) + event(chunk(content="Hello")), Finished(None, is_truncated=True)),
    ],
)
async def test_a_reason_or_a_mark_is_enough_for_an_end(
    reply: bytes, finished: Finished, adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(reply, CLOSE)

    outcome = await hear(adapter, provider)

    assert (outcome.text, outcome.error, outcome.finished) == ("Hello", None, finished)


async def test_headers_that_never_come_time_out(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    adapter._http.timeouts = Timeouts(connect=0.1, headers=0.1)
    server.play(HOLD)

    outcome = await hear(adapter, provider)

    assert type(outcome.error) is UpstreamTimeout
    assert outcome.error.may_be_billed
    await asyncio.wait_for(server.asked[0].disconnected.wait(), 1)


async def test_silence_in_the_middle_times_out_and_closes(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(head(), SAID, HOLD)

    outcome = await hear(adapter, provider)

    assert outcome.text == "Hello"
    assert type(outcome.error) is UpstreamTimeout
    assert "fell silent" in outcome.error.text
    await asyncio.wait_for(server.asked[0].disconnected.wait(), 1)


async def test_comments_are_signs_of_life(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    waiting = [step for _ in range(3) for step in (piece(b": OPENROUTER PROCESSING\n\n"), Pause(0.4))]
    server.play(head(), *waiting, SAID, Pause(0.3), piece(event(chunk("stop"))), END)

    outcome = await hear(adapter, provider)

    assert (outcome.text, outcome.error) == ("Hello", None)


async def test_a_slow_reader_is_not_a_silent_server(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(stream(chunk(content="Hello"), chunk("stop")))

    async with aclosing(adapter.chat(provider, QUESTION)) as events:
        seen = []
        async for said in events:
            seen.append(said)
            await asyncio.sleep(0.4)  # in all longer than the 1 s of silence allowed

    assert seen[-1] == Finished("stop")


async def test_leaving_an_answer_closes_the_connection_at_once(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(head(), SAID, HOLD)

    async with aclosing(adapter.chat(provider, QUESTION)) as events:
        async for said in events:
            if isinstance(said, Delta):
                break

    await asyncio.wait_for(server.asked[0].disconnected.wait(), 1)


@pytest.mark.parametrize("script", [(HOLD,), (head(), HOLD), (head(), SAID, HOLD)])
async def test_cancelling_the_task_closes_the_connection_at_once(
    script: tuple[bytes, ...], provider: Provider, server: ScriptedServer
) -> None:
    server.play(*script)
    async with Adapter() as patient:
        task = asyncio.ensure_future(hear(patient, provider))
        async with asyncio.timeout(5):
            while not server.asked:
                await asyncio.sleep(0.01)
        task.cancel()

        await asyncio.wait_for(server.asked[0].disconnected.wait(), 1)

        with pytest.raises(asyncio.CancelledError):
            await task


async def test_leaving_after_the_first_event_closes_too(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(head(X_Generation_Id="gen-9"), HOLD)
    events = adapter.chat(provider, QUESTION)

    await anext(events)
    await events.aclose()

    await asyncio.wait_for(server.asked[0].disconnected.wait(), 1)


async def test_a_finished_answer_leaves_the_connection_for_the_next(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    whole = event(chunk("stop", content="Hi")) + b"data: [DONE]\n\n"
    server.play(head(), piece(whole), Pause(0.02), END)
    server.play(stream(chunk("stop")))

    await hear(adapter, provider)
    async with asyncio.timeout(2):
        while adapter._http._drains:
            await asyncio.sleep(0.005)
    await hear(adapter, provider)

    assert server.connections == 1


async def test_what_cannot_be_reached_is_unavailable(adapter: Adapter) -> None:
    async with ScriptedServer() as gone:
        nobody = Provider("n", "Nobody", "openai", gone.url)

    outcome = await hear(adapter, nobody)

    assert type(outcome.error) is UpstreamUnavailable
    assert "Nobody cannot be reached" in outcome.error.text
    assert not outcome.error.may_be_billed


@pytest.mark.parametrize(
    "url",
    [
        "http://no-such-host.invalid/v1",
        "not an address",
        "http://",
        "http://[::1",
        "ftp://x/v1",
        "http://a b/v1",
    ],
)
async def test_an_address_that_is_none_is_unavailable(url: str, adapter: Adapter) -> None:
    outcome = await hear(adapter, Provider("n", "Nobody", "openai", url))

    assert type(outcome.error) is UpstreamUnavailable


async def test_a_connection_that_is_not_taken_times_out(adapter: Adapter) -> None:
    adapter._http.timeouts = Timeouts(connect=0.2)
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for waiting in (first, second):  # these fill the queue of a server that accepts nobody
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())

        outcome = await hear(
            adapter, Provider("n", "Nobody", "openai", f"http://127.0.0.1:{full.getsockname()[1]}/v1")
        )

    assert type(outcome.error) is UpstreamTimeout
    assert not outcome.error.may_be_billed


@pytest.mark.parametrize(
    "reply", [b"SSH-2.0-OpenSSH_9.6\r\n\r\n", b"\x16\x03\x01\x02\x00", b"HTTP/1.1 abc\r\n\r\n"]
)
async def test_another_protocol_is_malformed(
    reply: bytes, adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(reply, CLOSE)

    outcome = await hear(adapter, provider)

    assert type(outcome.error) in (UpstreamMalformed, UpstreamBrokeOff)


async def test_a_certificate_nobody_signed_is_refused_once(adapter: Adapter, tls: Path) -> None:
    async with ScriptedServer(server_side(tls)) as server:
        outcome = await hear(adapter, Provider("t", "Fake Cloud", "openai", server.url))

        assert type(outcome.error) is UpstreamUnavailable
        assert "secure connection" in outcome.error.text
        assert server.asked == []
        assert outcome.error.extra_tries == 0


async def test_leaving_closes_an_encrypted_connection_at_once(tls: Path) -> None:
    async with ScriptedServer(server_side(tls)) as server, Adapter() as adapter:
        adapter._http._pool().connector._ssl = ssl.create_default_context(cafile=tls / "cert.pem")  # type: ignore[union-attr]
        server.play(head(), SAID, HOLD)

        async with aclosing(adapter.chat(Provider("t", "T", "openai", server.url), QUESTION)) as events:
            async for said in events:
                if isinstance(said, Delta):
                    break

        await asyncio.wait_for(server.asked[0].disconnected.wait(), 1)


def subclasses(kind: type[BaseException]) -> set[type[BaseException]]:
    return {kind}.union(*(subclasses(k) for k in kind.__subclasses__()))


@pytest.mark.parametrize("kind", sorted(subclasses(aiohttp.ClientError), key=repr))
def test_every_error_of_the_http_client_has_a_name_of_ours(kind: type[BaseException]) -> None:
    nobody = Provider("n", "Nobody", "openai", "http://x/v1")
    error = kind.__new__(kind)

    assert "Nobody" in error_before_answer(nobody, error).text
    assert "Nobody" in error_within_answer(nobody, error, None).text


async def test_an_error_body_that_does_not_end_is_not_waited_for(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(head(401, "application/json"), piece(b'{"error":{"mess'), HOLD)

    outcome = await hear(adapter, provider)

    assert outcome.error is not None
    assert outcome.error.code == "upstream_key_rejected"


async def test_a_server_that_refuses_a_large_question_unread_is_heard(
    adapter: Adapter, provider: Provider
) -> None:
    adapter._http.timeouts = Timeouts()
    picture = "data:image/png;base64," + "A" * 8_000_000

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer(413, {"error": {"message": "Too large"}}, Connection="close"))
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        small = Provider("s", "Small Box", "openai", f"http://127.0.0.1:{port}/v1")

        outcome = await hear(adapter, small, ChatRequest("m", [{"role": "user", "content": picture}]))

    assert outcome.error is not None
    assert (outcome.error.http_status, outcome.error.text) == (
        413,
        "This request is too large for Small Box.",
    )


async def test_a_large_question_is_sent_whole(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    adapter._http.timeouts = Timeouts()
    picture = "data:image/png;base64," + "A" * 8_000_000
    parts = [{"type": "text", "text": "?"}, {"type": "image_url", "image_url": {"url": picture}}]
    server.play(answer(200, {"choices": [{"message": {"content": "a cat"}, "finish_reason": "stop"}]}))

    outcome = await hear(adapter, provider, ChatRequest("m", [{"role": "user", "content": parts}]))

    assert outcome.text == "a cat"
    assert server.asked[0].json["messages"][0]["content"][1]["image_url"]["url"] == picture
