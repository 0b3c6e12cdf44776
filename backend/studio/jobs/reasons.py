"""Why a job ended or waits, in a sentence for whoever asked; a kind's own reasons are its own."""

REASON_TEXTS = {
    "cancelled": "Stopped by you.",
    "cancelled_by_admin": "Stopped by an administrator.",
    "person_disabled": "Stopped, because the account was switched off.",
    "timed_out": "This took longer than it may and was given up.",
    "marked_timed_out": "An administrator gave this up.",
    "gave_up": "This was tried several times, and the studio ended each time in the middle of it.",
    "internal": "Something went wrong on our side. It is tried again.",
    "internal_end": "Something went wrong on our side, several times.",
    "restarted": "The studio is restarting; this goes on right after.",
}
