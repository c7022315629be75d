"""Mail in: each once, none lost, and none that holds up the next."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from services.office import MONDAY, Crash, House, ReadHere, council
from townclerk.domain.events import Event, ResidentWrote
from townclerk.domain.words import LetterKind
from townclerk.mail.errors import MailboxFolderMissing
from townclerk.mail.reading import Reading
from townclerk.services import delivery, intake, residents
from townclerk.services.applying import happen
from townclerk.services.office import Office
from townclerk.store import cases, mails
from townclerk.store.database import Tx
from townclerk.store.schema import MailState

COMPLAINT = "I complain about the bins."
LATER = MONDAY + timedelta(minutes=10)


def states(house: House) -> dict[MailState, int]:
    found = house.read(partial(mails.counts, mailbox=house.office.ways.mailbox))
    return {state: count for state, count in found.items() if count}


async def test_a_mail_that_breaks_us_does_not_hold_up_the_next_and_a_person_is_told(house: House) -> None:
    house.arrives("POISON")
    house.arrives(COMPLAINT)
    await house.settle()

    assert states(house) == {MailState.QUARANTINED: 1, MailState.DONE: 1}
    assert [letter.recipient for letter in house.sent("receipt")] == ["asha.patel@example.org"]
    assert [letter.recipient for letter in house.sent("decision")] == ["cal.lane@council.example"]


async def test_a_mail_in_quarantine_can_be_tried_again_once_the_bug_is_mended(house: House) -> None:
    house.arrives("POISON, but I complain")
    await house.settle()
    (held,) = house.read(mails.quarantined)
    mended = replace(house, office=replace(house.office, reader=ReadHere(b"nothing holds this")))
    mended.database.run_now(partial(mails.retry, id=held.id))
    await mended.settle()

    assert states(house) == {MailState.DONE: 1}
    assert len(house.sent("receipt")) == 1


async def test_a_mail_that_took_the_process_down_three_times_is_set_aside_unread(house: House) -> None:
    class Killer(ReadHere):
        async def parse(self, source: bytes | Path) -> Reading:
            raise Crash

    house.arrives(COMPLAINT)
    dying = replace(house.office, reader=Killer())
    for _ in range(intake.MOST_ATTEMPTS):
        with pytest.raises(Crash):
            await intake.run_once(dying, house.mailbox, MONDAY)
    await intake.run_once(dying, house.mailbox, MONDAY)

    assert states(house) == {MailState.QUARANTINED: 1}
    assert len(house.letters("decision")) == 1


async def test_the_very_same_mail_is_taken_once(house: House) -> None:
    raw = house.arrives(COMPLAINT)
    house.mailbox.deliver(raw, LATER)
    await house.settle()
    house.mailbox.deliver(raw, LATER + timedelta(days=1))
    await house.settle(LATER + timedelta(days=1))

    assert len(house.cases) == 1
    assert len(house.sent("receipt")) == 1


async def test_the_same_words_and_message_id_by_another_way_are_the_same_mail(house: House) -> None:
    """A mail that also came over a list has other trace headers: it is still one mail."""
    house.arrives(COMPLAINT, message_id="<one@example.org>")
    house.arrives(COMPLAINT, message_id="<one@example.org>", received="from somewhere else")
    await house.settle()

    assert len(house.cases) == 1
    assert states(house) == {MailState.DONE: 1, MailState.REPEAT: 1}


async def test_another_mail_with_a_message_id_used_before_is_a_mail_of_its_own(house: House) -> None:
    house.arrives(COMPLAINT, message_id="<one@example.org>")
    house.arrives("I complain about the trees.", sender="b@example.org", message_id="<one@example.org>")
    await house.settle()

    assert len(house.cases) == 2


async def test_a_mailbox_that_was_numbered_anew_opens_nothing_new(house: House) -> None:
    house.arrives(COMPLAINT)
    house.arrives("I complain about the trees.", sender="b@example.org")
    await house.settle()
    house.mailbox.number_anew("INBOX")
    house.arrives("I complain about the pool.", sender="c@example.org", at=LATER)
    await house.settle(LATER)

    assert 3 == len(house.cases) == len(house.sent("receipt"))


@pytest.mark.parametrize(("minutes", "answered"), [(-1, 0), (0, 1)])
async def test_mail_from_before_the_first_connection_is_never_answered(
    build: Callable[..., House], minutes: int, answered: int
) -> None:
    house = build(start_from=MONDAY)
    house.arrives(COMPLAINT, at=MONDAY + timedelta(minutes=minutes))
    await house.settle(LATER)

    assert answered == len(house.cases) == len(house.letters("receipt"))


async def test_a_first_moment_that_was_mistyped_counts_no_longer_once_it_is_put_right(build: Callable[..., House]) -> None:
    house = build(start_from=MONDAY.replace(year=2072))
    house.arrives(COMPLAINT)
    await house.settle()
    assert house.cases == []

    house.office = replace(house.office, ways=replace(house.office.ways, start_from=MONDAY))
    house.arrives("I complain about the trees.", sender="b@example.org", at=LATER)
    await house.settle(LATER)

    assert [line.recipient for line in house.sent("receipt")] == ["b@example.org"]


async def test_the_time_of_receipt_is_the_server_s(house: House) -> None:
    house.arrives(COMPLAINT, date="Thu, 01 Jan 1970 00:00:00 +0000")
    await house.settle(LATER)

    assert house.cases[0].opened_at == MONDAY


async def test_our_own_mail_is_ignored(house: House) -> None:
    house.arrives(COMPLAINT)
    await house.settle()
    for sent in list(house.transport.sent):
        house.mailbox.deliver(sent.raw, LATER)
    house.arrives(COMPLAINT, sender=council().policy.contact.mailbox, at=LATER)
    before = len(house.letters())
    await house.settle(LATER)

    assert len(house.cases) == 1
    assert before == len(house.letters())


async def test_a_mail_without_a_sender_is_put_before_a_person(house: House) -> None:
    house.mailbox.deliver(b"Subject: hello\r\n\r\nI complain.\r\n", MONDAY)
    await house.settle()

    assert states(house) == {MailState.QUARANTINED: 1}
    assert len(house.sent("decision")) == 1
    assert house.cases == []


async def test_a_reply_by_the_signed_address_needs_no_reference(house: House) -> None:
    house.arrives(COMPLAINT)
    await house.settle()
    (receipt,) = house.sent("receipt")
    house.replies(receipt, "Any news?", LATER)
    await house.settle(LATER)

    assert len(house.cases) == 1
    assert len(house.letters("forwarded")) == 1


async def test_a_stranger_who_replies_to_a_forwarded_letter_joins_nothing(house: House) -> None:
    """The signed address was made for somebody else; who has it by a forward is still a stranger."""
    house.arrives(COMPLAINT)
    await house.settle()
    (receipt,) = house.sent("receipt")
    house.replies(replace(receipt, recipient="stranger@example.net"), "What have you told her?", LATER)
    await house.settle(LATER)
    stranger = house.letters(to="stranger@example.net")

    assert len(house.cases) == 2
    assert [letter.kind for letter in stranger] == [LetterKind.RECEIPT]
    assert receipt.case_ref != stranger[0].case_ref


# --- a crash at any moment


@pytest.mark.parametrize("after", [False, True], ids=["the transaction is lost", "the transaction is kept"])
@pytest.mark.parametrize("crash_at", range(1, 8))
async def test_a_crash_at_any_transaction_loses_no_mail_and_answers_once(house: House, crash_at: int, after: bool) -> None:
    house.arrives(COMPLAINT)
    house.database.crash_at, house.database.after = crash_at, after
    with pytest.raises(Crash):
        await house.settle()
    await house.settle(MONDAY + timedelta(seconds=delivery.LEASE_SECONDS + 1))

    assert [case.ref[:5] for case in house.cases] == ["SS-27"]
    assert 1 == len(house.sent("receipt")) == len(house.letters("receipt"))
    assert 1 == len(house.sent("assignment")) == len(house.letters("assignment"))
    assert len(set(house.wire)) == 2  # a second copy, if there is one, bears the same Message-ID


async def test_the_crashes_above_go_as_far_as_there_are_transactions(house: House) -> None:
    house.arrives(COMPLAINT)
    await house.settle()

    assert 7 <= house.database.count <= 12


# --- two at once


async def test_a_case_that_changed_while_we_decided_is_decided_again(house: House) -> None:
    house.arrives(COMPLAINT)
    await house.settle()
    house.arrives("Any news?", subject=f"Re: {house.cases[0].ref}", at=MONDAY + timedelta(days=2))
    meddling = replace(house, office=replace(house.office, templates=Meddler(house)))  # type: ignore[arg-type]  # it does what one does
    await meddling.settle(MONDAY + timedelta(days=2))

    assert ("flag", "set meanwhile") in house.cases[0].flags
    assert len(house.cases[0].mails) == 2
    assert len(house.letters("forwarded")) == 1


class Meddler:
    """Templates; while the first letter is rendered, somebody else changes its case."""

    def __init__(self, house: House) -> None:
        self._house, self._meddled = house, False

    def render(self, letter: object, *more: object) -> object:
        if not self._meddled:
            self._meddled = True
            changed = replace(self._house.cases[0], flags=(("flag", "set meanwhile"),))
            self._house.database.run_now(lambda tx: cases.save(tx, changed))
        return self._house.office.templates.render(letter, *more)  # type: ignore[arg-type]  # handed through


async def test_a_template_that_is_broken_sets_the_mail_aside_and_nothing_of_it_happens(house: House) -> None:
    class Broken:
        def render(self, letter: object, *more: object) -> object:
            if getattr(letter, "kind", None) is LetterKind.RECEIPT:
                raise ValueError("a broken template")
            return house.office.templates.render(letter, *more)  # type: ignore[arg-type]  # handed through

    house.arrives(COMPLAINT)
    broken = replace(house, office=replace(house.office, templates=Broken()))  # type: ignore[arg-type]  # it does what one does
    await broken.settle()
    (held,) = house.read(mails.quarantined)
    assert (house.cases, [letter.kind for letter in house.letters()]) == ([], [LetterKind.DECISION])

    house.database.run_now(partial(mails.retry, id=held.id))
    await house.settle()
    assert 1 == len(house.cases) == len(house.sent("receipt"))


async def test_a_folder_that_is_not_there_keeps_nobody_from_the_others(house: House) -> None:
    """Somebody renamed Junk: a complaint in INBOX is taken all the same, and the missing one is told of."""
    house.arrives(COMPLAINT)
    office = replace(house.office, ways=replace(house.office.ways, folders=("Junk", "INBOX")))

    counts = await intake.run_once(office, house.mailbox, LATER)

    assert (counts.dealt, counts.missing) == (1, ("Junk",))


async def test_a_mailbox_with_none_of_its_folders_is_trouble(house: House) -> None:
    office = replace(house.office, ways=replace(house.office.ways, folders=("Junk",)))

    with pytest.raises(MailboxFolderMissing):
        await intake.run_once(office, house.mailbox, LATER)


async def test_a_further_mail_says_which_letter_of_ours_it_answers(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A "yes" means something else under a survey than under a proposal."""
    seen: list[Event] = []

    async def watch(office: Office, ref: str | None, event: Event, now: datetime, also: Callable[[Tx], None] | None) -> object:
        seen.append(event)
        return await happen(office, ref, event, now, also)

    monkeypatch.setattr(residents, "happen", watch)
    house.arrives(COMPLAINT)
    await house.settle()
    (receipt,) = house.sent("receipt")
    house.replies(receipt, "Any news?", LATER)
    house.arrives("And again.", f"Bins {house.cases[0].ref}", at=LATER)
    await house.settle(LATER)

    assert [e.answers for e in seen if isinstance(e, ResidentWrote)] == [LetterKind.RECEIPT, None]


@pytest.mark.parametrize(("days", "opened"), [(1, 1), (90, 2)])
async def test_the_same_words_without_an_id_or_a_date_are_a_repeat_for_some_days_and_a_new_mail_another_month(
    house: House, days: int, opened: int
) -> None:
    words = (
        b"From: Asha Patel <asha.patel@example.org>\r\nSubject: My bin\r\n\r\nI complain: my bin was missed again today.\r\n"
    )
    for now in (MONDAY, MONDAY + timedelta(days=days)):
        house.mailbox.deliver(f"Received: by mx.council.example; {now:%d %b %Y %H:%M:%S} +0000\r\n".encode() + words, now)
        await intake.run_once(house.office, house.mailbox, now)

    assert states(house).get(MailState.DONE) == opened
