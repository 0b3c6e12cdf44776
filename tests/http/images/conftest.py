"""One backend that makes pictures for all of these tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.painting import Paint, painting


@pytest.fixture(scope="session")
def paint(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Paint]:
    with painting(tmp_path_factory.mktemp("painting"), migrated) as paint:
        yield paint
