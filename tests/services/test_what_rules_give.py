"""What a rule gives beside category and service: from the line in the file to the letter that somebody gets."""

from dataclasses import replace
from datetime import timedelta
from email.parser import BytesParser
from email.policy import default
from functools import partial
from pathlib import Path

import pytest

from services.office import MONDAY, SERVER, House
from townclerk.config.routing_file import read_routing
from townclerk.config.shipped import shipped_folders
from townclerk.config.templates import TemplateSet
from townclerk.config.yaml import parse_yaml
from townclerk.domain.case import Case
from townclerk.domain.digest import Heading, standing
from townclerk.domain.roster import Officer
from townclerk.domain.words import Alert, Category, Status
from townclerk.services import digests, learning
from townclerk.store import journal, mails, outbox
from townclerk.store.outbox import OutboxLine

WENDY, TOM, CAL, NUALA = (f"{name}@council.example" for name in ("wendy.ash", "tom.birch", "cal.lane", "nuala.byrne"))
PONDS = "ponds@council.example"
POND = "I complain about the pond."


def ruled(house: House, *rules: str) -> House:
    """*house*, whose rules are these alone, each `when` and `then`; without one a mail is a complaint about waste."""
    council = house.office.council
    lines = "".join(f"  - {{id: rule-{number}, why: Ponds are hers., {rule}}}\n" for number, rule in enumerate(rules, 1))
    head = f"services: [{', '.join(council.routing.services)}]\notherwise: {{category: complaint, service: waste}}\nrules:\n"
    routing = read_routing(
        parse_yaml((head + lines).encode(), "routing.yaml"),
        categories=council.policy.categories,
        exclusions=council.policy.exclusions,
        roles=council.policy.roles,
        officers=[officer.key for officer in council.roster.officers],
        teams=[officer.key for officer in council.roster.officers if officer.mailbox_of],
        version=lambda: "of the test",
    )
    house.office = replace(house.office, council=replace(council, routing=routing))
    return house


async def a_mail(house: House, text: str = POND, **headers: str) -> Case:
    """It has come; the case that it opened."""
    house.arrives(text, **headers)  # type: ignore[arg-type]  # headers are words
    await house.settle()
    return house.cases[-1]


def text_of(house: House, letter: OutboxLine) -> str:
    return " ".join(lines_of(house, letter).split())


def lines_of(house: House, letter: OutboxLine) -> str:
    row = house.read(partial(outbox.get, key=letter.key))
    assert row is not None
    part = BytesParser(policy=default).parsebytes(row.raw).get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


async def test_a_rule_that_suggests_a_category_leaves_it_to_the_officer(house: House) -> None:
    case = await a_mail(ruled(house, "when: pond, then: {suggest: {category: comment}}"))

    (assignment,) = house.sent("assignment")
    assert (case.category, bool(case.deadlines)) == (Category.COMPLAINT, True)
    assert "A rule suggests that it is a comment: Ponds are hers." in text_of(house, assignment)
    assert "As a rule suggests: it is a comment" in text_of(house, assignment)


@pytest.mark.parametrize(("said", "corrects"), [("comment", False), ("complaint", False), ("compliment", True)])
async def test_an_officer_follows_a_suggestion_or_does_not(house: House, said: str, corrects: bool) -> None:
    await a_mail(ruled(house, "when: pond, then: {suggest: {category: comment}}"))
    house.replies(house.sent("assignment")[0], f"#category {said}\nThank you. We have read what you say about the pond.")
    await house.settle()

    (case,) = house.cases
    assert (case.category, case.suggested) == (Category(said), None)
    assert not house.sent("refused")
    events = [entry.event for entry in house.read(partial(journal.entries, case_ref=case.ref))]
    assert ("corrected" in events) is corrects


async def test_a_suggestion_that_says_what_the_case_is_says_nothing(house: House) -> None:
    case = await a_mail(ruled(house, "when: pond, then: {suggest: {category: complaint}}"))

    assert case.suggested is None
    assert "A rule suggests" not in text_of(house, house.sent("assignment")[0])


async def test_a_comment_that_may_be_a_complaint_says_so_to_whoever_gets_it(house: House) -> None:
    rules = "when: pond, then: {category: comment}", "when: complain, then: {suggest: {category: complaint}}"
    await a_mail(ruled(house, *rules))

    (forwarded,) = house.sent("forwarded")
    assert "A rule suggests that it is a complaint" in text_of(house, forwarded)


