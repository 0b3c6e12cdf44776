"""The tree of a conversation: which messages are shown, and what can be switched to."""

import random
from uuid import UUID

from studio.chat.conversation import Message, Tree, search_words
from studio.ids import new_id
from studio.moments import now

CONVERSATION = new_id()


def message(parent: Message | None = None, role: str = "user", text: str = "") -> Message:
    return Message(new_id(), CONVERSATION, parent.id if parent else None, role, text, (), None, now())


def chain(length: int) -> list[Message]:
    found: list[Message] = []
    for number in range(length):
        found.append(message(found[-1] if found else None, text=str(number)))
    return found


def test_a_path_goes_from_the_root_to_its_end() -> None:
    messages = chain(5)

    assert Tree(messages).path_to(messages[3].id) == messages[:4]


def test_a_path_to_nothing_or_to_nowhere_is_empty() -> None:
    tree = Tree(chain(2))

    assert tree.path_to(None) == []
    assert tree.path_to(new_id()) == []


def test_only_messages_of_one_question_are_alternatives() -> None:
    question, other = message(), message()
    first, second = message(question, "assistant"), message(question, "assistant")
    tree = Tree([second, other, first, question])

    assert tree.siblings(first) == tree.siblings(second) == [first, second]
    assert tree.siblings(question) == [question, other]


def test_the_newest_leaf_is_where_a_branch_was_last_continued() -> None:
    root = message()
    old, new = message(root, "assistant"), message(root, "assistant")
    below_old = message(old)
    leaf = message(below_old, "assistant")
    tree = Tree([root, old, new, below_old, leaf])

    assert tree.newest_leaf_below(root) == new
    assert tree.newest_leaf_below(old) == leaf
    assert tree.newest_leaf_below(leaf) == leaf


def test_the_order_in_which_messages_are_read_does_not_matter() -> None:
    messages = chain(30)
    shuffled = random.Random(7).sample(messages, len(messages))

    assert Tree(shuffled).path_to(messages[-1].id) == messages
    assert Tree(shuffled).newest_leaf_below(messages[0]) == messages[-1]


def test_a_message_whose_parent_is_gone_begins_its_path() -> None:
    orphan = Message(new_id(), CONVERSATION, UUID(int=1), "user", "", (), None, now())

    assert Tree([orphan]).path_to(orphan.id) == [orphan]


def test_words_are_looked_for_without_case_and_accents_and_only_eight_of_them() -> None:
    assert search_words("  Crème BRÛLÉE ") == ["creme", "brulee"]
    assert len(search_words("a b c d e f g h i j")) == 8
    assert search_words("   ") == []
