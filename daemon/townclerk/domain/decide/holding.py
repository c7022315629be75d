"""An officer's mail that is not certain: held, shown as it would leave, asked about again, and never sent by itself.

What would leave is found by pressing each of the links on a copy of the case: so it is the very letter that the press makes.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from townclerk.domain.case import BY_POST, HeldMail, LeavingMail
from townclerk.domain.commands import ONLY_PRESSED, STAYS_INSIDE, Command, misplaced, read_commands, without_hash
from townclerk.domain.days_written import words_of
from townclerk.domain.deadlines import UNDECIDED_FOR
from townclerk.domain.decide import choices
from townclerk.domain.decide.belonging import has_part, who_has_it
from townclerk.domain.decide.deliberation import LEAD, Deliberation, to_officer
from townclerk.domain.decide.handing import hand_over
from townclerk.domain.decide.permitting import permit
from townclerk.domain.decide.refusal import Refusal
from townclerk.domain.decide.responding import leave
from townclerk.domain.decide.work import NOBODY_KNOWN, SENT_ALREADY, OfficerAtWork, moment_words
from townclerk.domain.enclosing import named, sort_files
from townclerk.domain.events import MailFacts, OfficerMailHeld
from townclerk.domain.for_colleagues import FOR_COLLEAGUES, for_colleagues, told_outside
from townclerk.domain.letters import AlsoHeld, Choice, Confirm, Done, Letter, Proof, Recipient, Variant
from townclerk.domain.mail import Address
from townclerk.domain.plain_reply import ANSWERS_US, greets_by_name
from townclerk.domain.roster import Officer
from townclerk.domain.telling_of_one import NAMES_ONE, tells_who_leads
from townclerk.domain.timer import Timer
from townclerk.domain.words import LetterKind

Follow = Callable[[OfficerAtWork, Command], None]  # does one of the words

NO_WORD = "no_word"  # why a mail is held in which only a word is missing
NOT_THEIRS = "not_theirs"  # why one is held whose writer has no part in the case
# Why a mail is held of which it is not certain that it is theirs: they alone can say so.
NOT_CERTAINLY_THEIRS = frozenset({"not_proven", "not_signed", "expired"})
SENT = "it was sent to the resident"  # what became of a mail that was held or waited
# With these the text of a held mail goes to the resident, whether it stands in the mail or in the press.
_SENDS_THE_TEXT = frozenset({"respond", "acknowledge", "message"})
# What stands below these words, or beside them, was written for the resident.
_FOR_THE_RESIDENT = _SENDS_THE_TEXT | {"ask"}


def hold(d: Deliberation, officer: Officer, event: OfficerMailHeld, follow: Follow) -> None:
    """Keep the mail, and ask what is to become of it: whoever it seems to be from, or, where they have no part in the case,
    whoever has it."""
    if not event.had_letter and not has_part(d, officer):
        _hold_for_whoever_has_it(d, officer, event, follow)
        return
    held = _kept(d, officer, event.mail, event.why)
    d.note(officer.key, "held", why=event.why, mail=held.mail)
    confirm = _confirm(d, held, officer, follow)
    said = (_said(event.press, held.number),) if event.press else ()
    d.to_staff(officer, replace(confirm, choices=(*said, *confirm.choices)))


def _said(press: str, number: int) -> Choice:
    """What a plain answer to our question says; the answer itself is then only a note."""
    return Choice("Do what your answer says", f"{press}\n#discard {number}\n")


def _hold_for_whoever_has_it(d: Deliberation, officer: Officer, event: OfficerMailHeld, follow: Follow) -> None:
    """Somebody wrote about a colleague's case. Whoever has it is asked; they themselves learn whom to go to, and nothing of the
    case, which they may only have guessed. What may be forged is put before nobody: whose name it bears is told."""
    mail, forged = event.mail, event.why == "not_proven"
    why = event.why if forged else NOT_THEIRS
    d.note(officer.key, "held", why=why, mail=mail.number)
    if not forged:
        held = _kept(d, officer, mail, why, not_theirs=True)
        _ask_whoever_has_it(d, held, officer, follow)
    told = Confirm(mail.number, why, mail.own_text, (), outside=mail.outside, case_with=who_has_it(d))
    d.to_staff(officer, told, bare=True)


def _ask_whoever_has_it(d: Deliberation, held: HeldMail, officer: Officer, follow: Follow) -> None:
    keeper = d.responsible()
    reader = d.reader(keeper) if keeper is not None else None
    if reader is None:
        d.tell_that_nobody_may(LetterKind.CONFIRM)
        return
    d.to_staff(reader, _confirm(d, held, officer, follow, to=to_officer(reader)))


def _kept(d: Deliberation, officer: Officer, mail: MailFacts, why: str, not_theirs: bool = False) -> HeldMail:
    held = HeldMail(
        mail.number,
        officer.key,
        mail.number,
        why,
        mail.own_text,
        mail.message_id,
        d.now,
        mail.files,
        mail.most_bytes,
        mail.outside,
        not_theirs,
    )
    d.change(held=(*d.case.held, held))
    return held


def keep_as_note(d: Deliberation, officer: Officer, mail: MailFacts) -> OfficerAtWork:
    """What a mail without a word is where the policy says so: a note, and nothing else."""
    work = OfficerAtWork(d, officer, mail)
    d.note(officer.key, "note", text=mail.own_text, mail=mail.number)
    work.done("No word stands in your mail, so it is kept as a note. Nothing has been sent.")
    work.tell_of_files()
    return work


# --- asked again


def remind(d: Deliberation, timer: Timer, follow: Follow) -> None:
    """Nobody has said yet what is to become of a mail: whoever wrote it is asked again, in the end the complaints lead too."""
    held = next(held for held in d.case.held if timer_key(held, timer.step) == timer.key)
    last = timer.step != UNDECIDED_FOR[0]
    since = d.council.calendar.local(held.at).date()
    if held.why == SENT_ALREADY:
        detail = f"{_who_wrote(d, held)} on {words_of(since)}, and nobody has said yet whether that was the response."
        to = f"role:{LEAD}" if last else _asked(held)
        hand_over(d, LetterKind.DECISION, to, choices.WAS_THIS_THE_RESPONSE, detail, mail=held.mail)
        return
    others = _asked_with(d, held)
    if any(other.number < held.number for other in others):
        return  # it stands in the letter about the first of them
    officer = d.council.roster.find(held.officer)
    asked = d.responsible() if held.not_theirs else officer
    reader = d.reader(asked) if asked is not None and d.may_act(asked) else None
    told = [to_officer(reader)] if reader is not None else []
    told += [lead for lead in d.people(LEAD) if last or not told]
    for recipient in {each.address: each for each in told}.values():
        also = tuple(_also(d, other, officer, follow, recipient) for other in others)
        d.to_staff(recipient, replace(_confirm(d, held, officer, follow, since, recipient), others=also))


def _asked_with(d: Deliberation, held: HeldMail) -> tuple[HeldMail, ...]:
    """The other mails of the same officer that are asked about again on the same day: one letter names them all."""
    day = _working_day(d, held)
    return tuple(
        other
        for other in d.case.held
        if other is not held
        and _asked_of(other) == _asked_of(held)
        and other.why != SENT_ALREADY
        and _working_day(d, other) == day
    )


def _asked_of(held: HeldMail) -> tuple[str, bool]:
    """(who wrote it, whether whoever has the case is asked in their place)."""
    return held.officer, held.not_theirs


def _working_day(d: Deliberation, held: HeldMail) -> date:
    return d.council.calendar.add_working_days(d.council.calendar.local(held.at).date(), UNDECIDED_FOR[0])


def _also(d: Deliberation, held: HeldMail, officer: Officer | None, follow: Follow, to: Recipient) -> AlsoHeld:
    since = d.council.calendar.local(held.at).date()
    return AlsoHeld(held.number, since, held.text, _confirm(d, held, officer, follow, since, to).choices)


def timer_key(held: HeldMail, step: int) -> str:
    return f"held:{held.number}:{step}"


def _asked(held: HeldMail) -> str:
    return "responsible:" if held.officer == NOBODY_KNOWN or held.not_theirs else f"officer:{held.officer}"


def _who_wrote(d: Deliberation, held: HeldMail) -> str:
    officer = d.council.roster.find(held.officer)
    return f"{officer.name} wrote to the resident" if officer else "Somebody wrote to the resident from the mailbox itself"


# --- what would leave


def _confirm(
    d: Deliberation,
    held: HeldMail,
    officer: Officer | None,
    follow: Follow,
    since: date | None = None,
    to: Recipient | None = None,
) -> Confirm:
    somebody_else = to is not None and to.officer != held.officer
    name = officer.name if officer is not None and somebody_else else ""
    left = sort_files(held.files).left
    keep = choices.instead_of_sending(held.number)
    if officer is None or (somebody_else and held.why in NOT_CERTAINLY_THEIRS):
        return Confirm(
            held.number,
            held.why,
            held.text,
            (keep,),
            left=left,
            since=since,
            officer=name or held.officer,
            outside=held.outside,
        )
    proofs, can = _proofs(d, held, officer, follow) if held.why != ANSWERS_US else ((), ())
    can = (*_put_right(held), *can)
    return Confirm(
        held.number,
        held.why,
        held.text,
        (*can, keep),
        _not_for_the_resident(d, held, officer),
        proofs=proofs,
        left=left,
        since=since,
        officer=name,
        outside=held.outside,
    )


def _not_for_the_resident(d: Deliberation, held: HeldMail, officer: Officer) -> str:
    """What stands in a held mail for which it is held."""
    if held.why == NAMES_ONE:
        return tells_who_leads(d.case, read_commands(held.text).commands, (each.name for each in d.council.roster.officers))
    if held.why != FOR_COLLEAGUES:
        return ""
    return for_colleagues(told_outside(read_commands(held.text).commands), d.case, officer, d.council.roster)


def _put_right(held: HeldMail) -> tuple[Choice, ...]:
    """The same mail once more, with its word at the top; the one that is held is then only a note."""
    commands = misplaced(held.text) or without_hash(held.text) if held.why in {NO_WORD, ANSWERS_US} else ()
    if not commands:
        return ()
    text = next((command.body for command in commands if command.body), "")
    lines = (*(command.line for command in commands), f"#discard {held.number}")
    return (Choice(commands[0].line, "\n".join(lines) + "\n", text=text),)


@dataclass(frozen=True, slots=True)
class _Trial:
    """What a press would do: the letters that would leave, and what would be said of it; or why nothing would."""

    letters: tuple[Letter, ...] = ()
    lines: tuple[str, ...] = ()
    problem: str = ""


def _proofs(d: Deliberation, held: HeldMail, officer: Officer, follow: Follow) -> tuple[tuple[Proof, ...], tuple[Choice, ...]]:
    """What each press would send, and the presses that would be followed."""
    found: list[Proof] = []
    can: list[Choice] = []
    whose = officer.name if held.not_theirs else ""
    for way in choices.for_held(held.number, held.text, d.case, whose):
        trials = [_try(d, held, officer, choice, follow) for choice in way.choices]
        can += [choice for choice, trial in zip(way.choices, trials, strict=True) if not trial.problem]
        found.append(_proof(d, held, way, trials))
    return tuple(found), tuple(can)


def _try(d: Deliberation, held: HeldMail, officer: Officer, choice: Choice, follow: Follow) -> _Trial:
    """Press *choice* on a copy of the case."""
    trial = Deliberation(d.case, d.council, d.now, d.source, "officer:send")
    presses = d.responsible() if held.not_theirs else officer
    work = OfficerAtWork(trial, presses or officer, _mail_of(held, officer))
    work.may_name_one = held.why == NAMES_ONE
    (command,) = read_commands(choice.body).commands
    try:
        follow(work, command)
    except Refusal as refusal:
        return _Trial(problem=refusal.reason)
    if trial.unsent:
        return _Trial(problem="this resident gave no address that can be answered")
    draft, stage = trial.case.draft, trial.stage_policy
    if draft is not None and stage is not None and not trial.letters_to_resident:  # it leaves when it has been approved
        theirs = OfficerAtWork(trial, officer, _mail_of(held, officer))
        theirs.may_name_one = draft.may_name_one
        leave(theirs, stage, draft)
    return _Trial(trial.letters_to_resident, tuple(work.lines))


def _proof(d: Deliberation, held: HeldMail, way: choices.Way, trials: list[_Trial]) -> Proof:
    """The first letter that can leave is shown whole, the others by what is different in them."""
    first = next((trial for trial in trials if not trial.problem), None)
    title = way.title
    if first is None:
        return Proof(title, problem=trials[0].problem)
    if not first.letters:
        return Proof(title, notes=first.lines)
    shown = trials.index(first)
    letter = first.letters[0]
    others = tuple(
        Variant(way.names[number], trial.letters[0] if trial.letters else None, problem=trial.problem)
        for number, trial in enumerate(trials)
        if number != shown
    )
    copies, also = _beside(first.letters)
    enclosed = tuple(named(file) for file in sort_files(held.files).along if getattr(letter.content, "enclosed", ()))
    name = f"{title}: {way.names[shown]}" if way.names else title
    to = _recipients(d, letter, copies)
    return Proof(name, letter, to, enclosed, others, also, notes=() if way.plain else first.lines)


def as_it_leaves(work: OfficerAtWork, title: str) -> tuple[Proof, ...]:
    """The letter that the officer's words send to the resident, for whoever wrote it; empty: they send none."""
    letters = work.d.letters_to_resident
    if not letters:
        return ()
    first = letters[0]
    copies, also = _beside(letters)
    return (Proof(title, first, _recipients(work.d, first, copies), getattr(first.content, "enclosed", ()), also=also),)


