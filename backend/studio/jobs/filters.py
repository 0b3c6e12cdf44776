"""Pages of jobs: what may be asked for, and the address of the next page."""

from dataclasses import replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query

from studio.db import Database
from studio.errors import Invalid
from studio.jobs.job import Job, JobState
from studio.jobs.store import lists

PAGE_SIZE = 50

STATE = Annotated[list[str] | None, Query()]


def wanted_states(states: list[str] | None) -> tuple[str, ...]:
    """Raises Invalid for what is no state of a job."""
    known = [state.value for state in JobState]
    if unknown := set(states or ()) - set(known):
        raise Invalid(f"“{min(unknown)}” is no state of a job: {', '.join(known)}.", field="state")
    return tuple(states or ())


def page_of(db: Database, wanted: lists.Filter, address: str) -> tuple[list[Job], str | None]:
    """One page of jobs, and the address of the next one."""
    found = lists.list_jobs(db, wanted, PAGE_SIZE + 1)
    if len(found) <= PAGE_SIZE:
        return found, None
    found = found[:PAGE_SIZE]
    following = replace(wanted, before=found[-1].id)
    query = [("state", state) for state in following.states]
    query += [(name, value) for name, value in (("kind", following.kind),) if value]
    if address.startswith("/api/admin") and following.person_id:
        query.append(("person_id", str(following.person_id)))
    return found, f"{address}?{urlencode([*query, ('before', str(following.before))])}"
