"""How long jobs take here, from those that were done: of the same model and settings, else of the same model."""

from collections.abc import Sequence
from uuid import UUID

from studio.db import Cursor, Database

Pace = tuple[str, UUID | None, str]  # kind, provider, model and settings as the job has them

# The expected time is the median of this many jobs.
PACE_JOBS = 20
_SAME, _SAME_MODEL = "jobs.pace", "split_part(jobs.pace, ' ', 1)"


def expected_seconds(db: Database, paces: Sequence[Pace]) -> dict[Pace, float]:
    """The median of the last twenty of each; one that was never made with these settings goes by its model."""
    if not paces:
        return {}
    with db.read() as cursor:
        found = _medians(cursor, paces, _SAME)
        others = {pace: _of_model(pace) for pace in paces if pace not in found}
        roughly = _medians(cursor, list(set(others.values())), _SAME_MODEL) if others else {}
    return found | {pace: roughly[model] for pace, model in others.items() if model in roughly}


def _of_model(pace: Pace) -> Pace:
    kind, provider_id, text = pace
    return kind, provider_id, text.partition(" ")[0]


def _medians(cursor: Cursor, paces: Sequence[Pace], compared: str) -> dict[Pace, float]:
    rows = cursor.execute(
        f"""
        SELECT kind, provider_id, pace, median(seconds)
        FROM (
            SELECT wanted.*, epoch(jobs.finished_at) - epoch(jobs.started_at) AS seconds
            FROM jobs
            JOIN (
                SELECT DISTINCT
                    unnest($kinds::VARCHAR[]) AS kind, unnest($providers::UUID[]) AS provider_id,
                    unnest($paces::VARCHAR[]) AS pace
            ) AS wanted
                ON wanted.kind = jobs.kind AND wanted.pace = {compared}
                AND wanted.provider_id IS NOT DISTINCT FROM jobs.provider_id
            WHERE jobs.state = 'done'
            QUALIFY row_number() OVER (
                PARTITION BY wanted.kind, wanted.provider_id, wanted.pace ORDER BY jobs.finished_at DESC
            ) <= $most
        )
        GROUP BY ALL
        """,
        {
            "kinds": [kind for kind, _, _ in paces],
            "providers": [provider for _, provider, _ in paces],
            "paces": [pace for _, _, pace in paces],
            "most": PACE_JOBS,
        },
    ).fetchall()
    return {(kind, provider_id, pace): float(seconds) for kind, provider_id, pace, seconds in rows}
