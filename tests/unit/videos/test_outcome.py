"""What is said about videos that came."""

import pytest
from studio.assets.making import MadeFile
from studio.errors import StorageFull
from studio.generations.generation import State
from studio.videos.outcome import done

FINE = MadeFile("a" * 64, 1, "video/mp4", "video", 64, 48, 1.0)
RECODED = MadeFile("b" * 64, 1, "video/mp4", "video", 64, 48, 1.0, came_as="hevc")
UNPLAYABLE = MadeFile("c" * 64, 1, "video/mp4", "video", 64, 48, 1.0, plays=False)


@pytest.mark.parametrize(
    ("made", "reason", "words"),
    [
        ([FINE], None, ""),
        ([FINE, RECODED], "recoded", "It came as HEVC, which not every browser plays, and is kept as H.264."),
        ([RECODED, UNPLAYABLE], "may_not_play", "Your browser may not play this; download it."),
    ],
)
def test_what_was_done_to_them_is_told(made: list[MadeFile], reason: str | None, words: str) -> None:
    verdict = done(made, None)

    assert (verdict.state, verdict.reason, verdict.text or "") == (State.DONE, reason, words)


def test_one_that_could_not_be_kept_comes_first() -> None:
    verdict = done([UNPLAYABLE], StorageFull())

    assert (verdict.state, verdict.reason) == (State.DONE, "storage_full")
