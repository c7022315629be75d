"""No file leaves with a letter of ours that the virus scanner knows for what it is, or could not be asked about.

The mail that brought it is kept whole. In the file's place stands a note, so that whoever gets the letter knows of it: a
letter must not wait for a scanner, and a resident not for a receipt.
"""

from datetime import datetime

import structlog

from townclerk.domain.mail import File
from townclerk.mail.scanning import ScannerAway, TooLargeToScan
from townclerk.services.health import note_scanner
from townclerk.services.office import Office

log = structlog.get_logger()

_INSTEAD = """The file "{name}" did not come along: {why}.

It is kept with the mail that brought it. {then}
"""
_NEVER = "Please do not ask for it to be sent to you. Whoever looks after townclerk can say more (townclerk case show)."
_LATER = "Whoever looks after townclerk can give it to you once it has been looked at (townclerk case raw)."


class Infected(Exception):  # nothing of ours is wrong
    """An officer's file, which was to go to somebody outside, is not to be sent. The text names no file."""


async def cleared(office: Office, files: tuple[File, ...], now: datetime) -> tuple[File, ...]:
    """*files*, with a note in the place of each that is infected, or about which the scanner cannot be asked."""
    if office.scanner is None:
        return files
    return tuple([await _cleared(office, file, now) for file in files])


async def refuse_infected(office: Office, files: tuple[File, ...], now: datetime) -> None:
    """Raise Infected where one of *files* must not go to somebody outside: it is infected, or was not looked at."""
    if office.scanner is None:
        return
    for file in files:
        if why := (await _trouble_with(office, file, now))[0]:
            raise Infected(f"a file was not sent: {why}")


async def _cleared(office: Office, file: File, now: datetime) -> File:
    why, then = await _trouble_with(office, file, now)
    if not why:
        return file
    text = _INSTEAD.format(name=file.filename, why=why, then=then)
    return File(f"{file.filename[:100]} - not passed on.txt", "text/plain", text.encode())


async def _trouble_with(office: Office, file: File, now: datetime) -> tuple[str, str]:
    """(why the file must stay here, what comes of it); empty: it may go."""
    assert office.scanner is not None  # noqa: S101  # both callers have asked
    try:
        found = await office.scanner.scan(file.content)
    except TooLargeToScan:
        return "it is too large for the virus scanner", _LATER
    except ScannerAway as away:
        log.warning("file not passed on", why=str(away))
        await note_scanner(office, now)
        return "the virus scanner could not be asked about it", _LATER
    await note_scanner(office, None)
    if found is None:
        return "", ""
    log.warning("file not passed on", why="infected", found=found)
    return f"the virus scanner found {found} in it", _NEVER
