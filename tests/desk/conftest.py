"""A house on a migrated SQLite file of its own, as the services have it."""

from services.conftest import build, empty_file, house

__all__ = ["build", "empty_file", "house"]