async def test_a_case_that_a_rule_assigns_is_that_officers(house: House) -> None:
    case = await a_mail(ruled(house, "when: pond, then: {assign: tom}"))

    assert [letter.recipient for letter in house.sent("assignment")] == [TOM]
    assert (case.service, case.officer) == ("waste", "tom")


async def test_what_no_stage_deals_with_goes_to_whom_a_rule_assigns_it_to(house: House) -> None:
    await a_mail(ruled(house, "when: pond, then: {category: comment, assign: tom}"))

    assert [letter.recipient for letter in house.sent("forwarded")] == [TOM]


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("I complain about the pond, and about Tom Birch, who laughed.", ""),
        ("I complain about the pond, and about Tom Birch, who laughed.", ", alert: staff_conduct"),
        (POND, ", alert: fraud"),
    ],
)
async def test_no_rule_gives_a_case_to_whom_it_complains_of_or_who_may_not_know_of_it(
    house: House, text: str, more: str
) -> None:
    ruled(house, f"when: pond, then: {{assign: tom{more}}}")
    policy = replace(house.office.council.policy, restricted_alerts=frozenset({Alert.FRAUD}))
    house.office = replace(house.office, council=replace(house.office.council, policy=policy))
    case = await a_mail(house, text)

    assert case.officer is None
    assert not house.letters(to=TOM)
    assert "not_assigned" in [entry.event for entry in house.read(partial(journal.entries, case_ref=case.ref))]


async def test_whoever_a_rule_tells_reads_it_and_need_do_nothing(house: House) -> None:
    case = await a_mail(ruled(house, "when: pond, then: {tell: [information_governance]}"))

    (told,) = house.sent("forwarded")
    assert (told.recipient, told.subject) == (NUALA, f"[{case.ref}] For your information")
    assert "there is nothing that you need do" in text_of(house, told)
    assert [letter.recipient for letter in house.sent("assignment")] == [WENDY]


@pytest.mark.parametrize(
    ("roles", "hear"), [("information_governance", []), ("[information_governance, complaints_lead]", [CAL])]
)
async def test_of_a_restricted_case_a_rule_tells_nobody_who_may_not_know_of_it(
    house: House, roles: str, hear: list[str]
) -> None:
    ruled(house, f"when: pond, then: {{tell: {roles}, alert: fraud}}")
    policy = replace(house.office.council.policy, restricted_alerts=frozenset({Alert.FRAUD}))
    house.office = replace(house.office, council=replace(house.office.council, policy=policy))
    await a_mail(house)

    assert [letter.recipient for letter in house.sent("forwarded")] == hear


def shared(house: House) -> House:
    """*house*, where Tom and Lucy read an address of the ponds."""
    roster = house.office.council.roster
    ponds = Officer(
        "ponds", "Ponds Team", PONDS, frozenset({"service"}), frozenset({"council_tax"}), mailbox_of=("tom", "lucy")
    )
    council = replace(house.office.council, roster=replace(roster, officers=(*roster.officers, ponds)))
    house.office = replace(house.office, council=council)
    return house


async def test_a_rule_gives_a_case_to_a_team(house: House) -> None:
    """The address that several share has it, and may answer."""
    case = await a_mail(ruled(shared(house), "when: pond, then: {team: ponds}"))
    (assignment,) = house.sent("assignment")
    house.replies(assignment, "#note We have been to the pond.")
    await house.settle()

    assert (assignment.recipient, case.officer, case.service) == (PONDS, "ponds", "waste")
    assert not house.sent("refused")


async def test_a_complaint_about_one_of_a_team_does_not_go_to_the_team(house: House) -> None:
    """Nor to the address that they read with others; whoever has the service gets it."""
    ruled(shared(house), "when: pond, then: {team: ponds, tell: ponds}")
    case = await a_mail(house, "I complain about the pond, and about Tom Birch, who laughed.")

    assert case.officer is None
    assert not house.letters(to=PONDS) + house.letters(to=TOM)
    assert [letter.recipient for letter in house.sent("assignment")] == [WENDY]