def _beside(letters: tuple[Letter, ...]) -> tuple[tuple[Letter, ...], tuple[Letter, ...]]:
    """(the copies of the first of *letters*, what goes with it)."""
    first, *others = letters
    copies = tuple(each for each in others if each.copy_of and each.kind is first.kind)
    return copies, tuple(each for each in others if each not in copies)


def _recipients(d: Deliberation, letter: Letter, copies: tuple[Letter, ...]) -> tuple[str, ...]:
    to = f"{letter.to.name} <{letter.to.address}>" if letter.to.name else letter.to.address
    by_post = d.case.flagged(BY_POST)
    first = (
        f"{letter.to.name or letter.to.address}, by post: it comes to whoever has the case, to be printed" if by_post else to
    )
    return (first, *(f"{copy.to.address} (a copy)" for copy in copies))


def _mail_of(held: HeldMail, officer: Officer) -> MailFacts:
    """The held mail as a mail that is being followed."""
    sender = Address(officer.name, officer.email)
    return MailFacts(
        held.mail,
        sender,
        "",
        held.message_id,
        (),
        held.at,
        held.text,
        held.text,
        files=held.files,
        most_bytes=held.most_bytes,
        outside=held.outside,
    )


# --- what becomes of it


def send(work: OfficerAtWork, command: Command, follow: Follow) -> None:
    """Follow a held mail after all: by its own words, or as the message or response that the officer says it is. A mail that
    waits to leave does so at once."""
    mail, rest = _named(work, command)
    if isinstance(mail, LeavingMail):
        release(work, mail, follow)
        return
    _may_press(work, mail)
    word, _, argument = rest.partition(" ")
    if mail.why == SENT_ALREADY:
        _count(work, mail, word, argument, follow)
        return
    _follow_as_author(work, mail, _commands(work, mail, word, argument), follow)


