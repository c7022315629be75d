"""`#log`: an officer writes down what came by telephone, by post or over the counter, or passes on a mail that came to them.

Nothing is kept between a question and its answer but the mail itself: `#log 17` takes up mail number 17, which its own
sender alone can do, with whatever they say besides.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import partial

from townclerk.domain.authentication import proven
from townclerk.domain.case import Case, LoggedContact
from townclerk.domain.commands import Command, Reading, read_commands
from townclerk.domain.days_written import words_of
from townclerk.domain.decide.deliberation import LEAD
from townclerk.domain.decide.permitting import who_may
from townclerk.domain.events import CaseOpened, MailFacts, ResidentWrote
from townclerk.domain.forwarded import ForwardedMail, forwarded
from townclerk.domain.letters import Choice, Confirm, Done, Refused
from townclerk.domain.logged_contact import AWAITS_PERMISSION, LATE, ContactRead, Known, read_contact, unsigned
from townclerk.domain.mail import MAIL_ENDINGS, MAIL_TYPES, Address, Attachment, File, IncomingMail, MailKind
from townclerk.domain.quoting import own_words
from townclerk.domain.reference import find_references
from townclerk.domain.roster import Officer
from townclerk.domain.routing import Route, route
from townclerk.domain.words import Status
from townclerk.domain.writer import unread_address
from townclerk.services.kept_mail import kept, written_in
from townclerk.services.office import Office
from townclerk.services.references import new_reference
from townclerk.services.restrictions import restricted_case
from townclerk.store import cases, mails
from townclerk.store.database import Tx
from townclerk.store.mails import StoredMail
from townclerk.store.schema import MailState

NOON = time(12, 0)  # of the day on which they got in touch: nobody has written down the minute
MOST_CASES = 3  # of whoever wrote, to which the mail may belong
PASSED_ON = "a colleague passed it on"
_WITH_ITS_CASE = (
    "#note and what they said, in answer to a letter that you had about that case: it is kept with it",
    "#log and the lines without the reference, if it is another matter",
)
_LOOKED_INTO = 30_000_000  # bytes of what hangs on a mail: a mail among it may have photographs in it


@dataclass(frozen=True, slots=True)
class Takes:
    """What a mail of an officer comes to: an event of the case *ref*, which it may open. `of`: the earlier mail that it takes
    up."""

    ref: str
    event: CaseOpened | ResidentWrote
    of: int | None = None


@dataclass(frozen=True, slots=True)
class Leaves:
    """Nothing comes of the earlier mail *of*, and so they have said."""

    of: int
    said = Done(("Nothing was opened, and nothing will be.",))


@dataclass(frozen=True, slots=True)
class TakesUp:
    """The mail *of* that number, kept without a case so far, is dealt with as a person's: so they have said."""

    of: int

    @property
    def said(self) -> Done:
        return Done((f"Mail {self.of} is taken up as a resident's: it has a case within a minute, counted from when it came.",))


Taken = Takes | TakesUp | Leaves | Confirm | Refused


@dataclass(frozen=True, slots=True)
class _Earlier:
    """The mail that `#log 17` takes up: the mail that it passes on, or what its own `#log` said."""

    facts: MailFacts
    original: ForwardedMail | None = None
    logged: str = ""


async def take_down(
    office: Office, officer: Officer, mail: IncomingMail, facts: MailFacts, read: Reading, known: Mapping[str, Case]
) -> Taken | None:
    """What comes of an officer's mail to the mailbox that begins with `#log`, or passes on somebody's mail; None: it does
    neither. *known*: the cases that it names."""
    original = await _passed_on(office, mail, facts, read, known)
    if original is None and not _takes_up(read, known):
        return None
    council = office.council.at(facts.received_at)
    if not council.permits(officer, "log"):
        return Refused("#log", who_may(council, "log"), ("ask one of them to write it down",), facts.own_text)
    if proven(mail, office.ways.trusted_server, office.ways.authentication).state != "pass":
        return _refused(facts, *_not_proven(office))
    if original is not None:
        return await _asked(office, facts, original)
    if read.problem is not None or len(read.commands) != 1:
        return _refused(
            facts, read.problem or "#log stands alone in its mail", ("#log, the lines, and the text", *read.instead)
        )
    return await _followed(office, officer, facts, read.commands[0], known)


