"""What sort of mail is it: a person's, a robot's, a bounce, a list's, or our own? And may it be answered?"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from townclerk.domain.absence import has_automatic_subject, is_absence_note
from townclerk.domain.additions import may_be_a_disclaimer
from townclerk.domain.addressing import untagged
from townclerk.domain.authentication import SEVERAL_SENDERS
from townclerk.domain.mail import Attachment, IncomingMail, MailKind
from townclerk.domain.returned import Said, said_in, shows_a_return
from townclerk.domain.writer import LIST_HEADERS, has_fields, is_bulk, unread_address, unread_in


@dataclass(frozen=True, slots=True)
class Screening:
    """`because` is the name of the sign that decided, for the journal. `answerable` is False where an automatic letter
    would reach nobody, or a robot: a person's mail from a web form is such a one."""

    kind: MailKind
    because: str
    answerable: bool


@dataclass(frozen=True, slots=True)
class _Context:
    mail: IncomingMail
    own_addresses: frozenset[str]
    own_message_id: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class _Sign:
    name: str
    kind: MailKind
    holds: Callable[[_Context], bool]


def screen(mail: IncomingMail, own_addresses: frozenset[str], own_message_id: Callable[[str], bool]) -> Screening:
    """The kind of *mail*: the first sign that holds decides. *own_addresses* are the mailbox's, lower case; *own_message_id*
    tells a Message-ID that we gave."""
    context = _Context(mail, own_addresses, own_message_id)
    for sign in _SIGNS:
        if sign.holds(context):
            return Screening(sign.kind, sign.name, answerable=False)
    return Screening(MailKind.PERSON, "no sign of a robot", _answerable(mail))


def _answerable(mail: IncomingMail) -> bool:
    return (
        mail.sender is not None
        and not _from_null_sender(mail)
        and not unread_in(mail, mail.sender.key)
        and SEVERAL_SENDERS not in mail.defects  # which of them wrote is not known
    )


AN_INVITATIONS_ANSWER = "a calendar's answer to an invitation"
# What a robot says by itself, that is no word of being away.
NOT_AWAY = frozenset({"a read receipt", "a report of delivery", "a report to the mail server", AN_INVITATIONS_ANSWER})
_CALENDAR_ANSWER = re.compile(
    r"^(?:accepted|declined|tentative(?:ly accepted)?|new time proposed|cancel+ed|derbyniwyd|gwrthodwyd"
    r"|zugesagt|abgesagt|abgelehnt|mit vorbehalt|accepté|refusé|provisoire|aceptad[ao]|rechazad[ao]|accettato|rifiutato"
    r"|provvisorio|zaakceptowan[oe]|odrzucon[oe]|geaccepteerd|geweigerd|voorlopig|aceite|aceito|recusad[ao]|acceptat|refuzat)\s*:",
    re.IGNORECASE,
)
_LONGEST_ANSWER, _WORDS_OF_ANSWER = 40, 3  # characters and words, as “tentatively accepted”
_INVITATION_IN_SUBJECT = re.compile(
    r"\b(?:accepted|declined|tentatively accepted|replied) .{0,20}\binvitation\b", re.IGNORECASE
)
# What Google and Apple write above what the entry says, where nobody has added a note.
_SAYS_THAT_IT_ANSWERS = re.compile(
    r"\s*\S[^\n]{0,100}? (?:"
    r"(?:has )?(?:accepted|declined|tentatively accepted|replied [\"“']?maybe[\"”']? to) (?:this|your) invitation"
    r"|hat diese einladung (?:angenommen|abgelehnt)|a (?:accepté|refusé) cette invitation"
    r"|ha (?:aceptado|rechazado) esta invitación|ha (?:accettato|rifiutato) questo invito)\.?[ \t]*(?:\n|$)",
    re.IGNORECASE,
)
_NO_WORD = re.compile(r"(?<!\S)[^\s@/]*[@/]\S*")  # an address, of a person or of a page
_GOOGLES = re.compile(r"https://(?:www\.)?(?:calendar\.google\.com|google\.com/calendar)/")
# What Exchange puts between the place and time of a meeting and what is written to it.
_EXCHANGES_HEAD = re.compile(
    r"\s*(?:(?:when|where|wann|wo|quand|o[ùu]|cu[áa]ndo|d[óo]nde|lugar|quando|dove|onde|wanneer|waar|kiedy|gdzie|pryd|ble|n[äa]r|var"
    r"|hvor|hvorn[åa]r|kdy|kde|mikor|hol|c[âa]nd|unde) ?:[^\n]{0,300}\n\s*){1,3}[*~]{9,}[ \t]*(?:\n|$)",
    re.IGNORECASE,
)


