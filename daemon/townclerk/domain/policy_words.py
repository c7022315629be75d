"""The words that a case may come to have, and for which a policy waits: in approvals, in retention, in notices.

Officers may set any flag, so any word may stand there; but one that is nothing else, and that no policy declares, is perhaps a
slip, and what it was to do would not be done.
"""

import re
from collections.abc import Iterator

from townclerk.domain.case import FLAGS
from townclerk.domain.policy import Policy
from townclerk.domain.words import Category, Outcome, Stage

WordUsed = tuple[str, str, tuple[str, ...]]  # path in the file, the word, and those that mean something there


def plain_word(word: str) -> str:
    """*word* as words are compared: small, with _ for any blank or dash. partly-upheld and partly_upheld are the same."""
    return re.sub(r"[ _-]+", "_", word.lower())


def words_of_nothing(policy: Policy) -> Iterator[WordUsed]:
    """Those that are no outcome, remedy, stage, category, exclusion or flag that somebody declares."""
    for path, word, known in _words_used(policy):
        if plain_word(word) not in {plain_word(each) for each in known}:
            yield path, word, known


def _words_used(policy: Policy) -> Iterator[WordUsed]:
    provided = policy.provisions
    flags = (*FLAGS, *provided.matters, *provided.flags)
    for stage, found in policy.stages.items():
        known: tuple[str, ...] = (*Outcome, *provided.remedies, *flags)
        for approval in found.approvals:
            yield from ((f"stages.{stage}.approvals", word, known) for word in approval.when)
    classes = provided.retention.classes if provided.retention is not None else {}
    known = (*Stage, *Category, *policy.exclusions, *flags)
    yield from ((f"retention.classes.{word}", word, known) for word in classes)
    yield from (("notices", notice.flag, flags) for notice in provided.notices if notice.flag)
