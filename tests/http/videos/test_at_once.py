"""The operator says how much the provider is given at the same time, for everybody and for one person."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.filming import Film, filming

STUCK = "sandbox/video-stuck"


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Film]:
    with filming(
        tmp_path_factory.mktemp("few"), migrated, videos_at_once=2, jobs_at_once_per_person=1
    ) as film:
        yield film


def test_no_more_goes_out_than_the_operator_allows(film: Film) -> None:
    carol = film.join("carol@example.org", "Carol")
    first = film.ask(film.alice, "Alice's first", model=STUCK)["id"]
    film.until_step(first, "polling")
    second = film.ask(film.alice, "Alice's second", model=STUCK)["id"]
    bobs = film.ask(film.bob, "Bob's", model=STUCK)["id"]
    film.until_step(bobs, "polling")
    carols = film.ask(carol, "Carol's", model=STUCK)["id"]

    assert [film.stored(each)[0].state for each in (first, second, bobs, carols)] == [
        "running", "waiting", "running", "waiting",
    ]  # fmt: skip
    film.bob.post(f"/api/generations/{bobs}/cancellation")
    film.until_step(carols, "polling")
    assert film.stored(second)[0].state == "waiting"
    film.alice.post(f"/api/generations/{first}/cancellation")
    film.until_step(second, "polling")
    for who, each in ((film.alice, second), (carol, carols)):
        who.post(f"/api/generations/{each}/cancellation")