def only_answers_an_invitation(mail: IncomingMail) -> bool:
    """True for a calendar's answer to which nobody has added a word or a file, also not in its subject, where programs let
    people write."""
    answer = mail.invitation
    if answer is None or answer.comment or any(not _is_an_entry(each) for each in mail.attachments):
        return False
    return _is_a_calendars_subject(mail.subject, answer.summary) and _is_a_calendars_text(mail)


def _is_a_calendars_subject(subject: str, summary: str) -> bool:
    """A word of any language and the name of the meeting; a word that is known, and any name: some calendars cut it."""
    word, colon, named = (piece.strip().casefold() for piece in subject.partition(":"))
    rest = named.removeprefix(summary.casefold()).strip()
    short = len(word) <= _LONGEST_ANSWER and len(word.split()) <= _WORDS_OF_ANSWER
    by_name = bool(colon and summary) and short and rest != named and rest[:1] in {"", "@"}  # @: when
    if not subject.strip() or by_name:
        return True
    cut = _CALENDAR_ANSWER.match(subject) is not None and (not summary or _is_cut_from(named, summary.casefold()))
    return (cut or _INVITATION_IN_SUBJECT.search(subject) is not None) and not _OF_ONESELF.search(subject)


def _is_cut_from(named: str, summary: str) -> bool:
    """True where *named* is how the name of a meeting begins, where a calendar has cut it."""
    begins = named.rstrip(" .…")
    return not begins or summary.startswith(begins)


def _is_an_entry(attachment: Attachment) -> bool:
    return attachment.content_type in {"text/calendar", "application/ics"}


def _is_a_calendars_text(mail: IncomingMail) -> bool:
    if head := _EXCHANGES_HEAD.match(mail.text):
        return may_be_a_disclaimer(mail.text[head.end() :].splitlines())
    text = mail.own_text
    begins = _SAYS_THAT_IT_ANSWERS.match(text)
    if begins and _GOOGLES.search(text):
        return not _OF_ONESELF.search(_NO_WORD.sub(" ", text))
    return may_be_a_disclaimer(text[begins.end() if begins else 0 :].splitlines())


def answers_an_invitation(mail: IncomingMail) -> bool:
    """True for what a calendar sends when somebody accepts or declines a meeting, whatever they have written to it."""
    if mail.invitation is not None:
        return True
    parts = (mail.content_type, *(attachment.content_type for attachment in mail.attachments))
    carries = any(part.lower().startswith("text/calendar") for part in parts)
    return bool(_CALENDAR_ANSWER.match(mail.subject)) and (carries or not mail.own_text.strip())


def _local_part(context: _Context) -> str:
    return context.mail.sender.key.partition("@")[0] if context.mail.sender else ""


def _header(context: _Context, name: str) -> tuple[str, ...]:
    return tuple(value.strip().lower() for value in context.mail.headers.get(name, ()))


# -- ours --------------------------------------------------------------------------------------------------------------


def _from_own_address(context: _Context) -> bool:
    return context.mail.sender is not None and untagged(context.mail.sender.key) in context.own_addresses


def _own_header(context: _Context) -> bool:
    """Our mark, and our address. What has the mark alone comes from another council that has townclerk: what its machine wrote
    says so by Auto-Submitted, and anything else is an officer's there, or a resident's who has found out about the mark."""
    return bool(context.mail.headers.get("x-townclerk")) and _from_own_address(context)


def _own_message_id(context: _Context) -> bool:
    return context.mail.message_id is not None and context.own_message_id(context.mail.message_id)


# -- bounces -----------------------------------------------------------------------------------------------------------

