"""What must fit together within one policy, beyond each value for itself."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import fields
from difflib import get_close_matches

from townclerk.config.reading import Value, suggest
from townclerk.config.yaml import Place, Table
from townclerk.domain.durations import Duration, Unit
from townclerk.domain.policy import THEIR_DEPUTY, WHOSE_IT_IS, ClockStart, Policy, Promise, StagePolicy
from townclerk.domain.policy_words import plain_word, words_of_nothing
from townclerk.domain.provisions import Period, Provisions, Published
from townclerk.domain.words import Category, Stage

LEAD = "complaints_lead"
STAND_IN = "-"  # in place of a text that is missing, see config.reading
BOARD = "board"  # its members, where somebody's approval is asked


def check_policy(policy: Policy, root: Value) -> None:
    """Note the faults of *policy*, whose file is *root*."""
    misread = bool(root.faults.found)
    for path, message, expected in _problems(policy, root):
        if misread and message.startswith(f'"{STAND_IN}" '):
            continue  # what it stands in for has been said
        root.faults.add(place_at(root, path), path, message, expected)


def place_at(root: Value, path: str) -> Place:
    """Where the dotted *path* stands in the file, or the nearest group around it that does."""
    node = root.node
    for key in path.split("."):
        entry = node.find(key) if isinstance(node, Table) else None
        if entry is None:
            break
        node = entry.node
    return node.place


Problem = tuple[str, str, str]


def _problems(policy: Policy, root: Value) -> Iterator[Problem]:
    yield from _role_problems(policy)
    yield from _stage_problems(policy)
    yield from _clock_problems(policy)
    yield from _provision_problems(policy)
    yield from _override_problems(policy, root)
    yield from _word_problems(policy)
    yield from _register_problems(policy)
    if not policy.ombudsmen:
        yield "ombudsmen", "names nobody", "write the Ombudsman with name, address, phone and website"
    if Category.COMPLAINT not in policy.categories:
        yield "categories", '"complaint" is missing', "write a group complaint: with first_stage: stage1"


def _role_problems(policy: Policy) -> Iterator[Problem]:
    declared = set(policy.roles)
    if LEAD not in declared:
        yield "roles", "nobody is the complaints_lead", "write complaints_lead: or let a role play it: {plays: complaints_lead}"
        declared.add(LEAD)  # said once is enough
    for path, role in _roles_named(policy):
        if role not in declared:
            yield path, f'"{role}" is not one of the roles', suggest(role, policy.roles)


def _roles_named(policy: Policy) -> Iterator[tuple[str, str]]:
    yield from _roles_of_promises(policy)
    yield from _roles_of_stages(policy)
    yield from _roles_provided(policy.provisions)
    for category, kind in policy.categories.items():
        yield from ((f"categories.{category}.forward_to", role) for role in kind.forward_to)
    for code, exclusion in policy.exclusions.items():
        if exclusion.forward_to is not None:
            yield f"exclusions.{code}.forward_to", exclusion.forward_to
    for step in policy.escalation:
        yield from (("escalation", role) for role in step.to if role not in {WHOSE_IT_IS, THEIR_DEPUTY})
    yield from ((f"alerts.{alert}", role) for alert, role in policy.alerts.items())


def _roles_of_promises(policy: Policy) -> Iterator[tuple[str, str]]:
    for path, promise in _promises(policy):
        if path.endswith(".request"):
            continue
        yield f"{path}.by", promise.by
        yield from ((f"{path}.with", role) for role in promise.together_with)
        if promise.on_behalf_of is not None:
            yield f"{path}.on_behalf_of", promise.on_behalf_of


def _roles_of_stages(policy: Policy) -> Iterator[tuple[str, str]]:
    for stage, found in policy.stages.items():
        yield f"stages.{stage}.decided_by", found.decided_by
        if found.triage is not None:
            yield f"stages.{stage}.triage.by", found.triage.by
        for approval in found.approvals:
            yield from ((f"stages.{stage}.approvals", role) for role in approval.by if role != BOARD)


def _roles_provided(provisions: Provisions) -> Iterator[tuple[str, str]]:
    for path in ("time_limit.decided_by", "restrictions.by", "alternatives.by", "anonymous.decided_by", "anonymous.serious_to"):
        yield from _role_at(provisions, path)
    for path in ("concerns.decided_by", "permission.decided_by", "assessment.by", "retention.by", "edition.review_by"):
        yield from _role_at(provisions, path)
    board, digest, alternatives = provisions.board, provisions.digest, provisions.alternatives
    yield from (("alternatives.consult", role) for role in (alternatives.consult if alternatives else ()))
    yield from (("board.members", role) for role in (board.members if board else ()))
    yield from (("digest.to", role) for role in (digest.to if digest else ()))
    yield from (("digest.weekly.to", role) for role in (digest.weekly if digest else ()))
    for name, report in provisions.reports.items():
        yield from ((f"reports.{name}.to", role) for role in report.to)
    for notice in provisions.notices:
        yield from (("notices", role) for role in notice.to)
    for name, matter in provisions.matters.items():
        yield from ((f"matters.{name}.told", role) for role in matter.told)
    for group in ("reasons", "remedies"):
        for code in getattr(provisions, group).values():
            yield from ((f"{group}.{code.code}.told", role) for role in code.told)


def _role_at(provisions: Provisions, path: str) -> Iterator[tuple[str, str]]:
    group, _, key = path.partition(".")
    found = getattr(provisions, group)
    if found is not None:
        yield path, getattr(found, key)


def _promises(policy: Policy) -> Iterator[tuple[str, Promise]]:
    for stage, found in policy.stages.items():
        for what in ("request", "acknowledge", "assess", "respond"):
            promise: Promise | None = getattr(found, what)
            if promise is not None:
                yield f"stages.{stage}.{what}", promise
    for category, kind in policy.categories.items():
        for what in ("acknowledge", "respond"):
            promise = getattr(kind, what)
            if promise is not None:
                yield f"categories.{category}.{what}", promise


def _stage_problems(policy: Policy) -> Iterator[Problem]:
    if Stage.STAGE1 not in policy.stages:
        yield "stages", '"stage1" is missing', "every policy has a first stage"
    for category, kind in policy.categories.items():
        if kind.first_stage is not None and kind.first_stage not in policy.stages:
            yield (
                f"categories.{category}.first_stage",
                f'there is no "{kind.first_stage}" under stages',
                "write the stage, or another",
            )
    complaint = policy.categories.get(Category.COMPLAINT)
    if complaint is not None and complaint.first_stage is None:
        yield "categories.complaint.first_stage", "is missing", "write first_stage: stage1"
    last = Stage.STAGE2 if Stage.STAGE2 in policy.stages else Stage.STAGE1
    for stage, found in policy.stages.items():
        if found.final != (stage is last):
            should = "true" if stage is last else "false"
            yield (
                f"stages.{stage}.final",
                f"{stage} {'is' if stage is last else 'is not'} the last stage here",
                f"write final: {should}",
            )


def _clock_problems(policy: Policy) -> Iterator[Problem]:
    for stage, found in policy.stages.items():
        yield from _stage_clock_problems(f"stages.{stage}", stage, found)
    for category, kind in policy.categories.items():
        for what, promise in (("acknowledge", kind.acknowledge), ("respond", kind.respond)):
            if promise is not None and promise.start is not ClockStart.RECEIPT:
                yield f"categories.{category}.{what}.from", "this clock can only start at the receipt", "write from: receipt"


def _stage_clock_problems(path: str, stage: Stage, found: StagePolicy) -> Iterator[Problem]:
    acknowledged = found.acknowledge is not None or found.assess is not None
    if found.respond.start is ClockStart.ACKNOWLEDGEMENT and not acknowledged:
        yield (
            f"{path}.respond.from",
            "no acknowledgement is promised from which this could run",
            "write acknowledge:, or from: receipt",
        )
    if found.acknowledge is not None and found.acknowledge.start is ClockStart.ACKNOWLEDGEMENT:
        yield f"{path}.acknowledge.from", "an acknowledgement cannot run from itself", "write from: receipt"
    if stage is Stage.STAGE1 and found.request is not None:
        yield f"{path}.request", "a first stage is not asked for", "take it out"
    if found.request is not None and found.request.start is not ClockStart.RESPONSE:
        yield f"{path}.request.from", "the time to ask runs from the response of the stage before", "write from: response"
    if stage is Stage.STAGE1 and found.respond.start is ClockStart.RESPONSE:
        yield f"{path}.respond.from", "there is no response before the first stage", "write from: receipt"
    limit, within = found.extension.cap, found.respond.within
    if limit is not None and _about_days(limit) < _about_days(within):
        yield (
            f"{path}.extension.cap",
            f"{limit} is less than the {within} of the response itself",
            "it counts from the same start",
        )


def _about_days(length: Duration) -> float:
    """About how many calendar days: enough to say which of two lengths in different units is the shorter."""
    return length.n * {Unit.WORKING_DAY: 7 / 5, Unit.CALENDAR_DAY: 1, Unit.MONTH: 30, Unit.YEAR: 365}[length.unit]


def _override_problems(policy: Policy, root: Value) -> Iterator[Problem]:
    """Also of an override that is not in force: it will be, on a day when nobody has time to read."""
    entry = root.node.find("timescale_override") if isinstance(root.node, Table) else None
    lengths = entry.node.find("stages") if entry is not None and isinstance(entry.node, Table) else None
    for each in lengths.node.entries if lengths is not None and isinstance(lengths.node, Table) else ():
        if each.key in set(Stage) and each.key not in policy.stages:
            here = ", ".join(policy.stages)
            yield f"timescale_override.stages.{each.key}", f'there is no "{each.key}" under stages', f"known here: {here}"


def _word_problems(policy: Policy) -> Iterator[Problem]:
    """A flag may be any word, so a word that is nearly another would be taken for one, and not do what it was to do."""
    for path, word, known in words_of_nothing(policy):
        if meant := _nearly(word, known):
            yield path, f'"{word}" is not known here', meant


def _nearly(word: str, known: Iterable[str]) -> str:
    """What *word* may be a slip of, as it is said to the admin; empty: it is like none of *known*."""
    plain = {plain_word(each): each for each in known}
    if re.match(r"stages?[ _-]?([0-9]|one|two|three)|stages?$", word.lower()) and (stages := [s for s in Stage if s in plain]):
        return f"the stages are {', '.join(stages)}"
    close = get_close_matches(plain_word(word), plain, n=1, cutoff=0.8)
    return f'did you mean "{plain[close[0]]}"?' if close else ""


def _provision_problems(policy: Policy) -> Iterator[Problem]:
    provided = policy.provisions
    meetings = [f"reports.{name}.every" for name, report in provided.reports.items() if report.every is Period.MEETING]
    asked = [f"stages.{stage}.approvals" for stage, found in policy.stages.items() if _asks_board(found)]
    if provided.board is None:
        for path in (*meetings, *asked):
            yield path, "there is no board", "write a group board: with title, members and every"
    for stage, found in policy.stages.items():
        back = found.triage.back_to if found.triage else None
        if back is not None and back not in policy.stages:
            yield (
                f"stages.{stage}.triage.back_to",
                f'there is no "{back}" under stages',
                "write the stage, or take the line out",
            )
    for notice in provided.notices:
        if notice.remedy and notice.remedy not in provided.remedies:
            yield "notices", f'"{notice.remedy}" is not one of the remedies', suggest(notice.remedy, provided.remedies)


def _asks_board(stage: StagePolicy) -> bool:
    return any(BOARD in approval.by for approval in stage.approvals)


def _register_problems(policy: Policy) -> Iterator[Problem]:
    pattern = re.compile(rf"{re.escape(policy.prefix)}-[0-9]{{3}}")
    for path, ids in _ids(policy):
        for each in ids:
            if not pattern.fullmatch(each):
                yield path, f'"{each}" cannot be a promise of this register', f"write for instance {policy.prefix}-050"
        for twice in sorted({each for each in ids if ids.count(each) > 1}):
            yield path, f'"{twice}" stands here twice', "take one of them out"


def _ids(policy: Policy) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield from ((f"{path}.promises", promise.promises) for path, promise in _promises(policy))
    yield from ((f"stages.{stage}.extension.promises", found.extension.promises) for stage, found in policy.stages.items())
    yield from ((f"categories.{category}.promises", kind.promises) for category, kind in policy.categories.items())
    yield from ((f"exclusions.{code}.promises", exclusion.promises) for code, exclusion in policy.exclusions.items())
    yield from ((f"{path}.promises", said.promises) for path, said in said_by(policy))


def said_by(policy: Policy) -> Iterator[tuple[str, Published]]:
    """Whatever the policy says without a time limit of its own, by its path in the file."""
    yield from policy.said.items()
    for stage, found in policy.stages.items():
        triage = found.triage.said if found.triage else None
        named = {"receipt": found.receipt, "refuse": found.refuse, "bypass": found.bypass, "triage": triage}
        yield from ((f"stages.{stage}.{name}", said) for name, said in named.items() if said is not None)
        yield from ((f"stages.{stage}.approvals", approval.said) for approval in found.approvals)
    for provision in fields(policy.provisions):
        value = getattr(policy.provisions, provision.name)
        each = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else (value,)
        yield from ((provision.name, one.said) for one in each if isinstance(getattr(one, "said", None), Published))
    restrictions = policy.provisions.restrictions
    for code in restrictions.behaviours.values() if restrictions else ():
        yield f"restrictions.behaviours.{code.code}", code.said
