"""A published policy as a file: what it says, and how a wrong one is refused."""

import hashlib
from datetime import date, time

import pytest

from config import policies
from config.policies import SMALL, with_stages
from townclerk.config.errors import Fault, FilesRefused
from townclerk.config.policy_file import load_policy, read_policy
from townclerk.config.shipped import find_shipped
from townclerk.domain.durations import Duration, Unit
from townclerk.domain.policy import ClockStart, Fallback, NonworkingReceipt, Policy
from townclerk.domain.provisions import Campaigns, Desk, PlainReply, Published
from townclerk.domain.words import Alert, Category, Stage


def faults(content: str, **replaced: object) -> tuple[Fault, ...]:
    with pytest.raises(FilesRefused) as caught:
        read_policy(
            content.encode(), "policy.yaml", replaced={key.replace("__", "."): value for key, value in replaced.items()}
        )
    return caught.value.faults


def shipped() -> Policy:
    path = find_shipped("rules", "south-staffordshire/policy.yaml")
    assert path is not None
    return load_policy(path)


def working(n: int) -> Duration:
    return Duration(n, Unit.WORKING_DAY)


# --- where something was published -----------------------------------------------------------------------------------


def test_whatever_was_published_can_say_where() -> None:
    """Also what is a plain value: the sentence, the role that is told, the step of the ladder."""
    policy = read_policy(
        (
            SMALL.replace("mailbox: feedback@council.example", "mailbox: feedback@council.example, promises: [SM-001]")
            + 'statements: {formats: {text: Ask for large print., clause: "9", promises: [SM-002]}, plain: Just words.}\n'
            + 'alerts: {fraud: {to: service, clause: "7", quote: at once}, self_harm: service}\n'
            + "escalation: [{after: 5 working days, to: [service], promises: [SM-003]}]\n"
        ).encode(),
        "policy.yaml",
    )

    assert policy.statements == {"formats": "Ask for large print.", "plain": "Just words."}
    assert policy.alerts == {Alert.FRAUD: "service", Alert.SELF_HARM: "service"}
    assert policy.said == {
        "contact": Published("", promises=("SM-001",)),
        "statements.formats": Published("9", promises=("SM-002",)),
        "alerts.fraud": Published("7", "at once"),
        "escalation[0]": Published("", promises=("SM-003",)),
    }


def test_who_is_told_of_a_kind_of_complaint_must_be_a_role() -> None:
    (fault,) = faults(SMALL + "matters: {fluency: {title: The duty, told: [servise]}}\n")

    assert (fault.path, fault.expected) == ("matters.fluency.told", 'did you mean "service"?')


def test_a_number_of_another_register_is_refused_beside_a_sentence_too() -> None:
    (fault,) = faults(SMALL + "statements: {formats: {text: Ask for large print., promises: [XX-002]}}\n")

    assert "XX-002" in fault.message
    assert fault.path == "statements.formats.promises"


# --- what is shipped -------------------------------------------------------------------------------------------------


def test_the_promises_of_south_staffordshire_are_as_published() -> None:
    """5 and 10 working days, then 20 to ask, 5 and 20; all from the receipt."""
    stage1, stage2 = shipped().stages[Stage.STAGE1], shipped().stages[Stage.STAGE2]
    assert stage1.acknowledge is not None
    assert stage2.request is not None
    assert stage2.acknowledge is not None

    assert (working(5), Fallback.AT_DUE, ("SS-049",)) == (
        stage1.acknowledge.within,
        stage1.acknowledge.fallback,
        stage1.acknowledge.promises,
    )
    assert (working(10), ClockStart.RECEIPT, "service", "5, Stage 1") == (
        stage1.respond.within,
        stage1.respond.start,
        stage1.respond.by,
        stage1.respond.clause,
    )
    assert (working(20), ClockStart.RESPONSE) == (stage2.request.within, stage2.request.start)
    assert (working(5), working(20)) == (stage2.acknowledge.within, stage2.respond.within)
    assert (stage1.final, stage2.final, stage2.refuse is not None, stage2.extension.reason_required) == (
        False,
        True,
        True,
        False,
    )
    assert stage2.extension.name == "progress report"