# The name of the program, and no longer one: mail-daemon-fan@ is a person's.
_DAEMON = re.compile(
    r"^(?:mailer-?daemon|mail-?daemon|postmaster|microsoftexchange[0-9a-f]{8,})(?:$|[+=]|[-_.]?\d)", re.IGNORECASE
)
_MAY_BE_A_DAEMON = re.compile(
    r"^(?:postmaster|bounces?|no-?reply|mail-?administrator|mail-?delivery)(?:$|[-+=_.\d])|^mdaemon$", re.IGNORECASE
)
_NOT_FAILED = frozenset(["delivered", "relayed", "expanded"])
_BOUNCE_SUBJECT = re.compile(
    r"^(?:\[[^\[\]]{1,40}\] ?)?(?:undeliver(?:able|ed)\b|mail delivery (?:failed|failure|system)"
    r"|delivery status notification|failure notice"
    r"|returned mail\b|delivery (?:has )?failed|(?:(?:e-?mail|message) )?delivery failure|message not delivered"
    r"|warning: [^\s@]{1,64}@[^\s@]{1,190} - user unknown\b|warning: message .{1,60} delayed"
    r"|(?:e-?mail )?delivery delayed|mail failed|mail system error|unzustellbar|zustellung "
    r"|.{0,40}nicht zugestellt|non remis|échec "
    r"|no se puede entregar|no entregado|impossibile recapitare|mancato recapito|onbestelbaar"
    r"|niedostarczon|não entregue|methu danfon)",
    re.IGNORECASE,
)
# These whole subjects are mail systems' own.
_DAEMONS_SUBJECT = re.compile(
    r"^(?:undelivered mail returned to sender|delivery status notification ?\([a-z ]{4,12}\)"
    r"|mail delivery failed: returning message to sender"
    r"|failure notice|returned mail: see transcript for details|mail delivery system|mail system error - returned mail"
    r"|warning: message \S{1,60} delayed \d+ hours?|warning: [^\s@]{1,64}@[^\s@]{1,190} - user unknown)\W*$",  # MDaemon's
    re.IGNORECASE,
)
_BOUNCE_TEXT = re.compile(
    r"this is the qmail-send program|message was created automatically by mail delivery software"
    r"|this is the mail system at host|could not be delivered to one or more recipients"
    r"|afraid i wasn't able to deliver your message"
    r"|mailenable: message could not be delivered to some recipients|the attached message had permanent fatal delivery errors"
    r"|(?:^|\n)[ \t]{0,8}<?[^\s@]{1,64}@[^\s@]{1,190} - no such user here\b"
    r"|was blocked by our spam firewall\. the e-?mail you sent with the following subject has not been delivered"
    r"|message log follows|\"notificationtype\" ?: ?\"bounce\"",
    re.IGNORECASE,
)
_ORIGINAL_BELOW = re.compile(
    r"^[ \t]*-{2,9} ?(?:original message|below this line|this is a copy)", re.IGNORECASE | re.MULTILINE
)
_I_COMPLAIN = re.compile(r"\bi (?:\w+ ){0,3}complain\b|\bcwyno\b", re.IGNORECASE)
_MY_OWN = re.compile(rf"\bmy\b|\bfy\b|{_I_COMPLAIN.pattern}", re.IGNORECASE)
_NAMES_A_SUBJECT = re.compile(r"\b(?:subject|betreff|objet|asunto|oggetto|onderwerp|temat|pwnc)\b ?:", re.IGNORECASE)
_FIELDS_OF_IT = re.compile(rf"^.*{_NAMES_A_SUBJECT.pattern}.*(?:\n[^\n:]*\S[^\n:]*$)*", re.IGNORECASE | re.MULTILINE)
_QUOTED_TITLE = re.compile(
    r"\"[^\"\n]{1,300}\"|“[^”\n]{1,300}”|‘[^’\n]{1,300}’|«[^»\n]{1,300}»|„[^“\n]{1,300}“|(?<!\w)'[^'\n]{1,300}'(?!\w)"
)
_HARDLY_SAID = 3  # words that a mail system may begin with: "Hi."
_TEXT_LOOKED_AT = 4_000
_NAMED_MAIL = re.compile(r"[^\s<>\"',;:()]{1,200}@[^\s<>\"',;:()]{3,190}")
_MOST_NAMED = 50  # addresses and ids in a text


def _all_delivered(context: _Context) -> bool:
    reports = context.mail.reports
    return context.mail.report_type == "delivery-status" and bool(reports) and all(r.action in _NOT_FAILED for r in reports)


