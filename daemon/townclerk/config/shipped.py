"""Where rules and templates lie. A whole file wins over another of its name; files are never merged.

1. the council's own folder, where the settings name one; where several are named, the first that has the file
2. what the package ships
3. the top of the repository, when townclerk runs from a checkout: an edit counts at once
"""

import os
from pathlib import Path

from townclerk.config.errors import Fault, FilesRefused

PACKAGE = Path(__file__).resolve().parent.parent
SHIPPED = PACKAGE / "_shipped"
CHECKOUT = PACKAGE.parent.parent

Own = Path | tuple[Path, ...] | None
"""The folder, or the folders, that win over what is shipped: the one that wins first."""


def shipped_folders(kind: str, own: Own = None) -> tuple[Path, ...]:
    """The folders to look in for *kind* ("rules" or "templates"), the one that wins first. Only those that exist."""
    first = own if isinstance(own, tuple) else (own,)
    places = (*first, SHIPPED / kind, CHECKOUT / kind if _is_checkout() else None)
    return tuple(place for place in places if place is not None and place.is_dir())


def _is_checkout() -> bool:
    """Not whatever happens to lie two folders above an installed package."""
    return (CHECKOUT / "pyproject.toml").is_file() and (CHECKOUT / "daemon" / PACKAGE.name).is_dir()


def find_shipped(kind: str, name: str, own: Own = None) -> Path | None:
    """The file *name* (your-council/policy.yaml) that is in force, or None: there is none."""
    return next((folder / name for folder in shipped_folders(kind, own) if (folder / name).is_file()), None)


def file_to_load(kind: str, name: str, own: Own = None) -> Path | None:
    """As `find_shipped`. Raises FilesRefused where something of that name comes first and is no file: what is shipped would be
    in force unnoticed."""
    found = find_shipped(kind, name, own)
    for place in (folder / name for folder in shipped_folders(kind, own)):
        if place == found:
            return found
        if os.path.lexists(place):
            said = "is there, but is no file: a folder, or a link that leads nowhere"
            raise FilesRefused([Fault(str(place), 0, 0, "", said, "put the file in its place, or take it away")])
    return found


def shipped_files(kind: str, pattern: str, own: Own = None) -> tuple[Path, ...]:
    """The files in force whose place below *kind* fits *pattern* (shared/*.yaml), by name."""
    places = {str(path.relative_to(folder)) for folder in shipped_folders(kind, own) for path in folder.glob(pattern)}
    found = (find_shipped(kind, place, own) for place in sorted(places))
    return tuple(path for path in found if path is not None)


def shipped_councils(own: Own = None) -> tuple[str, ...]:
    """The councils that have a policy, by name."""
    found = {path.parent.name for folder in shipped_folders("rules", own) for path in folder.glob("*/policy.yaml")}
    return tuple(sorted(found))
