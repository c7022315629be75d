"""What a delivery report says: whom a mail did not reach, why, and which mail it was."""

import re
from base64 import b64decode
from binascii import a2b_qp
from collections.abc import Iterator
from email import message_from_string
from email.message import Message
from itertools import islice

from townclerk.domain.mail import DeliveryReport
from townclerk.domain.returned import Said, said_in
from townclerk.mail.charset import header_text
from townclerk.mail.mime import Part, content, enclosed_header, leaves, open_mail, parameter

_IDS = re.compile(r"<[^<>\s]{1,500}>")
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})\b(?!\.\d)")  # and no part of an address of a machine
_ACTIONS = frozenset({"failed", "delayed", "delivered", "relayed", "expanded"})  # RFC 3464, 2.3.3; others go by the status
_LETTERS = re.compile(r"[a-z]+")
_BY_CLASS = {"2": "delivered", "4": "delayed", "5": "failed"}
_REPORTS = frozenset({"message/delivery-status", "message/disposition-notification", "message/feedback-report"})
_RETURNED = frozenset(["message/rfc822", "text/rfc822-headers", "message/global", "message/rfc822-headers"])
_TEXT_LIMIT = 200_000
_MOST_RETURNED = 50  # mails that a report returns
_MOST_WRAPPED = 5  # mails on one of a gateway that are looked into
# Where the text of an old bounce ends and the mail that it returns begins.
_COPY_BELOW = re.compile(r"^-{2,9} ?(?:below this line|this) is a copy of[^\n]{0,200}$", re.IGNORECASE | re.MULTILINE)
_COPIED_ID = re.compile(r"^message-id:[ \t]*(<[^<>\s]{1,500}>)", re.IGNORECASE | re.MULTILINE)
_QMAIL_RECIPIENT = re.compile(r"^<([^<>\s]{1,320}@[^<>\s]{1,255})>:[ \t]*\n((?:[^\n]+\n?){0,10})", re.MULTILINE)
_QMAIL = re.compile(r"this is the qmail-send program|i wasn't able to deliver your message", re.IGNORECASE)


# Of a mail that a filter refuses. What is deleted unread says so, and may have any subject in its text.
_REJECTED = re.compile(r"\b(?:message|mail)(?: to \S{1,320})? was (?:automatically )?(?:rejected|refused)\b", re.IGNORECASE)
_SUBJECT_NAMED = re.compile(r"^[ \t]*subject:[^\n]*|[\"“][^\"”\n]{0,1000}[\"”]", re.IGNORECASE | re.MULTILINE)
_UNREAD = re.compile(r"without being (?:read|displayed)", re.IGNORECASE)
_REJECTION_LOOKED_AT = 2_000


def ids(value: str) -> tuple[str, ...]:
    """The Message-IDs in a raw header, in order, with their angle brackets."""
    return tuple(dict.fromkeys(_IDS.findall(value)))


def recipients(root: Part) -> tuple[DeliveryReport, ...]:
    """Each recipient of the delivery-status part (RFC 3464): none where there is no such part."""
    statuses = (part for part in leaves(root) if part.get_content_type() == "message/delivery-status")
    return tuple(report for part in statuses for block in _blocks(part) if (report := _report(block)))


def sort_of(root: Part) -> str:
    """What a multipart/report reports: as it says, or else the sort of the part that does; empty: none does."""
    said = (parameter(root, "report-type") or "").strip().lower()
    found = (part.get_content_type() for part in leaves(root))
    return said or next((kind.removeprefix("message/") for kind in found if kind in _REPORTS), "")


def rejection(root: Part, text: str, submitted: tuple[str, ...]) -> DeliveryReport | None:
    """What a filter's refusal says in the form of a read receipt (RFC 5429, 2.1.1; RFC 8098): whom the mail did not reach, and
    why. None: it is a read receipt, as also of what somebody deleted without having read it."""
    if sort_of(root) != "disposition-notification":
        return None
    mode, _, done = _receipts_field(root, "disposition").lower().partition(";")
    said = text[:_REJECTION_LOOKED_AT]
    declared = any("rejected" in value.lower() for value in submitted)
    by_itself = mode.strip().startswith("automatic-action")  # some filters say that a person did it
    rejected = declared or (by_itself and _REJECTED.search(_SUBJECT_NAMED.sub("", said)))
    if not done.strip().startswith("deleted") or not rejected or _UNREAD.search(said):
        return None
    recipient = _receipts_field(root, "original-recipient") or _receipts_field(root, "final-recipient")
    return DeliveryReport(_untyped(recipient), "failed", _status(said), " ".join(said.split())[:500])


