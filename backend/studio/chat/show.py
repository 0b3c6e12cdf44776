"""From rows to cards: how a conversation, its messages and a growing answer become what the templates receive."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from markupsafe import Markup

from studio.accounts.access import Person
from studio.assets import store as assets
from studio.assets.asset import Asset
from studio.chat import store, views
from studio.chat.ask import is_answering
from studio.chat.conversation import Conversation, Message, Tree
from studio.chat.growing import Grown, grown
from studio.errors import Missing
from studio.generations import store as generations
from studio.generations.generation import Generation, State
from studio.markdown import render_markdown
from studio.wiring import Studio

MESSAGES_SHOWN = 40
KEPT_HTML_BYTES = 24 * 1024 * 1024


class RenderedAnswers:
    """
    The HTML of finished answers, the most recently read first, bounded in bytes.

    A finished answer never changes, and rendering its Markdown costs some 2 ms for 2 KB: a page of forty would cost
    more than everything else together.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[UUID, Markup] = OrderedDict()
        self._bytes = 0

    def get(self, generation: Generation) -> Markup:
        html = self._kept.get(generation.id)
        if html is None:
            html = render_markdown(generation.text)
            self._kept[generation.id] = html
            self._bytes += len(html)
            while self._bytes > KEPT_HTML_BYTES and len(self._kept) > 1:
                self._bytes -= len(self._kept.popitem(last=False)[1])
        else:
            self._kept.move_to_end(generation.id)
        return html


_rendered = RenderedAnswers()


@dataclass(frozen=True, slots=True)
class _Known:
    """What the messages of one page refer to, read in two queries."""

    tree: Tree
    generations: dict[UUID, Generation]
    assets: dict[UUID, Asset]


def conversation_card(
    studio: Studio, person: Person, conversation: Conversation, before: UUID | None = None
) -> views.ConversationCard:
    """The conversation with the last messages of its shown branch, or those before a message of it."""
    tree = Tree(store.list_messages(studio.db, conversation.id))
    path = tree.path_to(conversation.leaf_id)
    if before is not None:
        path = path[: next((place for place, message in enumerate(path) if message.id == before), len(path))]
    shown = path[-MESSAGES_SHOWN:]
    known = _look_up(studio, person, tree, shown)
    answering = before is None and is_answering(studio, tree, conversation.leaf_id)
    return views.ConversationCard(
        id=str(conversation.id),
        title=conversation.title,
        url=f"/chat/{conversation.id}",
        model=conversation.model,
        is_pinned=conversation.is_pinned,
        is_archived=conversation.archived_at is not None,
        is_answering=answering,
        running_id=str(shown[-1].generation_id) if answering and shown else None,
        messages=[_message_card(studio, message, known) for message in shown],
        earlier_url=f"/chat/{conversation.id}?before={shown[0].id}" if len(path) > len(shown) else None,
        cost=_cost(studio, person, path),
        leaf_id=str(conversation.leaf_id) if conversation.leaf_id else None,
    )


def latest_cards(
    studio: Studio, person: Person, conversation: Conversation, count: int
) -> list[views.MessageCard]:
    """The last messages of the shown branch, such as a question and its answer that were just added."""
    tree = Tree(store.list_messages(studio.db, conversation.id))
    shown = tree.path_to(conversation.leaf_id)[-count:]
    known = _look_up(studio, person, tree, shown)
    return [_message_card(studio, message, known) for message in shown]


def cost_so_far(studio: Studio, person: Person, conversation: Conversation) -> str | None:
    """What the shown branch has cost, in words."""
    return _cost(
        studio, person, Tree(store.list_messages(studio.db, conversation.id)).path_to(conversation.leaf_id)
    )


def _cost(studio: Studio, person: Person, path: Sequence[Message]) -> str | None:
    ids = [message.generation_id for message in path if message.generation_id]
    return views.total_cost(generations.list_costs(studio.db, person.id, ids))


def message_card(
    studio: Studio, person: Person, conversation: Conversation, message_id: UUID
) -> views.MessageCard:
    """One message of the conversation, as it stands now."""
    tree = Tree(store.list_messages(studio.db, conversation.id))
    message = tree.get(message_id)
    if message is None:
        raise Missing
    return _message_card(studio, message, _look_up(studio, person, tree, [message]))


def _look_up(studio: Studio, person: Person, tree: Tree, shown: Sequence[Message]) -> _Known:
    found = generations.list_generations(
        studio.db, person.id, [message.generation_id for message in shown if message.generation_id]
    )
    pictures = [asset_id for message in shown for asset_id in message.asset_ids]
    return _Known(tree, found, assets.list_assets(studio.db, person.id, pictures, with_deleted=True))


def _message_card(studio: Studio, message: Message, known: _Known) -> views.MessageCard:
    generation = known.generations.get(message.generation_id) if message.generation_id else None
    return views.MessageCard(
        id=str(message.id),
        role=message.role,
        text=message.text,
        pictures=[
            views.attached_card(asset_id, known.assets.get(asset_id)) for asset_id in message.asset_ids
        ],
        left_out=views.left_out_text(len(message.left_out_ids)),
        switcher=views.switcher(known.tree, message),
        created_at=message.created_at.isoformat(timespec="seconds") + "Z",
        answer=answer_card(studio, generation) if generation else None,
    )


def answer_card(studio: Studio, generation: Generation) -> views.AnswerCard:
    """The answer as it stands now: growing from memory while it runs here, else as it was stored."""
    live = studio.engine.find(generation.id)
    if live is not None:
        generation = live.generation
    elif not generation.is_finished:
        # It ended between the two looks: what was read first has no words yet, and would be kept without them.
        generation = generations.get_generation(studio.db, generation.person_id, generation.id)
    model = studio.catalogue.find(generation.model)
    now = grown(live) if live else _whole(generation)
    return views.AnswerCard(
        id=str(generation.id),
        state=generation.state.value,
        state_text=views.STATE_TEXTS[generation.state],
        is_running=live is not None,
        html=now.closed,
        tail_html=now.tail,
        source="" if live else generation.text,
        reasoning=now.reasoning,
        reason_text=generation.reason_text,
        notice=live.notice if live else None,
        facts=views.facts(generation, model.name if model else generation.model),
        last_piece=now.last_piece,
        is_simulated=generation.is_simulated,
        can_continue=_can_continue(generation),
        model=generation.model,
    )


def _whole(generation: Generation) -> Grown:
    return Grown(_rendered.get(generation), Markup(), generation.reasoning, generation.last_piece)


def _can_continue(generation: Generation) -> bool:
    if not generation.is_finished or not generation.text:
        return False
    return generation.state is not State.DONE or generation.reason == "length"
