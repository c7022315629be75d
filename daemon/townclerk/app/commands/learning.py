"""`townclerk rules learn`: what labelled mails teach of words, as a file that rules compare mails with.

One linear model for each label: it is small, it can be read, and each decision can name the words that made it.
"""

import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from townclerk.app.commands.asking import CannotRead
from townclerk.app.commands.measuring import labelled_in
from townclerk.app.commands.saying import say
from townclerk.config.learned_file import SUFFIX, write_learned
from townclerk.domain.labelled_mails import LabelledMail
from townclerk.domain.likeness import Group, Learned, dampened, sentences_of, windows
from townclerk.domain.words import Alert

FEWEST_MAILS = 20  # of a label: of fewer nothing can be learned
ROUNDS = 5  # how often a part of the mails is kept back, to be judged by what the others have taught
MOST_SIGNS = 4_000
SEEN_IN = 2  # mails: what stands in one alone says nothing of the next
FIRM = {True: 1.0, False: 3.0}  # scikit-learn's C: how far a weight may follow a few mails; softer for alerts, which are rare


def learn(
    mails: Annotated[list[Path], typer.Argument(metavar="FILE|DIR...", help="Labelled mails.", exists=True)],
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help=f"Where it is written; ends in {SUFFIX}.")],
    false: Annotated[
        float,
        typer.Option(
            "--false", metavar="PERCENT", min=0.1, max=20, help="Of the mails without an alert, in how many it may ring."
        ),
    ] = 2.0,
) -> None:
    """Learn from labelled mails which words speak for which category, service and alert, for rules with reads_like.

    How well it tells mails that it has not seen is found by keeping back a fifth of them, five times over, and is said at the
    end. Needs scikit-learn: pip install 'townclerk[learn]'.

    \b
    Examples:
      townclerk rules learn our-mails/ --to /etc/townclerk/rules/shared/learned.tsv
    """
    if to.suffix != SUFFIX:
        raise CannotRead(f"{to}: the name of the file ends in {SUFFIX}")
    try:
        import sklearn  # noqa: F401  # an extra: no council's daemon needs it
    except ImportError:
        raise CannotRead("scikit-learn is not installed: pip install 'townclerk[learn]'") from None
    examples = tuple(_Example.of(each) for each in labelled_in(mails))
    with _put_in_place(to) as file:
        taught = [
            *_alerts(examples, false / 100),
            *(found for what in ("category", "service") for found in _one_of(examples, what)),
        ]
        if not taught:
            raise CannotRead(f"no label stands at {FEWEST_MAILS} mails: there is nothing to learn")
        groups = tuple(each.group for each in taught)
        says = (f"What {len(examples)} labelled mails say of words: `townclerk rules learn` wrote it.", *_told(taught))
        file.write(write_learned(Learned(groups), says))
    say(*says[1:], f"written: {to}")


@contextmanager
def _put_in_place(to: Path) -> Iterator[IO[str]]:
    """A file to write, which stands at *to* once it is whole: a daemon that looks there never sees a half of it. Raises
    CannotRead where nothing can be written there, before anything is learned."""
    if to.is_dir():
        raise CannotRead(f"{to}: cannot be written: it is a folder")
    place = to.resolve()
    beside = place.with_name(f"{place.name}.new")
    try:
        with beside.open("w", encoding="utf-8") as file:
            if place.exists():
                shutil.copymode(place, beside)
            yield file
        beside.replace(place)
    except OSError as error:
        raise CannotRead(f"{to}: cannot be written: {error.strerror}") from error
    finally:
        beside.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class _Example:
    """A labelled mail. `too`: alerts that nobody would call false."""

    sentences: tuple[frozenset[str], ...]
    one_of: Mapping[str, str]  # "category", "service" -> which of them it is, where somebody has said so
    alerts: frozenset[str]
    too: frozenset[str]

    @classmethod
    def of(cls, labelled: LabelledMail) -> "_Example":
        said = labelled.mail.own_text or labelled.mail.text
        alerts = frozenset(word for one in labelled.alerts for word in one)
        labels = {"category": labelled.category, "service": labelled.service}
        one_of = {what: words[0] for what, words in labels.items() if words}
        return cls(sentences_of(labelled.mail.subject, said), one_of, alerts, labelled.alerts_too)

    @property
    def whole(self) -> Counter[str]:
        return Counter(sign for sentence in self.sentences for sign in sentence)

    @property
    def windows(self) -> Iterator[Counter[str]]:
        """What is judged together."""
        for span in windows(len(self.sentences)):
            yield Counter(sign for n in (0, *span) for sign in self.sentences[n])


@dataclass(frozen=True, slots=True)
class _Taught:
    """A group, and of each of its labels how well mails that were kept back were told."""

    group: Group
    told: tuple[str, ...]


def _told(taught: Iterable[_Taught]) -> Iterator[str]:
    for each in taught:
        yield from each.told


class _Signs:
    """The signs that are counted, each with how much rarer than others it is, and texts as rows of a matrix of them."""

    def __init__(self, examples: Sequence[_Example]) -> None:
        import numpy as np

        mails = Counter(sign for each in examples for sign in each.whole)
        self.names = tuple(sorted(sign for sign, count in mails.items() if count >= SEEN_IN))
        self._places = {sign: n for n, sign in enumerate(self.names)}
        self.rarity = np.array([np.log((1 + len(examples)) / (1 + mails[sign])) + 1 for sign in self.names])

    def rows(self, texts: Iterable[Counter[str]]) -> Any:
        from scipy.sparse import csr_matrix

        values, columns, ends = [], [], [0]
        for text in texts:
            by = dampened(sum(text.values()))
            for sign, count in text.items():
                if (place := self._places.get(sign)) is not None:
                    values.append(count * self.rarity[place] / by)
                    columns.append(place)
            ends.append(len(values))
        return csr_matrix((values, columns, ends), shape=(len(ends) - 1, len(self.names)))


