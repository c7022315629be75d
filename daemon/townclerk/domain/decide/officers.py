"""What officers' words do. A mail is done whole or not at all: the first word that cannot be followed refuses all of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from townclerk.domain.case import Case, Deadline, HeldMail, PromisedBy
from townclerk.domain.commands import WORDS, Command, read_commands
from townclerk.domain.deadlines import is_overdue, make, move
from townclerk.domain.decide import choices
from townclerk.domain.decide.conversation import begin_review, in_time, open_window
from townclerk.domain.decide.decision import JoinOther
from townclerk.domain.decide.deliberation import Deliberation
from townclerk.domain.decide.extending import new_date
from townclerk.domain.decide.handing import RESPONSIBLE, hand_over
from townclerk.domain.decide.opening import begin, category_policy
from townclerk.domain.decide.refusal import Refusal
from townclerk.domain.events import MailFacts, OfficerMailHeld, OfficerWrote, OfficerWroteOutside
from townclerk.domain.letters import (
    Acknowledgement,
    Clarification,
    Closure,
    Confirm,
    DelayNotice,
    Done,
    FinalWord,
    Message,
    NotAccepted,
    Refused,
    Response,
    ReviewDecision,
    ReviewInvitation,
    ReviewRight,
)
from townclerk.domain.policy import ClockStart, StagePolicy
from townclerk.domain.reference import find_references
from townclerk.domain.roster import Officer
from townclerk.domain.words import Category, LetterKind, Outcome, Status


class OfficerAtWork:
    """One officer's mail being followed: the deliberation, who writes, and what has been done so far."""

    def __init__(self, d: Deliberation, officer: Officer, mail: MailFacts) -> None:
        self.d = d
        self.officer = officer
        self.mail = mail
        self.lines: list[str] = []
        self.shown = ""

    def done(self, line: str) -> None:
        self.lines.append(line)

    def stage(self) -> StagePolicy:
        """The stage that is open; refuses where there is none."""
        stage = self.d.stage_policy
        if self.d.case.category is not Category.COMPLAINT or stage is None:
            raise Refusal(
                "this is not a complaint, so no stage is open",
                "#message to write to the resident",
                "#category complaint to make it one",
            )
        if self.d.case.status is not Status.OPEN:
            raise Refusal(f"the case is {self.d.case.status}", "#reopen, if it must go on", "#message to write to the resident")
        return stage

    def body(self, command: Command, what: str) -> str:
        if not command.text:
            raise Refusal(
                f"there is no text: {what} must stand below the word", f"#{command.word} and, on the next line, your text"
            )
        return command.text

    def can_be_written_to(self) -> None:
        if not self.d.case.receipts:
            raise Refusal("this resident gave no address that can be answered", "#note, if you reached them another way")


def officer_wrote(d: Deliberation, event: OfficerWrote) -> None:
    officer = d.council.roster.find(event.officer)
    if officer is None:
        return
    before = d.case
    work = OfficerAtWork(d, officer, event.mail)
    try:
        if event.problem is not None:
            raise Refusal(event.problem, "#help for the words that work")
        for command in event.commands:
            _follow(work, command)
    except Refusal as refusal:
        _refuse(d, before, officer, event, refusal)
        return
    d.note(officer.key, "officer_wrote", words=" ".join(c.word for c in event.commands), mail=event.mail.number)
    d.to_staff(officer, Done(tuple(work.lines), work.shown))


def _follow(work: OfficerAtWork, command: Command) -> None:
    act = _WORDS.get(command.word)
    if act is None:
        raise Refusal(f"#{command.word} is not a word that I know", "#help for the words that work")
    act(work, command)


def _refuse(d: Deliberation, before: Case, officer: Officer, event: OfficerWrote, refusal: Refusal) -> None:
    """Nothing of the mail is done, also where its first words could have been."""
    d.start_again(before)
    understood = " ".join(f"#{c.word} {c.argument}".strip() for c in event.commands) or event.mail.subject
    d.note(officer.key, "refused", words=" ".join(c.word for c in event.commands), mail=event.mail.number)
    d.to_staff(officer, Refused(understood, refusal.reason, refusal.instead, event.mail.own_text))


# --- to the resident -------------------------------------------------------------------------------------------------


