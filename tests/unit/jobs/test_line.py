"""Whose turn it is: fair between people, within every limit, and nothing idle that could run."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st
from studio.jobs.line import Busy, Place, in_turn
from studio.jobs.rules import Rules


def line(*people: str, **more: object) -> list[Place]:
    """Jobs of these people in the order in which they were asked for."""
    return [
        Place(
            **{
                "priority": 0,
                "created_at": n,
                "id": str(n).zfill(6),
                "kind": "k",
                "person": p,
                "provider": "x",
                **more,
            }
        )
        for n, p in enumerate(people)
    ]


def people_of(places: object) -> str:
    return "".join(place.person for place in places)  # type: ignore[attr-defined]


def test_fifty_jobs_of_one_do_not_keep_one_of_another_waiting() -> None:
    waiting = line(*"a" * 50, "b")

    assert people_of(in_turn(waiting, Busy(), {}, None)).startswith("ab")


def test_people_take_turns_though_only_one_job_runs_at_a_time() -> None:
    waiting, turns, served = line(*"aaaa", *"bb", "c"), {}, ""
    for moment in range(7):
        place = next(in_turn(waiting, Busy(), turns, {"k": Rules(at_once=1)}))
        waiting.remove(place)
        turns[place.lane] = moment
        served += place.person

    assert served == "abcabaa"


def test_whoever_has_fewer_running_comes_first() -> None:
    busy = Busy()
    busy.add("k", "a", "x")

    assert people_of(in_turn(line(*"aab"), busy, {}, None)) == "baa"


def test_urgency_orders_the_jobs_of_one_person_and_pushes_nobody_aside() -> None:
    usual, urgent = line("a", "b"), line("a", priority=-5, created_at=9, id="9")

    order = [place.id for place in in_turn(usual + urgent, Busy(), {}, None)]

    assert order == ["9", "000001", "000000"]


def test_a_full_provider_does_not_hold_up_the_jobs_for_another_one() -> None:
    waiting = line("a", "a", provider="full") + line("a", provider="free", created_at=7, id="7")
    busy = Busy()
    busy.add("k", "z", "full")

    taken = list(in_turn(waiting, busy, {}, {"k": Rules(at_once_per_provider=1)}))

    assert [place.id for place in taken] == ["7"]


PLACES = st.lists(
    st.builds(
        lambda number, priority, kind, person, provider: (number, priority, kind, person, provider),
        st.integers(0, 10**6),
        st.integers(0, 2),
        st.sampled_from("kl"),
        st.sampled_from("abcd"),
        st.sampled_from([None, "x", "y"]),
    ),
    max_size=40,
    unique_by=lambda place: place[0],
)
SMALL = st.integers(1, 4)


@settings(max_examples=200, deadline=None)
@given(PLACES, PLACES, SMALL, SMALL, SMALL)
def test_no_limit_is_passed_nothing_that_fits_is_left_and_nobody_is_ahead_by_more_than_one(
    told: list[tuple[int, int, str, str, str | None]],
    runs: list[tuple[int, int, str, str, str | None]],
    at_once: int,
    per_person: int,
    per_provider: int,
) -> None:
    rules = {kind: Rules(at_once, per_person, per_provider) for kind in "kl"}
    waiting = [Place(p, n, str(n).zfill(7), k, who, at) for n, p, k, who, at in told]
    busy, before = Busy(), Busy()
    for _, _, kind, person, provider in runs:
        if fits(busy, Place(0, 0, "", kind, person, provider), rules):
            busy.add(kind, person, provider)
            before.add(kind, person, provider)

    taken = list(in_turn(waiting, busy, {}, rules))

    assert all(busy.kinds[kind] <= at_once for kind in busy.kinds)
    assert all(count <= per_person for count in busy.people.values())
    assert all(count <= per_provider for count in busy.providers.values())
    left = [place for place in waiting if place not in taken]
    assert not any(fits(busy, place, rules) for place in left)
    assert_nobody_is_ahead(taken, waiting, before, rules)


def fits(busy: Busy, place: Place, rules: dict[str, Rules]) -> bool:
    rule = rules[place.kind]
    return (
        busy.kinds[place.kind] < rule.at_once
        and busy.people[place.lane] < rule.at_once_per_person
        and busy.providers[place.kind, place.provider] < rule.at_once_per_provider
    )


def assert_nobody_is_ahead(
    taken: list[Place], waiting: list[Place], busy: Busy, rules: dict[str, Rules]
) -> None:
    """At each start: nobody who could have started too has fewer running."""
    left = list(waiting)
    for place in taken:
        could = Counter({other.lane: busy.people[other.lane] for other in left if fits(busy, other, rules)})
        assert busy.people[place.lane] == min(n for lane, n in could.items() if lane[0] == place.kind)
        busy.add(place.kind, place.person, place.provider)
        left.remove(place)
