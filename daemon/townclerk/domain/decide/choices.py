"""Ready-made replies: what a person can do next, each as the words that the mail begins with."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from townclerk.domain.case import Case, ConsentState, LeavingMail
from townclerk.domain.commands import read_commands
from townclerk.domain.council import Council
from townclerk.domain.days_written import clock_of
from townclerk.domain.deadlines import latest_possible
from townclerk.domain.letters import Choice, Original
from townclerk.domain.ombudsmen import depend_on_matter, for_matter
from townclerk.domain.policy import StagePolicy
from townclerk.domain.statutes import by_law
from townclerk.domain.words import NOBODYS, Category, Landlord, Outcome, Stage, Status

RESPOND = tuple(Choice(f"Respond: {outcome.words}", f"#respond {outcome}\n") for outcome in Outcome)
# Of several of one name an officer is offered the first that would be done: five days more where the policy allows them.
MORE_TIME = (
    Choice("Take more time, and say why", "#extend 5 "),
    Choice("Take more time, and say why", "#extend 5 working days from today "),
)
ANSWERED = (
    Choice("The resident agrees to the later date", "#extend agreed\n"),
    Choice("The resident does not agree", "#extend not-agreed\n"),
)
MESSAGE = Choice("Send a message to the resident", "#message\n")
NOTE = Choice("Keep a note (nobody outside sees it)", "#note ", likely=False)
OPINION = Choice("Say what you think of it (nobody outside sees it)", "#note ")  # of whoever is asked before it is decided
# Of a request for which a law sets the date: no other word keeps it.
ANSWER = (Choice("Answer it: this keeps the date of the law", "#respond\n"),)
ASK = Choice("Ask the resident something", "#ask\n")
ASSIGN = Choice("Give it to a colleague", "#assign ", likely=False)
SERVICE = Choice("It belongs to another service", "#service ", likely=False)
NOT_COVERED = Choice("This policy does not cover it", "#refuse ", likely=False)
NOT_OURS = Choice("Not ours: say where to go instead", "#category not-ours\n", likely=False)
PASS_ON = (SERVICE, ASSIGN)
WITHDRAWN = Choice("The resident has withdrawn it", "#withdraw\n")
IS_COMPLAINT = Choice("It is a complaint", "#category complaint\n")
RESTRICTION = (
    Choice("It goes on until another day", "#restrict "),
    Choice("It ends now", "#unrestrict\n"),
    NOTE,
)
HAD_IT = Choice("Note how and when they had it", "#note They have had the letter: ")  # of a letter that is not mailed
CONSENT_GIVEN = Choice("The consent is here", "#representative consented ")
PERMISSION = (
    Choice("They agree: it is logged as a complaint", "#category complaint\n"),
    Choice("They do not want that", "#withdraw\n"),
    Choice("It is a request for a service", "#category service-request\n"),
    NOTE,
)
CONCERN = (
    IS_COMPLAINT,
    Choice("It is a comment", "#category comment\n"),
    Choice("It is a request for a service", "#category service-request\n"),
    Choice("Ask the sender", "#ask\nWould you like us to treat what you wrote as a formal complaint?\n"),
)
CAMPAIGN = (
    Choice("One campaign: what is answered here goes to each of them", "#campaign yes\n"),
    Choice("Each is a matter of its own", "#campaign no\n"),
    MESSAGE,
    NOTE,
)
REPEATS = (Choice("The requests together are a complaint", "#category complaint\n"), NOTE)
CAPACITY = (
    Choice("They complain for themselves, or for somebody else", "#category complaint\n"),
    MESSAGE,
    Choice("They write as a councillor", "#note They write as a councillor.\n"),
)


WAS_THIS_THE_RESPONSE = "was_this_the_response"  # what is asked about a mail that went to the resident without us


def to_work(case: Case, council: Council) -> tuple[Choice, ...]:
    """What the responsible officer can do with this case as it is."""
    if case.category is not Category.COMPLAINT:
        owed = any(by_law(each) and each.open and each.what == "respond" for each in case.deadlines)
        return (*_to_stop(case, council), *(ANSWER if owed else ()), MESSAGE, IS_COMPLAINT, ASK, *PASS_ON, NOT_OURS, NOTE)
    choices: list[Choice] = [*_to_stop(case, council)]
    stage = council.policy.stages.get(case.stage) if case.stage else None
    acknowledge = case.deadline(f"{case.stage}.acknowledge")
    if acknowledge is not None and (acknowledge.open or case.acknowledgement_owed):
        choices.append(Choice("Acknowledge: write your understanding of the complaint", "#acknowledge\n"))
    assess = case.deadline(f"{case.stage}.assess")
    if assess is not None and assess.open and case.requested_mail is not None:
        choices.extend(REVIEW[:2])
    if stage is not None and case.status is Status.OPEN:
        choices.extend(RESPOND)
        choices.extend(more_time(case, stage, council))
        choices.extend(ANSWERED if case.proposal is not None else ())
    if "representative" in case.doubts and case.consent is None:
        choices.append(Choice("Ask for the consent of whom it is about", "#representative pending\n"))
    if case.consent is ConsentState.PENDING:
        choices.append(CONSENT_GIVEN)
    return (*choices, ASK, MESSAGE, *PASS_ON, NOT_COVERED, NOT_OURS, NOTE)


def as_suggested(case: Case, offered: tuple[Choice, ...]) -> tuple[Choice, ...]:
    """*offered*, and before it what a rule suggests that the case is."""
    if case.suggested is None:
        return offered
    category = case.suggested.category
    press = Choice(f"As a rule suggests: it is {category.words}", f"#category {category.replace('_', '-')}\n")
    return (press, *(choice for choice in offered if choice.body != press.body))


def to_give_back(case: Case, council: Council) -> tuple[Choice, ...]:
    """Whoever may says that a complaint which names an officer is not about them."""
    named = (officer for key in case.named if (officer := council.roster.find_here(key)) is not None)
    return tuple(
        Choice(f"It is not about {officer.name}: give it to them", f"#assign {officer.key}\n", likely=False)
        for officer in named
    )


def more_time(case: Case, stage: StagePolicy, council: Council) -> tuple[Choice, ...]:
    """Five days more; where the policy allows no five, until the last day that it does."""
    deadline = case.deadline(f"{stage.stage}.respond")
    cap = latest_possible(deadline, stage.extension, council.calendar) if deadline is not None else None
    if cap is None:
        return MORE_TIME
    last = council.calendar.working_on_or_before(cap)
    return (*MORE_TIME, Choice(MORE_TIME[0].label, f"#extend {last} "))


def about_landlord(case: Case, council: Council) -> tuple[Choice, ...]:
    """Where it decides which Ombudsman the letters name, and nobody has said yet."""
    if case.category is not Category.COMPLAINT or case.landlord is not None or not depend_on_matter(council.policy.ombudsmen):
        return ()
    said = {Landlord.YES: "It is a landlord's matter", Landlord.NO: "It is no landlord's matter", Landlord.MIXED: "It is both"}
    return tuple(Choice(label, f"#landlord {word}\n") for word, label in said.items())


def about_draft(number: int) -> tuple[Choice, ...]:
    """About the response that came with mail *number*: no press decides about another one that has taken its place."""
    return (
        Choice("Approve it: it leaves at once", f"#approve {number}\n"),
        Choice("Do not approve it, and say why", f"#approve {number} no "),
        NOTE,
    )


def about_exclusions(case: Case, council: Council) -> tuple[Choice, ...]:
    return (*_refusals(case.exclusions, council), Choice("Take it as a complaint after all", "#category complaint\n"), NOTE)


REVIEW = (
    Choice("Accept the request", "#review accept\n"),
    Choice("Refuse it, with reasons", "#review refuse\n"),
    MESSAGE,
)
SECOND = Choice("Look at it once more at Stage 1", "#second-stage1\n")


def about_review(case: Case, council: Council) -> tuple[Choice, ...]:
    """About somebody who is not content with a response, or who asked late."""
    return (*REVIEW, SECOND) if _second_is_left(case, council) else REVIEW


def about_triage(case: Case, council: Council) -> tuple[Choice, ...]:
    """About a request for a stage that has begun: whether it is that stage's, or goes back."""
    full = Choice("Take it: a full investigation", "#review accept\n")
    stage = council.policy.stages.get(case.stage) if case.stage else None
    target = stage.triage.back_to if stage is not None and stage.triage is not None else None
    back_to = council.policy.stages.get(target) if target else None
    back = back_to is not None and case.may_repeat(back_to.stage, back_to.max_times or 1)
    send_back = (Choice("Send it back, with reasons", "#review back\n"),) if back else ()
    second = (SECOND,) if _second_is_left(case, council) else ()
    return (full, *send_back, *second, MESSAGE)


