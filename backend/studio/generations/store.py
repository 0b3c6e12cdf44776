"""Every SQL statement about generations."""

import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from studio.db import Cursor, Database, Row, Statement
from studio.errors import Missing
from studio.generations.generation import Generation, Outcome, State

_COLUMNS = """
    id, person_id, kind, state, reason, reason_text, provider_id, provider, model, answered_model, prompt, params,
    input_hashes, price_list, is_simulated, parent_id, conversation_id, message_id, provider_request_id, text,
    reasoning, last_piece, finish_reason, input_tokens, output_tokens, reasoning_tokens, cost_usd, asked_at,
    started_at, first_token_at, finished_at
"""

ADD_GENERATION = Statement("""
    INSERT INTO generations (
        id, person_id, kind, state, provider_id, provider, model, prompt, params, input_hashes, price_list,
        is_simulated, parent_id, conversation_id, message_id, text, reasoning, last_piece, asked_at
    )
    SELECT
        unnest($id::UUID[]), unnest($person_id::UUID[]), unnest($kind::VARCHAR[]), unnest($state::VARCHAR[]),
        unnest($provider_id::UUID[]), unnest($provider::VARCHAR[]), unnest($model::VARCHAR[]),
        unnest($prompt::VARCHAR[]), unnest($params::VARCHAR[]), unnest($input_hashes::VARCHAR[]),
        unnest($price_list::VARCHAR[]), unnest($is_simulated::BOOLEAN[]), unnest($parent_id::UUID[]),
        unnest($conversation_id::UUID[]), unnest($message_id::UUID[]), '', '', 0, unnest($asked_at::TIMESTAMP[])
""")

ADD_PIECE = Statement("""
    INSERT INTO generation_pieces (generation_id, number, text, reasoning)
    SELECT
        unnest($generation_id::UUID[]), unnest($number::INTEGER[]), unnest($text::VARCHAR[]),
        unnest($reasoning::VARCHAR[])
    ON CONFLICT (generation_id, number) DO NOTHING
""")

SET_STARTED = Statement(
    """
    UPDATE generations
    SET state = 'running', started_at = batch.started_at, provider_request_id = batch.provider_request_id
    FROM (
        SELECT
            unnest($id::UUID[]) AS id, unnest($started_at::TIMESTAMP[]) AS started_at,
            unnest($provider_request_id::VARCHAR[]) AS provider_request_id
    ) AS batch
    WHERE generations.id = batch.id AND generations.state = 'waiting'
    """,
    key="id",
)

FINISH = Statement(
    """
    UPDATE generations
    SET state = batch.state, reason = batch.reason, reason_text = batch.reason_text,
        answered_model = batch.answered_model, provider_request_id = batch.provider_request_id, text = batch.text,
        reasoning = batch.reasoning, last_piece = batch.last_piece, finish_reason = batch.finish_reason,
        input_tokens = batch.input_tokens, output_tokens = batch.output_tokens,
        reasoning_tokens = batch.reasoning_tokens, cost_usd = batch.cost_usd, started_at = batch.started_at,
        first_token_at = batch.first_token_at, finished_at = batch.finished_at
    FROM (
        SELECT
            unnest($id::UUID[]) AS id, unnest($state::VARCHAR[]) AS state, unnest($reason::VARCHAR[]) AS reason,
            unnest($reason_text::VARCHAR[]) AS reason_text, unnest($answered_model::VARCHAR[]) AS answered_model,
            unnest($provider_request_id::VARCHAR[]) AS provider_request_id, unnest($text::VARCHAR[]) AS text,
            unnest($reasoning::VARCHAR[]) AS reasoning, unnest($last_piece::INTEGER[]) AS last_piece,
            unnest($finish_reason::VARCHAR[]) AS finish_reason, unnest($input_tokens::BIGINT[]) AS input_tokens,
            unnest($output_tokens::BIGINT[]) AS output_tokens,
            unnest($reasoning_tokens::BIGINT[]) AS reasoning_tokens,
            unnest($cost_usd::DECIMAL(18, 9)[]) AS cost_usd, unnest($started_at::TIMESTAMP[]) AS started_at,
            unnest($first_token_at::TIMESTAMP[]) AS first_token_at,
            unnest($finished_at::TIMESTAMP[]) AS finished_at
    ) AS batch
    WHERE generations.id = batch.id AND generations.state IN ('waiting', 'running')
    """,
    key="id",
)

