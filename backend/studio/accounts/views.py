"""What the templates of the accounts receive: every text and address computed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from studio.accounts.errors import WrongCredentials
from studio.accounts.person import Person
from studio.accounts.session import Session
from studio.errors import StudioError

_BROWSERS = (
    ("Edge", r"Edg(e|A|iOS)?/"),
    ("Opera", r"OPR/"),
    ("Firefox", r"(Firefox|FxiOS)/"),
    ("Chrome", r"(Chrome|CriOS)/"),
    ("Safari", r"Safari/"),
)
_SYSTEMS = (
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Android", r"Android"),
    ("Windows", r"Windows"),
    ("ChromeOS", r"CrOS"),
    ("macOS", r"Mac OS X|Macintosh"),
    ("Linux", r"Linux"),
)
_SUMMARIES = (
    "",
    "One thing needs another look.",
    "Two things need another look.",
    "Three things need another look.",
    "Four things need another look.",
)


@dataclass(frozen=True, slots=True)
class FormView:
    """
    A form as it stands: what was typed, and what is wrong with it. Passwords are never among the values.

    `summary` is announced; `errors` hold the sentence at each field; `focus` is the field to go to.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    summary: str = ""
    focus: str = ""

    def value(self, name: str) -> str:
        return self.values.get(name, "")

    def error(self, name: str) -> str | None:
        return self.errors.get(name)

    def attributes(self, name: str, **more: str) -> dict[str, str | bool]:
        """HTML attributes of a field: `more`, and the focus where it belongs."""
        return {**more, "autofocus": name == self.focus}

    @classmethod
    def refused(cls, error: StudioError, values: Mapping[str, str], fields: tuple[str, ...]) -> "FormView":
        """The form with each error at its field; an error of no field in `fields` is the summary itself."""
        if isinstance(error, WrongCredentials) or error.field not in fields:
            return cls(values, {}, error.text, error.field if error.field in fields else fields[0])
        errors = {each.field: each.text for each in (error, *error.also) if each.field in fields}
        focus = next(name for name in fields if name in errors)
        return cls(values, errors, _SUMMARIES[len(errors)], focus)


@dataclass(frozen=True, slots=True)
class SessionView:
    id: UUID
    title: str
    facts: list[str]
    is_current: bool
    end_url: str

    @classmethod
    def of(cls, session: Session, viewer: Person, moment: datetime) -> "SessionView":
        is_current = session.id == viewer.session_id
        return cls(
            session.id,
            agent_in_words(session.agent),
            [
                session.address,
                f"signed in {ago(session.created_at, moment)}",
                "" if is_current else f"seen {ago(session.last_seen_at, moment)}",
            ],
            is_current,
            f"/fragments/sessions/{session.id}/end",
        )


def agent_in_words(agent: str) -> str:
    """What a browser calls itself, in three words: `Firefox on Linux`."""
    browser = next((name for name, pattern in _BROWSERS if re.search(pattern, agent)), "")
    system = next((name for name, pattern in _SYSTEMS if re.search(pattern, agent)), "")
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or agent.partition("/")[0][:40] or "Unknown program"


def ago(then: datetime, moment: datetime) -> str:
    """How long ago, roughly, such as `3 hours ago`; a day's date once that says more."""
    passed = moment - then
    if passed < timedelta(minutes=1):
        return "just now"
    if passed < timedelta(hours=1):
        return _some(passed // timedelta(minutes=1), "minute") + " ago"
    if passed < timedelta(days=1):
        return _some(passed // timedelta(hours=1), "hour") + " ago"
    if passed < timedelta(days=14):
        return _some(passed.days, "day") + " ago"
    return "on " + day(then)


def day(moment: datetime) -> str:
    """A date as people read it, in UTC: `23 November 2026`."""
    return f"{moment.day} {moment:%B %Y}"


def _some(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
