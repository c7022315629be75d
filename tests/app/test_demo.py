"""`townclerk demo`, as a newcomer runs it."""

import subprocess
import sys
from pathlib import Path

import pytest

TOWNCLERK = Path(sys.executable).with_name("townclerk")


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """One run of it, from a folder of no project."""
    folder = tmp_path_factory.mktemp("anywhere")
    return subprocess.run([TOWNCLERK, "demo"], capture_output=True, text=True, timeout=120, cwd=folder, check=False)


def test_the_demo_shows_the_whole_life_and_ends_by_itself(done: subprocess.CompletedProcess[str]) -> None:
    """Receipt, acknowledgement, response, invitation, Stage 2, delay notice and overdue are in it; it says what to do next."""
    assert done.returncode == 0, done.stderr
    for letter in ("receipt", "acknowledgement", "response", "review invitation", "delay notice", "overdue", "reminder"):
        assert f"→ {letter} to" in done.stdout
    assert "stage2, open" in done.stdout
    assert "overdue: Bins AGAIN" in done.stdout
    assert "townclerk run" in done.stdout
    assert "\x1b" not in done.stdout, "piped, it is plain lines"


def test_the_letters_of_the_demo_are_where_it_says(done: subprocess.CompletedProcess[str]) -> None:
    """The folder that it names holds an index and each letter as page, text and mail."""
    folder = Path(done.stdout.split("They are in ")[1].split(":")[0])
    index = (folder / "index.html").read_text()
    pages = sorted(folder.glob("*.eml"))
    assert len(pages) > 20
    assert all(page.with_suffix(".html").name in index for page in pages)
    assert "Please quote it" in "".join(path.read_text() for path in folder.glob("*-receipt.txt"))
