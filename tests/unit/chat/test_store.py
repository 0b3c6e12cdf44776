"""Conversations in the database: their list, and forgetting."""

from dataclasses import replace
from datetime import timedelta

import pytest
from studio.chat import ask, store
from studio.chat.conversation import Conversation
from studio.db import Database
from studio.ids import new_id
from studio.moments import now

from tests.support.studio import Talker, ask_of

ALICE, BOB = new_id(), new_id()


def kept(db: Database, title: str, *, whose: object = ALICE, minutes_ago: int = 0) -> Conversation:
    moment = now() - timedelta(minutes=minutes_ago)
    conversation = Conversation(new_id(), whose, title, "m", "", {}, None, False, moment, moment)  # type: ignore[arg-type]
    db.write(store.add_conversation(conversation))
    return conversation


def titles(db: Database, **wish: object) -> list[str]:
    return [found.title for found in store.list_conversations(db, ALICE, **wish)]  # type: ignore[arg-type]


def test_the_last_used_comes_first_and_only_ones_own(db: Database) -> None:
    kept(db, "old", minutes_ago=5)
    kept(db, "new")
    kept(db, "Bob's", whose=BOB)

    assert titles(db) == ["new", "old"]


def test_pages_follow_each_other_without_gap_or_repetition(db: Database) -> None:
    for number in range(25):
        kept(db, f"{number:02}", minutes_ago=number)

    pages, before = [], None
    while found := store.list_conversations(db, ALICE, before=before, limit=10):
        pages.append([conversation.title for conversation in found])
        before = found[-1].updated_at

    assert [len(page) for page in pages] == [10, 10, 5]
    assert [title for page in pages for title in page] == [f"{number:02}" for number in range(25)]


def test_each_conversation_is_in_exactly_one_view(db: Database) -> None:
    plain, pinned, archived, deleted, both = (
        kept(db, name) for name in ("plain", "pinned", "archived", "deleted", "both")
    )
    store.set_pinned(db, pinned.id, True)
    store.set_archived(db, archived.id, now())
    store.set_deleted(db, deleted.id, now())
    for change in (store.set_archived, store.set_deleted):
        change(db, both.id, now())
    store.set_pinned(db, both.id, True)

    assert titles(db) == ["plain"]
    assert titles(db, view="pinned") == ["pinned"]
    assert titles(db, view="archived") == ["archived"]
    assert sorted(titles(db, view="deleted")) == ["both", "deleted"]
    assert plain.id


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["creme"], ["Crème BRÛLÉE"]),
        (["brul", "cre"], ["Crème BRÛLÉE"]),
        (["brul", "soup"], []),
        (["%"], ["100 % soup"]),
        (["_"], []),
        (["'"], ["Alice's soup"]),
        ([], ["100 % soup", "Alice's soup", "Crème BRÛLÉE"]),
    ],
)
def test_a_search_finds_titles_with_every_word(db: Database, words: list[str], found: list[str]) -> None:
    for title in ("Crème BRÛLÉE", "100 % soup", "Alice's soup"):
        kept(db, title)

    assert sorted(titles(db, words=words)) == found


def test_a_deleted_conversation_is_missing_unless_one_asks_for_deleted_ones(db: Database) -> None:
    conversation = kept(db, "gone")
    store.set_deleted(db, conversation.id, now())

    found = store.get_conversation(db, ALICE, conversation.id, also_deleted=True)

    assert found.deleted_at is not None
    assert titles(db) == []


def test_continuing_two_conversations_at_once_mixes_nothing_up(db: Database) -> None:
    one, two = kept(db, "one"), kept(db, "two")

    db.write(
        store.continue_conversation(replace(one, model="first", params={"seed": 1}, updated_at=now())),
        store.continue_conversation(replace(two, model="second", params={"seed": 2}, updated_at=now())),
    )

    assert store.get_conversation(db, ALICE, one.id).params == {"seed": 1}
    assert store.get_conversation(db, ALICE, two.id).model == "second"


@pytest.mark.anyio
async def test_what_was_deleted_long_ago_is_forgotten_and_what_it_cost_stays(
    alice: Talker, db: Database
) -> None:
    gone, generation = await alice.do(ask.start_conversation, ask_of("Secret soup?"))
    stays, _ = await alice.do(ask.start_conversation, ask_of("Open soup?"))
    await alice.ended(generation)
    store.set_deleted(db, gone.id, now() - timedelta(days=31))
    store.set_deleted(db, stays.id, now() - timedelta(days=29))

    assert store.forget_deleted(db, now() - timedelta(days=30)) == 1
    assert store.forget_deleted(db, now() - timedelta(days=30)) == 0

    left = alice.generation(generation.id)
    assert (left.prompt, left.text, left.reasoning) == ("", "", "")
    assert (left.conversation_id, left.message_id) == (None, None)
    assert left.outcome.cost_usd == 0
    assert left.outcome.output_tokens
    assert store.list_messages(db, gone.id) == []
    assert len(store.list_messages(db, stays.id)) == 2
    with db.read() as cursor:
        everything = str(cursor.execute("SELECT * FROM generations").fetchall())
    assert "Secret soup" not in everything
    assert "Open soup" in everything


def test_the_size_of_answers_is_counted_in_bytes(db: Database) -> None:
    assert store.answer_bytes(db, []) == 0
    assert store.answer_bytes(db, [new_id()]) == 0
