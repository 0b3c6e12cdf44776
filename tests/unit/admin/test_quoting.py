"""What counts as a quotation of a prompt in a provider's words."""

import json

import pytest
from studio.admin.quoting import quotes

POEM = "my cat sits\nin a red hat\n\n  on a blue mat\tby the door"
CAT = "A cat on a broken bicycle"


@pytest.mark.parametrize(
    ("said", "prompt"),
    [
        ('Rejected: "my cat sits in a red hat on a blue mat by the door"', POEM),
        (json.dumps({"error": f'the prompt "{POEM}" was refused'}), POEM),
        (json.dumps(json.dumps({"error": POEM.upper()})), POEM),
        ('Rejected: "Emma Smith, nude, at home"', "Emma  Smith,  nude,\n at  home"),
        ("prompt &quot;Emma&#39;s &amp; Bob&#39;s big kitchen&quot; refused", "Emma's & Bob's big kitchen"),
        (json.dumps({"error": "Größe: Süßes für Ärzte"}), "Süßes für Ärzte"),
        ("prompt 'A cat on a…' was refused", CAT),
        ("prompt 'A cat on…' was refused", CAT),
        ("flagged: A cat on a brok... (policy)", CAT),
        ("flagged: a c…", CAT),
        ("The word 'bicycle' is not allowed", CAT),
        ("…on a broken bicycle was refused", CAT),
        ("We refuse a cat.", "a cat"),
        ("「赤い帽子の猫」は使えません", "赤い帽子の猫が窓辺に座る"),
        ("ＡＣＡＴ ｏｎ ａ ｂｒｏｋｅｎ ｂｉｃｙｃｌｅ", CAT),
    ],
)
def test_a_quotation_is_known_however_it_is_written(said: str, prompt: str) -> None:
    assert quotes(said, prompt)


@pytest.mark.parametrize(
    "said",
    [
        "queue 9 is full",
        "The request was flagged by our safety system (code 'content_policy_violation').",
        "Your prompt was refused. See https://example.org/policy for what is allowed…",
        "A cation is on the list",
        'invalid value for "duration": 9',
    ],
)
def test_words_of_the_provider_s_own_are_not_a_quotation(said: str) -> None:
    assert not quotes(said, CAT)
    assert not quotes(said, "cat")


@pytest.mark.parametrize("prompt", ["", "🐈"])
def test_a_prompt_without_words_may_be_quoted_by_anything(prompt: str) -> None:
    assert quotes("🐈 was refused", prompt)