def _acknowledge(work: OfficerAtWork, command: Command) -> None:
    d, stage = work.d, work.stage()
    text = work.body(command, "your understanding of the complaint")
    work.can_be_written_to()
    if stage.acknowledge is None and stage.assess is None:
        raise Refusal("this stage has no acknowledgement", "#message to write to the resident")
    name = f"{stage.stage}.acknowledge"
    deadline = d.case.deadline(name)
    if deadline is not None and not deadline.open and not d.case.acknowledgement_owed:
        raise Refusal("it has been acknowledged already", "#message to write to the resident again")
    acknowledged(d, stage)
    d.change(acknowledgement_owed=False)
    respond = d.case.deadline(f"{stage.stage}.respond")
    letter = Acknowledgement(stage.stage, text, "", respond.promised if respond else None, work.officer.name, d.case.service)
    promise = stage.acknowledge or stage.assess
    d.to_resident(
        letter, automatic=False, promises=promise.promises if promise else (), clause=promise.clause if promise else ""
    )
    work.done("The acknowledgement has been sent to the resident.")


def acknowledged(d: Deliberation, stage: StagePolicy) -> None:
    """The acknowledgement leaves now; where the clock for the response runs from it, that clock starts."""
    d.meet(f"{stage.stage}.acknowledge")
    name = f"{stage.stage}.respond"
    if stage.respond.start is ClockStart.ACKNOWLEDGEMENT and d.case.deadline(name) is None:
        d.case = d.case.with_deadline(make(name, stage.respond, d.now, d.now, d.council.calendar))
        promise = stage.respond
        hand_over(d, LetterKind.ASSIGNMENT, f"{RESPONSIBLE}:{promise.by}", promises=promise.promises, clause=promise.clause)


def _respond(work: OfficerAtWork, command: Command) -> None:
    if work.d.case.category is not Category.COMPLAINT:
        _answer_without_stage(work, command)
        return
    d, stage = work.d, work.stage()
    outcome, rest = _outcome(command.argument)
    text = work.body(replace(command, argument=rest), "your response with its reasons")
    work.can_be_written_to()
    following = d.council.policy.stage_after(stage.stage)
    d.meet(f"{stage.stage}.respond")
    d.drop_deadlines(stage.stage)
    status = Status.CLOSED if stage.closes_case else Status.ANSWERED
    d.change(
        status=status,
        outcome=outcome,
        responded_at=(*d.case.responded_at, (stage.stage, d.now)),
        requested_mail=None,
        acknowledgement_owed=False,
        closed_at=d.now if stage.closes_case else None,
    )
    if following is None:
        _send_response(work, stage, outcome, text, FinalWord(d.ombudsmen()))
    else:
        open_window(d, following)
        window = d.case.deadline(f"{following.stage}.request")
        right = ReviewRight(following.title, window.promised if window else None)
        _send_response(work, stage, outcome, text, right)
        request = following.request
        d.to_resident(ReviewInvitation(right), True, request.promises if request else (), request.clause if request else "")
    work.done(f"The response ({outcome.words}) has been sent to the resident.")


def _send_response(
    work: OfficerAtWork, stage: StagePolicy, outcome: Outcome, text: str, onward: ReviewRight | FinalWord
) -> None:
    letter = Response(stage.stage, stage.title, outcome, text, work.officer.name, onward)
    work.d.to_resident(letter, automatic=False, promises=stage.respond.promises, clause=stage.respond.clause)


def _outcome(argument: str) -> tuple[Outcome, str]:
    """The outcome that begins *argument*, however it is written, and what follows it."""
    words = argument.lower().replace("-", " ").replace("_", " ").split()
    for written, outcome in (
        (("not", "upheld"), Outcome.NOT_UPHELD),
        (("partly", "upheld"), Outcome.PARTLY_UPHELD),
        (("partially", "upheld"), Outcome.PARTLY_UPHELD),
        (("upheld",), Outcome.UPHELD),
    ):
        if tuple(words[: len(written)]) == written:
            return outcome, _after(argument, written)
    raise Refusal("the outcome is missing", "#respond upheld", "#respond partly-upheld", "#respond not-upheld")


def _after(argument: str, written: tuple[str, ...]) -> str:
    end = 0
    lowered = argument.lower()
    for word in written:
        end = lowered.index(word, end) + len(word)
    return argument[end:].strip(" .:,-")


def _answer_without_stage(work: OfficerAtWork, command: Command) -> None:
    """A comment or a request is answered in plain words; whatever was owed of it is then kept."""
    d = work.d
    text = work.body(replace(command, argument=""), "your answer")
    work.can_be_written_to()
    d.meet(f"{d.case.category}.respond")
    d.change(status=Status.ANSWERED, requested_mail=None)
    d.to_resident(Message(text, work.officer.name), automatic=False)
    work.done("Your answer has been sent to the resident.")


