"""Whose a case is: who has it, who else has a part in it, and that whoever has it hears what somebody else did."""

from collections.abc import Iterator

from townclerk.domain.case import Case
from townclerk.domain.commands import Command
from townclerk.domain.decide.deliberation import LEAD, Deliberation
from townclerk.domain.letters import Done, Proof
from townclerk.domain.policy import SERVICE
from townclerk.domain.roster import Officer

# What only asks; and what the policy puts to a role of its own, and not to whoever has the case.
_NOTHING_TO_HEAR = frozenset({"show", "help", "review", "approve", "second-stage1", "restrict", "unrestrict"})


def has_part(d: Deliberation, officer: Officer) -> bool:
    """True where *officer* has the case, or plays a role, for its service, to which the policy brings it, or stands in for
    somebody of whom that is true. Of a mail of anybody else nothing is done before whoever has the case lets it go."""
    if not d.may_act(officer):
        return False
    acts_for = d.council.roster.acts_for(officer)
    return d.case.officer in acts_for or any(one.key in acts_for for one in _who_deals_with_it(d))


def _who_deals_with_it(d: Deliberation) -> Iterator[Officer]:
    for officer in (d.responsible(), d.responsible(d.first_to_act()), d.lead()):
        if officer is not None:
            yield officer
    for role in dict.fromkeys(_roles(d)):
        yield from d.everybody(role)


def _roles(d: Deliberation) -> Iterator[str]:
    """To whom the policy brings a case like this one: its service, whoever acts in a stage or decides about it, the ladder."""
    case, policy = d.case, d.council.policy
    yield from (SERVICE, LEAD, *case.confidants)
    for stage in policy.stages.values():
        yield from (promise.by for promise in (stage.acknowledge, stage.assess, stage.respond) if promise is not None)
        yield stage.decided_by
        yield from (role for approval in stage.approvals for role in approval.by)
    yield from (role for step in policy.escalation for role in step.to)
    yield from (policy.alerts[alert] for alert in case.alerts if alert in policy.alerts)
    yield from policy.categories[case.category].forward_to if case.category in policy.categories else ()
    provisions = policy.provisions
    yield from provisions.board.members if provisions.board is not None else ()
    yield from (provisions.restrictions.by,) if provisions.restrictions is not None else ()


def who_has_it(d: Deliberation) -> str:
    """Their name, for a colleague who must go to them."""
    officer = d.responsible() or d.lead()
    return officer.name if officer is not None else "somebody else"


def tell_whoever_has_it(
    d: Deliberation, before: Case, officer: Officer, commands: tuple[Command, ...], sent: tuple[Proof, ...] = ()
) -> None:
    """Whoever had the case *before* these words of *officer* hears of them, unless it was their own doing, or another letter
    of this moment comes to them anyway."""
    if before.officer is None and before.pending is not None:
        return  # nobody has it yet: what it is waits for a decision, and only whoever decides knows of it
    words = tuple(command for command in commands if command.word not in _NOTHING_TO_HEAR)
    keeper = _keeper(Deliberation(before, d.council, d.now, d.source, d.event), officer)
    if not words or keeper is None or not d.may_act(keeper):
        return
    reader = d.reader(keeper)
    if reader is None or reader.key == officer.key or d.writes_to(reader):
        return
    written = ", ".join(f"#{command.word} {command.argument}".strip() for command in words)
    line = f"{officer.name} has dealt with this case, which is yours: {written}."
    d.to_staff(reader, Done((line,), sent=sent))


def _keeper(d: Deliberation, officer: Officer) -> Officer | None:
    """Who has the case; None where *officer* does, or acts for whoever does."""
    keepers = [one for one in (d.responsible(), d.responsible(d.first_to_act())) if one is not None]
    acts_for = d.council.roster.acts_for(officer)
    return None if any(one.key in acts_for for one in keepers) else next(iter(keepers), None)
