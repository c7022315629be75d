"""How the letters of one language say dates, times and greetings: words.yaml beside the letters of that language.

days, months         seven from Monday, and twelve
date                 with {weekday}, {day}, {month} and {year} in their places
time                 where a time is told with its day: {clock}, {date}
greeting, hello      with {name}; and where nobody knows it
cut                  stands below words that are cut because there are too many
direction            rtl, of a script that is written from right to left
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from string import Formatter

from townclerk.config import templates_words as words
from townclerk.config.reading import Faults, Refused, Value, read_root, refuse_word, text
from townclerk.config.yaml import parse_yaml

WORDS = "words.yaml"
_DIRECTIONS = ("ltr", "rtl")


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one language. `language` as a page names it; `date_as`, `time_as` and `greeting` have places in
    braces."""

    language: str
    days: tuple[str, ...]  # Monday first
    months: tuple[str, ...]
    date_as: str
    time_as: str
    greeting: str
    hello: str
    cut: str
    direction: str = "ltr"

    def date_words(self, day: date) -> str:
        weekday, month = self.days[day.weekday()], self.months[day.month - 1]
        return self.date_as.format(weekday=weekday, day=day.day, month=month, year=day.year)

    def clock_words(self, moment: datetime) -> str:
        """In figures, as everybody reads them: 17:00."""
        return f"{moment:%H:%M}"

    def time_words(self, moment: datetime) -> str:
        """A time and its day, in the time zone that *moment* is in."""
        return self.time_as.format(clock=self.clock_words(moment), date=self.date_words(moment.date()))

    def greets(self, name: str) -> str:
        """As letters begin, where *name* is one, and where it is none."""
        said = words.to_greet(name)
        return self.greeting.format(name=said) if said else self.hello

    def dates_said(self, text: str) -> str:
        """*text* with each date in figures as people say it."""
        return words.dates_said(text, self.date_words)


class _Shipped(Wording):
    """That of the letters which are in no folder of a language."""

    __slots__ = ()

    def clock_words(self, moment: datetime) -> str:
        return words.clock_words(moment)


SHIPPED = _Shipped(
    "en-GB",
    words.DAYS,
    words.MONTHS,
    "{weekday} {day} {month} {year}",
    "{clock} on {date}",
    "Dear {name}",
    "Hello",
    words.CUT,
)


def read_wording(language: str, content: str, file: str) -> Wording:
    """The words of *language* in the *content* of a file. Raises FilesRefused."""

    def read(root: Value) -> Wording:
        with root.fields() as f:
            return Wording(
                language=language,
                days=f.required("days", _names(7, "from Monday to Sunday"), ()),
                months=f.required("months", _names(12, "from January to December"), ()),
                date_as=f.required("date", _with_places({"day", "month", "year"}, {"weekday"}), ""),
                time_as=f.required("time", _with_places({"clock", "date"}), ""),
                greeting=f.required("greeting", _with_places({"name"}), ""),
                hello=f.text("hello"),
                cut=f.text("cut"),
                direction=f.optional("direction", _direction, "ltr"),
            )

    return read_root(parse_yaml(content.encode(), file), Faults(), read)


def _names(count: int, which: str) -> Callable[[Value], tuple[str, ...]]:
    def read(value: Value) -> tuple[str, ...]:
        found = value.each(text)
        if len(found) != count:
            raise Refused(f"{len(found)} stand here", f"write {count}, {which}")
        return found

    return read


def _with_places(needed: Collection[str], others: Collection[str] = ()) -> Callable[[Value], str]:
    """A line in which the *needed* stand in braces, once or more, and nothing else but the *others* does."""

    def read(value: Value) -> str:
        written, example = text(value), " ".join(f"{{{name}}}" for name in sorted({*needed, *others}))
        try:
            found = {(name, spec, how) for _, name, spec, how in Formatter().parse(written) if name is not None}
        except ValueError:
            raise Refused("a brace is open, or closed twice", f"write for instance {example}") from None
        names = {name for name, _, _ in found}
        if any(spec or how for _, spec, how in found) or not names <= {*needed, *others}:
            raise Refused(f"“{written}” has a place that nothing is put into", f"those that there are: {example}")
        if not names >= set(needed):
            raise Refused(f"“{written}” has no place for {', '.join(sorted(set(needed) - names))}", f"write {example}")
        return written

    return read


def _direction(value: Value) -> str:
    written = text(value)
    if written not in _DIRECTIONS:
        refuse_word(written, _DIRECTIONS)
    return written
