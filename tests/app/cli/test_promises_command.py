"""`townclerk promises`: what was published, what keeps it, and what of it is proven."""

import shutil
from collections import Counter
from pathlib import Path

import pytest

from app.cli.house import Command
from servers.installation import REPOSITORY

COUNCIL = "south-staffordshire"
KEYS = ["id", "council", "state", "by", "scenarios", "why"]


@pytest.fixture
def few_stories(tmp_path: Path) -> Path:
    """Rules of the council's own, with two stories: one that comes out, and one that does not."""
    rules = tmp_path / "rules"
    shutil.copytree(REPOSITORY / "rules", rules)
    good, bad, *others = sorted((rules / COUNCIL / "scenarios").glob("*.yaml"))
    for path in others:
        path.unlink()
    good.write_text(good.read_text().replace("proves: [", "proves: [SS-079, "))
    bad.write_text(bad.read_text().replace("letter: receipt,", "letter: closure,", 1))
    return rules


def test_every_promise_is_told_with_what_keeps_it(townclerk: Command) -> None:
    ran = townclerk("promises", COUNCIL)

    assert ran.status == 0, ran.err
    assert "SS-050" in ran.out
    assert "nothing was played: --verify shows what is proven" in ran.out


def test_a_program_gets_one_object_a_promise(townclerk: Command) -> None:
    ran = townclerk("promises", COUNCIL, "--json")

    assert [list(promise) for promise in ran.objects] == [KEYS] * 95
    assert {promise["council"] for promise in ran.objects} == {COUNCIL}
    assert Counter(promise["state"] for promise in ran.objects)["proven"] == 0


def test_a_promise_without_a_proof_says_why(townclerk: Command) -> None:
    """Nobody has to guess what is missing."""
    silent = [promise for promise in townclerk("promises", COUNCIL, "--json").objects if not promise["scenarios"]]

    assert [promise["id"] for promise in silent if not promise["why"]] == []


def test_only_those_are_shown_that_were_asked_for(townclerk: Command) -> None:
    states = {promise["state"] for promise in townclerk("promises", COUNCIL, "--json", "--state", "not_kept").objects}
    reports = townclerk("promises", COUNCIL, "--json", "--mode", "report", "--mode", "config").objects

    assert states <= {"not_kept"}
    assert "SS-089" in [promise["id"] for promise in reports]
    assert "SS-085" in [promise["id"] for promise in reports]
    assert "SS-048" not in [promise["id"] for promise in reports]


def test_a_story_that_does_not_come_out_proves_nothing_and_is_named(townclerk: Command, few_stories: Path) -> None:
    ran = townclerk("promises", COUNCIL, "--verify", "--json", "--rules", few_stories)

    promises = {promise["id"]: promise for promise in ran.objects}
    good, bad = sorted(path.stem for path in (few_stories / COUNCIL / "scenarios").iterdir())
    assert ran.status == 1
    assert f"FAILED  {few_stories / COUNCIL / 'scenarios' / bad}.yaml" in ran.err
    assert (promises["SS-079"]["state"], promises["SS-079"]["scenarios"]) == ("proven", [good])
    assert promises["SS-058"]["state"] == "kept"
    assert promises["SS-058"]["why"] == f"did not come out: {bad}"


def test_what_is_proven_is_counted(townclerk: Command, few_stories: Path) -> None:
    ran = townclerk("promises", COUNCIL, "--verify", "--rules", few_stories)

    assert "AUTO and ENFORCE: " in ran.out
    assert " of 26 proven (" in ran.out


def test_a_number_that_a_story_invents_is_told_with_its_place(townclerk: Command, few_stories: Path) -> None:
    story = min((few_stories / COUNCIL / "scenarios").iterdir())
    story.write_text(story.read_text().replace("SS-079", "SS-970"))

    ran = townclerk("promises", COUNCIL, "--rules", few_stories)

    assert ran.status == 2
    assert f'{story}:6:10: "SS-970" is not in the register of {COUNCIL}; it goes from SS-001 to SS-095' in ran.err


def test_a_council_that_is_not_here_is_told(townclerk: Command) -> None:
    ran = townclerk("promises", "nowhere")

    assert ran.status == 2
    assert "nowhere" in ran.err


def test_nobody_is_guessed_at(townclerk: Command) -> None:
    ran = townclerk("promises")

    assert ran.status == 2
    assert "name a council, or --all; known here: " in ran.err
