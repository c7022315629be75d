"""Who wrote a mail: its sender, or whom it names, where a website's form, a site that sends for many, or a list has sent it."""

import re

from townclerk.domain.mail import Address, IncomingMail, MailKind


def writer_of(mail: IncomingMail, sender: Address, kind: MailKind, of_the_council: bool = False) -> Address:
    """Who wrote *mail* of this *kind*: a web form sends as a robot, or from an address that nobody reads, and names
    the resident elsewhere; so does a site that sends for many. *of_the_council*: the sender works here, and writes for nobody
    else."""
    if unread_in(mail, sender.key):
        named = resident_of_form(mail)
    elif kind is MailKind.PERSON:
        named = None if of_the_council else resident_of_site(mail, sender)
    elif kind is MailKind.LIST:
        named = _named_in_bulk(mail, sender)
    else:
        named = resident_of_form(mail)
    return named or sender


_UNREAD = re.compile(
    r"(?:^|[-_.+])(?:no|non|not|do[-_.]?not|dont|can[-_.]?not|never)[-_.]?reply(?:ing)?(?:$|[-_.+\d])"
    r"|^(?:mailer-daemon|postmaster|mail-daemon|nobody|null|devnull|bounces?)(?:$|[-+=])"
    r"|^owner-|-(?:bounces?|noreply|request)$"
)


def unread_address(address: str) -> bool:
    """True for an address (lower case) that no person reads, or that is none."""
    local, at, domain = address.rpartition("@")
    return not (at and local and domain) or bool(_UNREAD.search(local))


# Of lists' programs; but people are called cat-owner@ as well.
_OF_A_LIST = re.compile(r"-owner$")
_BULK = frozenset(["bulk", "list", "junk"])


def unread_in(mail: IncomingMail, address: str) -> bool:
    """True for an address (lower case) in *mail* that no person reads: by itself, or because the mail is a list's, or a form's
    that says who filled it in."""
    if unread_address(address) or not _OF_A_LIST.search(address.rpartition("@")[0]):
        return unread_address(address)
    is_form = has_fields(mail.text[:_FIELDS_WITHIN]) or any(each.key != address for each in mail.reply_to)
    return is_form or is_bulk(mail) or any(mail.headers.get(name) for name in LIST_HEADERS)


def is_bulk(mail: IncomingMail) -> bool:
    """True where a mail says itself that it goes to many."""
    return not _BULK.isdisjoint(value.strip().lower() for value in mail.headers.get("precedence", ()))


# -- forms -------------------------------------------------------------------------------------------------------------

