"""
`python -m studio.sandbox.filming FILE`: the film of the commission in the first line of standard input.

Standard input stays open as long as somebody waits for the film. When it closes, this process ends, too: nobody films
on after its service was killed.
"""

from __future__ import annotations

import os
import sys
import threading


def main() -> None:
    from studio.sandbox.filming.commission import commission_from

    commission = commission_from(sys.stdin.readline())
    threading.Thread(target=_leave_with_the_caller, daemon=True).start()
    os.nice(5)

    from studio.sandbox.filming.film import pictures
    from studio.sandbox.filming.reel import record

    record(sys.argv[1], commission, pictures(commission))


def _leave_with_the_caller() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    main()
