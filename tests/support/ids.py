"""An id for tests that need one of nothing."""

from uuid import UUID

# Always the same: workers that run tests in parallel have to agree on the names of the tests.
NOBODYS = UUID("01000000-0000-7000-8000-000000000000")