async def test_a_rule_tells_an_officer_too(house: House) -> None:
    """For information: the case is whose it was."""
    await a_mail(ruled(house, "when: pond, then: {tell: [tom, information_governance]}"))

    assert [letter.recipient for letter in house.sent("forwarded")] == [TOM, NUALA]
    assert [letter.recipient for letter in house.sent("assignment")] == [WENDY]


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("I complain about the pond, and about Tom Birch, who laughed.", ""),
        (POND, ", restrict: true"),
        (POND, ", alert: fraud"),
    ],
)
async def test_no_rule_tells_an_officer_what_is_not_theirs_to_know(house: House, text: str, more: str) -> None:
    """Whom it complains of, and who has no part in a restricted case; the journal says that nothing went."""
    ruled(house, f"when: pond, then: {{tell: tom{more}}}")
    policy = replace(house.office.council.policy, restricted_alerts=frozenset({Alert.FRAUD}))
    house.office = replace(house.office, council=replace(house.office.council, policy=policy))
    case = await a_mail(house, text)

    assert not house.letters(to=TOM)
    assert "letter_not_sent" in [entry.event for entry in house.read(partial(journal.entries, case_ref=case.ref))]


async def test_whoever_was_to_be_told_in_the_morning_and_has_left_is_not(house: House) -> None:
    """What waits for working hours is decided again when it leaves."""
    ruled(house, "when: pond, then: {tell: tom}")
    night, morning = MONDAY.replace(hour=22), MONDAY + timedelta(days=1)
    house.arrives(POND, at=night)
    await house.settle(night)
    assert any(letter.to == "only:tom" for letter in house.cases[0].waiting)
    roster = house.office.council.roster
    gone = tuple(replace(each, left=MONDAY.date()) if each.key == "tom" else each for each in roster.officers)
    house.office = replace(house.office, council=replace(house.office.council, roster=replace(roster, officers=gone)))
    await house.settle(morning)

    assert [letter.recipient for letter in house.sent("assignment")] == [WENDY]
    assert not house.letters("forwarded")


RECEIPT = """\
Subject: Rydym wedi cael eich neges

{{ greeting(to.name) }}

Diolch am ysgrifennu atom. Eich cyfeirnod yw {{ case.ref }}.

{% for promise in content.dates %}
- Erbyn {{ date_words(promise.day) }} byddwn yn ysgrifennu atoch.
{% endfor %}

{{ contact.council }}, {{ contact.phone }}, {{ contact.website }}, {{ contact.post }}
{% for one in case.ombudsmen.all if case and case.ombudsmen %}
{{ one.name }}, {{ one.address }}, {{ one.phone }}, {{ one.website }}
{% endfor %}
"""
WORDS = """\
days: [dydd Llun, dydd Mawrth, dydd Mercher, dydd Iau, dydd Gwener, dydd Sadwrn, dydd Sul]
months: [Ionawr, Chwefror, Mawrth, Ebrill, Mai, Mehefin, Gorffennaf, Awst, Medi, Hydref, Tachwedd, Rhagfyr]
date: "{weekday} {day} {month} {year}"
time: "{clock} ar {date}"
greeting: "Annwyl {name}"
hello: Helo
cut: (Mae rhagor.)
"""
WELSH = "Bore da, mae twll mawr yn y ffordd ger yr ysgol. Pryd fyddwch chi'n ei drwsio? Hoffwn wneud cwyn."
IN_WELSH = "when: {language: cy}, then: {letters_in: cy}"


def with_a_receipt_in_welsh(house: House, folder: Path) -> House:
    """*house*, whose council has written that one letter in Welsh."""
    for name, text in (("letters/receipt.md", RECEIPT), ("words.yaml", WORDS)):
        (folder / "cy" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "cy" / name).write_text(text, encoding="utf-8")
    house.office = replace(
        house.office, templates=TemplateSet.load(shipped_folders("templates", folder), "south-staffordshire")
    )
    return house


async def test_letters_go_out_in_the_language_that_a_rule_says(house: House, tmp_path: Path) -> None:
    """Where the council has one of the kind; the others as ever, and the officer reads so."""
    case = await a_mail(ruled(with_a_receipt_in_welsh(house, tmp_path), IN_WELSH), WELSH)
    (receipt,), (assignment,) = house.sent("receipt"), house.sent("assignment")
    house.replies(assignment, "#message\nDiolch. We will look at the road.")
    await house.settle()

    assert (case.language, receipt.subject) == ("cy", f"[{case.ref}] Rydym wedi cael eich neges")
    assert "Annwyl Asha Patel" in text_of(house, receipt)
    assert "Letters to them go out in another language (cy)" in text_of(house, assignment)
    assert house.sent("message")[0].subject == f"[{case.ref}] A message about your complaint"
    events = [(entry.event, entry.detail) for entry in house.read(partial(journal.entries, case_ref=case.ref))]
    assert ("letters_in", {"language": "cy"}) in events


