"""The text models that anybody may pick: they differ in price, abilities and manners."""

from __future__ import annotations

from studio.sandbox.catalogue import REASONING, SAMPLING, Model, prices

THINKING = {
    "mandatory": False,
    "default_enabled": True,
    "default_effort": "medium",
    "supported_efforts": ["high", "medium", "low", "none"],
    "supports_max_tokens": False,
}

TEXT_MODELS: tuple[Model, ...] = (
    Model(
        id="sandbox/scribe",
        name="Sandbox: Scribe",
        description="Writes well-formed Markdown about the words of the question: headings, lists, a table, "
        "code, mathematics. Remembers the conversation. A simulated model: no key, no network.",
        created=1_790_812_800,
        pricing=prices("0.0000005", "0.0000015"),
        max_completion_tokens=16_384,
    ),
    Model(
        id="sandbox/thinker",
        name="Sandbox: Thinker",
        description="Thinks aloud before it answers, longer when asked for more effort. The dearest of all.",
        created=1_790_726_400,
        pricing=prices("0.000003", "0.000015"),
        context_length=200_000,
        max_completion_tokens=64_000,
        parameters=SAMPLING + REASONING,
        reasoning=THINKING,
    ),
    Model(
        id="sandbox/seer",
        name="Sandbox: Seer",
        description="Looks at pictures and tells the size, format and dominant colour, from the bytes.",
        created=1_790_640_000,
        pricing=prices("0.000001", "0.000004", image="0.0005"),
        context_length=65_536,
        max_completion_tokens=8_192,
        inputs=("text", "image"),
    ),
    Model(
        id="sandbox/sprinter",
        name="Sandbox: Sprinter (free)",
        description="A short answer, at once, for nothing.",
        created=1_790_553_600,
        pricing=prices("0", "0"),
        context_length=32_768,
        max_completion_tokens=1_024,
    ),
    Model(
        id="sandbox/slow",
        name="Sandbox: Slow",
        description="Five seconds before the first word, then four tokens a second. For trying Stop.",
        created=1_788_220_800,
        pricing=prices("0.0000001", "0.0000002"),
    ),
    Model(
        id="sandbox/flaky",
        name="Sandbox: Flaky",
        description="Every other request fails before the first word, with 502 and 503 in turn.",
        created=1_788_134_400,
        pricing=prices("0.0000002", "0.0000006"),
    ),
    Model(
        id="sandbox/cuts-off",
        name="Sandbox: Cuts off",
        description="Hangs up in the middle of its answer.",
        created=1_788_048_000,
        pricing=prices("0.0000002", "0.0000006"),
    ),
    Model(
        id="sandbox/refuses",
        name="Sandbox: Refuses",
        description="A moderator stands before it and flags every question.",
        created=1_787_961_600,
        pricing=prices("0.0000025", "0.00001"),
        is_moderated=True,
    ),
    Model(
        id="sandbox/rate-limited",
        name="Sandbox: Rate-limited",
        description="Answers 429 and `Retry-After: 2` the first time it hears a prompt, then properly.",
        created=1_787_875_200,
        pricing=prices("0.0000002", "0.0000006"),
    ),
    Model(
        id="sandbox/rate-limited-always",
        name="Sandbox: Rate-limited, always",
        description="Answers 429 and `Retry-After: 2`, whoever asks and however often.",
        created=1_787_788_800,
        pricing=prices("0.0000002", "0.0000006"),
    ),
    Model(
        id="sandbox/unpriced",
        name="Sandbox: Unpriced",
        description="Writes like Scribe and does not say what it costs, neither here nor in the answer.",
        created=1_787_702_400,
        pricing={"prompt": "-1", "completion": "-1"},
    ),
    Model(
        id="sandbox/metronome",
        name="Sandbox: Metronome",
        description="Counts: `count 250 at 25 per second after 50 ms`. One number is one token, on the beat.",
        created=1_787_616_000,
        pricing=prices("0.00000001", "0.00000002"),
        context_length=1_048_576,
        parameters=("max_tokens", "max_completion_tokens"),
    ),
)
