"""Words that only some roles may use: staff.yaml says which, and this is where it is asked."""

from townclerk.domain.council import Council
from townclerk.domain.decide.refusal import Refusal
from townclerk.domain.decide.work import OfficerAtWork

TO_INFORMED = frozenset({"note", "show", "help", "conflict"})  # what can be answered to a letter that only informs


def permit(work: OfficerAtWork, word: str) -> None:
    """Refuses `#word` to somebody who may not write it, with who may and how they get the case; and in answer to a letter that
    only informed whoever had it."""
    d, officer = work.d, work.officer
    if work.informed and word not in TO_INFORMED:
        raise Refusal(
            "the letter that you answered was for your information only",
            "#note to write something down",
            "ask the complaints lead to #assign the case to you",
        )
    if d.council.permits(officer, word, d.case.service, d.case.officer):
        return
    barred = d.barred()
    others = [one for one in d.council.permitted(word, d.case.service) if d.may_act(one) and one.key not in barred]
    may_assign = d.council.permits(officer, "assign", d.case.service, d.case.officer)
    instead = [f"#assign {one.key}, who may" if may_assign else f"ask {one.name}, who may" for one in others[:2]]
    raise Refusal(who_may(d.council, word), *instead, *(("#note to write something down",) if word != "note" else ()))


def who_may(council: Council, word: str) -> str:
    """Whose the word is, as a refusal says it."""
    roles = sorted(role.replace("_", " ") for role in council.roster.permissions.get(word, ()))
    named = " or ".join([", ".join(roles[:-1]), roles[-1]] if len(roles) > 1 else roles)
    return f"#{word} is only for {named} (staff.yaml, permissions)"
