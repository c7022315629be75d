"""A council's folder as a whole, and where its files are looked for."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from townclerk.config import shipped
from townclerk.config.council_folder import load_council
from townclerk.config.errors import FilesRefused
from townclerk.domain.words import Category

TODAY = date(2026, 11, 22)
SOUTH_STAFFORDSHIRE = "south-staffordshire"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A rules folder of the council's own, with everything in it."""
    found = shipped.find_shipped("rules", f"{SOUTH_STAFFORDSHIRE}/policy.yaml")
    assert found is not None
    shutil.copytree(found.parent, tmp_path / SOUTH_STAFFORDSHIRE)
    return tmp_path


def change(path: Path, before: str, after: str) -> None:
    content = path.read_text(encoding="utf-8")
    assert before in content
    path.write_text(content.replace(before, after, 1), encoding="utf-8")


def test_every_shipped_council_loads_without_a_fault() -> None:
    assert SOUTH_STAFFORDSHIRE in shipped.shipped_councils()
    for council_id in shipped.shipped_councils():
        council = load_council(council_id, today=TODAY)

        assert council_id == council.policy.id
        assert council.playing("complaints_lead")
        assert (date(2023, 1, 1), date(2036, 12, 31)) == (council.calendar.first, council.calendar.last)


def test_somebody_in_south_staffordshire_answers_for_every_service_and_part() -> None:
    council = load_council(SOUTH_STAFFORDSHIRE, today=TODAY)

    assert all(council.playing("service", service) for service in council.routing.services)
    for part in ("complaints_lead", "member_enquiries", "information_governance"):
        assert council.playing(part)
    assert {officer.email.rpartition("@")[2] for officer in council.roster.officers} == {"council.example"}


def test_the_faults_of_all_files_are_told_at_once(own: Path) -> None:
    folder = own / SOUTH_STAFFORDSHIRE
    change(folder / "policy.yaml", "within: 5 working days", "within: 5 workin days")
    change(folder / "routing.yaml", "otherwise: {category: complaint", "otherwise: {category: complain")
    change(folder / "staff.yaml", "services: [waste]", "services: [bins]")

    with pytest.raises(FilesRefused) as caught:
        load_council(SOUTH_STAFFORDSHIRE, rules=own, today=TODAY)

    assert {"policy.yaml", "routing.yaml"} <= {Path(fault.file).name for fault in caught.value.faults}


def test_staff_and_rules_are_checked_against_the_policy(own: Path) -> None:
    folder = own / SOUTH_STAFFORDSHIRE
    change(folder / "routing.yaml", "suspect: insurance", "suspect: insurances")
    change(folder / "staff.yaml", "roles: [member_enquiries]", "roles: [members]")

    with pytest.raises(FilesRefused) as caught:
        load_council(SOUTH_STAFFORDSHIRE, rules=own, today=TODAY)

    assert [Path(fault.file).name for fault in caught.value.faults] == ["routing.yaml", "staff.yaml"]
    assert 'did you mean "insurance"' in str(caught.value)


def test_a_rule_that_assigns_to_nobody_of_the_roster_is_refused_where_it_stands(own: Path) -> None:
    path = own / SOUTH_STAFFORDSHIRE / "routing.yaml"
    change(path, "rules:\n", "rules:\n  - {id: ponds, why: Hers., when: pond, then: {assign: wendi}}\n")

    with pytest.raises(FilesRefused) as caught:
        load_council(SOUTH_STAFFORDSHIRE, rules=own, today=TODAY)

    (fault,) = caught.value.faults
    assert ("wendi" in path.read_text(encoding="utf-8").splitlines()[fault.line - 1], fault.path) == (
        True,
        "rules[0].then.assign",
    )
    assert 'did you mean "wendy"' in str(fault)


def test_a_category_that_the_policy_lacks_cannot_be_given(own: Path) -> None:
    path = own / SOUTH_STAFFORDSHIRE / "policy.yaml"
    content = path.read_text(encoding="utf-8")
    start, end = content.index("  not_ours:"), content.index("# --- 4.")
    path.write_text(content[:start] + content[end:], encoding="utf-8")

    with pytest.raises(FilesRefused, match='"not_ours" is not one of the words known here'):
        load_council(SOUTH_STAFFORDSHIRE, rules=own, today=TODAY)


