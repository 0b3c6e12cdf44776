"""What a provider says about a video job: every field may be missing, and its words for a state are many."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from studio.providers.error_shapes import told
from studio.providers.loose import count, mapping, name, string, words
from studio.providers.provider import Provider
from studio.providers.usage import spent_usd
from studio.providers.videos import VideoJob, VideoOutput, VideoState, VideoStatus

MOST_OUTPUTS = 16

_STATES = {
    "pending": VideoState.PENDING,
    "queued": VideoState.PENDING,
    "submitted": VideoState.PENDING,
    "in_progress": VideoState.RUNNING,
    "processing": VideoState.RUNNING,
    "running": VideoState.RUNNING,
    "completed": VideoState.COMPLETED,
    "succeeded": VideoState.COMPLETED,
    "success": VideoState.COMPLETED,
    "failed": VideoState.FAILED,
    "error": VideoState.FAILED,
    "cancelled": VideoState.CANCELLED,
    "canceled": VideoState.CANCELLED,
    "expired": VideoState.EXPIRED,
}


def status_of(provider: Provider, document: object, job: VideoJob | None = None) -> VideoStatus | None:
    """
    The status in an answer; None if it is none. Without a `job` the answer has to name one, and that is enough.

    What was asked for by its id keeps that id, whatever the answer says.
    """
    answer = answer_in(document)
    word = string(answer.get("status")) or ""
    job_id = job.id if job else name(answer.get("id")) or name(mapping(document).get("id"))
    error = answer.get("error")
    if job is None and not (word or error):
        word = "pending"
    if not job_id or not (word or error):
        return None
    state = _STATES.get(word.strip().lower().replace("-", "_").replace(" ", "_"), VideoState.UNKNOWN)
    if not word:
        state = VideoState.FAILED
    polling_url = (job.polling_url if job else None) or string(answer.get("polling_url"))
    progress = count(answer.get("progress"))
    return VideoStatus(
        job=VideoJob(job_id, polling_url),
        state=state,
        told=word[:40],
        progress=None if progress is None else min(progress, 100),
        error=_error(provider, error),
        outputs=_outputs(answer) if state is VideoState.COMPLETED else (),
        links_end_at=moment_of(answer.get("expires_at")),
        cost_usd=spent_usd(mapping(answer.get("usage"))),
        generation_id=name(answer.get("generation_id")),
    )


def answer_in(document: object) -> Mapping[str, Any]:
    """What speaks of the job: some servers wrap it in `data`."""
    outer = mapping(document)
    return (
        mapping(outer["data"]) if isinstance(outer.get("data"), dict) and not outer.get("status") else outer
    )


def _error(provider: Provider, error: object) -> str | None:
    """OpenRouter tells a plain string, OpenAI an object, both null where all is well."""
    return told({"error": error}, provider.key_text).message if error else None


def _outputs(answer: Mapping[str, Any]) -> tuple[VideoOutput, ...]:
    """One at least: a completed job without any link has its video at the usual place."""
    links, signed = words(answer.get("unsigned_urls")), words(answer.get("urls"))
    number = min(max(len(links), len(signed), 1), MOST_OUTPUTS)
    return tuple(
        VideoOutput(
            index,
            links[index] if index < len(links) else None,
            signed[index] if index < len(signed) else None,
        )
        for index in range(number)
    )


def moment_of(value: object) -> datetime | None:
    """Naive UTC of Unix seconds."""
    seconds = count(value)
    try:
        return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None) if seconds else None
    except (ValueError, OverflowError, OSError):
        return None


def job_url(provider: Provider, job: VideoJob) -> str:
    return provider.url(f"/videos/{quote(job.id, safe='')}")
