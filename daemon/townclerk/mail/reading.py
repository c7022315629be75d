"""Bytes into an `IncomingMail`. The one place that knows mail-parser.

mail-parser reads addresses and dates, and names what is wrong with a head. Bodies, files and identifiers are read from the
tree beneath it (mime.py): there it takes a forwarded mail's text for the sender's, loses what has no name, and raises on
damage. A mail on which anything raises is still read as far as its headers and first text go, and set aside for a person.
"""

import hashlib
import re
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import Message
from pathlib import Path

import mailparser

from townclerk.domain.answered import OwnLetter
from townclerk.domain.authentication import IRREGULAR_SENDER, SEVERAL_SENDERS
from townclerk.domain.mail import (
    MAIL_ENDINGS,
    MAIL_TYPES,
    SIGNAL_HEADERS,
    Address,
    Attachment,
    DeliveryReport,
    File,
    IncomingMail,
)
from townclerk.domain.quoting import Written, agreed, own_words, written
from townclerk.domain.screening import is_a_bounce, may_return_a_letter, may_wrap_a_bounce
from townclerk.domain.signature import Signature, unreadable
from townclerk.domain.whole_address import is_whole
from townclerk.mail import calendars, mime, pages, reports, signatures
from townclerk.mail.charset import clean, header_text, readable
from townclerk.mail.errors import MailUnreadable
from townclerk.mail.mime import Opened, Part
from townclerk.mail.msg import NoMail