def _count(work: OfficerAtWork, mail: HeldMail, word: str, argument: str, follow: Follow) -> None:
    """The resident has it already: it counts as the response from the moment at which it was sent, and goes out no more."""
    if word != "respond":
        raise Refusal("the resident has this mail already", f"#send {mail.number} respond upheld", f"#discard {mail.number}")
    work.d.settle_held(mail, work.officer.key, "it counts as the response")
    work.sent_at = mail.at
    work.done(f"It counts as sent on {words_of(work.d.council.calendar.local(mail.at).date())}, and goes out no second time.")
    follow(work, Command(word, argument.strip(), mail.text))


def _commands(work: OfficerAtWork, mail: HeldMail, word: str, argument: str) -> tuple[Command, ...]:
    """What the press asks for: the word that it names, or the held mail's own."""
    if word in _SENDS_THE_TEXT:
        return (Command(word, argument.strip(), _text_for_the_resident(mail)),)
    if word:
        raise Refusal(
            f"#send cannot do “{word}” with a held mail", f"#send {mail.number}", f"#send {mail.number} respond upheld"
        )
    read = read_commands(mail.text)
    if read.problem is not None:
        raise Refusal(read.problem, f"#discard {mail.number}", "a new mail")
    for inner in read.commands:
        if inner.word in {"send", "discard"}:
            raise Refusal("the held mail is itself about a held mail", f"#discard {mail.number}")
        if inner.word == "new-case":
            again = " ".join(("#new-case", *inner.argument.split()))
            raise Refusal(
                "#new-case cannot be followed in a held mail: a case is opened by a new mail",
                f"a new mail in answer to a letter about {work.d.case.ref}, with {again} as its first line",
                f"#discard {mail.number}",
            )
    return read.commands or (Command("message", "", mail.text),)