_FORM_MAIL = re.compile(
    r"^[ \t]*(?:your )?e-?mail(?: address)?[ \t]*[:=][ \t]*<?([^\s<>,;@]{1,64}@[^\s<>,;@]{3,190})>?[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_FORM_NAME = re.compile(r"^[ \t]*(?:your |full )?name[ \t]*[:=][ \t]*(\S[^\n]{0,80}?)[ \t]*$", re.IGNORECASE | re.MULTILINE)
_FORM_LENGTH = 20_000  # characters in which the form's lines are looked for
_FIELDS_OF_A_PERSON = re.compile(
    r"^[ \t]*(?:(?P<forms>(?:your |full |first |last )?name|(?:your )?(?:message|comments?|enquiry|complaint|feedback))"
    r"|e-?mail(?: address)?|(?:tele)?phone|post ?code)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_FIELDS_WITHIN = 4_000  # characters


def resident_of_form(mail: IncomingMail) -> Address | None:
    """Whom a web form's mail is from: its one Reply-To, or the form's own line for an address; None: it names nobody. Where an
    answer goes to a list, or to all who follow something, it names nobody either."""
    answered = _to_be_answered(mail)
    if answered is not None and not _is_for_many(mail, answered):
        return answered
    address = _address_in_form(mail)
    if address is None or "." not in address.partition("@")[2] or unread_address(address.lower()):
        return None
    name = _FORM_NAME.search(mail.text[:_FORM_LENGTH])
    return Address(name[1] if name else "", address)


def _to_be_answered(mail: IncomingMail) -> Address | None:
    """The one whom an answer goes to, where somebody reads that."""
    return mail.reply_to[0] if len(mail.reply_to) == 1 and not unread_in(mail, mail.reply_to[0].key) else None


def _address_in_form(mail: IncomingMail) -> str | None:
    found = _FORM_MAIL.search(mail.text[:_FORM_LENGTH])
    return found[1] if found else None


def _is_in_form(mail: IncomingMail, who: Address) -> bool:
    return (_address_in_form(mail) or "").lower() == who.key


def has_fields(text: str) -> bool:
    """True for what has fields as forms have, in which somebody says who they are and what they want. A telephone and an
    address alone are a signature's."""
    fields = list(_FIELDS_OF_A_PERSON.finditer(text))
    return len(fields) > 1 and any(field["forms"] for field in fields)


# -- sites that send for many ------------------------------------------------------------------------------------------

# "Bob Carr via Speak Out", "Bob Carr (through Speak Out)". One blank at each place: the name is given without more.
_VIA = re.compile(r"[ \"'‘’]*(?P<name>\S[^()\[\]]{0,80}?)[\"'’]? ?[(\[]? ?\b(?:via|through|trwy) \S", re.IGNORECASE)
# From these nobody writes for themselves.
_SENDS_FOR_OTHERS = re.compile(
    r"(?:send|sender|sent|campaigns?|petitions?|actions?|takeaction|letters?|mailer|messages?|notify"
    r"|notifications?)(?:[-_.+\d].*)?@"
)
_LETTERS = re.compile(r"[^\W\d_]+")


def resident_of_site(mail: IncomingMail, sender: Address) -> Address | None:
    """Whom a site has sent for that sends for many under one address, as petitions do; None: nothing says that it has. It says
    so by the name of the sender or the sort of its address, and names the resident in its one Reply-To, who is somewhere else.
    What answers a letter is never such a mail: whoever has had one answers from where they had it."""
    named = _to_be_answered(mail)
    if named is None or mail.thread or named.key.rpartition("@")[2] == sender.key.rpartition("@")[2]:
        return None
    via = _VIA.match(" ".join(sender.name.split()))
    if via is not None:
        return Address(named.name or via["name"], named.address) if _may_be(named.name, via["name"]) else None
    return named if len(_words(named.name)) > 1 and _SENDS_FOR_OTHERS.match(sender.key) else None


def _may_be(name: str, called: str) -> bool:
    """True where *name* says nothing else than what somebody is *called*."""
    return not name or _words(name) <= _words(called) or _words(called) <= _words(name)


def _words(name: str) -> set[str]:
    return {word.casefold() for word in _LETTERS.findall(name)}


# -- lists, and what many follow ---------------------------------------------------------------------------------------

LIST_HEADERS = ("list-id", "list-post", "list-help", "list-unsubscribe")
# A tracker's last line. A form may say the same: because somebody has filled it in.
_FOLLOWED = re.compile(
    r"^\W{0,6}you (?:are receiving|received|are getting) this\b.{0,40}\bbecause\b(?!.{0,80}\bform\b)",
    re.IGNORECASE | re.MULTILINE,
)


def _named_in_bulk(mail: IncomingMail, sender: Address) -> Address | None:
    """Whom a mail with any mark of lists names who is not its sender: by its one Reply-To alone, for a line of its text may be
    of whom it complains about."""
    named = _to_be_answered(mail)
    if named is None or _is_for_many(mail, named):
        return None
    through_a_list = _came_by_a_list(mail) and not _is_the_lists(mail, sender)
    if through_a_list:  # who writes to a list has answers go to the list
        return resident_of_site(mail, sender)
    if _is_in_form(mail, sender):
        return None
    return resident_of_site(mail, sender) or named


def _is_for_many(mail: IncomingMail, who: Address) -> bool:
    """True where *who* is a list that *mail* came by, or it is news of something that many follow, as bug trackers send."""
    if _is_the_lists(mail, who) or (_came_by_a_list(mail) and who.key in mail.recipients):
        return True
    is_form = has_fields(mail.text[:_FIELDS_WITHIN])  # which has a copy go to its resident as well, and quotes what it likes
    unread = mail.sender is None or unread_in(mail, mail.sender.key)
    theirs = is_form and _is_in_form(mail, who)
    sent_to = who.key in mail.recipients and not unread and not theirs and _is_for_several(mail)
    return sent_to or (not is_form and bool(_FOLLOWED.search(mail.text)))


def _is_for_several(mail: IncomingMail) -> bool:
    """True where a mail has any mark of lists, which services that send for forms add too."""
    return any(mail.headers.get(name) for name in (*LIST_HEADERS, "precedence"))


def _came_by_a_list(mail: IncomingMail) -> bool:
    """True where people write to each other. That one may unsubscribe, or that many get the same, is said of forms as well, by
    the services that send for them."""
    says_list = any(value.strip().lower() == "list" for value in mail.headers.get("precedence", ()))
    return says_list or any(mail.headers.get(name) for name in ("list-id", "list-post"))


def _is_the_lists(mail: IncomingMail, who: Address) -> bool:
    """True where the headers of a list name *who* as the list."""
    named = " ".join(value.lower() for name in ("list-post", "list-id") for value in mail.headers.get(name, ()))
    return f"mailto:{who.key}" in named or f"<{who.key.replace('@', '.')}>" in named
