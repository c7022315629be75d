"""How long a thousand rules take over a mail, beside what it takes to read that mail.

A mail of 20 kB is what a mail program sends: the text once as it is and once with its marking, as much again and more. A mail
of nothing but text is measured for itself: of all mails it is read the quickest, and has most to look through.
"""

import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from itertools import accumulate

from townclerk.config.routing_file import read_routing
from townclerk.config.yaml import parse_yaml
from townclerk.domain.mail import IncomingMail
from townclerk.domain.routing import Routing, route
from townclerk.mail.reading import read_inline

RULES = 1_000
PHRASES = 4  # of each rule, and one pattern
SIZE = 20_000  # bytes of a mail
WORDS = 900  # that it is made of, as a person's letter of that length is; the rules know some thousands
PARAGRAPH = 4  # sentences
ROUNDS = 9
_STYLE = "font-family:Calibri,sans-serif;font-size:11.0pt;color:black"
_SHEET = "p.MsoNormal{margin:0cm;font-size:11.0pt} a:link{color:#0563C1;text-decoration:underline}"
_SYLLABLES = (
    "ba",
    "do",
    "fen",
    "gar",
    "hil",
    "jo",
    "ka",
    "lum",
    "mer",
    "no",
    "pol",
    "ri",
    "sta",
    "ten",
    "vor",
    "wick",
    "ham",
    "ley",
)


@dataclass(frozen=True, slots=True)
class MailMeasured:
    """Seconds, each the median: to read a mail, and to decide it by the rules."""

    parse: float
    decide: float


@dataclass(frozen=True, slots=True)
class RulesMeasured:
    """Two mails of `SIZE`, and the seconds that it takes to decide one that nests what hangs other engines. `looked_for`:
    phrases and patterns."""

    looked_for: int
    sent: MailMeasured  # by a mail program
    text: MailMeasured  # nothing else in it
    nested: float


def measure_rules() -> RulesMeasured:
    """Of rules that are always the same."""
    chance = random.Random(7)  # noqa: S311  # the same words in every run
    words = sorted({"".join(chance.choices(_SYLLABLES, k=chance.choice((2, 3, 3)))) for _ in range(9_000)})
    routing = _rules(words, chance)
    sentences = _sentences(chance.sample(words, WORDS), chance)
    nested = IncomingMail(None, "", "a" * SIZE, "a" * SIZE)
    return RulesMeasured(
        looked_for=RULES * (PHRASES + 1),
        sent=_measured(_sent(sentences), routing),
        text=_measured(_text(sentences), routing),
        nested=_median(lambda: route(nested, routing)),
    )


def _measured(raw: bytes, routing: Routing) -> MailMeasured:
    mail = read_inline(raw).mail
    assert mail is not None
    return MailMeasured(_median(lambda: read_inline(raw)), _median(lambda: route(mail, routing)))


def _rules(words: list[str], chance: random.Random) -> Routing:
    lines = ["services: [waste, other]", "rules:"]
    for number in range(RULES):
        phrases = [
            " ".join(chance.sample(words, chance.choice((1, 2, 2, 3)))) + chance.choice(("", "*")) for _ in range(PHRASES)
        ]
        one, other, third = chance.sample(words, 3)
        pattern = chance.choice(
            (rf"\b{one}\w*\s+(\w+\s+){{0,3}}{other}\b", rf"\b({one}|{other})\b[^.!?]{{0,60}}\b{third}\b", rf"({one}+)+{other}")
        )
        when = f"{{anywhere: [{', '.join(phrases)}, {{pattern: '{pattern}'}}], not: [{chance.choice(words)} {one}]}}"
        lines.append(f"  - {{id: rule-{number}, why: bench, when: {when}, then: {{service: waste}}}}")
    return read_routing(parse_yaml("\n".join(lines).encode(), "bench.yaml"))


def _sentences(words: list[str], chance: random.Random) -> list[str]:
    """More of them than a mail has room for."""
    return [" ".join(chance.choices(words, k=12)).capitalize() + "." for _ in range(SIZE // 12)]


def _text(sentences: list[str]) -> bytes:
    """A mail of nothing but text."""
    mail = _head()
    mail.set_content("\n".join(_up_to(SIZE, sentences)))
    return mail.as_bytes()


def _sent(sentences: list[str]) -> bytes:
    """A mail as a mail program sends it."""
    length = SIZE
    while len(raw := _with_marking(_up_to(length, sentences))) > SIZE:
        length -= 100
    return raw


def _up_to(length: int, sentences: list[str]) -> list[str]:
    """The first of *sentences* that have so many characters together."""
    reached = accumulate(len(each) + 1 for each in sentences)
    return [each for each, end in zip(sentences, reached, strict=True) if end <= length]


def _with_marking(sentences: list[str]) -> bytes:
    paragraphs = [" ".join(sentences[n : n + PARAGRAPH]) for n in range(0, len(sentences), PARAGRAPH)]
    mail = _head()
    mail.set_content("\n\n".join(paragraphs))
    body = "".join(f'<p class="MsoNormal"><span style="{_STYLE}">{each}</span></p>\n' for each in paragraphs)
    mail.add_alternative(f"<html><head><style>{_SHEET}</style></head><body>\n{body}</body></html>\n", subtype="html")
    return mail.as_bytes()


def _head() -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "Ann <ann@home.example>", "Bins"
    return mail


def _median(work: Callable[[], object]) -> float:
    taken: list[float] = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)
