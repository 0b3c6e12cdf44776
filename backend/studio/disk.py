"""A disk without room, whoever met it: a file, a form that was spooled, or a commit of the database."""

import errno
import os

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_WORDS = tuple(os.strerror(number) for number in NO_ROOM)


def is_full(error: BaseException | None) -> bool:
    """Whether this, or what led to it, is that there is no room. DuckDB tells so only in the words of the system."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            return True
        if type(error).__module__.endswith("duckdb") and any(words in str(error) for words in _WORDS):
            return True
        error = error.__cause__ or error.__context__
    return False
