"""The groups of policy.yaml beside its stages, categories and exclusions, made into `Provisions`."""

from datetime import date

from townclerk.config.durations import duration, weekday, working_days
from townclerk.config.reading import (
    Fields,
    Value,
    day,
    refuse_word,
    text,
    whole_number,
    word_of,
    words,
)
from townclerk.config.yaml import Scalar
from townclerk.domain.durations import Duration, Unit
from townclerk.domain.logged_contact import CHANNELS
from townclerk.domain.provisions import (
    Actions,
    AdditionalIssues,
    Adjustments,
    Alternatives,
    Anonymous,
    Assessment,
    Board,
    Campaigns,
    Code,
    Concerns,
    Consent,
    Copies,
    Desk,
    Digest,
    Edition,
    Figure,
    LimitFrom,
    Matter,
    Notice,
    Period,
    Permission,
    PlainReply,
    Provisions,
    Published,
    Repeats,
    Report,
    Representation,
    Restrictions,
    Retention,
    Survey,
    TimeLimit,
    TimescaleOverride,
    WhenKept,
)
from townclerk.domain.words import Alert, Category, Stage

A_YEAR = Duration(1, Unit.YEAR)  # a stand-in, see config.reading
MOST_OF_A_CAMPAIGN = 100  # mails before a person is asked: more of them would all have been given to somebody
LONGEST_UNDO = 240  # minutes: what waits longer is forgotten, not thought over
SHEET = ("reason", "remedy", "learning")  # what an assessment may ask for


def published(f: Fields) -> Published:
    """The clause, the quotation and the numbers in the register of whatever *f* is about. What is not published has none."""
    return Published(f.optional_text("clause"), f.optional_text("quote"), f.words("promises"))


def provisions(f: Fields) -> Provisions:
    """What the groups of *f*, the policy itself, provide for."""
    usual = Provisions()
    return Provisions(
        time_limit=f.optional("time_limit", _time_limit, None),
        representation=f.optional("representation", _representation, None),
        additional_issues=f.optional("additional_issues", _additional_issues, None),
        adjustments=f.optional("adjustments", _adjustments, None),
        restrictions=f.optional("restrictions", _restrictions, None),
        alternatives=f.optional("alternatives", _alternatives, None),
        anonymous=f.optional("anonymous", _anonymous, None),
        concerns=f.optional("concerns", _concerns, None),
        permission=f.optional("permission", _permission, None),
        copies=f.optional("copies", _copies, None),
        survey=f.optional("survey", _survey, None),
        actions=f.optional("actions", _actions, usual.actions),
        assessment=f.optional("assessment", _assessment, None),
        reasons=f.optional("reasons", lambda value: value.named(_code), {}),
        remedies=f.optional("remedies", lambda value: value.named(_code), {}),
        retention=f.optional("retention", _retention, None),
        board=f.optional("board", _board, None),
        reports=f.optional("reports", lambda value: value.named(_report), {}),
        digest=f.optional("digest", _digest, None),
        notices=f.optional("notices", lambda value: value.each(_notice), ()),
        matters=f.optional("matters", lambda value: value.named(_matter), {}),
        flags=f.optional("flags", lambda value: value.named(lambda _, meaning: text(meaning)), {}),
        timescale_override=f.optional("timescale_override", _timescale_override, None),
        edition=f.optional("edition", _edition, usual.edition),
        repeats=f.optional("repeats", _repeats, None),
        desk=f.optional("desk", _desk, usual.desk),
        campaigns=f.optional("campaigns", _campaigns, usual.campaigns),
        elapsed_alarm=f.optional("elapsed_alarm", duration, usual.elapsed_alarm),
    )


# --- who writes, and for whom ----------------------------------------------------------------------------------------


def _time_limit(value: Value) -> TimeLimit:
    with value.fields() as f:
        return TimeLimit(
            within=f.required("within", duration, A_YEAR),
            counted_from=f.required("from", word_of(LimitFrom), LimitFrom.INCIDENT),
            decided_by=f.optional_text("decided_by", "complaints_lead"),
            said=published(f),
        )


def _representation(value: Value) -> Representation:
    with value.fields() as f:
        return Representation(f.required("consent", word_of(Consent), Consent.ASKED), published(f))


