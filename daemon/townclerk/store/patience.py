"""How long a connection to PostgreSQL waits for a server that says nothing.

Keep-alives notice a host that is gone. They do not notice one that is there and passes nothing on: a pooler that hangs, a
tunnel that is stuck, a table that an operator has locked. Without an end to that, a daemon would neither work nor stop.
"""

import time
from collections.abc import Generator
from typing import Any, TypeVar

from psycopg import Connection, OperationalError
from sqlalchemy import Engine, event

RV = TypeVar("RV")
Waiting = Generator[Any, Any, RV]  # what the driver drives: it yields what it waits for, and is sent what has come

ANSWER_SECONDS = 20.0  # two such waits and a new connection fit into the time that a service manager gives a stop
# What the server itself ends, and says so, before we give it up: a session that waits for a lock would wait on when its client
# is gone, one for each time that we asked.
LOCK_SECONDS = 10.0
FORGOTTEN_SECONDS = 60.0  # a transaction in which nobody says anything: its client is gone, and it must not keep its locks


class NothingSaid(OperationalError):
    """The server has not said a word for `ANSWER_SECONDS`. The connection is closed: what it was asked may have been done."""


class PatientConnection(Connection[Any]):
    """A connection that is given up when the server is silent for `ANSWER_SECONDS`, however long the whole answer takes."""

    def wait(self, gen: Waiting[RV], *args: Any, **kwargs: Any) -> RV:
        """As the driver's own. Raises NothingSaid."""
        try:
            return super().wait(_while_it_speaks(gen), *args, **kwargs)
        except NothingSaid:
            self.close()
            raise


def _while_it_speaks(gen: Waiting[RV]) -> Waiting[RV]:
    """*gen*, which the driver resumes several times a second, with nothing where nothing has come. Raises NothingSaid."""
    try:
        wanted = next(gen)
        heard = time.monotonic()
        while True:
            come = yield wanted
            if come:
                heard = time.monotonic()
            wanted = gen.send(come)
            if not come and time.monotonic() - heard > ANSWER_SECONDS:
                gen.close()
                raise NothingSaid(f"the server said nothing for {ANSWER_SECONDS:g} seconds")
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]  # it is what *gen* returns


def give_up_on_silence(made: Engine) -> None:
    """From now on *made* connects so."""

    @event.listens_for(made, "do_connect")
    def connect(_dialect: object, _record: object, arguments: list[Any], options: dict[str, Any]) -> PatientConnection:
        return PatientConnection.connect(*arguments, **options)

    _limit(made, lock_timeout=LOCK_SECONDS, idle_in_transaction_session_timeout=FORGOTTEN_SECONDS)


def give_up_on_locks(made: Engine) -> None:
    """From now on *made* waits for no lock any longer than others do. Statements may take their time."""
    _limit(made, lock_timeout=LOCK_SECONDS)


def _limit(made: Engine, **seconds: float) -> None:
    """Have the server end what takes longer, in each session from now on. Options of the connection would do it too, but there
    are poolers that refuse those."""

    @event.listens_for(made, "connect")
    def limit(connection: Connection[Any], _record: object) -> None:
        for name, most in seconds.items():
            connection.execute("SELECT set_config(%s, %s, false)", (name, f"{most * 1000:.0f}"))
        connection.commit()
