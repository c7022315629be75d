"""Where a published policy falls short of the Ombudsmen's Codes: advice for whoever revises it, never a reason to stop.

The Codes are the Complaint Handling Code of the Local Government and Social Care Ombudsman (2024) and that of the Housing
Ombudsman (2024). What a policy says is read from its values and its quotes; what it leaves unsaid has neither.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import date

from townclerk.domain.durations import Duration, Unit
from townclerk.domain.policy import InReceipt, Policy, StagePolicy
from townclerk.domain.policy_words import plain_word, words_of_nothing
from townclerk.domain.provisions import LimitFrom, Published
from townclerk.domain.words import Category, Outcome, Stage

CODES_SINCE = date(2024, 2, 8)  # when the LGSCO published its Code; the Housing Ombudsman's binds since 1 April 2024
NOT_QUOTED = "not yet quoted"  # the clause of a promise that somebody has still to look up in their policy

_WORKING_DAYS_A_WEEK = 5
_ACKNOWLEDGE, _STAGE1, _STAGE2 = 5, 10, 20  # working days
_BOTH_STAGES = 60  # working days: twelve weeks
_DEFINITION = ("expression of dissatisfaction", "however made")
_PRESENT_NAMES = ("social care ombudsman", "housing ombudsman")
_NO_SUCH_ADDRESS = (
    ".example",
    ".invalid",
    ".test",
)  # names that nobody can own: the file's stand-in for an address not printed


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to look at. `rule` names it for machines, `path` is the place in policy.yaml, `code` the paragraph."""

    rule: str
    code: str
    path: str
    finding: str
    asks: str


def advice_on(policy: Policy) -> tuple[Advice, ...]:
    """Everything in which *policy* falls short of the Codes, in the order of their parts; then what is still to be quoted."""
    return (
        *_on_definition(policy),
        *_on_access(policy),
        *_on_stages(policy),
        *_on_clocks(policy),
        *_on_extensions(policy),
        *_on_provisions(policy),
        *_on_edition(policy),
        *_on_own_words(policy),
        *(_not_quoted(path) for path in not_quoted(policy)),
    )


def _on_own_words(policy: Policy) -> Iterator[Advice]:
    for path, word, _ in words_of_nothing(policy):
        finding = f'"{word}" comes to a case only where an officer writes #flag {word}'
        asks = f"that it is spelled so, and stands with its meaning under flags: {{{plain_word(word)}: ...}}"
        yield Advice("undeclared_flag", "Words of your own", path, finding, asks)


def not_quoted(policy: Policy) -> tuple[str, ...]:
    """Where in the file a clause and its words are still to be written, by path."""
    return tuple(dict.fromkeys(_marked(policy, "")))


# --- 1 and 3: what a complaint is, and how it can be made -----------------------------------------------------------


def _on_definition(policy: Policy) -> Iterator[Advice]:
    complaint = policy.categories.get(Category.COMPLAINT)
    said = complaint.quote.lower() if complaint else ""
    missing = [words for words in _DEFINITION if words not in said]
    if missing:
        asks = (
            "an expression of dissatisfaction, however made, about the standard of service, actions or lack of action by the "
            "organisation, its own staff, or those acting on its behalf, affecting an individual or group of individuals"
        )
        yield Advice(
            "definition", "LGSCO Code 1.2", "categories.complaint", f"the definition does not say “{missing[0]}”", asks
        )


def _on_access(policy: Policy) -> Iterator[Advice]:
    if policy.contact.mailbox.endswith(_NO_SUCH_ADDRESS):
        finding = "no email address is published: this one is a stand-in"
        yield Advice("no_mailbox", "LGSCO Code 3.1", "contact.mailbox", finding, "several ways to complain, easy to find")
    if policy.ombudsman_in_receipt is InReceipt.NOTHING and not policy.ombudsman_in_every_letter:
        finding = "the receipt does not name the Ombudsman"
        asks = "that people are told of their right to go to the Ombudsman throughout, not only at the end"
        yield Advice("ombudsman_in_receipt", "LGSCO Code 3.8", "ombudsman_in_receipt", finding, asks)
    for ombudsman in policy.ombudsmen:
        if not any(name in ombudsman.name.lower() for name in _PRESENT_NAMES):
            path, finding = f"ombudsmen.{ombudsman.code}.name", f"“{ombudsman.name}” is not a name of an Ombudsman of today"
            yield Advice("ombudsman_name", "LGSCO Code 3.8", path, finding, "the Ombudsman's details, as they are")