async def _passed_on(
    office: Office, mail: IncomingMail, facts: MailFacts, read: Reading, known: Mapping[str, Case]
) -> ForwardedMail | None:
    """The mail that *mail* passes on, where its officer says no more of it than `#log`. What they wrote to the resident
    themselves is none."""
    if read.commands and (read.commands[0].word != "log" or read.commands[0].text.strip()):
        return None
    if any(case.is_party(each) for case in known.values() for each in mail.recipients):
        return None
    return await _original(office, facts.number, mail, facts.received_at)


def _takes_up(read: Reading, known: Mapping[str, Case]) -> bool:
    if not read.commands:
        return False
    first = read.commands[0]
    return first.word == "log" or (first.word == "discard" and not known and _numbered(first.text)[0] is not None)


async def _followed(office: Office, officer: Officer, facts: MailFacts, command: Command, known: Mapping[str, Case]) -> Taken:
    """What *command* asks for: `#log` with all that it needs, or with the number of an earlier mail; `#discard` with that."""
    number, rest = _numbered(unsigned(command.text, officer.name))
    if (
        number is not None
        and command.word == "log"
        and await _is_kept_without_a_case(office, officer, number, facts.received_at)
    ):
        return TakesUp(number)
    earlier = await _earlier(office, officer, number) if number is not None else None
    if isinstance(earlier, Refused):
        return replace(earlier, text=facts.own_text)
    if command.word == "discard" and earlier is not None:
        return Leaves(earlier.facts.number)
    named = next(iter(rest.split()), "").upper()
    if earlier is not None and named in known:
        return await _belongs(office, officer, facts, earlier, known[named])
    if earlier is None and find_references(rest.partition("\n")[0], office.council.policy.prefix):
        return _refused(facts, "a reference stands behind #log, and #log opens a case of its own", _WITH_ITS_CASE)
    return await _opening(office, officer, facts, rest, earlier)


def _numbered(text: str) -> tuple[int | None, str]:
    """(the number of the mail that is taken up, what else is said)."""
    first, _, below = text.partition("\n")
    number, _, beside = first.strip().removeprefix("mail ").partition(" ")
    if not number.isdigit() or len(number) > 9:
        return None, text
    return int(number), "\n".join(part for part in (beside.strip(), below) if part)


# --- a mail that is passed on


async def _original(office: Office, number: int, mail: IncomingMail, received_at: datetime) -> ForwardedMail | None:
    """The mail that *mail* passes on, in its text or hanging on it."""
    today = office.council.calendar.local(received_at).date()
    ours = {address for officer in office.council.roster.officers for address in officer.addresses} | office.ways.own_addresses
    found = forwarded(mail, today, frozenset(ours))
    if found is not None or not any(_is_mail(each) for each in mail.attachments):
        return found
    async with kept(office, number) as source:
        files = await office.reader.files(source, _LOOKED_INTO)
    nameless = None
    for file in files:
        inner = (await office.reader.parse(file.content)).mail if _is_mail(file) else None
        if inner is None or (inner.sender is None and not inner.subject) or (inner.sender and inner.sender.key in ours):
            continue
        day = office.council.calendar.local(inner.date).date() if inner.date is not None and inner.date.tzinfo else None
        original = ForwardedMail(inner.sender, inner.subject, day if day is not None and day <= today else None, inner.text)
        if original.sender is not None:
            return original
        nameless = nameless or original  # an Exchange names its own people without an address
    return nameless


