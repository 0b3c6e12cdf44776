"""
The gallery of one person and of fifty: pages, searches, neighbours, counts, and what an item costs its commit.

The database is filled set-based: `--items` items with 30 words each, drawn so that few words are common and most are
rare, as in people's texts. Times are those of the verbs, without HTTP.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx
from studio.db import Cursor, Database, migrate
from studio.gallery import search
from studio.gallery.indexing import item_rows
from studio.gallery.item import Item, ItemTexts, number_at, person_key
from studio.gallery.query import Query
from studio.gallery.store import albums
from studio.gallery.store.sorting import sort_words
from studio.ids import new_id
from studio.moments import now
from studio.paths import MIGRATIONS

from tests.bench.figures import conditions, milliseconds, percentile
from tests.support.forms import cookie_of
from tests.support.services import running_services

WORDS_EACH, VOCABULARY = 30, 50_000
MINUTES_APART = 5


@dataclass(frozen=True)
class Words:
    """Words of one person: `common` stand in more than one of a hundred items, `rare` in one or two."""

    common: list[str]
    middling: list[str]
    rare: list[str]


def fill(db: Database, people: list[UUID], items: int) -> None:
    """Items as the product makes them, by SQL alone: 3,000,000 words take 10 s."""
    keys = [person_key(person) for person in people]
    first = number_at(now() - timedelta(minutes=MINUTES_APART * (items + 1)))
    apart = MINUTES_APART * 60_000 * 4096

    def work(cursor: Cursor) -> None:
        cursor.execute("CREATE TEMP TABLE cast_ AS SELECT unnest($p::UUID[]) AS id, unnest($k::INTEGER[]) AS key,"
                       " unnest(range($n)) AS at", {"p": people, "k": keys, "n": len(people)})  # fmt: skip
        cursor.execute(
            f"""
            INSERT INTO items
            SELECT
                (hex[1:8] || '-' || hex[9:12] || '-7' || hex[13:15] || '-8' || tail[1:3] || '-' || tail[4:15])::UUID,
                number, cast_.id,
                CASE WHEN made.at % 3 = 0 THEN 'text' WHEN made.at % 9 = 1 THEN 'video' ELSE 'image' END,
                CASE WHEN made.at % 11 = 0 THEN 'uploaded' ELSE 'made' END, NULL, NULL, NULL,
                'acme/model-' || made.at % 23, 'A title of some words ' || made.at,
                repeat('An excerpt of an answer. ', 12), made.at % 50 = 0,
                make_timestamp((number // 4096 * 1000)::BIGINT), NULL
            FROM (
                SELECT range AS at, {first} + range * {apart}::BIGINT + hash(range) % 4096 AS number,
                    lpad(to_hex({first} + range * {apart}::BIGINT + hash(range) % 4096), 15, '0') AS hex,
                    md5('i' || range) AS tail
                FROM range($items)
            ) AS made
            JOIN cast_ ON cast_.at = hash(made.at) % {len(people)}
            ORDER BY number
            """,
            {"items": items},
        )
        cursor.execute(
            f"""
            INSERT INTO item_words (word, number, person, place)
            SELECT
                translate(
                    md5(floor(exp(random() * ln({VOCABULARY})))::INTEGER::VARCHAR), '0123456789', 'ghijklmnop'
                )[1:7],
                number, key, CASE WHEN nth < 4 THEN 8 WHEN nth < 12 THEN 4 ELSE 1 END
            FROM (
                SELECT number, cast_.key, unnest(range({WORDS_EACH})) AS nth
                FROM items JOIN cast_ ON cast_.id = items.person_id
                ORDER BY number
            )
            """
        )

    db.transact(work)
    db.transact(fill_behind)
    with db.at_rest_in_file():
        pass


def fill_behind(cursor: Cursor) -> None:
    """What items are of: files, recipes of which each tenth came from another, tags, and ten albums for everybody."""
    for statement in (
        """
        UPDATE items
        SET kind = CASE WHEN origin = 'uploaded' THEN 'image' ELSE kind END,
            generation_id = CASE WHEN origin = 'made' THEN id END,
            asset_id = CASE WHEN kind <> 'text' OR origin = 'uploaded' THEN id END
        """,
        """
        INSERT INTO generations
        SELECT
            id, person_id, kind, 'done', NULL, NULL, uuid(), 'Acme', model, model, title || repeat(' of a prompt', 14),
            '{"seed": 7, "n": 1}', '[]', '{}', false,
            CASE WHEN number % 10 = 0 THEN lag(id) OVER (PARTITION BY person_id ORDER BY number) END, NULL, NULL,
            'gen-' || id, CASE WHEN kind = 'text' THEN repeat(excerpt, 8) ELSE '' END, '', 0, 'stop', 40, 500, 0,
            0.001, made_at, made_at, made_at, made_at
        FROM items
        WHERE origin = 'made'
        ORDER BY number
        """,
        """
        INSERT INTO assets
        SELECT
            id, person_id, sha256(id::VARCHAR), kind, CASE WHEN kind = 'video' THEN 'video/mp4' ELSE 'image/png' END,
            1_500_000, 1024, 768, title, made_at, origin, generation_id, 0,
            CASE WHEN kind = 'video' THEN 8.0 END, NULL
        FROM items
        WHERE asset_id IS NOT NULL
        ORDER BY number
        """,
        """
        INSERT INTO item_tags
        SELECT id, person_id, 'tag ' || number % 37, 'Tag ' || number % 37 FROM items WHERE hash(number) % 10 = 0
        """,
        """
        INSERT INTO albums
        SELECT uuid(), person_id, 'Album ' || nth, now()::TIMESTAMP
        FROM (SELECT DISTINCT person_id FROM items), range(10) AS albums(nth)
        """,
        """
        INSERT INTO album_items
        SELECT albums.id, items.id, items.made_at
        FROM items JOIN albums ON albums.person_id = items.person_id AND albums.name = 'Album ' || items.number % 100
        """,
    ):
        cursor.execute(statement)


def words_of(db: Database, person: UUID, items: int) -> Words:
    def some(condition: str, cursor: Cursor) -> list[str]:
        rows = cursor.execute(
            f"""
            SELECT word FROM item_words WHERE person = $person
            GROUP BY word HAVING {condition} ORDER BY hash(word) LIMIT 40
            """,
            {"person": person_key(person)},
        ).fetchall()
        return [row[0] for row in rows]

    with db.read() as cursor:
        return Words(
            some(f"count(*) > {items / 100}", cursor),
            some(f"count(*) BETWEEN {items / 5000 + 2} AND {items / 200 + 3}", cursor),
            some("count(*) <= 2", cursor),
        )


def measure(name: str, work: Callable[[int], object], times: int) -> None:
    """Beside the time that passed that of the processor, of all threads: on a busy machine only that means much."""
    took, used = [], []
    for turn in range(times):
        began, spent = time.perf_counter(), time.process_time()
        work(turn)
        took.append(time.perf_counter() - began)
        used.append(time.process_time() - spent)
    print(f"  {name:34} {milliseconds(took)}; processor p50 {percentile(used, 0.5) * 1000:.1f} ms")


def read(db: Database, person: UUID, words: Words, times: int) -> None:
    def found(*lists: list[str], cut: int = 99) -> Callable[[int], object]:
        def work(turn: int) -> object:
            typed = " ".join(each[(turn + 7 * at) % len(each)][:cut] for at, each in enumerate(lists))
            return search.find(db, person, Query(typed))

        return work

    common, middling, rare = words.common, words.middling, words.rare
    pages = [search.find(db, person, Query()).next_before]
    for _ in range(8):
        pages.append(search.find(db, person, Query(before=pages[-1] or "")).next_before)
    measure("page: the first", lambda _: search.find(db, person, Query()), times)
    measure(
        "page: further on", lambda turn: search.find(db, person, Query(before=pages[turn % 8] or "")), times
    )
    measure("page: of a kind and a model", lambda turn: search.find(
        db, person, Query(kind="image", model=f"acme/model-{turn % 23}")), times)  # fmt: skip
    measure("search: one common word", found(common), times)
    measure("search: one rare word", found(rare), times)
    measure("search: two common words", found(common, common), times)
    measure("search: three words", found(common, middling, common), times)
    measure("search: beginning of two letters", found(common, cut=2), times)
    measure("search: three beginnings of two", found(common, middling, common, cut=2), times)
    second = search.find(db, person, Query(common[0][:2])).next_before or ""
    measure(
        "search: its second page",
        lambda _: search.find(db, person, Query(common[0][:2], before=second)),
        times,
    )
    some = search.find(db, person, Query(common[0])).items
    measure("neighbours, by time", lambda turn: search.neighbours(
        db, person, Query(), some[turn % len(some)].id), times)  # fmt: skip
    measure("neighbours, in a search", lambda turn: search.neighbours(
        db, person, Query(common[0]), some[turn % len(some)].id), times)  # fmt: skip
    measure("counts of the filter bar", lambda _: search.count(db, person, Query()), times)
    measure("counts within a search", lambda turn: search.count(
        db, person, Query(common[turn % len(common)])), times)  # fmt: skip
    measure(
        "tags and albums", lambda _: (albums.list_tags(db, person), albums.list_albums(db, person)), times
    )


def write(db: Database, person: UUID, times: int) -> None:
    def texts() -> ItemTexts:
        return ItemTexts(
            prompt=" ".join(f"ask{random.randrange(5000)}" for _ in range(30)),
            text=" ".join(f"word{int(random.paretovariate(0.7)) % 20_000}" for _ in range(500)),
            title="A conversation about bread",
        )

    def item() -> Item:
        item_id = new_id()
        return Item(item_id, person, "text", "made", "acme/model-1", "A title", "An excerpt.", now(), item_id)

    ready = [(item(), texts()) for _ in range(times)]
    measure("500 words: folding and rows", lambda turn: item_rows(*ready[turn]), times)
    rows = [item_rows(*each) for each in ready]
    measure("500 words: the commit of the rows", lambda turn: db.write(*rows[turn]), times)


def pages(items: int, times: int) -> None:
    """The page as a browser gets it from both services, for somebody who made all of it."""
    with (
        tempfile.TemporaryDirectory() as place,
        running_services(Path(place), LOG_LEVEL="warning") as services,
    ):
        services.add_people()
        alice = UUID(services.api("alice").get("/api/me").json()["id"])
        services.backend.stop()
        with Database.open(services.data_dir / "app.db") as db:
            fill(db, [alice], items)
            sort_words(db)
            word = words_of(db, alice, items).common[0]
            some = search.find(db, alice, Query(kind="image")).items[7].id
        services.backend.start()
        services.backend.wait_until_ready()
        cookie = cookie_of(services.address, services.token("alice"))
        with httpx.Client(base_url=services.address, cookies={cookie["name"]: cookie["value"]}) as browser:
            print(f"gallery pages through both services: {items:,} items of one person, {conditions()}")
            for path in ("/gallery", f"/gallery?q={word}", f"/gallery/{some}", "/images", "/videos", "/"):
                browser.get(path).raise_for_status()
                measure(f"page: {path}", lambda _, path=path: browser.get(path).raise_for_status(), times)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=40)
    args = parser.parse_args()
    for count in (1, 50):
        with tempfile.TemporaryDirectory() as place, Database.open(Path(place) / "app.db") as db:
            migrate(db, MIGRATIONS)
            people = [new_id() for _ in range(count)]
            fill(db, people, args.items)
            size = (Path(place) / "app.db").stat().st_size / 2**20
            print(f"gallery: {args.items:,} items of {count} people, {args.items * WORDS_EACH:,} words,"
                  f" {size:.0f} MiB; {conditions()}")  # fmt: skip
            began = time.perf_counter()
            sort_words(db)
            print(
                f"  the words put in order in {time.perf_counter() - began:.2f} s, as once an hour if needed"
            )
            with db.at_rest_in_file():
                pass
            read(db, people[0], words_of(db, people[0], args.items // count), args.times)
            write(db, people[0], args.times)
    pages(args.items, args.times)


if __name__ == "__main__":
    main()
