"""Item 20: entries of the catalogue that are odd in themselves; each answers as `sandbox/sprinter` does."""

from __future__ import annotations

from typing import Any

from studio.sandbox.catalogue import Model, prices

CREATED = 1_780_185_600
NULLS = dict.fromkeys(
    (
        "canonical_slug",
        "created",
        "description",
        "context_length",
        "top_provider",
        "supported_parameters",
        "default_parameters",
        "links",
    )
)
ONLY_OPENAI: dict[str, Any] = dict.fromkeys(
    (
        "canonical_slug",
        "name",
        "description",
        "context_length",
        "architecture",
        "top_provider",
        "per_request_limits",
        "supported_parameters",
        "default_parameters",
        "supported_voices",
        "expiration_date",
        "knowledge_cutoff",
        "links",
    ),
    ...,
)


def _entry(
    slug: str, name: str, description: str, *, pricing: dict[str, str] | None = None, **more: Any
) -> Model:
    return Model(f"sandbox/ugly-{slug}", f"Sandbox: {name}", description, CREATED, pricing, **more)


UGLY_ENTRIES: tuple[Model, ...] = (
    _entry("nulls", "Ugly, nulls", "Null wherever null may stand", pricing=prices("0", "0"), overrides=NULLS),
    _entry("no-pricing", "Ugly, no pricing", "No price list at all"),
    _entry(
        "local",
        "Ugly, local",
        "",
        overrides={**ONLY_OPENAI, "object": "model", "owned_by": "library"},
    ),
    _entry(
        "router",
        "Ugly, router",
        "Prices that depend",
        pricing={"prompt": "-1", "completion": "-1", "request": "-1", "image": "-1"},
    ),
    _entry(
        "odd-prices",
        "Ugly, odd prices",
        "Scientific notation, an unknown key, a price that is a number, an override",
        pricing=prices("3e-7", "0.0000006"),
        overrides={
            "pricing": {
                "prompt": "3e-7",
                "completion": "0.0000006",
                "discount": 0.1,
                "per_smile": "0.01",
                "overrides": [{"min_prompt_tokens": 200_000, "prompt": "6e-7"}],
            }
        },
    ),
    _entry("twin-1", "Ugly, twin", "Two models of this name exist", pricing=prices("0.000001", "0.000001")),
    _entry("twin-2", "Ugly, twin", "Two models of this name exist", pricing=prices("0.000002", "0.000002")),
    _entry(
        "strange-words",
        "Ugly, strange words",
        "Unknown modalities and parameters",
        pricing=prices("0.000001", "0.000001"),
        inputs=("text", "smell"),
        outputs=("text", "hologram"),
        parameters=("max_tokens", "spiciness"),
    ),
    _entry(
        "image-only",
        "Ugly, image only",
        "No text output: hidden from the list unless its modality is asked for",
        pricing=prices("0", "0"),
        outputs=("image",),
    ),
    _entry(
        "hostile-name",
        '<b onclick="alert(1)">Ugly</b> & "quoted" \u202egnp.exe',
        "<script>alert(2)</script> [x](javascript:alert(3))",
        pricing=prices("0.000001", "0.000001"),
    ),
)
