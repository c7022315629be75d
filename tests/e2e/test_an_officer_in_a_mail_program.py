"""An officer who has nothing but a mail program: they read, they answer, they press; the resident gets the letter."""

import html
import re
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol

import pytest

from servers.installation import PASSWORD, eventually
from servers.neomutt import NeoMutt
from servers.post import COMPLAINT, everything, letter, plain, send
from servers.thunderbird import Thunderbird
from servers.town import Town

UNDERSTOOD = "You tell us that your brown bin was missed three times since March, and that nobody answers the telephone."
ANSWER = "We are sorry. The crew was short of people on those days. Your bin has been emptied, and the crew has a list now."


class Program(Protocol):
    """What an officer does in any mail program."""

    def answer_last(self, words: str) -> None: ...
    def press(self, link: str, words: str = "") -> None: ...


@pytest.fixture
def mutt(town: Town, tmp_path: Path) -> NeoMutt:
    ports = town.dovecot.imap_port, town.postfix.smtp_port
    return NeoMutt.of(tmp_path / "mutt", "Wendy Ash", town.officer, PASSWORD, *ports)


@pytest.fixture
def thunderbird(town: Town, tmp_path: Path) -> Iterator[Thunderbird]:
    ports = town.dovecot.imap_port, town.postfix.smtp_port
    with Thunderbird(tmp_path / "thunderbird", "Wendy Ash", town.officer, PASSWORD, *ports) as program:
        yield program


def said(mail: EmailMessage) -> str:
    return " ".join(plain(mail).split())


def test_in_neomutt_an_officer_reads_answers_and_presses_and_the_resident_has_both_letters(town: Town, mutt: NeoMutt) -> None:
    """Plain text, the letter quoted with ">" below the answer."""
    answers_and_presses(town, mutt, lambda: mutt.read_last("Please acknowledge the complaint by", "#acknowledge"))


def test_in_thunderbird_an_officer_answers_and_presses_and_the_resident_has_both(town: Town, thunderbird: Thunderbird) -> None:
    """HTML, the whole page quoted below the answer."""
    answers_and_presses(town, thunderbird)


def answers_and_presses(town: Town, wendy: Program, read: Callable[[], None] = lambda: None) -> None:
    """The assignment is read and answered with #acknowledge; then the link for "not upheld" in it is pressed."""
    with town.daemon() as daemon:
        daemon.wait_for("ready")
        send(town.postfix.smtp_port, letter(f"Asha Patel <{town.resident()}>", town.feedback, "My bin", COMPLAINT))
        (assignment,) = arrived(town, town.names.officer, 1)
        read()

        wendy.answer_last(f"#acknowledge\n\n{UNDERSTOOD}")
        acknowledgement = arrived(town, town.names.resident(), 2)[1]
        wendy.press(the_link(assignment, "Respond: not upheld"), ANSWER)
        # The invitation to ask for a review leaves behind the response; a mail server may hand them over the other way round.
        response, _ = sorted(arrived(town, town.names.resident(), 4)[2:], key=lambda each: ANSWER not in said(each))
        done = arrived(town, town.names.officer, 3)[1:]
        assert daemon.terminate() == 0

    assert UNDERSTOOD in said(acknowledgement)
    assert ANSWER in said(response)
    assert ["Done:" in str(each["Subject"]) for each in done] == [True, True]
    for each in (acknowledgement, response):
        nothing_of_the_notification(each, assignment)


def test_an_answer_without_a_word_leaves_when_the_officer_presses(town: Town, mutt: NeoMutt) -> None:
    """Nothing goes out until the link in `confirm` is pressed."""
    with town.daemon() as daemon:
        daemon.wait_for("ready")
        send(town.postfix.smtp_port, letter(f"Asha Patel <{town.resident()}>", town.feedback, "My bin", COMPLAINT))
        arrived(town, town.names.officer, 1)
        mutt.answer_last("We will look into it this week.")
        confirm = arrived(town, town.names.officer, 2)[1]
        arrived(town, town.names.resident(), 1)  # the receipt, and nothing else
        mutt.press(the_link(confirm, "Send it to the resident as a message"))
        message = arrived(town, town.names.resident(), 2)[1]
        assert daemon.terminate() == 0

    assert "We will look into it this week." in plain(message)
    nothing_of_the_notification(message, confirm)


def arrived(town: Town, user: str, count: int) -> list[EmailMessage]:
    """What lies in the mailbox of *user* once it holds *count* letters, and no more than these."""
    eventually(lambda: len(town.letters(user)) >= count, f"{count} letters to {user}")
    found = town.letters(user)
    assert len(found) == count
    return found


def the_link(mail: EmailMessage, label: str) -> str:
    """Where the link of that name leads, in the page that a mail program shows."""
    body = mail.get_body(("html",))
    page = str(body.get_content()) if body is not None else ""
    links = re.findall(r'<a\b[^>]*\bhref="(mailto:[^"]*)"[^>]*>(.*?)</a>', page, re.DOTALL)
    named = {" ".join(re.sub(r"<[^>]*>", "", text).split()): html.unescape(href) for href, text in links}
    return named[label]


def nothing_of_the_notification(letter_out: EmailMessage, notification: EmailMessage) -> None:
    """Neither words that were meant for us, nor the letter that the program quoted, nor the address that speaks for them."""
    seen = everything(letter_out)
    signed = notification["Reply-To"].addresses[0].username
    for secret in ("#acknowledge", "#respond", "#send", "Ready-made replies", "Please reply above this line", signed):
        assert secret not in seen
