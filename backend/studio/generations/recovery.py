"""What a process does before it takes requests: end what the one before it left running."""

from studio.db import Database
from studio.generations import store
from studio.generations.ending import end_all
from studio.generations.generation import State
from studio.generations.reasons import REASON_TEXTS
from studio.moments import now


def recover(db: Database) -> int:
    """
    End the generations that a dead process left running: interrupted, with what was saved of them.

    Called once, before traffic. Returns how many there were.
    """
    left = store.list_unfinished_texts(db)
    for generation in left:
        generation.state, generation.reason = State.INTERRUPTED, "restarted"
        generation.reason_text = REASON_TEXTS["restarted"]
        generation.outcome.finished_at = now()
    end_all(db, left)
    store.drop_pieces(db)
    return len(left)
