"""References for cases that open."""

from datetime import datetime
from functools import partial

from townclerk.domain.reference import Reference
from townclerk.services.office import Office
from townclerk.store import cases


async def new_reference(office: Office, received_at: datetime) -> str:
    """The next of this council and of the year of *received_at*; one that is not used is missing in the row."""
    policy = office.council.policy
    year = office.council.calendar.local(received_at).year
    number = await office.db.run(partial(cases.next_number, council=policy.id, year=year))
    return str(Reference(policy.prefix, year % 100, number))
