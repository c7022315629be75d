"""Which files that are gone would have something shipped in their place."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from servers.installation import COUNCIL, Names, Where, install
from townclerk.app.files_given_up import NO_ROSTER, PUT_BACK, given_up
from townclerk.app.files_watched import contents_of, stand_of
from townclerk.app.wiring import load_files
from townclerk.config.settings import Settings

OURS = Path("rules") / COUNCIL
LETTER = Path("templates") / COUNCIL / "letters" / "receipt.md"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Rules, roster and a letter of the council's own, in its folders; nothing else is its own."""
    path = install(tmp_path, Names(0), Where(1, 1))
    files = load_files(path)
    (tmp_path / "staff.yaml").rename(tmp_path / OURS / "staff.yaml")
    (tmp_path / OURS / "dogs.yaml").write_text("rules: []\n")
    (tmp_path / LETTER).parent.mkdir(parents=True)
    (tmp_path / LETTER).write_text("Subject: Ours\n")
    return replace(files.settings, staff=None, templates=tmp_path / "templates")


def _gone(*places: Path) -> Callable[[Path], None]:
    def take(folder: Path) -> None:
        for place in places:
            shutil.rmtree(folder / place) if (folder / place).is_dir() else (folder / place).unlink()

    return take


@pytest.mark.parametrize(
    ("take", "told"),
    [
        (_gone(OURS / "policy.yaml"), {OURS / "policy.yaml": PUT_BACK}),
        (_gone(OURS / "staff.yaml"), {OURS / "staff.yaml": NO_ROSTER}),
        (_gone(OURS / "dogs.yaml"), {}),  # nothing shipped is called so: what includes it is refused
        (_gone(OURS / "promises.yaml"), {}),  # it was a copy of what is shipped
        (_gone(LETTER), {LETTER: PUT_BACK}),
        (_gone(OURS), {OURS: PUT_BACK, OURS / "staff.yaml": NO_ROSTER}),
        (
            _gone(Path("rules"), Path("templates")),
            {Path("rules"): PUT_BACK, Path("templates"): PUT_BACK, OURS / "staff.yaml": NO_ROSTER},
        ),
    ],
    ids=["a policy", "a roster", "what is not shipped", "a copy", "a letter", "a council's folder", "all folders"],
)
def test_what_is_gone_and_would_be_replaced_is_told_and_a_folder_once(
    settings: Settings, tmp_path: Path, take: Callable[[Path], None], told: dict[Path, str]
) -> None:
    in_force = contents_of(stand_of(settings, tmp_path / "townclerk.yaml"))
    take(tmp_path)
    found = given_up(in_force, settings, settings)

    assert {Path(each.fault.file).relative_to(tmp_path): each.fault.expected for each in found} == told
    assert [each.roster for each in found if each.fault.expected == NO_ROSTER] == [True] * (NO_ROSTER in told.values())


def test_settings_that_name_our_folders_and_roster_no_more_lose_them_too_and_those_that_name_others_do_not(
    settings: Settings, tmp_path: Path
) -> None:
    in_force = contents_of(stand_of(settings, tmp_path / "townclerk.yaml"))
    (tmp_path / "rules").rename(tmp_path / "moved")

    assert given_up(in_force, settings, replace(settings, rules=tmp_path / "moved")) == ()
    lost = given_up(in_force, settings, replace(settings, rules=None))
    assert any(each.roster for each in lost)
    assert given_up(in_force, settings, replace(settings, rules=tmp_path / "moved", staff=tmp_path / "people.yaml")) == ()


def test_a_roster_of_its_own_place_is_not_dropped_from_the_settings(settings: Settings, tmp_path: Path) -> None:
    ours = replace(settings, staff=tmp_path / "people.yaml")
    (tmp_path / OURS / "staff.yaml").rename(tmp_path / "people.yaml")
    in_force = contents_of(stand_of(ours, tmp_path / "townclerk.yaml"))
    (each,) = given_up(in_force, ours, settings)

    assert each.roster
