"""
What a request may cost, before it is made.

The worst case is what a budget must hold, so it is a bound and no guess: a token for every byte of the words
(byte-level tokenizers never need more), though no more than the model can read at all; every picture as
`PICTURE_TOKENS`; and the longest answer that is allowed. The likely cost takes four bytes a token and an answer of
usual length.
"""

from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from typing import Any

from studio.catalogue.model import Model

PICTURE_TOKENS = 2_000
MESSAGE_TOKENS = 16
USUAL_ANSWER_TOKENS = 500
NANO = Decimal("0.000000001")


@dataclass(frozen=True, slots=True)
class Estimate:
    """USD; None where the model's price is not known, or nothing bounds its answers."""

    worst_usd: Decimal | None
    likely_usd: Decimal | None
    input_tokens: int
    output_tokens: int | None

    def as_json(self) -> dict[str, Any]:
        return {
            "worst_usd": None if self.worst_usd is None else format(self.worst_usd, "f"),
            "likely_usd": None if self.likely_usd is None else format(self.likely_usd, "f"),
            "input_tokens_at_most": self.input_tokens,
            "output_tokens_at_most": self.output_tokens,
        }


def estimate_text(
    model: Model, words_bytes: int, messages: int, pictures: int, max_tokens: int | None
) -> Estimate:
    """Worst and likely cost of one answer to so many bytes of conversation."""
    extra = messages * MESSAGE_TOKENS + pictures * PICTURE_TOKENS
    most_in = min(words_bytes + extra, model.context_tokens or words_bytes + extra)
    most_out = _longest_answer(model, max_tokens)
    likely_out = min(most_out or USUAL_ANSWER_TOKENS, USUAL_ANSWER_TOKENS)
    return Estimate(
        worst_usd=None if most_out is None else _cost(model, most_in, most_out, pictures, most="most_"),
        likely_usd=_cost(model, min(most_in, words_bytes // 4 + extra), likely_out, pictures),
        input_tokens=most_in,
        output_tokens=most_out,
    )


def _longest_answer(model: Model, max_tokens: int | None) -> int | None:
    """What we ask for where the model takes a limit, else its own; None where there is none."""
    if model.accepts("max_tokens"):
        return max_tokens or model.default_output_tokens
    return model.output_tokens_limit or model.context_tokens


def _cost(
    model: Model, input_tokens: int, output_tokens: int, pictures: int, most: str = ""
) -> Decimal | None:
    if model.prompt_usd is None or model.completion_usd is None:
        return None
    prompt = Decimal(model.pricing.get(f"{most}prompt") or model.prompt_usd)
    completion = Decimal(model.pricing.get(f"{most}completion") or model.completion_usd)
    cost = prompt * input_tokens + completion * output_tokens
    cost += (model.request_usd or 0) + (model.image_usd or 0) * pictures
    return cost.quantize(NANO, ROUND_UP)
