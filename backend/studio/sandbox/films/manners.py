"""
Everything a provider may do wrong with films, by name: `BAD["fails"]` behaves as the model `sandbox/video-fails`.

`item` is the number in the protocol reference's list of what a fake upstream must emulate. All of them film a second in
128 x 72 pixels where they are asked to, so that tests need not wait.
"""

from __future__ import annotations

from studio.sandbox.errors import moderated, rate_limited
from studio.sandbox.films import spoiling
from studio.sandbox.films.job import State
from studio.sandbox.films.manner import FilmManners
from studio.sandbox.films.models import FIRST, LAST, FilmModel, listing
from studio.sandbox.images.spoiling import error

NO_BALANCE = error(402, "This request requires at least $1.00 in balance for image or video output")
FOREVER_SECONDS = 10.0**9
GONE = "The video is no longer available."

BAD: dict[str, FilmManners] = {
    "tiny": FilmManners(28, "Nothing wrong: a film for tests"),
    # 28: the life of a job
    "jumps": FilmManners(28, "Completed at the first poll", seconds=0, waits_seconds=0, waits_for_film=True),
    "skips": FilmManners(28, "From pending to completed", word=spoiling.words(in_progress="pending")),
    "slow": FilmManners(28, "Takes five minutes", waits_seconds=20.0, seconds=300.0),
    "stuck": FilmManners(28, "In progress for ever", seconds=FOREVER_SECONDS),
    "stuck-pending": FilmManners(
        28, "Pending for ever", waits_seconds=FOREVER_SECONDS, seconds=FOREVER_SECONDS
    ),
    "unknown-state": FilmManners(
        28, "A state that nobody knows", word=spoiling.words(in_progress="simmering")
    ),
    "openai": FilmManners(28, "OpenAI's words and a percentage", told=spoiling.openai),
    # 29: how it ends
    "fails": FilmManners(29, "Fails and says why", told=spoiling.ends(State.FAILED), costs_nothing=True),
    "fails-silently": FilmManners(
        29, "Fails without a word", told=spoiling.ends(State.FAILED, None), costs_nothing=True
    ),
    "cancelled": FilmManners(
        29, "Was cancelled", told=spoiling.ends(State.CANCELLED, None), costs_nothing=True
    ),
    "expired": FilmManners(29, "Has expired", told=spoiling.ends(State.EXPIRED, None), costs_nothing=True),
    "no-urls": FilmManners(29, "Completed without a link", told=spoiling.without("unsigned_urls")),
    "no-usage": FilmManners(29, "Completed without usage", told=spoiling.without("usage")),
    "cost-null": FilmManners(29, "The cost is null", told=spoiling.with_cost(None)),
    "cost-dear": FilmManners(29, "The cost is 9 dollars", told=spoiling.with_cost(9.0)),
    "two": FilmManners(29, "Two films", outputs=2),
    # 30: where it is
    "relative-url": FilmManners(30, "Addresses without a host", told=spoiling.relative),
    "foreign-url": FilmManners(30, "Addresses at another host", told=spoiling.foreign),
    # 31: the download
    "expired-link": FilmManners(31, "410 for the film", content=spoiling.status(410, GONE)),
    "lost-film": FilmManners(31, "404 for the film", content=spoiling.status(404, "Video not found")),
    "early": FilmManners(
        31,
        "409 at first",
        content=spoiling.at_first(1, spoiling.status(409, "The video is not finished yet.")),
    ),
    "content-502": FilmManners(31, "502 at first", content=spoiling.at_first(1, spoiling.statuses(502))),
    "half": FilmManners(31, "Hangs up in the middle, once", content=spoiling.at_first(1, spoiling.halved)),
    "always-half": FilmManners(31, "Hangs up in the middle, always", content=spoiling.halved),
    "pauses": FilmManners(
        31, "Pauses in the middle of the film, once", content=spoiling.at_first(1, spoiling.pausing)
    ),
    "truncated": FilmManners(31, "Half a file in a whole answer", content=spoiling.first_half_only),
    "html": FilmManners(31, "A page in place of the film", content=spoiling.page),
    "html-as-video": FilmManners(31, "A page that is called a film", content=spoiling.page_as_video),
    "wrong-type": FilmManners(31, "A film that is called a download", content=spoiling.plain_bytes),
    "junk": FilmManners(31, "Bytes that are no film", content=spoiling.junk),
    "empty": FilmManners(31, "No bytes at all", content=spoiling.nothing),
    "huge": FilmManners(31, "A film of 3 GB", content=spoiling.endless),
    "huge-declared": FilmManners(31, "A film that says it has 3 GB", content=spoiling.declared),
    "signed": FilmManners(31, "A signed link beside the usual one", is_signed=True),
    "signed-only": FilmManners(
        31,
        "A signed link alone",
        is_signed=True,
        told=spoiling.without("unsigned_urls"),
        content=spoiling.status(404, "Video not found"),
    ),
    "signed-expired": FilmManners(31, "A signed link of yesterday", is_signed=True, signed_seconds=-86_400.0),
    # 32: the polls
    "5xx": FilmManners(
        32,
        "500, 502 and 503 at the first four polls",
        poll=spoiling.at_first(4, spoiling.statuses(500, 502, 503, 524)),
    ),
    "5xx-always": FilmManners(32, "503 at every poll", poll=spoiling.statuses(503)),
    "busy": FilmManners(
        32,
        "429 at the first two polls",
        poll=spoiling.at_first(2, lambda _, __: rate_limited("sandbox", "1")),
    ),
    "vanishes": FilmManners(
        32,
        "Unknown from the second poll on",
        poll=spoiling.later(1, spoiling.status(404, "Job not found")),
        seconds=120.0,
    ),
    "poll-html": FilmManners(32, "A page at the first two polls", poll=spoiling.at_first(2, spoiling.page)),
    "poll-silent": FilmManners(
        32, "No answer at the first two polls", poll=spoiling.at_first(2, spoiling.silence)
    ),
    # 33: the submission
    "lost-answer": FilmManners(33, "Begins, and hangs up before it says so", begun=spoiling.lost),
    "html-answer": FilmManners(33, "Begins, and a proxy answers with a page", begun=spoiling.unreadable),
    "no-id": FilmManners(33, "Begins, and does not say what", begun=spoiling.nameless),
    "unavailable": FilmManners(16, "502 for the submission", refuse=error(502, "Provider returned error")),
    "overloaded": FilmManners(16, "503 for the submission", refuse=error(503, "The provider is overloaded.")),
    "refuses": FilmManners(18, "A moderator flags every prompt", refuse=moderated),
    "no-balance": FilmManners(18, "402: a dollar of balance is needed", refuse=NO_BALANCE),
    "rate-limited": FilmManners(
        17, "429, Retry-After: 2", refuse=lambda model, prompt: rate_limited(model, "2")
    ),
}
TINY = "128x72"
RATE = {"duration_seconds": "0.02"}


