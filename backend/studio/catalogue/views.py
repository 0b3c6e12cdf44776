"""What the model picker shows."""

from dataclasses import dataclass

from studio.catalogue.model import Model, per_million
from studio.providers import Provider


@dataclass(frozen=True, slots=True)
class ModelOption:
    id: str
    name: str
    label: str
    facts: list[str]
    is_chosen: bool
    is_simulated: bool


def model_option(model: Model, chosen: str, provider: Provider) -> ModelOption:
    """One that writes."""
    return option_of(model, model_facts(model), chosen, provider)


def option_of(model: Model, facts: list[str], chosen: str, provider: Provider) -> ModelOption:
    """`facts` are what is said of it, `chosen` is the id of the model that was chosen."""
    return ModelOption(
        id=model.id,
        name=model.name,
        label=" · ".join([model.name, *facts]),
        facts=facts,
        is_chosen=model.id == chosen,
        is_simulated=provider.is_simulated,
    )


def model_facts(model: Model) -> list[str]:
    """Price, context and abilities in words, in this order; what is not known is said to be so."""
    facts = [_price(model)]
    if model.context_tokens:
        facts.append(f"{_thousands(model.context_tokens)} context")
    if model.can_see:
        facts.append("sees pictures")
    if model.can_reason:
        facts.append("thinks")
    return facts


def _price(model: Model) -> str:
    if not model.is_priced:
        return "price unknown"
    if model.is_free:
        return "free"
    return f"{per_million(model.prompt_usd)} in, {per_million(model.completion_usd)} out per million"


def _thousands(tokens: int) -> str:
    if tokens >= 1_000_000:
        return f"{tokens / 1_000_000:.3g}M"
    return f"{round(tokens / 1000)}k" if tokens >= 1000 else str(tokens)
