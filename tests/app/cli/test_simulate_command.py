"""`townclerk simulate`: stories played, and judged."""

import email
from pathlib import Path

import pytest

from app.cli.house import Command
from servers.installation import REPOSITORY

STORY = """\
name: A bin on a Monday
policy: south-staffordshire
staff:
  waste: {name: Wendy Ash, email: wendy.ash@council.example, roles: [service], services: [waste]}
  lead: {name: Cal Lane, email: cal.lane@council.example, roles: [complaints_lead]}
story:
  - at: 2027-01-11 09:30
    mail:
      from: Asha Patel <asha@example.org>
      subject: Bin not emptied for six weeks
      text: I want to complain. My bin has not been emptied since November.
  - at: 2027-01-12 10:00
    bounce: {letter: receipt, to: asha@example.org, status: 5.1.1}
  - at: 2027-01-13 00:00
    down_until: 2027-01-13 06:00
until: 2027-01-13 12:00
expect:
  letters:
    - {letter: receipt, to: asha@example.org, at: 2027-01-11 09:30, contains: [Monday 25 January 2027]}
  cases:
    - {category: complaint, service: waste, stage: stage1, deadlines: {stage1.respond: 2027-01-25}}
"""


@pytest.fixture
def story(tmp_path: Path) -> Path:
    path = tmp_path / "stories" / "bin.yaml"
    path.parent.mkdir()
    path.write_text(STORY)
    return path


def test_a_story_that_comes_out_as_expected_is_ok(townclerk: Command, story: Path) -> None:
    ran = townclerk("simulate", story)

    assert ran.status == 0, ran.err
    assert ran.out.startswith("ok      A bin on a Monday  (")
    assert ran.out.endswith("1 scenario: 1 ok\n")


def test_a_story_that_comes_out_otherwise_says_what_happened_instead(townclerk: Command, story: Path) -> None:
    story.write_text(STORY.replace("at: 2027-01-11 09:30, contains", "at: 2027-01-11 09:40, contains"))

    ran = townclerk("simulate", story)

    assert ran.status == 1
    assert "FAILED  A bin on a Monday" in ran.out
    assert "expected {letter: receipt, to: asha@example.org, at: 2027-01-11 09:40" in ran.out
    assert "one went to asha@example.org at 2027-01-11 09:30" in ran.out
    assert "1 scenario: 0 ok, 1 FAILED" in ran.out


def test_a_file_that_cannot_be_read_is_told_with_line_and_column_and_the_others_are_played(
    townclerk: Command, story: Path
) -> None:
    broken = story.with_name("broken.yaml")
    broken.write_text(STORY.replace("until: 2027-01-13 12:00", "until: next Wednesday"))

    ran = townclerk("simulate", story.parent)

    assert ran.status == 2
    assert f'{broken}:16:8: until: "next Wednesday" is not a time; write for instance' in ran.err
    assert "ok      A bin on a Monday" in ran.out
    assert "2 scenarios: 1 ok, 1 cannot be read" in ran.out


def test_a_story_that_cannot_be_played_is_told_with_its_place(townclerk: Command, story: Path) -> None:
    story.write_text(
        STORY.replace("letter: receipt, to: asha@example.org, status", "letter: closure, to: asha@example.org, status")
    )

    ran = townclerk("simulate", story)

    assert ran.status == 2
    assert f"{story}:12:5: story: no closure has gone to asha@example.org by then" in ran.err


@pytest.mark.parametrize(
    ("written", "instead", "told"),
    [
        (
            "policy: south-staffordshire",
            "policy: south-stafordshire",
            ':2:9: policy: no council here is called "south-stafordshire"',
        ),
        (
            "policy: south-staffordshire",
            "policy: south-staffordshire\nsettings: {stages.stage1.respond.within: never}",
            "within",
        ),
        ("roles: [service]", "roles: 7", "bin.yaml:4:69: waste.roles: "),
    ],
)
def test_a_council_that_does_not_load_is_told(townclerk: Command, story: Path, written: str, instead: str, told: str) -> None:
    story.write_text(STORY.replace(written, instead, 1))

    ran = townclerk("simulate", story)

    assert ran.status == 2
    assert told in ran.err


def test_a_file_that_is_not_there_is_told(townclerk: Command, tmp_path: Path) -> None:
    ran = townclerk("simulate", tmp_path / "nothing.yaml")

    assert ran.status == 2
    assert "nothing.yaml: there is no such file" in ran.err


