"""Where things lie in this service's folder, wherever that was copied to."""

from pathlib import Path

SERVICE = Path(__file__).parent.parent
MIGRATIONS = SERVICE / "migrations"
