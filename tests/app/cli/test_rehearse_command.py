"""`townclerk rehearse`: what an admin practises is what the service does."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from servers.installation import eventually

TOWNCLERK = Path(sys.executable).with_name("townclerk")
AFRAID = "Subject: Afraid\n\nMy neighbour hits me. I am scared that he will kill my daughter.\n"


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[Path]:
    """The folder of a rehearsal that is under way, of a council whose officers have addresses in the domain of the mailbox."""
    folder = tmp_path / "practice"
    command = [str(TOWNCLERK), "rehearse", str(folder), "--council", "south-derbyshire"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        eventually((folder / "arrives" / ".brought").exists, "a mailbox")
        yield folder
    finally:
        process.terminate()
        process.wait(30)


def letter(practice: Path, beginning: str) -> str:
    """The first letter whose subject has *beginning* behind its reference; waited for."""

    def found() -> Path | None:
        letters = sorted((practice / "letters").glob("*.txt"))
        return next((path for path in letters if f"] {beginning}" in path.read_text().partition("\n\n")[0]), None)

    eventually(lambda: found() is not None, f"a letter about {beginning}")
    return (found() or practice).name


def test_officers_in_the_domain_of_the_mailbox_get_their_letters_and_can_answer_them(practice: Path) -> None:
    (practice / "arrives" / "afraid.txt").write_text(AFRAID)
    alert = letter(practice, "Read now")
    (practice / "arrives" / "answer.txt").write_text(f"Answers: {alert[:3]}\n\n#show\n")

    assert letter(practice, "What you asked for")[4:] == alert[4:], "whoever asked has it"
