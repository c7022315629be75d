"""What of an officer's mail can be followed although not every line of it is certainly theirs.

A press opens a new mail, and their program puts its signature into it: it must work whatever stands below the word.
"""

from townclerk.domain.additions import (
    cleared,
    may_sign_and_say_no_more,
    nothing_but_signature,
    signs_and_says_no_more,
)
from townclerk.domain.commands import ONLY_PRESSED, TELLS_NOBODY_OUTSIDE, Reading, without_body
from townclerk.domain.quoting import Doubt, Written

# With these doubts the words at the top are certain; a press of ours means nothing by what stands below it.
_ONLY_BELOW = frozenset({Doubt.ADDED, Doubt.IN_CELLS, Doubt.HIDDEN})


def sure_of(read: Reading, wrote: Written, officer: str) -> Reading | None:
    """What can be followed of a mail; None: there is a doubt about it, and a person must look at it first. *officer*: the name
    of whoever wrote it. Their name below a sign-off, and nothing else, is no text."""
    words = {command.word for command in read.commands}
    if wrote.doubt is None:
        return _with_a_text(read, officer, words <= TELLS_NOBODY_OUTSIDE)
    if words <= ONLY_PRESSED:
        if wrote.doubt in _ONLY_BELOW:
            return without_body(read)
        return Reading(read.commands, _NOT_CERTAIN, _alone(read))
    if wrote.doubt is Doubt.ADDED and read.problem is None and _only_signed(read, wrote, officer):
        return without_body(read)
    # Of what tells nobody outside, a signature or a label too many leaks nothing; but nothing may be lost of it, either.
    return read if wrote.doubt in {Doubt.ADDED, Doubt.IN_CELLS} and words <= TELLS_NOBODY_OUTSIDE else None


def _with_a_text(read: Reading, officer: str, inside: bool) -> Reading | None:
    """What is read, its text being one; None: what stands below the words may be no more than a signature. *inside*: they tell
    nobody outside."""
    body = _body(read).split("\n")
    if read.problem is not None:
        return read
    if signs_and_says_no_more(body, _of(officer)):
        return without_body(read)
    return None if not inside and may_sign_and_say_no_more(body, _of(officer)) else read


_NOT_CERTAIN = "it is not certain that all of your mail is yours, or that nothing of it is missing"


def _alone(read: Reading) -> tuple[str, ...]:
    return tuple(f"{command.line} in a mail with nothing else in it" for command in read.commands)


def _only_signed(read: Reading, wrote: Written, officer: str) -> bool:
    """True where all that stands below the words is a signature, and there is no doubt about the words themselves."""
    person, body = _of(officer), _body(read)
    if not body or not nothing_but_signature(body.split("\n"), person):
        return False
    above = wrote.text[: len(wrote.text.rstrip()) - len(body)].rstrip().split("\n")
    return not cleared(above, person).doubtful


def _body(read: Reading) -> str:
    return next((command.body for command in read.commands if command.body), "")


def _of(officer: str) -> frozenset[str]:
    """The words of a name, by which a signature is known."""
    return frozenset(word.strip("().,") for word in officer.lower().split()) - {""}
