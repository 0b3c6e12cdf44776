"""What the chat templates receive: frozen objects with every text and address computed."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, ROUND_UP, Decimal
from itertools import groupby
from uuid import UUID

from markupsafe import Markup

from studio.assets.asset import Asset
from studio.chat.conversation import Conversation, Message, Tree
from studio.generations.generation import Generation, State
from studio.moments import iso, now

STATE_TEXTS = {
    State.WAITING: "Waiting for the provider …",
    State.RUNNING: "Writing …",
    State.DONE: "",
    State.FAILED: "No answer came.",
    State.CANCELLED: "Stopped.",
    State.INTERRUPTED: "Not finished.",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the list of conversations."""

    id: str
    title: str
    url: str
    is_current: bool
    is_pinned: bool
    updated_at: str


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    items: list[Item]


@dataclass(frozen=True, slots=True)
class PictureCard:
    """Of one that `is_gone` a sign is shown; `url` then leads to where it can be brought back, and may be ""."""

    id: str
    url: str
    thumbnail_url: str
    name: str
    width_px: int
    height_px: int
    is_gone: bool = False


def picture_card(asset: Asset) -> PictureCard:
    return PictureCard(
        str(asset.id), asset.url, asset.thumbnail_url, asset.name, asset.width_px or 0, asset.height_px or 0
    )


def attached_card(asset_id: UUID, asset: Asset | None) -> PictureCard:
    """A picture that a message names, whatever has become of it."""
    if asset is not None and asset.deleted_at is None:
        return picture_card(asset)
    return gone_card(f"/gallery/{asset_id}" if asset is not None else "")


def gone_card(url: str = "") -> PictureCard:
    return PictureCard("", url, "", "", 0, 0, is_gone=True)


def left_out_text(count: int) -> str | None:
    """What is said at an answer that went without pictures."""
    if not count:
        return None
    return "A deleted picture was not sent." if count == 1 else f"{count} deleted pictures were not sent."


@dataclass(frozen=True, slots=True)
class Switcher:
    """Where a message stands among its alternatives; ids of its neighbours."""

    position: int
    count: int
    previous_id: str | None
    next_id: str | None


@dataclass(frozen=True, slots=True)
class AnswerCard:
    """The generation side of an assistant message."""

    id: str
    state: str
    state_text: str
    is_running: bool
    html: Markup
    tail_html: Markup
    source: str
    reasoning: str
    reason_text: str | None
    notice: str | None
    facts: list[tuple[str, str]]
    last_piece: int
    is_simulated: bool
    can_continue: bool
    model: str
    is_hole: bool = False


@dataclass(frozen=True, slots=True)
class MessageCard:
    id: str
    role: str
    text: str
    pictures: list[PictureCard]
    switcher: Switcher | None
    created_at: str
    answer: AnswerCard | None = None
    left_out: str | None = None

    @property
    def is_user(self) -> bool:
        return self.role == "user"

    @property
    def has_gone_pictures(self) -> bool:
        return any(picture.is_gone for picture in self.pictures)


@dataclass(frozen=True, slots=True)
class ConversationCard:
    id: str
    title: str
    url: str
    model: str
    is_pinned: bool
    is_archived: bool
    is_answering: bool
    running_id: str | None
    messages: list[MessageCard]
    earlier_url: str | None
    cost: str | None
    leaf_id: str | None = None
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Named:
    """The conversation of a message that is shown without it, and its total where that is shown."""

    id: str
    cost: str | None = None


def with_hole(card: ConversationCard, mark: Markup) -> ConversationCard:
    """The card with a mark in the place of its last answer's words."""
    *others, last = card.messages
    assert last.answer is not None
    answer = replace(last.answer, html=mark, tail_html=Markup(), reasoning="", is_hole=True)
    return replace(card, messages=[*others, replace(last, answer=answer)])


def switcher(tree: Tree, message: Message) -> Switcher | None:
    """None where there is nothing to switch to."""
    siblings = tree.siblings(message)
    if len(siblings) < 2:
        return None
    position = siblings.index(message)
    return Switcher(
        position=position + 1,
        count=len(siblings),
        previous_id=str(siblings[position - 1].id) if position else None,
        next_id=str(siblings[position + 1].id) if position + 1 < len(siblings) else None,
    )


def facts(generation: Generation, model_name: str) -> list[tuple[str, str]]:
    """The small line under an answer as (name, text): model, tokens, time to first token, speed and cost."""
    out = generation.outcome
    found = [("Model", model_name)]
    if out.answered_model and out.answered_model != generation.model:
        found.append(("Answered by", out.answered_model))
    if out.output_tokens is not None:
        found.append(("Tokens", f"{_count(out.input_tokens)} in · {_count(out.output_tokens)} out"))
    if out.first_token_at:
        found.append(("First token", _seconds((out.first_token_at - generation.asked_at).total_seconds())))
    speed = _tokens_per_second(generation)
    if speed is not None:
        found.append(("Speed", f"{speed:.0f} tokens/s"))
    if generation.is_finished:
        found.append(("Cost", money(out.cost_usd)))
    return found


def money(usd: Decimal | None, *, up: bool = False) -> str:
    """A cost as people read it: `$0.0042`, `free`, or `cost unknown`; never rounded to nothing, and a bound `up`."""
    if usd is None:
        return "cost unknown"
    if usd == 0:
        return "free"
    digits = 2 if usd >= 1 else max(2, 1 - usd.adjusted())
    shown = usd.quantize(Decimal(1).scaleb(-digits), ROUND_UP if up else ROUND_HALF_EVEN)
    return f"${shown:.{digits}f}"


def total_cost(costs: Sequence[Decimal | None]) -> str | None:
    """
    What finished answers cost together; `≥` where that of one of them is not known; None while there is none.

    An unknown cost is never taken for zero: what is known to be free, and the rest not known, is unknown.
    """
    known = [cost for cost in costs if cost is not None]
    if not costs:
        return None
    total = sum(known, Decimal(0))
    if len(known) == len(costs):
        return money(total)
    return f"≥ {money(total)}" if total else money(None)


def item(conversation: Conversation, current: UUID | None) -> Item:
    return Item(
        id=str(conversation.id),
        title=conversation.title,
        url=f"/chat/{conversation.id}",
        is_current=conversation.id == current,
        is_pinned=conversation.is_pinned,
        updated_at=iso(conversation.updated_at) or "",
    )


def grouped(
    pinned: Sequence[Conversation], others: Sequence[Conversation], current: UUID | None
) -> list[Group]:
    """Pinned first, the others by the day they were last used."""
    groups = [Group("Pinned", [item(conversation, current) for conversation in pinned])] if pinned else []
    moment = now()
    for name, members in groupby(others, key=lambda conversation: _day(conversation.updated_at, moment)):
        groups.append(Group(name, [item(conversation, current) for conversation in members]))
    return groups


def _day(moment: datetime, today: datetime) -> str:
    days = (today.date() - moment.date()) // timedelta(days=1)
    if days <= 0:
        return "Today"
    if days == 1:
        return "Yesterday"
    return "This week" if days < 7 else moment.strftime("%B %Y")


def _count(tokens: int | None) -> str:
    return "?" if tokens is None else f"{tokens:,}"


def _seconds(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def _tokens_per_second(generation: Generation) -> float | None:
    out = generation.outcome
    if not (out.output_tokens and out.first_token_at and out.finished_at):
        return None
    seconds = (out.finished_at - out.first_token_at).total_seconds()
    return out.output_tokens / seconds if seconds >= 0.05 else None
