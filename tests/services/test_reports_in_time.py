"""Reports, papers and the digest: each once, on its morning, with the figures of its period, and to nobody else."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.policy import SMTP
from functools import partial
from urllib.parse import unquote

import pytest

from services.office import MONDAY, SERVER, House, council
from townclerk.domain.board import papers_day
from townclerk.domain.durations import Duration, Unit
from townclerk.domain.provisions import Board, Digest, Edition, Figure, Period, Provisions, Report
from townclerk.services import reporting
from townclerk.store import outbox

QUARTERLY = Report("quarterly", "Report to the committee", Period.QUARTER, ("complaints_lead",), tuple(Figure))
MONTHLY = replace(QUARTERLY, id="monthly", title="Report of the month", every=Period.MONTH)
FIRST_OF_APRIL = datetime(2027, 4, 1, 8, tzinfo=UTC)  # nine in the morning, in summer time


def provide(house: House, *reports: Report, digest: Digest | None = None, board: Board | None = None) -> None:
    known = council()
    provisions = Provisions(reports={report.id: report for report in reports}, digest=digest, board=board)
    policy = replace(known.policy, provisions=provisions)
    house.office = replace(house.office, council=replace(known, policy=policy))


async def go_on(house: House, now: datetime) -> None:
    await reporting.run_once(house.office, now)
    await house.settle(now)


def words(house: House, kind: str) -> str:
    (line,) = house.sent(kind)
    row = house.read(partial(outbox.get, key=line.key))
    assert row is not None
    body = message_from_bytes(row.raw, policy=SMTP).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


async def test_the_report_of_a_quarter_leaves_once_on_the_first_working_morning_after_it(house: House) -> None:
    provide(house, QUARTERLY)
    house.arrives("I complain about the bins.")
    await go_on(house, MONDAY)

    await go_on(house, FIRST_OF_APRIL - timedelta(seconds=1))
    assert house.letters("report") == []

    for hours in (0, 1, 48):
        await go_on(house, FIRST_OF_APRIL + timedelta(hours=hours))
    (line,) = house.sent("report")
    assert line.recipient == "cal.lane@council.example"
    assert "Complaints: 1" in words(house, "report")


async def test_a_week_of_downtime_loses_no_report_and_sends_none_twice(house: House) -> None:
    provide(house, QUARTERLY, MONTHLY)
    await go_on(house, MONDAY)
    await go_on(house, FIRST_OF_APRIL + timedelta(days=7))
    assert sorted(line.subject.split(":")[0] for line in house.sent("report")) == [
        "Report of the month",
        "Report of the month",
        "Report of the month",
        "Report to the committee",
    ]


async def test_nothing_is_reported_of_the_time_before_this_mailbox_was_looked_after(house: House) -> None:
    provide(house, QUARTERLY)
    await go_on(house, MONDAY)
    assert house.letters("report") == []
    assert await reporting.next_moment(house.office, MONDAY) == FIRST_OF_APRIL


@pytest.mark.parametrize("hour", [8, 9, 14])
async def test_nor_of_one_that_ended_the_night_before(house: House, hour: int) -> None:
    provide(house, MONTHLY)
    await go_on(house, datetime(2027, 2, 1, hour, tzinfo=UTC))
    await go_on(house, datetime(2027, 2, 2, 14, tzinfo=UTC))
    assert house.letters("report") == []

    await go_on(house, datetime(2027, 3, 1, 14, tzinfo=UTC))
    assert len(house.sent("report")) == 1


async def test_nor_do_papers_go_for_a_meeting_whose_days_were_over(house: House) -> None:
    board = Board("The board", ("complaints_lead",), Duration(14, Unit.CALENDAR_DAY), date(2027, 1, 15))
    papers = replace(QUARTERLY, id="papers", every=Period.MEETING)
    leaves = papers_day(board, date(2027, 1, 15), council().calendar)
    provide(house, papers, board=board)
    await go_on(house, datetime(leaves.year, leaves.month, leaves.day, 14, tzinfo=UTC))
    assert house.letters("report") == []


async def test_a_report_that_goes_further_names_no_resident(house: House) -> None:
    provide(house, MONTHLY)
    house.arrives("I complain about the bins, and I am ill.")
    await go_on(house, MONDAY)
    await go_on(house, datetime(2027, 2, 1, 9, tzinfo=UTC))
    told = words(house, "report")
    assert "Asha" not in told
    assert "ill" not in told.split()


async def test_the_digest_comes_on_working_mornings_when_there_is_something_to_say(house: House) -> None:
    provide(house, digest=Digest(("complaints_lead",)))
    await go_on(house, MONDAY.replace(hour=9))
    assert house.letters("digest") == []

    house.arrives("I complain about the bins.", at=MONDAY.replace(hour=10))
    await house.settle(MONDAY.replace(hour=10))
    saturday = MONDAY.replace(day=16, hour=9)
    for now in (saturday, MONDAY.replace(day=14, hour=9), MONDAY.replace(day=14, hour=10)):
        await go_on(house, now)
    (line,) = house.sent("digest")
    assert line.recipient == "cal.lane@council.example"
    assert "Monday 18 January 2027" in words(house, "digest")


async def test_officers_read_of_their_own_cases_and_the_lead_gets_the_tracker_on_its_day(house: House) -> None:
    provide(house, digest=Digest(officers=True, weekly=("complaints_lead",)))
    house.arrives("I complain about the bins.", at=MONDAY.replace(hour=10))
    await house.settle(MONDAY.replace(hour=10))
    for day in (14, 15, 15, 18):  # Thursday; Friday, with its reminders; and the Monday of the tracker
        await go_on(house, MONDAY.replace(day=day, hour=9))
    got = [(line.recipient, line.created_at.day, line.subject.partition(":")[0]) for line in house.sent("digest")]
    assert got == [
        ("wendy.ash@council.example", 14, "For you this morning"),
        ("cal.lane@council.example", 18, "This week"),
        ("wendy.ash@council.example", 18, "For you this morning"),
    ]  # on the 15th a reminder says it to Wendy


async def test_a_line_of_the_digest_opens_a_mail_that_asks_about_its_case(house: House) -> None:
    provide(house, digest=Digest(officers=True))
    house.arrives("I complain about the bins.", at=MONDAY.replace(hour=10))
    await house.settle(MONDAY.replace(hour=10))
    await go_on(house, MONDAY.replace(day=14, hour=9))
    (line,) = house.sent("digest")
    row = house.read(partial(outbox.get, key=line.key))
    assert row is not None
    page = message_from_bytes(row.raw, policy=SMTP).get_body(("html",))
    assert page is not None
    (address,) = re.findall(r'href="mailto:([^?"]+)\?[^"]*body=%23show', str(page.get_content()))
    proof = f"{SERVER}; dmarc=pass header.from=council.example"
    house.arrives(
        "#show", "Show", line.recipient, MONDAY.replace(day=14, hour=10), to=unquote(address), authentication_results=proof
    )
    await house.settle(MONDAY.replace(day=14, hour=10))
    assert house.sent("done")


async def test_whoever_reviews_the_policy_is_told_once_when_it_is_due(house: House) -> None:
    known = council()
    edition = Edition("3.0", date(2024, 4, 3), Duration(3, Unit.YEAR), "complaints_lead")  # three years on: a Saturday
    policy = replace(known.policy, provisions=replace(known.policy.provisions, edition=edition, digest=None, reports={}))
    house.office = replace(house.office, council=replace(known, policy=policy))
    friday = datetime(2027, 4, 2, 8, tzinfo=UTC)
    assert await reporting.next_moment(house.office, MONDAY) == friday

    await go_on(house, friday - timedelta(seconds=1))
    assert house.letters("report") == []

    for hours in (0, 1, 24 * 40):
        await go_on(house, friday + timedelta(hours=hours))
    (line,) = house.sent("report")
    assert line.recipient == "cal.lane@council.example"
    assert "Saturday 3 April 2027" in words(house, "report")


async def test_a_policy_without_a_date_is_never_due(house: House) -> None:
    known = council()
    edition = Edition("3.0", None, Duration(3, Unit.YEAR), "complaints_lead")
    policy = replace(known.policy, provisions=replace(known.policy.provisions, edition=edition, digest=None, reports={}))
    house.office = replace(house.office, council=replace(known, policy=policy))
    await go_on(house, MONDAY)
    assert await reporting.next_moment(house.office, MONDAY) is None
    assert house.letters("report") == []


async def test_a_report_that_an_outage_kept_until_the_night_leaves_in_the_morning(house: House) -> None:
    provide(house, QUARTERLY)
    await go_on(house, MONDAY)
    await go_on(house, FIRST_OF_APRIL.replace(hour=22))
    assert (len(house.letters("report")), house.sent("report")) == (1, [])

    await go_on(house, FIRST_OF_APRIL + timedelta(days=1, hours=1))
    assert len(house.sent("report")) == 1


async def test_a_report_that_nobody_is_there_to_read_goes_to_the_lead(house: House) -> None:
    provide(house, replace(QUARTERLY, to=("a_role_without_people",)))
    await go_on(house, MONDAY)
    await go_on(house, FIRST_OF_APRIL)
    (line,) = house.sent("report")
    assert line.recipient == "cal.lane@council.example"
