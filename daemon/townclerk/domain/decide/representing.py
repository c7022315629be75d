"""`#representative`: the sender acts for somebody else, whose consent is awaited, or is here."""

from townclerk.domain.case import ConsentState
from townclerk.domain.commands import Command
from townclerk.domain.decide.refusal import Refusal
from townclerk.domain.decide.work import OfficerAtWork, joined, with_nearest
from townclerk.domain.letters import ConsentRequest
from townclerk.domain.provisions import NOT_PUBLISHED, Consent
from townclerk.domain.typed import code


def representative(work: OfficerAtWork, command: Command) -> None:
    state, _, rest = command.argument.partition(" ")
    act = {"pending": _pending, "consented": _consented}.get(code(state))
    if act is None:
        raise Refusal(
            "say whether the consent is awaited or here",
            "#representative pending",
            "#representative consented and how it came",
            corrected=with_nearest("representative", state, ("pending", "consented"), rest),
        )
    act(work, rest.strip(), command.body)


def _pending(work: OfficerAtWork, rest: str, text: str) -> None:
    d = work.d
    if d.case.consent is ConsentState.GIVEN:
        raise Refusal("the consent is here already", "#message to write to whoever acts for them")
    work.can_be_written_to()
    provision = d.council.policy.provisions.representation
    written = provision is not None and provision.consent is Consent.WRITTEN
    said = provision.said if provision is not None else NOT_PUBLISHED
    d.change(consent=ConsentState.PENDING)
    if rest:
        d.note(work.officer.key, "note", text=rest)
    d.note(work.officer.key, "consent_awaited")
    work.write(ConsentRequest(text, work.officer.name, written, d.dates()), said.promises, said.clause)
    work.done("Consent has been asked for. The clocks run meanwhile.")
    if written:
        work.done("No answer goes to whoever acts for them before “#representative consented”.")


def _consented(work: OfficerAtWork, rest: str, text: str) -> None:
    d = work.d
    if d.case.consent is ConsentState.GIVEN:
        raise Refusal("that is recorded already", "#show to see what is known of the case")
    d.change(consent=ConsentState.GIVEN)
    d.note(work.officer.key, "consent_given", how=joined(rest, text))
    work.done("It is recorded that the person whom it is about has consented. Nothing has been sent.")