def _extend(work: OfficerAtWork, command: Command) -> None:
    d, stage = work.d, work.stage()
    deadline = d.case.deadline(f"{stage.stage}.respond")
    if deadline is None or not deadline.open:
        raise Refusal("no date for the response has been promised yet", "#acknowledge first")
    new, reason = new_date(command, deadline, stage, work.mail, d)
    work.can_be_written_to()
    made_in_time = in_time(d, replace(deadline, promised=deadline.person_promised), work.mail.received_at)
    d.case = d.case.with_deadline(move(deadline, new, PromisedBy.OFFICER, d.now, made_in_time))
    letter = DelayNotice(stage.stage, deadline.promised, new, reason, d.ombudsmen(), automatic=False, name=stage.extension.name)
    d.to_resident(letter, automatic=False, promises=stage.extension.promises, clause=stage.extension.clause)
    work.done(f"The response is now promised for {words_of(new)}. The resident has been told.")


def words_of(day: date) -> str:
    """ "Tuesday 29 December 2026"."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def _ask(work: OfficerAtWork, command: Command) -> None:
    text = work.body(command, "your question")
    work.can_be_written_to()
    work.d.to_resident(Clarification(text, work.officer.name, work.d.dates("respond")), automatic=False)
    work.done("Your question has been sent to the resident. The dates stand.")


def _message(work: OfficerAtWork, command: Command) -> None:
    text = work.body(command, "your message")
    work.can_be_written_to()
    work.d.to_resident(Message(text, work.officer.name), automatic=False)
    work.done("Your message has been sent to the resident.")


def _refuse_case(work: OfficerAtWork, command: Command) -> None:
    d = work.d
    code, _, rest = command.argument.partition(" ")
    exclusion = d.council.policy.exclusions.get(code.lower().replace("-", "_"))
    if exclusion is None:
        codes = ", ".join(sorted(d.council.policy.exclusions))
        raise Refusal(
            f"“{code}” is no exclusion of this policy" if code else "the code is missing", f"#refuse and one of: {codes}"
        )
    text = "\n\n".join(part for part in (_joined(rest, command.body),) if part)
    if not text:
        raise Refusal("reasons are missing: the resident must be told why", f"#refuse {exclusion.code} and your reasons")
    if d.case.status in {Status.CLOSED, Status.WITHDRAWN}:
        raise Refusal(f"the case is {d.case.status}", "#reopen first")
    work.can_be_written_to()
    d.drop_deadlines()
    d.change(status=Status.CLOSED, closed_at=d.now, requested_mail=None)
    letter = NotAccepted(
        exclusion.title, exclusion.clause, text, exclusion.explanation, exclusion.signpost, work.officer.name, d.ombudsmen()
    )
    d.to_resident(letter, automatic=False, promises=exclusion.promises, clause=exclusion.clause)
    if exclusion.forward_to:
        hand_over(d, LetterKind.FORWARDED, f"role:{exclusion.forward_to}", "excluded", clause=exclusion.clause)
    work.done(f"The resident has been told that the policy does not cover this ({exclusion.title}), and the case is closed.")


def _joined(first: str, rest: str) -> str:
    """A text that began on the word's own line and went on below it."""
    return "\n".join(part for part in (first.strip(), rest) if part)


def _review(work: OfficerAtWork, command: Command) -> None:
    verdict, _, rest = command.argument.partition(" ")
    act = {"accept": _accept_review, "refuse": _refuse_review}.get(verdict.lower())
    if act is None:
        raise Refusal(
            "say whether the request is accepted or refused", "#review accept", "#review refuse and the reasons below"
        )
    act(work, _joined(rest, command.body))


def _requested_stage(work: OfficerAtWork) -> StagePolicy:
    """The stage that the resident asks for; refuses where nothing was asked."""
    d = work.d
    stage = d.stage_policy
    if d.case.requested_mail is None or stage is None:
        raise Refusal("no request for a review is waiting for a decision", "#message to write to the resident")
    if d.case.status is Status.OPEN and stage.request is not None:
        return stage
    following = d.council.policy.stage_after(stage.stage)
    if following is None or not d.case.responded_at:
        raise Refusal("no request for a review is waiting for a decision", "#message to write to the resident")
    return following


