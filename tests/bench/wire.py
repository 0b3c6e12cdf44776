"""A client that costs almost nothing: it notes when bytes came and takes them apart only afterwards."""

import asyncio
import json
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit


class _Taker(asyncio.BufferedProtocol):
    """
    Copies what came out of one buffer. The bytes that asyncio.Protocol hands over were made 256 KB long and cut short:
    each that is kept keeps a mapping of its own, and 65,530 are all that Linux gives a process.
    """

    def __init__(self, request: bytes, reading: "Reading") -> None:
        self._buffer = memoryview(bytearray(65_536))
        self._request = request
        self._reading = reading
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._clock = asyncio.get_running_loop().time

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._reading.sent_at = self._clock()
        transport.write(self._request)  # type: ignore[attr-defined]

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        self._reading.arrivals.append((self._clock(), bytes(self._buffer[:nbytes])))

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.closed.done():
            self.closed.set_result(None)


@dataclass
class Reading:
    """What one request brought: when which bytes came."""

    arrivals: list[tuple[float, bytes]] = field(default_factory=list)
    sent_at: float = 0.0

    def tokens(self) -> list[tuple[float, str]]:
        """(moment, text) of every delta, in either protocol: ours or the provider's."""
        found: list[tuple[float, str]] = []
        rest = b""
        for moment, data in self.arrivals:
            rest += data
            *lines, rest = rest.split(b"\n")
            for line in lines:
                text = _delta(line)
                if text:
                    found.append((moment, text))
        return found

    def text(self) -> str:
        return "".join(text for _, text in self.tokens())


def _delta(line: bytes) -> str:
    """The text of an SSE data line; chunk sizes and other lines are none."""
    match = re.match(rb"data: (\{.*\})\r?$", line)
    if not match:
        return ""
    said = json.loads(match.group(1))
    if "choices" in said:
        return "".join(choice.get("delta", {}).get("content") or "" for choice in said["choices"])
    return "" if "state" in said else str(said.get("text", ""))


async def request(
    address: str, method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b""
) -> Reading:
    """One request on a connection of its own, read to the end."""
    parts = urlsplit(address)
    lines = [f"{method} {path} HTTP/1.1", f"Host: {parts.netloc}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    message = "\r\n".join(lines).encode() + b"\r\n\r\n" + body
    reading = Reading()
    loop = asyncio.get_running_loop()
    _, taker = await loop.create_connection(lambda: _Taker(message, reading), parts.hostname, parts.port)
    await taker.closed
    return reading


def body_of(reading: Reading) -> bytes:
    """The body of a whole answer that was sent with a length."""
    return b"".join(data for _, data in reading.arrivals).partition(b"\r\n\r\n")[2]
