"""Files of a council's own that were in force and are its own no more. What is shipped would stand in for them: rules that
nobody here wrote, and a roster of people whom nobody here knows. A running service does not take that up for a slip."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from townclerk.config.errors import Fault
from townclerk.config.settings import Settings
from townclerk.config.shipped import Own, find_shipped

ROSTER = "staff.yaml"
IS_GONE = "it was in force and is gone; what is shipped is not taken up in its place"
PUT_BACK = "put it back; if it is meant to go, `systemctl reload townclerk` says so"
NO_ROSTER = "put it back: the shipped one is an example with people whom nobody knows"


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A file that was in force, as a fault of the files. A `roster` is given up for no word at all."""

    fault: Fault
    roster: bool


def given_up(in_force: Mapping[Path, bytes], before: Settings, now: Settings) -> tuple[GivenUp, ...]:
    """The files that were *in_force* by the settings *before* and in whose place something shipped would stand by those of
    *now*. A folder that is gone with all that was in it is named, and not each of its files."""
    lost = sorted({path for path, was in in_force.items() if _shipped_instead(path, was, before, now)})
    rosters = {path for path in lost if _is_roster(path, before)}
    folders = {path: _gone_folder(path, before) for path in lost}
    named = [path for path in lost if folders[path] is None or path in rosters]
    whole = sorted({folder for folder in folders.values() if folder is not None})
    return (
        *(GivenUp(_fault(folder, PUT_BACK), roster=False) for folder in whole),
        *(GivenUp(_fault(path, NO_ROSTER if path in rosters else PUT_BACK), path in rosters) for path in named),
    )


def _fault(path: Path, expected: str) -> Fault:
    return Fault(str(path), 0, 0, "", IS_GONE, expected)


def _shipped_instead(path: Path, was: bytes, before: Settings, now: Settings) -> bool:
    """Whether something shipped, that says something else, would stand where *path* has stood."""
    if path == before.staff:
        return now.staff is None and not _is_own(find_shipped("rules", f"{now.council}/{ROSTER}", now.rules), now.rules)
    if now.staff is not None and before.rules is not None and path == before.rules / before.council / ROSTER:
        return False  # the roster has a place of its own
    for kind, folder, own in (("rules", before.rules, now.rules), ("templates", before.templates, now.templates)):
        if folder is None or not path.is_relative_to(folder):
            continue
        found = _found_instead(kind, path.relative_to(folder), own, before.council)
        if found is not None and not _is_own(found, own) and found.read_bytes() != was:
            return True
    return False


def _found_instead(kind: str, place: Path, own: Own, council: str) -> Path | None:
    """The file in force at *place*. A council's letters stand in a folder of its name or above it."""
    found = find_shipped(kind, str(place), own)
    if found is None and kind == "templates" and place.parts[0] == council:
        return find_shipped(kind, str(Path(*place.parts[1:])), own)
    return found


def _is_own(path: Path | None, own: Own) -> bool:
    folders = own if isinstance(own, tuple) else (own,)
    return path is not None and any(folder is not None and path.is_relative_to(folder) for folder in folders)


def _is_roster(path: Path, settings: Settings) -> bool:
    if settings.staff is not None:
        return path == settings.staff
    return settings.rules is not None and path == settings.rules / settings.council / ROSTER


def _gone_folder(path: Path, settings: Settings) -> Path | None:
    """The folder of ours that is gone and held *path*, the outermost; None: its folder is there."""
    own = {settings.rules, settings.templates}
    gone = [folder for folder in _up_to(path, own) if not folder.is_dir()]
    return gone[-1] if gone else None


def _up_to(path: Path, own: set[Path | None]) -> Iterator[Path]:
    for folder in path.parents:
        yield folder
        if folder in own:
            return
