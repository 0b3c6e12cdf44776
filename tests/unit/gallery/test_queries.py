"""A page of the gallery costs the same number of statements whatever it shows."""

import pytest
from studio.db import Cursor, Database
from studio.gallery.query import Query
from studio.gallery.search import count, find

from tests.support.gallery import ALICE, asked


@pytest.mark.parametrize("words", ["", "bread", '"fresh bread" -jam'])
def test_a_page_is_one_statement_with_ten_items_and_with_thirty(
    db: Database, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    executed: list[str] = []
    execute = Cursor.execute

    def counting(self: Cursor, sql: str, *more: object) -> Cursor:
        executed.append(sql)
        return execute(self, sql, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(Cursor, "execute", counting)

    for _ in range(3):
        for _ in range(10):
            asked(db, "fresh bread")
        executed.clear()
        assert find(db, ALICE, Query(words)).items
        count(db, ALICE, Query(words))
        assert len(executed) == 2
