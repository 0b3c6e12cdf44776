"""Where a link in an answer may lead: the open internet and the provider's own address, nowhere else."""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from hypothesis import given, settings
from hypothesis import strategies as st
from studio.providers import Provider, ProviderError, UpstreamMalformed, UpstreamTimeout, UpstreamUnavailable
from studio.providers.guard import guarded_connector, is_followable, is_public
from studio.providers.links import Links
from yarl import URL

from tests.support.scripted_server import CLOSE, DROP, END, HOLD, ScriptedServer, answer, head, piece
from tests.unit.providers.conftest import KEY

PICTURE = b"\x89PNG and so on"
FOUND = answer(200, PICTURE, "image/png")

private_4 = st.one_of(
    *(
        st.ip_addresses(network=block)
        for block in (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "224.0.0.0/4",
            "240.0.0.0/4",
        )
    )
)
private_6 = st.one_of(
    *(
        st.ip_addresses(network=block)
        for block in (
            "::/8",
            "64:ff9b::/32",
            "100::/64",
            "2001:db8::/32",
            "fc00::/7",
            "fe80::/10",
            "ff00::/8",
        )
    )
)


@given(private_4 | private_6)
@settings(max_examples=400)
def test_no_private_address_is_public(address: Any) -> None:
    assert not is_public(str(address))


@given(st.ip_addresses(v=4))
@settings(max_examples=400)
def test_an_ipv4_address_in_an_ipv6_one_is_never_public(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    dressed = [
        ipaddress.IPv6Address(number),
        ipaddress.IPv6Address((0xFFFF << 32) | number),
        ipaddress.IPv6Address((0xFFFF << 48) | number),
        ipaddress.IPv6Address((0x64FF9B << 96) | number),
        ipaddress.IPv6Address((0x64FF9B0001 << 80) | number),
        ipaddress.IPv6Address((0x2002 << 112) | (number << 80) | 1),
        ipaddress.IPv6Address((0x20010000 << 96) | (number ^ 0xFFFFFFFF)),
    ]

    assert not any(is_public(str(found)) for found in dressed)


@given(st.ip_addresses())
@settings(max_examples=500)
def test_nothing_is_public_that_the_registries_call_special(address: Any) -> None:
    if is_public(str(address)):
        assert address.is_global
        assert not (
            address.is_multicast or address.is_reserved or address.is_loopback or address.is_link_local
        )


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "100.63.255.255", "2606:4700::1111", "172.32.0.1"])
def test_the_open_internet_is_public(address: str) -> None:
    assert is_public(address)


@given(st.text(max_size=30))
def test_what_is_no_address_is_not_public(text: str) -> None:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        assert not is_public(text)


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/x",
        "http://[::1]/x",
        "http://[::ffff:127.0.0.1]/x",
        "http://[fe80::1%25lo]/x",
        "http://169.254.169.254/latest/meta-data",
        "http://user:word@example.com/x",
        "http://user@example.com/x",
        "ftp://example.com/x",
        "file:///etc/passwd",
        "gopher://example.com/",
        "//example.com",
        "/x",
        "",
    ],
)
def test_some_addresses_are_not_even_looked_up(address: str) -> None:
    assert not is_followable(URL(address))


@pytest.mark.parametrize(
    "address", ["https://example.com/x.png?y=1", "http://8.8.8.8:8080/", "https://bücher.de"]
)
def test_ordinary_addresses_are(address: str) -> None:
    assert is_followable(URL(address))