def _is_mail(file: Attachment | File) -> bool:
    """True for a mail that hangs on another, by its type or its name; its bytes say whether it can be opened."""
    return file.content_type in MAIL_TYPES or file.filename.lower().endswith(MAIL_ENDINGS)


async def asked_again(office: Office, officer: Officer, number: int, since: date) -> Confirm | None:
    """The question about mail *number*, which *officer* passed on; None: it is none any more."""
    earlier = await _earlier(office, officer, number)
    if isinstance(earlier, Refused) or earlier.original is None:
        return None
    return replace(await _asked(office, earlier.facts, earlier.original), since=since)


async def _asked(office: Office, facts: MailFacts, original: ForwardedMail) -> Confirm:
    """Whose mail it seems to be; nothing is done before the officer says so."""
    number, sender = facts.number, original.sender
    today = office.council.calendar.local(facts.received_at).date()
    about = f", “{original.subject}”" if original.subject else ""
    if sender is None:
        lines = (f"Name: {original.named}".rstrip(" "), "Email: ", f"Date: {original.day or today}")
        detail = f"It is not certain who wrote it{about}. Please fill in their name, and their address if there is one."
        opens = Choice(f"Open a case for {original.named or 'whoever wrote it'}", "\n".join((f"#log {number}", *lines)) + "\n")
        return Confirm(number, "forwarded", own_words(original.text), (opens, _nothing(number)), detail)
    day = f" of {words_of(original.day)}" if original.day else ""
    since = "" if original.day else " Its date cannot be read: a case would count from today."
    who = f"{sender.name} <{sender.address}>" if sender.name else sender.address
    detail = f"This seems to be an email from {who}{day}{about}.{since} Should a case be opened for them?"
    theirs = await office.db.read(partial(_open_cases, council=office.council.policy.id, address=sender.address))
    lines = (f"Name: {sender.name or sender.address}", f"Email: {sender.address}", f"Date: {original.day or today}")
    opens = Choice(f"Open a case for {sender.name or sender.address}", "\n".join((f"#log {number}", *lines)) + "\n")
    joins = tuple(Choice(f"It belongs to {ref}", f"#log {number} {ref}\n") for ref in theirs)
    return Confirm(number, "forwarded", own_words(original.text), (opens, *joins, _nothing(number)), detail)


def _nothing(number: int) -> Choice:
    return Choice("Do nothing", f"#discard {number}\n")


def _open_cases(tx: Tx, council: str, address: str) -> tuple[str, ...]:
    found = (cases.load(tx, ref) for ref in cases.of_party(tx, council, address))
    living = {Status.OPEN, Status.ANSWERED}
    return tuple(case.ref for case in found if case is not None and not case.restricted and case.status in living)[:MOST_CASES]


async def _earlier(office: Office, officer: Officer, number: int) -> _Earlier | Refused:
    """The mail *number*, where it is the officer's own, proven, and belongs to no case yet."""
    stored = await office.db.read(partial(mails.get, id=number))
    none = Refused(
        f"#log {number}", f"there is no mail number {number} of yours to be logged", ("#log, the lines, and the text",)
    )
    if stored is None or stored.mailbox != office.ways.mailbox or (stored.sender or "") not in officer.addresses:
        return none
    if stored.case_ref is not None:
        return Refused(f"#log {number}", f"that mail belongs to {stored.case_ref} already", ())
    async with kept(office, number) as source:
        mail = (await office.reader.parse(source)).mail
    if mail is None or proven(mail, office.ways.trusted_server, office.ways.authentication).state != "pass":
        return none
    facts = _facts(stored, mail, officer)
    original = await _original(office, number, mail, stored.received_at)
    read = read_commands((await written_in(office, number)).text)
    logged = unsigned(read.commands[0].text, officer.name) if read.commands and read.commands[0].word == "log" else ""
    return _Earlier(facts, original, logged) if original is not None or logged else none


