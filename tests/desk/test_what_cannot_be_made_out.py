"""An officer's mail whose words cannot be made out is never acted on by half: it waits for a person, who is told why."""

from dataclasses import replace
from pathlib import Path

from desk.at_the_desk import a_complaint, answer
from services.office import House, ReadHere
from townclerk.domain.quoting import Written
from townclerk.mail.errors import MailUnreadable
from townclerk.store import mails


class Puzzled(ReadHere):
    """Reads a mail, and cannot tell its sender's words from what is quoted."""

    async def written(self, source: bytes | Path) -> Written:
        raise MailUnreadable("reading it took longer than 10.0 seconds")


async def test_it_is_set_aside_with_the_reason_and_nothing_of_it_goes_out(house: House) -> None:
    letter = await a_complaint(house)
    puzzled = replace(house, office=replace(house.office, reader=Puzzled()))
    await answer(puzzled, letter, "#respond upheld\nDear Ms Patel, we are sorry. We will come on Friday.")

    (held,) = house.read(mails.quarantined)
    assert held.reason == "reading it took longer than 10.0 seconds"
    assert house.sent("response") == []
    assert [line.recipient for line in house.sent("decision")] == ["cal.lane@council.example"]


async def test_a_resident_is_answered_all_the_same(house: House) -> None:
    puzzled = replace(house, office=replace(house.office, reader=Puzzled()))
    await a_complaint(puzzled)

    assert len(house.sent("receipt")) == 1