TEXT_LIMIT = 400_000  # characters of text that are kept: a book of two hundred pages
ENCRYPTED = "[This email is encrypted, and cannot be read here. Please ask for it in another way.]"
"""In the place of the words of a mail that nobody here can open."""
FORWARDED = "---------- Forwarded message ---------"
"""Stands above what is passed on as a file by a mail without a word of its own."""
NO_MAIL = "it is a file of Outlook or Office, and no mail that can be opened"
MOST_FILES = 300  # of one mail that go on with a letter; the mail itself keeps them all
_ADDRESS_HEADERS = ("From", "To", "Cc", "Reply-To")
_ENVELOPE_HEADERS = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to")
_MAILBOX = re.compile(r"[^\s<>\"(),:;@\[\]\\]{1,64}@[^\s<>\"(),:;@\[\]\\]{1,255}")
# An address that can be written to, and is whole: "Nell Orchard/HOME/Council@Council" is none.
_ONLY_ADDRESS = re.compile(
    r"(?<![\w.!#$%&'*+/=?^`{|}~-])[\w.!#$%&'*+?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,20}(?![\w@])"
)
_ROUTE = re.compile(r"@[\w.-]{1,200}(?:\s{0,3},\s{0,3}@[\w.-]{1,200}){0,9}:")  # RFC 822: by way of these servers
_SCHEME = re.compile(r"(?:mailto|smtp):", re.IGNORECASE)
_LOCAL_NAME = re.compile(r"[\w.+-]{1,64}(?=\s*(?:$|\())")
_BARE_ID = re.compile(r"[^\s<>@\"=?]{1,250}@[^\s<>@\"=?]{1,250}")
_NAME_BREAKS = re.compile(r"[\s,.;()_/|\"-]+")
_CONTROL_INSIDE = re.compile(r"[^\s\x00-\x1f\x7f][\x00-\x08\x0b\x0c\x0e-\x1f\x7f]{1,1000}[^\s\x00-\x1f\x7f]")
_ARMOURED = re.compile(
    r"^[ \t]{0,20}-----BEGIN PGP MESSAGE-----.*?(?:^[ \t]{0,20}-----END PGP MESSAGE-----$|\Z)", re.DOTALL | re.MULTILINE
)
_RUN = re.compile(r"\S+|[^\S\n]+")
_LONGEST_RUN = 2_000  # characters without a space between them, or of nothing but space
_MOST_EMPTY_LINES = 20
_EMPTY_LINES = re.compile(r"\n{20,}")
_REFERENCES_KEPT = 100
_VALUES_KEPT = 20


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of a mail. Where it could not be read as it should, `quarantined` says why, without a word of the mail itself,
    and `mail` is what could be made out: headers, perhaps a text, or None."""

    mail: IncomingMail | None
    quarantined: str | None = None


def read_inline(raw: bytes) -> Reading:
    """Read a mail in this process, without limits of time and memory: for tools, and for mails that somebody vouches for."""
    return read(raw)


def read(source: bytes | Path) -> Reading:
    """Read a mail. Raises OSError where the file cannot be read, and MemoryError; whatever the mail holds, nothing else."""
    try:
        return Reading(_whole(mime.open_mail(source)))
    except (OSError, MemoryError):
        raise
    except NoMail:
        return Reading(None, NO_MAIL)
    except Exception as error:  # noqa: BLE001  # one mail: any bug that it wakes must not stop the next
        return Reading(_rescued(source), _where(error))


def read_head(source: bytes | Path) -> IncomingMail | None:
    """What the headers alone say, for a mail whose body cannot be touched. Raises OSError."""
    return _rescued(source, body=False)


def read_written(source: bytes | Path) -> Written:
    """What the sender of a mail wrote, for acting on it: it takes longer than all the rest of reading. Raises OSError where
    the file cannot be read, MailUnreadable where what the mail holds wakes a fault."""
    try:
        root = mime.open_mail(source).root
        return _written(root, name_words(_Head.of(root).sender))
    except (OSError, MemoryError):
        raise
    except NoMail as error:
        raise MailUnreadable(NO_MAIL) from error
    except Exception as error:
        raise MailUnreadable(_where(error)) from error


def read_signature(source: bytes | Path, received_at: datetime, trusted: tuple[bytes, ...]) -> Signature:
    """What comes of holding the signature of a mail against the certificates *trusted* (DER), as things stood when it was
    received. Raises OSError where the file cannot be read, and MemoryError; whatever the mail holds, nothing else."""
    try:
        raw = source if isinstance(source, bytes) else source.read_bytes()
        root = mime.open_mail(raw).root
        head = _Head.of(root)
        certain = head.defects.isdisjoint({SEVERAL_SENDERS, IRREGULAR_SENDER})
        sender = head.sender.key if certain and head.sender is not None else None
        return signatures.looked_at(raw, root, sender, received_at, trusted)
    except (OSError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001  # as in `read`: the mail is there, and goes on
        return unreadable(_where(error))


def read_files(source: bytes | Path, limit_bytes: int) -> tuple[File, ...]:
    """The attachments with their bytes, in the order of `IncomingMail.attachments`, leaving out each that would take the total
    past *limit_bytes*, and what comes after so many that nobody opens them one by one. Raises OSError."""
    files: list[File] = []
    left = limit_bytes
    try:
        root = mime.open_mail(source).root
    except NoMail:
        return ()
    for name, part in mime.attached(root):
        payload = mime.content(part)
        if len(payload) <= left and len(files) < MOST_FILES:
            left -= len(payload)
            files.append(File(name, _content_type(part), payload))
    return tuple(files)


def read_own(raw: bytes) -> OwnLetter:
    """A letter of ours, as whoever got it has it."""
    root = mime.open_mail(raw).root
    head = _Head.of(root)
    rich = [page.whole for page in pages.rich_pages(root) if page.html]
    plain = [page.text for page in pages.plain_pages(root) if not page.html]
    known = [
        name for address in (head.sender, *head.reply_to) if address is not None for name in (address.name, address.address)
    ]
    return OwnLetter("\n".join(plain), "\n".join(rich), (*known, head.subject))


def _where(error: Exception) -> str:
    """The kind of error and the line of code: never its message, which may quote the mail."""
    if isinstance(error, RecursionError):
        return "its parts are nested too deeply"
    if isinstance(error, mime.TooManyParts):
        return f"it has more than {mime.MOST_PARTS:,} parts"
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(place.filename).name}:{place.lineno}"


# -- the whole mail ----------------------------------------------------------------------------------------------------


def _whole(opened: Opened) -> IncomingMail:
    root = opened.root
    head = _Head.of(root)
    texts = _texts(root)
    signals = _signals(root)
    returned, report_type = _reported(root, texts.whole, signals)
    mail = IncomingMail(
        sender=head.sender,
        subject=head.subject,
        text=texts.whole,
        own_text=texts.own,
        to=head.to,
        cc=head.cc,
        reply_to=head.reply_to,
        delivered_to=_delivered_to(root),
        return_path=_return_path(root),
        message_id=_message_id(root),
        in_reply_to=_ids(root, "in-reply-to"),
        references=_ids(root, "references"),
        date=head.date,
        headers=signals,
        content_type=_content_type(root),
        report_type=report_type,
        reports=returned.recipients,
        returned_message_ids=returned.ids,
        attachments=_attachments(root),
        defects=_defects(opened, head, texts),
        size=opened.size,
        content_hash=_content_hash(opened),
        signature=signatures.seen(root),
        invitation=calendars.answered_invitation(root),
    )
    return _with_what_it_returns(mail, root)


def _defects(opened: Opened, head: "_Head", texts: "_Texts") -> tuple[str, ...]:
    found = {*head.defects, *(type(defect).__name__ for part in mime.leaves(opened.root) for defect in part.defects)}
    found |= {type(defect).__name__ for defect in opened.root.defects}
    found |= {"header block cut"} if opened.cut else set()
    found |= {"text cut"} if texts.cut else set()
    return tuple(sorted(found))


def _content_hash(opened: Opened) -> str:
    """Of what the sender wrote. The marks of its journey (Received and the like) differ between two deliveries of one mail."""
    digest = hashlib.sha256()
    for name in ("message-id", "from", "date", "subject"):
        value = next(iter(opened.root.raw_headers(name)), "")
        digest.update(" ".join(value.split()).encode("utf-8", "surrogateescape") + b"\n")
    digest.update(opened.body_digest)
    return digest.hexdigest()


def _attachments(root: Part) -> tuple[Attachment, ...]:
    shown = mime.shown_inside(root)
    return tuple(_attachment(name, part, shown) for name, part in mime.attached(root))


def _attachment(name: str, part: Part, shown: frozenset[str]) -> Attachment:
    payload = mime.content(part)
    inline = mime.content_id(part) in shown
    return Attachment(name, _content_type(part), len(payload), hashlib.sha256(payload).hexdigest(), inline)


def _content_type(part: Part) -> str:
    return clean(part.get_content_type())[:100]


# -- the head ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Head:
    """What mail-parser is asked for."""

    sender: Address | None
    subject: str
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    date: datetime | None
    defects: frozenset[str]

    @classmethod
    def of(cls, root: Part) -> "_Head":
        """It gets the few headers that it reads well, their bytes already made text: it would drop them or show their codes."""
        asked: Message = Message()
        written = _different(root.raw_headers("from"))
        for name in (*_ADDRESS_HEADERS, "Date"):
            for value in root.raw_headers(name.lower()) if name != "From" else written:
                asked.set_raw(name, readable(value))
        # It answers "" for a header that is not there.
        parsed = mailparser.MailParser(asked)
        senders = _addresses(parsed.from_ or [])
        doubts = [d for d in parsed.address_header_defects if d["header"] == "from"]
        sure = len(senders) == 1 and len(written) == 1 and (not doubts or _names_one(written[0], senders[0]))
        only = (
            None if sure else _only_address(written or _different(root.raw_headers("sender")) or root.raw_headers("reply-to"))
        )
        defects = set(parsed.defects_categories)
        if only is not None or len(root.raw_headers("from")) > 1:
            defects.add(IRREGULAR_SENDER)
        elif written and not sure:
            defects.add(SEVERAL_SENDERS)
        if len(written) > 1:
            defects.add(SEVERAL_SENDERS)
        return cls(
            sender=only or (senders[0] if senders else _lenient_sender(written)),
            subject=_subject(root),
            to=_addresses(parsed.to or []),
            cc=_addresses(parsed.cc or []),
            reply_to=_answered(root.raw_headers("reply-to"), _addresses(parsed.reply_to or []), parsed.address_header_defects),
            date=parsed.date,
            defects=frozenset(defects),
        )


def _different(values: list[str]) -> list[str]:
    """The headers that say anything, each once: some servers write one twice."""
    return list({" ".join(value.split()): value for value in values if value.strip()}.values())


def _only_address(written: list[str]) -> Address | None:
    """The sender of a From that no rule allows and that nevertheless leaves no doubt: it holds one address, whole, and no other
    sign of one. Telephones, old programs and address books write such ones."""
    if len(written) != 1 or _CONTROL_INSIDE.search(written[0]):
        return None
    text = _ROUTE.sub("", header_text(written[0])[:2_000])
    found = list(_ONLY_ADDRESS.finditer(text))
    if len({each[0].lower() for each in found}) != 1 or text.count("@") != len(found):
        return None
    if not any(is_whole(text, *each.span()) for each in found):
        return None
    name = _SCHEME.sub("", text[: found[0].start()])
    return _address(name.strip(" <>\"',;:(["), found[0][0])


def _answered(written: list[str], named: tuple[Address, ...], defects: Iterable[Mapping[str, str]]) -> tuple[Address, ...]:
    """Whom Reply-To names: of one that is irregular nobody, unless it leaves no doubt."""
    irregular = any(each["header"] == "reply-to" for each in defects)
    if not irregular or len(named) > 1 or (named and _names_one(written[0], named[0])):
        return named
    only = _only_address(written)
    return () if only is None else (only,)


def name_words(sender: Address | None) -> frozenset[str]:
    """The words of a sender's name, as their program and their address give it, lower case."""
    if sender is None:
        return frozenset()
    said = f"{sender.name} {sender.address.partition('@')[0]}".lower()
    return frozenset(word for word in _NAME_BREAKS.split(said) if word)


