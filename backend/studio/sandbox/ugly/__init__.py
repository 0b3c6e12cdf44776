"""
Everything a provider may do wrong, by name: `UGLY["crlf"]` answers as the model `sandbox/ugly-crlf`.

A test can walk the whole table; each entry says what a client should make of it (`outcome`, `text`,
`finish`).
"""

from __future__ import annotations

from studio.sandbox.catalogue import Model, prices
from studio.sandbox.ugly.behaviour import TEXT, Behaviour, Outcome
from studio.sandbox.ugly.content import CONTENT
from studio.sandbox.ugly.entries import UGLY_ENTRIES
from studio.sandbox.ugly.refusals import REFUSALS
from studio.sandbox.ugly.transport import TRANSPORT
from studio.sandbox.ugly.usage import USAGE

__all__ = ["TEXT", "UGLY", "UGLY_ENTRIES", "Behaviour", "Outcome", "ugly_model"]

UGLY: dict[str, Behaviour] = {**TRANSPORT, **USAGE, **CONTENT, **REFUSALS}


def ugly_model(name: str) -> Model:
    """The catalogue entry of a behaviour."""
    return Model(
        id=f"sandbox/ugly-{name}",
        name=f"Sandbox: Ugly, {name}",
        description=f"{UGLY[name].summary}.",
        created=1_780_272_000,
        pricing=prices("0.000001", "0.000002"),
    )