def test_the_exclusions_of_south_staffordshire_have_the_printed_signposts() -> None:
    exclusions = shipped().exclusions

    assert len(exclusions) == 15
    assert exclusions["fraud"].signpost == "Counter Fraud Manager, fraud@staffordshire.gov.uk, 0800 7311 890"
    assert exclusions["criminal_or_unlawful"].signpost == "monitoring_officer@sstaffs.gov.uk"
    assert {"fraud", "criminal_or_unlawful", "hr"} == {code for code, each in exclusions.items() if each.restricted}
    assert exclusions["fraud"].forward_to is None
    assert all(each.explanation and each.signpost and each.quote for each in exclusions.values())


def test_the_rest_of_south_staffordshire() -> None:
    policy = shipped()

    assert (policy.id, policy.prefix, policy.contact.phone) == ("south-staffordshire", "SS", "01902 696000")
    assert (
        policy.ombudsmen[0].address,
        policy.ombudsmen[0].phone,
        policy.ombudsmen[0].website,
    ) == ("PO Box 4771, Coventry, CV4 0EH", "0300 061 0614", "www.lgo.org.uk")
    assert set(Alert) - {Alert.STAFF_CONDUCT} == set(policy.alerts), "who is complained of is a warning to whoever gets it"
    assert set(Category) - {Category.AUTOMATIC, Category.SPAM} == set(policy.categories)
    assert time(23, 59, 59) == policy.hours.due_time
    assert [step.after for step in policy.escalation] == [5, 10]


# --- the other councils ----------------------------------------------------------------------------------------------


def test_the_stages_of_north_somerset_can_be_written() -> None:
    """No acknowledgement, one second Stage 1, 17 working days, no window to ask."""
    stages = read_policy(with_stages(policies.NORTH_SOMERSET, "customer_services", "director").encode(), "a").stages

    assert list(stages) == [Stage.STAGE1, Stage.STAGE1_AGAIN, Stage.STAGE2]
    assert (1, working(17), None, None) == (
        stages[Stage.STAGE1_AGAIN].max_times,
        stages[Stage.STAGE2].respond.within,
        stages[Stage.STAGE2].request,
        stages[Stage.STAGE1].acknowledge,
    )


def test_the_stages_of_stoke_on_trent_can_be_written() -> None:
    """A window of 10 days, a decision within 5, an extension that needs agreement, a case closed by the response."""
    stage2 = read_policy(
        with_stages(policies.STOKE, "feedback_team", "complaint_handler", "senior_manager").encode(), "a"
    ).stages[Stage.STAGE2]
    assert stage2.assess is not None

    assert (stage2.extension.agreement, stage2.closes_case) == (True, True)


def test_the_one_stage_of_west_lindsey_can_be_written() -> None:
    stages = read_policy(with_stages(policies.WEST_LINDSEY, "customer_experience_officer").encode(), "a").stages

    assert [Duration(21, Unit.CALENDAR_DAY)] == [stage.respond.within for stage in stages.values()]


def test_the_stages_of_south_derbyshire_can_be_written() -> None:
    """Clocks that run from the acknowledgement, and an extension to 20 working days in all."""
    roles = ("customer_experience_officer", "head_of_service", "executive_director")
    stage2 = read_policy(with_stages(policies.SOUTH_DERBYSHIRE, *roles).encode(), "a").stages[Stage.STAGE2]

    assert (ClockStart.ACKNOWLEDGEMENT, working(20)) == (stage2.respond.start, stage2.extension.cap)