# --- 5: stages ---------------------------------------------------------------------------------------------------------


def _on_stages(policy: Policy) -> Iterator[Advice]:
    if Stage.STAGE2 not in policy.stages:
        asks = "two stages, no more and no fewer: the second looks at the first"
        yield Advice("one_stage", "LGSCO Code 5.2, Housing Code 5.1", "stages", "there is one stage", asks)
    if Stage.STAGE1_AGAIN in policy.stages:
        asks = "no further stages, by whatever name"
        yield Advice(
            "further_stage", "LGSCO Code 5.2, Housing Code 5.1", "stages.stage1_again", "there is a further Stage 1", asks
        )
    for stage in policy.stages.values():
        if stage.triage and stage.triage.back_to:
            finding = f"a request for it can be sent back to {stage.triage.back_to}"
            asks = "that nobody is refused the next stage without a valid reason"
            yield Advice("sent_back", "LGSCO Code 5.7", f"stages.{stage.stage}.triage", finding, asks)
    concerns = policy.provisions.concerns
    if concerns is not None:
        finding = "whoever speaks of a concern is first asked what it is"
        asks = "no stage before the first; whoever is dissatisfied is given the opportunity to complain"
        yield Advice("step_before", "LGSCO Code 5.2, 5.3", "concerns", finding, asks)
    second = policy.stages.get(Stage.STAGE2)
    if second and Stage.STAGE1 not in second.different_person_from:
        finding = "it is not said that somebody else looks at it"
        asks = "that Stage 2 is not considered by whoever considered Stage 1"
        yield Advice("same_person", "LGSCO Code 6.9 and after", "stages.stage2.different_person_from", finding, asks)


# --- 6: clocks ---------------------------------------------------------------------------------------------------------


def _on_clocks(policy: Policy) -> Iterator[Advice]:
    for stage in policy.stages.values():
        yield from _on_acknowledgement(stage)
        yield from _on_answer(stage)
    waits = policy.provisions.board is not None and any(
        "board" in approval.by and set(approval.when) & {Outcome.UPHELD, Outcome.PARTLY_UPHELD}
        for stage in policy.stages.values()
        for approval in stage.approvals
    )
    if waits:
        finding = "an answer that upholds waits for a meeting"
        yield Advice("waits_for_board", "LGSCO Code 6.6", "board", finding, "an answer when it is known, not later")
    first, second = policy.stages.get(Stage.STAGE1), policy.stages.get(Stage.STAGE2)
    if first and second and _longest(first) + _longest(second) > _BOTH_STAGES:
        finding = f"both stages can take {_longest(first) + _longest(second)} working days"
        yield Advice("both_stages", "LGSCO guide for complaint managers", "stages", finding, "twelve weeks at most for both")


def _on_acknowledgement(stage: StagePolicy) -> Iterator[Advice]:
    path, promise = f"stages.{stage.stage}.acknowledge", stage.acknowledge or stage.assess
    paragraph = "LGSCO Code 6.2" if stage.stage is not Stage.STAGE2 else "LGSCO Code 6.9 and after"
    asks = "an acknowledgement within 5 working days of receipt"
    if promise is None:
        yield Advice("no_acknowledgement", paragraph, path, "no acknowledgement is promised within a time", asks)
    elif _working_days(promise.within) > _ACKNOWLEDGE:
        yield Advice("late_acknowledgement", paragraph, path, f"it is promised within {promise.within}", asks)


def _on_answer(stage: StagePolicy) -> Iterator[Advice]:
    path, within = f"stages.{stage.stage}.respond", stage.respond.within
    most = _STAGE2 if stage.stage is Stage.STAGE2 else _STAGE1
    paragraph = "LGSCO Code 6.9 and after" if stage.stage is Stage.STAGE2 else "LGSCO Code 6.3"
    asks = f"a full answer within {most} working days of the acknowledgement"
    if within.unit is not Unit.WORKING_DAY:
        yield Advice("not_working_days", paragraph, path, f"{within} are not counted in working days", asks)
    if _working_days(within) > most:
        yield Advice("long_answer", paragraph, path, f"it is promised within {within}", asks)


def _on_extensions(policy: Policy) -> Iterator[Advice]:
    for stage in policy.stages.values():
        path = f"stages.{stage.stage}.extension"
        most = _STAGE2 if stage.stage is Stage.STAGE2 else _STAGE1
        if stage.extension.cap is None:
            asks = f"no more than {most} further working days without a good reason"
            yield Advice("no_cap", "LGSCO Code 6.4", f"{path}.cap", "it is not said how long it may be", asks)
        if "ombudsman" not in stage.extension.quote.lower() and not policy.ombudsman_in_every_letter:
            finding = "the Ombudsman is not promised with it (townclerk names it all the same)"
            yield Advice("ombudsman_with_delay", "LGSCO Code 6.5", path, finding, "the Ombudsman's details with any delay")


