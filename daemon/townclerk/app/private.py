"""What commands write beside the database: pages, letters and logs, in which residents' mail may stand."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def for_our_eyes() -> Iterator[None]:
    """Each file and folder that is made meanwhile, by this process or those that it starts, is its owner's alone."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def write_for_our_eyes(path: Path, content: bytes) -> None:
    """Write a file that nobody but its owner may read, also where it was there and others could. Raises OSError."""
    with for_our_eyes():
        if path.is_file():
            path.chmod(0o600)
        path.write_bytes(content)
