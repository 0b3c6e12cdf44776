"""
Makes DuckDB bind values quickly, once, at import.

duckdb 1.5 asks of every bound value whether it is pandas' NaT or NA, and where pandas is not installed it tries to
import it again each time: 170 µs a value. `sys.modules["pandas"] = None` makes that fail faster (12 µs). Shown once a
module that has the two names, it keeps them and never asks again (1 to 4 µs); the module is gone right after, so
that nobody else takes it for pandas. duckdb 2 no longer asks.
"""

import importlib.util
import sys
from types import ModuleType

import duckdb


def spare_duckdb_the_search_for_pandas() -> None:
    """Does nothing where pandas is installed or where it is not asked for."""
    if "pandas" in sys.modules or importlib.util.find_spec("pandas") is not None:
        return
    stand_in = ModuleType("pandas")
    stand_in.NaT = object()  # type: ignore[attr-defined]
    stand_in.NA = object()  # type: ignore[attr-defined]
    sys.modules["pandas"] = stand_in
    try:
        with duckdb.connect() as connection:
            connection.execute("SELECT $value", {"value": 1}).fetchall()
    finally:
        del sys.modules["pandas"]
