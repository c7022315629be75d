"""Which case a mail belongs to. What names a case is a clue; only a party to the case may follow one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from townclerk.domain.case import Case
from townclerk.domain.mail import IncomingMail
from townclerk.domain.reference import find_references
from townclerk.domain.signing import Side, Signer, Token, find_tokens

MOST_CLUES = 20  # that are followed: whoever writes down every reference there may be is looking for one


@dataclass(frozen=True, slots=True)
class Clue:
    """Something in a mail that names a case. `how` is what the journal says."""

    ref: str
    how: str


@dataclass(frozen=True, slots=True)
class Link:
    """The case that the mail joins, and how; or the cases that it names though its sender is no party to them."""

    joined: Clue | None = None
    possible: tuple[str, ...] = ()


def find_clues(mail: IncomingMail, prefix: str, signer: Signer, known: Mapping[str, str]) -> tuple[Clue, ...]:
    """The clues of *mail*, the strongest first: the address it was sent to, the mails it answers, the reference in its subject,
    the reference in its own words. *known* gives the case of each Message-ID that we know."""
    sender = mail.sender.key if mail.sender else ""
    signed = (
        Clue(ref, "signed address" if signer.verifies(token, sender) else "address of another person")
        for token in _tokens(mail, signer)
        for ref in _ref(token, prefix)
    )
    thread = (Clue(known[message_id], "answers a mail of the case") for message_id in mail.thread if message_id in known)
    subject = (Clue(ref, "reference in the subject") for ref in find_references(mail.subject, prefix))
    words = (Clue(ref, "reference in its own words") for ref in find_references(mail.own_text, prefix))
    return tuple(dict.fromkeys((*signed, *thread, *subject, *words)))[:MOST_CLUES]


def judge(mail: IncomingMail, clues: tuple[Clue, ...], cases: Mapping[str, Case]) -> Link:
    """The first clue whose case has the sender as a party; else what the mail may belong to."""
    sender = mail.sender.key if mail.sender else ""
    named = [clue for clue in clues if clue.ref in cases]
    joined = next((clue for clue in named if cases[clue.ref].is_party(sender)), None)
    possible = () if joined else tuple(dict.fromkeys(clue.ref for clue in named))
    return Link(joined, possible)


@dataclass(frozen=True, slots=True)
class Signed:
    """What the address proves that an officer's mail was sent to: the case, and what the letter was for. `expired`: it was
    too long ago."""

    ref: str
    side: Side
    expired: bool


def signed_for(
    mail: IncomingMail, prefix: str, signer: Signer, addresses: frozenset[str], day: date, in_thread: bool
) -> Signed | None:
    """What the officer's address says that this mail was sent to, where it was made for one of *addresses*. One that still
    acts on *day* is wanted before one that has expired.

    *in_thread*: the host strips tags from addresses, so the tokens in the Message-IDs that it answers count as well.
    """
    tokens = list(_tokens(mail, signer))
    if in_thread:
        tokens += [token for message_id in mail.thread for token in find_tokens(message_id)]
    found = [
        Signed(ref, token.side, not token.acts_on(day))
        for token in tokens
        if token.side is not Side.RESIDENT and any(signer.verifies(token, address) for address in addresses)
        for ref in _ref(token, prefix)
    ]
    return next((signed for signed in found if not signed.expired), next(iter(found), None))


def whose_address(
    mail: IncomingMail, prefix: str, signer: Signer, addresses: Mapping[str, frozenset[str]]
) -> tuple[tuple[str, str], ...]:
    """(the officer, of those whose *addresses* are given, the case) of each letter to staff to which this mail was sent."""
    found = (
        (key, ref)
        for token in _tokens(mail, signer)
        if token.side is not Side.RESIDENT
        for key, theirs in addresses.items()
        if any(signer.verifies(token, address) for address in theirs)
        for ref in _ref(token, prefix)
    )
    return tuple(dict.fromkeys(found))


def _tokens(mail: IncomingMail, signer: Signer) -> tuple[Token, ...]:
    return tuple(dict.fromkeys(token for address in mail.recipients for token in signer.tokens_in_address(address)))


def _ref(token: Token, prefix: str) -> tuple[str, ...]:
    return find_references(token.compact, prefix)