def test_a_folder_without_a_story_is_told(townclerk: Command, tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text("id: x\n")

    ran = townclerk("simulate", tmp_path)

    assert ran.status == 2
    assert "there is no scenario in" in ran.err


def test_in_a_folder_only_files_with_a_story_are_played_each_once(townclerk: Command, story: Path) -> None:
    (story.parent / "deep").mkdir()
    (story.parent / "deep" / "other.yml").write_text(STORY.replace("A bin on a Monday", "Another"))
    (story.parent / "policy.yaml").write_text("id: x\nhistory: a long story\n")
    (story.parent / "notes.txt").write_text("story: of another kind")

    ran = townclerk("simulate", story.parent, story)

    assert ran.status == 0, ran.err
    assert [line.split("  (")[0] for line in ran.out.splitlines()[:-1]] == ["ok      A bin on a Monday", "ok      Another"]


def test_as_json_it_gives_letters_cases_and_the_result(townclerk: Command, story: Path) -> None:
    ran = townclerk("simulate", story, "--json")

    assert ran.status == 0
    assert {each["type"] for each in ran.objects} == {"letter", "case", "result"}
    receipt = next(each for each in ran.objects if each.get("letter") == "receipt")
    assert receipt["at"] == "2027-01-11T09:30:00+00:00"
    assert receipt["to"] == ["asha@example.org"]
    assert receipt["subject"].startswith(f"[{receipt['case']}]")
    assert receipt["because"]["event"] == "mail:opened"
    assert set(receipt["because"]) == {"event", "promise", "clause"}
    (case,) = (each for each in ran.objects if each["type"] == "case")
    assert case["reference"] == receipt["case"]
    assert (case["stage"], case["status"], case["overdue"]) == ("stage1", "open", False)
    assert case["deadlines"]["stage1.respond"] == case["promised"]["stage1.respond"] == "2027-01-25"
    assert ran.objects[-1] == {"type": "result", "scenario": "A bin on a Monday", "ok": True, "failures": []}


def test_copies_of_one_letter_are_one_letter_with_all_its_recipients(townclerk: Command, story: Path) -> None:
    """That the receipt came back is told to the officer responsible and to the complaints lead."""
    ran = townclerk("simulate", story, "--json")

    (undelivered,) = (each for each in ran.objects if each.get("letter") == "undelivered")
    assert sorted(undelivered["to"]) == ["cal.lane@council.example", "wendy.ash@council.example"]


def test_the_result_of_a_failed_story_lists_its_failures(townclerk: Command, story: Path) -> None:
    story.write_text(STORY.replace("stage: stage1", "stage: stage2"))

    ran = townclerk("simulate", story, "--json")

    assert ran.status == 1
    assert ran.objects[-1]["ok"] is False
    assert "stage is stage1, expected stage2" in ran.objects[-1]["failures"][0]


def test_the_timeline_tells_the_story_in_words(townclerk: Command, story: Path) -> None:
    ran = townclerk("simulate", story, "--timeline")

    assert "Monday 11 January 2027" in ran.out
    assert "9:30am  Asha Patel <asha@example.org> writes: Bin not emptied for six weeks" in ran.out
    assert "| I want to complain. My bin has not been emptied" in ran.out
    assert "→ receipt to Asha Patel <asha@example.org>: [" in ran.out
    assert "because mail:opened, promise SS-" in ran.out
    assert "the receipt to asha@example.org comes back as undeliverable (5.1.1)" in ran.out
    assert "townclerk is switched off until 6am on Wednesday 13 January 2027" in ran.out
    assert "stage1.respond due Monday 25 January 2027" in ran.out


def test_letters_are_kept_as_text_and_as_mail(townclerk: Command, story: Path, tmp_path: Path) -> None:
    ran = townclerk("simulate", story, "--letters", tmp_path / "letters")

    assert ran.status == 0
    (text,) = (tmp_path / "letters").glob("*-receipt.txt")
    message = email.message_from_bytes(text.with_suffix(".eml").read_bytes())
    assert message["To"] == "Asha Patel <asha@example.org>"
    assert "Monday 25 January 2027" in text.read_text()
    assert [path for path in (tmp_path / "letters", *(tmp_path / "letters").rglob("*")) if path.stat().st_mode & 0o077] == []


def test_letters_of_several_stories_are_kept_apart(townclerk: Command, story: Path, tmp_path: Path) -> None:
    story.with_name("other.yaml").write_text(STORY)

    townclerk("simulate", story.parent, "--letters", tmp_path / "letters")

    folders = {path.parent.name for path in (tmp_path / "letters").rglob("*-receipt.eml")}
    assert folders == {"bin", "other"}


def test_rules_that_are_being_tried_win_over_the_shipped_ones(townclerk: Command, story: Path, tmp_path: Path) -> None:
    shipped = REPOSITORY / "rules" / "south-staffordshire" / "policy.yaml"
    own = tmp_path / "rules" / "south-staffordshire"
    own.mkdir(parents=True)
    policy = shipped.read_text()
    (own / "policy.yaml").write_text(policy.replace("prefix: SS", "prefix: TRY", 1).replace("SS-", "TRY-"))

    ran = townclerk("simulate", story, "--json", "--rules", tmp_path / "rules")

    assert ran.objects[0]["case"].startswith("TRY-27-")


def test_nothing_is_logged(townclerk: Command, story: Path) -> None:
    assert townclerk("simulate", story).err == ""


def test_the_stories_that_ship_with_a_policy_come_out_right(townclerk: Command) -> None:
    """All of them are tests of their own elsewhere; here, that the command finds and plays them."""
    ran = townclerk(
        "simulate", REPOSITORY / "rules" / "south-staffordshire" / "scenarios" / "15-on-a-bank-holiday.yaml", "--json"
    )

    assert ran.status == 0, ran.out
    assert ran.objects[-1]["ok"] is True


def test_a_rule_that_gives_cases_to_nobody_of_the_story_is_refused(townclerk: Command, story: Path, tmp_path: Path) -> None:
    """It would do nothing in the story, and something in earnest."""
    rules = tmp_path / "rules" / "south-staffordshire"
    rules.mkdir(parents=True)
    shipped = REPOSITORY / "rules" / "south-staffordshire" / "routing.yaml"
    routing = shipped.read_text(encoding="utf-8")
    rule = "rules:\n  - {id: the-bins, why: x, when: [bin], then: {assign: nuala}}\n"
    (rules / "routing.yaml").write_text(routing.replace("rules:\n", rule, 1), encoding="utf-8")

    ran = townclerk("simulate", story, "--rules", tmp_path / "rules")

    assert ran.status == 2
    assert 'rules.the-bins: it gives the case to "nuala", who is not under staff: of the story; add nuala there' in ran.err
    assert "known here: waste, lead" in ran.err