def _second_is_left(case: Case, council: Council) -> bool:
    second = council.policy.stages.get(Stage.STAGE1_AGAIN)
    return second is not None and bool(case.responded_at) and case.may_repeat(second.stage, second.max_times)


DISSATISFIED = (IS_COMPLAINT, MESSAGE, NOTE)


def after_the_final_answer(case: Case, council: Council) -> tuple[Choice, ...]:
    """Whoever is not content with the last answer is pointed to the Ombudsman."""
    named = for_matter(council.policy.ombudsmen, case.landlord)
    where = [", ".join(part for part in (one.name, one.website, one.phone) if part) for one in (named.first, *named.others)]
    text = f"You have had our final answer. You have the right to ask the Ombudsman to look at it: {'; '.join(where)}."
    return (Choice("Point them to the Ombudsman", f"#message\n{text}\n"), MESSAGE, NOTE)


OFFER = (
    "Thank you for answering our survey. We are sorry that you are not satisfied. If you would like to make a complaint, "
    "reply to this email, say that you wish to complain, and tell us what is wrong."
)
SURVEY_REPLY = (Choice("Offer them the chance to complain", f"#message\n{OFFER}\n"), *DISSATISFIED[1:])


def was_this_the_response(number: int | None, case: Case) -> tuple[Choice, ...]:
    """About a mail that has gone to the resident without us: it does not go out a second time."""
    no = Choice("No: it was something else", f"#discard {number}\n")
    if case.category is not Category.COMPLAINT:
        return (Choice("Yes, it was the answer", f"#send {number} respond\n"), no)
    return (*(Choice(f"Yes, it was the response: {o.words}", f"#send {number} respond {o}\n") for o in Outcome), no)