SET_COST = Statement(
    """
    UPDATE generations
    SET cost_usd = batch.cost_usd
    FROM (SELECT unnest($id::UUID[]) AS id, unnest($cost_usd::DECIMAL(18, 9)[]) AS cost_usd) AS batch
    WHERE generations.id = batch.id AND generations.cost_usd IS NULL
    """,
    key="id",
)

DELETE_PIECES = Statement("""
    DELETE FROM generation_pieces
    WHERE generation_id IN (SELECT unnest($generation_id::UUID[]))
""")


# What an UPDATE sets to forget what somebody said; the other settings are measures like the cost.
WITHOUT_WORDS = """prompt = '', text = '', reasoning = '',
    params = json_merge_patch(params::JSON, '{"system_prompt": null}')::VARCHAR"""


def add_generation(generation: Generation) -> Row:
    """The row of a generation that is asked for now."""
    return ADD_GENERATION.row(
        id=generation.id,
        person_id=generation.person_id,
        kind=generation.kind,
        state=generation.state.value,
        provider_id=generation.provider_id,
        provider=generation.provider,
        model=generation.model,
        prompt=generation.prompt,
        params=json.dumps(generation.params),
        input_hashes=json.dumps(generation.input_hashes),
        price_list=json.dumps(generation.price_list),
        is_simulated=generation.is_simulated,
        parent_id=generation.parent_id,
        conversation_id=generation.conversation_id,
        message_id=generation.message_id,
        asked_at=generation.asked_at,
    )


def finish(generation: Generation) -> list[Row]:
    """The rows that write the end of a generation and drop its pieces, which its text now holds."""
    out = generation.outcome
    end = FINISH.row(
        id=generation.id,
        state=generation.state.value,
        reason=generation.reason,
        reason_text=generation.reason_text,
        answered_model=out.answered_model,
        provider_request_id=out.provider_request_id,
        text=generation.text,
        reasoning=generation.reasoning,
        last_piece=generation.last_piece,
        finish_reason=out.finish_reason,
        input_tokens=out.input_tokens,
        output_tokens=out.output_tokens,
        reasoning_tokens=out.reasoning_tokens,
        cost_usd=out.cost_usd,
        started_at=out.started_at,
        first_token_at=out.first_token_at,
        finished_at=out.finished_at,
    )
    return [end, DELETE_PIECES.row(generation_id=generation.id)]


def find_conversation_title(db: Database, conversation_id: UUID) -> tuple[str, datetime | None]:
    """The title of a conversation and when it was deleted; "" and None where it is gone for good."""
    with db.read() as cursor:
        row = cursor.execute(
            "SELECT title, deleted_at FROM conversations WHERE id = $id", {"id": conversation_id}
        ).fetchone()
    return (row[0], row[1]) if row else ("", None)


def get_generation(db: Database, person_id: UUID, generation_id: UUID) -> Generation:
    """One generation of this person; somebody else's is Missing."""
    with db.read() as cursor:
        generation = find_generation(cursor, person_id, generation_id)
    if generation is None:
        raise Missing
    return generation


def find_generation(cursor: Cursor, person_id: UUID, generation_id: UUID | None) -> Generation | None:
    """With a cursor of the caller's: what follows from it can be the same commit. None where it is not there."""
    row = cursor.execute(
        f"SELECT {_COLUMNS} FROM generations WHERE id = $id AND person_id = $person_id",
        {"id": generation_id, "person_id": person_id},
    ).fetchone()
    return None if row is None else _from_row(row)


def get_of_kind(db: Database, person_id: UUID, generation_id: UUID, kind: str) -> Generation:
    """The same for a page of one kind, where any other is Missing, too."""
    generation = get_generation(db, person_id, generation_id)
    if generation.kind != kind:
        raise Missing
    return generation


