"""Which day somebody speaks of, in their own words. It is only ever shown to a person; it must not be a birthday."""

from datetime import date

import pytest

from townclerk.domain.dates_told import latest_day_told

RECEIVED = date(2026, 12, 10)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("I have known of it since 1 November 2025.", date(2025, 11, 1)),
        ("It was the 3rd of March 2024", date(2024, 3, 3)),
        ("on March 3rd, 2024 the wall came down", date(2024, 3, 3)),
        ("They came on 03/04/2025 and never again", date(2025, 4, 3)),
        ("seit 2025-02-28", date(2025, 2, 28)),
        ("It began in March 2024.", date(2024, 3, 31)),
        ("It began in 2019", date(2019, 12, 31)),
        ("two years ago you promised", date(2024, 12, 10)),
        ("18 months ago", date(2025, 6, 18)),
        ("last year", date(2025, 12, 31)),
        ("since March", date(2026, 3, 31)),
        ("on 12 December nobody came", date(2025, 12, 12)),  # this year's is still to come
        ("since December", RECEIVED),
        ("In 2019 it began, and yesterday it was the same again", RECEIVED),
        ("In March 2024 you said so, in June 2025 you said so again", date(2025, 6, 30)),
    ],
)
def test_the_latest_day_named(text: str, day: date) -> None:
    assert latest_day_told(text, RECEIVED) == day


@pytest.mark.parametrize(
    "text",
    [
        "My bin was not emptied.",
        "I was born on 3 May 1951.",
        "DOB: 03/05/1951",
        "I have lived here since 1974 and never complained.",
        "Since 1974 I have lived here.",
        "We moved in in March 2019.",
        "The hearing is on 3 February 2027.",  # is still to come
        "My reference is SS-26-0012-K, invoice 2024/11/7781",
        "It may be the pump. We march on.",
        "Under the Housing Act 1985 you must",
        "31 February 2024",
    ],
)
def test_a_day_of_something_else_is_none(text: str) -> None:
    assert latest_day_told(text, RECEIVED) is None
