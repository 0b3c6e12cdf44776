"""
Taking pictures out of an answer while it comes.

A picture is one string of base64, tens of megabytes long, in the middle of JSON or of a server-sent event. Read the
usual way it is in memory six times over: the body, its copy, its text, the parsed string, the bytes. Here each chunk is
decoded as it arrives, and what goes on to the parsers is a short mark in its place: the picture is in memory once, and
up to an eighth more while its place grows. The event loop never has more than a chunk's work at a time: 128 KB take
0.4 ms, which is less than a thread would cost.
"""

import base64
import binascii
import io
import re
import secrets
from dataclasses import dataclass, field

MOST_PICTURE_BYTES = 48 * 1024 * 1024  # a 4096 × 4096 PNG of pure noise
MOST_HELD_BYTES = 160 * 1024 * 1024  # of all pictures that are in memory for one answer
LIFTED_FROM = 16 * 1024  # characters; shorter strings stay where they are

_INSIDE = re.compile(rb'[^"\\\n\r]*(?:\\[^\n\r][^"\\\n\r]*)*')  # of a JSON string, which has no raw line end
_BASE64 = re.compile(rb"(?:data:([^,\x00-\x20]{0,200}?);base64,)?[A-Za-z0-9+/_=-]*")
_DATA_URL = re.compile(r"(?s)\s*data:([^,]{0,300}?)(;base64)?,")
_ESCAPE = re.compile(rb"\\(?:u([0-9a-fA-F]{4})|([^u]))")
_CUT_ESCAPE = re.compile(rb"(?<!\\)\\u[0-9a-fA-F]{0,3}\Z")
_BACKSLASH = 0x5C
_URL_SAFE = bytes.maketrans(b"-_", b"+/")


class TooMuch(ValueError):
    """More picture than is taken; the text says which limit."""


@dataclass(frozen=True, slots=True)
class Lifted:
    data: bytes
    media_type: str | None  # what its data URL said


@dataclass(slots=True)
class _Growing:
    """A picture on its way."""

    media_type: str | None
    data: io.BytesIO = field(default_factory=io.BytesIO)  # which hands its bytes out without a copy
    size: int = 0
    rest: bytes = b""  # up to three characters that are no whole group yet
    is_broken: bool = False
    is_padded: bool = False

    def feed(self, text: bytes) -> None:
        if self.is_broken:
            return
        text = self.rest + text.translate(_URL_SAFE)
        cut = len(text) - len(text) % 4
        self.rest = text[cut:]
        self._decode(text[:cut])

    def close(self) -> None:
        rest, self.rest = self.rest, b""
        if rest and not self.is_broken:  # some encoders leave the padding out
            self._decode(rest + b"=" * (-len(rest) % 4))

    def spoil(self) -> None:
        self.is_broken, self.data, self.size = True, io.BytesIO(), 0

    def _decode(self, groups: bytes) -> None:
        if not groups:
            return
        try:
            if self.is_padded:  # the end came, and then more
                raise binascii.Error
            self.size += self.data.write(binascii.a2b_base64(groups, strict_mode=True))
            self.is_padded = groups.endswith(b"=")
        except binascii.Error:
            self.spoil()


