"""The roster as a file."""

import pytest

from config.policies import SMALL
from townclerk.config.errors import Fault, FilesRefused
from townclerk.config.policy_file import read_policy
from townclerk.config.roster_file import read_staff
from townclerk.config.yaml import node_of, parse_yaml
from townclerk.domain.roster import Roster

LEAD = "lead: {name: Cal Lane, email: cal.lane@council.example, roles: [complaints_lead]}\n"


def roster(content: str) -> Roster:
    policy = read_policy(SMALL.encode(), "policy.yaml")
    return read_staff(parse_yaml(content.encode(), "staff.yaml"), policy, ["waste", "other"])


def faults(content: str) -> tuple[Fault, ...]:
    with pytest.raises(FilesRefused) as caught:
        roster(content)
    return caught.value.faults


def test_officers_keep_the_order_of_the_file_and_all_their_addresses() -> None:
    """Of several who fit, the first is responsible."""
    found = roster(
        "wendy:\n  name: Wendy Ash\n  email: Wendy.Ash@council.example\n  roles: [service]\n  services: [waste]\n"
        "  aliases: [w.ash@council.example]\n  phone: 01902 1\n" + LEAD
    )

    assert [officer.key for officer in found.officers] == ["wendy", "lead"]
    assert {"wendy.ash@council.example", "w.ash@council.example"} == found.officers[0].addresses
    assert found.find_by_address("W.ASH@council.example") is found.officers[0]
    assert found.officers[0].phone == "01902 1"


def test_a_roster_may_stand_in_a_story() -> None:
    """As plain values, too."""
    policy = read_policy(SMALL.encode(), "policy.yaml")
    value = {"lead": {"name": "Cal Lane", "email": "cal@council.example", "roles": ["complaints_lead"]}}

    assert [officer.key for officer in read_staff(node_of(value, "story"), policy, ["waste"]).officers] == ["lead"]


@pytest.mark.parametrize(
    ("content", "line", "path", "says"),
    [
        ("a: {name: A, email: cal.lane@council.example}\n", 2, "lead.email", "belongs to a already"),
        ("a: {name: A, email: CAL.LANE@council.example}\n", 2, "lead.email", "belongs to a already"),
        ("a: {name: A, email: a@b.example, aliases: [cal.lane@council.example]}\n", 2, "lead.email", "belongs to a already"),
        ("a: {name: A, email: a@b.example, roles: [servic]}\n", 1, "a.roles[0]", 'did you mean "service"'),
        ("a: {name: A, email: a@b.example, services: [bins]}\n", 1, "a.services[0]", "known here: other, waste"),
        ("a: {name: A, email: at home}\n", 1, "a.email", "is not a mail address"),
        ("a: {name: A}\n", 1, "a.email", "is missing"),
        ("a: {email: a@b.example}\n", 1, "a.name", "is missing"),
        ("a: {name: A, email: a@b.example, role: [service]}\n", 1, "a.role", 'did you mean "roles"'),
        ("A B: {name: A, email: a@b.example}\n", 1, "A B", "cannot be a name"),
        ("a: x\n", 1, "a", "stands where a group of settings must"),
    ],
)
def test_a_wrong_officer_is_refused_at_their_place_with_a_helpful_word(content: str, line: int, path: str, says: str) -> None:
    [fault] = faults(content + LEAD)

    assert (line, path) == (fault.line, fault.path)
    assert says in str(fault)


def test_somebody_must_be_the_complaints_lead() -> None:
    [fault] = faults("a: {name: A, email: a@b.example, roles: [service]}\n")

    assert "nobody has the role complaints_lead" in str(fault)
