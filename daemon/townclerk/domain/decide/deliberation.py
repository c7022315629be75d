"""One decision in the making: the case as it becomes, and what is to be sent. It lives for the length of one `decide`."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from itertools import chain

from townclerk.domain.campaigns import campaign_line
from townclerk.domain.case import (
    BY_POST,
    PRIORITY,
    Case,
    Correspondence,
    Deadline,
    HeldMail,
    LeavingMail,
    PartyRole,
    Restriction,
    SettledMail,
    Waiting,
)
from townclerk.domain.commands import holds_staff_letter
from townclerk.domain.council import Council
from townclerk.domain.deadlines import stage_deadlines
from townclerk.domain.decide.choices import HAD_IT
from townclerk.domain.decide.decision import Decision, Entry, Follow, JoinOther, Send, TellOthers
from townclerk.domain.enclosing import Enclosed
from townclerk.domain.events import CaseOpened, Event, MailFacts
from townclerk.domain.letters import (
    Because,
    CaseSummary,
    Content,
    DatedPromise,
    InPlaceOf,
    Letter,
    Ombudsmen,
    Original,
    Recipient,
    ResidentContent,
    ShownAction,
    StaffContent,
)
from townclerk.domain.letters import Decision as StaffDecision
from townclerk.domain.mail import Address
from townclerk.domain.named_officers import is_a_person, names, speaks_of
from townclerk.domain.ombudsmen import for_matter
from townclerk.domain.policy import SERVICE, StagePolicy
from townclerk.domain.quoting import what_they_quote
from townclerk.domain.roster import Officer
from townclerk.domain.statutes import by_law
from townclerk.domain.timescales import override_on, stage_on
from townclerk.domain.words import DANGER, Alert, LetterKind, Priority, Stage

_QUOTED_KEPT = 10_000  # characters of what somebody quotes, of a long conversation the latest

LEAD = "complaints_lead"
UNREACHABLE = "unreachable"  # what is asked of whoever must reach a resident to whom nothing can be mailed

# What somebody gets who is copied at the resident's request: what is said of each stage, and nothing else.
COPIED = frozenset(
    {
        LetterKind.ACKNOWLEDGEMENT,
        LetterKind.DELAY_NOTICE,
        LetterKind.EXTENSION_PROPOSAL,
        LetterKind.EXTENSION_NOT_AGREED,
        LetterKind.RESPONSE,
        LetterKind.REVIEW_DECISION,
        LetterKind.NOT_ACCEPTED,
        LetterKind.ACTION_UPDATE,
        LetterKind.CLOSURE,
    }
)
# Letters to staff that leave at any hour; every other one waits for working hours.
AT_ANY_HOUR = frozenset({LetterKind.ALERT, LetterKind.DONE, LetterKind.REFUSED, LetterKind.CONFIRM})
# What asks somebody to work on a case, and goes only to whoever has the case that leads its campaign.
OF_THE_LEAD = frozenset({LetterKind.ASSIGNMENT, LetterKind.REMINDER, LetterKind.OVERDUE, LetterKind.ESCALATION})
# What answers an officer's own mail: theirs alone, also while somebody stands in for them.
ANSWERS = frozenset({LetterKind.DONE, LetterKind.REFUSED, LetterKind.CONFIRM})


class Deliberation:
    """Collects what one event comes to. `source` begins the keys of its effects: it names the event for ever."""

    def __init__(self, case: Case, council: Council, now: datetime, source: str, event: str) -> None:
        self.case = case
        self.council = council.at(now)
        self.now = now
        self.source = source
        self.event = event
        self._sends: list[Send] = []
        self._journal: list[Entry] = []
        self._joins: list[JoinOther] = []
        self.withheld: list[LetterKind] = []  # letters to the resident that a hold keeps back
        self.by_post = False  # a letter to the resident was given to an officer, who sends it in another way
        self.kept_back: list[LetterKind] = []  # letters that a restriction of contact has stopped
        self._others: list[TellOthers] = []
        self._openings: list[CaseOpened] = []
        self._follows: list[Follow] = []
        self.capped = False  # what goes to the resident goes to many: the brake counts it
        self.unsent = False  # a letter to the resident was wanted, and there is no address for it
        self.tells_of_danger = False  # the further mail that is dealt with: whoever wrote it may need help now

    def decision(self) -> Decision:
        followed = (tuple(self._joins), tuple(self._others), tuple(self._openings), tuple(self._follows))
        return Decision(self.case, tuple(self._sends), tuple(self._journal), *followed)

    def start_again(self, case: Case) -> None:
        """Forget everything since *case*: nothing of it happens."""
        self.case = case
        self._sends, self._journal, self._joins = [], [], []
        self.withheld, self.by_post, self.unsent = [], False, False
        self.kept_back, self._others, self._openings, self._follows = [], [], [], []

    @property
    def writes_to_resident(self) -> bool:
        return any(not send.letter.to.staff for send in self._sends)

    def writes_to(self, officer: Officer) -> bool:
        """True where some letter of this moment goes to *officer*."""
        return any(send.letter.to.officer == officer.key for send in self._sends)

    @property
    def letters_to_resident(self) -> tuple[Letter, ...]:
        """What goes to people outside as it now stands, also where an officer has to post it."""
        enclosed = (
            send.letter.content.enclosed if isinstance(send.letter.content, StaffDecision) else None for send in self._sends
        )
        posted = tuple(letter for letter in enclosed if letter is not None)
        return (*posted, *(send.letter for send in self._sends if not send.letter.to.staff))

    # --- the case

    def change(self, **fields: object) -> None:
        self.case = replace(self.case, **fields)  # type: ignore[arg-type]  # the names are checked by replace itself

    def note(self, actor: str, event: str, **detail: object) -> None:
        self._journal.append(Entry(actor, event, tuple((name, str(value)) for name, value in detail.items())))

    def join(self, other: JoinOther) -> None:
        self._joins.append(other)

    def tell_others(self, restriction: Restriction | None) -> None:
        """The person's other cases learn of a restriction of contact, or (None) that it has ended. Of somebody without an
        address nobody knows which those are."""
        if self.case.complainant.key:
            self._others.append(TellOthers(self.case.complainant.key, restriction))

    def open_another(self, opening: CaseOpened) -> None:
        self._openings.append(opening)

    def follow(self, ref: str, event: Event) -> None:
        """Let *event* happen to the case *ref* as well."""
        self._follows.append(Follow(ref, event))

    def start(self, stage: StagePolicy, mail: int, received_at: datetime, why: str = "") -> None:
        """Begin *stage* with *mail*: its clocks that run from receipt start now, counted from *received_at*. A stage that has
        been before runs anew: what was sent for its first run does not count for this one."""
        again = any(each.stage is stage.stage and each.what != "request" for each in self.case.deadlines)
        self.change(stage=stage.stage, began_mail=mail, run=self.case.run + again, assigned=(), officer=self._keeps(stage))
        self.change(begun=(*self.case.begun, stage.stage), proposal=None, draft=None, understanding="")
        self._keep_from_whom_it_names(stage)
        day = self.council.calendar.day_zero(received_at)[0]
        counted = stage_on(self.council.policy, stage, day)
        for deadline in stage_deadlines(counted, received_at, self.now, self.council.calendar, why):
            self.owe(deadline)
            self.note("townclerk", "deadline", name=deadline.name, due=deadline.target, clause=deadline.clause)

    def _keep_from_whom_it_names(self, stage: StagePolicy) -> None:
        """Of those who would have a part in *stage*, or stand in for them, whoever the resident speaks of has none. Whether it
        is about them nobody can tell by its words: a colleague has it at once, and a person may give it back. To complain of a
        team is no reason to keep the matter from all of it."""
        playing = (officer for role in stage.roles for officer in self.council.playing(role, self.case.service))
        self.keep_from_whom_it_speaks_of(playing)

    def keep_from_whom_it_speaks_of(self, officers: Iterable[Officer]) -> None:
        """Of *officers* and those who stand in for them, whoever the resident speaks of has no part in the case."""
        stand_ins = (one for officer in officers for one in (officer, *self.council.roster.stand_ins(officer, as_if_away=True)))
        known = {*self.case.conflicts, *self.case.named, *self.case.given_back}
        for officer in dict.fromkeys(stand_ins):
            if (
                officer.key not in known
                and is_a_person(officer)
                and any(self._speaks_of(mail, officer) for mail in self.case.mails)
            ):
                self.keep_from(officer)

    def _speaks_of(self, mail: Correspondence, officer: Officer) -> bool:
        said, services = f"{mail.subject}. {mail.text}", {*officer.services, self.case.service}
        return names(officer, said) or speaks_of(officer, said, mail.sender, services)

    def keep_from(self, officer: Officer) -> None:
        """They hear no more of the case, unless a person gives it back."""
        self.change(
            named=(*self.case.named, officer.key),
            given_back=tuple(key for key in self.case.given_back if key != officer.key),
            officer=None if self.case.officer == officer.key else self.case.officer,
        )
        self.note("townclerk", "kept_from", officer=officer.key, reason="what the resident wrote speaks of them")

    def _keeps(self, stage: StagePolicy) -> str | None:
        """To whom the case was given, where *stage* is theirs to answer as well: other roles have other people."""
        before = self.stage_policy
        same = before is None or before.respond.by == stage.respond.by
        return self.case.officer if same or self.case.restricted else None

    def owe(self, deadline: Deadline) -> None:
        """Take *deadline* upon the case, in the place of one of its name from an earlier run."""
        self.case = self.case.with_deadline(replace(deadline, run=self.case.run))

    def meet(self, name: str, at: datetime | None = None) -> None:
        """The promise is kept, now; or was kept *at* an earlier moment, of which we only hear now."""
        deadline = self.case.deadline(name)
        if deadline is not None and deadline.open:
            self.case = self.case.with_deadline(replace(deadline, met_at=at or self.now))

    def settle_held(self, held: HeldMail | LeavingMail, officer: str, how: str) -> None:
        """A mail that was held, or could be stopped, no longer is; *how* says what became of it, and by which *officer*."""
        self.change(
            held=tuple(other for other in self.case.held if other is not held),
            leaving=tuple(other for other in self.case.leaving if other is not held),
            settled=(*self.case.settled, SettledMail(held.number, officer, how, self.now)),
        )

    def settled_otherwise(self, number: int, how: str) -> None:
        """Of the mail *number*, something else became than was noted last."""
        others = tuple(each for each in self.case.settled if each.number != number)
        this = (replace(each, how=how) for each in self.case.settled if each.number == number)
        self.change(settled=(*others, *this))

    def drop(self, name: str) -> None:
        """What *name* says is no longer owed."""
        deadline = self.case.deadline(name)
        if deadline is not None and deadline.open:
            self.case = self.case.with_deadline(replace(deadline, dropped=True))

    def drop_deadlines(self, stage: Stage | None = None) -> None:
        """What is owed (of one stage) is no longer: the case took another way. With the whole case goes what was on its way: a
        later date that was proposed, a response that waits for agreement."""
        if stage is None:
            self.change(proposal=None, draft=None)
        for deadline in self.case.deadlines:
            if deadline.open and not deadline.outlives and (stage is None or deadline.stage is stage):
                self.case = self.case.with_deadline(replace(deadline, dropped=True))

    def record(self, mail: MailFacts) -> None:
        """Keep *mail* on the case, with its sender's own words. Where the mail that opens it has none (a pure forward), its
        whole text is kept, and where it quotes, that as well; never a letter of ours to staff. Of a later one, what they wrote
        among the lines that they quote."""
        opens = not self.case.mails and not holds_staff_letter(mail.text, self.council.policy.prefix)
        whole = mail.text if opens else ""
        kept = Correspondence(
            mail.number,
            mail.sender,
            mail.subject,
            mail.message_id,
            mail.received_at,
            mail.own_text or whole,
            mail.attachments,
            (what_they_quote(mail.text, mail.own_text) if opens else mail.between)[:_QUOTED_KEPT],
            self.tells_of_danger,
        )
        self.change(mails=(*self.case.mails, kept), last_contact_at=mail.received_at)
        if mail.message_id:
            self.change(thread=(*self.case.thread, mail.message_id)[-20:])

    # --- people

    @property
    def stage_policy(self) -> StagePolicy | None:
        return self.council.policy.stages.get(self.case.stage) if self.case.stage else None

    def responsible(self, role: str | None = None) -> Officer | None:
        """Who must act in *role* (by itself: whoever must answer). A restricted case is the complaints lead's, or theirs whom
        the lead gave it to; no case is theirs whom it complains of."""
        assigned = self.council.roster.find_here(self.case.officer)
        assigned = None if assigned is not None and assigned.key in self.barred() | self.kept_from() else assigned
        if assigned is not None or self.case.restricted:
            return assigned or self.lead()
        wanted = role or (self.stage_policy.respond.by if self.stage_policy else self._deals_with_it())
        return next(chain(self._deputies_of(wanted), self._playing(wanted), self._leads(wanted)), None) or self.lead()

    def _deals_with_it(self) -> str:
        """Whoever gets what no stage deals with: of a request for information, for instance, those who answer such requests."""
        category = self.council.policy.categories.get(self.case.category)
        return next(iter(category.forward_to), SERVICE) if category is not None and category.first_stage is None else SERVICE

    def _deputies_of(self, part: str) -> Iterator[Officer]:
        """Who stands in for whoever would have it by the roster, where the case is kept from them."""
        first = next(iter(self.council.playing(part, self.case.service)), None)
        if first is not None and first.key in self.kept_from():
            others = self._free(self.council.roster.stand_ins(first, as_if_away=True))
            yield from (one for one in others if one.key not in self.barred(part))

    def _leads(self, part: str) -> Iterator[Officer]:
        """The complaints lead; where *part* is to answer and they answered before, whoever is above them."""
        barred = self.barred(part)
        yield from (one for one in chain(self._free(self.council.playing(LEAD)), self._above()) if one.key not in barred)

    def may_act(self, officer: Officer) -> bool:
        """True where *officer* may deal with this case, and know of it. Whoever stands in for somebody who may, may; but nobody
        whom it complains of."""
        if officer.has_left(self.council.roster.day) or officer.key in self.kept_from():
            return False
        acts_for, lead = self.council.roster.acts_for(officer), self.lead()
        return (
            not self.case.restricted
            or self.council.plays(officer, LEAD)
            or self.case.officer in acts_for
            or (lead is not None and lead.key in acts_for)
            or self.is_confidant(officer)
        )

    def reticent(self) -> bool:
        """True where letters to the resident say little, because what they wrote is restricted. A case that is only kept from
        somebody whom it names is an ordinary complaint to whoever wrote it."""
        case, policy = self.case, self.council.policy
        delicate = any(code in policy.exclusions and policy.exclusions[code].restricted for code in case.exclusions)
        delicate = delicate or any(alert in policy.restricted_alerts for alert in case.alerts)
        return case.restricted and (not case.conflicts or case.pending is not None or delicate)

    def is_confidant(self, officer: Officer) -> bool:
        """True where *officer* has a role that was asked about this restricted case."""
        return any(self.council.plays(officer, role) for role in self.case.confidants)

    def _playing(self, part: str) -> tuple[Officer, ...]:
        barred = self.barred(part)
        found = self._free(self.council.playing(part, self.case.service))
        others = tuple(officer for officer in found if officer.key not in barred)
        if others or not found or part == SERVICE:  # another service knows nothing of the matter: that is for the lead to ask
            return others
        return tuple(officer for officer in self._free(self.council.playing(part)) if officer.key not in barred)

    def _free(self, officers: Iterable[Officer]) -> tuple[Officer, ...]:
        """Those of *officers* from whom this case is not kept."""
        kept_from = self.kept_from()
        return tuple(officer for officer in officers if officer.key not in kept_from)

    def kept_from(self) -> frozenset[str]:
        """Whom the case complains of or may, or who have a conflict of interest, with the shared addresses that they read."""
        return self.council.roster.who_read((*self.case.conflicts, *self.case.named))

    def barred(self, role: str | None = None) -> frozenset[str]:
        """The officers who answered in a stage from which the people of this one, or whoever has *role* in it, must differ."""
        stage = self.stage_policy
        apart = (stage.apart_from if role is None else stage.apart_for(role)) if stage else frozenset()
        return self.council.roster.who_read({answer.officer for answer in self.case.answers if answer.stage in apart})

    def everybody(self, part: str) -> tuple[Officer, ...]:
        """Every officer who plays *part* and may deal with this case."""
        return self._free(self.council.playing(part)) if part == LEAD else self._playing(part)

    def lead(self) -> Officer | None:
        """The complaints lead; of a case that is kept from them, whoever is above them. None: nobody is."""
        return next(iter(self._free(self.council.playing(LEAD))), None) or next(self._above(), None)

    def _above(self) -> Iterator[Officer]:
        """Who else can look at what the complaints lead must not: those who decide about conduct, those who are told of what is
        late, and those who have the last word."""
        policy = self.council.policy
        conduct = policy.alerts.get(Alert.STAFF_CONDUCT)
        last = [stage.respond.by for stage in policy.stages.values()][-1:]
        roles = (*((conduct,) if conduct else ()), *(role for step in policy.escalation for role in step.to), *last)
        for role in dict.fromkeys(roles):
            yield from self._free(self.council.playing(role, self.case.service))

    # --- who gets the mail of somebody who is away

    def reader(self, officer: Officer, apart: frozenset[str] = frozenset()) -> Officer | None:
        """Who gets what is about this case and meant for *officer*: themselves; or, while they are away, a deputy, a colleague
        of the same role, the complaints lead, whoever is above them, of those who may have it. Where nobody is there it waits
        for *officer*. None: nobody may have it. Never one of *apart*, who wrote what is to be approved."""
        refused = apart - {officer.key}
        others = self.barred() | refused
        if self.council.roster.is_here(officer) and officer.key not in self.kept_from() | refused:
            return officer
        covering = (one for one in self._covering(officer) if one.key not in others and self.may_act(one))
        waiting = (one for one in (officer, *self.council.playing(LEAD)) if one.key not in refused and self.may_act(one))
        return next(covering, None) or next(waiting, None)

    def cover_for(self, officer: Officer) -> Officer | None:
        """Who can see to this case where *officer* seems not to, whatever the roster says; None: nobody else."""
        apart = self.barred() | {officer.key}
        return next((one for one in self._covering(officer) if one.key not in apart and self.may_act(one)), None)

    def _covering(self, officer: Officer) -> Iterator[Officer]:
        roster = self.council.roster
        yield from roster.stand_ins(officer, as_if_away=True)
        colleagues = roster.playing(officer.roles, self.case.service)
        yield from (one for one in colleagues if roster.is_here(one))
        for one in (*self.council.playing(LEAD), *self._above()):
            yield from roster.stand_ins(one)

    def writes(self, role: str | None = None) -> Officer | None:
        """Who must write what *role* owes the resident: whoever must act in it; while a restriction of contact lets one team
        alone write to them, somebody of that team."""
        restrictions = self.council.policy.provisions.restrictions
        responsible = self.responsible(role)
        if restrictions is None or not restrictions.only_they_write or not self.restricts(self.case.complainant):
            return responsible
        team = self.everybody(restrictions.by)
        return responsible if responsible in team or not team else team[0]

    def first_to_act(self) -> str:
        """The role that must act first in this stage: whoever acknowledges or assesses, else whoever responds."""
        stage = self.stage_policy
        if stage is None:
            return SERVICE
        first = stage.assess or stage.acknowledge or stage.respond
        return first.by

    def people(self, part: str, danger: bool = False) -> tuple[Recipient, ...]:
        """Everyone who plays *part*; where it is shared out by services, the first of this one; the address that the policy
        prints for it; else the complaints lead. Of a restricted case only the complaints lead hears, and who was asked, unless
        somebody is in *danger*."""
        part = LEAD if self.case.restricted and not danger and part not in self.case.confidants else part
        officers = self.everybody(part)
        if part != LEAD and any(officer.services for officer in self.council.playing(part)):
            officers = officers[:1]
        if officers:
            return tuple(to_officer(officer) for officer in officers)
        address = self.council.policy.role_addresses.get(self.council.policy.own_role(part))
        if address:
            return (Recipient(part.replace("_", " "), address, None, staff=True),)
        lead = self.lead()
        return (to_officer(lead),) if lead else ()

    # --- letters

    def ombudsmen(self) -> Ombudsmen:
        """Those whom this matter can go to."""
        return for_matter(self.council.policy.ombudsmen, self.case.landlord)

    def dates(self, *what: str) -> tuple[DatedPromise, ...]:
        """The dates that stand, those asked for or all; a resident's last day to ask is none of ours."""
        return tuple(
            DatedPromise(d.what, d.promised, d.stage, d.clause, by_law(d))
            for d in self.case.deadlines
            if d.open and not d.outlives and d.what != "request" and (not what or d.what in what)
        )

    def original(self, mail: Correspondence | None) -> Original:
        mail = mail or self.case.first_mail
        if mail is None:
            return Original(self.case.complainant, self.case.subject, self.case.opened_at, "")
        told = mail.danger and bool(DANGER.intersection(self.case.alerts, self.council.policy.alerts))
        return Original(
            mail.sender, mail.subject, mail.received_at, mail.text, mail.mail, mail.attachments, mail.quoted, mail.danger, told
        )

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
            actions=tuple(ShownAction(action.number, action.what, action.due) for action in case.open_actions),
            adjustments=case.adjustments,
            hold=case.hold.reason if case.hold else "",
            longer=override_on(self.council.policy, self.council.calendar.local(self.now).date()),
            ombudsmen=self.ombudsmen(),
            priority=Priority.HIGH if case.flagged(PRIORITY) else Priority.NORMAL,
            campaign=campaign_line(case),
        )

    @property
    def from_an_officer(self) -> bool:
        """True where an officer's own mail is what is decided on: what follows from it goes on purpose, whatever is on hold."""
        return self.event.startswith("officer:")

    def to_resident(
        self,
        content: ResidentContent,
        automatic: bool,
        promises: Sequence[str] = (),
        clause: str = "",
        party: Address | None = None,
        enclosed: Enclosed | None = None,
    ) -> None:
        """Send to the complainant (or to another *party*), at any hour, with the files *enclosed*. Where they gave no address,
        `unsent` says so to whoever asked for it."""
        if automatic and self.restricts(party or self.case.complainant):
            self.keep_back(content.kind)
            return
        if automatic and self.case.hold is not None and not self.from_an_officer:
            self.withheld.append(content.kind)
            self.note("townclerk", "letter_not_sent", letter=content.kind, reason="the case is on hold")
            return
        if not automatic:
            self.change(written_at=self.now)
        if party is None and self.case.flagged(BY_POST):
            self.by_post = True
            self.note("townclerk", "letter_by_post", letter=content.kind)
            self.give_to_officer(content, BY_POST, automatic, promises, clause, enclosed)
            return
        if party is None and not self.case.receipts:
            self.unsent = True
            self.note("townclerk", "letter_not_sent", letter=content.kind, reason="no address that can be answered")
            return
        person = party or self.case.complainant
        to = Recipient(person.name, person.address)
        because = Because(self.event, promises[0] if promises else None, clause or None)
        self._send(to, content, because, automatic, enclosed=enclosed)
        if party is None:
            self._copy(content, automatic, promises, clause, enclosed)

    def _copy(
        self, content: ResidentContent, automatic: bool, promises: Sequence[str], clause: str, enclosed: Enclosed | None
    ) -> None:
        """Whoever is copied at the resident's request has the letters of each stage as well."""
        if content.kind in COPIED:
            because = Because(self.event, promises[0] if promises else None, clause or None)
            person = self.case.complainant
            for copied in (party for party in self.case.parties if party.role is PartyRole.COPIED):
                to = Recipient(copied.who.name, copied.who.address)
                named = person.name or person.address
                self._send(to, content, because, automatic, enclosed=enclosed, copy_of=named)

    # --- restrictions of contact

    @property
    def restriction(self) -> Restriction | None:
        """The restriction of contact that is in force now, up to the end of its last day."""
        found = self.case.restriction
        return found if found is not None and self.council.calendar.local(self.now).date() <= found.until else None

    def restricts(self, person: Address) -> bool:
        """True where *person* is whose contact is restricted: without an address, on the case alone where it was decided."""
        found = self.restriction
        return found is not None and found.who == person.key and bool(person.key or found.case == self.case.ref)

    def keep_back(self, kind: LetterKind) -> None:
        """No automatic letter goes to somebody under a restriction: a person is asked to see to it."""
        self.kept_back.append(kind)
        self.note("townclerk", "letter_not_sent", letter=kind, reason="a restriction of contact is in force")

    def give_to_officer(
        self,
        content: ResidentContent,
        question: str,
        automatic: bool,
        promises: Sequence[str],
        clause: str,
        files: Enclosed | None = None,
    ) -> None:
        """This resident is not reached by mail (*question* says why): whoever has the case gets the letter, to bring it to them
        in another way."""
        to = Recipient(self.case.complainant.name, self.case.complainant.address)
        because = Because(self.event, promises[0] if promises else None, clause or None)
        enclosed = Letter(to, content, because, self.summary(), automatic, language=self.case.language)
        ways = self.case.logged.ways if self.case.logged is not None else ()
        arrangement = dict(self.case.flags).get(BY_POST) or "; ".join(f"{label} {words}" for label, words in ways)
        asked = StaffDecision(question, arrangement, None, (HAD_IT,), enclosed=enclosed)
        self.to_staff(self.responsible(), asked, promises, clause, enclosed=files)
        self._copy(content, automatic, promises, clause, files)

    def to_staff(
        self,
        to: Recipient | Officer | None,
        content: StaffContent,
        promises: Sequence[str] = (),
        clause: str = "",
        files_of: int | None = None,
        event: str | None = None,
        bare: bool = False,
        apart: frozenset[str] = frozenset(),
        enclosed: Enclosed | None = None,
    ) -> None:
        """Send to a member of staff, or to whoever stands in for them, now. Letters that wait for working hours go through
        `handing.hand_over`. *bare*: it says nothing of the case. *apart*: see `reader`."""
        recipient = to_officer(to) if isinstance(to, Officer) else to
        if self.case.seen_to_with_lead and content.kind in OF_THE_LEAD:
            self.note("townclerk", "letter_not_sent", letter=content.kind, reason="it is answered with its campaign")
            return
        if recipient is None:
            self.tell_that_nobody_may(content.kind)
            return
        because = Because(event or self.event, promises[0] if promises else None, clause or None)
        if content.kind in ANSWERS:
            self._send(recipient, content, because, automatic=True, files_of=files_of, bare=bare, enclosed=enclosed)
            return
        reader, instead = self.in_place(recipient, apart)
        if reader is None:
            self.tell_that_nobody_may(content.kind)
        elif not self._has_it(reader, content):
            if instead is not None:
                self.note("townclerk", "stands_in", letter=content.kind, of=recipient.officer, who=reader.officer)
            self._send(
                reader, content, because, automatic=True, files_of=files_of, bare=bare, in_place_of=instead, enclosed=enclosed
            )

    def in_place(self, to: Recipient, apart: frozenset[str] = frozenset()) -> tuple[Recipient | None, InPlaceOf | None]:
        """(who gets what is meant for *to*, None: nobody may; for whom, where that is somebody else)."""
        meant = self.council.roster.find(to.officer) if to.officer is not None else None
        if meant is None:
            return to, None
        reader = self.reader(meant, apart)
        if reader is None:
            return None, None
        until = meant.away_until(self.council.roster.day)
        return to_officer(reader), None if reader.key == meant.key else InPlaceOf(meant.name, until)

    def _has_it(self, to: Recipient, content: StaffContent) -> bool:
        """True where they get just this letter already, for themselves or for somebody else."""
        return any(send.letter.content == content and send.letter.to.address == to.address for send in self._sends)

    def tell_that_nobody_may(self, kind: LetterKind) -> None:
        """Everybody who might deal with it is kept from it. The complaints lead hears that there is one, and no more."""
        self.note("townclerk", "letter_not_sent", letter=kind, reason="nobody on the roster may deal with this case")
        detail = (
            f"Case {self.case.ref} can be given to nobody: it is kept from everybody on the roster who might deal with it. "
            "Whoever runs townclerk can give it to somebody else on the roster: townclerk case reassign"
        )
        content = StaffDecision("nobody", detail, None, ())
        for lead in self.council.playing(LEAD)[:1]:
            to = to_officer(self.council.roster.reader(lead))
            if not self._has_it(to, content):
                self._send(to, content, Because(self.event), automatic=True, bare=True)

    def _send(
        self,
        to: Recipient,
        content: Content,
        because: Because,
        automatic: bool,
        files_of: int | None = None,
        bare: bool = False,
        copy_of: str = "",
        in_place_of: InPlaceOf | None = None,
        enclosed: Enclosed | None = None,
    ) -> None:
        thread = () if copy_of else self.case.thread
        language = "" if to.staff or copy_of else self.case.language
        summary = None if bare else self.summary()
        letter = Letter(to, content, because, summary, automatic, thread, copy_of, in_place_of, language)
        letter_key = f"{self.case.ref}:{self.source}:{content.kind}"
        key = f"{letter_key}:{mark(to.address.lower())}"
        taken = {send.key for send in self._sends}
        if key in taken:  # two letters of a kind to one person by one event: number them
            number = sum(send.key.startswith(key) for send in self._sends) + 1
            key, letter_key = f"{key}:{number}", f"{letter_key}:{number}"
        if enclosed is not None and enclosed.files:
            self._sends.append(Send(key, letter_key, letter, enclosed.mail, enclosed.only, capped=self.capped and not to.staff))
        else:
            self._sends.append(Send(key, letter_key, letter, files_of, capped=self.capped and not to.staff))

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


def mark(text: str) -> str:
    """Ten characters that stand for *text* in a key: keys are logged and shown, and shall not say what people wrote or where
    they can be reached."""
    return sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:10]


def to_officer(officer: Officer) -> Recipient:
    return Recipient(officer.name, officer.email, officer.key, staff=True)