def _text_for_the_resident(mail: HeldMail) -> str:
    """What of *mail* a press can send. Refuses a text that its own words keep in the house, or send with something else."""
    read = read_commands(mail.text)
    if read.problem is not None:
        raise Refusal(read.problem, "a new mail")
    if not read.commands:
        return mail.text
    owner = next((inner for inner in read.commands if inner.body), read.commands[-1])
    if owner.word in _FOR_THE_RESIDENT:
        return owner.body if owner.word == "respond" else owner.text
    what = "a note" if all(inner.word in STAYS_INSIDE for inner in read.commands) else f"what stands with #{owner.word}"
    raise Refusal(
        f"it is {what}, which was not written for the resident",
        f"#send {mail.number}, which does what its own words say",
        "a new mail with what is to be sent",
        f"#discard {mail.number}",
    )


def release(work: OfficerAtWork, mail: LeavingMail, follow: Follow) -> None:
    """The words that waited are done now, in the name of whoever wrote them."""
    _follow_as_author(work, mail, mail.commands, follow)


def _follow_as_author(work: OfficerAtWork, mail: HeldMail | LeavingMail, commands: tuple[Command, ...], follow: Follow) -> None:
    """Do *commands* as whoever wrote *mail*, and write down what became of it: whether anything went is known afterwards."""
    theirs, before = _as_author(work, mail), len(work.d.letters_to_resident)
    for inner in commands:
        permit(work, inner.word)  # of whoever pressed, too
        follow(theirs, inner)
    went = len(work.d.letters_to_resident) > before
    work.d.settle_held(mail, work.officer.key, SENT if went else "it was followed")
    _take_over(work, theirs)
    _tell_author(work, mail, f"it was sent to the resident by {work.officer.name}" if went else f"{work.officer.name} did it")