def _additional_issues(value: Value) -> AdditionalIssues:
    with value.fields() as f:
        return AdditionalIssues(f.optional("until", word_of(Stage), Stage.STAGE1), published(f))


def _adjustments(value: Value) -> Adjustments:
    with value.fields() as f:
        return Adjustments(f.optional("review_every", duration, None), published(f))


def _restrictions(value: Value) -> Restrictions:
    with value.fields() as f:
        return Restrictions(
            by=f.text("by"),
            only_they_write=f.yes_no("only_they_write", default=False),
            must_record=f.words("must_record"),
            letter_must_say=f.words("letter_must_say"),
            policy_url=f.optional_text("policy_url"),
            behaviours=f.optional("behaviours", lambda each: each.named(_code), {}),
            said=published(f),
        )


def _alternatives(value: Value) -> Alternatives:
    with value.fields() as f:
        ways: dict[str, Code] = f.required("ways", lambda each: each.named(_code), {})
        return Alternatives(f.text("by"), ways, f.words("consult"), published(f))


def _anonymous(value: Value) -> Anonymous:
    with value.fields() as f:
        by = f.optional_text("decided_by", "complaints_lead")
        return Anonymous(by, f.optional_text("serious_to", by), published(f))


def _concerns(value: Value) -> Concerns:
    with value.fields() as f:
        by = f.optional_text("decided_by", "complaints_lead")
        return Concerns(by, f.yes_no("clocks_run", default=False), published(f))


def _permission(value: Value) -> Permission:
    with value.fields() as f:
        channels: tuple[str, ...] = f.required("channels", lambda each: each.each(lambda one: _one_of(one, CHANNELS)), ())
        return Permission(channels, f.optional_text("decided_by", "complaints_lead"), published(f))


def _copies(value: Value) -> Copies:
    with value.fields() as f:
        return Copies(published(f))


# --- after the answer ------------------------------------------------------------------------------------------------


def _survey(value: Value) -> Survey:
    with value.fields() as f:
        return Survey(
            after=f.required("after", duration, A_YEAR),
            categories=f.optional("categories", lambda each: each.each(word_of(Category)), (Category.COMPLAINT,)),
            said=published(f),
        )


def _actions(value: Value) -> Actions:
    with value.fields() as f:
        return Actions(f.optional("updates_every", duration, Actions().updates_every), published(f))


def _assessment(value: Value) -> Assessment:
    with value.fields() as f:
        return Assessment(
            by=f.text("by"),
            asks=f.required("asks", lambda each: each.each(lambda one: _one_of(one, SHEET)), ()),
            chase_every=f.optional("chase_every", duration, None),
            said=published(f),
        )


def _one_of(value: Value, known: tuple[str, ...]) -> str:
    written = text(value)
    if written not in known:
        refuse_word(written, known)
    return written


def _code(code: str, value: Value) -> Code:
    """A code with its title, or the title alone."""
    if isinstance(value.node, Scalar):
        return Code(code, text(value))
    with value.fields() as f:
        return Code(code, f.text("title"), f.words("told"), published(f))


def _retention(value: Value) -> Retention:
    """A length of time for everything, or a group with one for each class."""
    if isinstance(value.node, Scalar):
        return Retention(otherwise=duration(value))
    with value.fields() as f:
        return Retention(
            classes=f.optional("classes", lambda each: each.named(lambda _, one: duration(one)), {}),
            otherwise=f.optional("otherwise", duration, None),
            then=f.optional("then", word_of(WhenKept), WhenKept.MARK),
            by=f.optional_text("by", "complaints_lead"),
            said=published(f),
        )


# --- people who are told regularly -----------------------------------------------------------------------------------


def _board(value: Value) -> Board:
    with value.fields() as f:
        return Board(
            title=f.text("title"),
            members=f.required("members", words, ()),
            every=f.required("every", duration, A_YEAR),
            anchor=f.optional("anchor", day, None),
            pack_before=f.optional("pack_before", working_days, 2),
            said=published(f),
        )


def _report(id_: str, value: Value) -> Report:
    with value.fields() as f:
        return Report(
            id=id_,
            title=f.text("title"),
            every=f.required("every", word_of(Period), Period.QUARTER),
            to=f.required("to", words, ()),
            contains=f.optional("contains", lambda each: each.each(word_of(Figure)), ()),
            personal=f.yes_no("personal", default=False),
            said=published(f),
        )


