"""The machine and the program at the other end, as the frontend reports them."""

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Annotated

from fastapi import Depends, Request

MAX_AGENT_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class Client:
    """`address` is an IP address or empty, `agent` what the browser calls itself."""

    address: str = ""
    agent: str = ""

    @property
    def network(self) -> str:
        return network_of(self.address)


async def client(request: Request) -> Client:
    """
    Dependency: the browser behind the frontend, else whoever connected.

    The header is believed: the backend is private, reached only by the frontend, which sets it anew on every
    call, and by programs of the operator.
    """
    reported = request.headers.get("x-client-address", "")
    address = clean_address(reported) or clean_address(request.client.host if request.client else "")
    agent = request.headers.get("x-client-agent") or request.headers.get("user-agent", "")
    printable = "".join(character for character in agent[:MAX_AGENT_CHARACTERS] if character.isprintable())
    return Client(address, printable)


Caller = Annotated[Client, Depends(client)]


def clean_address(text: str) -> str:
    """The canonical form of an IP address, IPv4 written as IPv6 unwrapped; empty when it is none."""
    try:
        address = ip_address(text.strip().partition("%")[0])
    except ValueError:
        return ""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(address)


def network_of(address: str) -> str:
    """What counts as one place: an IPv4 address, or the /64 that one IPv6 household gets."""
    cleaned = clean_address(address)
    if ":" in cleaned:
        return str(ip_network(f"{cleaned}/64", strict=False))
    return cleaned or "unknown"
