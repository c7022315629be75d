"""A letter of ours did not arrive."""

from dataclasses import replace

from townclerk.domain.case import Party, PartyRole
from townclerk.domain.decide.deliberation import ANSWERS, LEAD, Deliberation
from townclerk.domain.decide.handing import RESPONSIBLE, hand_over
from townclerk.domain.decide.opening import category_policy, send_receipt
from townclerk.domain.events import CaseJoined, LetterBounced, StrangerUsedAddress
from townclerk.domain.returned import Cause, cause_of
from townclerk.domain.roster import Officer
from townclerk.domain.words import LetterKind, Status

BOUNCE = "bounce"  # what the keys of a bounce's effects begin with, behind the case


def letter_bounced(d: Deliberation, event: LetterBounced) -> None:
    """A person is told; an acknowledgement that did not arrive was none, though a clock that it started stands. The resident
    cannot be reached where no other letter would arrive either. What we held back ourselves came back from nowhere."""
    cause = cause_of(event.status, event.diagnostic)
    d.note(
        "townclerk" if cause is Cause.HELD_BACK else "mail system",
        "undelivered",
        letter=event.letter,
        status=event.status,
        key=event.letter_key,
    )
    if event.letter is LetterKind.UNDELIVERED:  # a notice about a notice would go on for ever
        return
    officer = d.council.roster.find_by_address(event.recipient)
    if officer is not None:
        _staff_did_not_get_it(d, event, officer)
        return
    theirs = event.recipient.lower() == d.case.complainant.key  # and no copy, which keeps no promise of ours
    if theirs and event.letter is LetterKind.ACKNOWLEDGEMENT and d.case.stage is not None and d.case.status is Status.OPEN:
        deadline = d.case.deadline(f"{d.case.stage}.acknowledge")
        if deadline is not None and deadline.met_at is not None:
            d.case = d.case.with_deadline(replace(deadline, met_at=None))
        d.change(acknowledgement_owed=True)
    if theirs and cause.for_good:
        d.change(unreachable=True)
    if event.counted:
        return
    about = (event.letter.value, event.recipient, event.status, event.diagnostic)
    officer, owing, lead = d.responsible(), d.responsible(_who_owes(d, event.letter)), d.lead()
    hand_over(d, LetterKind.UNDELIVERED, f"{RESPONSIBLE}:", *about)
    if theirs and owing is not None and owing not in (officer, lead):
        hand_over(d, LetterKind.UNDELIVERED, f"officer:{owing.key}", *about)
    if lead is not None and lead != officer:
        hand_over(d, LetterKind.UNDELIVERED, f"role:{LEAD}", *about)


def _staff_did_not_get_it(d: Deliberation, event: LetterBounced, officer: Officer) -> None:
    """The lead is told, and whoever can stand in gets the work. An answer to the officer's own mail was theirs alone."""
    about = (event.letter.value, event.recipient, event.status, event.diagnostic)
    passed_on = event.letter_key.startswith(f"{d.case.ref}:{BOUNCE}:")  # a letter that was somebody else's, and came back too
    if not (passed_on and officer == d.lead()):
        hand_over(d, LetterKind.UNDELIVERED, f"role:{LEAD}", *about)
    cover = d.cover_for(officer)
    if event.letter in ANSWERS or cover is None or passed_on or d.case.status is not Status.OPEN:
        return
    mail = (d.case.mail(d.case.began_mail) or d.case.first_mail) if d.case.mails else None
    kind, said = LetterKind.ASSIGNMENT, f"A letter to {officer.name} about this case came back, so it comes to you."
    if d.stage_policy is None:
        kind, said = LetterKind.FORWARDED, d.case.category.value
    hand_over(d, kind, f"officer:{cover.key}", said, mail=mail.mail if mail is not None else None)


def stranger_used_address(d: Deliberation, event: StrangerUsedAddress) -> None:
    """Nothing acts, and whose letter it was learns that it has gone further than it should."""
    d.note("mail system", "stranger_used_address", of=event.officer, mail=event.mail.number)
    detail = (
        f"{event.mail.sender.address}, who is not on the roster, wrote to the reply address of a letter that you had about "
        "this case. Nothing was done with it here: it is dealt with as a mail from outside. Has the letter been passed on?"
    )
    hand_over(d, LetterKind.FORWARDED, f"officer:{event.officer}", "notice", detail)


def _who_owes(d: Deliberation, letter: LetterKind) -> str | None:
    """The role that owes the resident this letter, where it is not the answer's: then it is theirs again."""
    stage = d.stage_policy
    promise = stage.acknowledge if stage is not None and letter is LetterKind.ACKNOWLEDGEMENT else None
    return promise.by if promise is not None else None


def case_joined(d: Deliberation, event: CaseJoined) -> None:
    """An officer said that somebody's mail belongs here: they become a party, their mails are kept, and whoever deals with this
    case gets them."""
    if not d.case.is_party(event.party.address):
        d.change(parties=(*d.case.parties, Party(event.party, PartyRole.REPRESENTATIVE)))
    known = {mail.mail for mail in d.case.mails}
    new = tuple(mail for mail in event.mails if mail.mail not in known)
    d.change(mails=(*d.case.mails, *new))
    d.note(event.officer, "joined", other=event.other)
    if new:
        hand_over(d, LetterKind.FORWARDED, f"{RESPONSIBLE}:", "further", mail=new[0].mail)
    if event.told:
        variety = "neutral" if d.reticent() else "further"
        send_receipt(d, variety, category_policy(d.case.category, d.council), event.party)