def _accept_review(work: OfficerAtWork, text: str) -> None:
    d, stage = work.d, _requested_stage(work)
    asked = d.case.mail(d.case.requested_mail)
    if asked is not None and d.case.stage is not stage.stage:
        begin_review(d, stage, asked.mail, asked.received_at)
    d.meet(f"{stage.stage}.assess")
    respond = d.case.deadline(f"{stage.stage}.respond")
    letter = ReviewDecision(True, text, work.officer.name, respond.promised if respond else None, d.ombudsmen(), stage.title)
    d.to_resident(letter, automatic=False, clause=stage.respond.clause, promises=stage.respond.promises)
    if stage.assess is not None:
        hand_over(
            d,
            LetterKind.ASSIGNMENT,
            f"{RESPONSIBLE}:{stage.respond.by}",
            mail=d.case.requested_mail,
            clause=stage.respond.clause,
        )
    work.done(f"The review is accepted ({stage.title}). The resident has been told.")


def _refuse_review(work: OfficerAtWork, text: str) -> None:
    d, stage = work.d, _requested_stage(work)
    if not text:
        raise Refusal("reasons are missing: the resident must be told why", "#review refuse and, on the next line, the reasons")
    d.drop_deadlines(stage.stage)
    d.change(status=Status.CLOSED, closed_at=d.now, requested_mail=None)
    letter = ReviewDecision(False, text, work.officer.name, None, d.ombudsmen(), stage.title)
    d.to_resident(letter, automatic=False, clause=stage.refuse_clause)
    work.done(
        "The resident has been told that there will be no review, why, and how to reach the Ombudsman. The case is closed."
    )


def _withdraw(work: OfficerAtWork, command: Command) -> None:
    d = work.d
    if d.case.status in {Status.CLOSED, Status.WITHDRAWN}:
        raise Refusal(f"the case is {d.case.status} already", "#note to add something")
    d.drop_deadlines()
    d.change(status=Status.WITHDRAWN, closed_at=d.now, requested_mail=None)
    d.to_resident(Closure(command.text, work.officer.name, withdrawn=True), automatic=False)
    work.done("The case is withdrawn. The resident has had a letter that says so.")


# --- inside ----------------------------------------------------------------------------------------------------------


def _note(work: OfficerAtWork, command: Command) -> None:
    text = work.body(command, "the note")
    work.d.note(work.officer.key, "note", text=text)
    if work.d.case.possible_links:
        work.d.change(possible_links=())
    work.done("Your note is kept. Nobody outside sees it.")


def _assign(work: OfficerAtWork, command: Command) -> None:
    d = work.d
    colleague = d.council.roster.find_named(command.argument)
    if colleague is None:
        known = ", ".join(officer.key for officer in d.council.roster.officers)
        raise Refusal(
            f"“{command.argument}” is nobody on the roster" if command.argument else "the name is missing",
            f"#assign and one of: {known}",
        )
    d.change(officer=colleague.key)
    hand_over(
        d, LetterKind.ASSIGNMENT, f"officer:{colleague.key}", f"Given to you by {work.officer.name}. {command.body}".strip()
    )
    work.done(f"The case is now with {colleague.name}, who has been told.")


def _service(work: OfficerAtWork, command: Command) -> None:
    d = work.d
    service = command.argument.strip().lower().replace(" ", "_")
    known = sorted({service for officer in d.council.roster.officers for service in officer.services})
    if service not in known:
        raise Refusal(f"nobody on the roster deals with “{command.argument}”", f"#service and one of: {', '.join(known)}")
    d.change(service=service, officer=None)
    complaint = d.case.category is Category.COMPLAINT
    kind, about = (
        (LetterKind.ASSIGNMENT, f"From {work.officer.name}.") if complaint else (LetterKind.FORWARDED, d.case.category.value)
    )
    hand_over(d, kind, RESPONSIBLE + ":", about, mail=_latest_mail(d))
    work.done(f"The case is now with {service.replace('_', ' ')}.")


def _latest_mail(d: Deliberation) -> int | None:
    return d.case.mails[-1].mail if d.case.mails else None


def _category(work: OfficerAtWork, command: Command) -> None:
    d = work.d
    wanted = command.argument.strip().lower().replace(" ", "_").replace("-", "_")
    if wanted not in set(Category):
        raise Refusal(f"“{command.argument}” is no category", f"#category and one of: {', '.join(Category)}")
    category = Category(wanted)
    if category is Category.COMPLAINT:
        _becomes_complaint(work)
    elif category is d.case.category:
        raise Refusal(f"it is a {category.replace('_', ' ')} already", "#service, if it belongs to somebody else")
    elif any(d_.open for d_ in d.case.deadlines):
        _stops_being_complaint(work, category, command.body)
    else:
        _becomes(work, category)


