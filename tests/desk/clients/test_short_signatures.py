"""The signatures that most people have: a name, what they are, a number. They are cut in every program; what else stands there
is looked at first."""

import pytest

from desk.clients.letters import Letter, plain
from desk.clients.shapes import SHAPES, Shape, outlook_text
from desk.clients.test_what_was_meant import meant, words
from townclerk.domain.additions import cleared
from townclerk.domain.quoting import Doubt

WENDY = frozenset({"wendy", "ash"})
TYPED = "#message\nDear Ms Patel,\n\nWe come on Friday."
COUNCIL = "Exton District Council"
ADDRESS = "Council Offices, Long Road, Exton EX1 1AA"


@pytest.mark.parametrize(
    ("signature", "kept"),
    [
        ("Kind regards,\n\nWendy Ash\nWaste Officer\nTel: 01902 555 0147", ""),
        ("Kind regards\n\nWendy Ash\nWaste Officer\n01902 555 0147", ""),
        ("Kind regards\n\nWendy Ash\nWaste Officer\next 6001", ""),
        (f"Kind regards\n\nWendy Ash\nWaste Officer | {COUNCIL}\nDD 01902 555 0147", ""),
        (f"Kind regards\n\nWendy Ash\nWaste Officer\n\n{COUNCIL}\nwww.council.example", ""),
        ("Many thanks\nWendy Ash\nRecycling & Waste Team Leader\nTel 01902 555 0147 (internal 6001)", ""),
        ("Yours faithfully\nW. Ash\nWaste Officer\nTel 01902 555 0147", ""),
        ("Yours sincerely,\n\nMrs Wendy Ash\nWaste Officer\nTel. 01902 555 0147", ""),
        ("Wendy Ash\nWaste Officer\nTel 01902 555 0147", ""),
        ("Rgds\nWendy Ash\nWaste Officer\n01902 555 0147", ""),
        ("Regards\nWendy Ash\nTel 01902 555 0147", ""),
        ("Kind regards\nWendy Ash\nMon-Thu 8-4", ""),
        ("Kind regards\nWendy Ash MCIWM (she/her)\nHighways\nSwitchboard 01902 555 0147\nEX1 1AA", ""),
        (
            "Kind regards\nWendy\n\nWendy Ash\nWaste Officer\nTel: 01902 555 0147\nOffice hours 9-5",
            "Kind regards Wendy",
        ),
        (f"Kind regards\nWendy\n\nWendy Ash\nWaste Officer\n{COUNCIL}\n01902 555 0147", "Kind regards Wendy"),
        (
            f"Regards,\n\nWendy\n\nWendy Ash | Waste Officer | {COUNCIL} | {ADDRESS} | 01902 555 0147 | www.council.example",
            "Regards, Wendy",
        ),
        (f"Regards,\n\nWendy\n\nWendy Ash | Waste Officer | {COUNCIL}", "Regards, Wendy"),
        ("Please ring 01902 555 0100.\n\nWendy Ash\nWaste Officer\nTel 01902 555 0147", "Please ring 01902 555 0100."),
    ],
)
def test_a_short_signature_is_cut(signature: str, kept: str) -> None:
    said = cleared(f"{TYPED}\n\n{signature}".split("\n"), WENDY)

    assert (said.doubtful, words(said.text)) == (False, words(f"{TYPED} {kept}"))


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_in_every_program(shape: Shape, letter: Letter) -> None:
    written = meant(shape.write(f"{TYPED}\n\nKind regards,\n\nWendy Ash\nWaste Officer\nTel: 01902 555 0147", letter), letter)

    # Where each line stands apart, what they typed themselves may as well go along.
    assert shape.held is not False or written.doubt is None
    assert written.doubt is not None or words(written.text) in (words(TYPED), words(f"{TYPED} Kind regards, Wendy Ash"))


@pytest.mark.parametrize(
    "signature",
    [
        "Regards\nWendy Ash\nTel 01902 555 0147\nLine manager: Tom Birch",
        "Regards\nWendy Ash\nTel 01902 555 0147\nI am on leave from 3 May",
        "Regards\nWendy Ash\nTel 01902 555 0147\nI do not work Fridays",
        "Regards\nWendy Ash\nTel 01902 555 0147\nWorking days: Mon-Wed",
        "Regards\nWendy Ash\nTel 01902 555 0147\n#TeamExton",
        "Regards\nWendy Ash\nTel 01902 555 0147\nINTERNAL USE ONLY",
        "Regards\nWendy Ash\nTel 01902 555 0147\nTom Birch",
        "Regards\nWendy Ash\nPlease ring Tom on 01902 555 0147",
        "Regards\nWendy Ash\nTel 01902 555 0147\nPS we come at nine",
        "Regards\nWendy Ash (working from home Mondays)",
        "Wendy Ash (working from home Mondays)",
        "Whom to ask:\n\nWendy Ash\nWaste Officer\nTel 01902 555 0147",
        "Please ring me on the number below.\n\nRegards\nWendy Ash\nTel 01902 555 0147",
        "Regards\nTom Birch\nWaste Officer\nTel 01902 555 0147",
        "Thank you\nMain Depot\nTel 01902 555 0147",
    ],
)
def test_what_may_not_be_one_is_looked_at(signature: str, letter: Letter) -> None:
    assert meant(plain(outlook_text(f"{TYPED}\n\n{signature}", letter)), letter).doubt is Doubt.ADDED
