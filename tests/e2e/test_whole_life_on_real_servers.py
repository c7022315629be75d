"""From a resident's outbox to the resident's inbox, with every server in between a real one."""

from collections.abc import Callable, Iterator
from email.message import EmailMessage
from functools import partial

import pytest

from servers.installation import COUNCIL, eventually
from servers.post import COMPLAINT, everything, letter, plain, reply, send
from servers.postgres import running_postgres
from servers.town import Town
from townclerk.domain.reference import find_references
from townclerk.domain.words import Status
from townclerk.store import cases, journal

ANSWER = "We are sorry. The crew was short of people on Tuesday. Your bin has been emptied today."
BETWEEN_US = "Ros, is this the crew of the Codsall depot again?"


@pytest.fixture
def postgres() -> Iterator[str]:
    """The URL of an empty database on a PostgreSQL of this test's own."""
    with running_postgres() as server:
        yield server.url(server.create())


def test_a_complaint_goes_its_way_from_mail_to_answer_and_the_resident_sees_nothing_of_ours(town: Town) -> None:
    """SMTP in, LMTP, IDLE, the case, SMTP out, the officer's mail program, SMTP in, and the answer is in the inbox."""
    whole_life(town)


def test_on_postgresql_it_goes_the_same_way(make: Callable[..., Town], postgres: str) -> None:
    """The database is another, and nothing else."""
    whole_life(make(postgres))


def whole_life(town: Town) -> None:
    with town.daemon() as daemon:
        daemon.wait_for("ready")
        send(town.postfix.smtp_port, letter(f"Asha Patel <{town.resident()}>", town.feedback, "My bin", COMPLAINT))
        (receipt,) = wait_for(town, town.names.resident(), 1)
        (assignment,) = wait_for(town, town.names.officer, 1)
        answer = reply(assignment, f"Wendy Ash <{town.officer}>", f"#respond not-upheld\n\n{ANSWER}")
        send(town.postfix.smtp_port, answer)
        _, *both = wait_for(town, town.names.resident(), 3)
        _, done = wait_for(town, town.names.officer, 2)
        assert daemon.terminate() == 0

    the_receipt_stops_robots_and_names_the_case(receipt, town)
    the_officer_is_told_what_is_owed(assignment, town)
    # Postfix delivers what it got in one moment in any order.
    (response,) = (each for each in both if ANSWER in " ".join(plain(each).split()))
    (invitation,) = (each for each in both if each is not response and "The last day to ask is" in plain(each))
    assert "Done:" in str(done["Subject"])
    assert "not upheld" in plain(done)
    for each in (receipt, response, invitation):
        nothing_internal(each, assignment)
    the_books_agree(town, receipt)


def wait_for(town: Town, user: str, count: int) -> list[EmailMessage]:
    """What lies in the mailbox of *user* once it holds *count* letters, and no more than these."""
    eventually(lambda: len(town.letters(user)) >= count, f"{count} letters to {user}")
    found = town.letters(user)
    assert len(found) == count
    return found


def the_receipt_stops_robots_and_names_the_case(receipt: EmailMessage, town: Town) -> None:
    assert receipt["Auto-Submitted"] == "auto-replied"
    assert str(receipt["From"]).endswith(f"<{town.feedback}>")
    assert find_references(receipt["Subject"], "SS")
    assert COMPLAINT not in plain(receipt)


def the_officer_is_told_what_is_owed(assignment: EmailMessage, town: Town) -> None:
    assert "Please acknowledge the complaint by" in plain(assignment)
    assert f"{town.names.feedback}+" in assignment["Reply-To"]
    assert " ".join(COMPLAINT.split()) in " ".join(plain(assignment).replace(">", " ").split())


def nothing_internal(letter_out: EmailMessage, assignment: EmailMessage) -> None:
    """Neither the officer's words to us, nor the letter that they quoted, nor the address that speaks for them."""
    seen = everything(letter_out)
    signed = assignment["Reply-To"].addresses[0].username
    for secret in ("#respond", "#acknowledge", "Ready-made replies", "Please reply above this line", signed, COMPLAINT):
        assert secret not in seen


def the_books_agree(town: Town, receipt: EmailMessage) -> None:
    """One case, answered, and a journal that nobody has touched."""
    (case,) = town.books.ask(partial(cases.list_cases, council=COUNCIL))
    assert case.ref in receipt["Subject"]
    assert (case.status, case.complainant) == (Status.ANSWERED, town.resident())
    assert town.books.ask(journal.verify) is None