def _addresses(pairs: list[tuple[str, str]]) -> tuple[Address, ...]:
    return tuple(_address(name, address) for name, address in pairs if address.strip())


def _address(name: str, address: str) -> Address:
    """A blank within it stays: without it, it would be somebody else's address; with it, it is none to write to, or one that
    has its quotation marks."""
    return Address(header_text(name)[:200], clean(address).strip()[:320])


def _names_one(written: str, sender: Address) -> bool:
    """True where a From that is not quite regular still leaves no doubt: it holds one address in brackets, the sender's.
    Outlook writes such ones for people whose display name is an address or has a bare comma."""
    return written.count("<") == 1 and written.rstrip().lower().endswith(f"<{sender.key}>")


def _lenient_sender(written: list[str]) -> Address | None:
    """The sender that is too irregular for mail-parser: a local name alone, a bracket that was not closed."""
    for value in written[:1]:
        text = header_text(value)[:2_000]
        found = _MAILBOX.findall(text)
        if found:
            return _address(text.partition("<")[0].strip(' "'), found[-1])
        if local := _LOCAL_NAME.match(text):
            return _address("", local[0])
    return None


def _subject(root: Part) -> str:
    return header_text(next(iter(root.raw_headers("subject")), ""))[:2_000]


def _delivered_to(root: Part) -> tuple[str, ...]:
    values = [header_text(value).strip("<> ") for name in _ENVELOPE_HEADERS for value in root.raw_headers(name)]
    return tuple(dict.fromkeys(value for value in values if "@" in value))[:_VALUES_KEPT]