def _delivery_report(context: _Context) -> bool:
    return context.mail.report_type == "delivery-status"


def _from_daemon(context: _Context) -> bool:
    """Mailer-daemon is never a person. A postmaster may be one, or whoever is called Bounce, unless the mail has no way back or
    looks like a bounce, in any language."""
    local = _local_part(context)
    if _is_daemons(local):
        return True
    if not _DAEMON.match(local):
        says_so = _says_like_a_daemon(context) and not _is_for_somebody_else(context)
        return bool(_MAY_BE_A_DAEMON.match(local)) and (_returns_a_mail(context) or says_so)
    looks_so = _looks_bounced(context) and not _is_of_their_own(context.mail)
    return _from_null_sender(context.mail) or looks_so or _returns_a_mail(context)


def _is_of_their_own(mail: IncomingMail) -> bool:
    """True where whoever looks after a mail server writes of what is theirs, as no server does: but servers name the subject of
    what they return. Above words of a bounce, which a person pastes below their own, only a complaint is enough."""
    text = mail.text[:_TEXT_LOOKED_AT]
    if bounced := _BOUNCE_TEXT.search(text):
        return _says(_I_COMPLAIN, text[: bounced.start()], mail.subject)
    below = _ORIGINAL_BELOW.search(text)
    return _says(_MY_OWN, text[: below.start()] if below else text)


def _says(what: re.Pattern[str], text: str, subject: str = "") -> bool:
    """True where *text* says it itself: not as the *subject* of another mail, which a server names in its field, in quotation
    marks, or in a line of its own."""
    spoken = _QUOTED_TITLE.sub(" ", _FIELDS_OF_IT.sub("", text))
    lines = (line for line in spoken.split("\n") if not (subject and line[:1].isspace()))
    return any(what.search(line) and line.strip() not in subject for line in lines)


def may_be_its_postmasters(mail: IncomingMail) -> bool:
    """True for what looks like a bounce, came from a postmaster with a way back, and says something above a mail system's own
    words: those may be a person's, who passes on what came back to them."""
    is_postmasters = mail.sender is not None and mail.sender.key.startswith("postmaster")
    if not is_postmasters or mail.report_type is not None or _from_null_sender(mail):
        return False
    text = mail.text[:_TEXT_LOOKED_AT]
    begins = _BOUNCE_TEXT.search(text) or _ORIGINAL_BELOW.search(text)
    return len(text[: begins.start() if begins else None].split()) > _HARDLY_SAID


def _is_daemons(local: str) -> bool:
    return bool(_DAEMON.match(local)) and not local.lower().startswith("postmaster")


def _from_null_sender(mail: IncomingMail) -> bool:
    """True for the envelope's sender <>, and for the daemon's name, which some servers put in its place. Forms send from there
    as well: alone it makes no mail a bounce."""
    path = mail.return_path
    return path == "" or (path is not None and _is_daemons(path.partition("@")[0]))


def _is_for_somebody_else(context: _Context) -> bool:
    """A form of a website names who filled it in: by where an answer goes, or in fields. What they quote below is theirs; what
    stands below a mail system's own words is of the letter that it returns."""
    mail = context.mail
    here = mail.sender.key.rpartition("@")[2] if mail.sender is not None else ""
    elsewhere = any(each.key.rpartition("@")[2] != here and not unread_address(each.key) for each in mail.reply_to)
    text = mail.text[:_TEXT_LOOKED_AT]
    below = _BOUNCE_TEXT.search(text) or _ORIGINAL_BELOW.search(text)
    return (elsewhere and not _DAEMONS_SUBJECT.match(mail.subject)) or has_fields(text[: below.start()] if below else text)


def _bounce_words(context: _Context) -> bool:
    """Words of a bounce are people's words, too ("Delivery failed: my new bin"), and forms send from the null sender: something
    in it must be a mail system's."""
    if _from_null_sender(context.mail) and _says_like_a_daemon(context) and not _is_for_somebody_else(context):
        return True
    return (_from_null_sender(context.mail) or _looks_bounced(context)) and _returns_a_mail(context)


def _looks_bounced(context: _Context) -> bool:
    mail = context.mail
    return bool(_BOUNCE_SUBJECT.match(mail.subject) or _BOUNCE_TEXT.search(mail.text[:_TEXT_LOOKED_AT]))


