"""
Pages while many videos are made: `--jobs` of them are followed at once, and people read on.

    python -m tests.bench.filming [--jobs 200] [--times 200] [--items 1000]

The jobs never end; the sandbox that answers for them lives in the backend too, which a real provider does not.
"""

import argparse
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import httpx
from studio.db import Database
from studio.ids import new_id

from tests.bench.figures import conditions, milliseconds
from tests.bench.gallery import fill as fill_gallery
from tests.support.services import Services, running_services
from tests.support.videos import ask

EACH = 4  # as many as one person may have running
PAGES = ("/videos", "/gallery", "/chat", "/account")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=200)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--items", type=int, default=1000, help="in the gallery of who reads")
    wanted = parser.parse_args()
    print(conditions())
    for jobs in (0, wanted.jobs):
        with tempfile.TemporaryDirectory() as directory, running_services(Path(directory)) as services:
            services.add_people()
            services.backend.stop()
            fill(services.data_dir, jobs, wanted.items)
            services.backend.start()
            services.backend.wait_until_ready()
            polled = wait_until_followed(services, jobs)
            print(f"{jobs} videos in the making, {polled:.1f} looks a second")
            for page in PAGES:
                print(f"  {page}:", milliseconds(read(services, page, wanted.times)))


def fill(data_dir: Path, jobs: int, items: int) -> None:
    """Asked of the provider that the studio itself has: a job of another one ends when it is claimed."""
    with Database.open(data_dir / "app.db") as db:
        with db.read() as cursor:
            ((provider_id,),) = cursor.execute("SELECT id FROM providers").fetchall()
            ((reader,),) = cursor.execute("SELECT id FROM people WHERE name = 'Alice'").fetchall()
        if items:
            fill_gallery(db, [reader], items)
        people = [new_id() for _ in range(jobs // EACH)]
        for number in range(jobs):
            ask(db, "sandbox/video-stuck", person_id=people[number % len(people)], provider_id=provider_id)


def looks(services: Services) -> float:
    """How many times a video was asked after, by the claims of jobs."""
    text = httpx.get(f"{services.backend.address}/metrics", timeout=10).text
    (line,) = [line for line in text.splitlines() if line.startswith("studio_jobs_claim_seconds_count")]
    return float(line.split()[-1])


def wait_until_followed(services: Services, jobs: int) -> float:
    """Claims a second, once all of them run."""
    if not jobs:
        return 0.0
    time.sleep(10)  # asking for each claims its job too, and they begin together: following alone is measured
    before, began = looks(services), time.monotonic()
    time.sleep(5)  # the span that is measured
    polled = (looks(services) - before) / (time.monotonic() - began)
    assert polled > 1, "nothing is followed, so nothing is measured"
    return polled


def read(services: Services, page: str, times: int) -> list[float]:
    headers = {"Cookie": f"studio={quote(services.token('alice'))}"}
    took = []
    with httpx.Client(base_url=services.address, headers=headers, timeout=30) as client:
        client.get(page).raise_for_status()
        for _ in range(times):
            began = time.perf_counter()
            client.get(page).raise_for_status()
            took.append(time.perf_counter() - began)
    return took


if __name__ == "__main__":
    main()
