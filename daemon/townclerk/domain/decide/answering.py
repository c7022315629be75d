"""Words that write to the resident: `#acknowledge`, `#respond`, `#extend`, `#ask`, `#message`."""

import re
from dataclasses import replace

from townclerk.domain.case import Draft, PromisedBy, Proposal
from townclerk.domain.commands import Command
from townclerk.domain.days_written import words_of
from townclerk.domain.deadlines import make, move
from townclerk.domain.decide import contents
from townclerk.domain.decide.agreeing import by_phone, propose, record
from townclerk.domain.decide.approving import hold
from townclerk.domain.decide.assigning import assign_answer, in_whose_name
from townclerk.domain.decide.campaigning import share, speaks_of_nobody
from townclerk.domain.decide.conversation import in_time
from townclerk.domain.decide.deliberation import Deliberation
from townclerk.domain.decide.extending import new_date
from townclerk.domain.decide.meetings import meeting_before
from townclerk.domain.decide.refusal import Refusal
from townclerk.domain.decide.responding import leave
from townclerk.domain.decide.work import OfficerAtWork, with_nearest
from townclerk.domain.letters import (
    Acknowledgement,
    Clarification,
    DelayNotice,
    Message,
)
from townclerk.domain.policy import ClockStart, StagePolicy
from townclerk.domain.roster import Officer
from townclerk.domain.statutes import by_law, more_time
from townclerk.domain.timescales import stage_on
from townclerk.domain.typed import placed, plain
from townclerk.domain.words import Category, Outcome, Status

# Said to us of an acknowledgement, and no understanding of anything.
_THAT_IT_IS_DONE = re.compile(
    r"\W*(?:(?:already|all|been|was|is|it'?s|yes|ok|have|has|i)\W+)*(?:done|acknowledged|sent|rang|phoned|called|spoke|told|emailed)"
    r"(?:\W+(?:already|by|over|on|the|it|her|him|them|today|yesterday|with|to|phone|telephone|post|e?-?mail|letter))*\W*$",
    re.IGNORECASE,
)


def acknowledge(work: OfficerAtWork, command: Command) -> None:
    d, stage = work.d, work.stage()
    text = work.body(command, "your understanding of the complaint")
    if not command.body and _THAT_IT_IS_DONE.match(command.argument):
        raise Refusal(
            f"“{command.argument}” would go to the resident as your understanding of the complaint",
            "#acknowledge and, on the next line, how you understand it",
            f"#note {command.argument}",
        )
    if stage.acknowledge is None and stage.assess is None:
        raise Refusal("this stage has no acknowledgement", "#message to write to the resident")
    name = f"{stage.stage}.acknowledge"
    deadline = d.case.deadline(name)
    if deadline is not None and not deadline.open and not d.case.acknowledgement_owed:
        raise Refusal("it has been acknowledged already", "#message to write to the resident again")
    acknowledged(d, stage, work.officer)
    d.change(acknowledgement_owed=False, understanding=text)
    respond = d.case.deadline(f"{stage.stage}.respond")
    promise = stage.acknowledge or stage.assess
    letter = Acknowledgement(
        stage.stage,
        text,
        "",
        respond.promised if respond else None,
        work.officer.name,
        d.case.service,
        in_whose_name(d, promise),
    )
    work.write(letter, promise.promises if promise else (), promise.clause if promise else "")
    work.done("The complaint is acknowledged.")


def acknowledged(d: Deliberation, stage: StagePolicy, by: Officer | None = None) -> None:
    """The acknowledgement leaves now, *by* an officer or by itself; where the clock for the response runs from it, that clock
    starts, and whoever answers hears of it."""
    d.meet(f"{stage.stage}.acknowledge")
    name = f"{stage.stage}.respond"
    running = d.case.deadline(name)
    if stage.respond.start is ClockStart.ACKNOWLEDGEMENT and (running is None or running.dropped):
        counted = stage_on(d.council.policy, stage, d.council.calendar.day_zero(d.now)[0])
        d.owe(make(name, counted.respond, d.now, d.now, d.council.calendar))
        if by is not None:  # they know: they are writing about it
            d.change(assigned=(*d.case.assigned, by.key))
        assign_answer(d, stage, mail=d.case.began_mail)


def respond(work: OfficerAtWork, command: Command) -> None:
    if work.d.case.category is not Category.COMPLAINT:
        _answer_without_stage(work, command)
        return
    d, stage = work.d, work.stage()
    _may_answer(work, stage)
    work.may_write()
    work.may_answer()
    outcome, rest = _outcome(command.argument, command.body)
    said = replace(command, argument=rest)
    text = work.text_of(said, f"#respond {outcome}") or work.take_sent() or work.body(said, "your response with its reasons")
    response = Draft(
        stage.stage,
        outcome,
        text,
        work.officer.key,
        work.mail.number,
        work.sent_at or d.now,
        files=work.files.along,
        may_name_one=work.may_name_one,
    )
    speaks_of_nobody(work, text)
    if not work.sent_already:
        contents.check(stage, d.case, outcome, text, work.officer.name)
    if work.sent_already or not hold(work, stage, response):
        leave(work, stage, response)
    if judged := contents.to_judge(stage, outcome):
        work.done(judged)


def _may_answer(work: OfficerAtWork, stage: StagePolicy) -> None:
    # Nobody is given Stage 2 who answered before; but only where the policy says so is an answer of theirs sent back.
    apart = [answer for answer in work.d.case.answers if answer.stage in stage.different_person_from]
    if work.officer.key in work.d.council.roster.who_read({answer.officer for answer in apart}):
        before = next(answer.stage for answer in apart)
        named = work.d.council.policy.stages[before].title
        raise Refusal(
            f"you answered {named}, and somebody else answers {stage.title}",
            "#assign and a colleague who has not dealt with it",
        )


