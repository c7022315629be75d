"""`desk.undo_minutes`: a response or a message waits a little before it leaves, so that whoever wrote it can stop it.

What waits is not a letter but the officer's words. When their moment has come they are decided again with the case as it
then is, as any deadline is.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from townclerk.domain.case import Case, LeavingMail
from townclerk.domain.commands import Command
from townclerk.domain.deadlines import timers
from townclerk.domain.decide import choices
from townclerk.domain.decide.deliberation import Deliberation
from townclerk.domain.decide.refusal import Refusal
from townclerk.domain.decide.work import OfficerAtWork, moment_words
from townclerk.domain.events import MailFacts, OfficerWrote
from townclerk.domain.letters import Done, Proof
from townclerk.domain.mail import Address
from townclerk.domain.roster import Officer

CAN_BE_STOPPED = frozenset({"respond", "message"})
# What they do reaches other cases at once, and cannot wait with a text.
_CANNOT_WAIT = frozenset({"link", "new-case", "restrict", "unrestrict"})
_IN_TIME = timedelta(minutes=1)  # what must have left by a moment leaves so long before it


def make_way(work: OfficerAtWork, commands: tuple[Command, ...]) -> None:
    """A new response takes the place of one that still waits, where the same officer wrote both; of another's it is refused."""
    d = work.d
    if not any(command.word == "respond" for command in commands):
        return
    for waiting in (leaving for leaving in d.case.leaving if leaving.answers):
        when = moment_words(d.council.calendar.local(waiting.at))
        if waiting.officer != work.officer.key:
            author = d.council.roster.find(waiting.officer)
            name = author.name if author is not None else waiting.officer
            raise Refusal(
                f"a response of {name} leaves at {when}", f"#discard {waiting.number} to stop it, and then yours", "#note"
            )
        d.settle_held(waiting, work.officer.key, "it was stopped, because you wrote again")
        d.note(work.officer.key, "note", text=waiting.text)
        work.done(
            f"Your earlier response, which would have left at {when}, is stopped and kept as a note. This one takes its place."
        )


def leaves_at(d: Deliberation, commands: tuple[Command, ...]) -> datetime | None:
    """Until when *commands* can be stopped; None: they are done at once. Raises Refusal where some of them cannot wait."""
    words = {command.word for command in commands}
    minutes = d.council.policy.provisions.desk.undo_minutes
    if not minutes or words.isdisjoint(CAN_BE_STOPPED):
        return None
    at = min((d.now + timedelta(minutes=minutes), *(moment - _IN_TIME for moment in _what_must_not_pass(d))))
    if at <= d.now:
        return None
    if together := words & _CANNOT_WAIT:
        word = min(together)
        raise Refusal(f"#{word} is done at once, and a letter waits {minutes} minutes before it leaves", "a mail for each")
    return at


def _what_must_not_pass(d: Deliberation) -> Iterator[datetime]:
    """Moments still to come before which a letter must have left: the end of a due day, and whatever would go by itself
    because nothing had."""
    due_time = d.council.policy.hours.due_time
    for deadline in d.case.deadlines:
        end = d.council.calendar.at(deadline.promised, due_time)
        if deadline.open and not deadline.outlives and end > d.now:
            yield end
    yield from (timer.at for timer in timers(d.case, d.council) if timer.act in {"delay", "fallback"} and timer.at > d.now)


def wait(work: OfficerAtWork, before: Case, event: OfficerWrote, at: datetime, sent: tuple[Proof, ...]) -> None:
    """Keep the words of *event* until *at*. What they did to the case is undone, and what they would have said is told now."""
    d, lines, mail = work.d, tuple(work.lines), event.mail
    d.start_again(before)
    make_way(OfficerAtWork(d, work.officer, mail), event.commands)
    leaving = LeavingMail(
        mail.number, work.officer.key, event.commands, at, mail.received_at, mail.message_id, mail.files, mail.most_bytes
    )
    d.change(leaving=(*d.case.leaving, leaving))
    d.note(
        work.officer.key, "leaves_later", words=" ".join(c.word for c in event.commands), mail=mail.number, at=at.isoformat()
    )
    d.to_staff(work.officer, Done(lines, leaves_at=at, choices=choices.about_leaving(leaving), sent=sent))


def timer_key(leaving: LeavingMail) -> str:
    return f"leaving:{leaving.number}"


def written_down(leaving: LeavingMail, officer: Officer) -> OfficerWrote:
    """*leaving* as the mail of *officer* that it was."""
    text = leaving.text
    facts = MailFacts(
        leaving.number,
        Address(officer.name, officer.email),
        "",
        leaving.message_id,
        (),
        leaving.written_at,
        text,
        text,
        files=leaving.files,
        most_bytes=leaving.most_bytes,
    )
    return OfficerWrote(officer.key, facts, leaving.commands)