def _return_path(root: Part) -> str | None:
    values = root.raw_headers("return-path")
    return header_text(values[0]).strip("<> ") if values else None


def _message_id(root: Part) -> str | None:
    """From the raw header: mail-parser decodes encoded words in it, which are a forger's."""
    for value in root.raw_headers("message-id"):
        if found := reports.ids(clean(value)):
            return found[0]
        if _BARE_ID.fullmatch(clean(value).strip()):
            return f"<{clean(value).strip()}>"
    return None


def _ids(root: Part, name: str) -> tuple[str, ...]:
    return tuple(clean(found) for value in root.raw_headers(name) for found in reports.ids(value))[-_REFERENCES_KEPT:]


def _signals(root: Part) -> dict[str, tuple[str, ...]]:
    found = {name: tuple(header_text(value) for value in root.raw_headers(name)[:_VALUES_KEPT]) for name in SIGNAL_HEADERS}
    return {name: values for name, values in found.items() if values}


# -- the text ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Texts:
    whole: str
    own: str
    cut: bool


def _texts(root: Part) -> _Texts:
    found = pages.message(root)
    says = pages.say_something(found)
    found += [] if says else _passed_on(root)
    found += _written_in_a_calendar(root, found)
    whole, own = [page.whole for page in found], _versions(found)
    if mime.encrypted(root, beside_words=says):
        whole, own = [ENCRYPTED, *whole], [ENCRYPTED, *(own if says else [])]
    elif any(_ARMOURED.search(text) for text in own):
        whole, own = [ENCRYPTED, *whole], [_ARMOURED.sub(ENCRYPTED, text) for text in own]
    text = _tamed("\n".join(whole).strip("\n"))
    kept = (own_words(_tamed(version)) for version in own)
    return _Texts(text[:TEXT_LIMIT], "\n\n".join(filter(None, kept)), cut=len(text) > TEXT_LIMIT)