async def _is_kept_without_a_case(office: Office, officer: Officer, number: int, now: datetime) -> bool:
    """Whether mail *number* was filed by a rule, or as a robot's, and *officer* may say that it is a resident's."""
    stored = await office.db.read(partial(mails.get, id=number))
    kept = stored is not None and stored.mailbox == office.ways.mailbox and stored.state is MailState.IGNORED
    ours = stored is not None and (stored.folder == office.ways.sent_folder or stored.kind == MailKind.OWN)
    return kept and not ours and office.council.at(now).plays(officer, LEAD)


def _facts(stored: StoredMail, mail: IncomingMail, officer: Officer) -> MailFacts:
    return MailFacts(
        number=stored.id,
        sender=mail.sender or Address(officer.name, officer.email),
        subject=mail.subject,
        message_id=None,
        references=(),
        received_at=stored.received_at,
        own_text=mail.own_text,
        text=mail.text,
        attachments=tuple(attachment.filename for attachment in mail.attachments),
    )


async def _belongs(office: Office, officer: Officer, facts: MailFacts, earlier: _Earlier, case: Case) -> Takes | Refused:
    """The mail that was passed on, as a further mail of its writer on *case*."""
    original, secret = earlier.original, case.restricted and not office.council.plays(officer, LEAD)
    if original is None or original.sender is None or secret or not case.is_party(original.sender.address):
        instead = (f"a letter that you had about {case.ref}, answered with #note and what they wrote",)
        return _refused(facts, f"whoever wrote it is no party to {case.ref}", instead)
    wrote = _as_theirs(office, earlier.facts, original.sender, original, original.subject, original.day)
    routed = route(_mail_of(wrote), office.council.routing, opens=False)
    return Takes(case.ref, ResidentWrote(wrote, routed, PASSED_ON), earlier.facts.number)


def _as_theirs(
    office: Office, facts: MailFacts, who: Address, original: ForwardedMail | None, subject: str, day: date | None
) -> MailFacts:
    """*facts* as a mail of the resident's own, of the *day* on which it reached the council."""
    calendar = office.council.calendar
    text = original.text if original is not None else facts.text
    return replace(
        facts,
        sender=who,
        subject=subject,
        message_id=None,
        references=(),
        received_at=facts.received_at if day is None else min(calendar.at(day, NOON), facts.received_at),
        own_text=own_words(text) or text,
        text=text,
        answerable=bool(who.address),
    )


# --- what is written down


async def _opening(office: Office, officer: Officer, facts: MailFacts, said: str, earlier: _Earlier | None) -> Takes | Refused:
    """The case that *officer* describes, or all that is wrong with the description, and the same once more to be completed."""
    calendar = office.council.calendar
    services = tuple(sorted({*office.council.routing.services, *_services(office)}))
    today = calendar.local(facts.received_at).date()
    original = earlier.original if earlier is not None else None
    begun = read_contact(earlier.logged, today, services) if earlier is not None and original is None else None
    prompt = calendar.add_working_days(today, -LATE)
    contact = read_contact(said, today, services, _known(original, begun), prompt)
    if contact.email and (wrong := _nobody_outside(office, contact.email)):
        contact = replace(contact, problems=(*contact.problems, wrong))
    if contact.problems:
        number = earlier.facts.number if earlier is not None else facts.number
        again = Choice("Complete it, and send it again", "\n".join((f"#log {number}", *contact.lines)) + "\n")
        return replace(_refused(facts, "the description is not complete", contact.problems), choices=(again,))
    held = None
    if contact.email:
        held = await office.db.read(partial(restricted_case, office=office, address=contact.email, at=facts.received_at))
    who, of = Address(contact.name, contact.email), earlier.facts if earlier is not None else facts
    told = (
        original is not None and contact.text != original.text
    )  # what they add to a mail that they pass on is not its writer's
    text = original.text if original is not None else contact.text
    wrote = _as_theirs(office, of, who, ForwardedMail(None, "", None, text), _subject(contact, original), contact.day)
    if not of.attachments and facts.attachments:
        wrote = replace(wrote, number=facts.number, attachments=facts.attachments)
    ref = await new_reference(office, facts.received_at)
    event = CaseOpened(
        ref=ref,
        mail=replace(wrote, answerable=bool(contact.email) and contact.channel != AWAITS_PERMISSION),
        route=_route(office, wrote, contact),
        member=bool(contact.email) and original is not None and office.council.policy.is_member(contact.email),
        logged=LoggedContact(contact.channel, officer.key, _ways(officer, contact, original, contact.text if told else "")),
        restriction=held[1] if held else None,
    )
    return Takes(ref, event, earlier.facts.number if earlier is not None else None)


