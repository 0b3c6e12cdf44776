"""
The one guard for addresses that a provider's answer names: pictures today, videos tomorrow.

Whoever answers us must not be able to make us ask our own network. So a link is followed only if every address its
host name has is a public one, and the connection is made to those very addresses and to no later answer of the name
server. The last check stands where sockets are made: whatever way an address got there, no other is connected to.
"""

import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from ssl import SSLContext

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

# `is_global` of the standard library changes with Python's version and calls multicast global, so these are said here.
# RFC 6890 and IANA's registries of special addresses, including those that only stand for another address.
_NOT_PUBLIC_4 = tuple(
    ip_network(block)
    for block in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT, also the cloud metadata of Alibaba
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local, the cloud metadata of most
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and the broadcast address
    )
)
_UNICAST_6 = ip_network(
    "2000::/3"
)  # beyond it there are only special, mapped (::ffff:), NAT64 (64:ff9b:) and local ones
_NOT_PUBLIC_6 = tuple(
    ip_network(block)
    for block in (
        "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
        "2001:db8::/32",
        "2002::/16",  # 6to4: an IPv4 address in disguise
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)


class NotPublic(OSError):
    """An address that no link may lead to."""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet; anything that is no IP address is not."""
    try:
        found: IPv4Address | IPv6Address = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv4Address):
        return not any(found in block for block in _NOT_PUBLIC_4)
    if found.scope_id is not None or found not in _UNICAST_6:
        return False
    return not any(found in block for block in _NOT_PUBLIC_6)


Allows = Callable[[str], bool]


def is_followable(url: URL, allows: Allows = is_public) -> bool:
    """Whether the address itself, before its name is looked up, is one that may be followed."""
    if url.scheme not in ("http", "https") or not url.raw_host or not url.port:
        return False
    if url.raw_user is not None or url.raw_password is not None:
        return False
    return allows(url.raw_host) if _is_literal(url.raw_host) else True


def guarded_connector(
    ssl: SSLContext, resolver: AbstractResolver | None = None, allows: Allows = is_public
) -> aiohttp.TCPConnector:
    """
    A connector that reaches public addresses only. Each request gets a connection of its own, with a fresh look-up.

    Whatever `resolver` says is checked all the same.
    """

    def socket_to(target: tuple[int, int, int, str, tuple[object, ...]]) -> socket.socket:
        family, kind, protocol, _, address = target
        if not allows(str(address[0])):
            raise NotPublic("not a public address")
        return socket.socket(family, kind, protocol)

    return aiohttp.TCPConnector(
        resolver=_Checked(resolver or aiohttp.ThreadedResolver(), allows),
        socket_factory=socket_to,
        use_dns_cache=False,
        force_close=True,
        limit=64,
        ssl=ssl,
    )


class _Checked(AbstractResolver):
    """One address that is not public spoils the name: a host that is both ours and public is none to trust."""

    def __init__(self, inner: AbstractResolver, allows: Allows) -> None:
        self._inner = inner
        self._allows = allows

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        if not found or not all(self._allows(str(entry["host"])) for entry in found):
            raise NotPublic("not a public address")
        return found

    async def close(self) -> None:
        await self._inner.close()


def _is_literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return ":" in host
    return True
