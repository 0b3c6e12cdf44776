"""Whether something that brought nothing was charged: said once, and the doubt only until it is known."""

from dataclasses import replace
from decimal import Decimal

import pytest
from studio.generations.generation import Generation, Outcome, State
from studio.ids import new_id
from studio.moments import now
from studio.wishes.views import ending

STOPPED = Generation(
    id=new_id(),
    person_id=new_id(),
    kind="video",
    state=State.CANCELLED,
    provider_id=None,
    provider="Acme",
    model="acme/filmer",
    prompt="The sea",
    params={},
    is_simulated=False,
    reason_text="Stopped by you. Acme may charge for it all the same.",
    asked_at=now(),
)


@pytest.mark.parametrize(
    ("cost", "said"),
    [
        (None, ("Stopped by you. Acme may charge for it all the same.", None)),
        (Decimal("0.24"), ("Stopped by you.", "It was charged: $0.24.")),
        (Decimal(0), ("Stopped by you.", "Nothing was charged.")),
    ],
)
def test_a_doubt_goes_when_the_cost_is_known(
    cost: Decimal | None, said: tuple[str | None, str | None]
) -> None:
    assert ending(replace(STOPPED, outcome=Outcome(cost_usd=cost))) == said


def test_what_ended_otherwise_says_what_is_known() -> None:
    failed = replace(STOPPED, state=State.FAILED, reason_text="Acme could not make this video.")

    assert ending(failed) == ("Acme could not make this video.", "Whether it was charged is not known.")
