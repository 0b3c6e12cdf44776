"""
The HTML of a growing answer: finished blocks that are appended, and an open tail that is rendered anew each time.

Which blocks are finished depends only on the text so far, so a reader who comes back with the number of the last
piece seen gets exactly the blocks that are missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from markupsafe import Markup

from studio.generations.live import Live
from studio.generations.said import Piece
from studio.markdown import BlockSplitter, render_markdown, render_tail


class GrowingBlocks:
    """The blocks of one running answer so far."""

    def __init__(self) -> None:
        self._splitter = BlockSplitter()
        self.closed: list[Markup] = []
        self._counts = [0]  # closed blocks after each piece

    def take(self, pieces: Sequence[Piece]) -> None:
        """Take in the next pieces."""
        for piece in pieces:
            for block in self._splitter.feed(piece.text):
                self.closed.append(_block(block))
            self._counts.append(len(self.closed))

    def catch_up(self, live: Live) -> None:
        """Take in the pieces that have come since the last time."""
        self.take(live.pieces[len(self._counts) - 1 :])

    def closed_after(self, number: int) -> int:
        """How many blocks were finished when this piece had come."""
        return self._counts[min(number, len(self._counts) - 1)]

    @property
    def tail(self) -> str:
        return self._splitter.tail

    @property
    def tail_html(self) -> Markup:
        """The open block as it would look if nothing followed."""
        return render_tail(self.tail)


_growing: WeakKeyDictionary[Live, GrowingBlocks] = WeakKeyDictionary()


def blocks_of(live: Live) -> GrowingBlocks:
    """The blocks shared by all who watch a running answer, up to date. Only from the event loop."""
    blocks = _growing.get(live)
    if blocks is None:
        blocks = _growing[live] = GrowingBlocks()
    blocks.catch_up(live)
    return blocks


@dataclass(frozen=True, slots=True)
class Grown:
    """What a page shows of a running answer, and the number of the piece up to which it does."""

    closed: Markup
    tail: Markup
    reasoning: str
    last_piece: int


def grown(live: Live) -> Grown:
    """
    The answer as it stands, worked out apart from the shared blocks, since pages are rendered in threads.

    The number is taken first and nothing after it is shown: a stream that continues there repeats and skips nothing.
    """
    pieces = live.pieces[:]
    blocks = GrowingBlocks()
    blocks.take(pieces)
    reasoning = "".join(piece.reasoning for piece in pieces)
    return Grown(Markup("").join(blocks.closed), blocks.tail_html, reasoning, len(pieces))


def _block(text: str) -> Markup:
    return Markup('<div class="block">%s</div>\n') % render_markdown(text)
