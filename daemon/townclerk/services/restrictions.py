"""Whose contact is restricted now, and where their mail is filed."""

from datetime import datetime

from townclerk.domain.case import Restriction
from townclerk.services.office import Office
from townclerk.store import cases
from townclerk.store.database import Tx


def restricted_case(
    tx: Tx, office: Office, address: str, at: datetime, named: tuple[str, ...] = ()
) -> tuple[str, Restriction] | None:
    """(the case on which a mail of *address* is filed, the restriction in force *at* that moment), or None: there is none.

    The case is the one that the mail names, or the newest on which a restriction was decided, or the newest.
    An empty address is nobody's.
    """
    if not address:
        return None
    today = office.council.calendar.local(at).date()
    found = (cases.load(tx, ref) for ref in cases.with_restriction(tx, office.council.policy.id, address))
    held: dict[str, Restriction] = {}
    for case in found:
        restriction = case.restriction if case is not None else None
        if case is not None and restriction is not None and restriction.who == address.lower() and today <= restriction.until:
            held[case.ref] = restriction
    decided = (ref for ref, restriction in held.items() if restriction.case == ref)
    ref = next((ref for ref in (*(name for name in named if name in held), *decided, *held)), None)
    return None if ref is None else (ref, held[ref])