def _tell_author(work: OfficerAtWork, mail: HeldMail | LeavingMail, what: str) -> None:
    """Whoever wrote a mail hears what a colleague has done with it."""
    author = work.d.council.roster.find(mail.officer)
    if author is None or author.key == work.officer.key or author.has_left(work.d.council.roster.day):
        return
    if work.d.may_act(author):
        outsider = isinstance(mail, HeldMail) and mail.not_theirs
        work.d.to_staff(author, Done((f"Your mail number {mail.number}: {what}.",)), bare=outsider)


def _as_author(work: OfficerAtWork, mail: HeldMail | LeavingMail) -> OfficerAtWork:
    """It is their letter, with their name and their files, whoever pressed."""
    author = work.d.council.roster.find(mail.officer) or work.officer
    outside = mail.outside if isinstance(mail, HeldMail) else ""
    facts = replace(work.mail, number=mail.number, files=mail.files, most_bytes=mail.most_bytes, outside=outside)
    theirs = OfficerAtWork(work.d, author, facts, work.known_refs, work.spare_ref, others=tuple(work.others.items()))
    written = mail.at if isinstance(mail, HeldMail) else mail.written_at
    theirs.may_name_one = isinstance(mail, HeldMail) and mail.why == NAMES_ONE
    theirs.written_on = work.d.council.calendar.local(written).date()  # "tomorrow" in it is the day after that
    return theirs


def _take_over(work: OfficerAtWork, theirs: OfficerAtWork) -> None:
    for line in theirs.lines:
        work.done(line)
    theirs.lines.clear()
    theirs.tell_of_files()
    for line in theirs.lines:
        work.done(line)
    work.shown, work.sections = theirs.shown or work.shown, theirs.sections or work.sections


