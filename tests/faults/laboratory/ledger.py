"""What went in and what came out, written down beside the daemon: by those who wrote, and by what Postfix took."""

import re
import time
from collections import defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from servers.proxy import Wire

DOUBT = 3.0  # seconds: what befell a connection so soon after a mail may have befallen the server's word on it
_LINE = re.compile(r"^(\w{3} [ \d]\d [\d:]{8}) \S+ postfix/(\w+)\[\d+\]: ([0-9A-Za-z]+): (.*)$")
_PORT = re.compile(r"^client=\S+\[127\.0\.0\.1\]:(\d+)")
_MESSAGE_ID = re.compile(r"^message-id=(<[^>]+>)")
_RECIPIENT = re.compile(r"^to=<([^>]*)>.* status=(\w+)")


class Kind(StrEnum):
    """What somebody wrote."""

    COMPLAINT = "complaint"
    ADDITION = "addition"  # a reply to our receipt
    ANSWER = "answer"  # an officer's


@dataclass(slots=True)
class Sent:
    """A mail that the council's server took. `about` is the Message-ID of the complaint that it belongs to. Somebody else may
    have taken it out of the mailbox: then the daemon may not have seen it."""

    kind: Kind
    message_id: str
    sender: str
    mark: str  # a word that stands in no other mail
    at: float
    about: str
    taken_out: bool = False


@dataclass(slots=True)
class Accepted:
    """A letter that Postfix took from somebody at its port. `at` is in whole seconds."""

    queue_id: str
    port: int
    at: float
    message_id: str = ""
    recipient: str = ""
    queued: bool = False
    wire: Wire | None = None  # the connection it came by; None: it came from somebody else


@dataclass
class Ledger:
    """All that is known without asking the daemon."""

    sent: list[Sent] = field(default_factory=list)
    wires: list[Wire] = field(default_factory=list)  # between the daemon and Postfix
    kills: list[float] = field(default_factory=list)
    calm: list[tuple[float, float]] = field(default_factory=list)
    troubled: list[tuple[float, float]] = field(default_factory=list)  # when the database could not take what it was told

    def was_calm(self, at: float) -> bool:
        """Whether nothing was done to the daemon at that moment."""
        return any(begin <= at <= end for begin, end in self.calm)

    def letters(self, log: Path) -> list[Accepted]:
        """What Postfix took from the daemon, in this order, by its own log. What people wrote may have come from the same port
        a moment before or after."""
        at_port: dict[int, list[Wire]] = defaultdict(list)
        for wire in self.wires:
            at_port[wire.port].append(wire)
        theirs = {sent.message_id for sent in self.sent}
        found = [letter for letter in accepted(log) if letter.queued and letter.message_id not in theirs]
        for letter in found:
            letter.wire = next((wire for wire in at_port[letter.port] if _during(wire, letter.at)), None)
        return [letter for letter in found if letter.wire is not None]

    def in_doubt(self, letter: Accepted, letters: list[Accepted]) -> bool:
        """Whether the word that this letter was taken may not have been heard, or not been written down.

        It was the last of its connection, and a fault held up or ended that connection at that moment; or the daemon was killed
        right then, or was killed while the database could not be told.
        """
        wire = letter.wire
        if wire is None or [other for other in letters if other.wire is wire][-1] is not letter:
            return False
        moments = [*wire.held_up, wire.ended or 0.0]
        if any(letter.at - 1 <= moment <= letter.at + DOUBT for moment in moments):
            return True
        kill = min((moment for moment in self.kills if moment >= letter.at), default=0.0)
        return any(begin <= letter.at + DOUBT and letter.at - 1 <= end and kill <= end + DOUBT for begin, end in self.troubled)


def _during(wire: Wire, at: float) -> bool:
    return wire.opened - 1.5 <= at <= (wire.ended or time.time()) + 1.5


def accepted(log: Path) -> list[Accepted]:
    """Everything in Postfix's queue, ever, by *log*."""
    found: dict[str, Accepted] = {}
    year = time.localtime().tm_year
    for line in log.read_text(errors="replace").splitlines():
        parts = _LINE.match(line)
        if parts is None:
            continue
        stamp, _, queue_id, text = parts.groups()
        if port := _PORT.match(text):
            at = time.mktime(time.strptime(f"{year} {stamp}", "%Y %b %d %H:%M:%S"))
            found[queue_id] = Accepted(queue_id, int(port[1]), at)
        elif queue_id in found:
            _learn(found[queue_id], text)
    return list(found.values())


def _learn(letter: Accepted, text: str) -> None:
    if message_id := _MESSAGE_ID.match(text):
        letter.message_id = message_id[1]
    elif recipient := _RECIPIENT.match(text):
        letter.recipient = recipient[1]
    elif "(queue active)" in text:
        letter.queued = True


def copies(letters: list[Accepted]) -> dict[tuple[str, str], list[Accepted]]:
    """By Message-ID and recipient, in the order in which they were taken."""
    found: dict[tuple[str, str], list[Accepted]] = defaultdict(list)
    for letter in letters:
        found[letter.message_id, letter.recipient].append(letter)
    return found
