"""A text that goes to everybody in a campaign tells nobody who the first of them is."""

from dataclasses import replace

import pytest

from domain.samples import facts
from domain.story import COMPLAINT, MONDAY, person, promise, stage, town
from townclerk.domain.case import Campaign, CampaignState, Case
from townclerk.domain.commands import read_commands
from townclerk.domain.decide import decide
from townclerk.domain.events import CaseOpened
from townclerk.domain.mail import Address
from townclerk.domain.telling_of_one import tells_who_leads, what_tells
from townclerk.domain.words import Stage

COUNCIL = town(stage(Stage.STAGE1, promise(10, "service")), people=(person("wendy", "service", services=("waste",)),))
MAIL = """Dear Sir,

I complain that the shelter in Mill Lane has been without glass for months, at the corner by 14 Old Forge Road. Please mend it.

Yours faithfully
Ann Carr-Lane
Lock Cottage, 3 High Street
Penkridge
WS11 1AB
07700 900123
"""


def first_of_them(name: str = "Ann Carr-Lane", mail: str = MAIL) -> Case:
    wrote = facts(1, mail, MONDAY, Address(name, "ann.lane@example.org"))
    return decide(None, CaseOpened("SS-27-0001-K", wrote, COMPLAINT), COUNCIL, MONDAY).case


@pytest.mark.parametrize(
    "text",
    [
        "Ann, the glass comes on Friday.",
        "Thanks Ann for your letter.",
        "dear ann, the glass comes on Friday.",
        "The shelter will be mended, as I told Mrs carr-lane.",
        "Your late mother Mrs Carr waited there too.",
        "You live at 3 High Street, so you see it every day.",
        "We looked at it from Lock Cottage.",
        "We came by 14 old forge road.",
        "It is the one in ws111ab.",
        "I rang you on +44 7700 900123.",
        "I wrote to Ann.Lane@example.org.",
        "ANN, the glass comes on Friday.",
    ],
)
def test_a_name_an_address_and_a_telephone_number_tell_who_it_is(text: str) -> None:
    assert what_tells(first_of_them(), text)


@pytest.mark.parametrize(
    "text",
    [
        "The shelter in Mill Lane gets its glass on Friday.",  # her name is that of a lane of which all of them wrote
        "We mend every shelter in Penkridge this year.",
        "Ring us on 01785 276000, or come to the High Street office.",
        "Another ann. report is due.",
        "The glass comes on Friday. We are sorry.",
    ],
)
def test_what_all_of_them_wrote_and_what_is_anybodys_tells_of_nobody(text: str) -> None:
    assert not what_tells(first_of_them(), text)


def test_a_colleague_of_the_same_name_is_not_the_resident() -> None:
    assert not what_tells(first_of_them(), "The glass comes on Friday.\nAnn Hurst", ("Ann Hurst", "Housing"))
    assert what_tells(first_of_them(), "Ann, it comes on Friday.\nAnn Hurst", ("Ann Hurst", "Housing"))


def test_a_resident_whose_name_nobody_knows_is_told_of_by_their_address_alone() -> None:
    assert what_tells(first_of_them(""), "Written to ann.lane@example.org.")
    assert not what_tells(first_of_them(""), "Written to everybody.")


@pytest.mark.parametrize(("state", "asks"), [(CampaignState.TOGETHER, True), (CampaignState.ASKED, False), (None, False)])
def test_only_what_goes_to_others_is_asked_about(state: CampaignState | None, asks: bool) -> None:
    case = replace(first_of_them(), campaign=Campaign(state, MONDAY) if state else None)
    said = read_commands("#respond upheld\nAnn, the glass comes on Friday.").commands
    assert bool(tells_who_leads(case, said)) is asks
    alone = read_commands("#message\nAnn, the glass comes on Friday.").commands
    assert not tells_who_leads(case, alone)