def _model(name: str, manners: FilmManners) -> FilmModel:
    return FilmModel(
        listing(f"video-{name}", f"Ugly, video {name}", f"{manners.summary}.", 1_780_200_000),
        resolutions=("360p", "480p"),
        sizes=(TINY, "72x128", "640x360"),
        durations=(1, 2, 4),
        frames=(FIRST, LAST),
        has_sound=True,
        takes_seed=True,
        rates=RATE,
        waits_seconds=manners.waits_seconds,
        seconds=manners.seconds,
    )


def _odd(name: str, summary: str, rates: dict[str, str] | None, *, is_bare: bool = False) -> FilmModel:
    entry = listing(f"video-{name}", f"Ugly, video {name}", f"{summary}.", 1_780_200_000)
    if is_bare:
        return FilmModel(
            entry, None, None, None, None, None, None, None, rates=rates, waits_seconds=0.5, seconds=2.0
        )
    return FilmModel(
        entry,
        sizes=(TINY,),
        durations=(8, 1, 4),
        takes_seed=True,
        rates=rates,
        waits_seconds=0.5,
        seconds=2.0,
    )


# Item 21: entries that are odd in what they list.
ODD: tuple[FilmModel, ...] = (
    _odd("plain", "Lists no setting at all", RATE, is_bare=True),
    _odd("unpriced", "Does not say what it costs", None),
    _odd(
        "cents",
        "Prices in cents a second",
        {"cents_per_second_output": "2.5", "minimum_cents_per_generation": "5"},
    ),
    _odd("tokens", "Prices in tokens of video", {"video_tokens": "0.0000035"}),
    _odd(
        "strange", "Prices by names that nobody knows", {"per_giggle": "0.1", "duration_seconds_9000p": "-1"}
    ),
)
BAD_FILM_MODELS: tuple[FilmModel, ...] = (*(_model(name, manners) for name, manners in BAD.items()), *ODD)
BAD_FILM_MANNERS = {f"sandbox/video-{name}": manners for name, manners in BAD.items()}
