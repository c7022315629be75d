"""`#alternative`: a complaint is dealt with in another way than the procedure, such as mediation, by whoever may decide so."""

from townclerk.domain.case import ALTERNATIVE
from townclerk.domain.commands import Command
from townclerk.domain.decide.handing import hand_over
from townclerk.domain.decide.refusal import Refusal
from townclerk.domain.decide.work import OfficerAtWork, joined, with_nearest
from townclerk.domain.letters import Message
from townclerk.domain.provisions import Alternatives, Code
from townclerk.domain.typed import code as as_code
from townclerk.domain.words import Category, LetterKind


def alternative(work: OfficerAtWork, command: Command) -> None:
    """With a text it is decided, and the resident told; without one, those are asked who are to be consulted."""
    d, provided = work.d, _provided(work)
    written, _, rest = command.argument.partition(" ")
    way, text = _way(provided, written, rest), joined(rest, command.body)
    if d.case.category is not Category.COMPLAINT:
        raise Refusal("it is no complaint, so it needs no other way", "#message to write to the resident")
    if not text:
        _consult(work, provided, way)
        return
    d.change(flags=(*(flag for flag in d.case.flags if flag[0] != ALTERNATIVE), (ALTERNATIVE, way.title)))
    d.note(work.officer.key, ALTERNATIVE, way=way.code)
    work.write(Message(text, work.officer.name), provided.said.promises, provided.said.clause)
    work.done(f"It is dealt with in another way for the resident: {way.title}. The dates that they hold stand.")


def _provided(work: OfficerAtWork) -> Alternatives:
    """What the policy says of other ways; refuses where it says nothing, and whoever may not decide on one."""
    provided = work.d.council.policy.provisions.alternatives
    if provided is None:
        raise Refusal("this policy names no other way than its procedure", "#message to write to the resident")
    if not work.d.council.plays(work.officer, provided.by):
        title = " ".join(word.capitalize() for word in provided.by.split("_"))
        raise Refusal(
            f"only {title} decides that a complaint is dealt with in another way",
            *(f"#assign {officer.key}, who may" for officer in work.d.council.playing(provided.by)[:1]),
            "#note to write something down",
        )
    return provided


def _way(provided: Alternatives, written: str, rest: str) -> Code:
    found = provided.ways.get(as_code(written))
    if found is None:
        known = ", ".join(f"{way.code} ({way.title})" for way in provided.ways.values())
        why = f"“{written}” is none of the ways that the policy names" if written else "which way?"
        near = with_nearest("alternative", written, provided.ways, rest)
        raise Refusal(why, f"#alternative and one of: {known}", "below it, what the resident is told", corrected=near)
    return found


def _consult(work: OfficerAtWork, provided: Alternatives, way: Code) -> None:
    """Nothing goes to the resident without a text: they must be told what the other way is, and why."""
    d = work.d
    if not provided.consult:
        raise Refusal("the resident must be told of it", f"#alternative {way.code} and below it what they are told")
    detail = f"{work.officer.name} considers another way for this complaint: {way.title}. What do you think of it?"
    for role in provided.consult:
        to, said = f"role:{role}", provided.said
        hand_over(
            d, LetterKind.DECISION, to, ALTERNATIVE, detail, mail=d.case.began_mail, promises=said.promises, clause=said.clause
        )
    work.done(
        "Those whom the policy names are asked what they think of it. Nothing has gone to the resident: "
        f"“#alternative {way.code}” with a text decides it, and the text goes to them."
    )
