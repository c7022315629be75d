"""What the tests of the domain draw from: calendars, days, moments."""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import strategies as st

from townclerk.domain.calendar import Calendar
from townclerk.domain.policy import NonworkingReceipt

FIRST, LAST = date(2025, 1, 1), date(2028, 12, 31)
ENGLAND = {
    date(2026, 12, 25): "Christmas Day",
    date(2026, 12, 28): "Boxing Day (substitute day)",
    date(2027, 1, 1): "New Year's Day",
    date(2027, 3, 26): "Good Friday",
    date(2027, 3, 29): "Easter Monday",
    date(2027, 5, 3): "Early May bank holiday",
    date(2027, 5, 31): "Spring bank holiday",
    date(2027, 8, 30): "Summer bank holiday",
    date(2027, 12, 27): "Christmas Day (substitute day)",
    date(2027, 12, 28): "Boxing Day (substitute day)",
}


def calendar(
    nonworking_receipt: NonworkingReceipt = NonworkingReceipt.NEXT_WORKING_DAY_IS_DAY_1,
    cutoff: time | None = None,
    closed: dict[date, str] | None = None,
    extra: frozenset[date] = frozenset(),
) -> Calendar:
    """England's, from 2025 to 2028; only the bank holidays that tests look at."""
    days = ENGLAND if closed is None else closed
    return Calendar("Europe/London", (5, 6), days, FIRST, LAST, "test", nonworking_receipt, cutoff, extra)


days = st.dates(date(2026, 1, 1), date(2027, 12, 31))
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001  # hypothesis adds the zone


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """Any weekend, any days off, a few extra working days: but never a council that is closed for ever."""
    weekend = draw(st.sampled_from([(5, 6), (4, 5), (6,), ()]))
    off = draw(st.sets(st.dates(FIRST, LAST), max_size=40))
    extra = draw(st.frozensets(st.dates(FIRST, LAST), max_size=5))
    return Calendar("Europe/London", weekend, dict.fromkeys(off, "closed"), FIRST, LAST, "drawn", extra_working_days=extra)


def the_days_after(day: date, until: date) -> list[date]:
    """Each day after *day*, up to and including *until*."""
    return [day + timedelta(days=n) for n in range(1, (until - day).days + 1)]
