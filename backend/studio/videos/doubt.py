"""
A submission whose answer we never read, since the process died or the line did: began the video, or not?

A server that lists its videos can tell. One that only this job can have asked for is taken on. That there is none is
believed only of a list that is seen to tell the truth: whole for that time, showing another video of ours by this model
just as it was asked for, and none of any age that is like this one and nobody's. Whatever is less clear ends as
*unknown*: nothing is ever paid for twice.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from weakref import WeakValueDictionary

from studio.db import Database
from studio.generations.generation import Generation, State
from studio.jobs.desk import JobDesk
from studio.jobs.job import Again, Job, Next
from studio.moments import now
from studio.providers import Adapter, ListedVideo, Provider, ProviderError, VideoListing, VideoStatus
from studio.videos import store
from studio.videos.outcome import Verdict, end_of, known_notes, taken_notes
from studio.videos.patience import Patience
from studio.videos.reasons import IN_DOUBT, reason_text
from studio.videos.steps import POLLING, READY, SUBMITTING

ASKED_AT = "asking_at"  # among the notes: when the request went out
ROUNDING = timedelta(seconds=2)  # of moments in whole seconds
# Before the request by this much another one made it, or a clock is wrong.
DOUBTFUL = timedelta(seconds=60)


class Finding(StrEnum):
    NEVER = "never"  # the provider did not get the request
    NOT_YET = "not yet"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list can show of a request. `seconds` and `size` None: left to the provider."""

    model: str
    prompt: str
    seconds: int | None
    size: str | None

    @classmethod
    def of(cls, model: str, prompt: str, params: Mapping[str, Any]) -> "Asked":
        return cls(model, prompt.strip(), params.get("duration"), params.get("size"))

    def is_shown_by(self, video: ListedVideo) -> bool:
        return (
            video.model == self.model
            and video.prompt is not None
            and video.prompt.strip() == self.prompt
            and self._allows(video.seconds, video.size)
        )

    def is_like(self, other: "Asked") -> bool:
        """Whether one video can be shown as what either asked for."""
        is_same = (self.model, self.prompt) == (other.model, other.prompt)
        return is_same and self._allows(other.seconds, other.size)

    def _allows(self, seconds: int | None, size: str | None) -> bool:
        is_as_long = None in (self.seconds, seconds) or seconds == self.seconds
        return is_as_long and (None in (self.size, size) or size == self.size)


@dataclass(frozen=True, slots=True)
class Lost:
    """A request that went out, and what came of it is not known. `asked_at` by the clock of the provider."""

    asked: Asked
    asked_at: datetime
    input_hashes: Sequence[str]


def judge(
    lost: Lost,
    others: Sequence[Lost],
    listing: VideoListing,
    known: Mapping[str, Asked],
    *,
    is_settled: bool,
) -> VideoStatus | Finding:
    """
    What became of a request, by what the provider lists.

    `others` are lost requests that the list may not tell from this one, `known` what each video was asked for with that
    somebody here has.
    """
    free = [video for video in listing.videos if video.status.job.id not in known]
    like = [video for video in free if lost.asked.is_shown_by(video)]
    later = [video for video in like if video.created_at and video.created_at >= lost.asked_at - ROUNDING]
    if later:
        rivals = [other for other in others if any(other.asked.is_shown_by(video) for video in later)]
        ours = (lost.asked, lost.input_hashes)
        is_alike = all((other.asked, other.input_hashes) == ours for other in rivals)
        if not is_alike or len(later) > 1 + len(rivals):
            return Finding.UNCLEAR
        return min(later, key=lambda video: video.created_at or now()).status
    if not is_settled:
        return Finding.NOT_YET
    # Where `Date` is a gateway's, the moments of the videos are by a clock that may go like ours.
    earliest = lost.asked_at - max(listing.clock_ahead, timedelta(0)) - DOUBTFUL
    recent = [video for video in free if not _is_before(video, earliest)]
    is_telling = all(video.model and video.prompt and video.created_at for video in recent)
    # Of whatever moment: that it is too old for this request is the word of a clock alone.
    if like or not (is_telling and listing.is_whole and _is_believed(lost.asked.model, listing, known)):
        return Finding.UNCLEAR
    return Finding.NEVER


