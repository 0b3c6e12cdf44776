"""Every refusal by name: what a person reads, what may be billed, what is tried again."""

import json
from email.utils import formatdate

import pytest
from studio.errors import Upstream
from studio.providers import (
    Adapter,
    PaymentKind,
    Provider,
    ProviderError,
    UpstreamBusy,
    UpstreamContextTooLong,
    UpstreamKeyRejected,
    UpstreamPaymentRequired,
    UpstreamRefused,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from studio.providers.delays import retry_after_seconds
from studio.providers.error_shapes import Told, clean, told, told_by_body

from tests.support.answers import Outcome, hear
from tests.support.scripted_server import DONE, ScriptedServer, answer, chunk, event, stream
from tests.unit.providers.conftest import KEY

pytestmark = pytest.mark.anyio


def error(code: object, message: str = "Something", **metadata: object) -> dict[str, object]:
    return {"error": {"code": code, "message": message, "metadata": metadata}, "user_id": "user_x"}


async def refused(
    adapter: Adapter, provider: Provider, server: ScriptedServer, reply: bytes
) -> ProviderError:
    """The error of a server that gives this same reply to every try."""
    for _ in range(3):
        server.play(reply)
    outcome = await hear(adapter, provider)
    assert outcome.error is not None
    assert outcome.events == []
    return outcome.error


@pytest.mark.parametrize(
    ("status", "kind", "is_billed", "tries"),
    [
        (400, UpstreamRefused, False, 1),
        (401, UpstreamKeyRejected, False, 1),
        (402, UpstreamPaymentRequired, False, 1),
        (403, UpstreamRefused, False, 1),
        (404, UpstreamRefused, False, 1),
        (408, UpstreamTimeout, True, 1),
        (409, UpstreamRefused, False, 1),
        (410, UpstreamRefused, False, 1),
        (412, UpstreamRefused, False, 1),
        (413, UpstreamRefused, False, 1),
        (418, UpstreamRefused, False, 1),
        (422, UpstreamRefused, False, 1),
        (429, UpstreamBusy, False, 3),
        (499, UpstreamRefused, False, 1),
        (500, UpstreamUnavailable, False, 2),
        (502, UpstreamUnavailable, False, 2),
        (503, UpstreamBusy, False, 3),
        (504, UpstreamTimeout, True, 1),
        (524, UpstreamTimeout, True, 1),
        (529, UpstreamBusy, False, 3),
        (599, UpstreamUnavailable, False, 1),
    ],
)
async def test_each_status_has_its_error(
    status: int,
    kind: type[ProviderError],
    is_billed: bool,
    tries: int,
    adapter: Adapter,
    provider: Provider,
    server: ScriptedServer,
) -> None:
    reply = answer(status, error(status, "Because."), X_Generation_Id="gen-5")

    found = await refused(adapter, provider, server, reply)

    assert type(found) is kind
    assert isinstance(found, Upstream)
    assert "Acme Cloud" in found.text
    assert found.provider_message == "Because."
    assert (found.http_status, found.provider_request_id) == (status, "gen-5")
    assert found.may_be_billed is is_billed
    assert len(server.asked) == tries


RAW = json.dumps({"error": {"message": "acme/chat-1:free is limited upstream", "type": "x"}})
ZOD = json.dumps([{"code": "invalid_type", "path": ["messages", 0, "role"], "message": "Required"}])


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (error(400, "acme/x is not a valid model ID"), "acme/x is not a valid model ID"),
        (error(429, "Provider returned error", raw="limited upstream"), "limited upstream"),
        (error(429, "Provider returned error", raw=RAW), "acme/chat-1:free is limited upstream"),
        (error(429, "Provider returned error", raw={"message": "inner"}), "inner"),
        (error(429, "Provider returned error"), "Provider returned error"),
        ({"success": False, "error": {"name": "ZodError", "message": ZOD}}, "messages.0.role: Required"),
        ({"success": False, "error": {"name": "ZodError", "message": "plain"}}, "plain"),
        ({"error": {"message": "No", "type": "t", "param": None, "code": None}}, "No"),
        ({"error": {"message": "No", "error_type": "x", "http_status": 404, "availability": {}}}, "No"),
        ({"error": "just words"}, "just words"),
        ({"detail": "Not Found"}, "Not Found"),
        ({"detail": [{"loc": ["body", "model"], "msg": "field required"}]}, "body.model: field required"),
        ({"detail": {"message": "nested"}}, "nested"),
        ({"object": "error", "message": "flat", "code": 400}, "flat"),
        ({"errors": [{"message": "first"}, {"message": "second"}]}, "first"),
        ({"error": {"message": None}}, None),
        ({"error": []}, None),
        ([], None),
        (
            b"<html><head><title>502 Bad &amp; Gateway</title></head><body>nginx</body></html>",
            "502 Bad & Gateway",
        ),
        (b"<html><body>plain <b>page</b></body></html>", "plain page"),
        (b"upstream connect error", "upstream connect error"),
        (b"", None),
        (b"\xff\xfe\x00", "\ufffd\ufffd"),
        (b'{"error":' * 5000, None),
    ],
)
async def test_the_servers_own_words_are_found_in_every_shape(
    body: object, message: str | None, adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    found = await refused(adapter, provider, server, answer(400, body))

    assert type(found) is UpstreamRefused
    if message is not None:
        assert found.provider_message == message


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        (f"Incorrect API key provided: {KEY}.", "Incorrect API key provided: [key]."),
        ("bad key sk-proj-abcdef1234567890", "bad key [key]"),
        ("Authorization: Bearer abcdefghijklmnop1234", "Authorization: Bearer [key]"),
        ("api_key=abcdefghijklmnop1234 is bad", "api_key=[key] is bad"),
        ("Invalid api key. Please check", "Invalid api key. Please check"),
        ("No such file /usr/lib/python3/site-packages/vllm/x.py", "No such file [path]"),
        (r"in C:\Users\me\models\x.gguf", "in [path]"),
        ("see https://openrouter.ai/settings/privacy now", "see https://openrouter.ai/settings/privacy now"),
        ("acme/chat-1 is 3/4 full", "acme/chat-1 is 3/4 full"),
        ("Oops\nTraceback (most recent call last):\n  File x", "Oops [trace]"),
        ("a\x00b\x1b[31m\u202ec  d", "a b [31m c d"),
        ("x" * 600, "x" * 499 + "…"),
        ("  ", None),
        (None, None),
    ],
)
def test_a_message_is_cleaned_of_keys_paths_and_controls(text: str | None, cleaned: str | None) -> None:
    assert clean(text, KEY) == cleaned