# --- what may be written ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("5 working days", working(5)),
        ("1 working day", working(1)),
        ("21 days", Duration(21, Unit.CALENDAR_DAY)),
        ("21 calendar days", Duration(21, Unit.CALENDAR_DAY)),
        ("12 months", Duration(12, Unit.MONTH)),
        ("1 month", Duration(1, Unit.MONTH)),
        ("75 years", Duration(75, Unit.YEAR)),
        ("100 years", Duration(100, Unit.YEAR)),
    ],
)
def test_a_length_of_time_means_what_it_says(written: str, meant: Duration) -> None:
    kept = read_policy(SMALL.encode(), "a", replaced={"retention": written}).provisions.retention
    assert kept is not None
    assert kept.otherwise == meant


@pytest.mark.parametrize(
    "written", ["10 workin days", "ten days", "10", "0 days", "101 years", "1.5 days", "-3 days", "days", "5 weeks ago"]
)
def test_what_is_no_length_of_time_is_refused(written: str) -> None:
    assert [fault.path for fault in faults(SMALL, retention=written)] == ["retention"]


def test_the_version_is_of_the_bytes_of_the_file() -> None:
    assert hashlib.sha256(SMALL.encode()).hexdigest()[:12] == read_policy(SMALL.encode(), "a").version
    assert read_policy(SMALL.encode(), "a").version != read_policy((SMALL + "\n").encode(), "a").version


def test_a_role_may_be_called_otherwise_and_may_be_an_address() -> None:
    roles = "{service: {address: desk@council.example}, feedback_team: {plays: [complaints_lead]}}"
    policy = read_policy(SMALL.replace("{service: , complaints_lead: }", roles).encode(), "a")

    assert policy.own_role("complaints_lead") == "feedback_team"
    assert policy.role_addresses == {"service": "desk@council.example"}


def test_closure_days_and_days_worked_are_dates_with_reasons() -> None:
    replaced = {"calendar.closure_days": {"2026-12-29": "Christmas closure"}, "calendar.extra_working_days": [date(2027, 1, 2)]}
    calendar = read_policy(SMALL.encode(), "a", replaced=replaced).calendar

    assert ((date(2026, 12, 29), "Christmas closure"),) == calendar.closure_days
    assert (date(2027, 1, 2),) == calendar.extra_working_days


# --- values that a story replaces ------------------------------------------------------------------------------------


def test_a_value_can_be_replaced_by_its_path() -> None:
    replaced = {"calendar.nonworking_receipt": "deemed_received_next_working_day", "hours.fallback_at": "14:00"}
    policy = read_policy(SMALL.encode(), "a", replaced=replaced)

    assert NonworkingReceipt.DEEMED_RECEIVED_NEXT_WORKING_DAY is policy.calendar.nonworking_receipt
    assert time(14, 0) == policy.hours.fallback_at


def test_a_path_that_the_language_does_not_have_is_refused() -> None:
    [fault] = faults(SMALL, calendar__nonworking_recipt="x")

    assert (
        str(fault)
        == 'settings: calendar.nonworking_recipt: "nonworking_recipt" is not known here; did you mean "nonworking_receipt"?'
    )
    assert [fault.path for fault in faults(SMALL, title__deeper="x")] == ["title"]


def test_a_replaced_value_is_checked_like_any_other() -> None:
    [fault] = faults(SMALL, calendar__cutoff="late")

    assert str(fault) == 'settings: calendar.cutoff: "late" is not a time of day; write hours and minutes, for instance "09:00"'


# --- what is refused -------------------------------------------------------------------------------------------------


def test_a_wrong_length_is_shown_with_line_and_column() -> None:
    [fault] = faults(SMALL.replace("within: 10 working days", "within: 10 workin days"))

    assert str(fault) == (
        'policy.yaml:13:15: stages.stage1.respond.within: "10 workin days" is not a length of time; '
        'did you mean "10 working days"?'
    )


def test_everything_that_is_wrong_is_told_at_once() -> None:
    wrong = SMALL.replace("prefix: SM", "prefix: small").replace("from: receipt", "from: reciept").replace("PO Box 1", '""')

    assert {"prefix", "stages.stage1.respond.from", "ombudsmen.lgsco.address"} == {fault.path for fault in faults(wrong)}