async def test_an_answer_to_a_letter_in_another_language_finds_its_case(house: House, tmp_path: Path) -> None:
    """By the reference in its subject, where the mail program keeps nothing else."""
    case = await a_mail(ruled(with_a_receipt_in_welsh(house, tmp_path), IN_WELSH), WELSH)
    house.arrives("Diolch yn fawr iawn.", f"Ateb: {house.sent('receipt')[0].subject}")
    await house.settle()

    assert [each.ref for each in house.cases] == [case.ref]
    assert len(house.cases[0].mails) == 2


async def test_a_mail_in_the_usual_language_has_the_usual_letters(house: House, tmp_path: Path) -> None:
    """A rule about Welsh says nothing of it."""
    case = await a_mail(ruled(with_a_receipt_in_welsh(house, tmp_path), IN_WELSH))

    assert case.language == ""
    assert house.sent("receipt")[0].subject == f"[{case.ref}] We have received your message"


async def test_an_officer_says_in_which_language_letters_go_out(house: House, tmp_path: Path) -> None:
    """By the flag of that name, which wants a code; without it they are as ever."""
    await a_mail(ruled(with_a_receipt_in_welsh(house, tmp_path), IN_WELSH))
    (assignment,) = house.sent("assignment")
    for said, language in (("#flag language Welsh please", ""), ("#flag language CY", "cy"), ("#unflag language", "")):
        house.replies(assignment, said)
        await house.settle()
        assert house.cases[0].language == language

    (refused,) = house.sent("refused")
    assert "the code of the language is missing" in text_of(house, refused)


async def test_a_case_that_a_rule_flags_says_so_to_its_officer(house: House) -> None:
    case = await a_mail(ruled(house, "when: pond, then: {flag: [new-estate, flooding]}"))

    assert case.flags == (("new-estate", ""), ("flooding", ""))
    assert "Flagged: new-estate, flooding." in text_of(house, house.sent("assignment")[0])


async def test_a_case_of_high_priority_is_shown_first(house: House) -> None:
    ruled(
        house,
        "when: pond, then: {priority: high}",
        "when: lawn, then: {priority: normal}",
        "when: lawn, then: {priority: high}",
    )
    lawn = await a_mail(house, "I complain about the lawn.", sender="Bo Lunt <bo.lunt@example.org>")
    pond = await a_mail(house)

    first, second = house.sent("assignment")
    assert (first.subject.count("High priority"), second.subject.count("High priority")) == (0, 1)
    assert "Priority: high" in text_of(house, second)
    overdue = MONDAY + timedelta(days=30)
    shown = [item.case.ref for item in standing(house.cases, house.office.council, overdue) if item.heading is Heading.OVERDUE]
    assert shown == [pond.ref, lawn.ref]


async def test_an_officer_takes_high_priority_away(house: House) -> None:
    await a_mail(ruled(house, "when: pond, then: {priority: high}"))
    house.replies(house.sent("assignment")[0], "#unflag priority")
    await house.settle()

    assert not house.cases[0].flags


async def test_the_complaints_lead_is_asked_what_a_rule_leaves_to_a_person(house: House) -> None:
    await a_mail(ruled(house, "when: pond, then: {decide: Does the pond belong to the parish?}"))

    (asked,) = house.sent("decision")
    assert (asked.recipient, len(house.sent("assignment")), len(house.sent("receipt"))) == (CAL, 1, 1)
    assert "Does the pond belong to the parish?" in text_of(house, asked)


@pytest.mark.parametrize("said", ["", "#note The parish looks after it."])
async def test_what_a_rule_leaves_to_a_person_is_asked_again_while_nobody_says_anything(house: House, said: str) -> None:
    await a_mail(ruled(house, "when: pond, then: {decide: Does the pond belong to the parish?}"))
    if said:
        house.replies(house.sent("decision")[0], said)
        await house.settle()
    asked = []
    for day in (11, 12, 13, 14, 15, 18):  # the second working day after Monday is Wednesday, the fourth Friday
        await house.settle(MONDAY.replace(day=day))
        asked.append(len(house.sent("decision")))

    assert asked == [1] * 6 if said else [1, 1, 2, 2, 3, 3]
    assert all("Does the pond belong to the parish?" in text_of(house, letter) for letter in house.sent("decision"))
    waits = [item.what for item in standing(house.cases, house.office.council, MONDAY) if item.heading is Heading.UNDECIDED]
    assert waits == ([] if said else ["what a rule asks"])


