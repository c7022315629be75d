"""`townclerk init`: a sixth council is a folder, and it loads at once."""

import re
from datetime import date
from pathlib import Path

import pytest

from app.cli.house import Command
from townclerk.config.council_folder import load_council
from townclerk.config.promises_file import load_register
from townclerk.config.shipped import shipped_councils
from townclerk.domain.codes import NOT_QUOTED, not_quoted

TODAY = date(2026, 12, 18)


@pytest.mark.parametrize("like", shipped_councils())
def test_a_new_council_loads_plays_its_story_and_shows_its_letters(townclerk: Command, like: str) -> None:
    made = townclerk("init", "exampleton", "--like", like, "--mailbox", "feedback@exampleton.example")
    assert made.status == 0, made.err

    council = load_council("exampleton", rules=Path("rules"), today=TODAY)
    played = townclerk("simulate", "rules/exampleton/scenarios", "--rules", "rules")
    shown = townclerk("templates", "preview", "exampleton", "--rules", "rules", "--to", "pages")

    assert (council.policy.prefix, council.policy.contact.council) == ("EX", "Exampleton Council")
    assert load_register("exampleton", rules=Path("rules"), today=TODAY).promises == ()
    assert (played.status, played.out.splitlines()[-1]) == (0, "1 scenario: 1 ok"), played.out
    assert shown.status == 0, shown.err
    assert all(f"  {path}: its clause, and a short quote\n" in made.out for path in not_quoted(council.policy))


@pytest.mark.parametrize("like", shipped_councils())
def test_nothing_that_is_the_other_councils_own_comes_along(townclerk: Command, like: str) -> None:
    other = load_council(like, today=TODAY).policy

    townclerk("init", "exampleton", "--like", like, "--mailbox", "feedback@exampleton.example")

    written = "\n".join(path.read_text() for path in Path("rules/exampleton").rglob("*.yaml"))
    ways = (other.contact.council, other.contact.mailbox, other.contact.phone, other.contact.website, other.contact.post)
    assert not [way for way in ways if way and way in written]
    assert not re.search(rf"\b{other.prefix}-\d{{3}}\b", written)
    assert "quote:" not in written.replace(f"# Wherever the clause is “{NOT_QUOTED}”", "")


def test_what_is_given_is_written(townclerk: Command, tmp_path: Path) -> None:
    arguments = (
        "--name",
        "Market Exton Town Council",
        "--prefix",
        "MX",
        "--mailbox",
        "hello@exton.example",
        "--to",
        tmp_path / "own",
    )
    ran = townclerk("init", "market-exton", *arguments)

    policy = load_council("market-exton", rules=tmp_path / "own", today=TODAY).policy

    assert ran.status == 0, ran.err
    assert (policy.contact.council, policy.prefix, policy.contact.mailbox) == arguments[1:6:2]


def test_nothing_is_written_over(townclerk: Command) -> None:
    townclerk("init", "exampleton")
    before = {path: path.read_text() for path in Path("rules").rglob("*.yaml")}

    again = townclerk("init", "exampleton", "--name", "Another Council")

    assert again.status == 2
    assert "rules/exampleton is there already; nothing has been written" in again.err
    assert {path: path.read_text() for path in Path("rules").rglob("*.yaml")} == before


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("Ex ton",), '"Ex ton" cannot name a folder of rules'),
        (("exton", "--like", "atlantis"), "--like atlantis: there is no such council; known here: "),
        (("exton", "--prefix", "ex1"), '--prefix "ex1": write one to four capital letters'),
        (("exton", "--mailbox", "nowhere"), '--mailbox "nowhere": write a mail address'),
    ],
)
def test_what_cannot_be_is_told_with_what_to_write(townclerk: Command, arguments: tuple[str, ...], told: str) -> None:
    ran = townclerk("init", *arguments)

    assert ran.status == 2
    assert told in ran.err
    assert not Path("rules").exists()