def _nobody_outside(office: Office, address: str) -> str:
    """Why *address* cannot be a resident's, where it is a robot's, the council's own or a colleague's; else empty."""
    said = f"“Email: {address}” is"
    if unread_address(address.lower()):
        return f"{said} an address that nobody reads: write the resident's own, or leave it empty"
    if address.lower() in office.ways.own_addresses:
        return f"{said} this mailbox itself: write the resident's own, or leave it empty"
    colleague = office.council.roster.find_by_address(address)
    if colleague is not None:
        return f"{said} the address of {colleague.name}, who works here: write the resident's own, or leave it empty"
    return ""


def _known(original: ForwardedMail | None, begun: ContactRead | None) -> Known:
    if original is not None:
        sender = original.sender or Address("", "")
        who = sender.name or sender.address
        return Known(who, sender.address, "email", original.day, PASSED_ON, original.text)
    if begun is not None:
        return Known(begun.name, begun.email, begun.channel, begun.day, begun.reason, begun.text)
    return Known()


def _not_proven(office: Office) -> tuple[str, tuple[str, ...]]:
    """(why, what to do instead). Where no mail server vouches for anybody, sending it again would not help."""
    ways = office.ways
    if ways.authentication == "none" or (ways.authentication == "rfc8601" and not ways.trusted_server):
        reason = "no mail server proves here whose a mail is (authentication.profile), and #log wants that"
        return reason, (
            "whoever runs townclerk can name one: authentication.profile and authentication.trusted_server",
            "until then, ask them to write to the mailbox",
        )
    return "this mail could not be proven to be yours", ("send it again from your own mail account",)


def _services(office: Office) -> set[str]:
    return {service for officer in office.council.roster.officers for service in officer.services}


def _refused(facts: MailFacts, reason: str, instead: tuple[str, ...]) -> Refused:
    return Refused(understood="#log", reason=reason, instead=instead, text=facts.own_text)


def _subject(contact: ContactRead, original: ForwardedMail | None) -> str:
    """The beginning of what they said."""
    if original is not None and original.subject:
        return original.subject
    first = " ".join(contact.text.split())
    return first if len(first) <= 60 else first[:60].rsplit(" ", 1)[0] + " …"


def _mail_of(facts: MailFacts) -> IncomingMail:
    return IncomingMail(sender=facts.sender, subject=facts.subject, text=facts.text, own_text=facts.own_text)


def _route(office: Office, wrote: MailFacts, contact: ContactRead) -> Route:
    found = route(replace(_mail_of(wrote), subject=""), office.council.routing)
    return replace(found, service=contact.service or found.service)


def _ways(officer: Officer, contact: ContactRead, original: ForwardedMail | None, remark: str) -> tuple[tuple[str, str], ...]:
    counted = "the day that stands in the email, which reached the council then" if original and original.day else ""
    given = (
        ("Channel", contact.channel),
        ("Passed on by" if original is not None else "Taken down by", officer.name),
        ("Telephone", contact.phone),
        ("Post", contact.address),
        ("Counted from", counted),
        ("Written down later, because", contact.reason if original is None else ""),
        ("Remark", remark),
    )
    return tuple((label, words) for label, words in given if words)
