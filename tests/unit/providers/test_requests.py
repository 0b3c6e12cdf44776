"""What a provider is told, and to whom the key goes."""

from decimal import Decimal

import pytest
from pydantic import SecretStr
from studio.config import Settings
from studio.providers import Adapter, ChatRequest, Provider, UpstreamRefused, provider_from_settings
from studio.providers.request import chat_body, weight

from tests.support.answers import hear
from tests.support.scripted_server import ScriptedServer, answer, chunk, stream
from tests.unit.providers.conftest import KEY

HELLO = stream(chunk("stop", content="Hello"))
MESSAGES = [{"role": "user", "content": "Hi"}]


@pytest.mark.anyio
async def test_a_question_always_streams_and_asks_for_usage(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    params = {"temperature": Decimal("0.5"), "top_p": None, "max_tokens": 100, "stop": ["x"], "stream": False}
    server.play(HELLO)

    await hear(adapter, provider, ChatRequest("acme/chat-1", MESSAGES, params, user="u1", session_id="s1"))

    asked = server.asked[0]
    assert (asked.method, asked.target) == ("POST", "/v1/chat/completions")
    assert asked.json == {
        "model": "acme/chat-1",
        "messages": MESSAGES,
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.5,
        "max_tokens": 100,
        "stop": ["x"],
        "user": "u1",
        "session_id": "s1",
    }
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert asked.headers["x-openrouter-title"] == "All You Can GET"
    assert asked.headers["accept-encoding"] == "identity"
    assert "cookie" not in asked.headers


@pytest.mark.anyio
async def test_a_plain_server_without_a_key_gets_no_key_and_no_extras(
    adapter: Adapter, plain: Provider, server: ScriptedServer
) -> None:
    server.play(HELLO)

    await hear(adapter, plain, ChatRequest("m", MESSAGES, session_id="s1"))

    asked = server.asked[0]
    assert "session_id" not in asked.json
    assert not {"authorization", "x-openrouter-title", "http-referer"} & asked.headers.keys()


@pytest.mark.anyio
async def test_openrouter_learns_where_the_studio_lives(provider: Provider, server: ScriptedServer) -> None:
    server.play(HELLO)

    async with Adapter(app_url="https://studio.example") as adapter:
        await hear(adapter, provider)

    assert server.asked[0].headers["http-referer"] == "https://studio.example"


@pytest.mark.parametrize(
    ("kind", "url", "params", "sent"),
    [
        (
            "openrouter",
            "https://openrouter.ai/api/v1",
            {"reasoning_effort": "low"},
            {"reasoning": {"effort": "low"}},
        ),
        ("openai", "http://box:11434/v1", {"reasoning_effort": "low"}, {"reasoning_effort": "low"}),
        ("openai", "http://box:11434/v1", {"max_tokens": 5}, {"max_tokens": 5}),
        ("openai", "https://api.openai.com/v1", {"max_tokens": 5}, {"max_completion_tokens": 5}),
    ],
)
def test_parameters_are_spelled_as_the_server_understands(
    kind: str, url: str, params: dict[str, object], sent: dict[str, object]
) -> None:
    import json

    body = json.loads(chat_body(Provider("p", "P", kind, url), ChatRequest("m", MESSAGES, params)))  # type: ignore[arg-type]

    assert {k: body[k] for k in body if k not in ("model", "messages", "stream", "stream_options")} == sent


def test_half_a_character_in_a_prompt_does_not_stop_the_question() -> None:
    body = chat_body(
        Provider("p", "P", "openai", "http://x/v1"),
        ChatRequest("m", [{"role": "user", "content": "a\ud83cb"}]),
    )

    assert b"a?b" in body


def test_a_heavy_question_is_seen_without_encoding_it() -> None:
    parts = [{"type": "image_url", "image_url": {"url": "x" * 1000}}, {"type": "text", "text": "y" * 10}]

    assert weight(ChatRequest("m", [{"role": "user", "content": parts}])) >= 1010
    assert (
        weight(ChatRequest("m", [{"role": "user", "content": None}, {"role": "user", "content": "abc"}])) == 3
    )


@pytest.mark.anyio
async def test_a_redirect_elsewhere_gets_neither_key_nor_prompt(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    async with ScriptedServer() as stranger:
        server.play(answer(307, b"", Location=stranger.url + "/chat/completions"))

        outcome = await hear(adapter, provider)

        assert type(outcome.error) is UpstreamRefused
        assert "redirects" in outcome.error.text
        assert stranger.asked == []


@pytest.mark.anyio
async def test_a_redirect_at_home_is_followed(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    server.play(answer(307, b"", Location="/v2/chat/completions"))
    server.play(HELLO)

    outcome = await hear(adapter, provider)

    assert outcome.text == "Hello"
    assert [asked.target for asked in server.asked] == ["/v1/chat/completions", "/v2/chat/completions"]
    assert server.asked[1].body == server.asked[0].body


@pytest.mark.anyio
@pytest.mark.parametrize("reply", [answer(301, b"", Location="/v2"), answer(302, b""), answer(307, b"")])
async def test_a_question_is_not_turned_into_a_visit(
    reply: bytes, adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    for _ in range(5):
        server.play(reply)

    outcome = await hear(adapter, provider)

    assert outcome.error is not None
    assert {asked.method for asked in server.asked} == {"POST"}


@pytest.mark.anyio
async def test_a_name_in_the_address_does_not_stop_the_key(
    adapter: Adapter, provider: Provider, server: ScriptedServer
) -> None:
    named = Provider("p", "P", "openai", server.url.replace("//", "//user:pass@"), SecretStr(KEY + "\n"))
    server.play(HELLO)

    assert (await hear(adapter, named)).text == "Hello"
    assert server.asked[0].headers["authorization"] == f"Bearer {KEY}"


def test_a_provider_does_not_show_its_key() -> None:
    assert KEY not in repr(Provider("p", "P", "openai", "http://x/v1", SecretStr(KEY)))


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("/v1/models?offset=2", "http://box:1/v1/models?offset=2"),
        ("?offset=2", "http://box:1/v1/models?offset=2"),
        ("http://box:1/x", "http://box:1/x"),
        ("https://box:1/x", None),
        ("http://box:2/x", None),
        ("//evil/x", None),
        ("http://box:1@evil/x", None),
        ("file:///etc/passwd", None),
        ("http://[", None),
    ],
)
def test_only_links_to_the_same_origin_are_followed(link: str, target: str | None) -> None:
    assert Provider("p", "P", "openai", "http://box:1/v1").own_url("http://box:1/v1/models", link) == target


def settings(**values: object) -> Settings:
    return Settings(data_dir="/nowhere", _env_file=None, **values)  # type: ignore[arg-type]


def test_a_key_of_openrouter_chooses_openrouter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENROUTER_API_KEY", KEY)
    monkeypatch.setenv("AYCG_PROVIDER_BASE_URL", "http://box:11434/v1")

    chosen = provider_from_settings(settings(), 1)

    assert (chosen.kind, chosen.base_url) == ("openrouter", "https://openrouter.ai/api/v1")
    assert chosen.key_text == KEY
    assert not chosen.is_simulated


def test_an_address_chooses_that_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENROUTER_API_KEY", raising=False)
    monkeypatch.setenv("AYCG_PROVIDER_BASE_URL", "http://box:11434/v1")

    chosen = provider_from_settings(settings(), 1)

    assert (chosen.kind, chosen.name, chosen.key_text) == ("openai", "box:11434", None)


def test_openrouters_own_address_is_openrouter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENROUTER_API_KEY", raising=False)
    monkeypatch.setenv("AYCG_PROVIDER_BASE_URL", "https://eu.openrouter.ai/api/v1")
    monkeypatch.setenv("AYCG_PROVIDER_API_KEY", KEY)

    chosen = provider_from_settings(settings(), 1)

    assert (chosen.kind, chosen.base_url) == ("openrouter", "https://eu.openrouter.ai/api/v1")


def test_nothing_set_chooses_the_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENROUTER_API_KEY", raising=False)
    monkeypatch.delenv("AYCG_PROVIDER_BASE_URL", raising=False)

    chosen = provider_from_settings(settings(), 4711)

    assert (chosen.kind, chosen.base_url) == ("sandbox", "http://127.0.0.1:4711/sandbox/v1")
    assert chosen.is_simulated