def _says_like_a_daemon(context: _Context) -> bool:
    mail, text = context.mail, context.mail.text[:_TEXT_LOOKED_AT]
    if _DAEMONS_SUBJECT.match(mail.subject) or _BOUNCE_TEXT.search(text):
        return True
    return _looks_bounced(context) and shows_a_return(text)


def _returns_a_mail(context: _Context) -> bool:
    """It holds a delivery report, or says what the Message-ID was of a letter of ours, which no person would."""
    mail = context.mail
    if any(report.status for report in mail.reports):
        return True
    named = _NAMED_MAIL.findall(mail.text[:_TEXT_LOOKED_AT])[:_MOST_NAMED]
    return any(map(context.own_message_id, (*mail.returned_message_ids, *(f"<{each}>" for each in named))))


def _rejected(context: _Context) -> bool:
    """A filter's refusal in the form of a read receipt (RFC 5429, 2.1.1), which the reader has told from one."""
    mail = context.mail
    return mail.report_type == "disposition-notification" and any(report.action == "failed" for report in mail.reports)


def _failed_recipients(context: _Context) -> bool:
    """Exim's header, which mail to a list may also carry: it counts where there is no way back or a bounce's words."""
    return bool(_header(context, "x-failed-recipients")) and (_from_null_sender(context.mail) or _looks_bounced(context))


# -- robots ------------------------------------------------------------------------------------------------------------

# cPanel, DirectAdmin, qmail and others that answer by themselves: what stands in these is a robot's, unless it says no.
_AUTOREPLY_HEADERS = (
    "x-autoreply", "x-autorespond", "x-autoresponder", "x-autoreply-from", "x-auto-reply", "x-mail-autoreply", "x-vacation",
    "x-auto-response-from", "x-amazon-auto-reply", "x-mdautoresponder", "x-mdaemon-autoresponder", "x-smartermail-autoresponse",
)  # fmt: skip
_AUTOMATIC_VALUES = {
    "x-autogenerated": re.compile(r"^reply"),  # Plesk; what it passes on for people is "forward"
    "x-fc-machinegenerated": re.compile(r"^true"),  # FirstClass
    "x-post-messageclass": re.compile(r"autoresponder"),  # TOPdesk's and others' mail gateways
    "x-amazon-mail-relay-type": re.compile(r"^notification"),
    "x-precedence": re.compile(r"^auto[_-]?reply"),
    "preference": re.compile(r"^auto[_-]?reply"),
    "delivered-to": re.compile(r"^autoresponder$"),  # qmail's
    "x-mailer": re.compile(r"^vacation\b"),
}
# Exchange's rules, which also pass on what people wrote, and the desks of tickets, which mark what their people type.
_PROGRAMS_HEADERS = (
    "x-ms-exchange-generated-message-source", "x-rt-loop-prevention", "x-otrs-loop", "x-servicenow-generated", "x-fd-type",
    "x-jira-fingerprint", "x-sfdc-lk",
)  # fmt: skip
_PROGRAMS_MAILER = "zendesk mailer"  # a desk of tickets that has no header of its own
_AUTOMATIC_PRECEDENCE = frozenset(["auto_reply", "auto-reply", "autoreply"])


_COMMENT = re.compile(r"\([^()]*\)")


def _submitted(mail: IncomingMail) -> frozenset[str]:
    """What Auto-Submitted says, without comments, quotation marks and parameters; a mail may have several."""
    said = (_COMMENT.sub(" ", value.lower()).strip().strip("\"'").strip() for value in mail.headers.get("auto-submitted", ()))
    return frozenset(re.split(r"[;\s(]", value, maxsplit=1)[0] for value in said) - {"", "no"}


def _auto_submitted(context: _Context) -> bool:
    return bool(_submitted(context.mail))


def _autoreply_header(context: _Context) -> bool:
    return any(value not in {"", "no", "false", "0"} for name in _AUTOREPLY_HEADERS for value in _header(context, name))


def _programs_header(context: _Context) -> bool:
    return any(_header(context, name) for name in _PROGRAMS_HEADERS) or _PROGRAMS_MAILER in _header(context, "x-mailer")


def _marked_automatic(context: _Context) -> bool:
    """A header that machines write on some of what they send, with the value that says so."""
    return any(mark.search(value) for name, mark in _AUTOMATIC_VALUES.items() for value in _header(context, name))