class Doubts:
    """Shared by all jobs of the process."""

    def __init__(self, db: Database, adapter: Adapter, provider: Provider, patience: Patience) -> None:
        self._db = db
        self._adapter = adapter
        self._provider = provider
        self._patience = patience
        self._locks: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    def alone(self, generation: Generation) -> asyncio.Lock:
        """
        To be held from before a request goes out until its name is recorded, and while the list is asked.

        A list shows a video a moment before we have its name. Without this a job in doubt would take on the video of
        another one that asks for the same at that moment. The same words are enough, since length and size may be left
        open. Where there is no list nobody waits for anybody.
        """
        if not self._provider.lists_videos:
            return asyncio.Lock()
        asked = _asked(generation)
        return self._locks.setdefault((asked.model, asked.prompt), asyncio.Lock())

    def look_soon(self, job: Job, generation: Generation, asked_as: str | None) -> Again:
        """For one whose answer was lost just now: the list is asked in a moment, as it is after a restart."""
        notes = known_notes({**job.notes, "notice": _in_doubt(generation)}, cost_usd=None, asked_as=asked_as)
        return Again(SUBMITTING, self._patience.next_look(0), notes)

    async def settle(self, job: Job, desk: JobDesk, generation: Generation) -> Next:
        """How a job goes on that was found submitting."""
        async with self.alone(generation):
            looks = int(job.notes.get("looks", 0)) + 1
            asked_at = job.notes.get(ASKED_AT)
            if not asked_at:
                return self._unknown(generation)
            moment = datetime.fromisoformat(str(asked_at))
            after: int | None = None
            try:
                found = await self._find(job, generation, moment)
            except ProviderError as error:
                found, after = Finding.NOT_YET, error.retry_after_seconds
            if isinstance(found, VideoStatus):
                notes = taken_notes(job, found, moment)
                alone = store.refuse_taken(job.id, found.job.id)
                await desk.record(
                    POLLING,
                    alone,
                    provider_job_id=found.job.id,
                    notes={**notes, "looks": 0},
                    deadline_at=self._patience.deadline(),
                )
                return Again(POLLING, self._patience.next_look(0))
            if found is Finding.NOT_YET and not self._patience.is_over(moment):
                due_at = self._patience.next_look(looks, after)
                return Again(
                    SUBMITTING, due_at, {**job.notes, "looks": looks, "notice": _in_doubt(generation)}
                )
            again = int(job.notes.get("asked_again", 0)) + 1
            if found is Finding.NEVER and again <= self._patience.most_asked_again:
                return Again(READY, now(), {"inputs": job.notes.get("inputs", []), "asked_again": again})
            return self._unknown(generation)

    async def _find(self, job: Job, generation: Generation, asked_at: datetime) -> VideoStatus | Finding:
        namesakes = await asyncio.to_thread(store.list_namesakes, self._db, job.id)
        asked, others = _asked(generation), []
        for each in namesakes:
            moment = datetime.fromisoformat(str(each.notes.get(ASKED_AT) or asked_at.isoformat()))
            theirs = Asked.of(asked.model, asked.prompt, each.params)
            if not theirs.is_like(asked) or moment < asked_at - DOUBTFUL:
                continue
            if each.is_open and (moment, each.job_id) < (asked_at, job.id):
                return Finding.NOT_YET  # the older one takes first what may be either's
            others.append(Lost(theirs, moment, each.input_hashes))
        listing = await self._adapter.films.list_since(self._provider, asked_at - DOUBTFUL)
        if listing is None:
            return Finding.UNCLEAR
        ids = [video.status.job.id for video in listing.videos]
        known = await asyncio.to_thread(store.list_known, self._db, ids)
        return judge(
            Lost(asked, asked_at + listing.clock_ahead, generation.input_hashes),
            others,
            listing,
            {name: Asked.of(*of) for name, of in known.items()},
            is_settled=self._patience.is_settled(asked_at),
        )

    @staticmethod
    def _unknown(generation: Generation) -> Next:
        text = reason_text("outcome_unknown", generation.provider)
        return end_of(generation, generation.outcome, Verdict(State.INTERRUPTED, "outcome_unknown", text))


def _in_doubt(generation: Generation) -> str:
    return IN_DOUBT.format(provider=generation.provider)


def _asked(generation: Generation) -> Asked:
    return Asked.of(generation.model, generation.prompt, generation.params)


def _is_before(video: ListedVideo, moment: datetime) -> bool:
    return video.created_at is not None and video.created_at < moment


def _is_believed(model: str, listing: VideoListing, known: Mapping[str, Asked]) -> bool:
    """Whether it shows a video of ours by this model, and each as it was asked for: not reworded, cut or renamed."""
    ours = [(known[v.status.job.id], v) for v in listing.videos if v.status.job.id in known]
    # What was forgotten here has no words left to be compared.
    same = [(asked, video) for asked, video in ours if asked.model == model and asked.prompt]
    return bool(same) and all(asked.is_shown_by(video) for asked, video in same)