WRONG = [
    ("title: A small policy\n", "", 1, "title", "is missing"),
    ("title: A small policy", "titel: A small policy", 3, "titel", '"titel" is not known here; did you mean "title"?'),
    ("title: A small policy", "title: [a, b]", 3, "title", "a list stands where words must"),
    ("title: A small policy", "title: true", 3, "title", '"true" is a yes or no, not words'),
    ("title: A small policy", "title: ''", 3, "title", "is empty"),
    ("id: small", "id: Small Council", 1, "id", "cannot name a council"),
    ("subdivision: ENG", "subdivision: ENGLAND", 6, "calendar.subdivision", "no bank holidays are known for GB-ENGLAND"),
    ("country: GB", "country: UK", 6, "calendar.subdivision", "no bank holidays are known for UK-ENG"),
    ("country: GB", "country: ZZ", 6, "calendar.subdivision", "no bank holidays are known for ZZ-ENG"),
    ("Europe/London", "Europe/Codsall", 6, "calendar.timezone", "is not a time zone"),
    ("Europe/London", "../../etc/passwd", 6, "calendar.timezone", "is not a time zone"),
    ("timezone:", "weekend: [saturday, sonday], timezone:", 6, "calendar.weekend[1]", 'did you mean "sunday"'),
    (
        "timezone:",
        "weekend: [monday, tuesday, wednesday, thursday, friday, saturday, sunday], timezone:",
        6,
        "calendar.weekend",
        "names all seven days",
    ),
    ("timezone:", "closure_days: {29 Dec: x}, timezone:", 6, "calendar.closure_days.29 Dec", "is not a date"),
    ("timezone:", "closure_days: {2026-02-30: x}, timezone:", 6, "calendar.closure_days.2026-02-30", "is no day of any year"),
    ("timezone:", "cutoff: 25:00, timezone:", 6, "calendar.cutoff", "is not a time of day"),
    ("mailbox: feedback@council.example", "mailbox: feedback", 4, "contact.mailbox", "is not a mail address"),
    ("by: service", "by: servise", 15, "stages.stage1.respond.by", 'did you mean "service"'),
    ("complaints_lead: }", "}", 5, "roles", "nobody is the complaints_lead"),
    ("from: receipt", "from: acknowledgement", 14, "stages.stage1.respond.from", "no acknowledgement is promised"),
    ("from: receipt", "from: response", 14, "stages.stage1.respond.from", "no response before the first stage"),
    ('      clause: "2"\n', "", 13, "stages.stage1.respond.clause", "is missing"),
    (
        'clause: "1", first_stage: stage1',
        'clause: "1", first_stage: stage2',
        8,
        "categories.complaint.first_stage",
        'no "stage2" under stages',
    ),
    ('clause: "1", first_stage: stage1', 'clause: "1"', 8, "categories.complaint.first_stage", "is missing"),
    ("  complaint: {", "  complaints: {", 8, "categories.complaints", 'did you mean "complaint"'),
    ("  stage1:\n", "  stage_1:\n", 11, "stages.stage_1", 'did you mean "stage1"'),
    (
        "  stage1:\n",
        "  stage3:\n",
        11,
        "stages.stage3",
        "the stages are stage1, stage1_again, stage2; a third cannot be expressed",
    ),
    (
        "within: 10 working days",
        "within: 10 workign days",
        13,
        "stages.stage1.respond.within",
        'did you mean "10 working days"',
    ),
    ("within: 10 working days", "within: 2 weeks", 13, "stages.stage1.respond.within", 'write "14 days", or "10 working days"'),
    (
        "within: 10 working days",
        "within: ten working days",
        13,
        "stages.stage1.respond.within",
        'did you mean "10 working days"',
    ),
    (
        "within: 10 working days",
        "within: 10 business days",
        13,
        "stages.stage1.respond.within",
        'did you mean "10 working days"',
    ),
    ("within: 10 working days", "within: 1 yr", 13, "stages.stage1.respond.within", "write for instance"),
    (
        "default: 10 working days}",
        "default: 10 working days, cap: at most 12 days in all}",
        17,
        "stages.stage1.extension.cap",
        "is less than",
    ),
    ("title: A small policy", "title: Policy #4", 3, "", '"#4" is lost'),
    ("title: A small policy", "title: Policy #four", 3, "", '"#four" is lost'),
    ("title: A small policy", 'title: "A small policy', 3, "", "the quotation mark that opens here is not closed"),
    ("title: Stage 1", "title: 'Stage 1", 11, "", "the quotation mark that opens here is not closed"),
    ("final: true", "final: false", 18, "stages.stage1.final", "stage1 is the last stage here"),
    ("    final: true\n", "", 11, "stages.stage1.final", "stage1 is the last stage here"),
    (
        "default: 10 working days}",
        "default: 10 working days, cap: 5 working days}",
        17,
        "stages.stage1.extension.cap",
        "is less than",
    ),
    (
        "by: service\n",
        "by: service\n      promises: [SS-050]\n",
        16,
        "stages.stage1.respond.promises",
        "write for instance SM-050",
    ),
    (
        "by: service\n",
        "by: service\n      promises: [SM-050, SM-050]\n",
        16,
        "stages.stage1.respond.promises",
        "stands here twice",
    ),
    ("www.lgo.org.uk}", "''}", 20, "ombudsmen.lgsco.website", "is empty"),
    (', address: PO Box 1, phone: "0300", website: www.lgo.org.uk', "", 20, "ombudsmen.lgsco", "says no way to reach"),
    ("ombudsmen:\n", "notices: [{to: [service]}]\nombudsmen:\n", 19, "notices[0].to", "not what the notice is about"),
    ("ombudsmen:\n", "digest: {to: [nobody]}\nombudsmen:\n", 19, "digest.to", "not one of the roles"),
    ("ombudsmen:\n", "survey: {after: a week}\nombudsmen:\n", 19, "survey.after", "not a length of time"),
    (
        "ombudsmen:\n",
        "reports: {papers: {title: Papers, every: meeting, to: [service]}}\nombudsmen:\n",
        19,
        "reports.papers.every",
        "there is no board",
    ),
    (
        "ombudsmen:\n",
        "timescale_override: {first: 2027-02-01, last: 2027-01-01}\nombudsmen:\n",
        19,
        "timescale_override.last",
        "is before",
    ),
    ("ombudsmen:\n", "alerts: {frod: service}\nombudsmen:\n", 19, "alerts.frod", 'did you mean "fraud"'),
    ("ombudsmen:\n", "hours: {opens: '17:00', closes: '09:00'}\nombudsmen:\n", 19, "hours.closes", "is not after"),
    ("ombudsmen:\n", "hours: {reminders_at: '17:00'}\nombudsmen:\n", 19, "hours.reminders_at", "outside the hours"),
    ("ombudsmen:\n", "reminders: {respond: [61]}\nombudsmen:\n", 19, "reminders.respond[0]", "too large"),
    (
        "ombudsmen:\n",
        "escalation: [{after: 5 days, to: [service]}]\nombudsmen:\n",
        19,
        "escalation[0].after",
        "not a number of working days",
    ),
    ("ombudsmen:\n", "exclusions: {HR: {title: a, clause: b}}\nombudsmen:\n", 19, "exclusions.HR", "cannot be a name"),
    ("ombudsmen:\n", "exclusions: {hr: {title: a}}\nombudsmen:\n", 19, "exclusions.hr.clause", "is missing"),
    ("ombudsmen:\n", "members: {domains: [parliament]}\nombudsmen:\n", 19, "members.domains[0]", "not the domain"),
    ("ombudsmen:\n", "ombudsman_in_every_letter: yes\nombudsmen:\n", 19, "ombudsman_in_every_letter", "write true or false"),
]


