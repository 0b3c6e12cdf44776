"""What the server starts: `uvicorn main:app` in this folder."""

from studio.app import create_app
from studio.config import read_settings
from studio.log import set_up_logging

settings = read_settings()
set_up_logging(settings.log_level, settings.log_format)
app = create_app(settings)
