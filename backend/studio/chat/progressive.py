"""
A growing answer for a browser without scripts: a page that is sent while the answer is written.

Words are sent as they come, as plain text in `.raw`; when a block is finished its rendering follows as `.block`, and
the style sheet hides the plain text before it. Nothing that was sent is ever changed.
"""

import asyncio
from collections.abc import AsyncIterator

from studio.chat.growing import GrowingBlocks
from studio.chat.streams import SECONDS_BETWEEN
from studio.generations.live import Live
from studio.generations.said import Piece
from studio.markdown import escape_tail

GROWING = "<!--growing-->"  # where in the page the answer grows
HEARTBEAT = b"<!-- -->"


class Writer:
    """Turns pieces into HTML that is only ever appended to."""

    def __init__(self) -> None:
        self._blocks = GrowingBlocks()
        self._inside = ""  # "", "reasoning" or "raw"

    def write(self, piece: Piece) -> str:
        """The HTML that this piece adds."""
        html = ""
        if piece.reasoning and self._inside != "raw":
            html += self._enter("reasoning") + str(escape_tail(piece.reasoning))
        if piece.text:
            html += self._enter("raw") + self._words(piece)
        else:
            self._blocks.take([piece])
        return html

    def close(self) -> str:
        """The end of the answer: its last block rendered."""
        html = self._enter("")
        if self._blocks.tail:
            html += f'<div class="block">{self._blocks.tail_html}</div>'
        return html

    def _words(self, piece: Piece) -> str:
        before = len(self._blocks.closed)
        self._blocks.take([piece])
        closed = self._blocks.closed[before:]
        if not closed:
            return str(escape_tail(piece.text))
        rendered = "".join(closed)
        return f'</div>{rendered}<div class="raw">{escape_tail(self._blocks.tail.lstrip())}'

    def _enter(self, place: str) -> str:
        if place == self._inside:
            return ""
        end = {"": "", "reasoning": "</div></details>", "raw": "</div>"}[self._inside]
        self._inside = place
        begin = {
            "": "",
            "reasoning": '<details class="message__reasoning" open><summary>Thinking</summary><div>',
            "raw": '<div class="raw">',
        }[place]
        return end + begin


async def growing_body(live: Live) -> AsyncIterator[bytes]:
    """The inside of the answer from its first word on; ends with the generation."""
    writer = Writer()
    async for pieces in live.watch(0):
        html = "".join(writer.write(piece) for piece in pieces)
        yield html.encode() or HEARTBEAT
        await asyncio.sleep(SECONDS_BETWEEN)
    yield writer.close().encode()