@pytest.mark.parametrize(
    ("before", "after", "line", "path", "says"), WRONG, ids=[f"{wrong[3]}: {wrong[4]}"[:60] for wrong in WRONG]
)
def test_what_is_wrong_is_refused_at_its_place_with_a_helpful_word(
    before: str, after: str, line: int, path: str, says: str
) -> None:
    assert before in SMALL
    found = [fault for fault in faults(SMALL.replace(before, after, 1)) if fault.path == path]

    assert any(says in str(fault) for fault in found), faults(SMALL.replace(before, after, 1))
    assert line == found[0].line


def test_a_policy_without_any_ombudsman_is_refused() -> None:
    assert "names nobody" in str(faults(SMALL.partition("ombudsmen:")[0] + "ombudsmen: {}\n")[0])


def test_a_role_that_stands_nowhere_because_its_promise_is_missing_is_not_complained_of_as_well() -> None:
    (fault,) = faults(
        SMALL.replace("ombudsmen:", "  stage1_again: {title: Again, extension: {clause: a, default: 5 days}}\nombudsmen:")
    )

    assert (fault.path, fault.message) == ("stages.stage1_again.respond", "is missing")


def test_a_cap_in_days_may_stand_beside_a_time_in_working_days() -> None:
    changed = SMALL.replace("default: 10 working days}", "default: 10 working days, cap: at most 30 days in all}")

    assert read_policy(changed.encode(), "policy.yaml").stages[Stage.STAGE1].extension.cap == Duration(30, Unit.CALENDAR_DAY)


