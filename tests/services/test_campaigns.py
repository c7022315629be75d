"""Many people write the same: one case is worked on, and each of them is answered."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest

from services.office import MONDAY, Crash, House, council
from townclerk.domain.case import Case
from townclerk.domain.words import Category, Status
from townclerk.mail.reading import read_own
from townclerk.services import delivery, intake, timekeeper
from townclerk.store import cases, outbox
from townclerk.store.database import Tx
from townclerk.store.outbox import OutboxLine
from townclerk.store.schema import OutboxState

WORDS = """Dear Councillors,

I wish to complain about the way in which the council has decided to close the tip in Poplar Road. Nobody in our villages was
asked. The nearest tip is now eleven miles away, and the lay-bys are full of mattresses already. Please publish the figures on
which this rests, and open the tip again until people have been heard.

{own}Yours faithfully,
{name}
{house} Poplar Road, WS11 {digit}AA
"""


def writes(house: House, n: int, at: datetime = MONDAY, own: str = "", sender: str | None = None) -> None:
    name = f"Ada{chr(97 + n % 26)}{chr(97 + n // 26)} Low"
    text = WORDS.format(own=f"{own}\n\n" if own else "", name=name, house=n + 1, digit=n % 9)
    house.arrives(text, "Please save our tip", sender or f"{name} <resident{n}@example.org>", at)


async def everything(house: House, now: datetime) -> None:
    """As `settle`, however many letters there are."""
    while True:
        taken = await intake.run_once(house.office, house.mailbox, now)
        woken = await timekeeper.run_once(house.office, now)
        sent = await delivery.run_once(house.office, house.transport, now)
        if not (taken.taken or taken.dealt or woken.woken or sent.sent or sent.dead):
            return


def every_case(house: House) -> list[Case]:
    def look(tx: Tx) -> list[Case]:
        rows = cases.list_cases(tx, council().policy.id, limit=1000)
        return sorted((case for row in rows if (case := cases.load(tx, row.ref))), key=lambda case: case.ref)

    return house.read(look)


def all_letters(house: House, kind: str, states: tuple[OutboxState, ...] = tuple(OutboxState)) -> list[OutboxLine]:
    found = house.read(partial(outbox.listing, council=council().policy.id, states=states, limit=10_000))
    return [line for line in found if line.kind == kind]


def asked(house: House) -> list[OutboxLine]:
    return [line for line in all_letters(house, "decision") if "is it a campaign" in line.subject]


async def five_write(house: House) -> OutboxLine:
    for n in range(5):
        writes(house, n)
    await everything(house, MONDAY)
    (question,) = asked(house)
    return question


async def a_campaign(house: House) -> Case:
    """Five have written, and a person has said that it is a campaign. The case that leads."""
    house.replies(await five_write(house), "#campaign yes")
    await everything(house, MONDAY)
    return every_case(house)[0]


async def answers(house: House, text: str, at: datetime = MONDAY) -> None:
    """Whoever has the case that leads answers its assignment."""
    lead = every_case(house)[0]
    (assignment,) = [line for line in all_letters(house, "assignment") if line.case_ref == lead.ref]
    house.replies(assignment, text, at)
    await everything(house, at)


RESPONSE = "#respond upheld\nWe have looked into it, and the tip opens again on 1 February. The figures are on our website.\n"


@pytest.mark.parametrize(
    ("people", "an_hour"), [(70, 20), pytest.param(200, 60, marks=pytest.mark.faults)], ids=["seventy", "two hundred"]
)
async def test_many_write_the_same_and_one_case_is_worked_on_and_each_is_answered(
    build: Callable[..., House], people: int, an_hour: int
) -> None:
    house = build(letters_per_hour=an_hour)
    await a_campaign(house)
    for n in range(5, people):
        writes(house, n)
    now = MONDAY
    await everything(house, now)
    assert len(every_case(house)) == people
    assert len(all_letters(house, "assignment")) == 4  # of those that came before anybody could know
    assert len(asked(house)) == 1
    waits = len(all_letters(house, "receipt", (OutboxState.WAITING,)))
    assert len(all_letters(house, "receipt", (OutboxState.SENT,))) == an_hour
    assert waits == people - an_hour

    for _ in range(4):
        now += timedelta(hours=1, minutes=1)
        await everything(house, now)
    receipts = all_letters(house, "receipt", (OutboxState.SENT,))
    assert len({line.recipient for line in receipts}) == len({line.case_ref for line in receipts}) == people

    assert len([line for line in all_letters(house, "decision") if "some are waiting" in line.subject]) == 1

    tuesday = MONDAY + timedelta(days=1)
    await answers(house, RESPONSE, tuesday)
    sent = all_letters(house, "response", (OutboxState.SENT,))
    assert 1 <= len(sent) <= an_hour + 1  # the resident of the case that leads, and as many others as the cap lets go
    for hour in range(1, 10):
        await everything(house, tuesday + timedelta(hours=hour, minutes=hour))
    responses = all_letters(house, "response", (OutboxState.SENT,))
    assert len({line.recipient for line in responses}) == len({line.case_ref for line in responses}) == len(responses) == people
    assert all(line.case_ref and line.case_ref in line.subject for line in responses)
    assert {case.status for case in every_case(house)} == {Status.ANSWERED}
    moments = Counter(line.sent_at for line in (*receipts, *responses) if line.sent_at)
    within = (sum(n for at, n in moments.items() if begin <= at < begin + timedelta(hours=1)) for begin in list(moments))
    assert max(within) <= an_hour + 1


async def test_a_person_is_asked_when_five_have_written_and_not_when_four_have(house: House) -> None:
    for n in range(4):
        writes(house, n)
    await everything(house, MONDAY)
    assert asked(house) == []
    assert len(all_letters(house, "assignment")) == 4
    writes(house, 4)
    await everything(house, MONDAY)
    (question,) = asked(house)
    assert question.case_ref == every_case(house)[0].ref
    assert len(all_letters(house, "assignment")) == 4
    assert len(all_letters(house, "receipt")) == 5


@pytest.mark.parametrize(("days", "questions"), [(13, 1), (15, 0)])
async def test_what_was_written_longer_ago_than_a_fortnight_counts_no_more(house: House, days: int, questions: int) -> None:
    for n in range(4):
        writes(house, n)
    await everything(house, MONDAY)
    later = MONDAY + timedelta(days=days)
    writes(house, 4, later)
    await everything(house, later)
    await everything(house, later + timedelta(days=1))  # the letter waits for working hours
    assert len(asked(house)) == questions


async def test_one_person_who_writes_five_times_is_no_campaign(house: House) -> None:
    for n in range(6):
        writes(house, n, sender="Ada Low <ada.low@example.org>")
    await everything(house, MONDAY)
    assert asked(house) == []


async def test_neighbours_who_complain_of_the_same_in_their_own_words_are_no_campaign(house: House) -> None:
    texts = (
        "I want to complain that the grey bin in Fern Close has been missed three times running, and it smells in the sun.",
        "Complaint: nobody has emptied our bins since the second of the month. All of Fern Close waits, and rats come.",
        "I am unhappy that you have forgotten Fern Close again. The lorry drove past on Tuesday while I stood there waving.",
        "This is a complaint about the refuse collection in Fern Close. My mother cannot lift the bags back into the yard.",
        "Fern Close again! I complain for the third time that the crew leaves us out, and that nobody ever rings me back.",
    )
    for n, text in enumerate(texts):
        house.arrives(text, "Bins in Fern Close", f"neighbour{n}@example.org")
    await everything(house, MONDAY)
    assert asked(house) == []
    assert len(all_letters(house, "assignment")) == 5


async def test_until_a_person_has_said_so_nobody_is_answered_with_another(house: House) -> None:
    await five_write(house)
    await answers(house, RESPONSE)
    assert len(all_letters(house, "response")) == 1
    states = [case.status for case in every_case(house)]
    assert states.count(Status.OPEN) == 4
    assert len(all_letters(house, "assignment")) == 5  # the fifth, which waited for the decision, is a case like any other


async def test_if_it_is_no_campaign_each_has_an_assignment_and_nobody_is_asked_again(house: House) -> None:
    house.replies(await five_write(house), "#campaign no")
    await everything(house, MONDAY)
    writes(house, 5)
    await everything(house, MONDAY)
    assert len(all_letters(house, "assignment")) == 6
    assert len(asked(house)) == 1


async def test_a_question_that_nobody_answers_ends_with_an_assignment_for_each(house: House) -> None:
    await five_write(house)
    for day in range(1, 8):
        await everything(house, MONDAY + timedelta(days=day))
    assert len(asked(house)) == 2
    assert {line.case_ref for line in all_letters(house, "assignment")} == {case.ref for case in every_case(house)}


async def test_whoever_adds_words_of_their_own_or_is_in_danger_has_a_case_that_is_worked_on(house: House) -> None:
    await a_campaign(house)
    mine = (
        "My husband is blind, and I do not drive since my stroke. In May your driver left our garden waste behind and told me "
        "on the telephone to bring it myself; I wrote to you about that, and nobody ever answered. Who is to take it now?"
    )
    writes(house, 5, own=mine)
    writes(house, 6, own="I cannot go on any longer and want to kill myself.")
    await everything(house, MONDAY)
    lead, *_, adds, danger = every_case(house)
    assigned = [line for line in all_letters(house, "assignment") if line.case_ref in {adds.ref, danger.ref}]
    assert len(assigned) == 2
    assert not adds.led
    assert not danger.led
    raw = house.read(partial(outbox.get, key=next(line.key for line in assigned if line.case_ref == adds.ref)))
    assert raw is not None
    assert lead.ref.encode() in raw.raw
    assert b"words of its own" in raw.raw.replace(b"=\r\n", b"")


async def test_no_resident_learns_of_another(house: House) -> None:
    await a_campaign(house)
    writes(house, 5)
    await everything(house, MONDAY)
    await answers(house, RESPONSE)
    found = every_case(house)
    for line in (*all_letters(house, "receipt"), *all_letters(house, "response")):
        row = house.read(partial(outbox.get, key=line.key))
        others = [case for case in found if case.ref != line.case_ref]
        assert row is not None
        said = row.raw.decode("utf-8", "replace").replace("=\r\n", "")
        assert not any(case.ref in said or case.complainant.address in said or case.complainant.name in said for case in others)


async def test_a_text_for_everybody_that_names_one_of_them_is_asked_about_and_goes_by_a_press(house: House) -> None:
    lead = await a_campaign(house)
    first = lead.complainant.name.split()[0]
    await answers(house, f"#respond upheld\nThe tip opens again, {first}, on 1 February.\n")
    assert all_letters(house, "response") == []
    (confirm,) = all_letters(house, "confirm")
    row = house.read(partial(outbox.get, key=confirm.key))
    assert row is not None
    said = read_own(row.raw).plain
    assert f"“{first}” stands in it" in said
    (press,) = dict.fromkeys(re.findall(r"#send \d+", said))
    house.replies(confirm, press)
    await everything(house, MONDAY)
    assert {line.case_ref for line in all_letters(house, "response")} == {case.ref for case in every_case(house)}


async def test_more_time_is_given_to_each_and_no_one_holds_two_dates(house: House) -> None:
    await a_campaign(house)
    wednesday = MONDAY + timedelta(days=2)
    writes(house, 5, wednesday)
    await everything(house, wednesday)
    await answers(house, "#extend 15 February 2027 we await the contractor's report", wednesday)
    promised = {case.deadline("stage1.respond").promised.isoformat() for case in every_case(house)}  # type: ignore[union-attr]
    assert promised == {"2027-02-15"}
    assert len({line.case_ref for line in all_letters(house, "delay_notice")}) == 6


async def test_one_of_them_can_be_answered_by_itself(house: House) -> None:
    await a_campaign(house)
    member = every_case(house)[2]
    (assignment,) = [line for line in all_letters(house, "assignment") if line.case_ref == member.ref]
    house.replies(
        assignment, "#respond not-upheld\nYou asked about the lay-by near you, which belongs to the county council.\n"
    )
    await everything(house, MONDAY)
    await answers(house, RESPONSE)
    theirs = [line for line in all_letters(house, "response") if line.case_ref == member.ref]
    assert len(theirs) == 1
    assert len(all_letters(house, "response")) == 5


async def test_who_was_answered_with_others_asks_for_a_review_of_their_own(house: House) -> None:
    await a_campaign(house)
    await answers(house, RESPONSE)
    member = every_case(house)[3]
    (response,) = [line for line in all_letters(house, "response") if line.case_ref == member.ref]
    house.arrives(
        "I am not satisfied with this and ask for a review at stage 2.",
        f"Re: {response.subject}",
        f"{member.complainant.name} <{member.complainant.address}>",
        MONDAY + timedelta(hours=1),
        in_reply_to=response.message_id,
    )
    await everything(house, MONDAY + timedelta(hours=1))
    stages = Counter(case.stage for case in every_case(house))
    assert stages["stage2"] == 1  # type: ignore[index]
    assert [line.case_ref for line in all_letters(house, "assignment")].count(member.ref) == 2


async def test_where_the_first_of_them_withdraws_the_next_leads_and_the_others_are_still_answered(house: House) -> None:
    lead = await a_campaign(house)
    for n in (5, 6):
        writes(house, n)
    await everything(house, MONDAY)
    await answers(house, "#withdraw")
    writes(house, 7)
    await everything(house, MONDAY)
    new = next(case for case in every_case(house) if case.campaign is not None and case.ref != lead.ref)
    assignment = [line for line in all_letters(house, "assignment") if line.case_ref == new.ref][-1]
    house.replies(assignment, RESPONSE)
    await everything(house, MONDAY)
    assert {line.case_ref for line in all_letters(house, "response")} == {c.ref for c in every_case(house)} - {lead.ref}


async def test_who_writes_after_the_answer_has_a_case_and_five_of_them_are_asked_about_anew(house: House) -> None:
    await a_campaign(house)
    await answers(house, RESPONSE)
    later = MONDAY + timedelta(days=1)
    for n in range(5, 9):
        writes(house, n, later)
    await everything(house, later)
    assert len(asked(house)) == 1
    assert len(all_letters(house, "assignment")) == 8
    writes(house, 9, later)
    await everything(house, later)
    assert len(asked(house)) == 2


async def test_reminders_of_a_campaign_are_those_of_the_case_that_leads(house: House) -> None:
    lead = await a_campaign(house)
    for n in range(5, 10):
        writes(house, n)
    for day in range(1, 30):
        await everything(house, MONDAY + timedelta(days=day))
    reminded = {line.case_ref for kind in ("reminder", "overdue", "escalation") for line in all_letters(house, kind)}
    assert reminded == {lead.ref}
    told = {line.case_ref for line in all_letters(house, "acknowledgement")}
    assert told == {case.ref for case in every_case(house)}  # what was promised to each by itself is kept


async def test_the_first_of_them_can_be_linked_to_the_next_which_then_leads(house: House) -> None:
    lead = await a_campaign(house)
    for n in (5, 6):
        writes(house, n)
    await everything(house, MONDAY)
    second = every_case(house)[1]
    await answers(house, f"#link {second.ref} party")
    found = every_case(house)
    assert found[0].status is Status.CLOSED
    assert found[1].campaign is not None
    assert {case.joined.lead for case in found[2:] if case.joined} == {second.ref}
    assert lead.complainant.key in {party.who.key for party in found[1].parties}


async def test_a_colleague_who_gets_the_first_has_the_others_as_well(house: House) -> None:
    await a_campaign(house)
    await answers(house, "#assign cal")
    found = every_case(house)
    assert {case.officer for case in found} == {"cal"}
    assert len([line for line in all_letters(house, "assignment") if line.recipient.startswith("cal")]) == 1


async def test_killed_at_any_transaction_each_is_answered_once(house: House) -> None:
    await a_campaign(house)
    for n in range(5, 45):
        writes(house, n)
    await everything(house, MONDAY)
    (assignment,) = [line for line in all_letters(house, "assignment") if line.case_ref == every_case(house)[0].ref]
    house.replies(assignment, RESPONSE)
    for n in range(1, 400, 7):
        house.database.count, house.database.crash_at, house.database.after = 0, n, bool(n % 2)
        try:
            await everything(house, MONDAY)
        except Crash:
            house.database.crash_at = None
            await delivery.take_over(house.office, MONDAY + timedelta(hours=n))
            continue
        break
    house.database.crash_at = None
    await everything(house, MONDAY + timedelta(hours=5))
    responses = all_letters(house, "response")
    assert len({line.case_ref for line in responses}) == len(responses) == 45


TOILETS = """Dear Council,