def _digest(value: Value) -> Digest:
    with value.fields() as f:
        to, officers = f.words("to"), f.yes_no("officers", default=False)
        weekly, on = f.optional("weekly", _weekly, ((), 0))
        if not (to or officers or weekly):
            f.fault("to", "says not who reads it", "write to: [a role], officers: true, or weekly: {to: [a role]}")
        return Digest(to, officers, weekly, on, published(f))


def _weekly(value: Value) -> tuple[tuple[str, ...], int]:
    with value.fields() as f:
        return f.required("to", words, ()), f.optional("on", weekday, 0)


_HAPPENINGS = ("flag", "remedy", "stage", "alert")


def _notice(value: Value) -> Notice:
    with value.fields() as f:
        notice = Notice(
            to=f.required("to", words, ()),
            flag=f.optional_text("flag"),
            remedy=f.optional_text("remedy"),
            stage=f.optional("stage", word_of(Stage), None),
            alert=f.optional("alert", lambda each: word_of(Alert)(each).value, ""),
            said=published(f),
        )
        if sum(bool(getattr(notice, what)) for what in _HAPPENINGS) != 1:
            f.fault("to", "says not what the notice is about", f"write one of {', '.join(_HAPPENINGS)}")
    return notice


def _matter(name: str, value: Value) -> Matter:
    with value.fields() as f:
        title, look_into, told = f.text("title"), f.optional_text("look_into"), f.words("told")
        return Matter(name, title, look_into, told, f.optional_text("tell"), published(f))


def _desk(value: Value) -> Desk:
    usual = Desk()
    with value.fields() as f:
        return Desk(
            plain_reply=f.optional("plain_reply", word_of(PlainReply), usual.plain_reply),
            undo_minutes=f.optional("undo_minutes", whole_number(0, LONGEST_UNDO), usual.undo_minutes),
            address_lasts=f.optional("address_lasts", duration, usual.address_lasts),
        )


def _campaigns(value: Value) -> Campaigns:
    usual = Campaigns()
    with value.fields() as f:
        found = Campaigns(
            at_least=f.optional("at_least", whole_number(0, MOST_OF_A_CAMPAIGN), usual.at_least),
            within_days=f.optional("within_days", whole_number(1, 366), usual.within_days),
            alike=f.optional("alike", whole_number(50, 100), usual.alike),
            said=published(f),
        )
        if found.at_least == 1:
            f.fault("at_least", "one mail is no campaign", "write 2 or more, or 0: nobody is ever asked")
        return found


# --- times -----------------------------------------------------------------------------------------------------------


def _timescale_override(value: Value) -> TimescaleOverride | None:
    """None where it has no dates: it is not in force."""
    with value.fields() as f:
        first, last = f.optional("first", day, None), f.optional("last", day, None)
        stages = f.optional("stages", _lengths, {})
        because, url, said = f.optional_text("because"), f.optional_text("url"), published(f)
        if first is None and last is None:
            return None
        if first is None or last is None or last < first:
            f.fault("first" if first is None else "last", *_no_span(first, last))
            return None
        if not stages or not url:
            f.fault(
                "stages" if not stages else "url", "is missing", "an override in force says how long, and where it is published"
            )
        return TimescaleOverride(first, last, stages, because, url, said)


def _no_span(first: date | None, last: date | None) -> tuple[str, str]:
    if first is None or last is None:
        return "is missing", "write both days between which it is in force, or neither"
    return f"{last} is before {first}", "write the last day on which it is in force"


def _lengths(value: Value) -> dict[Stage, Duration]:
    return value.keyed(Stage, lambda _, entry: duration(entry), A_YEAR, "a stage")


def _edition(value: Value) -> Edition:
    with value.fields() as f:
        return Edition(
            version=f.optional_text("version"),
            day=f.optional("date", day, None),
            review_every=f.optional("review_every", duration, None),
            review_by=f.optional_text("review_by", "complaints_lead"),
            said=published(f),
        )


def _repeats(value: Value) -> Repeats:
    with value.fields() as f:
        return Repeats(f.required("times", whole_number(2, 99), 2), f.required("within", duration, A_YEAR), published(f))