def _versions(found: list[pages.Page]) -> list[str]:
    """What the sender wrote in each version of a text, apart: where the one ends with a signature or a quote, the other is not
    of that."""
    return ["\n".join(page.own for page in found if page.again is again) for again in (False, True)]


def _tamed(text: str) -> str:
    """*text* without runs of space, of empty lines and of letters that nobody writes: whatever is looked for in it later begins
    anew at each of their characters."""
    words = text.split()
    spaces = len(text) - sum(map(len, words))
    if max(map(len, words), default=0) <= _LONGEST_RUN and spaces - len(words) < _LONGEST_RUN:
        return _EMPTY_LINES.sub("\n" * _MOST_EMPTY_LINES, text)
    shorter = _RUN.sub(lambda run: run[0][:_LONGEST_RUN], text)
    return _EMPTY_LINES.sub("\n" * _MOST_EMPTY_LINES, shorter)


def _passed_on(root: Part) -> list[pages.Page]:
    """The first mail that hangs on one without a word, as a program quotes what is passed on: so it is read as one that is
    passed on in the text is, and nothing in it is taken for the sender's own. What a report returns says nothing of theirs; a
    signature is no mail, whatever it is called: its words would stand below the name of whom it is the signature of."""
    enclosed = mime.attached(root) if root.get_content_type() != "multipart/report" else ()
    for name, part in enclosed:
        kind = part.get_content_type()
        called_one = name.lower().endswith(MAIL_ENDINGS) and kind not in mime.SIGNATURE_TYPES
        if kind in MAIL_TYPES or called_one:
            with suppress(NoMail):
                inner = mime.open_mail(mime.content(part)).root
                said = "\n".join(page.whole for page in pages.message(inner))
                if said.strip():
                    return [pages.Page("\n".join(("", FORWARDED, *_head_lines(_Head.of(inner)), "", said)), html=False)]
    return []


def _written_in_a_calendar(root: Part, found: list[pages.Page]) -> list[pages.Page]:
    """What somebody wrote to an invitation that they answer, where their calendar keeps it to itself."""
    answer = calendars.answered_invitation(root)
    if answer is None or not answer.comment:
        return []
    shown = " ".join(" ".join(page.whole for page in found).split())
    return [] if " ".join(answer.comment.split()) in shown else [pages.Page(answer.comment, html=False, again=True)]


def _head_lines(head: _Head) -> Iterator[str]:
    if head.sender is not None:
        yield f"From: {head.sender.name} <{head.sender.address}>" if head.sender.name else f"From: {head.sender.address}"
    if head.date is not None:
        yield f"Date: {head.date:%d %B %Y %H:%M}"
    yield f"Subject: {head.subject}"


