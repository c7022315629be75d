"""The kinds of column that the schema is made of, the same on both databases."""

from datetime import UTC, datetime
from hashlib import sha256

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

from townclerk.store.errors import NaiveTime

# SQLite numbers its rows only where the type says INTEGER, letter for letter.
NUMBER = BigInteger().with_variant(Integer(), "sqlite")

NAME_LENGTH = 600  # characters, of up to four bytes each
BEGINNING = 500


class UtcTime(TypeDecorator[datetime]):
    """A moment: aware going in, whatever its zone; UTC coming out. SQLite would drop the zone without converting."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise NaiveTime("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text, ordered by its code points on both databases. What PostgreSQL cannot hold is replaced: see `clean`."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[str]:
        return Text(collation="C") if dialect.name == "postgresql" else Text()

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        return None if value is None else clean(value)


class Name(Words):
    """Text that is looked up and was written by strangers: a Message-ID, an address. See `short`."""

    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        return None if value is None else short(value)


def short(name: str) -> str:
    """*name*, cleaned; of one too long for an index of PostgreSQL (2.7 kB) the beginning, and a digest of the whole.

    What is short already stays as it is, so that doing it twice does no harm.
    """
    kept = clean(name)
    if len(kept) <= NAME_LENGTH:
        return kept
    return f"{kept[:BEGINNING]}…{sha256(kept.encode()).hexdigest()}"


def clean(text: str) -> str:
    """*text* with each NUL and each lone surrogate, which a foreign mail may hold and no database takes, as U+FFFD."""
    without_nul = str(text).replace("\0", "\ufffd")
    return without_nul.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
