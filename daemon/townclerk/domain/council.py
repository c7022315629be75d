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
        """The officers who play *part*: by the policy's own name for it, or by the name that every policy has for it."""
        return self.roster.playing((self.policy.own_role(part), part), service)