def _outcome(argument: str, below: str = "") -> tuple[Outcome, str]:
    """The outcome that begins *argument*, however it is written, and what follows it. *below*: the text below its line."""
    said, places = placed(argument)
    for written, outcome in _OUTCOMES:
        if match := written.match(said):
            rest = argument[places[match.end()] :].strip()
            if _says_two_things(rest, below=below):
                either = dict.fromkeys((Outcome.PARTLY_UPHELD, outcome, *Outcome))
                raise Refusal(
                    f"“{' '.join(argument.split())}” is no one outcome",
                    corrected=tuple(f"#respond {each}" for each in either),
                )
            return outcome, rest
    first = said.split(" ")[0]
    reason = f"“{first}” is no outcome" if first else "the outcome is missing"
    raise Refusal(reason, *(f"#respond {outcome}" for outcome in Outcome), corrected=with_nearest("respond", first, Outcome))


_ANOTHER = re.compile(r"\bup\s?held\b|\buphold\b|\bin\s+part\b|\bpart(?:ly|ial|ially)\b", re.IGNORECASE)
_GOES_ON = re.compile(
    r"[/&+,;(-]|(?:or|and|but|on|in|for|as\s+(?:to|regards)|regarding|except|with|only|point|issue|complaint|not|part(?:ly|ially))\b",
    re.IGNORECASE,
)
_FEW = 3  # words beside an outcome that belong to it rather than to a text


def _says_two_things(rest: str, below: str) -> bool:
    """True where what follows an outcome on its line makes it doubtful: a question, or another outcome before any text."""
    said = plain(rest)
    if said.lstrip(" .)").startswith("?"):
        return True
    clause = re.split(r"[.!?]", said)[0]
    if len(clause.split()) <= _FEW and re.fullmatch(r"\W*(?:not|part(?:ly|ially)?|in part)\W*", clause, re.IGNORECASE):
        return True
    return _ANOTHER.search(clause) is not None and bool(below or _GOES_ON.match(said))


def _without_outcome(argument: str) -> str:
    """What stands beside the word where no outcome is needed; one that stands there all the same is none of the text."""
    try:
        return _outcome(argument)[1]
    except Refusal:
        return argument


def _begins_with(outcome: str) -> re.Pattern[str]:
    return re.compile(rf"[\s\"'(*_-]*{outcome}(?![\w/]|-\w)[\s.:,;!)\"'*_-]*", re.IGNORECASE)


_OUTCOMES = (
    (_begins_with(r"not[\s_-]*upheld"), Outcome.NOT_UPHELD),
    (_begins_with(r"part(?:ly|ial|ially)?[\s_-]*upheld"), Outcome.PARTLY_UPHELD),
    (_begins_with(r"upheld[\s,_-]*(?:in[\s_-]*part|part(?:ly|ially))"), Outcome.PARTLY_UPHELD),
    (_begins_with("upheld"), Outcome.UPHELD),
)


def _answer_without_stage(work: OfficerAtWork, command: Command) -> None:
    """A comment or a request is answered in plain words; whatever was owed of it is then kept."""
    d = work.d
    if d.case.status in {Status.CLOSED, Status.WITHDRAWN}:
        raise Refusal(f"the case is {d.case.status}", "#reopen, if it must go on", "#message to write to the resident")
    text = command.body or work.take_sent()
    text = text or work.body(replace(command, argument=_without_outcome(command.argument)), "your answer")
    d.meet(f"{d.case.category}.respond", work.sent_at)
    d.change(status=Status.ANSWERED, requested_mail=None)
    if not work.sent_already:
        work.write(Message(text, work.officer.name))
    work.done("It is answered.")


def extend(work: OfficerAtWork, command: Command) -> None:
    _moves_no_date_of_the_law(work)
    d, stage = work.d, work.stage()
    deadline = d.case.deadline(f"{stage.stage}.respond")
    if deadline is None or not deadline.open:
        raise Refusal("no date for the response has been promised yet", "#acknowledge first")
    answer = by_phone(command)
    if answer is not None:
        record(work, answer)
        return
    new, reason = new_date(command, deadline, stage, work)
    share(work, Command("extend", new.isoformat(), reason), stage.stage)
    made_in_time = in_time(d, replace(deadline, promised=deadline.person_promised), work.mail.received_at)
    if stage.extension.agreement:
        propose(work, stage, deadline, Proposal(stage.stage, new, reason, d.now, made_in_time))
        return
    d.case = d.case.with_deadline(move(deadline, new, PromisedBy.OFFICER, d.now, made_in_time))
    letter = DelayNotice(stage.stage, deadline.promised, new, reason, d.ombudsmen(), automatic=False, name=stage.extension.name)
    work.write(letter, stage.extension.promises, stage.extension.clause)
    work.done(f"The response is now promised for {words_of(new)}.")
    if warning := meeting_before(d, stage, new):
        work.done(warning)


def _moves_no_date_of_the_law(work: OfficerAtWork) -> None:
    case = work.d.case
    owed = next((each for each in case.deadlines if by_law(each) and each.open), None)
    if owed is not None and case.category is not Category.COMPLAINT:
        raise Refusal(
            more_time(owed), "#message, with the new date and the reason below: the date of the law stands here until #respond"
        )


def ask(work: OfficerAtWork, command: Command) -> None:
    text = work.body(command, "your question")
    work.can_be_written_to()
    work.write(Clarification(text, work.officer.name, work.d.dates("respond")))
    work.done("Your question has been sent to the resident. The dates stand.")


def message(work: OfficerAtWork, command: Command) -> None:
    text = work.body(command, "your message")
    work.can_be_written_to()
    work.write(Message(text, work.officer.name))
    work.done("Your message has been sent to the resident.")
