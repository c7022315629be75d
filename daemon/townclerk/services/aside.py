"""The one place that catches everything: around one mail, one timer or one letter, so that it cannot hold up the next."""

import asyncio
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from structlog.typing import FilteringBoundLogger

from townclerk.mail.errors import MailUnreadable, TransportDown
from townclerk.mail.parsing import ReaderUnavailable
from townclerk.services.scanning import Infected
from townclerk.store.errors import StoreUnavailable

# The machine's trouble or a server's: no mail, timer or letter is to blame, and the same item may go well in a minute.
NOBODYS_FAULT = (StoreUnavailable, TransportDown, ReaderUnavailable, asyncio.CancelledError)


@dataclass(slots=True)
class Trouble:
    """`why` is None where all went well; else the type of the error and where it was raised. Its text may hold what people
    wrote, so it is kept out, but for the errors that vouch for theirs."""

    why: str | None = None


@asynccontextmanager
async def setting_aside(
    log: FilteringBoundLogger, event: str, let_pass: tuple[type[Exception], ...] = (), **fields: object
) -> AsyncIterator[Trouble]:
    """Run a block; an unexpected error in it is logged and told by the Trouble. A database, a mail server or a reader of mails
    that is away is no fault of the item: that error goes on up, and so does one of *let_pass*."""
    trouble = Trouble()
    try:
        yield trouble
    except NOBODYS_FAULT:
        raise
    except let_pass:
        raise
    except (MailUnreadable, Infected) as unreadable:
        trouble.why = str(unreadable)
        log.error(event, error=type(unreadable).__name__, why=trouble.why, **fields)
    except Exception as error:  # noqa: BLE001  # this is the one place: see above
        where = traceback.extract_tb(error.__traceback__)[-1]
        trouble.why = f"{type(error).__name__} at {where.name}:{where.lineno}"
        frames = [f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
        log.error(event, error=type(error).__name__, frames=frames, **fields)
