"""`townclerk rules test` names what an admin would take to be in force, and is not."""

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


def test_a_rule_that_comes_too_late_in_each_of_its_tests_is_named(townclerk: Command, own: Path) -> None:
    routing = own / "routing.yaml"
    routing.write_text(routing.read_text().replace("rules:\n", DOGS, 1))

    ran = townclerk("rules", "test", "south-derbyshire", "--with", own.parent)

    assert "mess-below: in none of its tests it counts: dogs-first comes first" in ran.out
    assert ran.status == 1
