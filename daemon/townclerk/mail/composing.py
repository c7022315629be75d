"""Writing a mail of ours down as MIME."""

import re
from collections.abc import Iterable
from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage
from email.policy import EmailPolicy

from townclerk.domain.addressing import NotAnAddress, wire_address
from townclerk.domain.mail import Address, File, OutgoingMail
from townclerk.mail.errors import NotComposable

# Not "All", which stops delivery reports as well: we want to hear of a mail that did not arrive.
_SUPPRESS = "OOF, AutoReply, DR, RN, NRN"
_REFERENCES_AT_EACH_END = 10
_LONGEST_ID = 900  # octets: a line may have 998
_LONGEST_SUBJECT = 900  # characters
_ID = re.compile(r"<[!-;=?-~]+>")
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,70}")
_CONTENT_TYPE = re.compile(r"(application|audio|font|image|text|video)/([A-Za-z0-9][A-Za-z0-9.+-]{0,100})")
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_IDS = frozenset({"message-id", "in-reply-to", "references"})
_OURS = _IDS | {"from", "to", "cc", "bcc", "subject", "date", "reply-to", "auto-submitted", "mime-version"}


class _Lines(EmailPolicy):
    """Headers as the standard library folds them, but for ids: a long one it turns into encoded words, which nobody follows."""

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() not in _IDS:
            return super().fold_binary(name, value)
        folded = "\r\n ".join(str(value).split())
        return f"{name}: {folded}\r\n".encode("ascii")


def compose(mail: OutgoingMail) -> bytes:
    """*mail* with CRLF line ends, in ASCII, no line longer than 998 octets. Text in it cannot make a header.

    UTF-8 stands in the headers of a mail only where an address has it before its @: no other way exists.
    Raises NotComposable where an address is none, an id of ours is none, or a header must not be set from outside.
    """
    addresses = [address for address in (mail.sender, mail.to, mail.reply_to) if address is not None]
    utf8 = any(not address.address.rpartition("@")[0].isascii() for address in addresses)
    message = EmailMessage(policy=_Lines(linesep="\r\n", cte_type="7bit", utf8=utf8))
    _address(message, mail)
    _thread(message, mail)
    _mark(message, mail)
    _fill(message, mail)
    # Last: what is called Content-... would wander into the first part.
    for name, value in _extra(mail.headers):
        message[name] = value
    if "Content-Language" not in message:
        message["Content-Language"] = "en-GB"
    return message.as_bytes()


def _address(message: EmailMessage, mail: OutgoingMail) -> None:
    message["From"] = _mailbox(mail.sender)
    message["To"] = _mailbox(mail.to)
    if mail.reply_to is not None:
        message["Reply-To"] = _mailbox(mail.reply_to)
    message["Subject"] = _one_line(mail.subject)[:_LONGEST_SUBJECT]
    message["Date"] = mail.date


def _thread(message: EmailMessage, mail: OutgoingMail) -> None:
    if not _ids([mail.message_id]):
        raise NotComposable("the Message-ID of a mail of ours is not one")
    message["Message-ID"] = mail.message_id
    if mail.in_reply_to and (answered := _ids([mail.in_reply_to])):
        message["In-Reply-To"] = answered[0]
    if chain := _ids(mail.references):
        ends = _REFERENCES_AT_EACH_END
        message["References"] = " ".join(chain if len(chain) <= 2 * ends else [*chain[:ends], *chain[-ends:]])


def _mark(message: EmailMessage, mail: OutgoingMail) -> None:
    if mail.automatic is not None:
        message["Auto-Submitted"] = _one_line(mail.automatic)
        message["X-Auto-Response-Suppress"] = _SUPPRESS
    if "x-townclerk" not in {name.lower() for name, _ in mail.headers}:
        message["X-Townclerk"] = "1"


def _fill(message: EmailMessage, mail: OutgoingMail) -> None:
    message.set_content(_text(mail.text))
    if mail.html:
        message.add_alternative(_text(mail.html), subtype="html")
    for file in mail.files:
        kind = _CONTENT_TYPE.match(file.content_type)
        main, sub = (kind[1], kind[2]) if kind else ("application", "octet-stream")
        message.add_attachment(file.content, maintype=main, subtype=sub, filename=_filename(file))


def _extra(headers: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    for name, value in headers:
        kept = name.lower()
        if not _HEADER_NAME.fullmatch(name) or kept in _OURS or (kept.startswith("content-") and kept != "content-language"):
            raise NotComposable(f"the header {name!r} cannot be set on a mail of ours")
        yield name, _one_line(value)


def _mailbox(address: Address) -> HeaderAddress:
    try:
        wire = wire_address(address.address)
    except NotAnAddress as exc:
        raise NotComposable(str(exc)) from exc
    local = wire.local[1:-1].replace('\\"', '"').replace("\\\\", "\\") if wire.local.startswith('"') else wire.local
    return HeaderAddress(_one_line(address.name), local, wire.domain)


def _ids(candidates: Iterable[str]) -> list[str]:
    """Those that are ids and fit on a line, without repeats. A mail program's own odd one is better left out than broken."""
    return [each for each in dict.fromkeys(candidates) if len(each) <= _LONGEST_ID and _ID.fullmatch(each)]


def _one_line(text: str) -> str:
    """*text* for a header: whatever breaks a line, or cannot be sent, becomes a space or a mark."""
    line = " ".join(_CONTROL.sub(" ", _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)).split())
    return line.replace("=?", "= ?")  # else text that looks like an encoded word would be read as what it encodes


def _text(text: str) -> str:
    """*text* for a body: any way of ending a line becomes ours; what cannot be sent goes."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", lines))


def _filename(file: File) -> str:
    return _one_line(file.filename).replace("/", "_").replace("\\", "_")[:150] or "attachment"