def test_an_id_that_is_not_the_name_of_its_folder_is_refused_at_its_line() -> None:
    with pytest.raises(FilesRefused) as caught:
        read_policy(SMALL.encode(), "policy.yaml", folder="smal")

    said = 'policy.yaml:1:5: id: "small" is not the name of its folder; write id: smal, or rename the folder'
    assert str(caught.value) == said


def test_a_comment_with_a_blank_behind_its_sign_or_a_sign_in_quotation_marks_is_none_of_our_business() -> None:
    changed = SMALL.replace("title: A small policy", 'title: "Policy #4"  # the fourth\n#another')

    assert read_policy(changed.encode(), "policy.yaml").title == "Policy #4"


def test_a_list_where_the_whole_policy_must_be_is_refused() -> None:
    assert "policy.yaml:1:1: a list stands where a group of settings must" in str(faults("- a\n")[0])


# --- words that a case may come to have --------------------------------------------------------------------------------

APPROVED = SMALL.replace("    final: true\n", "    final: true\n    approvals: [{by: [service], when: [WORD]}]\n")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("uphelt", 'did you mean "upheld"'),
        ("partly_uphelt", 'did you mean "partly-upheld"'),
        ("not upheld_", 'did you mean "not-upheld"'),
        ("finansial", 'did you mean "financial"'),
        ("adjustmnt", 'did you mean "adjustment"'),
        ("sirious", 'did you mean "serious"'),
    ],
)
def test_a_slip_in_what_waits_for_an_approval_is_refused_and_does_not_switch_it_off(word: str, meant: str) -> None:
    content = APPROVED.replace("WORD", word) + "remedies: {financial: Money}\nflags: {serious: The board looks at it}\n"
    (fault,) = faults(content)

    assert fault.path == "stages.stage1.approvals"
    assert fault.line == 19
    assert meant in fault.expected


@pytest.mark.parametrize("word", ["partly_upheld", "partly-upheld", "Partly upheld"])
def test_an_outcome_may_be_written_with_either_dash(word: str) -> None:
    policy = read_policy(APPROVED.replace("WORD", word).encode(), "policy.yaml")

    assert policy.stages[Stage.STAGE1].approvals[0].when == ("partly-upheld",)