# --- what else a policy should say ----------------------------------------------------------------------------------


def _on_provisions(policy: Policy) -> Iterator[Advice]:
    provisions = policy.provisions
    limit = provisions.time_limit
    if limit is None:
        finding, asks = "it is not said how late a complaint may come", "12 months, with discretion"
        yield Advice("no_time_limit", "LGSCO Code 2", "time_limit", finding, asks)
    elif limit.counted_from is LimitFrom.INCIDENT:
        finding, asks = "it counts from the matter alone", "12 months from the matter or from when the resident knew of it"
        yield Advice("limit_from_matter", "LGSCO Code 2", "time_limit.from", finding, asks)
    if provisions.additional_issues is None:
        asks = "what is related and not answered yet is taken in; else it is a new complaint"
        yield Advice("additional_issues", "LGSCO Code 6.9", "additional_issues", "nothing is said of further matters", asks)
    if provisions.adjustments is None or not _says(provisions.adjustments.said):
        finding, asks = (
            "it is not said that adjustments are recorded",
            "adjustments under the Equality Act, recorded and reviewed",
        )
        yield Advice("adjustments", "LGSCO Code 5.6", "adjustments", finding, asks)
    spoken_for = provisions.representation
    if spoken_for is None or not _says(spoken_for.said, "consent", "permission", "authori"):
        finding = "nothing is said of consent where somebody acts for another"
        yield Advice(
            "consent", "LGSCO Code 3", "representation", finding, "that somebody may act for a resident, who agrees to it"
        )
    if provisions.restrictions is None:
        finding, asks = "no rules on contact that is unreasonable", "rules of their own, with reasons and a review"
        yield Advice("behaviour", "LGSCO Code 5, Housing Code 5.14", "restrictions", finding, asks)
    kept = provisions.retention
    if kept is None or (not kept.classes and kept.otherwise is None):
        finding, asks = "no period is named", "that nothing is kept longer than it is needed"
        yield Advice("retention", "UK GDPR, article 5(1)(e)", "retention", finding, asks)


def _on_edition(policy: Policy) -> Iterator[Advice]:
    edition = policy.provisions.edition
    asks = "a policy in line with the Codes of 2024, which the LGSCO uses in its investigations from 1 April 2026"
    if edition.day is None:
        yield Advice("no_date", "both Codes", "edition.date", "no date is printed on the policy", asks)
    elif edition.day < CODES_SINCE:
        yield Advice("before_the_codes", "both Codes", "edition.date", f"it is of {edition.day}, before both Codes", asks)


def _not_quoted(path: str) -> Advice:
    asks = "the clause, and a short quote of what is published"
    return Advice("not_quoted", "your policy", path, "is still to be looked up in your policy", asks)


# --- reading values ----------------------------------------------------------------------------------------------------


def _says(said: Published, *one_of: str) -> bool:
    """Whether the policy is quoted there, with *one_of* these words where some are named."""
    words = said.quote.lower()
    return bool(words) and (not one_of or any(word in words for word in one_of))


def _working_days(within: Duration) -> int:
    """How many working days *within* is, roughly where it is counted otherwise."""
    if within.unit is Unit.WORKING_DAY:
        return within.n
    days = {Unit.CALENDAR_DAY: 1, Unit.MONTH: 30, Unit.YEAR: 365}[within.unit] * within.n
    return days * _WORKING_DAYS_A_WEEK // 7


def _longest(stage: StagePolicy) -> int:
    """Working days that *stage* can take, with what may be added to it where that is limited."""
    return max(_working_days(stage.respond.within), _working_days(stage.extension.cap) if stage.extension.cap else 0)


def _marked(value: object, path: str) -> Iterator[str]:
    """The paths of all that has no clause but the mark that it is still to be quoted."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _marked(part, f"{path}.{key}".lstrip("."))
    elif isinstance(value, tuple):
        for part in value:
            yield from _marked(part, path)
    elif is_dataclass(value) and not isinstance(value, type):
        if getattr(value, "clause", "") == NOT_QUOTED:
            yield path
        for field in fields(value):
            name = "" if field.name in ("said", "provisions") else field.name
            yield from _marked(getattr(value, field.name), ".".join(part for part in (path, name) if part))
