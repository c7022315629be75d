"""Which Ombudsmen a matter can go to."""

from collections.abc import Iterable

from townclerk.domain.letters import Ombudsmen
from townclerk.domain.policy import Covers, Ombudsman
from townclerk.domain.words import Landlord

_FITS = {
    Landlord.YES: {Covers.ALL, Covers.LANDLORD_MATTERS},
    Landlord.NO: {Covers.ALL, Covers.OTHER_MATTERS},
}


def for_matter(named: Iterable[Ombudsman], landlord: Landlord | None) -> Ombudsmen:
    """Those of *named* who deal with the matter; all of them while nobody has said what it is, where it is of both sorts, or
    where none fits."""
    every = tuple(named)
    covers = _FITS.get(landlord) if landlord is not None else None
    first, *others = tuple(one for one in every if covers is None or one.covers in covers) or every
    return Ombudsmen(first, tuple(others))


def depend_on_matter(named: Iterable[Ombudsman]) -> bool:
    """True where it makes a difference to a resident whether theirs is a landlord's matter."""
    return any(one.covers is not Covers.ALL for one in named)
