"""Everything about a council that a decision needs, as one value."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from townclerk.domain.calendar import Calendar
from townclerk.domain.policy import Policy
from townclerk.domain.roster import Officer, Roster
from townclerk.domain.routing import Routing
from townclerk.domain.statutes import CalendarsOfLaw


@dataclass(frozen=True, slots=True)
class Council:
    policy: Policy
    calendar: Calendar
    roster: Roster
    routing: Routing
    law: CalendarsOfLaw | None = None  # None: outside the United Kingdom no time limit in law is known here

    def at(self, now: datetime) -> "Council":
        """The council as it is on the local day of the aware moment *now*: who is away, and who has left."""
        return self.on(self.calendar.local(now).date())

    def on(self, day: date) -> "Council":
        return self if self.roster.day == day else replace(self, roster=replace(self.roster, day=day))

    def playing(self, part: str, service: str | None = None) -> tuple[Officer, ...]:
        """The officers who play *part*: by the policy's own name for it, or by the name that every policy has for it. Of those
        who only take complaints in, everybody where nobody has the service: they do so for the whole council."""
        roles = (self.policy.own_role(part), part)
        found = self.roster.playing(roles, service)
        return found or (self.roster.playing(roles) if self.policy.only_takes_in(part) else ())

    def plays(self, officer: Officer, part: str, service: str | None = None) -> bool:
        """True where *officer* may do what is *part*'s to do: they play it, or stand in for somebody who does."""
        return not self.roster.acts_for(officer).isdisjoint(each.key for each in self.playing(part, service))

    def permits(self, officer: Officer, word: str, service: str | None = None, assigned: str | None = None) -> bool:
        """True where *officer* may write the word `#word` about a matter of *service*. Whoever it is *assigned* to by name may
        by their role, whatever service they have."""
        roles = self.roster.permissions.get(word)
        if roles is None:
            return True
        given = assigned is not None and assigned in self.roster.acts_for(officer)
        return any(self.plays(officer, role, service) or (given and self.plays(officer, role)) for role in roles)

    def permitted(self, word: str, service: str | None = None) -> tuple[Officer, ...]:
        """Those who may write `#word`, by their role, about a matter of *service*; those who are here first."""
        roles = sorted(self.roster.permissions.get(word, ()))
        found = dict.fromkeys(officer.key for role in roles for officer in self.playing(role, service))
        officers = tuple(officer for key in found if (officer := self.roster.find(key)) is not None)
        return tuple(sorted(officers, key=lambda officer: not self.roster.is_here(officer)))