async def test_what_a_rule_leaves_to_a_person_is_asked_no_more_once_the_complaint_is_answered(house: House) -> None:
    await a_mail(ruled(house, "when: pond, then: {decide: Does the pond belong to the parish?}"))
    house.replies(house.sent("assignment")[0], "#respond upheld\nThe pond has been cleaned. We are sorry that it took so long.")
    await house.settle()

    assert house.sent("response")
    assert house.cases[0].questions == ()


async def test_a_case_that_a_rule_restricts_is_for_the_complaints_lead_alone(house: House) -> None:
    case = await a_mail(ruled(house, "when: pond, then: {restrict: true, tell: [information_governance], assign: tom}"))

    assert case.restricted
    assert {letter.recipient for letter in house.letters() if letter.recipient.endswith("@council.example")} == {CAL}
    assert "pond" not in text_of(house, house.sent("receipt")[0])


async def test_a_comment_that_a_rule_restricts_is_still_read_by_somebody(house: House) -> None:
    await a_mail(ruled(house, "when: pond, then: {category: comment, restrict: true}"))

    assert [letter.recipient for letter in house.sent("forwarded")] == [CAL]


async def test_a_mail_that_a_rule_files_is_kept_and_answered_by_nothing(house: House) -> None:
    house.arrives("Ten tips about your pond.", sender="News <news@ponds.example>")
    ruled(house, "when: pond, then: {file: true}")
    await house.settle()

    assert (house.cases, house.letters()) == ([], [])
    (entry,) = [entry for entry in house.read(partial(journal.entries, case_ref=None)) if entry.event == "filed"]
    assert (entry.detail or {})["rule"] == "rule-1"


@pytest.mark.parametrize("rules", [("when: pond, then: {file: true}", "when: pond, then: {alert: self_harm}")])
async def test_a_mail_that_raises_an_alert_is_never_only_filed(house: House, rules: tuple[str, ...]) -> None:
    await a_mail(ruled(house, *rules))

    assert house.sent("alert")


async def test_a_rule_further_up_keeps_a_mail_from_being_filed(house: House) -> None:
    await a_mail(ruled(house, "when: complain, then: {file: false}", "when: pond, then: {file: true}"))

    assert house.sent("receipt")


async def test_a_mail_of_somebody_whose_case_is_open_is_never_only_filed(house: House) -> None:
    ruled(house, "when: pond, then: {file: true}")
    await a_mail(house, "I complain about the bins.")
    await a_mail(house)

    assert [case.subject for case in house.cases] == ["Complaint about bins"] * 2


# --- spam, newsletters, robots: by the rules that are shipped -------------------------------------------------------------

CERTAIN = {"X-Spam-Status": "Yes, score=18.4 required=5.0"}
LIKELY = {"X-Spam-Flag": "YES"}
PILLS = "Cheap pills, and page one of every search."
HURT = "I am going to end my life tonight."


async def test_what_the_mail_server_is_certain_of_is_kept_and_answered_by_nothing(house: House) -> None:
    house.arrives(PILLS, "Hello", **CERTAIN)  # type: ignore[arg-type]  # headers are words
    await house.settle()

    assert (house.cases, house.letters()) == ([], [])


async def test_what_is_perhaps_spam_and_not_about_the_council_waits_for_a_person_without_a_receipt(house: House) -> None:
    case = await a_mail(house, PILLS, subject="Hello", **LIKELY)

    assert (case.category, bool(case.deadlines)) == (Category.SPAM, False)
    assert not house.sent("receipt")
    (asked,) = house.sent("decision")
    assert "It is spam: close it" in text_of(house, asked)


async def test_a_residents_complaint_that_the_mail_server_takes_for_spam_is_a_case_like_any_other(house: House) -> None:
    case = await a_mail(house, "I complain: nobody has emptied my bin since May.", **LIKELY)

    assert (case.category, bool(case.deadlines)) == (Category.COMPLAINT, True)
    assert house.sent("receipt")
    (assignment,) = house.sent("assignment")
    assert "A rule suggests that it is spam" in text_of(house, assignment)


