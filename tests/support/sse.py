"""Server-sent events, read as the standard says."""

import re
from dataclasses import dataclass

_LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True)
class Message:
    """One event; `id` is None where it has none of its own."""

    id: str | None
    event: str
    data: str


def messages_of(body: bytes) -> list[Message]:
    """The complete messages; comments are left out, and so is an event without data, as a browser does."""
    found: list[Message] = []
    fields: dict[str, list[str]] = {}
    for line in _LINE_END.split(body.decode())[:-1]:
        if not line:
            if "data" in fields:
                found.append(
                    Message(
                        fields.get("id", [None])[-1],
                        fields.get("event", ["message"])[-1],
                        "\n".join(fields["data"]),
                    )
                )
            fields = {}
        elif not line.startswith(":"):
            name, _, value = line.partition(":")
            fields.setdefault(name, []).append(value.removeprefix(" "))
    return found


def comments_in(body: bytes) -> int:
    return sum(line.startswith(":") for line in _LINE_END.split(body.decode()))
