"""Search and paging against the plainest model of them, whatever people write and type."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from studio.db import Database
from studio.gallery import verbs
from studio.gallery.folding import fold, index_words, is_run
from studio.gallery.item import Item
from studio.gallery.query import Query, parse
from studio.gallery.search import find

from tests.support.gallery import ALICE, BOB, all_pages, item_of, keep

# Few letters, so that words meet; beside them what folding has to deal with.
LETTERS = "abé ß東京-\"'Iø"
texts = st.text(st.sampled_from(LETTERS), max_size=24)
queries = st.text(st.sampled_from(LETTERS), max_size=12)
few = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@dataclass
class Shelf:
    """What was kept, and what a search of it has to find."""

    kept: list[tuple[Item, list[str]]] = field(default_factory=list)

    def expected(self, typed: str) -> set[object]:
        search = parse(typed)

        def holds(places: list[str]) -> bool:
            folded = [fold(place) for place in places]
            words = {word for place in folded for word in index_words(place)}

            def has(word: str, is_whole: bool) -> bool:
                return word in words if is_whole else any(one.startswith(word) for one in words)

            def says(phrase: str) -> bool:
                begin = "" if is_run(phrase) else " "
                end = "" if is_run(phrase[-1]) else " "
                return any(f"{begin}{phrase}{end}" in f" {place} " for place in folded)

            return (
                not search.is_impossible
                and all(has(term.word, term.is_whole) for term in search.terms)
                and not any(has(term.word, term.is_whole) for term in search.without)
                and all(says(phrase.folded) for phrase in search.phrases)
                and not any(says(phrase.folded) for phrase in search.without_phrases)
            )

        return {item.id for item, places in self.kept if holds(places)}


@contextmanager
def fresh(migrated: Path) -> Iterator[Database]:
    with TemporaryDirectory() as place:
        path = Path(place) / "app.db"
        path.write_bytes(migrated.read_bytes())
        with Database.open(path, threads=1) as db:
            yield db


@few
@given(kept=st.lists(st.tuples(texts, texts), max_size=6), typed=st.lists(queries, min_size=1, max_size=6))
def test_a_search_finds_what_the_model_finds(
    migrated: Path, kept: list[tuple[str, str]], typed: list[str]
) -> None:
    shelf = Shelf()
    with fresh(migrated) as db:
        for prompt, text in kept:
            item = keep(db, item_of(model=""), prompt=prompt, text=text)
            shelf.kept.append((item, [prompt, text]))
        keep(db, item_of(BOB), prompt="".join(prompt for prompt, _ in kept))

        for words in typed:
            assert {item.id for item in find(db, ALICE, Query(words)).items} == shelf.expected(words), words


@few
@given(
    start=st.lists(st.sampled_from(["bread", "bread and jam", "breadcrumbs", "kettle"]), max_size=9),
    meanwhile=st.lists(st.sampled_from(["bread", "kettle", "delete"]), max_size=8),
    limit=st.integers(1, 3),
    words=st.sampled_from(["", "bre", "bread", "-kettle"]),
)
def test_pages_skip_and_double_nothing_while_items_arrive_and_vanish(
    migrated: Path, start: list[str], meanwhile: list[str], limit: int, words: str
) -> None:
    with fresh(migrated) as db:
        before = [keep(db, item_of(title=text), prompt=text) for text in start]
        at_first = {item.id for item in find(db, ALICE, Query(words)).items}
        seen, deleted, happening = [], set(), iter(meanwhile)
        query = Query(words, limit=limit)
        while True:
            page = find(db, ALICE, query)
            seen += [item.id for item in page.items]
            if page.next_before is None:
                break
            query = replace(query, before=page.next_before)
            if (event := next(happening, None)) == "delete" and before:
                gone = before.pop(0)
                verbs.delete(db, ALICE, [gone.id])
                deleted.add(gone.id)
            elif event:
                keep(db, item_of(title=event), prompt=event)

    assert len(seen) == len(set(seen)), "an item came twice"
    assert at_first - deleted <= set(seen), "an item was skipped"


def test_all_pages_together_are_the_whole_in_its_order(db: Database) -> None:
    for number in range(25):
        keep(db, item_of(title=str(number), days_ago=number), prompt="bread " * (number % 3 + 1), text="jam")

    for words in ("", "bread", "bread jam", '"bread bread"'):
        whole = [item.id for item in find(db, ALICE, Query(words)).items]
        assert [item.id for item in all_pages(db, Query(words, limit=4))] == whole, words
