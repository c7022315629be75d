"""Words that complete the record of a case, in every state: `#reason`, `#remedy`, `#learning`, `#hold`, `#unhold`."""

from collections.abc import Mapping

from townclerk.domain.case import Hold, Remedy
from townclerk.domain.commands import Command
from townclerk.domain.decide.refusal import Refusal
from townclerk.domain.decide.work import OfficerAtWork, joined, with_nearest
from townclerk.domain.provisions import Code
from townclerk.domain.typed import code as as_code


def reason(work: OfficerAtWork, command: Command) -> None:
    d = work.d
    code, text = _coded(command, d.council.policy.provisions.reasons)
    d.change(reasons=(*(each for each in d.case.reasons if each != code.code), code.code))
    d.note(work.officer.key, "reason", code=code.code, text=text)
    work.done(f"Recorded as the reason: {code.title}.")


def remedy(work: OfficerAtWork, command: Command) -> None:
    d = work.d
    code, text = _coded(command, d.council.policy.provisions.remedies)
    new = Remedy(code.code, text)
    d.change(remedies=(*(each for each in d.case.remedies if each != new), new))
    d.note(work.officer.key, "remedy", code=code.code, text=text)
    work.done(f"Recorded as a remedy: {code.title}.")


def learning(work: OfficerAtWork, command: Command) -> None:
    d, text = work.d, joined(command.argument, command.body)
    if not text:
        raise Refusal("what was learned is missing", "#learning and a few words")
    d.change(learning=(*d.case.learning, text))
    d.note(work.officer.key, "learning", text=text)
    work.done(work.unseen("What was learned is recorded.", "Nobody outside sees it with this case."))


def _coded(command: Command, codes: Mapping[str, Code]) -> tuple[Code, str]:
    """(the code that begins the argument, what follows it). Where the policy has no codes, the officer's own words are one."""
    if not codes:
        words = " ".join(joined(command.argument, command.body).split())
        if not words:
            raise Refusal("the words are missing", f"#{command.word} and a few words")
        return Code(words, words), ""
    written, _, rest = command.argument.partition(" ")
    wanted = as_code(written)
    found = next((code for name, code in codes.items() if as_code(name) == wanted), None)
    if found is None:
        listed = ", ".join(f"{code.code} ({code.title})" for code in codes.values())
        why = f"“{written}” is no code of this policy" if written else "the code is missing"
        near = with_nearest(command.word, written, codes, rest)
        raise Refusal(why, f"#{command.word} and one of: {listed}", corrected=near)
    return found, joined(rest, command.body)


def hold(work: OfficerAtWork, command: Command) -> None:
    """Nothing of the case is destroyed, and nothing goes to the resident by itself, until `#unhold`."""
    why = joined(command.argument, command.body)
    if not why:
        raise Refusal("the reason is missing", "#hold and why, for instance: the Ombudsman is looking at it")
    work.d.change(hold=Hold(why, work.officer.key, work.d.now))
    work.d.note(work.officer.key, "hold", reason=why)
    work.done("The case is on hold: nothing of it is destroyed, and nothing goes to the resident by itself, until #unhold.")


def unhold(work: OfficerAtWork, _command: Command) -> None:
    if work.d.case.hold is None:
        raise Refusal("the case is not on hold", "#show to see where it stands")
    work.d.change(hold=None)
    work.d.note(work.officer.key, "unhold")
    work.done("The case is no longer on hold.")