def list_generations(db: Database, person_id: UUID, ids: Sequence[UUID]) -> dict[UUID, Generation]:
    """These generations of this person by id, in one query; what is not there or not theirs is left out."""
    if not ids:
        return {}
    with db.read() as cursor:
        rows = cursor.execute(
            f"""
            SELECT {_COLUMNS}
            FROM generations
            WHERE person_id = $person_id AND id IN (SELECT unnest($ids::UUID[]))
            """,
            {"person_id": person_id, "ids": list(ids)},
        ).fetchall()
    return {row[0]: _from_row(row) for row in rows}


def list_costs(db: Database, person_id: UUID, ids: Sequence[UUID]) -> list[Decimal | None]:
    """What those of these generations cost that have ended and are this person's; None is unknown."""
    if not ids:
        return []
    with db.read() as cursor:
        rows = cursor.execute(
            """
            SELECT cost_usd
            FROM generations
            WHERE person_id = $person_id AND id IN (SELECT unnest($ids::UUID[]))
                AND state NOT IN ('waiting', 'running')
            """,
            {"person_id": person_id, "ids": list(ids)},
        ).fetchall()
    return [row[0] for row in rows]


def list_prompts(db: Database, ids: Sequence[UUID]) -> dict[UUID, str]:
    """What was asked for with these generations, whoever asked."""
    if not ids:
        return {}
    with db.read() as cursor:
        rows = cursor.execute(
            "SELECT id, prompt FROM generations WHERE id IN (SELECT unnest($ids::UUID[]))", {"ids": list(ids)}
        ).fetchall()
    return dict(rows)


def list_unfinished_texts(db: Database) -> list[Generation]:
    """Text generations that no process runs any more (asked at start-up), with their pieces joined."""
    with db.read() as cursor:
        rows = cursor.execute(
            f"""
            SELECT {_COLUMNS}
            FROM generations
            WHERE kind = 'text' AND state IN ('waiting', 'running')
            """
        ).fetchall()
        pieces = cursor.execute(
            """
            SELECT
                generation_id, max(number), string_agg(text, '' ORDER BY number),
                string_agg(reasoning, '' ORDER BY number)
            FROM generation_pieces
            GROUP BY generation_id
            """
        ).fetchall()
    said = {generation_id: (last, text, reasoning) for generation_id, last, text, reasoning in pieces}
    unfinished = [_from_row(row) for row in rows]
    for generation in unfinished:
        generation.last_piece, generation.text, generation.reasoning = said.get(generation.id, (0, "", ""))
    return unfinished


def list_without_cost(
    db: Database, provider_id: UUID, since: datetime, before: UUID | None = None, limit: int = 200
) -> list[tuple[UUID, str]]:
    """Ids, and the provider's own, of what ended since then without its cost being known; newest first, by pages."""
    with db.read() as cursor:
        return [
            (row[0], row[1])
            for row in cursor.execute(
                """
                SELECT id, provider_request_id
                FROM generations
                WHERE provider_id = $provider_id AND cost_usd IS NULL AND provider_request_id IS NOT NULL
                    AND finished_at >= $since AND ($before::UUID IS NULL OR id < $before::UUID)
                ORDER BY id DESC
                LIMIT $limit
                """,
                {"provider_id": provider_id, "since": since, "before": before, "limit": limit},
            ).fetchall()
        ]


def drop_pieces(db: Database) -> None:
    """Empty the pieces table; only right while nothing runs, since finished texts hold theirs."""
    db.transact(lambda cursor: cursor.execute("DELETE FROM generation_pieces"))


def _from_row(row: tuple[Any, ...]) -> Generation:
    """A row of `_COLUMNS`, in that order."""
    named = dict(zip(_COLUMNS.replace("\n", " ").replace(" ", "").split(","), row, strict=True))
    outcome = Outcome(**{name: named.pop(name) for name in Outcome.__slots__})
    named["state"] = State(named["state"])
    for name in ("params", "input_hashes", "price_list"):
        named[name] = json.loads(named[name])
    return Generation(**named, outcome=outcome)


def set_cost(generation_id: UUID, cost_usd: Decimal) -> Row:
    """Fill in a cost that was found out after the end."""
    return SET_COST.row(id=generation_id, cost_usd=cost_usd)


def set_started(generation: Generation) -> Row:
    """The provider has taken the request; its name for it tells the cost even if this process is killed now."""
    out = generation.outcome
    return SET_STARTED.row(
        id=generation.id, started_at=out.started_at, provider_request_id=out.provider_request_id
    )
