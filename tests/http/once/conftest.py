"""One backend that answers, paints and films for all of these tests; each asks with words of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.filming import Film, filming


@pytest.fixture(scope="package")
def film(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Film]:
    with filming(tmp_path_factory.mktemp("once"), migrated) as film:
        yield film
