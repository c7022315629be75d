"""policy.yaml: a published policy as a file that reads like it, made into a `Policy`."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from townclerk.config.calendar_days import is_known_place
from townclerk.config.durations import cap, duration, weekday, working_days
from townclerk.config.policy_checks import check_policy, place_at
from townclerk.config.provisions_file import provisions, published
from townclerk.config.reading import (
    Faults,
    Refused,
    Value,
    clock,
    day,
    email,
    no_date,
    read_root,
    suggest,
    text,
    whole_number,
    word_of,
    words,
)
from townclerk.config.yaml import Entry, Items, Kind, Scalar, Table, lost_in_comments, node_of, parse_yaml, put, read_file
from townclerk.domain.durations import Duration, Unit
from townclerk.domain.policy import (
    Approval,
    CalendarPolicy,
    CategoryPolicy,
    ClockStart,
    Contact,
    Covers,
    EscalationStep,
    Exclusion,
    Extension,
    Fallback,
    Hours,
    InReceipt,
    NonworkingReceipt,
    Ombudsman,
    Policy,
    Promise,
    Reminders,
    ResponseItem,
    StagePolicy,
    Triage,
)
from townclerk.domain.provisions import NOT_PUBLISHED, Published
from townclerk.domain.words import Alert, Category, Outcome, Stage

SETTINGS = "settings"  # what faults call the file of values that a scenario replaces
RESIDENT = "resident"  # who keeps the promise to ask for a review in time
ONE_DAY = Duration(1, Unit.WORKING_DAY)  # a stand-in, see config.reading
PARLIAMENT: tuple[str, ...] = ("parliament.uk",)


def load_policy(path: Path, *, folder: str | None = None, replaced: Mapping[str, object] | None = None) -> Policy:
    """The policy in the file at *path*; *folder* and *replaced* as in `read_policy`. Raises FilesRefused with all that is wrong
    in it."""
    return read_policy(read_file(path), str(path), folder=folder, replaced=replaced)


def read_policy(
    content: bytes, file: str, *, folder: str | None = None, replaced: Mapping[str, object] | None = None
) -> Policy:
    """The policy that *content* says; *file* is the name that faults show, *folder* that of the council, which its id must be.

    *replaced* puts values in place of the file's, by dotted path: {"calendar.cutoff": "17:00"}. A path that the language
    does not have is a fault. The policy's version is of the file alone. Raises FilesRefused.
    """
    tree = parse_yaml(content, file)
    faults = Faults()
    faults.found.extend(lost_in_comments(content, file))
    for path, value in (replaced or {}).items():
        tree = put(tree, path, node_of(value, SETTINGS))
    version = hashlib.sha256(content).hexdigest()[:12]

    def read(root: Value) -> Policy:
        policy = _policy(root, version)
        if folder is not None and policy.id not in {folder, ""}:
            message, expected = f'"{policy.id}" is not the name of its folder', f"write id: {folder}, or rename the folder"
            faults.add(place_at(root, "id"), "id", message, expected)
        return policy

    return read_root(tree, faults, read)


def policy_of(root: Value) -> Policy:
    """The policy of a tree whose file is not known. Faults are noted in *root*."""
    return _policy(root, "")


def _policy(root: Value, version: str) -> Policy:
    with root.fields() as f:
        roles: dict[str, _RoleParts] = f.required("roles", _roles, {})
        nobody: _Members = (PARLIAMENT, ())
        domains, addresses = f.optional("members", _members, nobody)
        policy = Policy(
            id=f.required("id", _identifier, ""),
            prefix=f.required("prefix", _prefix, ""),
            title=f.text("title"),
            version=version,
            contact=f.required("contact", _contact, Contact("-", "-")),
            calendar=f.required("calendar", _calendar, CalendarPolicy()),
            categories=f.required("categories", _categories, {}),
            exclusions=f.optional("exclusions", _exclusions, {}),
            stages=f.required("stages", _stages, {}),
            ombudsmen=f.required("ombudsmen", _ombudsmen, ()),
            ombudsman_in_every_letter=f.yes_no("ombudsman_in_every_letter", default=False),
            ombudsman_in_receipt=f.optional("ombudsman_in_receipt", word_of(InReceipt), InReceipt.MENTION),
            hours=f.optional("hours", _hours, Hours()),
            reminders=f.optional("reminders", _reminders, Reminders()),
            escalation=f.optional("escalation", lambda value: value.each(_escalation_step), ()),
            roles={part: name for name, (plays, _) in roles.items() for part in (name, *plays)},
            role_addresses={name: address for name, (_, address) in roles.items() if address},
            alerts=f.optional("alerts", _alerts, {}),
            restricted_alerts=frozenset(f.optional("alerts", _restricted_alerts, ())),
            statements=f.optional("statements", _statements, {}),
            member_domains=domains,
            member_addresses=addresses,
            answered_for=f.optional("answered_for", duration, Duration(20, Unit.WORKING_DAY)),
            forwarded_receipt_hours=f.number("forwarded_receipt_hours", 24, 1, 24 * 31),
            ask_members_capacity=f.optional("members", _asks_capacity, False),
            provisions=provisions(f),
            said=_said(root),
        )
    check_policy(policy, root)
    return policy


# --- where it was published --------------------------------------------------------------------------------------------

_PLAIN = ("roles", "ombudsmen", "statements", "alerts")  # groups of values that have no room for it in themselves


def _said(root: Value) -> dict[str, Published]:
    """Clause, quotation and numbers of the values that keep none themselves. Faults in them are noted where each is read."""
    found: dict[str, Published] = {}
    for name, group in root.entries():
        if name == "contact":
            found[name] = _aside(group)
        elif name in _PLAIN and isinstance(group.node, Table):
            found |= {f"{name}.{key}": _aside(entry) for key, entry in group.entries()}
        elif name == "escalation" and isinstance(group.node, Items):
            found |= {f"{name}[{n}]": _aside(step) for n, step in enumerate(group.items())}
    return {path: said for path, said in found.items() if said != NOT_PUBLISHED}


def _aside(value: Value) -> Published:
    """What is published of *value*, read beside the value itself."""
    if not isinstance(value.node, Table):
        return NOT_PUBLISHED
    return published(Value(value.node, value.path, Faults()).fields())


# --- names -----------------------------------------------------------------------------------------------------------


def _identifier(value: Value) -> str:
    written = text(value)
    if not re.fullmatch(r"[a-z][a-z0-9-]*", written):
        raise Refused(f'"{written}" cannot name a council', "write small letters and dashes, for instance your-council")
    return written


def _prefix(value: Value) -> str:
    written = text(value)
    if not re.fullmatch(r"[A-Z]{1,4}", written):
        raise Refused(f'"{written}" cannot begin a reference', "write one to four capital letters, for instance SS")
    return written


# --- the council -----------------------------------------------------------------------------------------------------


def _contact(value: Value) -> Contact:
    with value.fields() as f:
        published(f)  # see _said
        return Contact(
            council=f.text("council"),
            mailbox=f.required("mailbox", email, "-"),
            post=f.optional_text("post"),
            phone=f.optional_text("phone"),
            website=f.optional_text("website"),
            lines=f.optional("lines", lambda lines: tuple((name, text(line)) for name, line in lines.entries()), ()),
            privacy=f.optional_text("privacy"),
        )


def _calendar(value: Value) -> CalendarPolicy:
    with value.fields() as f:
        calendar = CalendarPolicy(
            country=f.text("country"),
            subdivision=f.text("subdivision"),
            timezone=f.required("timezone", _timezone, "UTC"),
            weekend=f.optional("weekend", _weekend, (5, 6)),
            closure_days=f.optional("closure_days", _closure_days, ()),
            extra_working_days=f.optional("extra_working_days", lambda days: days.each(day), ()),
            nonworking_receipt=f.optional(
                "nonworking_receipt", word_of(NonworkingReceipt), NonworkingReceipt.NEXT_WORKING_DAY_IS_DAY_1
            ),
            cutoff=f.optional("cutoff", clock, None),
        )
        if not is_known_place(calendar.country, calendar.subdivision):
            f.fault(
                "subdivision",
                f"no bank holidays are known for {calendar.country}-{calendar.subdivision}",
                "write GB and ENG, WLS, SCT or NIR",
            )
    return calendar


def _timezone(value: Value) -> str:
    written = text(value)
    try:
        ZoneInfo(written)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Refused(f'"{written}" is not a time zone', "write for instance Europe/London") from None
    return written


def _weekend(value: Value) -> tuple[int, ...]:
    """The days of the week without work, Monday is 0. With all seven no date could ever be counted."""
    days = tuple(sorted(set(value.each(weekday))))
    if len(days) == 7:
        value.fault("names all seven days, so that no day would be a working day", "leave out the days on which you work")
    return days


def _closure_days(value: Value) -> tuple[tuple[date, str], ...]:
    """Days off beside the bank holidays, each with its reason: 2026-12-29: Christmas closure."""
    found = []
    days = value.entries()
    value.wants(type="object", propertyNames={"pattern": r"^\d{4}-?\d{2}-?\d{2}$"})
    for written, reason in days:
        try:
            closed = date.fromisoformat(written)
        except ValueError:
            reason.fault(*no_date(written, "2026-12-29: Christmas closure"))
        else:
            found.append((closed, reason.attempt(text, "-")))
    return tuple(found)


_RoleParts = tuple[tuple[str, ...], str]


def _roles(value: Value) -> dict[str, _RoleParts]:
    """Each role with the parts that it plays, and its address where it is nobody on the roster ("": it is)."""
    return value.named(lambda _, role: _role(role))


def _role(value: Value) -> _RoleParts:
    if value.is_nothing:
        return (), ""
    with value.fields() as f:
        published(f)  # see _said
        return f.words("plays"), f.optional("address", email, "")


_Members = tuple[tuple[str, ...], tuple[str, ...]]


def _members(value: Value) -> _Members:
    """The domains and the addresses from which MPs and councillors write."""
    with value.fields() as f:
        domains = f.optional("domains", lambda each: each.each(_mail_domain), PARLIAMENT)
        f.find("ask_capacity")  # see _asks_capacity
        return domains, f.optional("addresses", lambda each: each.each(lambda one: email(one).lower()), ())


def _asks_capacity(value: Value) -> bool:
    """Whether a councillor who complains is asked in what capacity."""
    return value.fields().yes_no("ask_capacity", default=False)


def _mail_domain(value: Value) -> str:
    written = text(value).lower()
    if "." not in written or "@" in written or " " in written:
        raise Refused(f'"{written}" is not the domain of mail addresses', "write for instance parliament.uk")
    return written


# --- promises --------------------------------------------------------------------------------------------------------


def _promise(by: str | None = None) -> Callable[[Value], Promise]:
    """A reader of promises; *by* where it is not for the file to say who keeps it."""

    def read(value: Value) -> Promise:
        with value.fields() as f:
            return Promise(
                within=f.required("within", duration, ONE_DAY),
                start=f.required("from", word_of(ClockStart), ClockStart.RECEIPT),
                by=by or f.text("by"),
                clause=f.text("clause"),
                quote=f.optional_text("quote"),
                promises=f.words("promises"),
                fallback=f.optional("fallback", word_of(Fallback), Fallback.NONE),
                together_with=f.words("with"),
                on_behalf_of=f.optional("on_behalf_of", text, None),
            )

    return read


def _extension(value: Value) -> Extension:
    with value.fields() as f:
        return Extension(
            clause=f.text("clause"),
            quote=f.optional_text("quote"),
            default=f.required("default", duration, ONE_DAY),
            cap=f.optional("cap", cap, None),
            reason_required=f.yes_no("reason_required", default=False),
            agreement=f.yes_no("agreement", default=False),
            updates_every=f.optional("updates_every", duration, None),
            name=f.optional_text("name", "delay notice"),
            promises=f.words("promises"),
        )


def _stages(value: Value) -> dict[Stage, StagePolicy]:
    return value.keyed(Stage, lambda stage, entry: _stage(stage)(entry), _NO_STAGE, "a stage", _stage_meant)


def _stage_meant(wrong: str, known: Iterable[str]) -> str:
    if re.fullmatch(r"stage[ _-]?([3-9]|[0-9]{2,}|three|four|five)", wrong.lower()):
        return f"the stages are {', '.join(known)}; a third cannot be expressed"
    return suggest(wrong, known)


def _stage(stage: Stage) -> Callable[[Value], StagePolicy]:
    def read(value: Value) -> StagePolicy:
        with value.fields() as f:
            return StagePolicy(
                stage=stage,
                title=f.text("title"),
                request=f.optional("request", _promise(RESIDENT), None),
                acknowledge=f.optional("acknowledge", _promise(), None),
                assess=f.optional("assess", _promise(), None),
                respond=f.required("respond", _promise(), _NO_PROMISE),
                extension=f.required("extension", _extension, _NO_EXTENSION),
                receipt=f.optional("receipt", _published, None),
                refuse=f.optional("refuse", _published, None),
                bypass=f.optional("bypass", _published, None),
                decided_by=f.optional_text("decided_by", "complaints_lead"),
                max_times=f.optional("max_times", whole_number(1, 9), None),
                final=f.yes_no("final", default=False),
                closes_case=f.yes_no("closes_case", default=False),
                response_must_contain=f.optional("response_must_contain", _items, ()),
                upheld_must_contain=f.optional("upheld_must_contain", _items, ()),
                not_upheld_must_contain=f.optional("not_upheld_must_contain", _items, ()),
                different_person_from=f.optional("different_person_from", lambda each: each.each(word_of(Stage)), ()),
                approvals=f.optional("approvals", lambda each: each.each(_approval), ()),
                triage=f.optional("triage", _triage, None),
            )

    return read


def _items(value: Value) -> tuple[ResponseItem, ...]:
    return value.each(word_of(ResponseItem))


def _approval(value: Value) -> Approval:
    with value.fields() as f:
        return Approval(f.required("by", words, ()), f.required("when", _occasions, ()), published(f))


def _occasions(value: Value) -> tuple[str, ...]:
    """Outcomes, flags and remedies; an outcome may be written with - or with _."""
    outcomes = {_plainly(outcome): outcome.value for outcome in Outcome}
    return tuple(outcomes.get(_plainly(written), written) for written in words(value))


def _plainly(written: str) -> str:
    return re.sub(r"[ _-]+", "_", written.lower())


def _triage(value: Value) -> Triage:
    with value.fields() as f:
        return Triage(f.text("by"), f.optional("back_to", word_of(Stage), None), published(f))


def _published(value: Value) -> Published:
    with value.fields() as f:
        return published(f)


_NO_PROMISE = Promise(ONE_DAY, ClockStart.RECEIPT, "-", "-")
_NO_EXTENSION = Extension("-", ONE_DAY)
_NO_STAGE = StagePolicy(Stage.STAGE1, "-", _NO_PROMISE, _NO_EXTENSION)


def _categories(value: Value) -> dict[Category, CategoryPolicy]:
    nothing = CategoryPolicy(Category.NOT_OURS, "-")
    return value.keyed(Category, lambda category, entry: _category(category)(entry), nothing, "a category")


def _category(category: Category) -> Callable[[Value], CategoryPolicy]:
    def read(value: Value) -> CategoryPolicy:
        with value.fields() as f:
            return CategoryPolicy(
                category=category,
                clause=f.text("clause"),
                quote=f.optional_text("quote"),
                receipt=f.yes_no("receipt", default=True),
                first_stage=f.optional("first_stage", word_of(Stage), None),
                forward_to=f.words("forward_to"),
                decide=f.yes_no("decide", default=False),
                respond=f.optional("respond", _promise(), None),
                acknowledge=f.optional("acknowledge", _promise(), None),
                promises=f.words("promises"),
                answer_before_close=f.yes_no("answer_before_close", default=False),
            )

    return read


def _exclusions(value: Value) -> dict[str, Exclusion]:
    return value.named(_exclusion)


def _exclusion(code: str, value: Value) -> Exclusion:
    with value.fields() as f:
        return Exclusion(
            code=code,
            title=f.text("title"),
            clause=f.text("clause"),
            quote=f.optional_text("quote"),
            explanation=f.optional_text("explanation"),
            signpost=f.optional_text("signpost"),
            forward_to=f.optional("forward_to", text, None),
            promises=f.words("promises"),
            restricted=f.yes_no("restricted", default=False),
            statutory=f.yes_no("statutory", default=False),
        )


def _ombudsmen(value: Value) -> tuple[Ombudsman, ...]:
    return tuple(value.named(_ombudsman).values())


def _ombudsman(code: str, value: Value) -> Ombudsman:
    with value.fields() as f:
        published(f)  # see _said
        name, address = f.text("name"), f.optional_text("address")
        phone, website = f.optional_text("phone"), f.optional_text("website")
        sentences, always = f.words("sentences"), f.words("always")
        covers = f.optional("covers", word_of(Covers), Covers.ALL)
        if not (address or phone or website):
            raise Refused(
                "says no way to reach this Ombudsman", "write an address, a phone or a website, as the policy prints them"
            )
        return Ombudsman(code, name, address, phone, website, sentences, always, covers)


# --- times and people ------------------------------------------------------------------------------------------------


def _hours(value: Value) -> Hours:
    usual = Hours()
    with value.fields() as f:
        hours = Hours(
            opens=f.optional("opens", clock, usual.opens),
            closes=f.optional("closes", clock, usual.closes),
            reminders_at=f.optional("reminders_at", clock, usual.reminders_at),
            fallback_at=f.optional("fallback_at", clock, usual.fallback_at),
            survey_at=f.optional("survey_at", clock, usual.survey_at),
            due_time=f.optional("due_time", clock, usual.due_time),
        )
        if hours.opens >= hours.closes:
            f.fault("closes", f"{hours.closes:%H:%M} is not after {hours.opens:%H:%M}, when it opens", "write a later time")
        for key in ("reminders_at", "fallback_at", "survey_at"):
            if not hours.opens <= getattr(hours, key) < hours.closes:
                expected = f"write a time from {hours.opens:%H:%M} up to but not including {hours.closes:%H:%M}"
                f.fault(key, f"{getattr(hours, key):%H:%M} lies outside the hours in which letters leave", expected)
    return hours


def _reminders(value: Value) -> Reminders:
    usual = Reminders()

    def days(each: Value) -> tuple[int, ...]:
        return each.each(whole_number(0, 60))

    with value.fields() as f:
        return Reminders(
            acknowledge=f.optional("acknowledge", days, usual.acknowledge),
            respond=f.optional("respond", days, usual.respond),
        )


def _escalation_step(value: Value) -> EscalationStep:
    with value.fields() as f:
        published(f)  # see _said
        return EscalationStep(f.required("after", working_days, 1), f.required("to", words, ()))


def _alerts(value: Value) -> dict[Alert, str]:
    return value.keyed(Alert, lambda _, entry: _told(entry), "-", "an alert")


def _told(value: Value) -> str:
    """The role that is told: its name alone, or a group with `to`."""
    if isinstance(value.node, Scalar):
        return text(value)
    with value.fields() as f:
        published(f)  # see _said
        f.yes_no("restricted", default=False)  # see _restricted_alerts
        return f.text("to")


def _restricted_alerts(value: Value) -> tuple[Alert, ...]:
    """The alerts whose cases are for nobody but those named for them."""
    known = {alert.value: alert for alert in Alert}
    groups = [(name, entry.node) for name, entry in value.entries() if name in known and isinstance(entry.node, Table)]
    return tuple(known[name] for name, group in groups if _is_true(group.find("restricted")))


def _is_true(entry: Entry | None) -> bool:
    """Whether it says so; what else it may say is a fault where its group is read."""
    node = entry.node if entry is not None else None
    return isinstance(node, Scalar) and node.kind is Kind.YES_NO and node.text.lower() == "true"


def _statements(value: Value) -> dict[str, str]:
    return value.named(lambda _, sentence: _statement(sentence))


def _statement(value: Value) -> str:
    """The sentence alone, or a group with `text`."""
    if isinstance(value.node, Scalar):
        return text(value)
    with value.fields() as f:
        published(f)  # see _said
        return f.text("text")
