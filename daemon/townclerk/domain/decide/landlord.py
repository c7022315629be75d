"""`#landlord`: whether a matter lies between the council as landlord and its tenants and leaseholders."""

from townclerk.domain.commands import Command
from townclerk.domain.decide.refusal import Refusal
from townclerk.domain.decide.work import OfficerAtWork, with_nearest
from townclerk.domain.typed import code
from townclerk.domain.words import Landlord


def landlord(work: OfficerAtWork, command: Command) -> None:
    said = code(command.argument)
    if said not in set(Landlord):
        reason = f"“{command.argument}” is neither yes, no nor mixed" if said else "yes, no or mixed is missing"
        near = with_nearest("landlord", said, Landlord)
        raise Refusal(reason, *(f"#landlord {each}" for each in Landlord), corrected=near)
    work.d.change(landlord=Landlord(said))
    named = " and ".join(f"the {one.name.removeprefix('The ')}" for one in work.d.ombudsmen().all)
    work.done(f"Letters about this matter now name {named}.")
