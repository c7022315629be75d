"""`#copy`, `#uncopy`: somebody gets the letters of each stage, because the resident has asked for it in writing."""

import re

from townclerk.domain.case import Party, PartyRole
from townclerk.domain.commands import Command
from townclerk.domain.decide.refusal import Refusal
from townclerk.domain.decide.work import OfficerAtWork, joined
from townclerk.domain.mail import ADDRESS, Address


def copy(work: OfficerAtWork, command: Command) -> None:
    d = work.d
    provision = d.council.policy.provisions.copies
    if provision is None:
        raise Refusal("this policy says nothing of copying letters to anybody else", "#message to write to the resident")
    address, rest = _address(command)
    if address in {d.case.complainant.key, d.council.policy.contact.mailbox.lower()}:
        raise Refusal(f"{address} has the letters already", "#copy and the address of somebody else")
    if address in copied(work):
        raise Refusal(f"{address} gets copies already", f"#uncopy {address}")
    where = joined(rest, command.body)
    if not where and not _asked_for(work, address):
        raise Refusal(
            f"no mail of the resident on this case names {address}; a copy goes only where they have asked for it in writing",
            f"#copy {address} and where their written request is, for instance: letter of 3 February",
            "#ask, to ask the resident",
        )
    if d.case.is_party(address):
        raise Refusal(f"{address} writes to this case in their own right", "#show to see who is on it")
    d.change(parties=(*d.case.parties, Party(Address("", address), PartyRole.COPIED)))
    d.note(work.officer.key, "copied", address=address, request=where or "the resident's own mail")
    work.done(f"{address} gets a copy of the letters about each stage from now on, until #uncopy {address}.")


def uncopy(work: OfficerAtWork, command: Command) -> None:
    d = work.d
    address, _ = _address(command)
    if address not in copied(work):
        named = ", ".join(copied(work)) or "nobody does"
        raise Refusal(f"{address} gets no copies", f"#uncopy and one who does: {named}")
    gone = Party(Address("", address), PartyRole.COPIED)
    d.change(parties=tuple(party for party in d.case.parties if (party.role, party.who.key) != (gone.role, address)))
    d.note(work.officer.key, "not_copied", address=address)
    work.done(f"{address} gets no more copies.")


def copied(work: OfficerAtWork) -> tuple[str, ...]:
    """Who gets copies, by address."""
    return tuple(party.who.key for party in work.d.case.parties if party.role is PartyRole.COPIED)


def _address(command: Command) -> tuple[str, str]:
    """(the address, lower case; what else stands on the line)."""
    first, _, rest = command.argument.partition(" ")
    address = first.strip("<>,;.").lower()
    if not ADDRESS.fullmatch(address):
        raise Refusal(
            f"“{first}” is no address" if first else "the address is missing", f"#{command.word} name@members.example"
        )
    return address, rest.strip()


def _asked_for(work: OfficerAtWork, address: str) -> bool:
    """True where a mail of the resident names *address*."""
    case = work.d.case
    pattern = re.compile(rf"(?<![\w.+-]){re.escape(address)}(?![\w-])", re.IGNORECASE)
    theirs = (mail for mail in case.mails if mail.sender.key == case.complainant.key)
    return any(pattern.search(f"{mail.subject}\n{mail.text}") for mail in theirs)
