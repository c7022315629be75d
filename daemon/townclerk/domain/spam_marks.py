"""What the receiving mail server says of a mail: may it be spam, and how sure is it? Every filter has a scale of its own."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

Headers = Mapping[str, tuple[str, ...]]


class Likelihood(IntEnum):
    """How sure a filter is. `likely`: past its threshold; `certain`: far past it, where few filters deliver the mail at all."""

    NOT = 0
    LIKELY = 1
    CERTAIN = 2


@dataclass(frozen=True, slots=True)
class SpamMark:
    """What one header says, in words, and how sure the filter is that wrote it."""

    likelihood: Likelihood
    because: str


_THRESHOLD = 5.0  # of SpamAssassin and whatever writes its headers, where they do not name another
_FAR = 2.0  # times the threshold
_RSPAMD_ADDS_A_HEADER = 0.4  # of the score at which it refuses a mail: 6 of 15, as it comes
_SCORE = r"([-+]?\d{1,5}(?:\.\d{1,3})?)"
_STATUS = re.compile(
    rf"\b(?:score|hits)={_SCORE}(?:.{{0,40}}?\b(?:required|tests?_required|tagged_above)={_SCORE})?", re.IGNORECASE
)
_RSPAMD = re.compile(rf"\[{_SCORE} / {_SCORE}\]")
_SCL = re.compile(r"(?:^|;)\s*scl:\s*(-?\d)\b", re.IGNORECASE)
_CATEGORY = re.compile(r"(?:^|;)\s*cat:\s*(\w+)", re.IGNORECASE)
_MICROSOFT = {
    "spm": Likelihood.LIKELY,
    "bulk": Likelihood.NOT,
    "hspm": Likelihood.CERTAIN,
    "phsh": Likelihood.CERTAIN,
    "hphsh": Likelihood.CERTAIN,
    "hphish": Likelihood.CERTAIN,
    "malw": Likelihood.CERTAIN,
}


def spam_mark(headers: Headers) -> SpamMark:
    """The surest of what the filters say that a mail passed. Of each header the topmost counts: it is that of the last server,
    and those below it are whatever the sender liked to write."""
    return max(_marks(headers), key=lambda mark: mark.likelihood, default=SpamMark(Likelihood.NOT, ""))


def _marks(headers: Headers) -> Iterator[SpamMark]:
    for name, read in _READERS:
        written = headers.get(name, ("",))[0].strip()
        likelihood = read(written) if written else Likelihood.NOT
        if likelihood:
            yield SpamMark(likelihood, f"{name}: {' '.join(written.split())[:60]}")


def _yes(written: str) -> Likelihood:
    return Likelihood.LIKELY if re.match(r"(?:yes|true|spam)\b", written, re.IGNORECASE) else Likelihood.NOT


def _status(written: str) -> Likelihood:
    """`Yes, score=7.2 required=5.0 tests=...`: what the filter concludes counts, and its score only for how sure it is."""
    if _yes(written) is Likelihood.NOT:
        return Likelihood.NOT
    found = _STATUS.search(written)
    return max(Likelihood.LIKELY, _far(float(found[1]), float(found[2] or _THRESHOLD))) if found else Likelihood.LIKELY


def _far(score: float, threshold: float) -> Likelihood:
    if threshold <= 0 or score < threshold:
        return Likelihood.NOT
    return Likelihood.CERTAIN if score >= _FAR * threshold else Likelihood.LIKELY


def _score(written: str) -> Likelihood:
    """`7.2`. Some filters write tenths, without a point: 72. Of a number without one nobody can be certain."""
    found = re.match(_SCORE + r"(?![\d.])", written)
    if found is None:
        return Likelihood.NOT
    return min(_far(float(found[1]), _THRESHOLD), Likelihood.CERTAIN if "." in found[1] else Likelihood.LIKELY)


def _stars(written: str) -> Likelihood:
    """`*******`, or `+++++++`: one for each whole point."""
    found = re.match(r"[*+]+", written)
    return _far(len(found[0]), _THRESHOLD) if found else Likelihood.NOT


def _rspamd(written: str) -> Likelihood:
    """`default: False [7.20 / 15.00]; ...`: the second number is the score at which it refuses a mail."""
    found = _RSPAMD.search(written)
    if found is None:
        return Likelihood.NOT
    score, refused = float(found[1]), float(found[2])
    if refused <= 0 or score < _RSPAMD_ADDS_A_HEADER * refused:
        return Likelihood.NOT
    return Likelihood.CERTAIN if score >= refused else Likelihood.LIKELY


def _level(written: str) -> Likelihood:
    """Microsoft's spam confidence level: 5 and 6 are spam, 7 to 9 certainly."""
    if not re.fullmatch(r"-?\d", written):
        return Likelihood.NOT
    return Likelihood.CERTAIN if int(written) >= 7 else Likelihood.LIKELY if int(written) >= 5 else Likelihood.NOT


def _forefront(written: str) -> Likelihood:
    """`CIP:...;CTRY:;LANG:en;SCL:5;...;SFV:SPM;...;CAT:SPM;...`"""
    level, category = _SCL.search(written), _CATEGORY.search(written)
    return max(
        _level(level[1]) if level else Likelihood.NOT,
        _MICROSOFT.get(category[1].lower(), Likelihood.NOT) if category else Likelihood.NOT,
    )


_READERS: tuple[tuple[str, Callable[[str], Likelihood]], ...] = (
    ("x-spam-status", _status),
    ("x-spam-flag", _yes),
    ("x-spam", _yes),
    ("x-spam-level", _stars),
    ("x-spam-bar", _stars),
    ("x-spam-score", _score),
    ("x-rspamd-score", _score),
    ("x-spamd-bar", _stars),
    ("x-spamd-result", _rspamd),
    ("x-ms-exchange-organization-scl", _level),
    ("x-forefront-antispam-report", _forefront),
)
HEADERS = tuple(name for name, _ in _READERS)