def _automatic_precedence(context: _Context) -> bool:
    return not _AUTOMATIC_PRECEDENCE.isdisjoint(_header(context, "precedence"))


_READ_SUBJECT = re.compile(r"^(?:not )?read\s*:", re.IGNORECASE)
_READ_TEXT = re.compile(
    r"\s*your message[ \t]*\n\s*(?:(?:to|subject|sent):[^\n]*\n\s*){0,6}"
    r"was (?:read|deleted without being read) on\b[^\n]{0,120}(?:\n|$)",
    re.IGNORECASE,
)
_DMARC_SUBJECT = re.compile(r"^(?:\[[^\]]{1,40}\] ?)?report domain:\s*\S+\s+submitter:", re.IGNORECASE)


def _read_receipt(context: _Context) -> bool:
    """Outlook's own, between two Exchange servers, are a mail of two lines, and what the company puts below them."""
    mail = context.mail
    if mail.report_type == "disposition-notification":
        return True
    short = len(mail.text) < _TEXT_LOOKED_AT
    outlooks = _READ_TEXT.match(mail.text) if short and _READ_SUBJECT.match(mail.subject) else None
    return outlooks is not None and may_be_a_disclaimer(mail.text[outlooks.end() :].splitlines())


def _report_of_abuse(context: _Context) -> bool:
    """What mail providers count for whoever runs a mail server: complaints of spam, and proofs of senders."""
    return context.mail.report_type == "feedback-report" or bool(_DMARC_SUBJECT.match(context.mail.subject))


def _automatic_subject(context: _Context) -> bool:
    return has_automatic_subject(context.mail.subject)


def _answers_without_way_back(context: _Context) -> bool:
    """An answer from the null sender is a robot's. A first mail from it may be a web form with a person's words."""
    return _from_null_sender(context.mail) and bool(context.mail.thread)


# -- lists -------------------------------------------------------------------------------------------------------------


def _list_headers(context: _Context) -> bool:
    """Any List-* header, unless the list is our own mailbox: a mailbox that is a group marks every mail so."""
    if _is_own_group(context):
        return False
    return any(context.mail.headers.get(name) for name in LIST_HEADERS)


def _is_own_group(context: _Context) -> bool:
    named = " ".join((*_header(context, "list-id"), *_header(context, "list-post")))
    return any(own in named or f"<{own.replace('@', '.')}>" in named for own in context.own_addresses)


def _bulk(context: _Context) -> bool:
    return is_bulk(context.mail) and not _is_own_group(context)


# The order is the policy: a bounce may carry robots' headers, a robot's answer may come through a list.
# X-Auto-Response-Suppress is not here: Exchange sets it on what people write, to ask that robots keep quiet.
BY_ADDRESS = "from our own address"  # the sign of a mail that has none of our marks
BY_SUBJECT = "an automatic reply's subject"

_SIGNS = (
    # Before our own mark: some servers put the mailbox of whom they write to in the place of the null sender.
    _Sign("a report of delivery", MailKind.AUTO_REPLY, _all_delivered),
    _Sign("a delivery report", MailKind.BOUNCE, _delivery_report),
    _Sign("our own mark", MailKind.OWN, _own_header),
    _Sign("our own message id", MailKind.OWN, _own_message_id),
    _Sign(BY_ADDRESS, MailKind.OWN, _from_own_address),
    _Sign("failed recipients", MailKind.BOUNCE, _failed_recipients),
    _Sign("from a mail daemon", MailKind.BOUNCE, _from_daemon),
    _Sign("a bounce's words", MailKind.BOUNCE, _bounce_words),
    _Sign("a rejection", MailKind.BOUNCE, _rejected),
    _Sign("a read receipt", MailKind.AUTO_REPLY, _read_receipt),
    _Sign("auto-submitted", MailKind.AUTO_REPLY, _auto_submitted),
    _Sign("an autoreply header", MailKind.AUTO_REPLY, _autoreply_header),
    _Sign("a machine's header", MailKind.AUTO_REPLY, _marked_automatic),
    _Sign("a report to the mail server", MailKind.AUTO_REPLY, _report_of_abuse),
    _Sign("automatic precedence", MailKind.AUTO_REPLY, _automatic_precedence),
    _Sign("an answer from the null sender", MailKind.AUTO_REPLY, _answers_without_way_back),
    _Sign(BY_SUBJECT, MailKind.AUTO_REPLY, _automatic_subject),
    _Sign("a program's header", MailKind.AUTO_REPLY, _programs_header),
    _Sign("a list's headers", MailKind.LIST, _list_headers),
    _Sign("bulk precedence", MailKind.LIST, _bulk),
)


