"""Who works here, who plays which role, and who acts for whom on a day."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

ADMIN = "admin"  # the role of whoever looks after the files: every council has it


@dataclass(frozen=True, slots=True)
class Leave:
    """Whole days on which somebody is away, both included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Officer:
    """A member of staff, or an address that several share. `key` is the name in the roster file and in `#assign`; roles and
    services are words of the policy."""

    key: str
    name: str
    email: str
    roles: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    aliases: tuple[str, ...] = ()  # other addresses that this person writes from
    phone: str | None = None
    deputies: tuple[str, ...] = ()  # keys: who gets their mail while they are away, the first of them who is there
    leave: tuple[Leave, ...] = ()
    left: date | None = None  # their last day here
    mailbox_of: tuple[str, ...] = ()  # keys of those who read this shared address; empty: it is a person's own

    @property
    def addresses(self) -> frozenset[str]:
        return frozenset(address.lower() for address in (self.email, *self.aliases))

    def has_left(self, day: date | None) -> bool:
        return day is not None and self.left is not None and day > self.left

    def away_until(self, day: date | None) -> date | None:
        """The last day of the leave that *day* is in, and of what follows it without a gap of a day; None: they are here."""
        until = day
        while until is not None and (leave := next((each for each in self.leave if until in each), None)) is not None:
            until = date.fromordinal(leave.last.toordinal() + 1)
        return None if until is None or until == day else date.fromordinal(until.toordinal() - 1)


@dataclass(frozen=True, slots=True)
class Roster:
    """The officers in the order of the file: of several who fit, the first is responsible. `day`: the day on which it is
    looked at, for who is away and who has left; None: everybody is here. `permissions` names, of a word that not everybody
    may use, the roles that may."""

    officers: tuple[Officer, ...]
    permissions: Mapping[str, frozenset[str]] = field(default_factory=dict)
    day: date | None = None
    _played: dict[tuple[frozenset[str], str | None], tuple[Officer, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )  # what was asked before, and so with those who act: each letter asks the same many times
    _acting: dict[str, frozenset[str]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def find(self, key: str) -> Officer | None:
        """Also somebody who has left: letters and records still name them."""
        return next((officer for officer in self.officers if officer.key == key), None)

    def find_here(self, key: str | None) -> Officer | None:
        """None for somebody who has left."""
        found = self.find(key) if key is not None else None
        return found if found is not None and not found.has_left(self.day) else None

    def find_by_address(self, address: str) -> Officer | None:
        """Letters beyond ASCII that only look like another, or are folded into one, make another address."""
        if not address.isascii():
            return None
        return next((officer for officer in self.officers if address.lower() in officer.addresses), None)

    def find_named(self, who: str) -> Officer | None:
        """The officer that a colleague means by a roster key, a name or an address, or None where it is nobody or several."""
        wanted = who.strip().lower()
        found = [o for o in self.officers if wanted in {o.key.lower(), o.name.lower()} | o.addresses]
        return found[0] if len(found) == 1 else None

    def playing(self, roles: Collection[str], service: str | None = None) -> tuple[Officer, ...]:
        """Everyone in one of *roles*; where any of them names the service, only those, else those who name no service. Whoever
        is away still has their role: who gets their mail, `stand_ins` says."""
        asked = (frozenset(roles), service)
        found = self._played.get(asked)
        if found is None:
            found = self._played[asked] = self._playing(roles, service)
        return found

    def _playing(self, roles: Collection[str], service: str | None) -> tuple[Officer, ...]:
        here = (officer for officer in self.officers if not officer.has_left(self.day))
        in_role = tuple(officer for officer in here if not officer.roles.isdisjoint(roles))
        if service is None:
            return in_role
        for_service = tuple(officer for officer in in_role if service in officer.services)
        return for_service or tuple(officer for officer in in_role if not officer.services)

    # --- who acts for whom

    def is_here(self, officer: Officer) -> bool:
        return not officer.has_left(self.day) and officer.away_until(self.day) is None

    def stand_ins(self, officer: Officer, as_if_away: bool = False) -> Iterator[Officer]:
        """Who gets the mail that is meant for *officer*, the first choice first: themselves while they are here (unless
        *as_if_away*), else their deputies, and the deputies of those who are away as well."""
        asked, queue = {officer.key}, [officer]
        while queue:
            one = queue.pop(0)
            if self.is_here(one) and not (as_if_away and one is officer):
                yield one
                continue
            following = [found for key in one.deputies if key not in asked and (found := self.find(key)) is not None]
            asked |= {each.key for each in following}
            queue += following

    def reader(self, officer: Officer) -> Officer:
        """Who gets what is meant for *officer* and is about no case: where nobody stands in, it waits for them."""
        return next(self.stand_ins(officer), officer)

    def acts_for(self, officer: Officer) -> frozenset[str]:
        """The keys of those for whom *officer* may act: themselves, whoever is away and has them as deputy, and the shared
        addresses that they read. Somebody who has left acts for nobody."""
        found = self._acting.get(officer.key)
        if found is None:
            found = self._acting[officer.key] = self._acts_for(officer)
        return found

    def _acts_for(self, officer: Officer) -> frozenset[str]:
        if officer.has_left(self.day):
            return frozenset()
        others = (each for each in self.officers if not each.has_left(self.day) and each.key != officer.key)
        return frozenset(
            {officer.key}
            | {each.key for each in others if officer.key in each.mailbox_of or officer in tuple(self.stand_ins(each))}
        )

    def may_answer_for(self, officer: Officer) -> frozenset[str]:
        """The addresses whose letters *officer* may answer: their own, and those that they share."""
        shared = (each for each in self.officers if officer.key in each.mailbox_of and not each.has_left(self.day))
        return officer.addresses.union(*(each.addresses for each in shared))

    def who_read(self, keys: Collection[str]) -> frozenset[str]:
        """Everybody from whom a matter must be kept that is kept from *keys*: of a shared address those who read it; and a
        shared address that one of them reads."""
        found = set(keys)
        for officer in self.officers if keys else ():
            if officer.key in keys:
                found.update(officer.mailbox_of)
            elif not found.isdisjoint(set(officer.mailbox_of) & set(keys)):
                found.add(officer.key)
        return frozenset(found)
