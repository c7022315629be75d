"""The house of the services' tests."""

from services.conftest import build, empty_file, house

__all__ = ["build", "empty_file", "house"]
