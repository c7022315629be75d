"""The documents are true: what exists is in them, and what they name exists."""

import re
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import get_type_hints

import pytest
import typer

from townclerk.app.cli import app
from townclerk.config.settings import Settings
from townclerk.domain.commands import WORDS

ROOT = Path(__file__).resolve().parents[2]
MANUAL = (ROOT / "deploy" / "OPERATING.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLE = (ROOT / "deploy" / "townclerk.yaml").read_text(encoding="utf-8")


def settings(kind: type, prefix: str = "") -> list[str]:
    """Every setting of the file, by its dotted name."""
    found = []
    for field in fields(kind):
        hint = get_type_hints(kind)[field.name]
        if isinstance(hint, type) and is_dataclass(hint):
            found += settings(hint, f"{prefix}{field.name}.")
        else:
            found.append("auth".join((prefix + field.name).rsplit("login", 1)))
    return found


@pytest.mark.parametrize("name", settings(Settings))
def test_every_setting_is_in_the_manual(name: str) -> None:
    """And in the commented example."""
    assert f"`{name}`" in MANUAL, f"{name} is not in OPERATING.md"
    assert re.search(rf"^\s*(# )?{name.rpartition('.')[2]}:", EXAMPLE, re.M), f"{name} is not in townclerk.yaml"


def commands() -> list[str]:
    group = typer.main.get_command(app)
    return sorted(group.commands)  # type: ignore[attr-defined]  # a group: it has subcommands


@pytest.mark.parametrize("name", commands())
def test_every_command_is_in_the_manual(name: str) -> None:
    """By the words that somebody types."""
    assert f"`townclerk {name}" in MANUAL


@pytest.mark.parametrize("letter", sorted(path.stem for path in (ROOT / "templates" / "letters").glob("*.md")))
def test_every_letter_is_in_the_manual(letter: str) -> None:
    """By the name of its template."""
    assert f"`{letter}`" in MANUAL


@pytest.mark.parametrize("word", sorted(WORDS))
def test_every_word_of_an_officer_is_in_the_manual(word: str) -> None:
    """As an officer writes it."""
    assert f"`#{word}" in MANUAL


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#]+)\)|src=\"([^\"]+)\"", README))))
def test_what_the_readme_points_to_is_there(target: tuple[str, str]) -> None:
    """Files and pictures."""
    assert (ROOT / (target[0] or target[1])).exists()


def test_no_council_is_named_in_python() -> None:
    """Their differences are files."""
    councils = [path.parent.name.replace("-", ".") for path in (ROOT / "rules").glob("*/policy.yaml")]
    pattern = re.compile("|".join(councils), re.I)
    named = [path for path in (ROOT / "daemon").rglob("*.py") if pattern.search(path.read_text(encoding="utf-8"))]
    assert named == []
