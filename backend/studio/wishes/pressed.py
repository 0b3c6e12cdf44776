"""What a button that begins paid work by itself carries along (`ui.paid`)."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Form


@dataclass(frozen=True, slots=True)
class Pressed:
    """`seen_usd` is the most that it said it may cost, `key` that of its rendering; both may be empty."""

    seen_usd: str
    key: str


def pressed(seen_usd: Annotated[str, Form()] = "", idempotency_key: Annotated[str, Form()] = "") -> Pressed:
    return Pressed(seen_usd, idempotency_key)


Button = Annotated[Pressed, Depends(pressed)]
