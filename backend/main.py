"""What the server starts: `uvicorn main:app` in this folder."""

import sys

# structlog imports rich, which the operator's command brings along, for colours that a server's log does not have:
# a tenth of the start, and 6 MB. None makes that import fail, which structlog takes as "not installed".
sys.modules.setdefault("rich", None)  # type: ignore[arg-type]

from studio.app import create_app  # noqa: E402
from studio.config import read_settings  # noqa: E402
from studio.log import set_up_logging  # noqa: E402

settings = read_settings()
set_up_logging(settings.log_level, settings.log_format)
app = create_app(settings)
