"""What officers' words do. A mail is done whole or not at all: the first word that cannot be followed refuses all of it."""

from collections.abc import Callable

from townclerk.domain.case import Case, HeldMail
from townclerk.domain.commands import TAKE_NO_TEXT, WORDS, Command, read_commands
from townclerk.domain.decide import (
    actions,
    answering,
    approving,
    choices,
    copying,
    declining,
    diverting,
    ending,
    filing,
    landlord,
    ombudsman,
    records,
    repeating,
    representing,
    restricting,
    reviewing,
    separating,
    showing,
)
from townclerk.domain.decide.correcting import corrections
from townclerk.domain.decide.deliberation import Deliberation
from townclerk.domain.decide.handing import hand_over
from townclerk.domain.decide.permitting import permit
from townclerk.domain.decide.refusal import Refusal
from townclerk.domain.decide.work import SENT_ALREADY, OfficerAtWork
from townclerk.domain.events import MailFacts, OfficerMailHeld, OfficerWrote, OfficerWroteOutside
from townclerk.domain.letters import (
    Confirm,
    Done,
    Refused,
)
from townclerk.domain.roster import Officer
from townclerk.domain.words import LetterKind

_ASK_ONLY = frozenset({"send", "discard", "show", "help"})  # below them stands a signature, or nothing


def officer_wrote(d: Deliberation, event: OfficerWrote) -> None:
    officer = d.council.roster.find(event.officer)
    if officer is None or _has_left(d, officer, event.mail):
        return
    if not d.may_act(officer):
        _turn_away(d, officer, event.mail)
        return
    before = d.case
    work = OfficerAtWork(d, officer, event.mail, event.known_refs, event.spare_ref, event.informed)
    at = None
    try:
        if event.problem is not None:
            at = next((command for command in event.commands if command.word not in WORDS), None)
            meant = tuple(f"{each} {at.argument}".strip() for each in event.instead) if at is not None else ()
            others = () if meant else event.instead
            raise Refusal(event.problem, *others, "#help for the words that work", corrected=meant)
        for command in event.commands:
            at = command
            _follow(work, command)
            _keep_what_stands_below(work, command)
    except Refusal as refusal:
        _refuse(d, before, officer, event, refusal, at)
        return
    if d.unsent:
        work.done("This resident gave no address, so nothing was sent to them: please reach them another way.")
    elif d.by_post:
        work.done("This resident is not written to by email: whoever has the case has the letter, to send it in another way.")
    elif d.writes_to_resident:
        work.done("The resident has been told.")
    d.note(officer.key, "officer_wrote", words=" ".join(c.word for c in event.commands), mail=event.mail.number)
    d.to_staff(officer, Done(tuple(work.lines), work.shown, work.sections))


def _follow(work: OfficerAtWork, command: Command) -> None:
    act = _WORDS.get(command.word)
    if act is None:
        raise Refusal(f"#{command.word} is not a word that I know", "#help for the words that work")
    permit(work, command.word)
    act(work, command)


def _has_left(d: Deliberation, officer: Officer, mail: MailFacts) -> bool:
    """From the day after their last one, their mail is kept and acts no more."""
    if not officer.has_left(d.council.roster.day):
        return False
    d.note(officer.key, "leaver_wrote", mail=mail.number)
    return True


def _turn_away(d: Deliberation, officer: Officer, mail: MailFacts) -> None:
    """Somebody who may not know of this case wrote about it: they learn nothing, not even what it is called."""
    d.note(officer.key, "refused", reason="may not deal with this case", mail=mail.number)
    answer = Refused(mail.subject, "this is not yours to deal with", (), mail.own_text)
    d.to_staff(officer, answer, bare=True)


def _keep_what_stands_below(work: OfficerAtWork, command: Command) -> None:
    """Text below a word that takes none is kept, and goes to nobody."""
    if command.body and command.word in TAKE_NO_TEXT - _ASK_ONLY:
        work.d.note(work.officer.key, "note", text=command.body)
        work.done(f"What stands below #{command.word} is kept as a note. Nobody outside sees it.")


def _refuse(d: Deliberation, before: Case, officer: Officer, event: OfficerWrote, refusal: Refusal, at: Command | None) -> None:
    """Nothing of the mail is done, also where its first words, before the one *at* which it was refused, could have been."""
    d.start_again(before)
    understood = " ".join(command.line for command in event.commands) or event.mail.subject
    ready = corrections(event.commands, at, refusal)
    d.note(officer.key, "refused", words=" ".join(c.word for c in event.commands), mail=event.mail.number)
    d.to_staff(officer, Refused(understood, refusal.reason, refusal.instead, event.mail.own_text, ready))


def officer_mail_held(d: Deliberation, event: OfficerMailHeld) -> None:
    """What is not certain is held and asked back, never sent on."""
    officer = d.council.roster.find(event.officer)
    if officer is None or _has_left(d, officer, event.mail):
        return
    if not d.may_act(officer):
        _turn_away(d, officer, event.mail)
        return
    number = event.mail.number
    held = HeldMail(number, officer.key, number, event.why, event.mail.own_text, event.mail.message_id, d.now)
    d.change(held=(*d.case.held, held))
    d.note(officer.key, "held", why=event.why, mail=number)
    d.to_staff(officer, Confirm(number, event.why, event.mail.own_text, choices.for_held(number, d.case)))