def original_ids(root: Part) -> tuple[str, ...]:
    """The Message-ID of the mail that a read receipt is about."""
    return ids(_receipts_field(root, "original-message-id"))


def _receipts_field(root: Part, name: str) -> str:
    parts = (part for part in leaves(root) if part.get_content_type() == "message/disposition-notification")
    part = next(parts, None)
    return (enclosed_header(part, name) or "").strip() if part is not None else ""


def wrapped(root: Part) -> Part | None:
    """The delivery report that hangs on a mail as a mail of its own. Only the heads of the others are read, and nothing that
    hangs on them: what a returned letter carries is not said of that letter."""
    enclosed = (part for part in leaves(root) if part.get_content_type() in {"message/rfc822", "message/global"})
    for part in islice(enclosed, _MOST_WRAPPED):
        if (enclosed_header(part, "content-type") or "").strip().lower().startswith("multipart/report"):
            inner = open_mail(content(part)).root
            if sort_of(inner) == "delivery-status":
                return inner
    return None


def _blocks(part: Part) -> Iterator[dict[str, str]]:
    """The groups of fields, of the mail and then of each recipient: the parser has made each a part, unless they are encoded.
    Of a field that occurs twice the first counts."""
    for block in _decoded(part) or part.children:
        yield {name.lower(): header_text(str(value)) for name, value in reversed(list(block.raw_items()))}


def _decoded(part: Part) -> list[Message]:
    """The groups of a part that is in base64 or quoted-printable, though no report should be (RFC 3464, 2.1)."""
    encoding = next(iter(part.raw_headers("content-transfer-encoding")), "").strip().lower()
    if encoding not in {"base64", "quoted-printable"}:
        return []
    body = "\n\n".join(child.as_string() for child in part.children).strip().encode("ascii", "ignore")
    try:
        plain = b64decode(body) if encoding == "base64" else a2b_qp(body)
    except ValueError:
        return []
    groups = re.split(r"\n\s*\n", plain[:_TEXT_LIMIT].decode("utf-8", "replace").replace("\r\n", "\n"))
    return [message_from_string(group.strip()) for group in groups if group.strip()]


def _report(fields: dict[str, str]) -> DeliveryReport | None:
    recipient = fields.get("original-recipient") or fields.get("final-recipient")
    if recipient is None or not (address := _untyped(recipient)):
        return None
    found = _STATUS.search(fields.get("status", "")) or _STATUS.search(fields.get("diagnostic-code", ""))
    status = found[1] if found else ""
    said = _LETTERS.search(fields.get("action", "").lower())
    action = said[0] if said else ""
    if action not in _ACTIONS:
        action = _BY_CLASS.get(status[:1], "failed")
    return DeliveryReport(address, action, status, _untyped(fields.get("diagnostic-code", "")))


def _untyped(value: str) -> str:
    """The value without the type that stands before it: `rfc822; asha@example.org`."""
    before, semicolon, after = value.partition(";")
    return (after if semicolon and " " not in before.strip() else value).strip().strip("<>")


def returned_ids(root: Part) -> tuple[str, ...]:
    """The Message-IDs of the mails that a report returns, whole or only their headers."""
    parts = (part for part in leaves(root) if part.get_content_type() in _RETURNED)
    found = [enclosed_header(part, "message-id") for part in islice(parts, _MOST_RETURNED)]
    return tuple(dict.fromkeys(name for value in found if value for name in ids(value)))


def copied_ids(text: str) -> tuple[str, ...]:
    """The Message-IDs of a mail that an old bounce (qmail's, Exim's) copies below a line."""
    start = _COPY_BELOW.search(text[:_TEXT_LIMIT])
    return tuple(dict.fromkeys(_COPIED_ID.findall(text, start.end(), start.end() + _TEXT_LIMIT)[:1])) if start else ()


def told_recipients(text: str, failed: tuple[str, ...]) -> tuple[DeliveryReport, ...]:
    """The recipients that a bounce without a delivery-status part names: in Exim's header *failed*, which stands on its
    warnings too, or in qmail's text."""
    named = [address.strip() for value in failed for address in value.split(",") if "@" in address]
    if named:
        action = "delayed" if said_in("", text) is Said.DELAYED else "failed"
        return tuple(DeliveryReport(address, action, _status(text[:4_000]), "") for address in named)
    if not _QMAIL.search(text[:2_000]):
        return ()
    told = _QMAIL_RECIPIENT.findall(text[:20_000])
    return tuple(DeliveryReport(address, "failed", _status(why), " ".join(why.split())[:500]) for address, why in told)


def _status(text: str) -> str:
    found = _STATUS.search(text)
    return found[1] if found else "5.0.0"
