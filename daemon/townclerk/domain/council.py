"""Everything about a council that a decision needs, as one value."""

from dataclasses import dataclass

from townclerk.domain.calendar import Calendar
from townclerk.domain.policy import Policy
from townclerk.domain.roster import Officer, Roster
from townclerk.domain.routing import Routing


@dataclass(frozen=True, slots=True)
class Council:
    policy: Policy
    calendar: Calendar
    roster: Roster
    routing: Routing

    def playing(self, part: str, service: str | None = None) -> tuple[Officer, ...]:
        """The officers who play *part*: by the policy's own name for it, or by the name that every policy has for it. Of those
        who only take complaints in, everybody where nobody has the service: they do so for the whole council."""
        roles = (self.policy.own_role(part), part)
        found = self.roster.playing(roles, service)
        return found or (self.roster.playing(roles) if self.policy.only_takes_in(part) else ())
