"""What the server starts: `granian main:app` in this folder."""

import sys

# As in the backend's main.py; where both are installed in one place rich is there, and costs 4 MB.
sys.modules.setdefault("rich", None)  # type: ignore[arg-type]

from pages.app import create_app  # noqa: E402
from pages.config import read_settings  # noqa: E402

app = create_app(read_settings())
