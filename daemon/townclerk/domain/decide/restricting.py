"""`#restrict`, `#unrestrict`: somebody's contact with the council is restricted until a day. Their mail is filed and read by
a person, and nothing goes to them by itself."""

import re
from dataclasses import replace
from datetime import date, timedelta

from townclerk.domain.calendar import Derivation
from townclerk.domain.case import Deadline, Restriction
from townclerk.domain.commands import Command
from townclerk.domain.days_written import words_of
from townclerk.domain.decide.deliberation import Deliberation
from townclerk.domain.decide.handing import hand_over
from townclerk.domain.decide.refusal import Refusal
from townclerk.domain.decide.work import OfficerAtWork, joined
from townclerk.domain.events import MailFacts, PersonRestricted
from townclerk.domain.letters import Message
from townclerk.domain.provisions import Restrictions
from townclerk.domain.typed import code
from townclerk.domain.words import LetterKind

DEADLINE = "restriction"
LONGEST = timedelta(days=3 * 366)  # of a restriction: whoever wants more decides again
# What nobody has been promised: that it does not go is nothing for a person to see to.
_NOT_MISSED = frozenset({LetterKind.RECEIPT, LetterKind.SURVEY})


def restrict(work: OfficerAtWork, command: Command) -> None:
    d, provision = work.d, _provision(work)
    read = work.when(command)
    reason = _ground(read.rest, provision)
    until = _last_day(d, work.day_of(command, read))
    record, text = _record(command.body, provision)
    missing = [label for label in provision.must_record if label.lower() not in {name.lower() for name, _ in record}]
    if missing or not reason:
        lacking = ["the reason, on the word's own line"] if not reason else []
        raise Refusal(
            f"the record is not complete; missing: {', '.join((*lacking, *missing))}",
            f"#restrict {until} and the reason, and below it a line for each, such as “{(missing or ['reason'])[0]}: …”",
            *_grounds(provision),
        )
    decided = Restriction(d.case.complainant.key, until, reason, work.officer.key, d.now, d.case.ref, record)
    d.change(restriction=decided)
    d.tell_others(decided)
    d.owe(_until(d, until, provision))
    kept = "; ".join(f"{label}: {words}" for label, words in record)
    d.note(work.officer.key, "restricted", until=until, reason=reason, record=kept)
    work.done(f"Contact with this person is restricted until the end of {words_of(until)}: nothing goes to them by itself.")
    _send_decision(work, text, decided, provision)


def _provision(work: OfficerAtWork) -> Restrictions:
    """What the policy says of restrictions; refuses where it says nothing, and whoever may not decide on one."""
    provision = work.d.council.policy.provisions.restrictions
    if provision is None:
        raise Refusal("this policy says nothing of restricting anybody's contact", "#note to write something down")
    if not work.d.council.plays(work.officer, provision.by):
        raise Refusal(
            f"only {title_of(provision.by)} decides about somebody's contact with the council",
            *(f"#assign {officer.key}, who may" for officer in work.d.council.playing(provision.by)[:1]),
            "#note to write something down",
        )
    return provision


def title_of(role: str) -> str:
    """ "Customer Services"."""
    return " ".join(word.capitalize() for word in role.split("_"))


def _grounds(provision: Restrictions) -> tuple[str, ...]:
    named = ", ".join(f"{each.code} ({each.title})" for each in provision.behaviours.values())
    return (f"the reason may begin with what the policy names: {named}",) if named else ()


def _ground(reason: str, provision: Restrictions) -> str:
    """*reason*, in the policy's words where it begins with the code of a behaviour that the policy names."""
    first, _, rest = reason.partition(" ")
    named = provision.behaviours.get(code(first))
    return ". ".join(part for part in (named.title, rest.strip()) if part) if named is not None else reason


def _last_day(d: Deliberation, until: date | None) -> date:
    """The day that was named, if a restriction can last until then."""
    today = d.council.calendar.local(d.now).date()
    example = f"#restrict {today + timedelta(days=180)} and the reason"
    if until is None:
        raise Refusal("the last day is missing: a restriction always ends on a day, on which it is looked at again", example)
    if until <= today:
        raise Refusal(f"{words_of(until)} is not in the future", example)
    if until > today + LONGEST:
        raise Refusal(f"{words_of(until)} is too far away: three years are the longest", example)
    return until


