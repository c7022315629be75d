"""One decision in the making: the case as it becomes, and what is to be sent. It lives for the length of one `decide`."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from townclerk.domain.case import Case, Correspondence, Waiting
from townclerk.domain.council import Council
from townclerk.domain.deadlines import stage_deadlines
from townclerk.domain.decide.decision import Decision, Entry, JoinOther, Send
from townclerk.domain.events import MailFacts
from townclerk.domain.letters import (
    Because,
    CaseSummary,
    Content,
    DatedPromise,
    Letter,
    Ombudsmen,
    Original,
    Recipient,
    ResidentContent,
    StaffContent,
)
from townclerk.domain.policy import StagePolicy
from townclerk.domain.roster import Officer
from townclerk.domain.words import LetterKind, Stage

LEAD = "complaints_lead"

# Letters to staff that leave at any hour; every other one waits for working hours.
AT_ANY_HOUR = frozenset({LetterKind.ALERT, LetterKind.DONE, LetterKind.REFUSED, LetterKind.CONFIRM})


class Deliberation:
    """Collects what one event comes to. `source` begins the keys of its effects: it names the event for ever."""

    def __init__(self, case: Case, council: Council, now: datetime, source: str, event: str) -> None:
        self.case = case
        self.council = council
        self.now = now
        self.source = source
        self.event = event
        self._sends: list[Send] = []
        self._journal: list[Entry] = []
        self._joins: list[JoinOther] = []
        self.unsent = False  # a letter to the resident was wanted, and there is no address for it

    def decision(self) -> Decision:
        return Decision(self.case, tuple(self._sends), tuple(self._journal), tuple(self._joins))

    def start_again(self, case: Case) -> None:
        """Forget everything since *case*: nothing of it happens."""
        self.case = case
        self._sends, self._journal, self._joins = [], [], []

    @property
    def writes_to_resident(self) -> bool:
        return any(not send.letter.to.staff for send in self._sends)

    # --- the case

    def change(self, **fields: object) -> None:
        self.case = replace(self.case, **fields)  # type: ignore[arg-type]  # the names are checked by replace itself

    def note(self, actor: str, event: str, **detail: object) -> None:
        self._journal.append(Entry(actor, event, tuple((name, str(value)) for name, value in detail.items())))

    def join(self, other: JoinOther) -> None:
        self._joins.append(other)

    def start(self, stage: StagePolicy, received_at: datetime) -> None:
        """Begin *stage*: its clocks that run from receipt start now, counted from *received_at*."""
        self.change(stage=stage.stage)
        for deadline in stage_deadlines(stage, received_at, self.now, self.council.calendar):
            self.case = self.case.with_deadline(deadline)
            self.note("townclerk", "deadline", name=deadline.name, due=deadline.target, clause=deadline.clause)

    def meet(self, name: str) -> None:
        """The promise is kept, now."""
        deadline = self.case.deadline(name)
        if deadline is not None and deadline.open:
            self.case = self.case.with_deadline(replace(deadline, met_at=self.now))

    def drop_deadlines(self, stage: Stage | None = None) -> None:
        """What is owed (of one stage) is no longer: the case took another way."""
        for deadline in self.case.deadlines:
            if deadline.open and (stage is None or deadline.stage is stage):
                self.case = self.case.with_deadline(replace(deadline, dropped=True))

    def record(self, mail: MailFacts) -> None:
        """Keep *mail* on the case."""
        kept = Correspondence(
            mail.number,
            mail.sender,
            mail.subject,
            mail.message_id,
            mail.received_at,
            mail.own_text or mail.text,
            mail.attachments,
        )
        self.change(mails=(*self.case.mails, kept), last_contact_at=mail.received_at)
        if mail.message_id:
            self.change(thread=(*self.case.thread, mail.message_id)[-20:])

    # --- people

    @property
    def stage_policy(self) -> StagePolicy | None:
        return self.council.policy.stages.get(self.case.stage) if self.case.stage else None

    def responsible(self, role: str | None = None) -> Officer | None:
        """Who must act in *role* (by itself: whoever must answer). A restricted case is the complaints lead's alone."""
        if self.case.restricted:
            return self.lead()
        if self.case.officer is not None:
            assigned = self.council.roster.find(self.case.officer)
            if assigned is not None:
                return assigned
        wanted = role or (self.stage_policy.respond.by if self.stage_policy else "service")
        found = self.council.playing(wanted, self.case.service)
        return found[0] if found else self.lead()

    def lead(self) -> Officer | None:
        found = self.council.playing(LEAD)
        return found[0] if found else None

    def first_to_act(self) -> str:
        """The role that must act first in this stage: whoever acknowledges or assesses, else whoever responds."""
        stage = self.stage_policy
        if stage is None:
            return "service"
        first = stage.assess or stage.acknowledge or stage.respond
        return first.by

    def people(self, part: str) -> tuple[Recipient, ...]:
        """Everyone who plays *part*; the address that the policy prints for it; else the complaints lead."""
        officers = self.council.playing(part, self.case.service)[:1] if part == "service" else self.council.playing(part)
        if officers:
            return tuple(to_officer(officer) for officer in officers)
        address = self.council.policy.role_addresses.get(self.council.policy.own_role(part))
        if address:
            return (Recipient(part.replace("_", " "), address, None, staff=True),)
        lead = self.lead()
        return (to_officer(lead),) if lead else ()

    # --- letters

    def ombudsmen(self) -> Ombudsmen:
        first, *others = self.council.policy.ombudsmen
        return Ombudsmen(first, tuple(others))

    def dates(self, *what: str) -> tuple[DatedPromise, ...]:
        """The dates that stand, those asked for or all; a resident's last day to ask is none of ours."""
        return tuple(
            DatedPromise(d.what, d.promised, d.stage, d.clause)
            for d in self.case.deadlines
            if d.open and d.what != "request" and (not what or d.what in what)
        )

    def original(self, mail: Correspondence | None) -> Original:
        mail = mail or self.case.first_mail
        if mail is None:
            return Original(self.case.complainant, self.case.subject, self.case.opened_at, "")
        return Original(mail.sender, mail.subject, mail.received_at, mail.text, mail.mail, mail.attachments)

    def summary(self) -> CaseSummary:
        case = self.case
        officer = self.responsible()
        title = self.stage_policy.title if self.stage_policy else None
        return CaseSummary(
            ref=case.ref,
            category=case.category,
            subject=case.subject,
            service=case.service,
            stage_title=title,
            opened_on=self.council.calendar.local(case.opened_at).date(),
            complainant=case.complainant.name or case.complainant.address,
            officer=officer.name if officer else None,
            dates=self.dates(),
        )

    def to_resident(self, content: ResidentContent, automatic: bool, promises: Sequence[str] = (), clause: str = "") -> None:
        """Send to the complainant, at any hour. Where they gave no address, `unsent` says so to whoever asked for it."""
        if not self.case.receipts:
            self.unsent = True
            self.note("townclerk", "letter_not_sent", letter=content.kind, reason="no address that can be answered")
            return
        to = Recipient(self.case.complainant.name, self.case.complainant.address)
        self._send(to, content, Because(self.event, promises[0] if promises else None, clause or None), automatic)

    def to_staff(
        self,
        to: Recipient | Officer | None,
        content: StaffContent,
        promises: Sequence[str] = (),
        clause: str = "",
        files_of: int | None = None,
        event: str | None = None,
    ) -> None:
        """Send to a member of staff, now. Letters that wait for working hours go through `handing.hand_over`."""
        recipient = to_officer(to) if isinstance(to, Officer) else to
        if recipient is not None:
            because = Because(event or self.event, promises[0] if promises else None, clause or None)
            self._send(recipient, content, because, automatic=True, files_of=files_of)

    def _send(self, to: Recipient, content: Content, because: Because, automatic: bool, files_of: int | None = None) -> None:
        letter = Letter(to, content, because, self.summary(), automatic, self.case.thread)
        letter_key = f"{self.case.ref}:{self.source}:{content.kind}"
        key = f"{letter_key}:{to.address.lower()}"
        taken = {send.key for send in self._sends}
        if key in taken:  # two letters of a kind to one person by one event: number them
            number = sum(send.key.startswith(key) for send in self._sends) + 1
            key, letter_key = f"{key}:{number}", f"{letter_key}:{number}"
        self._sends.append(Send(key, letter_key, letter, files_of))

    # --- letters that wait for working hours

    def wait(self, letter: Waiting) -> None:
        self.change(waiting=(*self.case.waiting, letter))

    def opening_hour(self) -> datetime | None:
        """When working hours begin next, or None: they are now."""
        return next_opening(self.council, self.now)


def next_opening(council: Council, now: datetime) -> datetime | None:
    """When letters to staff may leave next, or None: now."""
    calendar, hours = council.calendar, council.policy.hours
    local = calendar.local(now)
    today = local.date()
    if calendar.is_working(today):
        if hours.opens <= local.time() < hours.closes:
            return None
        if local.time() < hours.opens:
            return calendar.at(today, hours.opens)
    return calendar.at(calendar.add_working_days(today, 1), hours.opens)


def to_officer(officer: Officer) -> Recipient:
    return Recipient(officer.name, officer.email, officer.key, staff=True)
