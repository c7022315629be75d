"""A house on a database of its own, as the tests of the services have it."""

from services.conftest import build, empty_file, house

__all__ = ["build", "empty_file", "house"]
