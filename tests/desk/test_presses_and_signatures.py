"""A press opens a new mail, and a program puts its signature into it: the press works, and nothing of that goes out."""

from datetime import UTC, datetime, timedelta

import pytest

from desk.at_the_desk import CAL, LATER, WENDY, a_complaint, answer, folded, text_of
from services.office import House
from townclerk.domain.words import Status

SOON = LATER + timedelta(minutes=3)
SHORT = "Regards\nWendy Ash\nTel 01902 555 0147\nLine manager: Tom Birch"  # which is not certainly for the resident
LONG = (
    "Many thanks,\nWendy\n\nWendy Ash | Waste Officer\nExampleton District Council\n"
    "01902 555 0147 | wendy.ash@council.example\n\n"
    "Working together for a cleaner, greener town."
)
DISCLAIMER = (
    "This e-mail (with its attachments) is only for whoever it is addressed to. If you are not that person you must let me "
    "know at once and then delete this e-mail."
)
STRAP = (
    "Regards\n\nWendy Ash\nWaste Manager\n01902 555 0147 | www.council.example\n\nWorking together to make the town greener."
)
SIGNATURES = (SHORT, LONG, DISCLAIMER, f"{LONG}\n\n{DISCLAIMER}", STRAP)


async def held(house: House) -> int:
    await answer(house, await a_complaint(house), f"#message\nDear Ms Patel,\n\nWe come on Friday.\n\n{SHORT}")
    (one,) = house.cases[0].held
    return one.number


@pytest.mark.parametrize("signature", SIGNATURES)
async def test_what_is_held_for_a_signature_is_sent_by_a_press_that_has_the_same_one(house: House, signature: str) -> None:
    number = await held(house)
    await answer(house, house.sent("confirm")[-1], f"#send {number}\n\n{signature}", SOON)

    assert len(house.sent("confirm")) == 1
    assert len(house.sent("message")) == 1
    assert house.cases[0].held == ()


@pytest.mark.parametrize("signature", SIGNATURES)
async def test_it_is_discarded_by_such_a_press_too(house: House, signature: str) -> None:
    number = await held(house)
    await answer(house, house.sent("confirm")[-1], f"#discard {number}\n\n{signature}", SOON)

    assert len(house.sent("confirm")) == 1
    assert house.sent("message") == []
    assert house.cases[0].held == ()


@pytest.mark.parametrize("signature", SIGNATURES)
@pytest.mark.parametrize(("word", "kind"), [("#withdraw", "closure"), ("#extend 5 the depot is late", "delay_notice")])
async def test_a_word_that_needs_no_text_is_done_and_the_signature_goes_to_nobody(
    house: House, signature: str, word: str, kind: str
) -> None:
    await answer(house, await a_complaint(house), f"{word}\n\n{signature}")

    assert house.sent("confirm") == []
    (letter,) = house.sent(kind)
    for line in signature.split("\n"):
        assert line in {"", "Regards", "Wendy", "Wendy Ash"} or line not in text_of(house, letter)
    assert "0147" not in text_of(house, letter)
    assert "it went to nobody" in folded(text_of(house, house.sent("done")[-1]))


@pytest.mark.parametrize(
    "below",
    [
        f"The bin is yours.\n\n{SHORT}",
        f"Dear Ms Patel\n{SHORT}",
        f"{SHORT}\n\nPS she may keep the bin.",
        f"{SHORT}\n\nPlease bring it in.\n\nWe come on Friday.",
        f"Call 01902 555 0147\nWe come on Friday.\n\n{SHORT}",
    ],
)
async def test_words_that_somebody_wrote_are_not_lost_with_the_signature(house: House, below: str) -> None:
    await answer(house, await a_complaint(house), f"#withdraw\n{below}")

    assert len(house.sent("confirm")) == 1
    assert house.cases[0].status is Status.OPEN


@pytest.mark.parametrize("signature", SIGNATURES)
async def test_a_text_with_such_a_signature_is_asked_about_as_before(house: House, signature: str) -> None:
    await answer(
        house, await a_complaint(house), f"#message\nDear Ms Patel,\n\nWe come on Friday.\n\n{signature}\n\nhttps://a.example"
    )

    assert house.sent("message") == []
    assert len(house.sent("confirm")) == 1


async def test_words_to_a_colleague_are_passed_on_whatever_stands_below(house: House) -> None:
    await answer(house, await a_complaint(house), f"#approve no\nPlease name the refund.\n\n{SHORT}")

    assert house.sent("confirm") == []
    assert "no response waits for approval" in folded(text_of(house, house.sent("refused")[-1]))


async def test_a_press_that_cannot_be_followed_is_not_held_in_its_turn(house: House) -> None:
    """Words stand in two places of it: so whoever presses is told, and the mail that is held stays the one that it was."""
    number = await held(house)
    confirm = house.sent("confirm")[-1]
    quoted = "\n".join(f"> {line}" for line in text_of(house, confirm).split("\n"))
    await answer(house, confirm, f"#send {number}\n\n{quoted}\n\nBut say Thursday.", SOON)

    assert [each.number for each in house.cases[0].held] == [number]
    assert house.sent("message") == []
    refused = folded(text_of(house, house.sent("refused")[-1]))
    assert f"#send {number} in a mail with nothing else in it" in refused


async def test_whoever_has_several_mails_held_is_reminded_of_all_of_them_in_one_letter(house: House) -> None:
    letter = await a_complaint(house)
    for n in range(3):
        await answer(house, letter, f"We come on day {n}.", LATER + timedelta(minutes=n))
    assert len(house.sent("confirm")) == 3
    first, second, third = (each.number for each in house.cases[0].held)

    await house.settle(datetime(2027, 1, 13, 9, 0, tzinfo=UTC))
    (again,) = house.sent("confirm")[3:]
    said = text_of(house, again)
    assert again.recipient == WENDY
    for number, n in ((first, 0), (second, 1), (third, 2)):
        assert f"#send {number}" in said
        assert f"#discard {number}" in said
        assert f"We come on day {n}." in said

    await house.settle(datetime(2027, 1, 15, 9, 0, tzinfo=UTC))
    assert sorted(each.recipient for each in house.sent("confirm")[4:]) == [CAL, WENDY]