def is_a_bounce(mail: IncomingMail) -> bool:
    """True where *mail* itself shows that a mail system returns a letter, whosever that is."""
    context = _Context(mail, frozenset(), lambda _: False)
    return any(sign.holds(context) for sign in _SIGNS if sign.kind is MailKind.BOUNCE)


def may_wrap_a_bounce(mail: IncomingMail) -> bool:
    """True for a mail with a bounce's words that a mail system sent, as gateways pass on under their banner what they get; not
    for one in which somebody speaks, who may have filled in a form and attached what came back to them."""
    context = _Context(mail, frozenset(), lambda _: False)
    sent_by_system = _from_null_sender(mail) or (mail.return_path or "").lower().partition("@")[0] == "postmaster"
    speaks = speaks_for_oneself(mail) or _is_for_somebody_else(context)
    return sent_by_system and _looks_bounced(context) and not speaks


def may_return_a_letter(mail: IncomingMail) -> bool:
    """True for a mail from the null sender that says of an address that something did not reach it, and in which nobody speaks:
    what hangs on it may be the letter that it returns. It is a bounce where that letter is ours."""
    if not _from_null_sender(mail) or speaks_for_oneself(mail):
        return False
    text = mail.text[:_TEXT_LOOKED_AT]
    context = _Context(mail, frozenset(), lambda _: False)
    names_one = bool(_NAMED_MAIL.search(f"{mail.subject}\n{text}"))
    return names_one and said_in(mail.subject, text) is not Said.UNCLEAR and not _is_for_somebody_else(context)


# What stands on people's mails, too: lists, gateways, relays and desks of tickets put it there.
_ON_PEOPLES_MAILS = frozenset(
    {BY_SUBJECT, "a program's header", "an answer from the null sender", "a list's headers", "bulk precedence"}
)
_OF_ONESELF = re.compile(r"\b(?:i|i['’]m|i['’]ve|my|mine|me|fy|rwy|rwyf|dw i)\b", re.IGNORECASE)


def may_be_a_persons(mail: IncomingMail, screening: Screening) -> bool:
    """True for a mail by a sign that stands on people's mails, too, and with words that no program writes by itself. It is not
    answered, for all that is known; but neither is it lost to sight."""
    says_something = bool(mail.own_text.strip() or mail.attachments)
    is_note = is_absence_note(mail.subject, mail.own_text)
    return stands_on_peoples_mails(mail, screening) and says_something and not is_note


def stands_on_peoples_mails(mail: IncomingMail, screening: Screening) -> bool:
    """True where what *mail* was told by stands on people's mails, too."""
    return screening.because in _ON_PEOPLES_MAILS or (
        screening.because == "auto-submitted" and "auto-replied" not in _submitted(mail)
    )


_OF_A_FORM = re.compile(r"^[ \t]*\w[\w /-]{0,40}:|complain|cwyn", re.IGNORECASE | re.MULTILINE)


def only_says_away(mail: IncomingMail) -> bool:
    """True for an absence note that is nothing else: no form, whose fields name what they hold, and no word of a complaint."""
    return is_absence_note(mail.subject, mail.own_text) and bool(mail.own_text.strip()) and not _OF_A_FORM.search(mail.own_text)


def speaks_for_oneself(mail: IncomingMail) -> bool:
    """True where somebody says “I” or “my” in *mail*, as residents do and newsletters seldom."""
    return bool(_OF_ONESELF.search(mail.own_text))


def without_the_subject(mail: IncomingMail, screening: Screening) -> Screening:
    """*screening* of what no officer wrote: a subject alone makes nobody a robot who answers nothing, and says something else
    than that they are away."""
    if screening.because != BY_SUBJECT or mail.thread or not may_be_a_persons(mail, screening):
        return screening
    return Screening(MailKind.PERSON, "no sign of a robot but the subject", _answerable(mail))
