"""`rules test` and `templates check` name what an admin would take to be in force, and is not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.cli.house import Command
from townclerk.config.shipped import CHECKOUT

DOGS = """rules:
  - {id: dogs-first, why: x, when: [dog], then: {service: waste}, tests: {finds: [A dog]}}
  - {id: mess-below, why: x, when: [dog mess], then: {service: waste}, tests: {finds: [Dog mess]}}
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The folder of a council's changed rules, with the file that is read first."""
    folder = tmp_path / "try" / "south-derbyshire"
    folder.mkdir(parents=True)
    (folder / "routing.yaml").write_bytes((CHECKOUT / "rules" / "south-derbyshire" / "routing.yaml").read_bytes())
    return folder


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("south-derbyshire/dogs2.yaml", "write dogs2 under include: in routing.yaml"),
        ("south-derbyshire/dogs.yml", "call it dogs.yaml"),
        ("south-derbishire/dogs.yaml", 'south-derbishire is no council; did you mean "south-derbyshire"?'),
        ("dogs.yaml", "it belongs into a folder: south-derbyshire/dogs.yaml"),
    ],
)
def test_a_file_that_nothing_reads_is_named(townclerk: Command, own: Path, place: str, said: str) -> None:
    (own.parent / place).parent.mkdir(exist_ok=True)
    (own.parent / place).write_text("rubbish: [")

    ran = townclerk("rules", "test", "south-derbyshire", "--with", own.parent)

    assert ran.status == 1
    assert f"{place}: nothing reads it, so none of it counts; {said}" in ran.err


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("receipt.md", "letters are called letters/"),
        ("letter/receipt.md", "letters are called letters/"),
        ("letters/receipt.md.txt", "letters are called letters/"),
        ("letters/receipt.MD", "letters are called letters/"),
        ("letters/receipt", "letters are called letters/"),
        ("Letters/receipt.md", "letters are called letters/"),
        ("layout.htm", "letters are called letters/"),
        ("texts/reciept.md", "letters are called letters/"),
        ("south-derbishire/letters/receipt.md", 'south-derbishire is no council; did you mean "south-derbyshire"?'),
    ],
)
def test_a_template_that_nothing_reads_is_named(townclerk: Command, tmp_path: Path, place: str, said: str) -> None:
    (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / place).write_text("Subject: x")

    ran = townclerk("templates", "check", "south-derbyshire", "--templates", tmp_path)

    assert ran.status == 1
    assert f"{place}: nothing reads it, so none of it counts; {said}" in ran.err


@pytest.mark.parametrize("make", [Path.mkdir, lambda path: path.symlink_to("gone")])
def test_a_template_that_is_no_file_is_named(townclerk: Command, tmp_path: Path, make: Callable[[Path], None]) -> None:
    (tmp_path / "letters").mkdir()
    make(tmp_path / "letters" / "receipt.md")

    ran = townclerk("templates", "check", "south-derbyshire", "--templates", tmp_path)

    assert ran.status == 1
    assert "receipt.md: nothing reads it, so none of it counts; it is a folder, or a link that leads nowhere" in ran.err


def test_templates_behind_a_linked_folder_count(townclerk: Command, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "message.md").write_text("Hello\n")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letters").symlink_to(tmp_path / "kept")

    ran = townclerk("templates", "check", "south-derbyshire", "--templates", tmp_path / "mine")

    assert ran.status == 2
    assert "a letter begins with its subject" in ran.err


def test_what_is_no_template_may_lie_beside_templates(townclerk: Command, tmp_path: Path) -> None:
    for place in ("README.md", "logo.png", "letters/receipt.md~", ".git/notes.md", "north-somerset/letters/message.md"):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text("Hello\n")

    ran = townclerk("templates", "check", "south-derbyshire", "--templates", tmp_path)

    assert (ran.status, ran.err) == (0, "")


def test_a_rule_that_comes_too_late_in_each_of_its_tests_is_named(townclerk: Command, own: Path) -> None:
    routing = own / "routing.yaml"
    routing.write_text(routing.read_text().replace("rules:\n", DOGS, 1))

    ran = townclerk("rules", "test", "south-derbyshire", "--with", own.parent)

    assert "mess-below: in none of its tests it counts: dogs-first comes first" in ran.out
    assert ran.status == 1


def test_notes_beside_templates_are_nobodys_business(townclerk: Command, tmp_path: Path) -> None:
    for place in ("README.md", "letters/README.md", "CHANGELOG.md", "notes/ideas.md", "letters/receipt.md.bak", "LICENCE"):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text("We took over the receipt.")

    assert townclerk("templates", "check", "south-derbyshire", "--templates", tmp_path).status == 0
