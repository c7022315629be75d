"""A policy made of parts, people for its roles, and a case that is played through time, for tests of what stages do."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time

from domain.samples import RESIDENT, council, facts, incoming
from townclerk.domain.case import Case
from townclerk.domain.commands import read_commands
from townclerk.domain.council import Council
from townclerk.domain.deadlines import timers
from townclerk.domain.decide import decide
from townclerk.domain.decide.deliberation import next_opening
from townclerk.domain.durations import Duration, Unit
from townclerk.domain.events import CaseOpened, Event, OfficerWrote, ResidentWrote, TimerDue
from townclerk.domain.letters import Letter
from townclerk.domain.mail import Address
from townclerk.domain.policy import CategoryPolicy, ClockStart, Extension, Policy, Promise, StagePolicy
from townclerk.domain.roster import Officer, Roster
from townclerk.domain.routing import Route, route
from townclerk.domain.words import Category, LetterKind, Stage

MONDAY = datetime(2027, 1, 11, 10, tzinfo=UTC)
COMPLAINT = Route(Category.COMPLAINT, "waste", because=("test",))
DAYS = Unit.WORKING_DAY


def promise(days: int, by: str, start: ClockStart = ClockStart.RECEIPT, **more: object) -> Promise:
    return Promise(Duration(days, DAYS), start, by, "5", **more)  # type: ignore[arg-type]  # tests name real fields


def extension(days: int = 10, **more: object) -> Extension:
    return Extension("5", Duration(days, DAYS), **more)  # type: ignore[arg-type]  # tests name real fields


def stage(which: Stage, respond: Promise, moves: Extension | None = None, **more: object) -> StagePolicy:
    return StagePolicy(which, which.replace("_", " ").capitalize(), respond, moves or extension(), **more)  # type: ignore[arg-type]  # tests name real fields


def person(key: str, *roles: str, services: tuple[str, ...] = ()) -> Officer:
    """Somebody called "Key Person", with an address and these roles."""
    return Officer(key, f"{key.capitalize()} Person", f"{key}@council.example", frozenset(roles), frozenset(services))


def town(*stages: StagePolicy, people: tuple[Officer, ...], **policy: object) -> Council:
    """The shipped example with other stages, other people, and what else of the policy is to be different."""
    like = council()
    complaint = CategoryPolicy(Category.COMPLAINT, "5", first_stage=Stage.STAGE1)
    roles = {role: role for officer in people for role in officer.roles}
    changed: Policy = replace(
        like.policy,
        stages={each.stage: each for each in stages},
        categories={**like.policy.categories, Category.COMPLAINT: complaint},
        roles=roles,
        escalation=(),
        **policy,  # type: ignore[arg-type]  # tests name real fields
    )
    return replace(like, policy=changed, roster=Roster(people))


def at(month: int, day: int, hour: int = 11, minute: int = 0) -> datetime:
    return datetime(2027, month, day, hour, minute, tzinfo=UTC)


@dataclass
class Story:
    """One case, and every letter that it came to, with the moment of each."""

    council: Council
    letters: list[tuple[datetime, Letter]] = field(default_factory=list)
    number: int = 0
    held: Case | None = None

    @property
    def case(self) -> Case:
        assert self.held is not None
        return self.held

    def complains(self, when: datetime = MONDAY, text: str = "I complain about my bin.", **more: object) -> "Story":
        self.number += 1
        event = CaseOpened("SS-27-0001-K", facts(self.number, text, when), COMPLAINT, **more)  # type: ignore[arg-type]  # tests name real fields
        return self._happens(event, when)

    def resident(self, when: datetime, text: str, answers: LetterKind | None = None) -> "Story":
        self.until(when)
        self.number += 1
        heard = route(incoming(text), self.council.routing, opens=False)
        return self._happens(ResidentWrote(facts(self.number, text, when), heard, "test", answers), when)

    def officer(self, when: datetime, key: str, text: str) -> "Story":
        """An officer's mail. What it was answered with is the last letter."""
        self.until(when)
        self.number += 1
        who = self.council.roster.find(key)
        assert who is not None
        read = read_commands(text)
        mail = facts(self.number, text, when, Address(who.name, who.email))
        return self._happens(OfficerWrote(key, mail, read.commands, read.problem, instead=read.instead), when)

    def until(self, when: datetime) -> "Story":
        """Act on everything that falls due until *when*, in working hours."""
        while due := [timer for timer in timers(self.case, self.council) if self._moment(timer.at) <= when]:
            timer = min(due, key=lambda timer: timer.at)
            self._happens(TimerDue(timer.key, timer.at), self._moment(timer.at))
        return self

    def down_until(self, when: datetime) -> "Story":
        """Nobody wakes us before *when*: all that fell due meanwhile is acted on then, in its order."""
        moment = self._moment(when)
        while due := [timer for timer in timers(self.case, self.council) if timer.at <= moment]:
            timer = min(due, key=lambda timer: timer.at)
            self._happens(TimerDue(timer.key, timer.at), moment)
        return self

    def _moment(self, moment: datetime) -> datetime:
        return next_opening(self.council, moment) or moment

    def _happens(self, event: Event, when: datetime) -> "Story":
        decision = decide(self.held, event, self.council, when)
        self.held = decision.case
        self.letters += [(when, send.letter) for send in decision.sends]
        return self

    # --- what it came to

    def sent(self, kind: LetterKind, to: str = "") -> list[Letter]:
        """The letters of *kind*, to the officer *to*, or (without) to anybody."""
        return [letter for _, letter in self.letters if letter.kind is kind and to in {"", letter.to.officer}]

    def last(self, kind: LetterKind) -> Letter:
        return self.sent(kind)[-1]

    def kinds(self, since: datetime, staff: bool | None = None) -> list[str]:
        """The letters from *since* on, in order."""
        return [
            letter.kind.value for when, letter in self.letters if when >= since and (staff is None or letter.to.staff == staff)
        ]

    def target(self, name: str) -> date | None:
        found = self.case.deadline(name)
        return found.target if found else None


__all__ = ["DAYS", "MONDAY", "RESIDENT", "Story", "at", "extension", "person", "promise", "stage", "time", "town"]
