"""What the three containers of pictures have in common: parts of a file, and a bounded walk over them."""

from dataclasses import dataclass
from typing import BinaryIO

PARTS_LIMIT = 20_000
METADATA_LIMIT = 4_000_000


class Malformed(Exception):
    """The file is not built as its kind demands."""


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes of a file from `start` up to `end`."""

    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start


Piece = bytes | Span


def exactly(file: BinaryIO, count: int) -> bytes:
    """So many bytes from where the file stands; raises Malformed when there are not as many."""
    data = file.read(count)
    if len(data) != count:
        raise Malformed
    return data


def metadata(file: BinaryIO, span: Span) -> bytes:
    """The bytes of a part that should be small; raises Malformed when it is not."""
    if len(span) > METADATA_LIMIT:
        raise Malformed
    file.seek(span.start)
    return exactly(file, len(span))
