"""What a report says: counted from the cases as they are, so that the same period always gives the same figures.

Counting is by fixed rules. A promise was kept in time when it was met on or before its target, the date as first promised; a
case belongs to the period in which it was opened, a response to that in which it left.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from townclerk.domain.calendar import Calendar
from townclerk.domain.case import WITH_OMBUDSMAN, Action, Asked, Case, Deadline, OmbudsmanStep
from townclerk.domain.council import Council
from townclerk.domain.deadlines import is_overdue
from townclerk.domain.digest import restricted_cases
from townclerk.domain.letters import Row, Section
from townclerk.domain.periods import Span
from townclerk.domain.provisions import Code, Figure, Report
from townclerk.domain.words import Category, Outcome, Stage, Status

ORDINARY = (Category.COMPLAINT, Category.COMMENT, Category.COMPLIMENT, Category.SERVICE_REQUEST)


@dataclass(frozen=True, slots=True)
class Answer:
    """A response that left in the period, with what it decided, whatever was decided later."""

    case: Case
    stage: Stage
    day: date
    outcome: Outcome | None


@dataclass(slots=True)
class Material:
    """The cases that a report is about. `now` is when it is made."""

    council: Council
    span: Span
    now: datetime
    received: list[Case] = field(default_factory=list)  # opened in the period
    answers: list[Answer] = field(default_factory=list)
    ended: list[Case] = field(default_factory=list)  # closed or withdrawn in the period
    under_way: list[Case] = field(default_factory=list)  # complaints that are open now
    ombudsman: list[OmbudsmanStep] = field(default_factory=list)  # what was asked and decided in the period
    known: list[Case] = field(default_factory=list)  # those to which the Ombudsman has ever said something

    def take(self, cases: Iterable[Case]) -> "Material":
        """This material with what of *cases* belongs to the period."""
        for case in cases:
            self._take(case)
        return self

    def _take(self, case: Case) -> None:
        calendar = self.council.calendar
        if self.within(calendar.local(case.opened_at).date()):
            self.received.append(case)
        for stage, at in case.responded_at:
            day = calendar.local(at).date()
            if self.within(day):
                self.answers.append(Answer(case, stage, day, _decided(case, stage, at)))
        if case.closed_at is not None and self.within(calendar.local(case.closed_at).date()):
            self.ended.append(case)
        self.ombudsman += [step for step in case.ombudsman if self.within(calendar.local(step.at).date())]
        self.known += [case] if case.ombudsman else []
        if case.status is Status.OPEN and case.category is Category.COMPLAINT:
            self.under_way.append(case)

    def within(self, day: date) -> bool:
        return self.span.first <= day <= self.span.last

    @property
    def complaints(self) -> list[Case]:
        return [case for case in self.received if case.category is Category.COMPLAINT]


def _decided(case: Case, stage: Stage, at: datetime) -> Outcome | None:
    """The outcome of the response to *stage* that left *at*; that of the case, where its responses were not kept one by one."""
    return next((answer.outcome for answer in case.answers if (answer.stage, answer.at) == (stage, at)), case.outcome)


def sections(report: Report, material: Material, earlier: Material | None = None) -> tuple[Section, ...]:
    """What *report* contains, in the order in which the policy lists it, each once. *earlier* is of the period before, for
    trends."""
    found: list[Section] = []
    for figure in dict.fromkeys(part for listed in report.contains for part in _PARTS.get(listed, (listed,))):
        section = _trends(material, earlier) if figure is Figure.TRENDS else _FIGURES[figure](material, report.personal)
        found.append(section)
    return tuple(found)


def percent(part: int, whole: int) -> str:
    """ "9 of 10 (90%)", or "none" where there was nothing to count."""
    return f"{part} of {whole} ({round(100 * part / whole)}%)" if whole else "none"


# --- what came in ----------------------------------------------------------------------------------------------------


def _received(material: Material, _personal: bool) -> Section:
    counted = Counter(case.category for case in material.received)
    named = (*ORDINARY, *(category for category in Category if category not in ORDINARY and counted[category]))
    return Section("What came in", tuple(Row(_plural(category), str(counted[category])) for category in named))


def _by_service(material: Material, _personal: bool) -> Section:
    return Section("Complaints by service", _counted(case.service for case in material.complaints))


def _by_channel(material: Material, _personal: bool) -> Section:
    return Section(
        "How people reached us", _counted(case.logged.channel if case.logged else "email" for case in material.received)
    )


def _service_requests(material: Material, _personal: bool) -> Section:
    asked = [case for case in material.received if case.category is Category.SERVICE_REQUEST]
    return Section("Requests for service", _counted(case.service for case in asked))


# --- what became of it -----------------------------------------------------------------------------------------------


def _acknowledged(material: Material, _personal: bool) -> Section:
    owed = [deadline for case in material.complaints for deadline in case.deadlines if deadline.what == "acknowledge"]
    settled = [deadline for deadline in owed if deadline.met_at is not None or deadline.open]
    in_time = sum(_in_time(deadline, material.council.calendar) for deadline in settled)
    return Section("Acknowledged in time", (Row("Of those received", percent(in_time, len(settled))),))


def _responded(material: Material, _personal: bool) -> Section:
    rows: list[Row] = []
    for stage, policy in material.council.policy.stages.items():
        answers = [answer for answer in material.answers if answer.stage is stage]
        rows.append(Row(f"{policy.title}: answered in time", percent(sum(map(_kept, answers)), len(answers))))
        rows.append(Row(f"{policy.title}: working days, on average", _average(answers, material.council.calendar)))
        rows.append(Row(f"{policy.title}: with more time", str(sum(map(_extended, answers)))))
    return Section("Answered in time", tuple(rows), "In time means by the date first promised, whatever was agreed later.")


def _kept(answer: Answer) -> bool:
    owed = answer.case.deadline(f"{answer.stage}.respond")
    return owed is not None and answer.day <= owed.target


def _extended(answer: Answer) -> bool:
    owed = answer.case.deadline(f"{answer.stage}.respond")
    return owed is not None and owed.promised > owed.target


def _average(answers: list[Answer], calendar: Calendar) -> str:
    taken = [
        calendar.working_days_between(owed.derivation.day0, answer.day)
        for answer in answers
        if (owed := answer.case.deadline(f"{answer.stage}.respond")) is not None
    ]
    return f"{sum(taken) / len(taken):.1f}" if taken else "none"


def _in_time(deadline: Deadline, calendar: Calendar) -> bool:
    return deadline.met_at is not None and calendar.local(deadline.met_at).date() <= deadline.target


def _outcomes(material: Material, _personal: bool) -> Section:
    """Each response by its own outcome: a review that follows does not change what was decided before it."""
    counted = Counter(answer.outcome for answer in material.answers)
    whole = len(material.answers)
    return Section(
        "What we decided", tuple(Row(outcome.words.capitalize(), percent(counted[outcome], whole)) for outcome in Outcome)
    )


def _escalated(material: Material, _personal: bool) -> Section:
    first = [answer for answer in material.answers if answer.stage is not Stage.STAGE2]
    asked = sum(answer.case.deadline("stage2.respond") is not None for answer in first)
    return Section("Went on to a review", (Row("Of those answered at the first stage", percent(asked, len(first))),))


def _refused(material: Material, _personal: bool) -> Section:
    named = {code: exclusion.title for code, exclusion in material.council.policy.exclusions.items()}
    refused = Counter(case.refused for case in material.ended if case.refused)
    rows = tuple(Row(named.get(code, code), str(count)) for code, count in sorted(refused.items()))
    return Section("Not taken as a complaint, by reason", rows or _NONE)


def _overdue(material: Material, _personal: bool) -> Section:
    late = [case for case in material.under_way if is_overdue(case, material.now, material.council.calendar)]
    rows = (Row("Open now", str(len(material.under_way))), Row("Of them overdue", str(len(late))))
    return Section("Open and overdue", rows)


def _ombudsman(material: Material, _personal: bool) -> Section:
    """Cases that came in within the period and have gone to the Ombudsman since, and what was asked and decided in it."""
    there = [case for case in material.received if case.flagged(WITH_OMBUDSMAN)]
    steps = Counter(step.what if step.what is not Asked.DECISION else f"decision {step.outcome}" for step in material.ombudsman)
    rows = [Row("Cases", str(len(there)))]
    rows += [Row(label, str(steps[what])) for what, label in _ASKED.items() if steps[what]]
    remedies = [deadline for case, action in _ordered(material) if (deadline := case.deadline(action.deadline))]
    on_time = sum(d.met_at is not None and _day(material, d.met_at) <= d.target for d in remedies)
    rows += [Row("Remedies done on time", percent(on_time, len(remedies)))] if remedies else []
    return Section("With the Ombudsman", tuple(rows))


_ASKED = {
    Asked.ENQUIRY: "Enquiries",
    Asked.PREMATURE: "Sent back as too early",
    "decision upheld": "Decided: upheld",
    "decision partly-upheld": "Decided: partly upheld",
    "decision not-upheld": "Decided: not upheld",
    "decision closed": "Decided: closed without finding",
}


def _ordered(material: Material) -> Iterator[tuple[Case, Action]]:
    """Remedies whose day lies in the period."""
    for case in material.known:
        for action in case.actions:
            if action.ordered and material.within(action.due):
                yield case, action


def _day(material: Material, moment: datetime) -> date:
    return material.council.calendar.local(moment).date()


def _trends(material: Material, earlier: Material | None) -> Section:
    if earlier is None:
        return Section("Against the period before", _NONE)
    rows = [
        Row(_plural(category), _change(_number(earlier.received, category), _number(material.received, category)))
        for category in ORDINARY
    ]
    kept_before, kept_now = sum(map(_kept, earlier.answers)), sum(map(_kept, material.answers))
    rows.append(
        Row("Answered in time", f"{percent(kept_before, len(earlier.answers))}, now {percent(kept_now, len(material.answers))}")
    )
    upheld = (_upheld(earlier), _upheld(material))
    rows.append(Row("Upheld, wholly or partly", _change(*upheld)))
    return Section("Against the period before", tuple(rows))


def _number(cases: list[Case], category: Category) -> int:
    return sum(case.category is category for case in cases)


def _upheld(material: Material) -> int:
    return sum(answer.outcome in {Outcome.UPHELD, Outcome.PARTLY_UPHELD} for answer in material.answers)


def _change(then: int, now: int) -> str:
    return f"{then}, now {now}"


# --- lists for those who deal with cases -------------------------------------------------------------------------------


def _investigations(material: Material, personal: bool) -> Section:
    return Section("Being looked into", _lines(material.under_way, personal))


def _lines(cases: list[Case], personal: bool) -> tuple[Row, ...]:
    """A line for each; restricted ones are counted and not named, whoever reads the report."""
    named = tuple(_line(case, personal) for case in cases if not case.restricted)
    return (*named, *restricted_cases(len(cases) - len(named))) or _NONE


def _line(case: Case, personal: bool) -> Row:
    due = min((deadline.promised for deadline in case.deadlines if deadline.open), default=None)
    when = f"due {due.day} {due:%B %Y}" if due else "nothing due"
    what = f"{case.subject}, {case.complainant.name or 'no name'}" if personal else case.service
    return Row(case.ref, f"{what.replace('_', ' ')}: {when}")


def _actions(material: Material, _personal: bool) -> Section:
    """What was promised with the responses of the period, by the deadlines that were made of it."""
    promised = _of_answered(material, "action")
    done = sum(deadline.met_at is not None for deadline in promised)
    rows = (Row("Done", percent(done, len(promised))), Row("Still to be done", str(sum(d.open for d in promised))))
    return Section("What we promised to do", rows)


def _assessments(material: Material, _personal: bool) -> Section:
    wanted = _of_answered(material, "assessment")
    return Section("Assessment sheets", (Row("Completed", percent(sum(d.met_at is not None for d in wanted), len(wanted))),))


def _of_answered(material: Material, head: str) -> list[Deadline]:
    """The deadlines of the cases answered in the period whose name begins with *head*."""
    return [d for case in _answered(material) for d in case.deadlines if d.name.partition(".")[0] == head and not d.dropped]


def _approvals(material: Material, personal: bool) -> Section:
    waiting = [case for case in material.under_way if case.draft is not None]
    return Section("Responses that wait for agreement", _lines(waiting, personal))


def _reasons(material: Material, _personal: bool) -> Section:
    titles = _titles(material.council.policy.provisions.reasons)
    return Section("Why people complained", _counted((code for case in _answered(material) for code in case.reasons), titles))


def _remedies(material: Material, _personal: bool) -> Section:
    titles = _titles(material.council.policy.provisions.remedies)
    given = (remedy.code for case in _answered(material) for remedy in case.remedies)
    return Section("What was put right", _counted(given, titles))


def _titles(codes: Mapping[str, Code]) -> dict[str, str]:
    return {code: found.title for code, found in codes.items()}


def _answered(material: Material) -> list[Case]:
    """The cases answered in the period, each once."""
    return list({answer.case.ref: answer.case for answer in material.answers}.values())


def _surveys(material: Material, _personal: bool) -> Section:
    marks = [mark for case in _answered(material) for mark in case.survey_marks]
    return Section("Survey answers", (Row("Answers", str(len(marks))), *_counted(f"Mark {mark}" for mark in marks)))


def _learning(material: Material, _personal: bool) -> Section:
    learned = [(case, text) for case in _answered(material) if not case.restricted for text in case.learning]
    return Section("What was learned", tuple(Row(case.service.replace("_", " "), text) for case, text in learned) or _NONE)


_NONE = (Row("Nothing", ""),)


def _counted(words: Iterable[str], titles: Mapping[str, str] | None = None) -> tuple[Row, ...]:
    """How often each word, the most frequent first."""
    counted = Counter(words)
    named = titles or {}
    rows = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(Row(named.get(word, word.replace("_", " ").capitalize()), str(count)) for word, count in rows) or _NONE


def _plural(category: Category) -> str:
    words = category.replace("_", " ").capitalize()
    if category is Category.MEMBER_ENQUIRY:
        return "Member enquiries"
    return words if category in {Category.NOT_OURS, Category.AUTOMATIC, Category.SPAM} else f"{words}s"


_FIGURES: dict[Figure, Callable[[Material, bool], Section]] = {
    Figure.RECEIVED: _received,
    Figure.BY_SERVICE: _by_service,
    Figure.BY_CHANNEL: _by_channel,
    Figure.ACKNOWLEDGED: _acknowledged,
    Figure.RESPONDED: _responded,
    Figure.OUTCOMES: _outcomes,
    Figure.ESCALATED: _escalated,
    Figure.REFUSED: _refused,
    Figure.OVERDUE: _overdue,
    Figure.OMBUDSMAN: _ombudsman,
    Figure.SERVICE_REQUESTS: _service_requests,
    Figure.INVESTIGATIONS: _investigations,
    Figure.APPROVALS: _approvals,
    Figure.ACTIONS: _actions,
    Figure.ASSESSMENTS: _assessments,
    Figure.SURVEYS: _surveys,
    Figure.REASONS: _reasons,
    Figure.REMEDIES: _remedies,
    Figure.LEARNING: _learning,
}

# What the Ombudsmen's Codes ask for (Codes of 2024, 8.1), each part under a heading of its own.
_PARTS = {
    Figure.SELF_ASSESSMENT: (Figure.RECEIVED, Figure.ACKNOWLEDGED, Figure.RESPONDED, Figure.OUTCOMES, Figure.REFUSED),
}
