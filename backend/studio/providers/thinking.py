"""Reasoning that a server left in the answer between `<think>` tags."""

OPEN, CLOSE = "<think>", "</think>"
_MOST_LEADING_SPACE = 64


class ThinkSplitter:
    """
    Splits `<think>…</think>` off the front of an answer; anywhere else the tags are the model's text.

    `feed` and `close` return (reasoning, text). At most a tag's length is held back, and only while it may be
    one.
    """

    __slots__ = ("_held", "_state")

    def __init__(self) -> None:
        self._state = "opening"  # → thinking → behind → answer
        self._held = ""

    def feed(self, piece: str) -> tuple[str, str]:
        if self._state == "answer":
            return "", piece
        self._held += piece
        return self._split()

    def skip(self) -> str:
        """The server has a field of its own for reasoning, so tags are text. Returns what was held back."""
        held, self._held, self._state = self._held, "", "answer"
        return held

    def close(self) -> tuple[str, str]:
        was_thinking = self._state == "thinking"
        held = self.skip()
        return (held, "") if was_thinking else ("", held)

    def _split(self) -> tuple[str, str]:
        reasoning = ""
        if self._state == "opening" and self._open():
            self._state = "thinking"
        if self._state == "thinking":
            reasoning = self._think()
        if self._state == "behind":
            self._held = self._held.lstrip("\r\n")
            if self._held:
                self._state = "answer"
        if self._state == "answer":
            return reasoning, self.skip()
        return reasoning, ""

    def _open(self) -> bool:
        start = self._held.lstrip()
        if start.startswith(OPEN):
            self._held = start[len(OPEN) :]
            return True
        if not OPEN.startswith(start) or len(self._held) - len(start) > _MOST_LEADING_SPACE:
            self._state = "answer"
        return False

    def _think(self) -> str:
        before, tag, after = self._held.partition(CLOSE)
        if tag:
            self._state, self._held = "behind", after
            return before
        keep = next((n for n in range(len(CLOSE) - 1, 0, -1) if before.endswith(CLOSE[:n])), 0)
        cut = len(before) - keep
        self._held = before[cut:]
        return before[:cut]