def test_any_other_word_is_a_flag_that_officers_set() -> None:
    policy = read_policy(APPROVED.replace("WORD", "historic, mentions_need").encode(), "policy.yaml")

    assert policy.stages[Stage.STAGE1].approvals[0].when == ("historic", "mentions_need")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("stage_one", "the stages are stage1, stage1_again, stage2"),
        ("complant", 'did you mean "complaint"'),
        ("insuranc", 'did you mean "insurance"'),
        ("ombudsmen", 'did you mean "ombudsman"'),
    ],
)
def test_a_slip_in_a_class_of_retention_is_refused(word: str, meant: str) -> None:
    exclusions = "exclusions: {insurance: {title: Insurance, clause: '3'}}\n"
    (fault,) = faults(SMALL + exclusions + f"retention: {{classes: {{{word}: 2 years}}}}\n")

    assert fault.path == f"retention.classes.{word}"
    assert meant in fault.expected


def test_a_notice_for_a_flag_that_is_nearly_another_is_refused() -> None:
    (fault,) = faults(SMALL + "flags: {behaviour: Look}\nnotices: [{flag: behavior, to: [service]}]\n")

    assert 'did you mean "behaviour"' in fault.expected


@pytest.mark.parametrize("dates", ["", "first: 2027-01-01, last: 2027-02-01, url: council.example, "])
def test_an_override_of_a_stage_that_is_not_there_is_refused_also_before_it_is_in_force(dates: str) -> None:
    (fault,) = faults(SMALL + f"timescale_override: {{{dates}stages: {{stage2: 20 working days}}}}\n")

    assert fault.path == "timescale_override.stages.stage2"
    assert 'no "stage2" under stages' in fault.message


# --- the desk --------------------------------------------------------------------------------------------------------


def test_a_council_that_says_nothing_of_its_desk_is_asked_about_each_mail_without_a_word() -> None:
    assert read_policy(SMALL.encode(), "policy.yaml").provisions.desk == Desk(PlainReply.CONFIRM, undo_minutes=0)


def test_a_story_may_set_what_the_policy_does_not_say_of_the_desk() -> None:
    policy = read_policy(SMALL.encode(), "policy.yaml", replaced={"desk.undo_minutes": 10, "desk.plain_reply": "note"})

    assert policy.provisions.desk == Desk(PlainReply.NOTE, undo_minutes=10)


def test_what_becomes_of_a_plain_reply_is_one_of_three_words() -> None:
    (fault,) = faults(SMALL + "desk: {plain_reply: sent}\n")

    assert (fault.path, fault.line) == ("desk.plain_reply", SMALL.count("\n") + 1)
    assert "send" in fault.expected


def test_a_letter_cannot_wait_for_a_day_to_be_stopped() -> None:
    (fault,) = faults(SMALL + "desk: {undo_minutes: 1440}\n")

    assert fault.path == "desk.undo_minutes"
    assert "240" in fault.expected


# --- campaigns -------------------------------------------------------------------------------------------------------


def test_when_somebody_is_asked_about_a_campaign_has_defaults_and_can_be_said() -> None:
    assert read_policy(SMALL.encode(), "policy.yaml").provisions.campaigns == Campaigns(5, 14, 80)
    said = read_policy((SMALL + "campaigns: {at_least: 20, within_days: 30, alike: 90}\n").encode(), "policy.yaml")
    assert said.provisions.campaigns == Campaigns(20, 30, 90)


@pytest.mark.parametrize(
    ("written", "path"),
    [("at_least: 1", "campaigns.at_least"), ("alike: 20", "campaigns.alike"), ("within: 14", "campaigns.within")],
)
def test_what_cannot_be_meant_of_campaigns_is_refused_with_its_place(written: str, path: str) -> None:
    (fault,) = faults(SMALL + f"campaigns: {{{written}}}\n")
    assert (fault.path, fault.line) == (path, SMALL.count("\n") + 1)
