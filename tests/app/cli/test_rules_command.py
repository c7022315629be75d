"""`townclerk rules schema`."""

import json
from pathlib import Path

import pytest

from app.cli.house import Command
from townclerk.config.schema import KINDS, schema_of


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_printed(townclerk: Command, kind: str) -> None:
    ran = townclerk("rules", "schema", kind)

    assert ran.status == 0, ran.err
    assert json.loads(ran.out) == schema_of(kind)


def test_all_of_them_are_written_where_editors_find_them(townclerk: Command, tmp_path: Path) -> None:
    ran = townclerk("rules", "schema", "--to", tmp_path / "schema")

    assert ran.status == 0, ran.err
    assert sorted(path.stem for path in (tmp_path / "schema").glob("*.json")) == sorted(KINDS)


def test_nothing_asked_for_and_a_folder_that_cannot_be_are_told(townclerk: Command, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    assert "name one of policy, routing" in townclerk("rules", "schema").err
    assert "cannot be written" in townclerk("rules", "schema", "--to", tmp_path / "file").err
