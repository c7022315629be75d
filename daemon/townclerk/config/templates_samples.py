"""One letter of every kind and variety, with much data and with the least: for trying templates out and for previews.

The people, the town and the matter are invented; the council's own words come from the policy that is given.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

from townclerk.domain.decide.deliberation import COPIED
from townclerk.domain.letters import (
    Acknowledgement,
    ActionUpdate,
    AlertRaised,
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
    Section,
    ShownAction,
    StaffContent,
    Survey,
    Undelivered,
    Variant,
)
from townclerk.domain.mail import Address
from townclerk.domain.policy import CalendarPolicy, Contact, Ombudsman, Policy
from townclerk.domain.provisions import TimescaleOverride
from townclerk.domain.words import Alert, Category, LetterKind, Outcome, Stage

_ACKNOWLEDGE, _RESPOND = date(2026, 12, 29), date(2027, 1, 6)
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
_BARE_MAIL = Original(Address("", "someone@example.net"), "", datetime(2027, 1, 4, 12, 0, tzinfo=UTC), "")
_DATES = (
    DatedPromise("acknowledge", _ACKNOWLEDGE, Stage.STAGE1, _CLAUSE),
    DatedPromise("respond", _RESPOND, Stage.STAGE1, _CLAUSE),
)
_ANSWERED = PastAnswer("Stage 1", _RESPOND, "Wendy Ash", Outcome.PARTLY_UPHELD, _ANSWER)
_REVIEW_DATES = (
    DatedPromise("acknowledge", _LATER, Stage.STAGE2, "If you are not satisfied"),
    DatedPromise("assess", _LATER, Stage.STAGE2),
    DatedPromise("respond", _LAST_DAY, Stage.STAGE2, "If you are not satisfied"),
)
_CHOICES = (
    Choice("Acknowledge", "#acknowledge\n\nYou told us that "),
    Choice("Answer: upheld", "#respond upheld\n\n"),
    Choice("Take more time, and say why", "#extend 2027-01-20 "),
    Choice("Give it to a colleague", "#assign ", likely=False),
    Choice("Keep a note (nobody outside sees it)", "#note ", likely=False),
)
_OUTSIDE = "Asha Patel stood in Cc and has your mail, with the letter quoted below it."
_CORRECTED = (Choice("#extend 2027-01-20 the crew's report is late", "#extend 2027-01-20 the crew's report is late\n"),)


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
    kept = replace(summary, actions=_ACTIONS, adjustments=("Large print", "Ring before you write"), hold="The Ombudsman looks")
    bare = replace(summary, subject="", service="", stage_title=None, complainant="someone@example.net", officer=None, dates=())
    residents = [_letter(_RESIDENT, part, summary) for part in (*_receipts(named), *_full_to_residents(named))]
    residents += [_letter(_RESIDENT, part, kept) for part in _with_what_is_kept()]
    residents += [replace(letter, copy_of="Asha Patel") for letter in residents if letter.kind in COPIED]
    nameless = [_letter(Recipient("", "someone@example.net"), part, bare) for part in _least_to_residents(named)]
    staff = [_letter(_OFFICER, part, summary) for part in _full_to_staff()]
    staff += [_letter(_OFFICER, part, kept) for part in (Assignment(_DATES, _MAIL, _CHOICES), Done(("It is done.",)))]
    staff += [replace(staff[0], in_place_of=InPlaceOf("Wendy Ash", until)) for until in (date(2027, 1, 4), None)]
    least = [_letter(Recipient("", "role@council.example", staff=True), part, bare) for part in _least_to_staff()]
    caseless = [_letter(_OFFICER, part, None) for part in _without_a_case()]
    empty = [_letter(Recipient("", "role@council.example", staff=True), part, None) for part in _least_without_a_case()]
    late = [_letter(_RESIDENT, part, replace(summary, longer=_longer())) for part in _while_it_takes_longer()]
    return (*residents, *late, *nameless, *staff, *least, *caseless, *empty)


def _ombudsmen(policy: Policy) -> Ombudsmen:
    known = policy.ombudsmen or sample_policy().ombudsmen
    return Ombudsmen(known[0], known[1:])


def _letter(to: Recipient, content: Content, case: CaseSummary | None) -> Letter:
    if case and isinstance(content, Receipt):
        case = replace(case, category=content.category)
    by_nobody = (
        content.automatic
        if isinstance(content, DelayNotice)
        else content.kind in (LetterKind.RECEIPT, LetterKind.REVIEW_INVITATION, LetterKind.SURVEY)
        or content == _quoting_acknowledgement()
    )
    return Letter(to, content, Because("sample"), case, to.staff or by_nobody)


def _quoting_acknowledgement() -> Acknowledgement:
    return Acknowledgement(Stage.STAGE1, "", _COMPLAINT, _RESPOND, service="waste")


def _receipts(named: Ombudsmen) -> Iterator[ResidentContent]:
    yield Receipt(Category.COMPLAINT, "new", _DATES, "Stage 1", named)
    yield Receipt(Category.COMPLAINT, "new", _DATES[:1], "Stage 1", named)  # where the answer waits for the acknowledgement
    for variety in ("further", "too_early", "agreed", "converted"):
        yield Receipt(Category.COMPLAINT, variety, _DATES, "Stage 1", named)
    for variety in ("review", "late_review"):
        yield Receipt(Category.COMPLAINT, variety, _REVIEW_DATES if variety == "review" else (), "Stage 2", named)
    yield Receipt(Category.COMPLAINT, "review", _REVIEW_DATES[1:], "Stage 2", named)
    yield Receipt(Category.COMPLAINT, "neutral", _DATES)
    yield Receipt(Category.COMPLAINT, "neutral", _DATES, danger=True)
    for category in Category:
        yield Receipt(category, "new", ())
        yield Receipt(category, "further", ())
    yield Receipt(Category.COMPLAINT, "new", _DATES, "Stage 1", named, doubtful=True)
    yield Receipt(Category.COMMENT, "new", (DatedPromise("respond", _RESPOND),))
    yield Receipt(Category.COMPLIMENT, "new", (DatedPromise("acknowledge", _RESPOND),))


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
        yield Response(Stage.STAGE1, "Stage 1", outcome, _ANSWER, "Wendy Ash", ReviewRight("Stage 2", _LAST_DAY))
    greeted = f"Dear Asha Patel, Thank you for your letter.\n\n{_ANSWER}"
    yield Response(Stage.STAGE1, "Stage 1", Outcome.UPHELD, greeted, "Wendy Ash", ReviewRight("Stage 2", _LAST_DAY))
    yield Response(Stage.STAGE2, "Stage 2", Outcome.NOT_UPHELD, _ANSWER, "Cal Lane", FinalWord(named))
    first = Response(Stage.STAGE1, "Stage 1", Outcome.UPHELD, _ANSWER, "Wendy Ash", ReviewRight("Stage 2", _LAST_DAY))
    yield replace(first, names_stage=True, understanding=_UNDERSTOOD, ombudsmen=named)
    yield ReviewInvitation(ReviewRight("Stage 2", _LAST_DAY))
    yield replace(first, stage=Stage.STAGE1_AGAIN, stage_title="Second Stage 1", onward=ReviewRight("Stage 2", None, _LATER))
    yield ReviewInvitation(ReviewRight("Stage 2", None, _LATER))
    yield ReviewDecision(True, _UNDERSTOOD, "Cal Lane", _LAST_DAY, named, "Stage 2")
    yield ReviewDecision(False, _ANSWER, "Cal Lane", None, named, "Stage 2")
    yield ReviewDecision(True, _ANSWER, "Cal Lane", _LATER, named, "Second Stage 1", "Stage 2")
    yield ReviewDecision(True, _ANSWER, "Cal Lane", _LATER, named, "Second Stage 1", "Stage 2", True, _LAST_DAY)
    yield NotAccepted(
        "Insurance claims",
        "Section 4",
        "You ask us to pay for the damage to your wall.",
        "Claims against the council go to its insurer.",
        "Write to insurance@council.example",
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
    yield Acknowledgement(Stage.STAGE2, _UNDERSTOOD, "", None)
    yield Clarification("Which street is it?", "")
    yield DelayNotice(Stage.STAGE1, _RESPOND, _LATER, "", named, automatic=True)
    yield ExtensionProposal(Stage.STAGE2, _RESPOND, _LATER, "", named)
    yield ExtensionNotAgreed(Stage.STAGE2, _RESPOND, named)
    yield Response(Stage.STAGE1, "", Outcome.UPHELD, _ANSWER, "", ReviewRight("", None))
    yield ReviewInvitation(ReviewRight("", None))
    yield ReviewDecision(True, _ANSWER, "Cal Lane", None, named, "Stage 2", bypassed=True, acknowledge_by=_LATER)
    yield ReviewDecision(True, "", "", None, named, "")
    yield ReviewDecision(True, "", "", _LATER, named, "Stage 1 again", "Stage 2")
    yield NotAccepted("", "", "", "", "", "", named)
    yield Closure("", "")
    yield Closure("", "", withdrawn=True)
    yield Message("Thank you.", "")
    yield ActionUpdate((), "", "")
    yield Survey(_RESPOND)
    yield Message("Please write once a week.", "", _LAST_DAY)
    yield ConsentRequest("", "", True)


def _full_to_staff() -> Iterator[StaffContent]:
    links = ("AB-26-0007-B",)
    yield Assignment(_DATES, _MAIL, _CHOICES, links, "Cal Lane passed it to you.")
    yield Assignment(_DATES, _QUOTING_MAIL, _CHOICES)
    yield Assignment(_DATES, _MAIL, _CHOICES, must_contain=("the reasons for the decision", "an answer to every point"))
    yield Assignment(_REVIEW_DATES, _MAIL, _CHOICES, file=(_MAIL, _BARE_MAIL), answers=(_ANSWERED,), earlier=links)
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
        "withheld",
        "survey",
        *_COPIES,
        "other",
        "agreed",
        "not_agreed",
    ):
        yield Forwarded(reason, _MAIL, _CHOICES, _DATES[1:] if reason == "further" else ())
    yield Forwarded("notice", _MAIL, detail="The complaint has been upheld.")
    yield Forwarded("withheld", _MAIL, detail="delay_notice")
    yield AlertRaised((), _MAIL, _CHOICES, away="Tom Birch", dates=_DATES)
    yield Forwarded("withheld", _MAIL, detail="action_update")
    yield Forwarded("no_notice", _MAIL, _CHOICES, _DATES, detail="An answer is due, and the policy allows no later date.")
    yield from _by_the_clock()
    yield from _decisions()
    yield from _approvals()
    yield AlertRaised((Alert.SAFEGUARDING, Alert.EMERGENCY_HAZARD), _MAIL, _CHOICES)
    yield Confirm(8, "forwarded", _ANSWER, _held_choices(), "This seems to be an email from Asha Patel <asha@example.org>.")
    yield from _held()
    yield Done(("The acknowledgement was sent to Asha Patel.", "The answer is due on Wednesday 6 January 2027."))
    words = (Row("#acknowledge", "send your understanding of the complaint. For example: #acknowledge"),)
    yield Done(("Here is the list of words.",), sections=(Section("Write to the resident", words),))
    yield Done(("This is what #close does.",), "#close\n\nClose an answered case.")
    instead = ("#extend 2027-01-20 reason", "#extend 10 reason")
    yield Refused("#extend next week", "no date was given", instead, _ANSWER)
    yield Refused("#extend next week", "no date was given", instead, _ANSWER, _CORRECTED)
    yield Refused("#extend next week", "no date was given", instead, _ANSWER, _CORRECTED, _OUTSIDE)
    for kind in (LetterKind.RECEIPT, LetterKind.DELAY_NOTICE):
        yield Undelivered(kind, "asha.patel@example.org", "5.1.1", "550 5.1.1 User unknown", _CHOICES)


def _by_the_clock() -> Iterator[StaffContent]:
    """What tells an officer of a date: before it, on it, and after it."""
    yield Reminder("acknowledge", _ACKNOWLEDGE, Stage.STAGE1, _CLAUSE, _CHOICES)
    yield Reminder("respond", _RESPOND, Stage.STAGE1, _CLAUSE, _CHOICES)
    yield Reminder("acknowledge", _ACKNOWLEDGE, Stage.STAGE1, _CLAUSE, _CHOICES, still_owed=True)
    yield Reminder("assess", _LATER, Stage.STAGE2, "", _CHOICES)
    yield Reminder("update", _LATER, Stage.STAGE1, _CLAUSE, _CHOICES)
    for what, detail in (
        ("action", "Put a new lid on your bin"),
        ("enquiry", "Why the bin was missed, and the crew's log"),
        ("assessment", "what was learned"),
        ("adjustments", "Large print"),
    ):
        yield Reminder(what, _LATER, None, "", _CHOICES, detail=detail)
    yield Overdue("enquiry", _RESPOND, None, None, "", "Wendy Ash", _CHOICES, detail="Why the bin was missed")
    yield Overdue("action", _RESPOND, None, None, "", "Wendy Ash", _CHOICES, detail="Put a new lid on your bin")
    yield Escalation("elapsed", _ACKNOWLEDGE, 0, "Wendy Ash", _CHOICES, detail="84 calendar days")
    yield Reminder("restriction", _LATER, None, "", _CHOICES)
    yield Reminder("decide", _LATER, None, "", _CHOICES)
    yield Overdue("respond", _RESPOND, _LATER, Stage.STAGE1, _CLAUSE, "Wendy Ash", _CHOICES)
    yield Escalation("respond", _RESPOND, 5, "Wendy Ash", _CHOICES)
    yield Escalation("acknowledge", _ACKNOWLEDGE, 1, None)


_COPIES = ("statutory", "copied", "copy_wanted", "stop_copying")
_DOUBTS = ("anonymous", "statutory", "concern", "out_of_time", "repeats", "capacity", "alternative")


# What is known of a question besides the mail, as townclerk would say it.
_DETAILS = {
    "exclusion": "An insurance claim; A matter of legal action",
    "possible_link": "AB-26-0007-B",
    "statutory": "Social care of children",
    "restricted": "A letter was due, and has not gone: delay notice. Please see to it.",
    "post": "Large print, please\n\nTo: Asha Patel\n\nOur response to your complaint\n\nDear Asha Patel",
    "brake": "21 letters to one person in a day: the rest are held.",
    "timer": "Something of AB-26-0007-B fell due and failed.",
    "out_of_time": "The latest day named in it is Tuesday 1 December 2026.",
    "repeats": "There were requests before: AB-26-0007-B.",
    "alternative": "Wendy Ash considers another way for this complaint: mediation. What do you think of it?",
}


def _decisions() -> Iterator[StaffContent]:
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
        "was_this_the_response",
        "unclear_mail",
        "nobody",
        "leaver",
        "leavers_cases",
        "restricted",
        "survey_reply",
        "post",
        "unreachable",
        "permission",
        "brake",
        "timer",
        *_DOUBTS,
    ):
        yield Decision(question, _DETAILS.get(question, ""), _MAIL, _CHOICES, _RESPOND)


def _approvals() -> Iterator[StaffContent]:
    waits = Decision("approval", "Wendy Ash would answer: upheld.", _MAIL, _CHOICES, _RESPOND)
    yield replace(waits, draft=_ANSWER)
    yield replace(waits, draft=_ANSWER, files=("report.pdf (120 kB)",))
    yield replace(waits, question="not_approved", detail="Ada Low has not approved your response.", draft=_ANSWER)


def _held() -> Iterator[StaffContent]:
    """A mail that is held, with what would leave, with much of it and with little."""
    doubts = ("expired", "quoted_word", "text_below", "added", "hidden", "struck_out", "in_cells", "two_versions", "unclear")
    for why in ("no_word", "not_proven", "not_signed", *doubts):
        yield Confirm(7, why, _ANSWER, _held_choices())
    left = ("invitation.ics did not go along.",)
    whole = Confirm(7, "no_word", _ANSWER, _held_choices(), proofs=_proofs(), left=left)
    yield whole
    yield replace(whole, since=_ACKNOWLEDGE)
    yield replace(whole, since=_ACKNOWLEDGE, officer="Tom Birch")
    yield Confirm(7, "not_proven", _ANSWER, _held_choices()[2:], since=_ACKNOWLEDGE, officer="Tom Birch")
    done = ("The response is now promised for Wednesday 20 January 2027.",)
    yield Confirm(7, "not_signed", _ANSWER, _held_choices(), proofs=(Proof("What it says", notes=done),))
    yield Confirm(7, "not_signed", _ANSWER, _held_choices()[2:], proofs=(Proof("As a message", problem="there is no text"),))
    yield Confirm(7, "not_proven", _ANSWER, _held_choices(), outside=_OUTSIDE)
    yield Confirm(7, "not_proven", _ANSWER, _held_choices(), since=_RESPOND, outside=_OUTSIDE)
    leaves = datetime(2026, 12, 29, 10, 41, tzinfo=UTC)
    yield Done(("The complaint is answered: upheld.", "The resident has been told."), leaves_at=leaves, choices=_to_stop())
    yield Done((), leaves_at=leaves)
    yield Done(("The complaint is answered: upheld.",), sent=_proofs()[1:])
    yield Done(("The complaint is answered: upheld.",), leaves_at=leaves, choices=_to_stop(), sent=_proofs()[:1])


def _to_stop() -> tuple[Choice, ...]:
    return (Choice("Stop it", "#discard 7"), Choice("Do it now", "#send 7"))


def _proofs() -> tuple[Proof, ...]:
    """As they are once the letters in them have been written down."""
    to, subject = ("Asha Patel <asha.patel@example.org>", "j.doe@example.net (a copy)"), "[AB-26-0042-K] Our response"
    signed = "Wendy Ash\nExampleton District Council"
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
        Proof("As a message", to=to[:1], subject="[AB-26-0042-K] A message from the council", text=message),
        Proof(
            "As the response: upheld",
            to=to,
            enclosed=("report.pdf (120 kB)",),
            variants=variants,
            subject=subject,
            text=text,
            subjects=("[AB-26-0042-K] You can ask for a review",),
            notes=("The complaint is answered.",),
        ),
    )


def _held_choices() -> tuple[Choice, ...]:
    return (
        Choice("Send it as a message", "#send 7"),
        Choice("Send it as the response: upheld", "#send 7 respond upheld"),
        Choice("Keep it as a note", "#discard 7"),
    )


_SECTIONS = (
    Section("What came in", (Row("Complaints", "12"), Row("Compliments", "3"))),
    Section("Answered in time", (Row("Stage 1", "9 of 10 (90%)"),), "In time means by the date first promised."),
)


def _least_to_staff() -> Iterator[StaffContent]:
    yield Assignment((), _BARE_MAIL, ())
    yield Forwarded("further", _BARE_MAIL)
    yield Reminder("respond", _RESPOND, None, "", ())
    yield Overdue("respond", _RESPOND, None, None, "", None, ())
    yield Escalation("respond", _RESPOND, 20, None)
    yield Decision("unclear_mail", "", None, ())
    yield AlertRaised((), _BARE_MAIL)
    yield Confirm(1, "no_word", "", ())
    yield Done(())
    yield Refused("", "there was nothing in it", ())
    yield Refused("#log", "the description is not complete", ("“Name:” is missing",), _ANSWER, _held_choices())
    yield Undelivered(LetterKind.MESSAGE, "someone@example.net", "", "")


def _without_a_case() -> Iterator[StaffContent]:
    yield Report("Report to the committee", date(2026, 10, 1), date(2026, 12, 31), _SECTIONS)
    yield Report("Papers for the board", date(2026, 12, 1), date(2026, 12, 14), _SECTIONS, date(2026, 12, 17))
    ref, said = "AB-26-0007-B", "waste, to be answered by Wednesday 6 January 2027, “My bin”"
    late = Row(ref, said, ref, "feedback+ab260007b@council.example")
    yield Digest(_ACKNOWLEDGE, (Section("Overdue", (late,)), Section("Nobody's", (Row("1 restricted case", ""),))))
    yield Digest(_ACKNOWLEDGE, (Section("Overdue", (late,)),), "own")
    yield Digest(_ACKNOWLEDGE, (Section("Due within the week", (replace(late, address=""),)),), "tracker")
    yield Done((), "#help    send me this list")
    yield Refused("Bins", "this mail names no case", ("answer a letter that you had about the case",), "Hello?")
    yield Undelivered(LetterKind.RECEIPT, "someone@example.net", "5.1.1", "no such user")


def _least_without_a_case() -> Iterator[StaffContent]:
    yield Report("Report", _RESPOND, _RESPOND, ())
    yield Digest(_RESPOND, ())


def _longer() -> TimescaleOverride:
    because = "Since the flood of 12 December many more people write to us"
    return TimescaleOverride(_ACKNOWLEDGE, _LAST_DAY, {}, because, "www.council.example/longer")


def _while_it_takes_longer() -> Iterator[ResidentContent]:
    yield Receipt(Category.COMPLAINT, "new", _DATES, "Stage 1")
    yield Acknowledgement(Stage.STAGE1, _UNDERSTOOD, _COMPLAINT, _RESPOND, "Wendy Ash", "waste")
