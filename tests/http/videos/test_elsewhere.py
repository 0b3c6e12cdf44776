"""Cards of what was asked of a provider that is no longer used: they offer a model of today."""

from typing import Any
from uuid import uuid4

import pytest

from tests.support.filming import TINY, Film
from tests.support.html import Html
from tests.support.painting import PAINTER
from tests.support.talking import HX

KINDS = pytest.mark.parametrize(
    ("wish", "model"),
    [
        ({"kind": "image", "model": "sandbox/image-refuses", "params": {}}, PAINTER),
        ({"kind": "video", "model": "sandbox/video-refuses"}, TINY),
    ],
    ids=["picture", "video"],
)


def asked_elsewhere(film: Film, wish: dict[str, Any]) -> str:
    """The id of what the provider before refused, by a model that is not here any more."""
    made = film.ended(film.alice, film.ask(film.alice, f"Elsewhere {uuid4()}", **wish)["id"])
    other = uuid4()

    def move(cursor: Any) -> None:
        named = {"id": made["id"], "other": other}
        cursor.execute("UPDATE jobs SET provider_id = $other WHERE generation_id = $id::UUID", named)
        cursor.execute(
            "UPDATE generations SET provider_id = $other, provider = 'Old House', model = 'old/gone' "
            "WHERE id = $id::UUID",
            named,
        )

    film.studio.db.transact(move)
    return str(made["id"])


@KINDS
def test_the_card_leads_to_a_model_of_today(film: Film, wish: dict[str, Any], model: str) -> None:
    id_ = asked_elsewhere(film, wish)
    card = Html(film.alice.get(f"/fragments/{wish['kind']}s/{id_}").text)
    (link,) = [each for each in card.all("a") if each.text == "Again with another model"]

    form = Html(film.alice.get(f"/fragments{link['href'].partition('#')[0]}").text)

    assert not card.all("form[action$='/retry']")
    chosen = form.one("#model")["value"]
    assert film.studio.catalogue.find(chosen) is not None
    assert form.one("#prompt").text.startswith("Elsewhere")


@KINDS
def test_trying_again_is_refused_with_the_reason_on_the_card(
    film: Film, wish: dict[str, Any], model: str
) -> None:
    id_ = asked_elsewhere(film, wish)
    before = film.count("generations")
    address = f"/fragments/{wish['kind']}s/{id_}/retry"

    answers = [
        film.alice.post(address, data={"seen_usd": "0.000000001"}, headers=headers) for headers in (HX, {})
    ]
    jobs = film.alice.get("/api/jobs").json()["items"]
    job_id = next(job["id"] for job in jobs if job["generation_id"] == id_)
    program = film.alice.post(f"/api/jobs/{job_id}/retry")

    for answer in answers:
        assert answer.status_code == 409
        said = Html(answer.text).one("[role=alert]").text
        assert "This was asked of Old House, which this studio no longer uses." in said
        assert "Again with another model" in answer.text
    assert (program.status_code, program.json()["error"]) == (409, "provider_gone")
    assert "Old House" in program.json()["message"]
    assert film.count("generations") == before