async def test_one_press_ends_what_is_spam_and_nothing_goes_to_whoever_sent_it(house: House) -> None:
    await a_mail(house, "I complain: nobody has emptied my bin since May.", **LIKELY)
    house.replies(house.sent("assignment")[0], "#category spam")
    await house.settle()

    (case,) = house.cases
    assert (case.category, case.status) == (Category.SPAM, Status.CLOSED)
    assert not any(each.open for each in case.deadlines)
    assert [letter.kind for letter in house.letters(to="asha.patel@example.org")] == ["receipt"]


@pytest.mark.parametrize("marks", [CERTAIN, LIKELY, {"Auto-Submitted": "auto-generated"}, {"List-Id": "news.example"}])
async def test_a_mail_that_raises_an_alert_is_put_before_somebody_whatever_it_looks_like(
    house: House, marks: dict[str, str]
) -> None:
    await a_mail(house, f"{HURT} Unsubscribe.", subject="Hello", **marks)

    assert house.sent("alert")


@pytest.mark.parametrize("listed", [True, False])
async def test_a_newsletter_opens_no_case(house: House, listed: bool) -> None:
    house.arrives(
        "What is on in May. View this email in your browser, or unsubscribe.",
        "Our newsletter",
        **{"List-Id": "news.example"} if listed else {},  # type: ignore[arg-type]  # headers are words
    )
    await house.settle()

    assert (house.cases, house.letters()) == ([], [])
    (kept,) = house.read(partial(mails.filed, mailbox=house.office.ways.mailbox))
    assert kept.reason == f"filed by the rule {'a-newsletter' if listed else 'a-newsletter-by-what-stands-below-it'}"


@pytest.mark.parametrize(
    ("said", "marks"),
    [
        ("I complain: nobody has emptied my bin since May.", CERTAIN),
        ("The bins of our street stand there since May.", {"List-Id": "our-street.example"}),
    ],
)
async def test_the_complaints_lead_sees_what_was_filed_and_opens_a_case_for_it(
    house: House, said: str, marks: dict[str, str]
) -> None:
    house.arrives(said, "Bins", **marks)  # type: ignore[arg-type]  # headers are words
    house.arrives("What is on in May. Unsubscribe.", "Our newsletter", list_id="news.example")
    await house.settle()
    assert house.cases == []

    tuesday = MONDAY + timedelta(days=1) - timedelta(hours=1)
    await digests.run_once(house.office, tuesday)
    await house.settle(tuesday)
    (told,) = house.sent("digest")
    assert told.recipient == CAL
    assert "Filed without a case" in text_of(house, told)
    assert ("spam-for-certain" if marks is CERTAIN else "a list's headers") in text_of(house, told)
    assert "Our newsletter" not in text_of(house, told)  # of that nobody can be in doubt

    number = house.read(partial(mails.filed, mailbox=house.office.ways.mailbox))[0].id
    proof = f"{SERVER}; dmarc=pass header.from=council.example"
    house.arrives(f"#log {number}", "Mail", f"Cal Lane <{CAL}>", tuesday, authentication_results=proof)
    await house.settle(tuesday)
    await house.settle(tuesday)

    (case,) = house.cases
    assert (case.category, case.complainant.key, case.opened_at) == (Category.COMPLAINT, "asha.patel@example.org", MONDAY)
    assert bool(house.sent("receipt")) is (marks is CERTAIN)  # to a list nothing goes by itself
    assert "taken up" in text_of(house, house.sent("done")[0])


async def test_nobody_but_the_complaints_lead_takes_up_what_a_rule_filed(house: House) -> None:
    house.arrives("I complain: nobody has emptied my bin since May.", "Bins", **CERTAIN)  # type: ignore[arg-type]  # headers are words
    await house.settle()
    number = house.read(partial(mails.filed, mailbox=house.office.ways.mailbox))[0].id
    proof = f"{SERVER}; dmarc=pass header.from=council.example"
    house.arrives(f"#log {number}", "Mail", f"Wendy Ash <{WENDY}>", authentication_results=proof)
    await house.settle()

    assert house.cases == []
    assert house.sent("refused")


# --- what the law sets a time limit for: by the rules that are shipped -----------------------------------------------------

FOI = "Under the Freedom of Information Act 2000 please send me the cost of the new chairs."
OWN_DATA = "This is a subject access request. Please send me a copy of all personal data you hold about me."
DATA_COMPLAINT = "I want to make a data protection complaint. You posted my letter to next door, opened."


