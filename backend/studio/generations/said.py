"""What a running generation has said: one text and one reasoning, with marks where each numbered piece ends."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload


@dataclass(frozen=True, slots=True)
class Piece:
    """A numbered part of what was said; numbers begin at 1 and have no gaps."""

    number: int
    text: str
    reasoning: str


class Said(Sequence[Piece]):
    """
    The pieces of one answer, made anew when they are asked for; the piece at index n has the number n + 1.

    As objects with their events 256 answers of 500 words were 31 MB; as two texts with marks they are 2. Only the event
    loop appends. Other threads may read meanwhile: a mark is set only once what it marks is there.
    """

    __slots__ = ("_reasoning_ends", "_text_ends", "reasoning", "text")

    def __init__(self) -> None:
        self.text = ""
        self.reasoning = ""
        self._text_ends = array("I", (0,))
        self._reasoning_ends = array("I", (0,))

    def append(self, text: str, reasoning: str) -> None:
        """The next piece."""
        self.text += text
        self.reasoning += reasoning
        self._reasoning_ends.append(len(self.reasoning))
        self._text_ends.append(len(self.text))

    def has_reasoning_before(self, number: int) -> bool:
        """Whether the pieces up to and with this number hold any reasoning."""
        return self._reasoning_ends[min(number, len(self))] > 0

    def __len__(self) -> int:
        return len(self._text_ends) - 1

    @overload
    def __getitem__(self, place: int) -> Piece: ...
    @overload
    def __getitem__(self, place: slice) -> list[Piece]: ...
    def __getitem__(self, place: int | slice) -> Piece | list[Piece]:
        places = range(len(self))[place]
        return self._piece(places) if isinstance(places, int) else [self._piece(index) for index in places]

    def _piece(self, index: int) -> Piece:
        return Piece(
            index + 1,
            self.text[self._text_ends[index] : self._text_ends[index + 1]],
            self.reasoning[self._reasoning_ends[index] : self._reasoning_ends[index + 1]],
        )
