"""What the rules come to for a mail that came before, and what differs under others."""

from dataclasses import replace
from datetime import date

import pytest

from townclerk.config.council_folder import load_council
from townclerk.config.routing_file import read_routing
from townclerk.config.yaml import parse_yaml
from townclerk.domain.council import Council
from townclerk.domain.mail import Address, IncomingMail, InvitationAnswer
from townclerk.domain.replaying import Becomes, Household, Past, changes, replay
from townclerk.domain.routing import Outcome
from townclerk.domain.signing import Signer, SigningKey

PAST = Past(
    IncomingMail(Address("Ann", "ann@home.example"), "Bins", "Name: Ann\nEmail: ann@home.example\nSays: The bin is full.", "")
)
OURSELVES = Household(
    frozenset({"feedback@council.example"}),
    Signer("feedback@council.example", (SigningKey("k1", b"0123456789abcdef0123456789abcdef"),)),
)
GIVES = {
    "category": "category: comment",
    "service": "service: parks",
    "form": "form: {called: Bins, name: Name, email: Email, text: Says}",
    "suspect": "suspect: [out_of_time]",
    "alert": "alert: [safeguarding]",
    "signal": "signal: [serious]",
    "suggest": "suggest: {category: comment}",
    "assign": "assign: oliver",
    "tell": "tell: [complaints_lead]",
    "priority": "priority: high",
    "flag": "flag: [heard]",
    "decide": "decide: ['Is it ours?']",
    "restrict": "restrict: true",
    "letters_in": "letters_in: cy",
    "file": "file: true",
    "receipt": "receipt: false",
    "weighs": "service: parks, weighs: 3",
}


def council(then: str) -> Council:
    rules = f"services: [waste, parks, other]\nrules:\n  - {{id: full, why: x, when: [bin], then: {{{then}}}}}\n"
    known = load_council("south-staffordshire", today=date(2027, 1, 1))
    return replace(known, routing=read_routing(parse_yaml(rules.encode(), "routing.yaml")))


@pytest.mark.parametrize("name", Outcome().words())
def test_whatever_a_rule_gives_is_missed_where_it_is_gone(name: str) -> None:
    without, given = council("flag: [x]"), council(f"{GIVES[name]}, flag: [x]" if name != "flag" else "flag: [x, heard]")
    before, after = replay(PAST, without, OURSELVES), replay(PAST, given, OURSELVES)

    assert changes(before, after, without.routing, given.routing)
    assert not changes(after, replay(PAST, given, OURSELVES), given.routing, given.routing)


def becomes(mail: IncomingMail, then: str = "category: complaint") -> Becomes:
    return replay(Past(mail), council(then), OURSELVES).becomes


@pytest.mark.parametrize(("subject", "said"), [("Bins", Becomes.NEW_CASE), ("[SS-27-0001-K] Bins", Becomes.NOTHING)])
def test_a_robot_that_names_a_case_of_ours_opens_none(subject: str, said: Becomes) -> None:
    robot = replace(PAST.mail, subject=subject, headers={"auto-submitted": ("auto-generated",)})

    assert becomes(robot) is said


@pytest.mark.parametrize(
    ("comment", "then", "said"),
    [
        ("", "category: complaint", Becomes.NOTHING),
        ("", "alert: [safeguarding]", Becomes.NEW_CASE),
        ("I come.", "category: complaint", Becomes.NEW_CASE),
    ],
)
def test_a_calendars_answer_opens_a_case_where_somebody_speaks_in_it(comment: str, then: str, said: Becomes) -> None:
    answer = replace(PAST.mail, subject="Accepted: Bin", own_text=comment, text=comment)

    assert becomes(replace(answer, invitation=InvitationAnswer("Bin", comment)), then) is said
