"""How long a thousand rules take over a mail, beside what it takes to read that mail."""

import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from townclerk.config.routing_file import read_routing
from townclerk.config.yaml import parse_yaml
from townclerk.domain.mail import IncomingMail
from townclerk.domain.routing import Routing, route
from townclerk.mail.reading import read_inline

RULES = 1_000
PHRASES = 4  # of each rule, and one pattern
SIZE = 20_000  # bytes of the mail
WORDS = 900  # that it is made of, as a person's letter of that length is; the rules know some thousands
ROUNDS = 9
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
class RulesMeasured:
    """Seconds, each the median: to read the mail, to decide it by the rules, and to decide one that nests what hangs other
    engines. `looked_for`: phrases and patterns."""

    looked_for: int
    parse: float
    decide: float
    nested: float


def measure_rules() -> RulesMeasured:
    """Of rules that are always the same."""
    chance = random.Random(7)  # noqa: S311  # the same words in every run
    words = sorted({"".join(chance.choices(_SYLLABLES, k=chance.choice((2, 3, 3)))) for _ in range(9_000)})
    routing = _rules(words, chance)
    raw = _mail(chance.sample(words, WORDS), chance)
    mail = read_inline(raw).mail
    assert mail is not None
    nested = IncomingMail(None, "", "a" * SIZE, "a" * SIZE)
    return RulesMeasured(
        looked_for=RULES * (PHRASES + 1),
        parse=_median(lambda: read_inline(raw)),
        decide=_median(lambda: route(mail, routing)),
        nested=_median(lambda: route(nested, routing)),
    )


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


def _mail(words: list[str], chance: random.Random) -> bytes:
    sentences: list[str] = []
    while sum(map(len, sentences)) < SIZE:
        sentences.append(" ".join(chance.choices(words, k=12)) + ".\n")
    head = "From: Ann <ann@home.example>\nSubject: Bins\nContent-Type: text/plain; charset=utf-8\n\n"
    return (head + "".join(sentences)).encode()


def _median(work: Callable[[], object]) -> float:
    taken: list[float] = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)