def _written(root: Part, person: frozenset[str]) -> Written:
    """What the sender wrote, of the page as well as of the plain text: each shows what the other does not. *person*: the words
    of their name."""
    found, rich = pages.plain_pages(root), pages.rich_pages(root)
    first = written(_marked(found), person)
    if rich == found or not any(page.html for page in rich):
        return first
    page = _marked(rich)
    return agreed(first, written(page, person), page)


def _marked(found: list[pages.Page]) -> str:
    return "\n".join(page.marked for page in found)


# -- delivery reports --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Returned:
    recipients: tuple[DeliveryReport, ...]
    ids: tuple[str, ...]


def _reported(root: Part, text: str, signals: dict[str, tuple[str, ...]]) -> tuple[_Returned, str | None]:
    """The report that the mail is, or holds: a gateway may have put it into a mail of its own."""
    recipients = reports.recipients(root)
    if root.get_content_type() == "multipart/report":
        refused = reports.rejection(root, text, signals.get("auto-submitted", ()))
        if refused is not None:
            return _Returned((refused,), (*reports.original_ids(root), *reports.returned_ids(root))), reports.sort_of(root)
        return _Returned(recipients, reports.returned_ids(root)), reports.sort_of(root) or None
    if recipients:
        return _Returned(recipients, reports.returned_ids(root)), None
    recipients = reports.told_recipients(text, signals.get("x-failed-recipients", ()))
    return _Returned(recipients, reports.copied_ids(text) if recipients else ()), None


def _with_what_it_returns(mail: IncomingMail, root: Part) -> IncomingMail:
    """*mail*, where it is a bounce but no report: with the report that a gateway has wrapped in it, or else with the letter
    that hangs on it or stands below its words. On a person's mail the same is what they pass on."""
    if mail.content_type == "multipart/report" or mail.returned_message_ids:
        return mail
    bounce = is_a_bounce(mail)
    report = reports.wrapped(root) if bounce or may_wrap_a_bounce(mail) else None
    if report is not None and (bounce or _keeps_the_subject(mail, report)):
        found, returned = reports.recipients(report), reports.returned_ids(report)
        return replace(mail, report_type=reports.sort_of(report), reports=found, returned_message_ids=returned)
    if not bounce and not may_return_a_letter(mail):
        return mail
    return replace(mail, returned_message_ids=reports.returned_ids(root) or reports.copied_ids(mail.text))


def _keeps_the_subject(mail: IncomingMail, report: Part) -> bool:
    """True where *mail* has the subject of the *report* on it, as a gateway leaves it; people write their own."""
    subject = _subject(report).strip()
    return bool(subject) and mail.subject.rstrip().endswith(subject)


# -- what can be saved of a mail that cannot be read -------------------------------------------------------------------


def _rescued(source: bytes | Path, *, body: bool = True) -> IncomingMail | None:
    """Headers, and the first text, with nothing but the old standard library."""
    try:
        opened = mime.open_mail(source) if body else mime.open_head(source)
        return _plainly(opened, _first_text(opened.root) if body else "")
    except OSError:
        raise
    except Exception:  # noqa: BLE001  # the last net under a mail that has already failed once
        return _rescued(source, body=False) if body else None


def _plainly(opened: Opened, text: str) -> IncomingMail:
    root = opened.root
    return IncomingMail(
        sender=_lenient_sender(root.raw_headers("from")),
        subject=_subject(root),
        text=text,
        own_text=own_words(text),
        return_path=_return_path(root),
        delivered_to=_delivered_to(root),
        message_id=_message_id(root),
        in_reply_to=_ids(root, "in-reply-to"),
        references=_ids(root, "references"),
        headers=_signals(root),
        defects=(SEVERAL_SENDERS,),  # nothing here is certain enough to act upon
        size=opened.size,
        content_hash=_content_hash(opened),
    )


def _first_text(root: Part) -> str:
    found = next((part for part in mime.leaves(root) if part.get_content_type() == "text/plain"), None)
    return mime.text_of(found)[:TEXT_LIMIT] if found is not None else ""
