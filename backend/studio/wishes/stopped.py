"""What somebody who pressed Stop is told on the next page."""

from studio.jobs.job import UNFINISHED, JobState


def note_of_stop(state: str) -> str | None:
    """By the state of a job, or of what it makes, once the button was pressed; None while it still goes on."""
    if state in UNFINISHED:
        return None
    return "Stopped." if state == JobState.CANCELLED else "That ended before it could be stopped."
