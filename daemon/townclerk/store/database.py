"""The door to the database: a transaction is a plain function that is handed in."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Self, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from townclerk.store.driver import THREADS, Collision, database_url, engine, make_file, named
from townclerk.store.migration import migrate, schema_revision
from townclerk.store.sealing import OPTION, Seals

__all__ = ["Database", "Tx", "migrate", "schema_revision"]

Tx = Connection
T = TypeVar("T")

TRIES = 6  # the first and five more, where two transactions met
FIRST_PAUSE = 0.005  # seconds; doubled with each try


class Database:
    """One database. Work handed to `run` is one transaction: all of it is kept, or none.

    On SQLite one thread writes; on PostgreSQL several do, so work may be run more than once, and must change nothing but
    the database. A work that raises is rolled back, and what it raised comes out.
    """

    def __init__(self, writing: Engine, reading: Engine, writers: int) -> None:
        self._writing = writing
        self._reading = reading
        self._writers = ThreadPoolExecutor(writers, "store-write")
        self._readers = ThreadPoolExecutor(THREADS, "store-read")
        self._keys: Callable[[], Seals] | None = None
        for made in (writing, reading):
            made.update_execution_options(**{OPTION: self._seals})

    @classmethod
    def open(cls, url: str, *, durable: bool = True, patient: bool = False) -> Self:
        """The database at *url*, which `migrate` has prepared. Nothing is connected to yet.

        `durable=False` gives up what a power cut would take, for a database that nobody keeps. `patient`: a server may be
        silent for as long as it takes it to count. Raises BadUrl, StoreUnavailable where an SQLite file cannot be made.
        """
        parsed = database_url(url)
        make_file(parsed)
        writing = engine(parsed, durable=durable, patient=patient)
        if parsed.get_backend_name() == "sqlite":
            return cls(writing, engine(parsed, begin="BEGIN", durable=durable), writers=1)
        # A reading sees one moment, as it does on SQLite.
        snapshot = writing.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        return cls(writing, snapshot, writers=THREADS)

    def seal_with(self, keys: Callable[[], Seals]) -> None:
        """From now on *keys* gives what the entries of the journal are sealed with and proven by. It is asked when there is one
        to seal or to prove, and what it raises comes out of that transaction."""
        self._keys = keys

    def _seals(self) -> Seals | None:
        return self._keys() if self._keys is not None else None

    async def run(self, work: Callable[[Tx], T]) -> T:
        """What *work* returns, once its transaction is committed.

        A cancelled `run` lets the transaction end first: when it is left, nothing goes on behind one's back.
        Raises StoreUnavailable where the database does not answer, and whatever *work* raises.
        """
        return await _to_the_end(self._writers, partial(self.run_now, work))

    async def read(self, work: Callable[[Tx], T]) -> T:
        """What *work* finds. It sees one moment of the database and can change nothing."""
        return await _to_the_end(self._readers, partial(self.read_now, work))

    def run_now(self, work: Callable[[Tx], T]) -> T:
        """`run` in this thread: for the command line."""
        for tried in range(1, TRIES):
            try:
                return _transaction(self._writing, work)
            except Collision:
                time.sleep(FIRST_PAUSE * 2**tried)
        return _transaction(self._writing, work)

    def read_now(self, work: Callable[[Tx], T]) -> T:
        """`read` in this thread: for the command line."""
        return _transaction(self._reading, work)

    def close(self) -> None:
        """Let what is under way end, then let go of every connection. May be called again."""
        self._writers.shutdown()
        self._readers.shutdown()
        self._reading.dispose()
        self._writing.dispose()


def _transaction(made: Engine, work: Callable[[Tx], T]) -> T:
    try:
        with made.begin() as tx:
            return work(tx)
    except SQLAlchemyError as exc:
        raise named(exc) from None


async def _to_the_end(threads: ThreadPoolExecutor, call: Callable[[], T]) -> T:
    future = asyncio.get_running_loop().run_in_executor(threads, call)
    cancelled: asyncio.CancelledError | None = None
    while not future.done():
        try:
            await asyncio.wait((future,))
        except asyncio.CancelledError as exc:
            cancelled = exc
    if cancelled is not None:
        future.exception()  # looked at, so that nobody is warned of it
        raise cancelled
    return future.result()
