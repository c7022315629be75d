"""The roster as a file."""

from pathlib import Path

import pytest

from config.policies import SMALL
from townclerk.config.errors import Fault, FilesRefused
from townclerk.config.policy_file import read_policy
from townclerk.config.roster_file import load_staff, read_staff
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
        ("a: {name: A, email: 'mailto:a@b.example'}\n", 1, "a.email", "write a@b.example"),
        ("a: {name: A, email: (a)@b.example}\n", 1, "a.email", "no address that a letter can be sent to"),
        ("a: {name: A, email: a;c@b.example}\n", 1, "a.email", "no address that a letter can be sent to"),
        ("a: {name: A, email: a@b..example}\n", 1, "a.email", "has a full stop too many"),
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


TOM = "tom: {name: Tom Birch, email: tom.birch@council.example"


@pytest.mark.parametrize(
    ("content", "line", "path", "says"),
    [
        (f"{TOM}, deputy: [leed]}}\n", 1, "tom.deputy[0]", 'did you mean "lead"?'),
        (f"{TOM}, deputy: [tom]}}\n", 1, "tom.deputy[0]", "cannot be this for themselves"),
        (
            f"{TOM}, deputy: [una]}}\nuna: {{name: U, email: u@b.example, deputy: [tom]}}\n",
            1,
            "tom.deputy",
            "outside the circle",
        ),
        (f"{TOM}, leave: [{{from: 2027-01-04, until: 2026-12-21}}]}}\n", 1, "tom.leave[0].until", "before it begins"),
        (f"{TOM}, leave: [{{from: 2027-02-30, until: 2027-03-01}}]}}\n", 1, "tom.leave[0].from", "is no day of any year"),
        (f"{TOM}, leave: [{{from: 2027-02-03}}]}}\n", 1, "tom.leave[0].until", "is missing"),
        (f"{TOM}, left: 31 March}}\n", 1, "tom.left", "write year-month-day"),
        (
            f"{TOM}, left: 2027-01-31, leave: [{{from: 2027-02-01, until: 2027-02-02}}]}}\n",
            1,
            "tom.leave",
            "after their last day",
        ),
        (f"{TOM}, mailbox_of: [lead], leave: [{{from: 2027-02-01, until: 2027-02-02}}]}}\n", 1, "tom.leave", "is never away"),
        (f"{TOM}, mailbox_of: [ghost]}}\n", 1, "tom.mailbox_of[0]", "is nobody in this file"),
        (
            f"{TOM}, mailbox_of: [lead]}}\nb: {{name: B, email: b@b.example, mailbox_of: [tom]}}\n",
            2,
            "b.mailbox_of",
            "shared address",
        ),
    ],
)
def test_who_is_away_and_who_shares_a_mailbox_must_make_sense(content: str, line: int, path: str, says: str) -> None:
    [fault] = faults(content + LEAD)

    assert (line, path) == (fault.line, fault.path)
    assert fault.column > 0
    assert says in str(fault)


def test_two_may_stand_in_for_each_other_where_somebody_else_does_too() -> None:
    found = roster(f"{TOM}, deputy: [una, lead]}}\nuna: {{name: U, email: u@b.example, deputy: [tom]}}\n" + LEAD)

    assert found.officers[0].deputies == ("una", "lead")


def test_the_only_complaints_lead_cannot_leave_before_somebody_follows_them() -> None:
    leaves = LEAD.replace("roles", "left: 2027-03-31, roles")
    [fault] = faults(leaves)

    assert (fault.path, fault.line) == ("lead.left", 1)
    assert "after 2027-03-31" in str(fault)
    assert len(roster(leaves + f"{TOM}, roles: [complaints_lead]}}\n").officers) == 2


@pytest.mark.parametrize(
    ("permissions", "path", "says"),
    [
        ("{respnd: [service]}", "permissions.respnd", 'did you mean "respond"?'),
        ("{respond: [servce]}", "permissions.respond[0]", 'did you mean "service"?'),
        ("{respond: []}", "permissions.respond", "nobody could write #respond"),
    ],
)
def test_permissions_name_words_and_roles_that_are_there(permissions: str, path: str, says: str, tmp_path: Path) -> None:
    file = tmp_path / "staff.yaml"
    file.write_text(f"staff:\n  {LEAD}permissions: {permissions}\n")
    with pytest.raises(FilesRefused) as caught:
        load_staff(file, read_policy(SMALL.encode(), "policy.yaml"), ["waste"])
    [fault] = caught.value.faults

    assert (fault.path, fault.line) == (path, 3)
    assert says in str(fault)
