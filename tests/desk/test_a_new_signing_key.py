"""A signing key is changed: what officers hold from the old one acts to its last day, and new letters have the new one."""

from dataclasses import replace
from datetime import timedelta
from email.utils import parseaddr

import pytest

from desk.at_the_desk import ANSWER, LATER, a_complaint, answer, raw_of
from services.office import KEY, House
from townclerk.domain.signing import SigningKey

NEW = SigningKey("9", b"the key that came in its place")


def signed_with(house: House, *keys: SigningKey) -> None:
    """The files have been read again, with these keys."""
    house.office = replace(house.office, signer=replace(house.office.signer, keys=keys))


async def test_an_answer_to_a_letter_that_the_old_key_signed_still_acts(house: House) -> None:
    letter = await a_complaint(house)
    signed_with(house, NEW, KEY)

    await answer(house, letter, f"#message\n{ANSWER}")

    (message,) = house.sent("message")
    (token,) = house.office.signer.tokens_in_address(parseaddr(str(raw_of(house, message)["Reply-To"]))[1])
    assert token.key_id == NEW.id


@pytest.mark.parametrize(("days", "acts"), [(0, True), (1, False)])
async def test_it_acts_on_its_last_day_and_not_after_it(house: House, days: int, acts: bool) -> None:
    letter = await a_complaint(house)
    (token,) = house.office.signer.tokens_in_address(parseaddr(str(raw_of(house, letter)["Reply-To"]))[1])
    assert token.until is not None
    signed_with(house, NEW, KEY)

    await answer(house, letter, f"#message\n{ANSWER}", LATER + (token.until - LATER.date()) + timedelta(days=days))

    assert bool(house.sent("message")) is acts


async def test_a_key_that_was_taken_out_lets_nobody_act_and_loses_no_mail(house: House) -> None:
    """As where it was stolen."""
    letter = await a_complaint(house)
    signed_with(house, NEW)

    await answer(house, letter, f"#message\n{ANSWER}")

    assert house.sent("message") == []
    assert house.sent("confirm") or house.sent("refused") or house.sent("decision")