# --- alerts: each for itself ---------------------------------------------------------------------------------------------


def _alerts(examples: Sequence[_Example], false: float) -> list[_Taught]:
    labels = [each.value for each in Alert if sum(each.value in one.alerts for one in examples) >= FEWEST_MAILS]
    if not labels:
        return []
    kept_back = _kept_back(examples, labels)
    signs = _Signs(examples)
    rows = signs.rows(each.whole for each in examples)
    told, columns, start = [], [], []
    for label in labels:
        bound, said = _bound(examples, label, kept_back[label], false)
        model = _fitted(rows, [label in each.alerts for each in examples])
        columns.append(model.coef_[0] * signs.rarity)
        start.append(float(model.intercept_[0]) - bound)
        told.append(said)
    return [_Taught(_group(labels, signs, columns, start, one_of=False), tuple(told))]


def _fitted(rows: Any, labels: Sequence[object], *, balanced: bool = True) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=FIRM[balanced], max_iter=5_000, class_weight="balanced" if balanced else None).fit(rows, labels)


def _kept_back(examples: Sequence[_Example], labels: Sequence[str]) -> dict[str, list[float]]:
    """For each label the score of each mail, by what the mails that were not kept back with it have taught."""
    scores = {label: [0.0] * len(examples) for label in labels}
    for kept in range(ROUNDS):
        taught_by = [each for n, each in enumerate(examples) if n % ROUNDS != kept]
        signs = _Signs(taught_by)
        rows = signs.rows(each.whole for each in taught_by)
        judged = [(n, window) for n in range(kept, len(examples), ROUNDS) for window in examples[n].windows]
        windows_of = signs.rows(window for _, window in judged)
        for label in labels:
            found = _fitted(rows, [label in each.alerts for each in taught_by]).decision_function(windows_of)
            highest: dict[int, float] = {}
            for (n, _), score in zip(judged, found, strict=True):
                highest[n] = max(float(score), highest.get(n, float(score)))
            for n, score in highest.items():
                scores[label][n] = score
    return scores


def _bound(examples: Sequence[_Example], label: str, scores: Sequence[float], false: float) -> tuple[float, str]:
    """The score above which only that part of the mails without the label is; and how many with it are above."""
    without = [score for score, each in zip(scores, examples, strict=True) if label not in each.alerts | each.too]
    bound = sorted(without, reverse=True)[int(false * len(without))]
    within = [score for score, each in zip(scores, examples, strict=True) if label in each.alerts]
    found = sum(score > bound for score in within)
    return bound, f"{label}: {found} of {len(within)} found ({found / len(within):.0%}), {false:.1%} of the others rang"


# --- categories and services: one of them ----------------------------------------------------------------------------------


def _one_of(examples: Sequence[_Example], what: str) -> list[_Taught]:
    counted = Counter(each.one_of.get(what) for each in examples)
    known = {word for word, count in counted.items() if word is not None and count >= FEWEST_MAILS}
    asked = [each for each in examples if each.one_of.get(what) in known]
    if len(known) < 2:
        return []
    right = sum(_right(asked, what, kept) for kept in range(ROUNDS))
    signs, model = _model(asked, what)
    labels = [str(each) for each in model.classes_]
    weights, start = (model.coef_, model.intercept_) if len(labels) > 2 else _both(model)
    columns = [row * signs.rarity for row in weights]
    group = _group(labels, signs, columns, [float(each) for each in start], one_of=True)
    return [_Taught(group, (f"{what}: {right} of {len(asked)} right ({right / len(asked):.0%})",))]


def _model(examples: Sequence[_Example], what: str) -> tuple[_Signs, Any]:
    signs = _Signs(examples)
    rows = signs.rows(each.whole for each in examples)
    return signs, _fitted(rows, [each.one_of[what] for each in examples], balanced=False)


def _right(asked: Sequence[_Example], what: str, kept: int) -> int:
    """How many are told rightly of those that are kept back in that round."""
    signs, model = _model([each for n, each in enumerate(asked) if n % ROUNDS != kept], what)
    judged = asked[kept::ROUNDS]
    said = model.predict(signs.rows(each.whole for each in judged))
    return sum(each.one_of[what] == one for each, one in zip(judged, said, strict=True))


def _both(model: Any) -> tuple[Any, Any]:
    """Of two labels a model says only how much likelier the second is."""
    return [0 * model.coef_[0], model.coef_[0]], [0.0, model.intercept_[0]]


def _group(labels: Sequence[str], signs: _Signs, columns: Sequence[Any], start: Sequence[float], *, one_of: bool) -> Group:
    """The group with the signs that weigh most."""
    rows = [tuple(float(column[n]) for column in columns) for n in range(len(signs.names))]
    heaviest = sorted(range(len(rows)), key=lambda n: max(abs(weight) for weight in rows[n]), reverse=True)[:MOST_SIGNS]
    return Group(tuple(labels), one_of, tuple(start), {signs.names[n]: rows[n] for n in sorted(heaviest)})