def _to_stop(case: Case, council: Council) -> tuple[Choice, ...]:
    """Of words that are done in a few minutes, to whoever hears something new before."""
    local = council.calendar.local
    return tuple(
        Choice(f"Stop the mail that leaves at {clock_of(local(one.at))}", f"#discard {one.number}\n") for one in case.leaving
    )


def about_leaving(leaving: LeavingMail) -> tuple[Choice, ...]:
    """About words that are done in a few minutes."""
    stop = Choice("Stop it", f"#discard {leaving.number}\n")
    return (stop, Choice("Do it now", f"#send {leaving.number}\n"))


def about_links(refs: Iterable[str]) -> tuple[Choice, ...]:
    join = tuple(Choice(f"It belongs to {ref}", f"#link {ref}\n") for ref in refs)
    return (*join, Choice("It is a matter of its own", "#note A matter of its own.\n"))


def about_question(
    question: str, case: Case, council: Council, mail: int | None, refs: Iterable[str] = ()
) -> tuple[Choice, ...]:
    """What whoever is asked *question* can say, about the *mail* of that number. *refs*: cases that it may belong to."""
    return {
        "exclusion": about_exclusions(case, council),
        "late_review": about_review(case, council),
        "review_wanted": about_review(case, council),
        "triage": about_triage(case, council),
        "dissatisfied": DISSATISFIED,
        "final": after_the_final_answer(case, council),
        "survey_reply": SURVEY_REPLY,
        "possible_link": about_links(refs),
        WAS_THIS_THE_RESPONSE: was_this_the_response(mail, case),
        "restricted": about_restricted(case, mail),
        "anonymous": about_pending(case, council),
        "statutory": about_pending(case, council),
        "permission": PERMISSION,
        "concern": CONCERN,
        "out_of_time": about_time(council),
        "repeats": REPEATS,
        "capacity": CAPACITY,
        "alternative": (OPINION,),
        "campaign": CAMPAIGN,
        "asked": (*about_category(), MESSAGE, *PASS_ON, NOTE),
        "two_matters": about_two_matters(case, mail),
    }.get(question, about_nobodys(case.category) if case.category in NOBODYS else about_category())


def instead_of_sending(number: int) -> Choice:
    """Of a mail that is held."""
    return Choice("Do not send it; it is kept as a note", f"#discard {number}\n")


def about_nobodys(category: Category) -> tuple[Choice, ...]:
    """Of a case that the rules take for nobody's mail."""
    return (*about_category(), Choice(f"It is {category.words}: close it", "#close\n"))


def about_two_matters(case: Case, mail: int | None) -> tuple[Choice, ...]:
    """About the *mail* of that number, which may hold another matter than the case that it opened."""
    if case.category is Category.COMPLAINT:
        return (Choice("It asks for information, too: a case of its own", f"#new-case information-request {mail}\n"), NOTE)
    return (Choice("It complains, too: a case of its own", f"#new-case complaint {mail}\n"), NOTE)


