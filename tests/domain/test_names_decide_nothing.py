"""How whoever wrote is called and where they live says nothing of what they write about."""

import pytest

from townclerk.domain.mail import Address, IncomingMail
from townclerk.domain.routing import Context, facts_of
from townclerk.domain.signing_off import without_own_address

SAID = "Please keep the public toilets open."


def left(below: str, name: str = "Fay Lake", address: str = "fay@f.example") -> list[str]:
    text = without_own_address(f"{SAID}\n\n{below}", name, address)
    assert len(text) == len(f"{SAID}\n\n{below}")  # where a word stands is told by its place
    return [line.strip() for line in text.split("\n") if line.strip()][1:]


@pytest.mark.parametrize(
    "below",
    [
        "Fay Lake",
        "Mrs F. Lake",
        "Kind regards\nFay",
        "Kind regards,\nFay Lake\n12 Park View Road\nStow on the Wold\nWS11 1AB",
        "Yours\n\nFay Lake\nBin Cottage, 3 School Lane, WS11 1AB",
        "Regards\nFay Meadow-Lake",
    ],
)
def test_a_name_and_an_address_below_a_mail_are_left_out(below: str) -> None:
    assert [line for line in left(below) if line not in {"Kind regards", "Kind regards,", "Yours", "Regards"}] == []


@pytest.mark.parametrize(
    ("below", "stays"),
    [
        ("Fay Lake\nPS my dad hits me.", "PS my dad hits me."),
        ("Fay Lake\nHELP ME", "HELP ME"),
        ("Fay Lake\nHelp Me!", "Help Me!"),
        ("Fay Lake\nChair of the Tenants' Association", "Chair of the Tenants' Association"),
        ("Cllr Fay Lake", "Cllr Fay Lake"),
        ("Regards\nTom Birch", "Tom Birch"),  # somebody else's name
        ("Regards\nThe gas smells", "The gas smells"),
        ("The lake in the park is green.", "The lake in the park is green."),
    ],
)
def test_what_else_stands_there_is_read(below: str, stays: str) -> None:
    assert stays in left(below)


def test_rules_look_at_no_name_of_whoever_wrote() -> None:
    text = f"{SAID}\n\nFay Lake\n12 Park View"
    mail = IncomingMail(sender=Address("Fay Lake", "fay@f.example"), subject="Toilets", text=text, own_text=text)
    assert facts_of(mail, opens=True, context=Context()).text.split() == SAID.split()