I am writing to object to the closing of the public toilets in the market place of our town. Older people, parents with
small children and visitors need them every day of the week. The council never asked anybody before it put up the notice. Please
reverse this decision and open them again before the summer.

Yours faithfully,
Resident Number {n}
"""


async def test_a_first_mail_that_was_read_otherwise_keeps_nobody_from_asking_about_the_others(house: House) -> None:
    for n, subject in enumerate(
        ("Just a comment", "Complaint", "A complaint", "Complaint of mine", "My complaint", "Complaining")
    ):
        house.arrives(TOILETS.format(n=n), subject, f"resident{n}@example.org")
    await everything(house, MONDAY)
    found = every_case(house)
    assert Counter(case.category for case in found) == {Category.COMMENT: 1, Category.COMPLAINT: 5}
    (question,) = asked(house)
    assert question.case_ref == found[1].ref


async def test_the_question_names_those_who_wrote_and_the_day_until_which_it_is_asked(house: House) -> None:
    question = await five_write(house)
    row = house.read(partial(outbox.get, key=question.key))
    assert row is not None
    said = read_own(row.raw).plain
    assert "Decide by Tuesday 12 January 2027" in row.subject
    assert all(f"{case.ref} ({case.complainant.name})" in " ".join(said.split()) for case in every_case(house))
    for press in ("#campaign yes", "#campaign no", "#message"):
        assert press in said


@pytest.mark.parametrize(("word", "said"), [("yes", "It is one campaign"), ("no", "It is no campaign")])
async def test_what_was_decided_stands_in_the_subject_of_what_answers_it(house: House, word: str, said: str) -> None:
    house.replies(await five_write(house), f"#campaign {word}")
    await everything(house, MONDAY)
    assert any(said in line.subject for line in all_letters(house, "done"))
