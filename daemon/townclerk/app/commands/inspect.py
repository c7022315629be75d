"""`townclerk inspect`: what the daemon sees in a mail."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from townclerk.app.commands.asking import Asked
from townclerk.app.commands.raw_mails import read_mails
from townclerk.app.commands.records import council_of
from townclerk.app.commands.saying import complain, say_json
from townclerk.app.logs import silence
from townclerk.config.certificates import load_certificates
from townclerk.config.errors import FilesRefused
from townclerk.config.policy_file import load_policy
from townclerk.config.settings import Settings
from townclerk.config.shipped import find_shipped, shipped_councils
from townclerk.domain.mail import Address, IncomingMail
from townclerk.domain.reference import find_references
from townclerk.domain.screening import screen
from townclerk.domain.signature import Signature
from townclerk.domain.signing import Signer, find_tokens
from townclerk.mail.reading import Reading

NOTHING = IncomingMail(sender=None, subject="", text="", own_text="")  # of a file of which nothing could be made out


@dataclass(frozen=True, slots=True)
class Eyes:
    """What the daemon of an installation knows when it looks at a mail."""

    prefixes: tuple[str, ...]
    own_addresses: frozenset[str] = frozenset()
    is_own_message_id: Callable[[str], bool] = lambda _message_id: False
    trusted: tuple[bytes, ...] = ()  # certificates


def inspect(
    ctx: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar="MAIL|DIR...", help="Raw mails, or folders of them.")],
    _as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, as in any case.")] = False,
) -> None:
    """What townclerk sees in raw mails, one JSON object a line: sender, words, files, what sort of mail it is, and why.

    Every file of a folder is read, save those whose name begins with a dot. A mail that cannot be read is told of, and
    the next is read. Works without settings; with them, the council's own mails and references are known, and signatures
    are held against its certificates.
    Exit status 2 where a path is not there or cannot be opened.

    \b
    Examples:
      townclerk inspect complaint.eml
      townclerk inspect saved-by-outlook.msg
      townclerk inspect /var/mail/old | jq -r .kind | sort | uniq -c
    """
    silence()
    asked: Asked = ctx.obj
    settings = asked.find_settings()
    eyes = _eyes_of(settings) if settings else Eyes(_shipped_prefixes())
    missing = [path for path in paths if not path.exists()]
    complain(*(f"{path}: there is no such file" for path in missing))
    unreadable = asyncio.run(_inspect_all([path for path in paths if path not in missing], eyes))
    raise typer.Exit(2 if missing or unreadable else 0)


def _eyes_of(settings: Settings) -> Eyes:
    policy = council_of(settings, datetime.now(UTC)).policy
    mailbox = policy.contact.mailbox
    own = frozenset({mailbox.lower(), settings.mailbox.user.lower()})
    trusted = tuple(each.der for each in load_certificates(settings.signatures.certificates))
    return Eyes((policy.prefix,), own, Signer(mailbox, ()).is_own_message_id, trusted)


def _shipped_prefixes() -> tuple[str, ...]:
    found = []
    for council in shipped_councils():
        path = find_shipped("rules", f"{council}/policy.yaml")
        try:
            found += [load_policy(path).prefix] if path else []
        except FilesRefused:
            complain(f"{path} does not load: the references of this council are not known")
    return tuple(dict.fromkeys(found))


async def _inspect_all(paths: Iterable[Path], eyes: Eyes) -> int:
    """How many files could not be opened."""
    unreadable = 0
    async for path, reading in read_mails(paths, eyes.trusted):
        if isinstance(reading, OSError):
            unreadable += 1
            reading = Reading(None, f"it cannot be opened: {reading.strerror or reading}")  # noqa: PLW2901 - told as any other
        say_json(_seen(path, reading, eyes))
    return unreadable


def _seen(path: str, reading: Reading, eyes: Eyes) -> dict[str, object]:
    mail = reading.mail or NOTHING
    screening = screen(mail, eyes.own_addresses, eyes.is_own_message_id)
    return {
        "path": path,
        "ok": reading.quarantined is None and reading.mail is not None,
        "from": _person(mail.sender) if mail.sender else None,
        "to": [_person(each) for each in mail.to],
        "cc": [_person(each) for each in mail.cc],
        "subject": mail.subject,
        "message_id": mail.message_id,
        "date": mail.date.isoformat() if mail.date else None,
        "references": list(mail.references),
        "text": mail.text,
        "attachments": [
            {"filename": a.filename, "content_type": a.content_type, "size": a.size, "sha256": a.sha256}
            for a in mail.attachments
        ],
        "kind": screening.kind,
        "kind_because": screening.because if reading.mail else "nothing of it could be read",
        "case_references": _references(mail, eyes.prefixes),
        "quarantined": reading.quarantined if reading.mail else reading.quarantined or "it cannot be read",
        "defects": list(mail.defects),
        "signature": _signature(mail.signature) if mail.signature.there else None,
    }


def _signature(signature: Signature) -> dict[str, object]:
    return {
        "state": signature.state,
        "kind": signature.kind,
        "by": list(signature.by),
        "partly": signature.partly,
        "said": signature.said,
    }


def _person(address: Address) -> dict[str, str]:
    return {"name": address.name, "address": address.address}


def _references(mail: IncomingMail, prefixes: Sequence[str]) -> list[str]:
    """The cases that the mail names: in the addresses that it was sent to, in its subject, in its sender's own words."""
    signed = (token.compact for address in mail.recipients for token in find_tokens(address))
    places = (*signed, mail.subject, mail.own_text)
    return list(dict.fromkeys(ref for text in places for prefix in prefixes for ref in find_references(text, prefix)))
