"""`townclerk policy lint`."""

from pathlib import Path

from app.cli.house import Command, Town

COUNCIL = "south-staffordshire"


def test_advice_names_the_paragraph_and_the_place_and_blocks_nothing(townclerk: Command) -> None:
    ran = townclerk("policy", "lint", COUNCIL)

    assert ran.status == 0, ran.err
    assert "LGSCO Code 6.9\n  additional_issues: nothing is said of further matters\n" in ran.out
    assert ran.out.endswith(" findings\n")


def test_for_programs_each_finding_is_an_object(townclerk: Command) -> None:
    (first, *_) = townclerk("policy", "lint", COUNCIL, "--json").objects

    assert set(first) == {"council", "rule", "code", "path", "finding", "asks"}
    assert first["council"] == COUNCIL


def test_the_council_is_that_of_the_settings_where_none_is_named(townclerk: Command, town: Town) -> None:
    assert townclerk("policy", "lint", "--config", town.settings).status == 0


def test_a_council_that_is_not_known_and_a_file_that_is_wrong_are_told(townclerk: Command, town: Town, tmp_path: Path) -> None:
    assert "atlantis/policy.yaml" in townclerk("policy", "lint", "atlantis").err
    path = town.change_policy("prefix: SS", "prefix: [SS]")

    ran = townclerk("policy", "lint", COUNCIL, "--rules", path.parent.parent)

    assert ran.status == 2
    assert "policy.yaml:" in ran.err


def test_without_a_council_and_without_settings_the_councils_are_named(townclerk: Command) -> None:
    ran = townclerk("policy", "lint")

    assert ran.status == 2
    assert COUNCIL in ran.err