async def test_no_sentence_holds_key_prompt_or_the_flagged_piece(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    body = error(403, f"Flagged, key {KEY}", reasons=["violence", "self-harm"], flagged_input="my secret wi")

    found = await refused(adapter, provider, server, answer(403, body))

    assert isinstance(found, UpstreamRefused)
    assert found.text == "Acme Cloud declined this prompt because of its content rules (violence, self-harm)."
    assert found.reasons == ("violence", "self-harm")
    assert found.provider_message == "Flagged, key [key]"
    assert KEY not in repr(found.__dict__)
    assert "my secret wi" not in repr(found.__dict__)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (402, error(402, "Insufficient credits"), PaymentKind.CREDITS),
        (402, error(402, "asked 4096, can afford 12", provider_name=None), PaymentKind.CREDITS),
        (402, error(402, "Limit", limit_source="openrouter_key_limit"), PaymentKind.KEY_LIMIT),
        (403, error(403, "Key limit exceeded (total limit)"), PaymentKind.KEY_LIMIT),
        (402, error(402, "Busy", reason="in_flight_budget_exhausted"), PaymentKind.IN_FLIGHT),
        (
            429,
            {"error": {"message": "Quota", "type": "insufficient_quota", "code": "insufficient_quota"}},
            "credits",
        ),
    ],
)
async def test_a_missing_payment_says_which(
    status: int, body: object, kind: str, adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    found = await refused(adapter, provider, server, answer(status, body))

    assert isinstance(found, UpstreamPaymentRequired)
    assert found.kind == kind
    assert len(server.asked) == (3 if kind == "in_flight" else 1)


@pytest.mark.parametrize(
    "body",
    [
        error(400, "Too long", error_type="context_length_exceeded"),
        {"error": {"message": "m", "type": "invalid_request_error", "code": "context_length_exceeded"}},
        {"error": {"code": 400, "message": "m", "type": "exceed_context_size_error", "n_ctx": 4096}},
        error(400, "This endpoint's maximum context length is 8192 tokens."),
        error(400, "the request exceeds the available context size, try increasing it"),
        error(400, "prompt is too long: 210000 tokens > 200000 maximum"),
    ],
)
async def test_a_prompt_that_does_not_fit_has_its_own_error(
    body: object, adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    found = await refused(adapter, provider, server, answer(400, body))

    assert type(found) is UpstreamContextTooLong
    assert (found.status, found.code) == (422, "context_too_long")


async def test_a_model_that_is_loading_says_so(
    adapter: Adapter, plain: Provider, server: ScriptedServer
) -> None:
    body = {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}

    found = await refused(adapter, plain, server, answer(503, body))

    assert found.text == "Llama Box is still loading the model."


MIDDLE = {"error": {"code": 502, "message": "went away", "metadata": {"error_type": "provider_unavailable"}}}


@pytest.mark.parametrize(
    ("events", "kind"),
    [
        ([{**chunk("error"), **MIDDLE}], UpstreamUnavailable),
        ([{"choices": [], **MIDDLE}], UpstreamUnavailable),
        ([MIDDLE], UpstreamUnavailable),
        ([MIDDLE, DONE], UpstreamUnavailable),
        ([{"error": {"code": "server_error", "message": "x"}}], UpstreamUnavailable),
        ([{"error": {"message": "x"}}], UpstreamUnavailable),
        ([{"error": {"code": 429, "message": "x"}}], UpstreamBusy),
        ([{"error": {"code": "429", "message": "x"}}], UpstreamBusy),
        ([{"error": {"message": "x", "type": "rate_limit_error"}}], UpstreamBusy),
        ([{"error": {"message": "x", "metadata": {"error_type": "timeout"}}}], UpstreamTimeout),
        ([{"error": "words"}], UpstreamUnavailable),
        ([{"error": {}}], UpstreamUnavailable),
        ([chunk("error")], UpstreamUnavailable),
        ([{"choices": [{"delta": {}, "finish_reason": "error", "error": {"code": 429}}]}], UpstreamBusy),
        ([b'event: error\ndata: {"message":"x"}\n\n'], UpstreamUnavailable),
        ([b"event: error\ndata: out of memory\n\n"], UpstreamUnavailable),
        ([chunk("stop"), MIDDLE], UpstreamUnavailable),
    ],
)
async def test_an_error_in_the_middle_is_a_failure_after_what_was_said(
    events: list[object],
    kind: type[ProviderError],
    adapter: Adapter,
    provider: Provider,
    server: ScriptedServer,
) -> None:
    server.play(stream(chunk(content="Hello"), {"choices": [], "usage": {"cost": 0.1}}, *events, done=False))

    outcome = await hear(adapter, provider)

    assert outcome.text == "Hello"
    assert outcome.usage is not None
    assert outcome.finished is None
    assert type(outcome.error) is kind
    assert (outcome.error.may_be_billed, outcome.error.extra_tries) == (True, 0)
    assert len(server.asked) == 1


async def test_text_in_the_very_chunk_of_an_error_is_kept(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(stream({**chunk("error", content="Hello"), **MIDDLE}, done=False))

    outcome = await hear(adapter, provider)

    assert (outcome.text, type(outcome.error)) == ("Hello", UpstreamUnavailable)


@pytest.mark.parametrize(
    ("document", "kind", "text"),
    [
        (MIDDLE, UpstreamUnavailable, ""),
        ({"error": {"code": 401, "message": "No cookie auth credentials found"}}, UpstreamKeyRejected, ""),
        ({"error": {"message": "x", "type": "authentication_error"}}, UpstreamKeyRejected, ""),
        ({"detail": "Something"}, UpstreamUnavailable, ""),
        (
            {"choices": [{"message": {"content": "Hel"}, "finish_reason": "error", "error": {"code": 502}}]},
            UpstreamUnavailable,
            "Hel",
        ),
    ],
)
async def test_an_error_under_status_200_is_a_failure(
    document: object,
    kind: type[ProviderError],
    text: str,
    adapter: Adapter,
    provider: Provider,
    server: ScriptedServer,
) -> None:
    server.play(answer(200, document))

    outcome: Outcome = await hear(adapter, provider)

    assert (type(outcome.error), outcome.text, outcome.finished) == (kind, text, None)


NOW = 1_790_000_000.0


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({"Retry-After": "1"}, {}, 1),
        ({"Retry-After": "0.2"}, {}, 1),
        ({"Retry-After": "86400"}, {}, 60),
        ({"Retry-After": formatdate(NOW + 30, usegmt=True)}, {}, 30),
        ({"Retry-After": formatdate(NOW - 30, usegmt=True)}, {}, 0),
        ({"Retry-After": formatdate(NOW + 5000 + 7), "Date": formatdate(NOW + 5000)}, {}, 7),
        ({"Retry-After": "soon"}, {}, None),
        ({"Retry-After": "-5"}, {}, None),
        ({}, {}, None),
        ({}, error(429, retry_after_seconds=4), 4),
        ({}, error(429, headers={"retry-after": "9"}), 9),
        (
            {},
            {"error": {"message": "x", "availability": {"code": "capacity_exhausted", "retry_after": 3}}},
            3,
        ),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(NOW + 20) * 1000)}, {}, 20),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(NOW + 20))}, {}, 20),
        ({"X-RateLimit-Remaining": "5", "X-RateLimit-Reset": str(int(NOW + 20))}, {}, None),
        (
            {},
            error(429, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": f"{int(NOW + 9)}000"}),
            9,
        ),
        ({"Retry-After": "2"}, error(429, retry_after_seconds=50), 2),
    ],
)
def test_a_wait_is_read_wherever_it_is_written(
    headers: dict[str, str], body: object, seconds: int | None
) -> None:
    said = told_by_body(json.dumps(body).encode())

    assert retry_after_seconds(headers, said, now=NOW) == seconds


def test_a_body_that_says_nothing_is_nothing() -> None:
    assert told_by_body(b"{}") == Told()


async def test_both_texts_of_a_rejected_key_are_for_the_administrator(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    for text in ("No cookie auth credentials found", "Missing Authentication header", "User not found."):
        server.play(answer(401, error(401, text)))
        outcome = await hear(adapter, provider)
        assert outcome.error is not None
        assert outcome.error.text == "Acme Cloud rejected the API key of this studio."
        assert outcome.error.provider_message == text


async def test_events_are_told_from_the_same_error_twice(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(stream(event({"error": {"code": 429, "message": "x"}}), event(MIDDLE), done=False))

    outcome = await hear(adapter, provider)

    assert type(outcome.error) is UpstreamBusy


@pytest.mark.parametrize("document", [{"error": "cut \ud83d"}, {"detail": "cut \ud83d"}, "cut \ud83d"])
def test_words_that_were_cut_within_an_emoji_can_be_kept(document: object) -> None:
    assert "cut" in (told(document).message or "")
    (told(document).message or "").encode()