@pytest.mark.parametrize(
    ("text", "day", "act"),
    [(FOI, "Monday 8 February 2027", "Freedom of Information Act 2000"), (OWN_DATA, "Thursday 11 February 2027", "UK GDPR")],
)
async def test_a_request_for_information_has_the_date_of_the_law(house: House, text: str, day: str, act: str) -> None:
    case = await a_mail(house, text, subject="A request")

    (owed,) = [each for each in case.deadlines if each.open]
    assert (owed.name, owed.by) == ("information_request.respond", "information_governance")
    assert f"By {day} we must answer you ({act}" in text_of(house, house.sent("receipt")[0])
    (forwarded,) = house.sent("forwarded")
    assert forwarded.recipient == NUALA
    assert day in forwarded.subject
    assert act in text_of(house, forwarded)
    assert "of the policy" not in text_of(house, forwarded).partition("Their words")[0].partition(act)[2][:80]


async def test_the_receipt_of_a_data_protection_complaint_is_the_acknowledgement_that_the_law_wants(house: House) -> None:
    case = await a_mail(house, DATA_COMPLAINT, subject="Letter")

    (owed,) = case.deadlines
    assert (owed.name, owed.met_at) == ("information_request.acknowledge", MONDAY)
    said = text_of(house, house.sent("receipt")[0])
    assert "Information Commissioner: ico.org.uk" in said
    assert "without undue delay" in said
    assert "the receipt has done so" in text_of(house, house.sent("forwarded")[0])


async def test_a_data_protection_complaint_that_nobody_can_answer_is_still_to_be_acknowledged(house: House) -> None:
    case = await a_mail(house, DATA_COMPLAINT, subject="Letter", return_path="<>")

    (owed,) = case.deadlines
    assert owed.open
    assert not house.sent("receipt")


async def test_what_an_officer_calls_a_request_for_information_gets_the_date_of_the_law(house: House) -> None:
    await a_mail(
        ruled(house, "when: chairs, then: {category: comment}", "when: chairs, then: {signal: freedom_of_information}"), FOI
    )
    house.replies(house.sent("forwarded")[0], "#category information-request")
    await house.settle()

    (case,) = house.cases
    assert case.category is Category.INFORMATION_REQUEST
    assert [each.name for each in case.deadlines if each.open] == ["information_request.respond"]


async def test_that_a_request_was_not_answered_is_none_of_itself(house: House) -> None:
    case = await a_mail(house, "I complain: my freedom of information request of May is still not answered.")

    assert not [each for each in case.deadlines if each.name.startswith("information_request")]


# --- what officers always do by hand ---------------------------------------------------------------------------------------


async def _rats_are_moved_by_hand(house: House, times: int) -> None:
    for number in range(times):
        house.arrives(f"Rats in yard {number}. I complain.", sender="Pests <pests@firm.example>")
        await house.settle()
        letter = house.letters("assignment", to=WENDY)[number]
        house.replies(letter, "#service parks")
        await house.settle()


@pytest.mark.parametrize(("times", "offered"), [(2, 0), (3, 1)])
async def test_a_clear_habit_is_offered_once_as_a_rule_and_nothing_is_done_by_itself(
    house: House, times: int, offered: int
) -> None:
    ruled(house, "when: chairs, then: {service: parks}")
    february, march = MONDAY.replace(month=2, day=1, hour=9), MONDAY.replace(month=3, day=1, hour=9)
    await learning.run_once(house.office, MONDAY)
    await _rats_are_moved_by_hand(house, times)
    before = house.office.council.routing.version

    assert await learning.run_once(house.office, MONDAY + timedelta(days=1)) == 0  # it is January still
    assert await learning.run_once(house.office, february) == offered
    assert [await learning.run_once(house.office, each) for each in (february, march)] == [0, 0]

    await house.settle(march)
    told = [letter for letter in house.sent("report") if "could learn" in letter.subject]
    assert [letter.recipient for letter in told] == [CAL] * offered
    if told:
        said = lines_of(house, told[0])
        assert "Put right by hand in 3 cases: SS-27-0001-K, SS-27-0002-M, SS-27-0003-Q" in said
        copied, _, _ = said[said.index("  - id: ") :].partition("\n\n")
        (rule,) = read_routing(parse_yaml(f"services: [parks]\nrules:\n{copied}\n".encode(), "routing.yaml")).rules
        assert (rule.then.service, len(rule.tests)) == ("parks", 2)
    assert house.office.council.routing.version == before
