"""The law that the fault laboratory judges by finds each breach: a law that nothing can break would show nothing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from faults.laboratory.law import Books, Entry, Letter, breaches, judge
from faults.laboratory.ledger import Accepted, Kind, Ledger, Sent, accepted
from servers.proxy import Wire
from servers.sink import Taken
from townclerk.domain.words import LetterKind
from townclerk.store.schema import MailState, OutboxState

REF = "ND-26-0001-X"
RESIDENT = "someone@world.example"
AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
BEGAN = 1_000_000.0  # seconds of the machine's clock

COMPLAINT = Sent(Kind.COMPLAINT, "<in-1@world.example>", RESIDENT, "number0x1", BEGAN, "")
ANSWER = Sent(Kind.ANSWER, "<in-2@council.example>", "officer@council.example", "number0x2", BEGAN, COMPLAINT.message_id)
ENTERED = Entry(1, COMPLAINT.message_id, MailState.DONE, REF, None, AT)
ANSWERED = Entry(2, ANSWER.message_id, MailState.DONE, REF, None, AT + timedelta(seconds=1))
RECEIPT = Letter("x:mail1:receipt", "<out-1@council.example>", RESIDENT, LetterKind.RECEIPT, OutboxState.SENT, REF)
RESPONSE = Letter("x:mail2:response", "<out-2@council.example>", RESIDENT, LetterKind.RESPONSE, OutboxState.SENT, REF)
BOOKS = Books([ENTERED, ANSWERED], [RECEIPT, RESPONSE], [(RESIDENT, REF)], [], [], {REF: [1, 2]}, None)


def _taken(letter: Letter, queue_id: str, wire: Wire) -> Accepted:
    return Accepted(queue_id, wire.port, BEGAN, letter.message_id, letter.recipient, queued=True, wire=wire)


WIRE = Wire(1, BEGAN - 60, port=4000, ended=BEGAN + 60)
TAKEN = [_taken(RECEIPT, "A1", WIRE), _taken(RESPONSE, "A2", WIRE)]
OUTSIDE = [
    Taken("", (RESIDENT,), b"Message-ID: <out-1@council.example>\r\n\r\nWe have it.\r\n"),
    Taken("", (RESIDENT,), b"Message-ID: <out-2@council.example>\r\n\r\nIt is number0x2.\r\n"),
]


def found(
    books: Books = BOOKS,
    sent: tuple[Sent, ...] = (COMPLAINT, ANSWER),
    letters: list[Accepted] = TAKEN,
    outside: list[Taken] = OUTSIDE,
) -> list[str]:
    return list(breaches(judge(books, Ledger(list(sent)), letters, outside)))


def test_nothing_is_found_where_every_mail_has_its_entry_and_every_letter_went_once() -> None:
    assert found() == []


def test_a_mail_that_the_books_do_not_know_is_lost() -> None:
    (said,) = found(replace(BOOKS, mails=[ANSWERED]), (COMPLAINT,), TAKEN, OUTSIDE)
    assert said.startswith("lost: mail complaint number0x1")
    assert "not in the books" in said


def test_a_mail_that_a_person_took_out_need_not_be_known() -> None:
    assert found(replace(BOOKS, mails=[ANSWERED]), (replace(COMPLAINT, taken_out=True),)) == []


def test_a_mail_that_was_never_dealt_with_is_lost() -> None:
    waits = replace(ENTERED, state=MailState.TAKEN)
    assert any("mail 1 is taken" in said for said in found(replace(BOOKS, mails=[waits, ANSWERED])))


def test_a_mail_in_quarantine_is_not_lost_and_its_reason_is_told() -> None:
    aside = replace(ANSWERED, state=MailState.QUARANTINED, case_ref=None, reason="it cannot be read")
    verdict = judge(replace(BOOKS, mails=[ENTERED, aside]), Ledger([COMPLAINT]), TAKEN, OUTSIDE)
    assert verdict.kept
    assert verdict.quarantined == {"it cannot be read": 1}


def test_a_mail_that_was_taken_twice_is_doubled() -> None:
    again = replace(ENTERED, number=3)
    assert any("taken 2 times" in said for said in found(replace(BOOKS, mails=[ENTERED, ANSWERED, again])))


def test_a_complaint_with_two_cases_is_doubled() -> None:
    two = [(RESIDENT, REF), (RESIDENT, "ND-26-0002-Y")]
    assert [said for said in found(replace(BOOKS, complainants=two)) if "2 cases" in said]


def test_an_answer_in_somebody_elses_case_breaks_the_law() -> None:
    strayed = replace(ANSWERED, case_ref="ND-26-0002-Y")
    assert any("in ND-26-0002-Y, belongs to ND-26-0001-X" in said for said in found(replace(BOOKS, mails=[ENTERED, strayed])))


def test_a_letter_that_never_left_is_lost_though_the_books_say_that_it_did() -> None:
    (said,) = found(letters=TAKEN[1:])
    assert said.startswith("lost: letter receipt")
    assert "went: False" in said


def test_a_letter_that_nobody_decided_breaks_the_law() -> None:
    stray = _taken(replace(RECEIPT, message_id="<out-9@council.example>"), "A9", WIRE)
    assert found(letters=[*TAKEN, stray]) == ["broken: nobody decided the letter <out-9@council.example>"]


def test_a_complaint_without_a_receipt_is_lost_and_with_two_it_is_doubled() -> None:
    (said,) = found(replace(BOOKS, letters=[RESPONSE]), letters=TAKEN[1:])
    assert said.startswith("lost: mail complaint number0x1")
    assert "told are {}" in said
    second = replace(RECEIPT, key="x:mail1:receipt-again", message_id="<out-3@council.example>")
    (said,) = found(replace(BOOKS, letters=[RECEIPT, second, RESPONSE]), letters=[*TAKEN, _taken(second, "A3", WIRE)])
    assert said.startswith("doubled: mail complaint number0x1")
    assert "2 receipts" in said


def test_an_officers_words_that_reach_nobody_are_lost_and_that_come_in_two_letters_are_doubled() -> None:
    assert any("reached the resident in 0 letters" in said for said in found(outside=OUTSIDE[:1]))
    again = replace(OUTSIDE[1], raw=OUTSIDE[1].raw.replace(b"out-2", b"out-3"))
    (said,) = found(outside=[*OUTSIDE, again])
    assert said.startswith("doubled: answer number0x2 ")


def test_a_letter_taken_twice_is_doubled_where_its_connection_was_well() -> None:
    later = replace_wire(TAKEN[0], Wire(2, BEGAN - 60, port=4001, ended=BEGAN + 60))
    assert any("taken as A1, B1" in said for said in found(letters=[*TAKEN, later]))


def test_a_letter_taken_twice_is_the_window_where_the_servers_word_on_it_was_lost() -> None:
    lost = Wire(3, BEGAN - 60, port=4002, ended=BEGAN + 1, held_up=[BEGAN])
    first = replace_wire(TAKEN[0], lost)
    verdict = judge(BOOKS, Ledger([COMPLAINT, ANSWER]), [first, *TAKEN], OUTSIDE)
    assert verdict.kept
    assert verdict.repeats == 1


def test_what_people_wrote_is_no_letter_of_the_daemons_though_it_came_from_the_same_port(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(
        "".join(
            f"Jan 12 13:46:40 host postfix/{program}: {queue}: {said}\n"
            for queue, message_id in (("A1", "<out-1@council.example>"), ("B2", COMPLAINT.message_id))
            for program, said in (
                ("smtpd[1]", "client=localhost[127.0.0.1]:4000"),
                ("cleanup[2]", f"message-id={message_id}"),
                ("qmgr[3]", "from=<x@council.example>, size=1, nrcpt=1 (queue active)"),
                ("smtp[4]", f"to=<{RESIDENT}>, relay=x, status=sent (250 ok)"),
            )
        )
    )
    (at,) = {letter.at for letter in accepted(log)}
    wire = Wire(1, at - 1, port=4000, ended=at + 1)
    assert [letter.queue_id for letter in Ledger([COMPLAINT], [wire]).letters(log)] == ["A1"]


def replace_wire(letter: Accepted, wire: Wire) -> Accepted:
    return replace(letter, wire=wire, port=wire.port, queue_id="B1")


def test_a_later_mail_that_was_dealt_with_first_breaks_the_order() -> None:
    (said,) = found(replace(BOOKS, order={REF: [2, 1]}))
    assert said.startswith("broken: order of ND-26-0001-X: mails [2, 1], 2 of 09:00:01 before 1 of 09:00:00")


def test_mails_that_a_restored_mailbox_shows_in_another_order_are_dealt_with_as_they_arrived() -> None:
    """What was taken later, as it stood later in the mailbox that came back, had arrived first."""
    earlier = replace(ANSWERED, received_at=AT - timedelta(seconds=1))
    assert found(replace(BOOKS, mails=[ENTERED, earlier], order={REF: [2, 1]})) == []
    same_second = replace(ANSWERED, received_at=AT)
    assert len(found(replace(BOOKS, mails=[ENTERED, same_second], order={REF: [2, 1]}))) == 1


def test_what_should_have_been_acted_on_and_what_was_set_aside_and_a_broken_journal_break_the_law() -> None:
    books = replace(BOOKS, overdue=[(REF, "respond")], aside=[(REF, "digest")], broken="row 7 was changed")
    assert found(books) == [
        "broken: timer not acted on: ND-26-0001-X respond",
        "broken: timer set aside: ND-26-0001-X digest",
        "broken: the journal does not verify: row 7 was changed",
    ]
