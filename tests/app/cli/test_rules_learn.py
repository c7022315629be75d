"""`townclerk rules learn`, as an admin types it."""

from pathlib import Path

import pytest

from app.cli.house import Command
from townclerk.config.learned_file import load_learned

AT_RISK = ("He was in the same pyjamas", "She has no food", "His nephew has her bank card", "Nobody has seen the old man")
EVERYDAY = ("The bin was missed", "The lamp is out", "The grass is long", "My council tax bill is wrong")


def labelled(folder: Path, many: int) -> Path:
    """Mails in which the sentences of each side stand in ever other order."""
    lines = []
    for n in range(many):
        risk, everyday = (f"{said[n % 4]} and {said[n * 3 % 4]}" for said in (AT_RISK, EVERYDAY))
        lines.append(f"- {{subject: Hello {n}, text: {risk}, category: service_request, alerts: [safeguarding]}}")
        lines.append(f"- {{subject: Again {n}, text: {everyday}, category: complaint}}")
    path = folder / "labelled.yaml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_what_mails_teach_is_written_and_how_well_it_tells_is_said(townclerk: Command, tmp_path: Path) -> None:
    to = tmp_path / "learned.tsv"

    ran = townclerk("rules", "learn", labelled(tmp_path, 40), "--to", to)

    assert ran.status == 0, ran.err
    assert "safeguarding: 40 of 40 found (100%)" in ran.out
    assert "category: 80 of 80 right (100%)" in ran.out
    found = load_learned(to).judge("", "Her nephew took the bank card. She has no food.")
    assert found["safeguarding"].plain
    assert found["service_request"].plain
    assert not load_learned(to).judge("", "The lamp is out and the grass is long.")["safeguarding"].plain


def test_the_same_mails_teach_the_same(townclerk: Command, tmp_path: Path) -> None:
    mails = labelled(tmp_path, 20)
    for name in ("one.tsv", "other.tsv"):
        townclerk("rules", "learn", mails, "--to", tmp_path / name)

    assert (tmp_path / "one.tsv").read_bytes() == (tmp_path / "other.tsv").read_bytes()


@pytest.mark.parametrize(
    ("name", "many", "said"),
    [
        ("learned.yaml", 40, "learned.yaml: the name of the file ends in .tsv"),
        ("learned.tsv", 5, "no label stands at 20 mails: there is nothing to learn"),
        ("nowhere/learned.tsv", 40, "learned.tsv: cannot be written"),
        ("nowhere/learned.tsv", 5, "learned.tsv: cannot be written"),  # said before anything is learned
        ("folder.tsv", 40, "folder.tsv: cannot be written: it is a folder"),
    ],
)
def test_what_cannot_be_learned_is_said(townclerk: Command, tmp_path: Path, name: str, many: int, said: str) -> None:
    (tmp_path / "folder.tsv").mkdir()
    ran = townclerk("rules", "learn", labelled(tmp_path, many), "--to", tmp_path / name)

    assert ran.status == 2
    assert said in ran.err
    assert [path.name for path in tmp_path.rglob("*.tsv*")] == ["folder.tsv"]


def test_what_was_learned_before_stands_until_what_is_learned_anew_is_whole(townclerk: Command, tmp_path: Path) -> None:
    to = tmp_path / "learned.tsv"
    to.write_text("of before")
    to.chmod(0o640)
    ran = townclerk("rules", "learn", labelled(tmp_path, 5), "--to", to)
    assert (ran.status, to.read_text()) == (2, "of before")

    ran = townclerk("rules", "learn", labelled(tmp_path, 20), "--to", to)
    assert ran.status == 0, ran.err
    assert load_learned(to).labels
    assert to.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.rglob("*.tsv*")) == [to]


def test_a_folder_without_labelled_mails_is_told_as_that(townclerk: Command, tmp_path: Path) -> None:
    (tmp_path / "mails").mkdir()
    (tmp_path / "mails" / "a.eml").write_text("Subject: Bin\n\nMissed.\n")
    ran = townclerk("rules", "learn", tmp_path / "mails", "--to", tmp_path / "learned.tsv")

    assert (ran.status, "there are no labelled mails in" in ran.err) == (2, True)