def _record(body: str, provision: Restrictions) -> tuple[tuple[tuple[str, str], ...], str]:
    """(what had to be written down, the text for the resident): lines of the body that begin with one of the labels are
    ours, the rest is theirs."""
    known = {label.lower(): label for label in provision.must_record}
    record, text = [], []
    for line in body.split("\n"):
        label, colon, words = line.partition(":")
        named = known.get(" ".join(label.lower().split()))
        if named and colon and words.strip():
            record.append((named, words.strip()))
        else:
            text.append(line)
    return tuple(record), re.sub(r"\n{3,}", "\n\n", "\n".join(text)).strip()


def _until(d: Deliberation, until: date, provision: Restrictions) -> Deadline:
    calendar = d.council.calendar
    day0 = calendar.local(d.now).date()
    derivation = Derivation(day0, "the day that was decided", (), until, calendar.version)
    said = provision.said
    return Deadline(DEADLINE, until, until, until, derivation, said.clause, provision.by, d.now, said.promises)


def _send_decision(work: OfficerAtWork, text: str, decided: Restriction, provision: Restrictions) -> None:
    if text:
        letter = Message(text, work.officer.name, decided.until, provision.policy_url)
        work.write(letter, provision.said.promises, provision.said.clause)
        return
    must = "; ".join(provision.letter_must_say) or "why, what it means, how long it lasts, and how to have it reviewed"
    work.done(
        f"No letter has gone to them, because nothing stands below the word. They must be told: {must}. Write it below "
        f"“#restrict {decided.until} reason”; the last day and how to have it reviewed are added."
    )


def unrestrict(work: OfficerAtWork, command: Command) -> None:
    d = work.d
    _provision(work)
    if d.restriction is None:
        raise Refusal("no restriction of contact is in force for this person", "#show to see where it stands")
    d.change(restriction=None)
    d.tell_others(None)
    d.meet(DEADLINE)
    d.note(work.officer.key, "unrestricted", reason=joined(command.argument, ""))
    if command.body:
        work.write(Message(command.body, work.officer.name))
    work.done("The restriction has ended. What falls due from now on goes to them again.")


# --- while it is in force --------------------------------------------------------------------------------------------


def restricted_wrote(d: Deliberation, mail: MailFacts, asks_review: bool) -> None:
    """Their mail is filed, and somebody reads it: it may hold something new. No letter goes."""
    d.record(mail)
    d.note("resident", "wrote", how="a restriction of contact", mail=mail.number)
    if asks_review:
        d.change(requested_mail=mail.number)
    hand_over(d, LetterKind.DECISION, f"role:{_by(d)}", "restricted", mail=mail.number)


def ask_for_what_is_kept_back(d: Deliberation) -> None:
    """A letter that was promised, and did not go: a person decides what becomes of it."""
    for kind in dict.fromkeys(d.kept_back):
        if kind not in _NOT_MISSED:
            detail = (
                f"The {kind.replace('_', ' ')} that was due has not been sent. Please decide whether they should hear from us."
            )
            hand_over(d, LetterKind.DECISION, f"role:{_by(d)}", "restricted", detail, mail=d.case.began_mail)


def person_restricted(d: Deliberation, event: PersonRestricted) -> None:
    """It was decided on another of their cases: this one knows of it, too. An empty address is nobody's."""
    if not event.who:
        return
    if d.case.restriction is not None and d.case.restriction.who != event.who:
        return
    d.change(restriction=event.restriction)
    if event.restriction is None:
        d.meet(DEADLINE)
    elif event.restriction.case != d.case.ref and (own := d.case.deadline(DEADLINE)) is not None and own.open:
        d.case = d.case.with_deadline(replace(own, dropped=True))  # the newer decision is looked at again instead
    d.note(event.officer, "restricted" if event.restriction else "unrestricted", other=event.mail)


def _by(d: Deliberation) -> str:
    provision = d.council.policy.provisions.restrictions
    return provision.by if provision is not None else "complaints_lead"
