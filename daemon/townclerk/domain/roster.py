"""Who works here, and who plays which role."""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Officer:
    """A member of staff. `key` is the name in the roster file and in `#assign`; roles and services are words of the policy."""

    key: str
    name: str
    email: str
    roles: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    aliases: tuple[str, ...] = ()  # other addresses that this person writes from
    phone: str | None = None

    @property
    def addresses(self) -> frozenset[str]:
        return frozenset(address.lower() for address in (self.email, *self.aliases))


@dataclass(frozen=True, slots=True)
class Roster:
    """The officers in the order of the file: of several who fit, the first is responsible."""

    officers: tuple[Officer, ...]

    def find(self, key: str) -> Officer | None:
        return next((officer for officer in self.officers if officer.key == key), None)

    def find_by_address(self, address: str) -> Officer | None:
        return next((officer for officer in self.officers if address.lower() in officer.addresses), None)

    def find_named(self, who: str) -> Officer | None:
        """The officer that a colleague means by a roster key, a name or an address, or None where it is nobody or several."""
        wanted = who.strip().lower()
        found = [o for o in self.officers if wanted in {o.key.lower(), o.name.lower()} | o.addresses]
        return found[0] if len(found) == 1 else None

    def playing(self, roles: Collection[str], service: str | None = None) -> tuple[Officer, ...]:
        """Everyone in one of *roles*; where any of them names the service, only those, else those who name no service."""
        in_role = [officer for officer in self.officers if not officer.roles.isdisjoint(roles)]
        if service is None:
            return tuple(in_role)
        for_service = [officer for officer in in_role if service in officer.services]
        return tuple(for_service or [officer for officer in in_role if not officer.services])
