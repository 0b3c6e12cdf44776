"""
Server-sent events out of bytes, however they were cut.

Follows the HTML standard ("Interpreting an event stream"): lines end in LF, CR or CRLF, a byte order mark may
lead, comments and unknown fields are skipped, `data` lines are joined by LF. Two leniences: an event that the
end of the body cut off before its empty line is still handed out by `close()`, and `id` and `retry` are not
kept.
"""

from typing import NamedTuple

MOST_EVENT_BYTES = 64 * 1024 * 1024  # pictures come as one base64 line; beyond this it is no answer any more

_BOM = b"\xef\xbb\xbf"
_LF, _CR = 10, 13
_LINE_COST = 64  # what a kept line costs beyond its bytes, so that a million tiny ones count too


class SseEvent(NamedTuple):
    name: str  # empty if the stream did not give one, which means "message"
    data: str


class SseTooLong(ValueError):
    """One event is longer than the parser was told to keep."""


class SseParser:
    """`feed` bytes, get the events they completed. Each parser serves one body."""

    __slots__ = ("_after_cr", "_data", "_held", "_is_first_line", "_most_bytes", "_name", "_size")

    def __init__(self, most_bytes: int = MOST_EVENT_BYTES) -> None:
        self._most_bytes = most_bytes
        self._held = bytearray()  # a line without its end
        self._data: list[bytes] = []
        self._size = 0  # of what _data keeps
        self._name = ""
        self._after_cr = False
        self._is_first_line = True

    def feed(self, chunk: bytes) -> list[SseEvent]:
        """The events that `chunk` completes. Raises SseTooLong; the parser is of no use after that."""
        if self._after_cr and chunk:
            self._after_cr = False
            if chunk[0] == _LF:  # the second half of a CRLF whose CR came with the last chunk
                chunk = chunk[1:]
        if not chunk:
            return []
        last = chunk[-1]
        lines = chunk.splitlines()  # for bytes: LF, CR and CRLF, nothing else
        if last == _CR:
            self._after_cr = True
        rest = b"" if last in (_LF, _CR) else lines.pop()
        if self._held and lines:
            lines[0] = bytes(self._held) + lines[0]
            self._held.clear()
        events = self._take(lines) if lines else []
        if rest:
            self._held += rest
            if len(self._held) + self._size > self._most_bytes:
                raise SseTooLong
        return events

    def close(self) -> list[SseEvent]:
        """What the end of the body left unfinished: at most one event, perhaps cut."""
        lines = [bytes(self._held), b""] if self._held else [b""]
        self._held.clear()
        return self._take(lines)

    def _take(self, lines: list[bytes]) -> list[SseEvent]:
        events: list[SseEvent] = []
        if self._is_first_line:
            self._is_first_line = False
            lines[0] = lines[0].removeprefix(_BOM)
        for line in lines:
            if line[:5] == b"data:":
                self._keep(line[6:] if line[5:6] == b" " else line[5:])
            elif not line:
                if self._data:
                    events.append(self._event())
                self._name = ""
            elif line[:6] == b"event:":
                self._name = line[6:].removeprefix(b" ").decode("utf-8", "replace")
            elif line == b"data":
                self._keep(b"")
            elif line == b"event":
                self._name = ""
        return events

    def _keep(self, value: bytes) -> None:
        self._data.append(value)
        self._size += len(value) + _LINE_COST
        if self._size > self._most_bytes:
            raise SseTooLong

    def _event(self) -> SseEvent:
        data = self._data[0] if len(self._data) == 1 else b"\n".join(self._data)
        self._data = []
        self._size = 0
        return SseEvent(self._name, data.decode("utf-8", "replace"))
