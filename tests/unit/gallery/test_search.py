"""What is found, what is not, and in which order."""

from functools import partial

import pytest
from studio.db import Database
from studio.errors import Invalid
from studio.gallery.query import Query
from studio.gallery.search import count, find, neighbours

from tests.support.gallery import BOB, asked, found, item_of, keep


def test_somebody_elses_items_are_never_found(db: Database) -> None:
    asked(db, "bread", BOB)

    assert found(db) == []
    assert found(db, "bread") == []


def test_without_words_the_newest_comes_first(db: Database) -> None:
    asked(db, "first")
    asked(db, "second")

    assert found(db) == ["second", "first"]


def test_several_words_match_in_any_order_each_as_a_beginning(db: Database) -> None:
    asked(db, "A kettle beside the bread")
    asked(db, "A kettle alone")

    assert found(db, "bre kett") == ["A kettle beside the bread"]


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("creme brulee", "Crème Brûlée"),
        ("strasse", "Die Straße"),
        ("STRAßE", "strasse"),
        ("smorgasbord", "Smørgåsbord"),
        ("aebleskiver", "Æbleskiver"),
        ("don't", "Don’t do it"),
        ("eau", "l'eau"),
        ("東京", "東京都の夜"),
        ("京都", "東京都の夜"),
        ("夜", "東京都の夜"),
        ("한국", "한국어"),
        ("हिन्दी", "हिन्दी में"),
        ("ｆｕｌｌ", "full width"),
        ("gpt 4o", "openai/gpt-4o-mini"),
        ("ﬁg", "figs"),
        ("مرحبا", "مَرْحَبًا بك"),
        ("🍞", "A loaf 🍞🥖 for two"),
        ("loaf 🥖", "A loaf 🍞🥖 for two"),
        ("☕", "Good morning ☕️"),
    ],
)
def test_words_are_compared_without_case_accents_and_width(db: Database, typed: str, written: str) -> None:
    asked(db, written)

    assert found(db, typed) == [written]


def test_quotes_ask_for_whole_words_in_this_order(db: Database) -> None:
    asked(db, "fresh bread daily")
    asked(db, "bread, fresh")
    asked(db, "fresh breadcrumbs")

    assert found(db, '"Fresh Bread"') == ["fresh bread daily"]
    assert found(db, '"bread"') == ["bread, fresh", "fresh bread daily"]


def test_a_phrase_does_not_reach_from_one_place_into_the_next(db: Database) -> None:
    keep(db, item_of(title="split"), prompt="we like fresh", text="bread is fine")

    assert found(db, "fresh bread") == ["split"]
    assert found(db, '"fresh bread"') == []


def test_a_minus_excludes(db: Database) -> None:
    asked(db, "bread and butter")
    asked(db, "bread and jam")

    assert found(db, "bread -butter") == ["bread and jam"]
    assert found(db, "-butter") == ["bread and jam"]
    assert found(db, '-"bread and jam"') == ["bread and butter"]


def test_what_cannot_be_a_word_finds_nothing_and_blanks_find_all(db: Database) -> None:
    asked(db, "bread")

    assert found(db, "???") == []
    assert found(db, '   "" ') == ["bread"]


def test_what_a_person_named_counts_more_than_what_was_said(db: Database) -> None:
    keep(db, item_of(title="named"), title="Bread")
    keep(db, item_of(title="said"), text="bread")

    assert found(db, "bread") == ["named", "said"]


def test_the_whole_word_counts_more_than_its_beginning(db: Database) -> None:
    asked(db, "bread")
    asked(db, "breadcrumbs")

    assert found(db, "bread") == ["bread", "breadcrumbs"]


def test_a_rare_word_counts_more_than_a_common_one(db: Database) -> None:
    keep(db, item_of(title="common in the prompt"), prompt="bread", text="saffron")
    for _ in range(30):
        asked(db, "bread")
    keep(db, item_of(title="rare in the prompt"), prompt="saffron", text="bread")

    assert found(db, "bread saffron") == ["rare in the prompt", "common in the prompt"]


def test_filters_hold_together(db: Database) -> None:
    keep(db, item_of(title="picture", kind="image"), prompt="bread")
    keep(db, item_of(title="upload", kind="image", origin="uploaded", model=""), name="bread.png")
    asked(db, "bread")

    assert set(found(db, "bread", kind="image")) == {"picture", "upload"}
    assert set(found(db, kind="image")) == {"picture", "upload"}
    assert found(db, kind="upload") == ["upload"]
    assert found(db, kind="text", model="sandbox/sprinter") == ["bread"]
    assert found(db, model="nobody/none") == []


def test_counts_leave_the_own_kind_out(db: Database) -> None:
    keep(db, item_of(title="picture", kind="image"), prompt="bread")
    keep(db, item_of(title="upload", kind="image", origin="uploaded"), name="bread.png")
    asked(db, "bread")
    asked(db, "kettle")

    counts = count(db, item_of().person_id, Query("bread", kind="text"))

    assert counts.total == 3
    assert counts.by_kind == {"text": 1, "image": 2, "video": 0, "upload": 1}


def test_neighbours_are_those_of_the_query(db: Database) -> None:
    items = [asked(db, words) for words in ("bread one", "kettle", "bread two", "bread three")]

    before, behind = neighbours(db, items[0].person_id, Query("bread"), items[2].id)
    assert {before, behind} == {items[0].id, items[3].id}
    assert neighbours(db, items[0].person_id, Query("bread"), items[1].id) == (None, None)


def test_neighbours_without_words_are_those_in_time(db: Database) -> None:
    first, kettle, second, third = [
        asked(db, words) for words in ("bread one", "kettle", "bread two", "bread three")
    ]
    keep(db, item_of(kind="image"))
    of = partial(neighbours, db, first.person_id)

    assert of(Query(kind="text"), first.id) == (kettle.id, None)
    assert of(Query(kind="text"), second.id) == (third.id, kettle.id)
    assert of(Query(kind="text"), third.id) == (None, second.id)
    assert of(Query("-kettle", kind="text"), second.id) == (third.id, first.id)
    assert of(Query("-kettle"), kettle.id) == (None, None)
    assert of(Query(kind="image"), second.id) == (None, None)


@pytest.mark.parametrize("before", ["x", "1-2", "ffff-ffff-ffff-ffff-ffff", "-1-2-3-4"])
def test_a_place_of_another_search_is_refused(db: Database, before: str) -> None:
    with pytest.raises(Invalid):
        find(db, BOB, Query("bread", before=before))
