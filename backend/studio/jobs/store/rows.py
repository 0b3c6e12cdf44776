"""From rows to jobs, and the row of a new one."""

import json
from typing import Any

from studio.db import Row, Statement
from studio.jobs.job import Job, JobState, notes_text

COLUMNS = """
    id, kind, person_id, generation_id, provider_id, pace, retry_of, state, reason, reason_text, step, priority,
    attempts, due_at, deadline_at, lease_id, leased_until, is_cancel_wished, provider_job_id, provider_error, notes,
    created_at, started_at, finished_at
"""
NAMES = tuple(COLUMNS.replace("\n", " ").replace(" ", "").split(","))
OF_JOBS = ", ".join(f"jobs.{name}" for name in NAMES)

ADD_JOB = Statement("""
    INSERT INTO jobs (
        id, kind, person_id, generation_id, provider_id, pace, retry_of, state, step, priority, attempts, due_at,
        deadline_at, is_cancel_wished, provider_job_id, notes, created_at
    )
    SELECT
        unnest($id::UUID[]), unnest($kind::VARCHAR[]), unnest($person_id::UUID[]), unnest($generation_id::UUID[]),
        unnest($provider_id::UUID[]), unnest($pace::VARCHAR[]), unnest($retry_of::UUID[]), 'waiting',
        unnest($step::VARCHAR[]), unnest($priority::INTEGER[]), 0, unnest($due_at::TIMESTAMP[]),
        unnest($deadline_at::TIMESTAMP[]), false, unnest($provider_job_id::VARCHAR[]), unnest($notes::VARCHAR[]),
        unnest($created_at::TIMESTAMP[])
""")


def add_job(job: Job) -> Row:
    """The row of a new job: it goes into the commit of whoever asks for it, who then wakes the worker."""
    return ADD_JOB.row(
        id=job.id,
        kind=job.kind,
        person_id=job.person_id,
        generation_id=job.generation_id,
        provider_id=job.provider_id,
        pace=job.pace,
        retry_of=job.retry_of,
        step=job.step,
        priority=job.priority,
        due_at=job.due_at,
        deadline_at=job.deadline_at,
        provider_job_id=job.provider_job_id,
        notes=notes_text(job.notes),
        created_at=job.created_at,
    )


def job_of(row: tuple[Any, ...]) -> Job:
    """A row of `COLUMNS`, in that order."""
    named = dict(zip(NAMES, row, strict=True))
    named["state"] = JobState(named["state"])
    named["notes"] = json.loads(named["notes"])
    return Job(**named)
