"""What a mail reads like: its words, weighed by how often mails that people have labelled had them.

Rules that look for phrases find what somebody has thought of. What residents write in other words is found by the sum of many
small signs: each word, and each pair of neighbours, weighs for or against each label. The weights are learned from labelled
mails (`townclerk rules learn`) and stand in a text file that can be read and compared.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, pairwise

from townclerk.domain.phrases import folded, places_of_words, tokens_of

WINDOW = 3  # sentences that are also judged for themselves: what is said in passing does not drown in the rest
FEWEST = 8  # signs: a shorter text counts as having so many, so that one word does not decide
MOST_SENTENCES = 2_000
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
_MARKS = "?!"
NUMBER = "0"  # stands for every number


def signs_of(sentence: str) -> frozenset[str]:
    """What counts in a sentence: its words, its pairs of words, whether it asks or exclaims. Numbers are all one."""
    words = [NUMBER if word.isdigit() else folded(word) for word in tokens_of(sentence)]
    pairs = (f"{one} {other}" for one, other in pairwise(words))
    return frozenset((*words, *pairs, *(mark for mark in _MARKS if mark in sentence)))


def sentences_of(subject: str, text: str) -> tuple[frozenset[str], ...]:
    """The signs of the subject, then those of each sentence of the text."""
    found = (match[0] for match in _SENTENCE.finditer(text))
    signs = (signs_of(sentence) for sentence in islice(found, MOST_SENTENCES))
    return (signs_of(subject), *(each for each in signs if each))


def windows(count: int) -> Iterator[range]:
    """Of *count* sentences of which the first is the subject: those of the text that are judged together."""
    yield range(1, count)
    if count - 1 > WINDOW:
        yield from (range(first, first + WINDOW) for first in range(1, count - WINDOW + 1))


def dampened(signs: int) -> float:
    """By what a sum over so many *signs* is divided: a long text has more of everything."""
    return math.sqrt(max(FEWEST, signs))


@dataclass(frozen=True, slots=True)
class Group:
    """Labels that belong together, and for each sign its weight for each of them, in their order. `one_of`: a mail is one of
    them, as of the categories; else each is judged for itself, by the window that speaks most for it."""

    labels: tuple[str, ...]
    one_of: bool
    start: tuple[float, ...]
    weights: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like a mail is to those with a label, from 0 to 1. `plain`: it is one of them, as far as its words tell: likelier
    than any other label of its group, or, judged for itself, likelier than not. `window`: the sentences that say so most."""

    share: float
    plain: bool
    window: range


@dataclass(frozen=True, slots=True)
class Learned:
    """What was learned from labelled mails."""

    groups: tuple[Group, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(label for group in self.groups for label in group.labels)

    def judge(self, subject: str, text: str) -> Mapping[str, Likeness]:
        """How like the mail is to those of each label."""
        sentences = sentences_of(subject, text)
        return {label: likeness for group in self.groups for label, likeness in _judged(group, sentences)}

    def signs_of(self, label: str, likeness: Likeness, subject: str, text: str) -> tuple[str, ...]:
        """The words that speak most for *label*, of a mail that is as like as that."""
        sentences = sentences_of(subject, text)
        group = next(each for each in self.groups if label in each.labels)
        return _heaviest(group, group.labels.index(label), [sentences[0], *(sentences[n] for n in likeness.window)])


NOTHING_LEARNED = Learned()


@dataclass(frozen=True, slots=True)
class _Sentence:
    """The signs of a sentence: what they weigh together for each label, and how many they are."""

    weights: tuple[float, ...]
    signs: int


def _judged(group: Group, sentences: tuple[frozenset[str], ...]) -> Iterable[tuple[str, Likeness]]:
    sums = [_weighed(group, sentence) for sentence in sentences]
    spans = windows(len(sentences)) if not group.one_of else iter((range(1, len(sentences)),))
    scored = [(span, _scores(group, [sums[0], *(sums[n] for n in span)])) for span in spans]
    best = [max(scored, key=lambda each, n=n: each[1][n]) for n in range(len(group.labels))]  # type: ignore[misc]
    shares = _shares(group, [scores[n] for n, (_, scores) in enumerate(best)])
    enough = max(shares) if group.one_of else 0.5
    for n, (label, share) in enumerate(zip(group.labels, shares, strict=True)):
        yield label, Likeness(share, share >= enough, best[n][0])


def _weighed(group: Group, sentence: frozenset[str]) -> _Sentence:
    found = [group.weights[sign] for sign in sentence if sign in group.weights]
    return _Sentence(tuple(map(sum, zip(*found, strict=True))) if found else (0.0,) * len(group.labels), len(sentence))


def _scores(group: Group, sums: list[_Sentence]) -> list[float]:
    by = dampened(sum(each.signs for each in sums))
    totals = map(sum, zip(*(each.weights for each in sums), strict=True))
    return [start + total / by for start, total in zip(group.start, totals, strict=True)]


def _shares(group: Group, scores: list[float]) -> list[float]:
    if not group.one_of:
        return [1 / (1 + math.exp(-max(-50.0, min(50.0, score)))) for score in scores]
    highest = max(scores)
    powers = [math.exp(score - highest) for score in scores]
    return [power / sum(powers) for power in powers]


MOST_SIGNS = 5


def _heaviest(group: Group, n: int, sentences: list[frozenset[str]]) -> tuple[str, ...]:
    """The signs that speak most for the label *n*."""
    counted = Counter(sign for sentence in sentences for sign in sentence if sign in group.weights)
    heavy = sorted(((count * group.weights[sign][n], sign) for sign, count in counted.items()), reverse=True)
    return tuple(sign for weight, sign in heavy[:MOST_SIGNS] if weight > 0)


def places(signs: Iterable[str], text: str) -> Iterator[tuple[int, int]]:
    """Where words and pairs of words among *signs* stand in *text*: characters."""
    wanted = frozenset(signs)
    words = [(NUMBER if word.isdigit() else folded(word), start, end) for word, start, end in places_of_words(text)]
    yield from ((start, end) for word, start, end in words if word in wanted)
    for (one, start, _), (other, _, end) in pairwise(words):
        if f"{one} {other}" in wanted:
            yield start, end