def _becomes_complaint(work: OfficerAtWork) -> None:
    d = work.d
    suspected = bool(d.case.exclusions) or d.case.restricted
    if d.case.category is Category.COMPLAINT and d.case.status is Status.OPEN:
        if not suspected:
            raise Refusal("it is a complaint already", "#service, if it belongs to somebody else")
        d.change(exclusions=(), restricted=False)
        hand_over(d, LetterKind.ASSIGNMENT, f"{RESPONSIBLE}:{d.first_to_act()}", mail=_latest_mail(d))
        work.done("It is taken as a complaint, and whoever must act first has been told.")
        return
    began = d.case.mail(d.case.requested_mail) or d.case.first_mail
    d.drop_deadlines()
    d.change(
        category=Category.COMPLAINT,
        status=Status.OPEN,
        exclusions=(),
        restricted=False,
        requested_mail=None,
        closed_at=None,
        deadlines=_others(d),
    )
    if began is not None:
        begin(d, category_policy(Category.COMPLAINT, d.council), began.mail, variety="converted")
    work.done("It is a complaint now. The resident has a receipt with the dates, and whoever must act first has been told.")


def _others(d: Deliberation) -> tuple[Deadline, ...]:
    """Deadlines that a complaint begun now does not make again."""
    return tuple(deadline for deadline in d.case.deadlines if deadline.stage is None)


def _stops_being_complaint(work: OfficerAtWork, category: Category, text: str) -> None:
    """The resident holds a date: they are told, in the officer's words, that it is dealt with in another way."""
    d = work.d
    if not text:
        raise Refusal(
            "the resident has been told dates, so they must be told why this is not dealt with as a complaint",
            f"#category {category} and, on the next line, what the resident is to be told",
        )
    d.drop_deadlines()
    d.to_resident(Message(text, work.officer.name), automatic=False)
    _becomes(work, category)


def _becomes(work: OfficerAtWork, category: Category) -> None:
    d = work.d
    d.change(category=category, stage=None, exclusions=(), restricted=False)
    policy = category_policy(category, d.council)
    for role in policy.forward_to:
        hand_over(d, LetterKind.FORWARDED, f"role:{role}", category.value, mail=_latest_mail(d), clause=policy.clause)
    work.done(f"It is now: {category.replace('_', ' ')}.")


def _close(work: OfficerAtWork, command: Command) -> None:
    d = work.d
    if d.case.status in {Status.CLOSED, Status.WITHDRAWN}:
        raise Refusal(f"the case is {d.case.status} already", "#note to add something")
    if d.case.category is Category.COMPLAINT and not d.case.responded_at:
        raise Refusal("the complaint has not been answered", "#respond", "#refuse CODE reason", "#withdraw")
    if d.case.category is Category.COMPLAINT and d.case.status is Status.OPEN:
        raise Refusal("the review has not been answered", "#respond", "#review refuse and the reasons")
    d.drop_deadlines()
    d.change(status=Status.CLOSED, closed_at=d.now)
    if command.body:
        work.can_be_written_to()
        d.to_resident(Closure(command.body, work.officer.name), automatic=False)
    work.done("The case is closed.")


def _reopen(work: OfficerAtWork, command: Command) -> None:
    d = work.d
    if d.case.status is Status.OPEN:
        raise Refusal("the case is open", "#show to see where it stands")
    if d.case.responded_at and d.case.stage is d.case.responded_at[-1][0]:
        raise Refusal(
            "it has been answered; a resident who is not content asks for a review",
            "#review accept, where they have asked",
            "#message to write to the resident",
        )
    owed = tuple(replace(deadline, dropped=False) if deadline.dropped else deadline for deadline in d.case.deadlines)
    d.change(status=Status.OPEN, closed_at=None, deadlines=owed)
    work.done("The case is open again, with the dates that it had.")


def _link(work: OfficerAtWork, command: Command) -> None:
    d = work.d
    found = find_references(command.argument, d.council.policy.prefix)
    if len(found) != 1 or found[0] == d.case.ref:
        raise Refusal(
            "the reference is missing or not right", "#link and one reference, for instance the one that the letter named"
        )
    d.drop_deadlines()
    d.change(status=Status.CLOSED, closed_at=d.now, linked=(*d.case.linked, found[0]), possible_links=())
    d.join(JoinOther(found[0], work.officer.key, d.case.complainant, d.case.mails))
    work.done(f"This mail now belongs to {found[0]}, its sender may write to it, and {d.case.ref} is closed.")


