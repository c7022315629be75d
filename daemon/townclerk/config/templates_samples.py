"""One letter of every kind and variety, with much data and with the least: for trying templates out and for previews.

The people, the town and the matter are invented; the council's own words come from the policy that is given.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

from townclerk.config.templates_presses import Presses
from townclerk.domain.campaigns import ITS_OWN_WAY, others
from townclerk.domain.case import OwnWay
from townclerk.domain.decide.assigning import titled as role_titled
from townclerk.domain.decide.choices import WAS_THIS_THE_RESPONSE
from townclerk.domain.decide.deliberation import COPIED
from townclerk.domain.letters import (
    Acknowledgement,
    ActionUpdate,
    AlertRaised,
    AlsoHeld,
    Assignment,
    Because,
    CaseSummary,
    Choice,
    Clarification,
    Closure,
    Confirm,
    ConsentRequest,
    Content,
    DatedPromise,
    Decision,
    DelayNotice,
    Difference,
    Digest,
    Done,
    Escalation,
    ExtensionNotAgreed,
    ExtensionProposal,
    FailedAction,
    FileFault,
    FilesNotTakenUp,
    FinalWord,
    Forwarded,
    InPlaceOf,
    Letter,
    Message,
    MovedAction,
    NotAccepted,
    Ombudsmen,
    Original,
    Overdue,
    PastAnswer,
    Proof,
    Receipt,
    Recipient,
    Refused,
    Reminder,
    Report,
    ResidentContent,
    Response,
    ReviewDecision,
    ReviewInvitation,
    ReviewRight,
    Row,
    RulesUntested,
    Section,
    ShownAction,
    StaffContent,
    Survey,
    Undelivered,
    Unwell,
    Variant,
)
from townclerk.domain.mail import Address
from townclerk.domain.policy import CalendarPolicy, ClockStart, Contact, Ombudsman, Policy, StagePolicy
from townclerk.domain.provisions import TimescaleOverride
from townclerk.domain.returned import HELD_BACK
from townclerk.domain.routing import Signal
from townclerk.domain.statutes import STATUTES, Statute
from townclerk.domain.words import Alert, Category, LetterKind, Outcome, Priority, Stage

_OPENED, _ACKNOWLEDGE, _RESPOND = date(2026, 12, 18), date(2026, 12, 29), date(2027, 1, 6)
_LATER, _LAST_DAY = date(2027, 1, 20), date(2027, 2, 3)
_CLAUSE = "5, Stage 1"
_COMPLAINT = """I want to complain. My grey bin has not been emptied since November.

I rang three times:
- on 2 December
- on 9 December
- and again this morning. Nobody rang back."""
_UNDERSTOOD = """You told us that your grey bin has not been emptied since November, although you rang three times.

You would like it emptied this week, and to know why nobody rang you back."""
_ANSWER = """We have looked at the crew's records. The lorry did not come down Mill Lane on 3, 10 and 17 December.

We are sorry. Your bin was emptied this morning, and the crew has a new list of stops."""
_PARTLY = """We have looked at the crew's records. The lorry did not come down Mill Lane on 3 and 10 December.

We are sorry for the two weeks on which it did not come."""
_DEFENDED = """We have looked at the crew's records. The lorry came on 3, 10 and 17 December, and your bin was not at the kerb.

Please put it out by 7am on the day of the collection."""
_ANSWERS = {Outcome.UPHELD: _ANSWER, Outcome.PARTLY_UPHELD: _PARTLY, Outcome.NOT_UPHELD: _DEFENDED}
_NOTHING_NEW = "You told us nothing that we had not looked at, and there is no more that we could do for you."
_FIRST_THE_SERVICE = "You write of two weeks of which our answer said nothing. The service should answer that first."
_NOTED = "#note The crew has a new list of stops."
_SENIOR = "You complain about a decision of the head of the service, so somebody above them should answer you."
_BY_LAW = {  # the last day for what came at the end of 18 December
    Signal.FREEDOM_OF_INFORMATION: date(2027, 1, 21),
    Signal.ENVIRONMENTAL_INFORMATION: date(2027, 1, 21),
    Signal.PERSONAL_DATA: date(2027, 1, 18),
    Signal.DATA_PROTECTION_COMPLAINT: date(2027, 1, 18),
}
_ASKED_BY_LAW = {
    Signal.FREEDOM_OF_INFORMATION: "Please tell me how many bins were missed in Mill Lane in 2026.",
    Signal.ENVIRONMENTAL_INFORMATION: "Please send me the air readings of 2026 from the school gate.",
    Signal.PERSONAL_DATA: "Please send me all that you hold about me.",
    Signal.DATA_PROTECTION_COMPLAINT: "You gave my address to my neighbour. I complain about how you use what you know of me.",
}
_HABIT = Section(
    "pests@firm.example: always service environmental_health",
    (Row("Put right by hand in 3 cases", "EX-26-0031-K, EX-26-0038-P, EX-26-0044-X"),),
    "To have a rule, copy its lines under rules: at the top of routing.yaml.",
    """  - id: "from-pests-firm-example-environmental-health"
    why: "Always made environmental_health by hand."
    when:
      sender:
        - "pests@firm.example"
    then:
      service: "environmental_health"
    tests:
      finds:
        - from: "pests@firm.example"
          text: "Good morning."
      leaves:
        - "Good evening"
