"""
What a person agrees to by pressing a button: the price that stood on it, and the settings beside it.

Without scripts a price stays as the page came, while the settings beside it change; with them it follows a moment
later. So the form says which price it showed, and what costs more is asked about again before anything is spent.
"""

from decimal import Decimal, InvalidOperation

from studio.catalogue.estimate import Estimate
from studio.chat.views import money
from studio.errors import Conflict


class Dearer(Conflict):
    code = "dearer"
    field = "price"


class OtherSettings(Conflict):
    """The form's settings were those of another model, which was changed a moment before or without scripts."""

    code = "other_settings"
    field = "model"
    text = "This model has other settings than the one before it. Look at them, then press again to make it."


def worst_text(estimate: Estimate | None) -> str:
    """The most it may cost, for the form to carry along; empty where nobody knows."""
    return "" if estimate is None or estimate.worst_usd is None else format(estimate.worst_usd, "f")


def with_more(seen: str, each: str, count: int) -> str:
    """What was agreed to by a form that showed `seen`, and `each` for one thing more, and came with `count` more."""
    agreed, more = _shown(seen), _shown(each)
    return seen if agreed is None or more is None else format(agreed + count * more, "f")


def refuse_dearer(seen: str, estimate: Estimate | None) -> None:
    """Raises Dearer (409) where this may cost more than the price `seen`; a form that showed none has no say."""
    agreed = _shown(seen)
    if agreed is None:
        return
    worst = None if estimate is None else estimate.worst_usd
    if worst is None:
        raise Dearer("Nobody can say what this costs. Press again if you want it all the same.")
    if worst > agreed and money(worst, up=True) != money(agreed, up=True):
        raise Dearer(
            f"This costs up to {money(worst, up=True)}, more than the button said. Press again to make it."
        )


def _shown(usd: str) -> Decimal | None:
    """The price that a form says it showed; None for what no button shows."""
    try:
        price = Decimal(usd)
    except InvalidOperation:
        return None
    return price if price.is_finite() and (not price or -9 <= price.adjusted() <= 8) else None