def test_a_file_of_the_councils_own_wins_as_a_whole_and_the_others_stay_shipped(own: Path) -> None:
    (own / SOUTH_STAFFORDSHIRE / "policy.yaml").unlink()
    (own / SOUTH_STAFFORDSHIRE / "staff.yaml").unlink()
    names = load_council(SOUTH_STAFFORDSHIRE, today=TODAY).routing.services
    (own / SOUTH_STAFFORDSHIRE / "routing.yaml").write_text(f"services: [{', '.join(names)}]\nrules: []\n", encoding="utf-8")
    council = load_council(SOUTH_STAFFORDSHIRE, rules=own, today=TODAY)

    assert council.routing.rules == ()
    assert Category.COMPLAINT in council.policy.categories
    assert council.roster.officers


@pytest.mark.parametrize("name", ["policy.yaml", "routing.yaml", "staff.yaml"])
@pytest.mark.parametrize("link", [True, False])
def test_what_stands_in_the_place_of_a_file_and_is_none_is_refused(own: Path, name: str, link: bool) -> None:
    """What is shipped would be in force, and nobody would notice."""
    place = own / SOUTH_STAFFORDSHIRE / name
    place.unlink(missing_ok=True)
    if link:
        place.symlink_to("nowhere")
    else:
        place.mkdir()

    with pytest.raises(FilesRefused, match="is there, but is no file") as refused:
        load_council(SOUTH_STAFFORDSHIRE, rules=own, today=TODAY)
    assert str(place) in str(refused.value)


def test_a_roster_may_lie_elsewhere_or_be_given(own: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "people.yaml"
    elsewhere.write_text("staff: {kim: {name: Kim, email: kim@council.example, roles: [complaints_lead]}}\n", encoding="utf-8")
    given = {"lee": {"name": "Lee", "email": "lee@council.example", "roles": ["complaints_lead"]}}

    assert [o.key for o in load_council(SOUTH_STAFFORDSHIRE, staff=elsewhere, today=TODAY).roster.officers] == ["kim"]
    assert [o.key for o in load_council(SOUTH_STAFFORDSHIRE, staff_override=given, today=TODAY).roster.officers] == ["lee"]


@pytest.mark.parametrize("tag", ["", "+lee"])
def test_nobody_of_the_roster_has_the_address_of_the_mailbox_itself(tag: str) -> None:
    name, _, host = load_council(SOUTH_STAFFORDSHIRE, today=TODAY).policy.contact.mailbox.partition("@")
    given = {"lee": {"name": "Lee", "email": f"{name}{tag}@{host}", "roles": ["complaints_lead"]}}

    with pytest.raises(FilesRefused, match="the address of the mailbox that townclerk watches"):
        load_council(SOUTH_STAFFORDSHIRE, staff_override=given, today=TODAY)


def test_a_council_that_there_is_not_is_refused_with_the_nearest() -> None:
    with pytest.raises(FilesRefused, match='did you mean "south-staffordshire"'):
        load_council("south-stafordshire", today=TODAY)


def test_a_policy_bears_the_name_of_its_folder(own: Path) -> None:
    (own / SOUTH_STAFFORDSHIRE).rename(own / "elsewhere")

    with pytest.raises(FilesRefused, match='"south-staffordshire" is not the name of its folder'):
        load_council("elsewhere", rules=own, today=TODAY)


def test_a_name_that_climbs_out_of_the_rules_is_no_council() -> None:
    with pytest.raises(FilesRefused, match="no folder of rules has a council of that name"):
        load_council("../rules/south-staffordshire", today=TODAY)


def test_a_value_of_the_policy_may_be_replaced() -> None:
    replaced = {"calendar.closure_days": {"2026-12-29": "Christmas closure"}}

    assert not load_council(SOUTH_STAFFORDSHIRE, today=TODAY, replaced=replaced).calendar.is_working(date(2026, 12, 29))
    assert load_council(SOUTH_STAFFORDSHIRE, today=TODAY).calendar.is_working(date(2026, 12, 29))


def test_a_checkout_serves_its_own_rules_after_those_of_the_package() -> None:
    folders = shipped.shipped_folders("rules")

    assert folders[-1] == Path(__file__).parents[2] / "rules"
    assert shipped.shipped_folders("nothing of the kind") == ()