def about_category() -> tuple[Choice, ...]:
    kinds = (Category.COMPLAINT, Category.COMMENT, Category.SERVICE_REQUEST, Category.NOT_OURS)
    return tuple(Choice(f"It is {kind.words}", f"#category {kind.replace('_', '-')}\n") for kind in kinds)


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which a held mail can go out. Where there are several `choices`, `names` says how they differ. `plain`: all
    that it does is to send the text."""

    title: str
    choices: tuple[Choice, ...]
    names: tuple[str, ...] = ()
    plain: bool = True


def for_held(number: int, text: str, case: Case, whose: str = "") -> tuple[Way, ...]:
    """How a held mail can go out; never by itself. One that has words of its own says what is to be done with it. *whose*: who
    wrote it, where a colleague lets it go."""
    read = read_commands(text)
    if read.commands:
        words = " ".join(f"#{command.word} {command.argument}".strip() for command in read.commands)
        label = f"Let the mail of {whose} go: {words}" if whose else f"Do what it says: {words}"
        return (Way("What it says", (Choice(label, f"#send {number}\n"),), plain=False),)
    message = Way("As a message", (Choice("Send it to the resident as a message", f"#send {number}\n"),))
    if case.status is not Status.OPEN:
        return (message,)
    if case.category is Category.COMPLAINT:
        outcomes = tuple(Choice(f"Send it as the response: {o.words}", f"#send {number} respond {o}\n") for o in Outcome)
        return (message, Way("As the response", outcomes, tuple(o.words for o in Outcome)))
    owed = case.deadline(f"{case.category}.respond")
    answer = Way("As the answer", (Choice("Send it as the answer", f"#send {number} respond\n"),))
    return (message, answer) if owed is not None and owed.open else (message,)


def about_restricted(case: Case, mail: int | None) -> tuple[Choice, ...]:
    """What can become of a mail of somebody whose contact is restricted. Nothing has gone to them."""
    review = REVIEW[:2] if case.requested_mail is not None and case.requested_mail == mail else ()
    own = (Choice("It is a new matter: a case of its own", f"#new-case {mail}\n"),) if case.began_mail != mail else ()
    return (*review, NOTE, *own, MESSAGE)


def about_pending(case: Case, council: Council) -> tuple[Choice, ...]:
    """What can be decided before anything begins."""
    codes = case.exclusions or (("anonymous",) if council.policy.provisions.anonymous is not None else ())
    return (Choice("Take it as a complaint", "#category complaint\n"), *_refusals(codes, council), MESSAGE, NOTE)


def _refusals(codes: Iterable[str], council: Council) -> tuple[Choice, ...]:
    """Each by the title that the policy gives it, for a code is not always a word."""
    known = council.policy.exclusions
    titles = {code: known[code].title if code in known else code.replace("_", " ").capitalize() for code in codes}
    return tuple(Choice(f"Not covered: {title}", f"#refuse {code} ") for code, title in titles.items())


def about_time(council: Council) -> tuple[Choice, ...]:
    """About what may be too long ago: discretion first."""
    why = "Is there a reason why you could not tell us sooner, or why the time limit should not apply to your complaint?"
    refuse = (Choice("Refuse it, with reasons", "#refuse out_of_time "),) if "out_of_time" in council.policy.exclusions else ()
    return (
        Choice("Take it all the same", "#note Taken although it may be out of time: "),
        Choice("Ask why it comes only now", f"#ask\n{why}\n"),
        *refuse,
    )


_ADDRESS = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")


def about_copies(reason: str, original: Original) -> tuple[Choice, ...]:
    """Where the resident wants somebody to be copied, or no longer: the addresses that they name."""
    word = {"copy_wanted": "copy", "stop_copying": "uncopy"}.get(reason)
    if word is None:
        return ()
    named = [found[0] for found in _ADDRESS.finditer(original.text) if found[0].lower() != original.sender.key]
    label = "Copy our letters to" if word == "copy" else "Stop copying our letters to"
    return tuple(Choice(f"{label} {address}", f"#{word} {address}\n") for address in dict.fromkeys(named)) or (
        Choice(f"{label} …", f"#{word} "),
    )


def about_new_issue(reason: str, case: Case, council: Council, mail: int | None) -> tuple[Choice, ...]:
    """A new issue in a further mail is joined while the stage that the policy names is unanswered; else it is a case of its
    own."""
    issues = council.policy.provisions.additional_issues
    if issues is None or reason != "further" or case.category is not Category.COMPLAINT or mail is None:
        return ()
    join = Choice("A new issue: join it to this complaint", "#note Joined to this complaint: ")
    own = Choice("A new issue: a case of its own", f"#new-case {mail}\n")
    answered = any(stage is issues.until for stage, _ in case.responded_at)
    return (own,) if answered or case.status is not Status.OPEN else (join, own)