def officer_wrote_outside(d: Deliberation, event: OfficerWroteOutside) -> None:
    """An officer wrote straight to the resident. Whether that was the response is asked, never guessed."""
    d.record(event.mail)
    d.note(event.officer, "wrote_outside", mail=event.mail.number)
    number, text = event.mail.number, event.mail.own_text
    held = HeldMail(number, event.officer, number, SENT_ALREADY, text, event.mail.message_id, d.now)
    d.change(held=(*d.case.held, held))
    hand_over(d, LetterKind.DECISION, f"officer:{event.officer}", "was_this_the_response", mail=event.mail.number)


def send(work: OfficerAtWork, command: Command) -> None:
    """Follow a held mail after all: by its own words, or as the message or response that the officer says it is."""
    number, rest = _number(work, command)
    held = next(held for held in work.d.case.held if held.number == number)
    work.d.change(held=tuple(other for other in work.d.case.held if other.number != number))
    work.written_on = work.d.council.calendar.local(held.at).date()  # "tomorrow" in it is the day after that
    word, _, argument = rest.partition(" ")
    if held.why == SENT_ALREADY:
        if word != "respond":
            raise Refusal("the resident has this mail already", f"#send {number} respond upheld", f"#discard {number}")
        work.sent_already = True
    if word in {"respond", "acknowledge", "message"}:
        _follow(work, Command(word, argument.strip(), _held_text(held.text)))
        return
    read = read_commands(held.text)
    if read.problem is not None:
        raise Refusal(read.problem, f"#discard {number}", "a new mail")
    for inner in read.commands or (Command("message", "", held.text),):
        if inner.word in {"send", "discard"}:
            raise Refusal("the held mail is itself about a held mail", f"#discard {number}")
        if inner.word == "new-case":
            again = " ".join(("#new-case", *inner.argument.split()))
            raise Refusal(
                "#new-case cannot be followed in a held mail: a case is opened by a new mail",
                f"a new mail in answer to a letter about {work.d.case.ref}, with {again} as its first line",
                f"#discard {number}",
            )
        _follow(work, inner)


def _held_text(text: str) -> str:
    read = read_commands(text)
    if read.problem is not None:
        raise Refusal(read.problem, "a new mail")
    return read.commands[-1].body if read.commands else text


def discard(work: OfficerAtWork, command: Command) -> None:
    number, _ = _number(work, command)
    held = next(held for held in work.d.case.held if held.number == number)
    work.d.change(held=tuple(other for other in work.d.case.held if other.number != number))
    work.d.note(work.officer.key, "note", text=held.text)
    work.done("The held mail is kept as a note. Nothing has been sent.")


def _number(work: OfficerAtWork, command: Command) -> tuple[int, str]:
    """Which held mail is meant; where no number stands there, the only one."""
    own = [held for held in work.d.case.held if held.officer == work.officer.key]
    first, _, rest = command.argument.partition(" ")
    if first.isdigit() and any(held.number == int(first) for held in own):
        return int(first), rest.strip()
    if not first.isdigit() and len(own) == 1:
        return own[0].number, command.argument.strip()
    numbers = ", ".join(str(held.number) for held in own) or "none is held"
    raise Refusal("there is no such held mail", f"#{command.word} and one of: {numbers}")


def _log_elsewhere(work: OfficerAtWork, _command: Command) -> None:
    raise Refusal(f"#log opens a case, and this mail is about {work.d.case.ref}", "#log in a new mail to the mailbox", "#note")


_WORDS: dict[str, Callable[[OfficerAtWork, Command], None]] = {
    "acknowledge": answering.acknowledge,
    "respond": answering.respond,
    "approve": approving.approve,
    "extend": answering.extend,
    "ask": answering.ask,
    "message": answering.message,
    "note": filing.note,
    "assign": filing.assign,
    "conflict": declining.conflict,
    "alternative": diverting.alternative,
    "service": filing.service,
    "category": filing.category,
    "refuse": ending.refuse,
    "review": reviewing.review,
    "second-stage1": repeating.second_stage1,
    "withdraw": ending.withdraw,
    "close": ending.close,
    "reopen": ending.reopen,
    "link": filing.link,
    "action": actions.action,
    "action-done": actions.action_done,
    "action-failed": actions.action_failed,
    "reason": records.reason,
    "remedy": records.remedy,
    "learning": records.learning,
    "hold": records.hold,
    "unhold": records.unhold,
    "flag": filing.flag,
    "unflag": filing.unflag,
    "landlord": landlord.landlord,
    "ombudsman": ombudsman.ombudsman,
    "restrict": restricting.restrict,
    "unrestrict": restricting.unrestrict,
    "copy": copying.copy,
    "uncopy": copying.uncopy,
    "representative": representing.representative,
    "new-case": separating.new_case,
    "log": _log_elsewhere,
    "send": send,
    "discard": discard,
    "show": showing.show,
    "help": showing.help_,
}
