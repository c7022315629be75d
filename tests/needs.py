"""What a test needs of this machine, said once."""

import os
import shutil

import pytest

A_PAUSE = 30.0
"""How long a machine that has much else to do may stand still, in seconds. A test that bounds a wait allows this much; what it
must not have waited for takes ten times as long."""

_PLACES = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/lib/postgresql/15/bin"])


def needs(*programs: str) -> None:
    """Skip the test, or fail it in CI, unless each of *programs* is installed here."""
    missing = [program for program in programs if shutil.which(program, path=_PLACES) is None]
    if missing:
        without(f"{', '.join(missing)} is not installed here")


def without(reason: str) -> None:
    """Skip the test with *reason*; in CI, where nothing may be skipped in silence, fail it."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