def discard(work: OfficerAtWork, command: Command) -> None:
    mail, _ = _named(work, command)
    stopped = isinstance(mail, LeavingMail)
    sent_already = isinstance(mail, HeldMail) and mail.why == SENT_ALREADY
    how = "it was stopped" if stopped else "it was not the response" if sent_already else "it was kept as a note"
    work.d.settle_held(mail, work.officer.key, how)
    work.d.note(work.officer.key, "note", text=mail.text)
    _tell_author(work, mail, f"{how}, by {work.officer.name}")
    if stopped:
        work.done("It is stopped, and kept as a note. Nothing has been sent.")
    elif sent_already:
        work.done("It was not the response: the dates stand. The mail is kept with the case.")
    else:
        work.done("The held mail is kept as a note. Nothing has been sent.")


def settle_plain_answer(work: OfficerAtWork, commands: tuple[Command, ...]) -> None:
    """Somebody was asked about a mail of theirs in which no word stood, and answers with a word: that is what they meant, and
    the mail is no longer asked about. A press on a mail that is held says by itself what becomes of it; and a letter to the
    resident waits on, also for a colleague."""
    if not work.mail.of_held or not {command.word for command in commands}.isdisjoint(ONLY_PRESSED):
        return
    plain = [held for held in work.d.case.held if held.officer == work.officer.key and held.why in {NO_WORD, ANSWERS_US}]
    asked = [held for held in plain if work.mail.answers_of is not None and held.at <= work.mail.answers_of]
    if len(asked) == 1 and not greets_by_name(asked[0].text, work.d.case.complainant.name):
        work.d.settle_held(asked[0], work.officer.key, "it was kept as a note")
        work.d.note(work.officer.key, "note", text=asked[0].text)
        work.done(work.unseen(f"Your mail that was held as number {asked[0].number} is kept as a note.", "It is not sent."))


def _may_press(work: OfficerAtWork, mail: HeldMail) -> None:
    """Refuses somebody else's press where only whoever it names can say that it is theirs at all; and the press of whoever has
    no part in the case on what was put before whoever has it."""
    if mail.not_theirs and not has_part(work.d, work.officer):
        raise Refusal(f"this case is with {who_has_it(work.d)}, and only they can let this mail go", "#note")
    if mail.officer not in {work.officer.key, NOBODY_KNOWN} and mail.why in NOT_CERTAINLY_THEIRS:
        author = work.d.council.roster.find(mail.officer)
        name = author.name if author else mail.officer
        raise Refusal(f"it is not certain that it is from {name}, and only they can say so", f"#discard {mail.number}")


def _named(work: OfficerAtWork, command: Command) -> tuple[HeldMail | LeavingMail, str]:
    """Which mail is meant, and the rest of the line; where no number stands there, the only one of theirs."""
    case = work.d.case
    every: tuple[HeldMail | LeavingMail, ...] = (*case.held, *case.leaving)
    own = [mail for mail in every if mail.officer in {work.officer.key, NOBODY_KNOWN}]
    first, _, rest = command.argument.partition(" ")
    if first.isdigit():
        found = next((mail for mail in every if mail.number == int(first)), None)
        if found is not None:
            return found, rest.strip()
        _already_settled(work, int(first))
    elif len(own) == 1:
        return own[0], command.argument.strip()
    elif not own and command.word == "discard":
        _left_already(work)
    numbers = ", ".join(str(mail.number) for mail in own) or "none is held"
    raise Refusal("there is no such held mail", f"#{command.word} and one of: {numbers}")


def _left_already(work: OfficerAtWork) -> None:
    """Refuses to stop what has gone, and says when it went."""
    gone = [settled for settled in work.d.case.settled if settled.how == SENT]
    if gone:
        last = max(gone, key=lambda settled: settled.at)
        when = moment_words(work.d.council.calendar.local(last.at))
        raise Refusal(f"your mail cannot be stopped any more: it left at {when}", "#message, to put right what it says")


def _already_settled(work: OfficerAtWork, number: int) -> None:
    """Refuses a second press, and says what the first has done."""
    for settled in work.d.case.settled:
        if settled.number == number:
            when = moment_words(work.d.council.calendar.local(settled.at))
            raise Refusal(f"this has been settled already: {settled.how} at {when}", "#show to see where the case stands")