class Lifter:
    """`feed` chunks of a body, pass on what it returns, then ask `take` what a string of the document stands for."""

    def __init__(
        self, most_picture_bytes: int = MOST_PICTURE_BYTES, most_held_bytes: int = MOST_HELD_BYTES
    ) -> None:
        self._most_picture = most_picture_bytes
        self._most_held = most_held_bytes
        self._nonce = secrets.token_hex(16)  # so that no server can write a mark of its own
        self._state = "outside"  # → beginning → passing | lifting → outside
        self._beginning = b""
        self._carry = b""
        self._growing: _Growing | None = None
        self._lifted: dict[str, _Growing] = {}
        self._number = 0

    @property
    def held_bytes(self) -> int:
        return sum(picture.size for picture in self._lifted.values())

    def feed(self, chunk: bytes) -> bytes:
        """The chunk with a mark in the place of each long run of base64. Raises TooMuch."""
        chunk, self._carry = self._carry + chunk if self._carry else chunk, b""
        passed: list[bytes] = []
        position = 0
        while position < len(chunk):
            if self._state == "outside":
                quote = chunk.find(b'"', position)
                end = len(chunk) if quote < 0 else quote + 1
                passed.append(chunk[position:end])
                self._state = "outside" if quote < 0 else "beginning"
                position = end
            else:
                position = self._take_string(chunk, position, passed)
        return b"".join(passed)

    def close(self) -> bytes:
        """What was held back. A picture that the end of the body cut off is broken."""
        if self._growing is not None:
            self._growing.spoil()
        held, self._beginning, self._carry = self._beginning + self._carry, b"", b""
        self._state, self._growing = "outside", None
        return held

    def take(self, text: object) -> Lifted | None:
        """
        The picture that a string of the document stands for, base64 or a data URL; it is handed out once.

        None if the string is nothing of that kind or its base64 is not whole.
        """
        if not isinstance(text, str):
            return None
        growing = self._lifted.pop(text, None)
        if growing is not None:
            data = growing.data.getvalue()
            return Lifted(data, growing.media_type) if data else None
        return _decoded(text)

    def is_mark(self, text: str) -> bool:
        return text.startswith(self._nonce)

    def forget(self, document: str) -> None:
        """Lets go of what nobody took out of a document, such as an encrypted thought of megabytes."""
        if self._lifted and self._nonce in document:
            for mark in re.findall(rf"{self._nonce}@\d+", document):
                self._lifted.pop(mark, None)

    def _take_string(self, chunk: bytes, position: int, passed: list[bytes]) -> int:
        """Goes on to the end of the string or of the chunk; returns where."""
        end = self._end_of_string(chunk, position)
        is_over = end < len(chunk)
        if is_over and end == len(chunk) - 1 and chunk[end] == _BACKSLASH:  # an escape that the chunk cut off
            self._carry = chunk[end:]
            is_over = False
        elif not is_over and (cut := _CUT_ESCAPE.search(chunk, max(position, end - 5))):
            end = cut.start()
            self._carry = chunk[end:]
        self._take_piece(chunk[position:end], passed)
        if not is_over:
            return len(chunk)
        self._end_string(chunk[end : end + 1], passed)
        return end + 1

    def _end_of_string(self, chunk: bytes, position: int) -> int:
        if self._state == "lifting":  # mostly there is nothing but base64, and then this is 20 times faster
            end = chunk.find(b'"', position)
            end = len(chunk) if end < 0 else end
            if chunk.find(b"\\", position, end) < 0 and chunk.find(b"\n", position, end) < 0:
                return end
        found = _INSIDE.match(chunk, position)
        return found.end() if found else position

    def _take_piece(self, piece: bytes, passed: list[bytes]) -> None:
        if self._state == "beginning":
            self._beginning += piece
            if len(self._beginning) > LIFTED_FROM:
                self._decide(passed)
        elif self._state == "passing":
            passed.append(piece)
        elif self._growing is not None:
            self._grow(self._growing, piece)

    def _decide(self, passed: list[bytes]) -> None:
        beginning, self._beginning = self._beginning, b""
        clean = _unescaped(beginning)
        found = _BASE64.fullmatch(clean)
        if found is None:
            self._state = "passing"
            passed.append(beginning)
            return
        self._state = "lifting"
        self._number += 1
        mark = f"{self._nonce}@{self._number}"  # with a character that base64 has not
        media_type = found[1].decode("latin-1").lower() if found[1] else None
        self._growing = self._lifted[mark] = _Growing(media_type)
        passed.append(mark.encode())
        self._grow(self._growing, clean[clean.find(b",") + 1 :])

    def _grow(self, growing: _Growing, piece: bytes) -> None:
        growing.feed(_unescaped(piece))
        if growing.size > self._most_picture:
            raise TooMuch(f"a picture of more than {self._most_picture // 2**20} MB")
        if self.held_bytes > self._most_held:
            raise TooMuch(f"more than {self._most_held // 2**20} MB of pictures at once")

    def _end_string(self, mark: bytes, passed: list[bytes]) -> None:
        if self._growing is not None:
            self._growing.close()
            self._growing = None
        passed += (self._beginning, mark)
        self._beginning = b""
        self._state = "outside"


def _unescaped(piece: bytes) -> bytes:
    """Base64 with `\\/`, `\\u002b` or line ends in it, as some encoders write it."""
    return _ESCAPE.sub(_meant, piece) if b"\\" in piece else piece


def _meant(escape: re.Match[bytes]) -> bytes:
    if escape[1]:
        code = int(escape[1], 16)
        return bytes([code]) if 0x20 < code < 0x7F else b"" if code in (9, 10, 13) else b"!"
    return escape[2] if escape[2] == b"/" else b"" if escape[2] in b"nrt" else b"!"


def _decoded(text: str) -> Lifted | None:
    media_type = None
    if found := _DATA_URL.match(text):
        if not found[2]:
            return None
        media_type, text = found[1].split(";")[0].strip().lower() or None, text[found.end() :]
    raw = "".join(text.split()).rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        data = base64.b64decode(raw + "=" * (-len(raw) % 4), validate=True)
    except ValueError:
        return None
    return Lifted(data, media_type) if data else None