class Names(AbstractResolver):
    """A name server that says what it is told, the last thing for ever."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked += 1
        found = self.answers[min(self.asked, len(self.answers)) - 1]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in found
        ]

    async def close(self) -> None:
        pass


@pytest.fixture
async def links() -> AsyncIterator[Links]:
    """As in the product."""
    made = Links(connect_seconds=2, silence_seconds=10, total_seconds=20, pause_seconds=0.01)
    yield made
    await made.close()


@pytest.fixture
async def stranger() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer() as scripted:
        yield scripted


async def fetched(links: Links, provider: Provider, link: str, most: int = 1000) -> tuple[bytes, str]:
    return await links.fetch(provider, provider.url("/images"), link, most)


@pytest.mark.anyio
@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"]
)
async def test_a_link_into_our_own_network_is_not_followed(
    host: str, links: Links, provider: Provider, stranger: ScriptedServer
) -> None:
    port = URL(stranger.url).port

    with pytest.raises(ProviderError) as refused:
        await fetched(links, provider, f"http://{host}:{port}/picture.png")

    assert stranger.connections == 0
    assert (refused.value.may_be_billed, refused.value.extra_tries) == (True, 0)


@pytest.mark.anyio
@pytest.mark.parametrize("answers", [["10.0.0.7"], ["8.8.8.8", "10.0.0.7"], ["::ffff:8.8.8.8"], []])
async def test_one_address_that_is_not_public_spoils_a_name(answers: list[str], provider: Provider) -> None:
    links = Links(resolver=Names(answers))
    try:
        with pytest.raises(UpstreamMalformed) as refused:
            await fetched(links, provider, "https://pictures.example/1.png")
    finally:
        await links.close()

    assert refused.value.text == "Acme Cloud gave a link that this studio does not follow."


@pytest.mark.anyio
async def test_the_address_that_was_checked_is_the_one_that_is_connected_to(
    provider: Provider, stranger: ScriptedServer
) -> None:
    """The name is looked up once for each request: a second answer, as in DNS rebinding, is never asked for."""
    names = Names(["127.0.0.1"], ["127.0.0.9"])
    links = Links(resolver=names, allows=lambda address: address == "127.0.0.1")
    stranger.play(FOUND)
    try:
        picture = await fetched(links, provider, f"http://pictures.example:{URL(stranger.url).port}/1.png")
        with pytest.raises(UpstreamMalformed):
            await fetched(links, provider, f"http://pictures.example:{URL(stranger.url).port}/1.png")
    finally:
        await links.close()

    assert picture == (PICTURE, "image/png")
    assert (names.asked, stranger.connections) == (2, 1)


@pytest.mark.anyio
async def test_even_a_resolver_that_was_believed_cannot_open_a_socket(stranger: ScriptedServer) -> None:
    """The last check stands at the socket, for whatever gets past the others."""
    connector = guarded_connector(ssl.create_default_context())
    async with aiohttp.ClientSession(connector=connector) as session:
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get(stranger.url)

    assert stranger.connections == 0


@pytest.mark.anyio
async def test_a_stranger_gets_neither_the_key_nor_a_cookie(
    provider: Provider, stranger: ScriptedServer
) -> None:
    links = Links(resolver=Names(["127.0.0.1"]), allows=lambda address: address == "127.0.0.1")
    port = URL(stranger.url).port
    stranger.play(answer(302, b"", Location="/second", Set_Cookie="a=b; Path=/"))
    stranger.play(FOUND)
    try:
        await fetched(links, provider, f"http://pictures.example:{port}/first")
    finally:
        await links.close()

    assert [asked.target for asked in stranger.asked] == ["/first", "/second"]
    assert all(
        not {"authorization", "cookie", "http-referer"} & asked.headers.keys() for asked in stranger.asked
    )
    assert KEY not in str([asked.headers for asked in stranger.asked])


@pytest.mark.anyio
@pytest.mark.parametrize("link", ["/generated/1.png", "{own}/generated/1.png"])
async def test_the_providers_own_address_may_be_private(
    link: str, links: Links, provider: Provider, server: ScriptedServer
) -> None:
    server.play(FOUND)

    assert await fetched(links, provider, link.format(own=server.url)) == (PICTURE, "image/png")
    assert "authorization" not in server.asked[0].headers


@pytest.mark.anyio
async def test_a_redirect_is_checked_like_the_link_itself(
    links: Links, provider: Provider, server: ScriptedServer, stranger: ScriptedServer
) -> None:
    server.play(answer(302, b"", Location=f"{stranger.url}/1.png"))

    with pytest.raises(UpstreamMalformed):
        await fetched(links, provider, "/1.png")

    assert stranger.connections == 0


@pytest.mark.anyio
async def test_a_stranger_cannot_send_us_back_to_a_private_provider(
    provider: Provider, server: ScriptedServer, stranger: ScriptedServer
) -> None:
    links = Links(resolver=Names(["127.0.0.1"]), allows=lambda address: not stranger.asked)
    stranger.play(answer(302, b"", Location=f"{server.url}/admin"))
    try:
        with pytest.raises(UpstreamMalformed):
            await fetched(links, provider, f"http://pictures.example:{URL(stranger.url).port}/1.png")
    finally:
        await links.close()

    assert (len(stranger.asked), server.connections) == (1, 0)


@pytest.mark.anyio
async def test_redirects_in_a_circle_end(links: Links, provider: Provider, server: ScriptedServer) -> None:
    for _ in range(9):
        server.play(answer(307, b"", Location="/again"))

    with pytest.raises(UpstreamMalformed):
        await fetched(links, provider, "/again")

    assert len(server.asked) == 6


@pytest.mark.anyio
@pytest.mark.parametrize("link", ["http://[", "javascript:alert(1)", "file:///etc/passwd", "http://a:99999/"])
async def test_nonsense_is_not_followed(link: str, links: Links, provider: Provider) -> None:
    with pytest.raises(UpstreamMalformed):
        await fetched(links, provider, link)


@pytest.mark.anyio
@pytest.mark.parametrize("status", [403, 404, 410])
async def test_a_link_that_has_expired_says_so_at_once(
    status: int, links: Links, provider: Provider, server: ScriptedServer
) -> None:
    server.play(answer(status, b"<Error>AccessDenied</Error>", "application/xml"))

    with pytest.raises(UpstreamUnavailable) as expired:
        await fetched(links, provider, "/1.png")

    assert expired.value.text == "The link to the picture that Acme Cloud made has expired."
    assert (expired.value.may_be_billed, len(server.asked)) == (True, 1)


@pytest.mark.anyio
@pytest.mark.parametrize(
    "first", [(answer(503, b""),), (DROP,), (head(200, "image/png"), piece(b"half"), CLOSE)]
)
async def test_fetching_is_tried_again_as_it_costs_nothing(
    first: tuple[Any, ...], links: Links, provider: Provider, server: ScriptedServer
) -> None:
    server.play(*first)
    server.play(FOUND)

    assert await fetched(links, provider, "/1.png") == (PICTURE, "image/png")


@pytest.mark.anyio
async def test_a_web_page_is_no_picture(links: Links, provider: Provider, server: ScriptedServer) -> None:
    server.play(answer(200, b"<html>Sign in", "text/html; charset=utf-8"))

    with pytest.raises(UpstreamMalformed) as page:
        await fetched(links, provider, "/1.png")

    assert page.value.text == "The link that Acme Cloud gave leads to a web page and no picture."


@pytest.mark.anyio
@pytest.mark.parametrize(
    "body", [answer(200, b"x" * 1001, "image/png"), head(200, "image/png") + piece(b"x" * 1001)]
)
async def test_what_is_too_large_is_not_read_to_its_end(
    body: bytes, links: Links, provider: Provider, server: ScriptedServer
) -> None:
    server.play(body, HOLD)

    with pytest.raises(UpstreamMalformed):
        await fetched(links, provider, "/1.png")

    await asyncio.wait_for(server.asked[0].disconnected.wait(), 2)


@pytest.mark.anyio
async def test_nothing_is_no_picture(links: Links, provider: Provider, server: ScriptedServer) -> None:
    server.play(head(200, "image/png") + END)

    with pytest.raises(UpstreamMalformed):
        await fetched(links, provider, "/1.png")


@pytest.mark.anyio
async def test_a_link_that_never_ends_is_given_up(provider: Provider, server: ScriptedServer) -> None:
    links = Links(silence_seconds=0.1, total_seconds=0.2, pause_seconds=0.01)
    server.play(head(200, "image/png"), piece(b"x"), HOLD)
    server.play(head(200, "image/png"), piece(b"x"), HOLD)
    server.play(head(200, "image/png"), piece(b"x"), HOLD)
    try:
        with pytest.raises(UpstreamTimeout):
            await fetched(links, provider, "/1.png")
    finally:
        await links.close()