""",
)
_RESIDENT = Recipient("Asha Patel", "asha.patel@example.org")
_OFFICER = Recipient("Wendy Ash", "wendy.ash@council.example", officer="waste", staff=True)
_MAIL = Original(
    Address("Asha Patel", "asha.patel@example.org"),
    "Bin not emptied for six weeks",
    datetime(2026, 12, 18, 23, 59, 30, tzinfo=UTC),
    _COMPLAINT,
    1,
    ("bin.jpg", "letter to the crew.docx"),
)
_QUOTING_MAIL = replace(_MAIL, quoted="From: Jim Hall\nSent: 4 December 2026 09:00\n\nYour bin will be emptied on 5 December.")
_COUNCILLOR = "A resident of Mill Lane tells me that her bin has not been emptied for six weeks. When will it be? Cllr Jo Lowe"
_AGAIN = "I am not satisfied with your answer. Please look at my complaint again."
# What somebody writes where it is no complaint, or no more than a word about one: by what is passed on, and what is asked.
_WORDS_OF_OTHERS = {
    "comment": "When the lorry cannot come down the lane, a notice on the lamp post would help.",
    "compliment": "After six weeks your crew came back for my bin in the rain, and swept the lane as well. Please thank them.",
    "service_request": "My grey bin has not been emptied for six weeks. Please could somebody come for it?",
    "information_request": "Please send me the crew's records for Mill Lane since November, as freedom of information.",
    "not_ours": "The bin on the platform at the station has not been emptied for six weeks.",
    "member": _COUNCILLOR,
    "member_enquiry": _COUNCILLOR,
    "capacity": "I want to complain. The bins in Mill Lane have not been emptied for six weeks. Cllr Jo Lowe",
    "withdraws": "The bin was emptied this morning, so you can leave it there.",
    "copy_wanted": "Please send copies of your letters to jo.lowe@members.example, too.",
    "copied": "Thank you for the copy. When will the bin be emptied?",
    "stop_copying": "Please send copies of your letters to nobody any more.",
    "agreed": "Yes, the later date is fine.",
    "not_agreed": "No, I do not agree to a later date.",
    "survey": "Thank you. It would help if somebody rang back.",
    "survey_reply": "1 - very badly\n\nNobody rang me back.",
    "alert": "My grey bin has not been emptied for six weeks, and I do not know what I will do if nobody comes.",
    "late_review": _AGAIN,
    "review_wanted": _AGAIN,
    "triage": _AGAIN,
    "dissatisfied": "That does not help me. I am still not satisfied.",
    "final": "I am not satisfied with that answer either.",
    "anonymous": "I want to complain, and I do not want to be named. No bin in Mill Lane has been emptied since November.",
    "statutory": "I want to complain. My bin has not been emptied, and my daughter's social worker has not rung back either.",
    "permission": "My grey bin has not been emptied for six weeks. Nobody rings back.",
    "possible_link": "This is about {other} as well. My grey bin has not been emptied for six weeks.",
    "category": "My grey bin has not been emptied for six weeks. Nobody rang back.",
    "concern": "I am concerned that the bins in Mill Lane have not been emptied for six weeks.",
    "out_of_time": "I want to complain. On 1 December 2025 the crew broke the lid of my grey bin.",
    "repeats": "My grey bin has not been emptied. Please could somebody come for it again?",
    "two_matters": "My grey bin has not been emptied for six weeks. Under FOI, please send me the crew's records.",
}
_WORSE = "Since I wrote to you, the lid has come down on my son. He is six, and it happens each time that the lorry comes."
_COPIED_TO = Address("Jo Lowe", "jo.lowe@members.example")
_TO_THE_RESIDENT = Original(
    Address("Wendy Ash", "wendy.ash@council.example"),
    "Re: Bin not emptied for six weeks",
    datetime(2027, 1, 5, 9, 30, tzinfo=UTC),
    _ANSWER,
    7,
)
_BARE_MAIL = Original(Address("", "someone@example.net"), "", datetime(2027, 1, 4, 12, 0, tzinfo=UTC), "")
_ANSWERED_BETWEEN = replace(_BARE_MAIL, quoted="Nobody has rung me yet.")
_DATES = (
    DatedPromise("acknowledge", _ACKNOWLEDGE, Stage.STAGE1, _CLAUSE),
    DatedPromise("respond", _RESPOND, Stage.STAGE1, _CLAUSE),
)
_ANSWERED = PastAnswer("Stage 1", _RESPOND, "Wendy Ash", Outcome.PARTLY_UPHELD, _PARTLY)
_REVIEW_DATES = (
    DatedPromise("acknowledge", _LATER, Stage.STAGE2, "If you are not satisfied"),
    DatedPromise("assess", _LATER, Stage.STAGE2),
    DatedPromise("respond", _LAST_DAY, Stage.STAGE2, "If you are not satisfied"),
)
_OUTSIDE = "Asha Patel stood in Cc and has your mail, with the letter quoted below it."
_LINE = "#extend 2027-01-20 the crew's report is late"
_CORRECTED = (Choice(_LINE, f"{_LINE}\n"),)


def sample_policy() -> Policy:
    """The policy of a council that does not exist, for trying out templates where no policy is at hand."""
    ombudsman = Ombudsman(
        "lgsco",
        "The Local Government and Social Care Ombudsman",
        "PO Box 4771, Coventry, CV4 0EH",
        "0300 061 0614",
        "www.lgo.org.uk",
    )
    contact = Contact(
        "Exampleton District Council",
        "feedback@council.example",
        "Council House, 1 Market Square, Exampleton, EX1 1AA",
        "01632 960000",
        "www.council.example",
        (("In person", "Council House, Monday to Friday, 9am to 5pm"), ("Form", "https://www.council.example/form")),
        "https://www.council.example/privacy",
    )
    return Policy("exampleton", "EX", "Feedback policy", "sample", contact, CalendarPolicy(), {}, {}, {}, (ombudsman,))


def least_policy(policy: Policy) -> Policy:
    """*policy* with no more than a file must say: no telephone, no sentences of its own, an Ombudsman with a website alone."""
    contact = Contact(policy.contact.council, policy.contact.mailbox)
    known = policy.ombudsmen or sample_policy().ombudsmen
    ombudsmen = tuple(Ombudsman(one.code, one.name, "", "", one.website or "www.lgo.org.uk") for one in known)
    return replace(policy, contact=contact, ombudsmen=ombudsmen, statements={})


def sample_letters(policy: Policy) -> tuple[Letter, ...]:
    """Every kind of letter under *policy*, each variety of it, and each again with the least that it can have."""
    named = _ombudsmen(policy)
    summary = CaseSummary(
        f"{policy.prefix}-26-0042-K",
        Category.COMPLAINT,
        "Bin not emptied for six weeks",
        "waste",
        "Stage 1",
        date(2026, 12, 18),
        "Asha Patel",
        "Wendy Ash",
        _DATES,
        named,
    )
    kept = replace(
        summary,
        actions=_ACTIONS,
        adjustments=("Large print", "Ring before you write"),
        hold="The Ombudsman is looking into it",
        priority=Priority.HIGH,
        campaign="1 other person has written the same. What you answer here goes to each of them",
    )
    bare = replace(summary, subject="", service="", stage_title=None, complainant="someone@example.net", officer=None, dates=())
    residents = [_letter(_RESIDENT, part, summary) for part in (*_receipts(named), *_full_to_residents(named))]
    residents += [_letter(_RESIDENT, part, kept) for part in _with_what_is_kept()]
    residents += [replace(letter, copy_of="Asha Patel") for letter in residents if letter.kind in COPIED]
    nameless = [_letter(Recipient("", "someone@example.net"), part, bare) for part in _least_to_residents(named)]
    presses = Presses(policy)
    staff = [_letter(_OFFICER, part, summary) for part in _full_to_staff(presses)]
    staff += [_letter(_OFFICER, part, kept) for part in (Assignment(_DATES, _MAIL, presses.to_work()), Done(("It is done.",)))]
    staff.append(_letter(_OFFICER, Forwarded("further", _MAIL, presses.forwarded("further", _MAIL), _DATES[1:]), kept))
    staff += [replace(staff[0], in_place_of=InPlaceOf("Wendy Ash", until)) for until in (date(2027, 1, 4), None)]
    least = [_letter(Recipient("", "role@council.example", staff=True), part, bare) for part in _least_to_staff()]
    caseless = [_letter(_OFFICER, part, None) for part in (*_passed_on(presses), *_without_a_case(presses))]
    empty = [_letter(Recipient("", "role@council.example", staff=True), part, None) for part in _least_without_a_case()]
    late = [_letter(_RESIDENT, part, replace(summary, longer=_longer())) for part in _while_it_takes_longer(named)]
    every = (*residents, *late, *nameless, *staff, *least, *caseless, *empty)
    return tuple(fitting for letter in every if (fitting := _under(policy, letter)) is not None)


def _under(policy: Policy, letter: Letter) -> Letter | None:
    """*letter* as it is under *policy*, which calls its stages by its own titles; None where it belongs to a stage that it has
    not. A policy without any stage says nothing of them, and has every letter."""
    stages = policy.stages
    if not stages:
        return letter
    if not _stages_of(letter.content) <= set(stages):
        return None
    if isinstance(letter.content, Receipt) and letter.content.variety in _BEGINNINGS and letter.content.dates:
        dates = _known_at_once(letter.content.dates, stages)
        if len(dates) == 1 and dates[0].stage is not None and not _waits(dates[0], stages):
            return None  # where the answer is counted from the complaint, its date is told at once
        letter = replace(letter, content=replace(letter.content, dates=dates))
    titles = {said: stages[stage].title for said, stage in _TITLED.items() if stage in stages}
    case = letter.case and replace(letter.case, stage_title=titles.get(letter.case.stage_title or "", letter.case.stage_title))
    content = _with_clauses(_with_titles(letter.content, titles), {at: stage.respond.clause for at, stage in stages.items()})
    if isinstance(content, Response) and isinstance(content.onward, ReviewRight) and Stage.STAGE2 not in stages:
        content = replace(content, onward=FinalWord(_ombudsmen(policy)))
    if isinstance(content, NotAccepted) and content.title and policy.exclusions:
        left_out = next(iter(policy.exclusions.values()))
        why, instead = left_out.explanation, left_out.signpost
        content = replace(content, title=left_out.title, clause=left_out.clause, explanation=why, signpost=instead)
    if isinstance(content, Acknowledgement) and content.on_behalf_of:
        owed = stages[content.stage].acknowledge
        role = owed.on_behalf_of if owed is not None else None
        content = replace(content, on_behalf_of=f"the {role_titled(role)}, Ada Low" if role else "")
    return replace(letter, case=case, content=content)


_BEGINNINGS = frozenset({"new", "converted", "neutral"})  # the receipts with which a stage begins


def _known_at_once(dates: tuple[DatedPromise, ...], stages: Mapping[Stage, StagePolicy]) -> tuple[DatedPromise, ...]:
    """Those of *dates* that do not wait for an acknowledgement."""
    return tuple(one for one in dates if one.what != "respond" or not _waits(one, stages))


def _waits(promise: DatedPromise, stages: Mapping[Stage, StagePolicy]) -> bool:
    """True where the answer at the stage of that *promise* is counted from its acknowledgement."""
    stage = stages.get(promise.stage) if promise.stage is not None else None
    return stage is not None and stage.respond.start is ClockStart.ACKNOWLEDGEMENT


_TITLED = {"Stage 1": Stage.STAGE1, "Second Stage 1": Stage.STAGE1_AGAIN, "Stage 2": Stage.STAGE2}
_OF_A_REVIEW = frozenset({"review", "late_review", "too_early", "review_wanted", "triage"})  # receipts and questions


def _stages_of(content: Content) -> set[Stage]:
    """The stages without which there is no such letter."""
    found = {promise.stage for promise in getattr(content, "dates", ()) if promise.stage is not None}
    if (stage := getattr(content, "stage", None)) is not None:
        found.add(stage)
    if getattr(content, "what", "") == "assess":
        found.add(Stage.STAGE2)
    if isinstance(content, ReviewInvitation) and content.right.ended is not None:
        found.add(Stage.STAGE1_AGAIN)
    if isinstance(content, ReviewInvitation | ReviewDecision) or not _OF_A_REVIEW.isdisjoint(
        (getattr(content, "variety", ""), getattr(content, "question", ""))
    ):
        found.add(Stage.STAGE2)
    if isinstance(content, ReviewDecision) and content.stage_title in _TITLED:
        found.add(_TITLED[content.stage_title])
    return found


def _with_titles(content: Content, titles: Mapping[str, str]) -> Content:
    """*content* with the stages in it called as *titles* say."""

    def titled(title: str | None) -> str:
        return titles.get(title or "", title or "")

    match content:
        case Response(onward=ReviewRight() as right):
            return replace(
                content, stage_title=titled(content.stage_title), onward=replace(right, stage_title=titled(right.stage_title))
            )
        case Response():
            return replace(content, stage_title=titled(content.stage_title))
        case Receipt(stage_title=str(title)):
            return replace(content, stage_title=titled(title))
        case ReviewInvitation(right=right):
            return replace(content, right=replace(right, stage_title=titled(right.stage_title)))
        case ReviewDecision():
            return replace(content, stage_title=titled(content.stage_title), stays_open=titled(content.stays_open))
        case Assignment(answers=answers):
            return replace(content, answers=tuple(replace(one, stage_title=titled(one.stage_title)) for one in answers))
    return content


def _with_clauses(content: Content, clauses: Mapping[Stage, str]) -> Content:
    """*content* with what is promised at a stage found where *clauses* say."""
    if isinstance(content, Reminder | Overdue) and content.clause and content.stage is not None:
        return replace(content, clause=clauses[content.stage])
    if isinstance(content, Assignment | AlertRaised | Forwarded):
        dates = tuple(replace(one, clause=one.clause and clauses[one.stage]) if one.stage else one for one in content.dates)
        return replace(content, dates=dates)
    return content


def _ombudsmen(policy: Policy) -> Ombudsmen:
    known = policy.ombudsmen or sample_policy().ombudsmen
    return Ombudsmen(known[0], known[1:])


def _letter(to: Recipient, content: Content, case: CaseSummary | None) -> Letter:
    if case and isinstance(content, Receipt):
        case = replace(case, category=content.category)
    if case and isinstance(content, Forwarded) and content.reason in set(Category):
        case = replace(case, category=Category(content.reason), stage_title=None, dates=())
    if case and isinstance(content, Decision) and content.question in _BEFORE_ANY_STAGE:
        case = replace(case, category=Category.COMMENT, stage_title=None, dates=())
    if case and isinstance(content, Forwarded) and content.reason == "statutory":
        case = replace(case, stage_title=None, dates=())
    if case and isinstance(content, Assignment) and content.dates and content.dates[-1].stage is Stage.STAGE1_AGAIN:
        case = replace(case, stage_title="Second Stage 1")
    if case and _about_the_review(content):
        case = replace(case, stage_title="Stage 2")
    by_nobody = (
        content.automatic
        if isinstance(content, DelayNotice)
        else content.kind in (LetterKind.RECEIPT, LetterKind.REVIEW_INVITATION, LetterKind.SURVEY)
        or content == _quoting_acknowledgement()
        or (isinstance(content, ActionUpdate) and not content.officer)
    )
    return Letter(to, content, Because("sample"), case, to.staff or by_nobody)


# What is asked while nobody has said that it is a complaint, or that it is to be taken.
_BEFORE_ANY_STAGE = frozenset(
    {"alert", "dissatisfied", "category", "concern", "repeats", "capacity", "permission", "anonymous", "statutory"}
)


def _about_the_review(content: Content) -> bool:
    if isinstance(content, Assignment) and content.dates:
        return content.dates[-1].stage is Stage.STAGE2
    staff = isinstance(content, Reminder | Overdue | Escalation | Decision)
    asked = getattr(content, "question", "") == "triage" or getattr(content, "what", "") == "assess"
    return staff and (asked or getattr(content, "stage", None) is Stage.STAGE2)


def _quoting_acknowledgement() -> Acknowledgement:
    return Acknowledgement(Stage.STAGE1, "", _COMPLAINT, _RESPOND, service="waste")


def _receipts(named: Ombudsmen) -> Iterator[ResidentContent]:
    yield Receipt(Category.COMPLAINT, "new", _DATES, "Stage 1", named)
    yield Receipt(Category.COMPLAINT, "new", _DATES[:1], "Stage 1", named)  # where the answer waits for the acknowledgement
    for variety in ("further", "too_early", "converted"):
        yield Receipt(Category.COMPLAINT, variety, _DATES, "Stage 1", named)
    yield Receipt(Category.COMPLAINT, "agreed", (replace(_DATES[1], day=_LATER),), "Stage 1", named)
    for variety in ("review", "late_review"):
        yield Receipt(Category.COMPLAINT, variety, _REVIEW_DATES if variety == "review" else (), "Stage 2", named)
    yield Receipt(Category.COMPLAINT, "review", _REVIEW_DATES[1:], "Stage 2", named)
    yield Receipt(Category.COMPLAINT, "neutral", _DATES)
    for variety in ("neutral", "further"):
        yield Receipt(Category.COMPLAINT, variety, _DATES, danger=True)
    for category in Category:
        yield Receipt(category, "new", ())
        yield Receipt(category, "further", ())
    yield Receipt(Category.COMPLAINT, "new", _DATES, "Stage 1", named, doubtful=True)
    yield Receipt(Category.COMMENT, "new", (DatedPromise("respond", _RESPOND),))
    yield Receipt(Category.COMPLIMENT, "new", (DatedPromise("acknowledge", _RESPOND),))
    for statute in STATUTES:
        answered = (_promised_by(statute),) if statute.what == "respond" else ()  # the receipt is what acknowledges
        yield Receipt(Category.INFORMATION_REQUEST, "new", answered, statute=statute.signal)
        if statute.signal == Signal.PERSONAL_DATA:
            yield Receipt(Category.INFORMATION_REQUEST, "new", answered, statute="mixed")


def _promised_by(statute: Statute) -> DatedPromise:
    return DatedPromise(statute.what, _BY_LAW[statute.signal], clause=statute.clause, by_law=True)


def _full_to_residents(named: Ombudsmen) -> Iterator[ResidentContent]:
    yield Acknowledgement(Stage.STAGE1, _UNDERSTOOD, _COMPLAINT, _RESPOND, "Wendy Ash", "waste")
    yield _quoting_acknowledgement()
    yield Acknowledgement(
        Stage.STAGE2, _UNDERSTOOD, _COMPLAINT, _LAST_DAY, "Wendy Ash", "waste", "the Chief Executive, Ada Low"
    )
    yield Clarification("Which week was the bin first missed?\nA photograph would help.", "Wendy Ash", _DATES)
    yield Clarification("Did you ring us again?", "Wendy Ash", (DatedPromise("request", _LAST_DAY, Stage.STAGE2),))
    reason = "We are waiting for the contractor's report."
    yield DelayNotice(Stage.STAGE1, _RESPOND, _LATER, reason, named, automatic=False)
    yield DelayNotice(Stage.STAGE1, _RESPOND, _LATER, "", named, automatic=True)
    yield DelayNotice(Stage.STAGE2, _RESPOND, _LATER, reason, named, automatic=False, name="progress report")
    yield DelayNotice(Stage.STAGE2, _RESPOND, _LATER, "", named, automatic=True)
    yield ExtensionProposal(Stage.STAGE1, _RESPOND, _LATER, reason, named)
    yield ExtensionNotAgreed(Stage.STAGE1, _RESPOND, named)
    for outcome in Outcome:
        yield Response(Stage.STAGE1, "Stage 1", outcome, _ANSWERS[outcome], "Wendy Ash", ReviewRight("Stage 2", _LAST_DAY))
    greeted = f"Dear Asha Patel, Thank you for your letter.\n\n{_ANSWER}"
    yield Response(Stage.STAGE1, "Stage 1", Outcome.UPHELD, greeted, "Wendy Ash", ReviewRight("Stage 2", _LAST_DAY))
    yield Response(Stage.STAGE2, "Stage 2", Outcome.NOT_UPHELD, _DEFENDED, "Cal Lane", FinalWord(named))
    first = Response(Stage.STAGE1, "Stage 1", Outcome.UPHELD, _ANSWER, "Wendy Ash", ReviewRight("Stage 2", _LAST_DAY))
    yield replace(first, names_stage=True, understanding=_UNDERSTOOD, ombudsmen=named)
    yield ReviewInvitation(ReviewRight("Stage 2", _LAST_DAY))
    yield replace(first, stage=Stage.STAGE1_AGAIN, stage_title="Second Stage 1", onward=ReviewRight("Stage 2", None, _LATER))
    yield ReviewInvitation(ReviewRight("Stage 2", None, _LATER))
    yield ReviewDecision(True, _UNDERSTOOD, "Cal Lane", _LAST_DAY, named, "Stage 2")
    yield ReviewDecision(False, _NOTHING_NEW, "Cal Lane", None, named, "Stage 2")
    yield ReviewDecision(True, "", "Cal Lane", _LATER, named, "Second Stage 1", "Stage 2")
    yield ReviewDecision(True, _FIRST_THE_SERVICE, "Cal Lane", _LATER, named, "Second Stage 1", "Stage 2", True, _LAST_DAY)
    yield NotAccepted(
        "Insurance claims",
        "Section 4",
        "We have read what you wrote on 18 December, and that is what it is about.",
        "Claims against the council go to its insurer.",
        "Please write to insurance@council.example.",
        "Cal Lane",
        named,
    )
    yield Closure("The bin is being emptied again, as you told us.", "Wendy Ash")
    yield Closure("Thank you for telling us.", "Wendy Ash", withdrawn=True)
    yield Message("Dear Asha Patel,\n\nThe crew will come tomorrow before midday.\n\nWendy Ash", "Wendy Ash")
    yield Message(_ANSWER, "Wendy Ash", enclosed=("report.pdf", "photograph of the bin.jpg"))
    yield replace(first, enclosed=("report.pdf",))
    yield Acknowledgement(Stage.STAGE1, _UNDERSTOOD, "", _RESPOND, "Wendy Ash", "waste", enclosed=("form.pdf",))
    yield from _updates(named)


def _with_what_is_kept() -> Iterator[ResidentContent]:
    """Where something is done differently for this resident, or is still to be done."""
    yield Acknowledgement(Stage.STAGE1, _UNDERSTOOD, _COMPLAINT, _RESPOND, "Wendy Ash", "waste")
    yield Response(Stage.STAGE1, "Stage 1", Outcome.UPHELD, _ANSWER, "Wendy Ash", ReviewRight("Stage 2", _LAST_DAY))


_ACTIONS = (
    ShownAction(1, "Put a new lid on your bin", _LATER),
    ShownAction(2, "Repay the collection that you paid for", _LAST_DAY),
)


def _updates(named: Ombudsmen) -> Iterator[ResidentContent]:
    yield ActionUpdate(_ACTIONS, "", "")
    yield ActionUpdate(_ACTIONS[1:], "The crew brought it this morning.", "Wendy Ash", done=("Put a new lid on your bin",))
    yield ActionUpdate((), "", "Wendy Ash", done=("Put a new lid on your bin",))
    moved = MovedAction("Put a new lid on your bin", _RESPOND, _LATER)
    yield ActionUpdate(_ACTIONS, "The lids have not been delivered.", "Wendy Ash", moved=moved)
    failed = FailedAction("Put a new lid on your bin", named)
    yield ActionUpdate(_ACTIONS[1:], "No lid fits it. We will bring you a new bin instead.", "Wendy Ash", failed=failed)
    yield Survey(_RESPOND)
    yield Message("Please write to Cal Lane alone, once a week.", "Cal Lane", _LAST_DAY, "https://www.council.example/contact")
    yield ConsentRequest("A line from your father is enough.", "Wendy Ash", True, _DATES)
    yield ConsentRequest("", "Wendy Ash", False, _DATES)


def _least_to_residents(named: Ombudsmen) -> Iterator[ResidentContent]:
    for variety in ("new", "further", "review", "late_review", "neutral", "converted"):
        yield Receipt(Category.COMPLAINT, variety, ())
    yield Acknowledgement(Stage.STAGE1, "", "", None)
    yield Acknowledgement(Stage.STAGE1, "", "", _RESPOND, service="waste", received=("bin.jpg", "letter.pdf"))
    yield Acknowledgement(Stage.STAGE2, _UNDERSTOOD, "", None)
    yield Clarification("Which street is it?", "")
    yield DelayNotice(Stage.STAGE1, _RESPOND, _LATER, "", named, automatic=True)
    yield ExtensionProposal(Stage.STAGE2, _RESPOND, _LATER, "", named)
    yield ExtensionNotAgreed(Stage.STAGE2, _RESPOND, named)
    yield Response(Stage.STAGE1, "", Outcome.UPHELD, _ANSWER, "", ReviewRight("", None))
    yield ReviewInvitation(ReviewRight("", None))
    yield ReviewDecision(True, _SENIOR, "Cal Lane", None, named, "Stage 2", bypassed=True, acknowledge_by=_LATER)
    yield ReviewDecision(True, "", "", None, named, "")
    yield ReviewDecision(True, "", "", _LATER, named, "Second Stage 1", "Stage 2")
    yield NotAccepted("", "", "", "", "", "", named)
    yield Closure("", "")
    yield Closure("", "", withdrawn=True)
    yield Message("Thank you.", "")
    yield ActionUpdate((), "", "")
    yield Survey(_RESPOND)
    yield Message("Please write once a week.", "", _LAST_DAY)
    yield ConsentRequest("", "", True)


def _full_to_staff(presses: Presses) -> Iterator[StaffContent]:
    links, work = (presses.other_ref,), presses.to_work()
    yield Assignment(_DATES, _MAIL, work, links, "Cal Lane passed it to you.")
    yield Assignment(_DATES, _QUOTING_MAIL, work)
    yield Assignment(_DATES, _MAIL, work, must_contain=("the reasons for the decision", "an answer to every point"))
    held = DatedPromise("respond", _LATER, Stage.STAGE2, _CLAUSE)  # by whoever asked for a review, and was sent back
    once_more = replace(_DATES[1], stage=Stage.STAGE1_AGAIN)
    yield Assignment((held, once_more), _MAIL, presses.to_answer(Stage.STAGE1_AGAIN))
    again = presses.to_work(stage=Stage.STAGE2)
    yield Assignment(
        _REVIEW_DATES, _MAIL, again, file=(_MAIL, _BARE_MAIL, _ANSWERED_BETWEEN), answers=(_ANSWERED,), earlier=links
    )
    yield from _forwarded(presses)
    yield AlertRaised((), _MAIL, work, away="Tom Birch", dates=_DATES)
    yield from _by_the_clock(presses)
    yield from _decisions(presses)
    yield from _of_a_campaign(presses)
    yield from _approvals(presses)
    yield AlertRaised((Alert.SAFEGUARDING, Alert.EMERGENCY_HAZARD), _MAIL, presses.alert())
    yield from _held(presses)
    yield Done(("The complaint is acknowledged.", "The resident has been told."))
    yield Done(("Your note is kept. Nobody outside sees it.",))
    words = (Row("#acknowledge", "send your understanding of the complaint. For example: #acknowledge"),)
    yield Done(("Begin your mail with one of these words.",), sections=(Section("Write to the resident", words),))
    yield Done(("This is what #close does.",), "#close\n\nClose an answered case.")
    instead = ("#extend 2027-01-20 reason", "#extend 10 reason")
    wrote = "#extend next week\n\nThe crew's report is late."
    yield Refused("#extend next week", "no date was given", instead, wrote)
    yield Refused("#extend next week", "no date was given", instead, wrote, _CORRECTED)
    yield Refused("#extend next week", "no date was given", instead, wrote, _CORRECTED, _OUTSIDE)
    for kind in (LetterKind.RECEIPT, LetterKind.DELAY_NOTICE):
        yield Undelivered(kind, "asha.patel@example.org", "5.1.1", "550 5.1.1 User unknown", presses.undelivered())
    for status, said in (
        ("5.2.2", "552 5.2.2 mailbox full"),
        ("4.4.7", "delivery time expired"),
        ("5.2.3", "552 5.2.3 message too long"),
        (HELD_BACK, "too many automatic letters to this address today"),
    ):
        yield Undelivered(LetterKind.RECEIPT, "asha.patel@example.org", status, said, presses.undelivered())


_SUGGESTION = "A rule suggests that it is a compliment: Somebody thanks a crew, and nothing else."


def _forwarded(presses: Presses) -> Iterator[StaffContent]:
    for reason in (
        "comment",
        "compliment",
        "service_request",
        "further",
        "withdraws",
        "information_request",
        "member",
        "member_enquiry",
        "not_ours",
        "excluded",
        "notice",
        "told",
        "withheld",
        "survey",
        *_COPIES,
        "other",
        "agreed",
        "not_agreed",
    ):
        mail = _saying(reason, presses)
        yield Forwarded(reason, mail, presses.forwarded(reason, mail), _DATES[1:] if reason == "further" else ())
    for heard in (True, False):
        worse = replace(_MAIL, text=_WORSE, danger=True, danger_told=heard)
        yield Forwarded("further", worse, presses.forwarded("further", worse), _DATES[1:])
    yield Forwarded("comment", _MAIL, presses.forwarded("comment", _MAIL), note=_SUGGESTION)
    for statute in STATUTES:
        asked = replace(_MAIL, text=_ASKED_BY_LAW[statute.signal])
        wanted = (_promised_by(statute),) if statute.what == "respond" else ()
        note = statute.in_words(_BY_LAW[statute.signal], kept=statute.what == "acknowledge")
        title = f"A{statute.title.removeprefix('a')}"
        yield Forwarded(
            "information_request", asked, presses.forwarded("information_request", asked), wanted, note=note, title=title
        )
    told = presses.forwarded("notice", _MAIL)
    yield Forwarded("notice", _MAIL, told, detail="The complaint has been upheld.")
    yield Forwarded("withheld", _MAIL, told, detail="delay_notice")
    yield Forwarded("withheld", _MAIL, told, detail="action_update")
    detail = (
        "An answer is due, and the policy allows no later date. So no letter tells the resident of a delay: if you cannot "
        "answer in time, write to them yourself and say how it stands."
    )
    yield Forwarded("no_notice", _MAIL, presses.without_more_time(), _DATES[1:], detail=detail)


def _by_the_clock(presses: Presses) -> Iterator[StaffContent]:
    """What tells an officer of a date: before it, on it, and after it."""
    work = presses.to_work()
    yield Reminder("acknowledge", _ACKNOWLEDGE, Stage.STAGE1, _CLAUSE, work)
    yield Reminder("respond", _RESPOND, Stage.STAGE1, _CLAUSE, work)
    yield Reminder("acknowledge", _ACKNOWLEDGE, Stage.STAGE1, _CLAUSE, work, still_owed=True)
    yield Reminder("assess", _LATER, Stage.STAGE2, "", presses.reminder("assess"))
    yield Reminder("update", _LATER, Stage.STAGE1, _CLAUSE, presses.reminder("update"))
    for what, detail in (
        ("action", "Put a new lid on your bin"),
        ("enquiry", "Why the bin was missed, and the crew's log"),
        ("assessment", "what was learned"),
        ("adjustments", "Large print"),
    ):
        yield Reminder(what, _LATER, None, "", presses.reminder(what), detail=detail)
    for what, detail in (("enquiry", "Why the bin was missed"), ("action", "Put a new lid on your bin")):
        yield Overdue(what, _RESPOND, None, None, "", "Wendy Ash", presses.reminder(what), detail=detail)
    yield Escalation("elapsed", _OPENED, 0, "Wendy Ash", work, detail="84 calendar days")
    yield Escalation("elapsed", _OPENED, 0, "Wendy Ash", work)
    forty = "Forty letters a week about one matter"
    yield Reminder("restriction", _LATER, None, "", presses.reminder("restriction"), detail=forty)
    yield Reminder("decide", _LATER, None, "", work)
    yield Overdue("respond", _RESPOND, _LATER, Stage.STAGE1, _CLAUSE, "Wendy Ash", work)
    yield Escalation("respond", _RESPOND, 5, "Wendy Ash", work)
    yield Escalation("assess", _RESPOND, 5, "Wendy Ash", presses.reminder("assess"))
    yield Escalation("acknowledge", _ACKNOWLEDGE, 1, "Wendy Ash")


_COPIES = ("statutory", "copied", "copy_wanted", "stop_copying")
_DOUBTS = ("anonymous", "statutory", "concern", "out_of_time", "repeats", "capacity", "alternative")


_TO_PRINT = "To: Asha Patel\n\nOur response to your complaint\n\nDear Asha Patel\n\nWe have upheld your complaint."
# What is known of a question besides the mail, as townclerk would say it.
_DETAILS = {
    "possible_link": "{other}",
    WAS_THIS_THE_RESPONSE: "Wendy Ash wrote to the resident at 9:30am on Tuesday 5 January 2027.",
    "statutory": "Social care of children",
    "restricted": "The delay notice that was due has not been sent. Please decide whether they should hear from us.",
    "post": f"How to reach them: 4 Chapel Row, in large print\n\n{_TO_PRINT}",
    "unreachable": f"How to reach them: Phone 01632 960177\n\n{_TO_PRINT}",
    "out_of_time": "The latest day named in it is Monday 1 December 2025.",
    "repeats": "There were requests before: {other}.",
    "asked": "Does the pond belong to the parish council?",
    "two_matters": "information_request",
    "alternative": "Wendy Ash considers another way for this complaint: mediation. What do you think of it?",
}


# These come with no mail: what they are about is a letter of ours, or a case.
_ABOUT_NO_MAIL = frozenset({"post", "unreachable"})


def _saying(what: str, presses: Presses) -> Original:
    """The mail that is passed on for that reason, or about which that is asked."""
    if what == WAS_THIS_THE_RESPONSE:
        return _TO_THE_RESIDENT
    sender = _COPIED_TO if what == "copied" else _MAIL.sender
    text = _WORDS_OF_OTHERS.get(what, _COMPLAINT).format(other=presses.other_ref)
    return replace(_MAIL, sender=sender, text=text)


def _decisions(presses: Presses) -> Iterator[StaffContent]:
    questions = (
        "exclusion",
        "alert",
        "late_review",
        "review_wanted",
        "triage",
        "dissatisfied",
        "final",
        "possible_link",
        "category",
    )
    for question in (
        *questions,
        WAS_THIS_THE_RESPONSE,
        "restricted",
        "survey_reply",
        "post",
        "unreachable",
        "permission",
        "campaign",
        "asked",
        "two_matters",
        *_DOUBTS,
    ):
        mail = None if question in _ABOUT_NO_MAIL else _saying(question, presses)
        detail = presses.suspected() if question == "exclusion" else _DETAILS.get(question, "").format(other=presses.other_ref)
        detail = _who_wrote_the_same(presses) if question == "campaign" else detail
        yield Decision(question, detail, mail, presses.question(question, (presses.other_ref,)), _RESPOND)
    both = "two_matters"
    yield Decision(both, "complaint", _saying(both, presses), presses.question(both, (presses.other_ref,)), _RESPOND)
    yield Decision("restricted", "", _MAIL, presses.question("restricted"))


def _who_wrote_the_same(presses: Presses) -> str:
    everybody = ", ".join(f"{ref} ({name})" for ref, name in presses.a_campaign)
    return f"{_others(presses)} the same. The first and the others are: {everybody}."


def _others(presses: Presses) -> str:
    said = others(max(1, len(presses.a_campaign) - 1))
    return f"{said[:1].upper()}{said[1:]}"


def _of_a_campaign(presses: Presses) -> Iterator[StaffContent]:
    """What comes after the question: what was decided, that nobody decided, and mails that come when it is over."""
    said = _others(presses).lower()
    goes_on = f"What is answered on {presses.ref} goes to each of them, and whoever writes the same from now on joins them."
    yield Done((f"It is one campaign: {said} the same. {goes_on}",))
    yield Done((f"It is no campaign: {said} the same, and each is a case like any other now.",))
    nobody = f"Nobody has said whether {presses.ref} leads a campaign: {said} the same, and each is now a case like any other."
    yield Done((f"{nobody} To make them one after all: #campaign yes on {presses.ref}.",))
    for why in OwnWay:
        yield Assignment(_DATES, _MAIL, presses.to_work(), note=f"It repeats what {presses.other_ref} says, {ITS_OWN_WAY[why]}")


def _approvals(presses: Presses) -> Iterator[StaffContent]:
    waits = Decision("approval", "Wendy Ash would answer: upheld.", _MAIL, presses.question("approval"), _RESPOND)
    yield replace(waits, draft=_ANSWER)
    yield replace(waits, draft=_ANSWER, files=("report.pdf (120 kB)",))
    reason = "Ada Low has not approved your response: please say when the lorry comes next."
    back = Decision("not_approved", reason, _MAIL, presses.question("not_approved"), _RESPOND)
    yield replace(back, draft=_ANSWER)


def _held(presses: Presses) -> Iterator[StaffContent]:
    """A mail that is held, with what would leave, with much of it and with little."""
    doubts = ("expired", "quoted_word", "text_below", "added", "hidden", "struck_out", "in_cells", "two_versions", "unclear")
    another = ("another_case", "another_person", "another_reference")
    for why in ("no_word", "answers_us", "not_proven", "not_signed", *another, *doubts):
        yield Confirm(7, why, _ANSWER, presses.held())
    yield Confirm(7, "for_colleagues", f"{_ANSWER}\n\nPS Tom, is that right?", presses.held(), "PS Tom, is that right?")
    yield Confirm(7, "names_one", _ANSWER, presses.held(), "4 Chapel Row")
    left = ("invitation.ics did not go along.",)
    whole = Confirm(7, "no_word", _ANSWER, presses.held(), proofs=_proofs(presses), left=left)
    yield whole
    yield replace(whole, since=_ACKNOWLEDGE)
    yield replace(whole, since=_ACKNOWLEDGE, officer="Tom Birch")
    yield Confirm(7, "not_proven", _ANSWER, (presses.not_sent(),), since=_ACKNOWLEDGE, officer="Tom Birch")
    elsewhere = Confirm(7, "not_theirs", _ANSWER, presses.held(), proofs=_proofs(presses), officer="Tom Birch")
    yield elsewhere
    yield replace(elsewhere, since=_ACKNOWLEDGE)
    for why in ("not_theirs", "not_proven"):
        yield Confirm(7, why, _ANSWER, (), case_with="Wendy Ash")
    also = (AlsoHeld(8, _ACKNOWLEDGE, _PARTLY, presses.held(number=8)), AlsoHeld(9, _ACKNOWLEDGE, "", (presses.not_sent(9),)))
    yield replace(whole, since=_ACKNOWLEDGE, others=also)
    done = ("Your note is kept. Nobody outside sees it.",)
    yield Confirm(7, "not_signed", _NOTED, presses.held(_NOTED), proofs=(Proof("What it says", notes=done),))
    yield Confirm(7, "not_signed", "", (presses.not_sent(),), proofs=(Proof("As a message", problem="there is no text"),))
    yield Confirm(7, "not_proven", _ANSWER, presses.held(), outside=_OUTSIDE)
    yield Confirm(7, "not_proven", _ANSWER, presses.held(), since=_RESPOND, outside=_OUTSIDE)
    leaves = datetime(2026, 12, 29, 10, 41, tzinfo=UTC)
    yield Done(
        ("The complaint is answered: upheld.", "The resident has been told."), leaves_at=leaves, choices=presses.leaving()
    )
    yield Done((), leaves_at=leaves)
    message, answer = _proofs(presses)
    yield Done(("The complaint is answered: upheld.",), sent=(replace(answer, title="The letter as it went out"),))
    waits = replace(message, title="The letter as it will go out")
    yield Done(("Your message has been sent to the resident.",), leaves_at=leaves, choices=presses.leaving(), sent=(waits,))


def _proofs(presses: Presses) -> tuple[Proof, Proof]:
    """As they are once the letters in them have been written down."""
    to = ("Asha Patel <asha.patel@example.org>", "jo.lowe@members.example (a copy)")
    signed = f"Wendy Ash\n{presses.council_name}"
    text = f"Dear Asha Patel\n\nWe have upheld your complaint.\n\nThe lorry broke down, and we are sorry.\n\n{signed}"
    message = (
        "Dear Asha Patel\n\nWe have looked at the crew's records.\nThe crew will come tomorrow before midday.\n\nWendy Ash"
    )
    instead = Difference("We have upheld your complaint.", "We have not upheld your complaint.")
    variants = (
        Variant("partly upheld", problem="the response lacks an apology"),
        Variant(
            "not upheld",
            differences=(
                instead,
                Difference("", "You can write to us."),
                Difference("The lorry broke down, and we are sorry.", ""),
            ),
        ),
    )
    return (
        Proof("As a message", to=to[:1], subject=f"[{presses.ref}] A message about your complaint", text=message),
        Proof(
            "As the response: upheld",
            to=to,
            enclosed=("report.pdf (120 kB)",),
            variants=variants,
            subject=f"[{presses.ref}] Our response to your complaint",
            text=text,
            subjects=(f"[{presses.ref}] You can ask for a review",),
            notes=("The complaint is answered.",),
        ),
    )


_SECTIONS = (
    Section("What came in", (Row("Complaints", "12"), Row("Compliments", "3"))),
    Section("Answered in time", (Row("Stage 1", "9 of 10 (90%)"),), "In time means by the date first promised."),
)


def _least_to_staff() -> Iterator[StaffContent]:
    yield Assignment((), _BARE_MAIL, ())
    yield Forwarded("further", _BARE_MAIL)
    yield Forwarded("further", _ANSWERED_BETWEEN)
    yield Reminder("respond", _RESPOND, None, "", ())
    yield Overdue("respond", _RESPOND, None, None, "", None, ())
    yield Escalation("respond", _RESPOND, 20, None)
    yield Decision("unclear_mail", "", None, ())
    yield AlertRaised((), _BARE_MAIL)
    yield Confirm(1, "no_word", "", ())
    yield Done(())
    yield Refused("", "there was nothing in it", ())
    yield Refused(
        "#log",
        "the description is not complete",
        ("“Name:” is missing: write who it was, or “Name: not given”",),
        f"#log\nChannel: telephone\n\n{_COMPLAINT}",
        (Choice("Complete it, and send it again", "#log 8\nName: \nChannel: telephone\n"),),
    )
    yield Undelivered(LetterKind.MESSAGE, "someone@example.net", "", "")


_WITHOUT_A_CASE = ("answer a letter that you had about the case", "write its reference into the subject")


def _passed_on(presses: Presses) -> Iterator[StaffContent]:
    """A mail of somebody else, for which it is asked whether a case is to be opened. There is none yet."""
    passed_on = presses.passed_on(_MAIL.sender, presses.other_ref)
    detail = (
        "This seems to be an email from Asha Patel <asha.patel@example.org> of Friday 18 December 2026. Should a case be "
        "opened for them?"
    )
    yield Confirm(8, "forwarded", _COMPLAINT, passed_on, detail)
    yield Confirm(8, "forwarded", _COMPLAINT, passed_on, detail, since=_ACKNOWLEDGE)


def _without_a_case(presses: Presses) -> Iterator[StaffContent]:
    yield Report("Report to the committee", date(2026, 10, 1), date(2026, 12, 31), _SECTIONS)
    yield Report("Papers for the board", date(2026, 12, 1), date(2026, 12, 14), _SECTIONS, date(2026, 12, 17))
    yield Report("What the routing rules could learn", date(2027, 1, 4), date(2027, 1, 4), (_HABIT,), counted=False)
    ref, said = presses.other_ref, "waste, to be answered by Wednesday 23 December 2026, “My bin”"
    late = Row(ref, said, ref, f"feedback+{ref.replace('-', '').lower()}@council.example")
    soon = Row(ref, "waste, to be answered by Thursday 31 December 2026, “My bin”", ref)
    yield Digest(_ACKNOWLEDGE, (Section("Overdue", (late,)), Section("With nobody", (Row("1 restricted case", ""),))))
    yield Digest(_ACKNOWLEDGE, (Section("Overdue", (late,)),), "own")
    yield Digest(_ACKNOWLEDGE, (Section("Due within the week", (soon,)),), "tracker")
    yield from _about_no_case(presses.other_ref)
    yield from _about_the_service()
    yield Done((), "#help    send me this list")
    yield Refused("Bins", "this mail names no case", _WITHOUT_A_CASE, "Hello?")
    yield Undelivered(LetterKind.RECEIPT, "someone@example.net", "5.1.1", "no such user")


def _about_no_case(ref: str) -> Iterator[StaffContent]:
    """What the complaints lead is told that no case is about."""
    for question, detail, mail in (
        (
            "unclear_mail",
            "A mail came, and it names no sender. For whoever looks after townclerk: townclerk quarantine show 7",
            replace(_BARE_MAIL, sender=Address("", "unknown")),
        ),
        (
            "nobody",
            (
                f"Case {ref} can be given to nobody: it is kept from everybody on the roster who might deal with it. "
                "Whoever runs townclerk can give it to somebody else on the roster: townclerk case reassign"
            ),
            None,
        ),
        ("returned", "A letter to Tom Birch (report) came back undelivered. Is the address in staff.yaml right?", None),
        ("leaver", f"Tom Birch, whose last day here was Monday 4 January 2027, wrote about case {ref}.", _MAIL),
        ("leavers_cases", f"Tom Birch, whose last day was Monday 4 January 2027, had: {ref} (waste).", None),
        ("brake", "200 automatic letters have gone to residents within an hour, so further ones wait.", None),
        ("held_back", "100 automatic letters to luke@example.org were not sent within 24 hours.", None),
        (
            "timer",
            f"Something was due on case {ref} on Monday 4 January 2027, and a fault of the program kept it back.",
            None,
        ),
    ):
        yield Decision(question, detail, mail, ())


def _about_the_service() -> Iterator[StaffContent]:
    """What whoever looks after the service is told."""
    yield FilesNotTakenUp(
        (
            FileFault("routing.yaml, line 12, column 21", '"wast" is not one of the words known here', 'did you mean "waste"?'),
            FileFault("routing.yaml, line 30", "the rule missed-bins must hold for a mail under its tests, and does not", ""),
        ),
        more=2,
    )
    yield RulesUntested(
        (FileFault("dogs.yaml, line 2", "no test reaches the rule dog-fouling", "write a mail under tests: finds:"),)
    )
    yield Unwell(("a mail of 2027-01-11 09:12 has not been dealt with", "intake has not succeeded since 2027-01-11 09:10"))


def _least_without_a_case() -> Iterator[StaffContent]:
    yield Report("Report", _RESPOND, _RESPOND, ())
    yield Digest(_RESPOND, ())
    yield FilesNotTakenUp((FileFault("policy.yaml", "is empty", ""),))
    yield RulesUntested((FileFault("dogs.yaml, line 2", "no test reaches the rule dogs", ""),))
    yield Unwell(("a mail has not been dealt with",))


def _longer() -> TimescaleOverride:
    because = "Since the flood of 12 December many more people write to us"
    return TimescaleOverride(_ACKNOWLEDGE, _LAST_DAY, {}, because, "www.council.example/longer")


def _while_it_takes_longer(named: Ombudsmen) -> Iterator[ResidentContent]:
    yield Receipt(Category.COMPLAINT, "new", _DATES, "Stage 1", named)
    yield Acknowledgement(Stage.STAGE1, _UNDERSTOOD, _COMPLAINT, _RESPOND, "Wendy Ash", "waste")