def _flag(work: OfficerAtWork, command: Command) -> None:
    name, _, text = command.argument.partition(" ")
    if not name:
        raise Refusal("the flag's name is missing", "#flag NAME and a few words")
    kept = tuple(flag for flag in work.d.case.flags if flag[0] != name.lower())
    work.d.change(flags=(*kept, (name.lower(), _joined(text, command.body))))
    work.done(f"The flag “{name.lower()}” is set.")


def _unflag(work: OfficerAtWork, command: Command) -> None:
    name = command.argument.strip().lower()
    if name not in dict(work.d.case.flags):
        flags = ", ".join(dict(work.d.case.flags)) or "none is set"
        raise Refusal(f"there is no flag “{name}”", f"#unflag and one of: {flags}")
    work.d.change(flags=tuple(flag for flag in work.d.case.flags if flag[0] != name))
    work.done(f"The flag “{name}” is taken away.")


# --- held mails ------------------------------------------------------------------------------------------------------


def _send(work: OfficerAtWork, command: Command) -> None:
    """Follow a held mail after all: by its own words, or as the message or response that the officer says it is."""
    number, rest = _number(work, command)
    held = next(held for held in work.d.case.held if held.number == number)
    work.d.change(held=tuple(other for other in work.d.case.held if other.number != number))
    word, _, argument = rest.partition(" ")
    if word in {"respond", "acknowledge", "message"}:
        _follow(work, Command(word, argument.strip(), _held_text(held.text)))
        return
    read = read_commands(held.text)
    if read.problem is not None:
        raise Refusal(read.problem, f"#discard {number}", "a new mail")
    for inner in read.commands or (Command("message", "", held.text),):
        if inner.word in {"send", "discard"}:
            raise Refusal("the held mail is itself about a held mail", f"#discard {number}")
        _follow(work, inner)


def _held_text(text: str) -> str:
    read = read_commands(text)
    if read.problem is not None:
        raise Refusal(read.problem, "a new mail")
    return read.commands[-1].body if read.commands else text


def _discard(work: OfficerAtWork, command: Command) -> None:
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


def officer_mail_held(d: Deliberation, event: OfficerMailHeld) -> None:
    """What is not certain is held and asked back, never sent on."""
    officer = d.council.roster.find(event.officer)
    if officer is None:
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
    hand_over(d, LetterKind.DECISION, f"officer:{event.officer}", "was_this_the_response", mail=event.mail.number)


# --- asking ----------------------------------------------------------------------------------------------------------


def _show(work: OfficerAtWork, command: Command) -> None:
    d = work.d
    case, calendar = d.case, d.council.calendar
    rows = [
        f"{case.ref}: {case.category.replace('_', ' ')}, {case.status}, {case.service.replace('_', ' ')}",
        f"Subject: {case.subject}",
    ]
    for deadline in case.deadlines:
        state = "kept" if deadline.met_at else "no longer owed" if deadline.dropped else "owed"
        rows.append(f"{deadline.name}: {words_of(deadline.promised)} ({state}; first promised {words_of(deadline.target)})")
    rows.append("Overdue." if is_overdue(case, d.now, calendar) else "Not overdue.")
    rows += [f"Mail of {words_of(calendar.local(mail.received_at).date())}: {mail.subject}" for mail in case.mails]
    work.shown = "\n".join(rows)
    work.done(f"This is what is known of {case.ref}.")


def _help(work: OfficerAtWork, command: Command) -> None:
    work.shown = "\n".join(f"#{word} {argument}".strip() + f": {what}" for word, (argument, what) in WORDS.items())
    work.done("Begin your mail with one of these words. What stands below it goes to the resident, where it says so.")


_WORDS: dict[str, Callable[[OfficerAtWork, Command], None]] = {
    "acknowledge": _acknowledge,
    "respond": _respond,
    "extend": _extend,
    "ask": _ask,
    "message": _message,
    "note": _note,
    "assign": _assign,
    "service": _service,
    "category": _category,
    "refuse": _refuse_case,
    "review": _review,
    "withdraw": _withdraw,
    "close": _close,
    "reopen": _reopen,
    "link": _link,
    "flag": _flag,
    "unflag": _unflag,
    "send": _send,
    "discard": _discard,
    "show": _show,
    "help": _help,
}
