"""`townclerk rules test --mails`: how well the rules tell labelled mails, as a table of what each is and what the rules say."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from townclerk.app.commands.asking import CannotRead
from townclerk.app.commands.saying import one_line
from townclerk.config.labelled_mails import load_mails
from townclerk.domain.council import Council
from townclerk.domain.labelled_mails import LabelledMail, Measure, Precision, Routed

SHORT = 70  # of a mail, in characters


def labelled_in(paths: Sequence[Path]) -> Sequence[LabelledMail]:
    """The labelled mails of files, and folders of them. Raises FilesRefused, and CannotRead where there are none."""
    found = load_mails(paths)
    if not found:
        raise CannotRead(f"there are no labelled mails in {', '.join(map(str, paths))}: name a .yaml file, or a folder of them")
    return found


def in_words(council: Council, found: Measure) -> Iterator[str]:
    """The mails that came out otherwise, the table, the services, and the sum."""
    for each in found.wrong:
        yield from _wrong(each)
    yield from _table(found)
    yield from _services(found)
    yield (
        f"{council.policy.id}: {len(found.routed)} mails, category right in {found.right} of {found.asked} "
        f"({found.percent:.1f} %), {_many(len(found.missed), 'alert')} missed, "
        f"{_many(sum(bool(each.false_alerts) for each in found.routed), 'alert')} false"
    )


def _many(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _wrong(found: Routed) -> Iterator[str]:
    labelled = found.labelled
    said = one_line(" / ".join(part for part in (labelled.mail.subject, labelled.mail.text) if part))
    yield f"{labelled.place.file}:{labelled.place.line}: {labelled.id}: {said[:SHORT]}{'...' if len(said) > SHORT else ''}"
    if not found.category_right:
        yield f"    category {found.route.category}, not {' or '.join(labelled.category)}{_rules(found)}"
    if not found.service_right:
        yield f"    service {found.route.service}, not {' or '.join(found.service)}"
    yield from (f"    NOT ALERTED: {each}" for each in found.missed_alerts)
    yield from (f"    false alert: {each}" for each in found.false_alerts)
    yield from (f"    exclusion not suspected: {each}" for each in found.missed_exclusions)
    yield from (f"    exclusion falsely suspected: {each}" for each in found.false_exclusions)


def _rules(found: Routed) -> str:
    return " (no rule says it)" if found.route.doubtful else ""


def _table(found: Measure) -> Iterator[str]:
    """A line for what mails are, a column for what the rules say; a point stands for none."""
    kinds = sorted({kind for pair in found.confusion for kind in pair})
    wide = max((len(kind) for kind in kinds), default=0)
    yield "rows: what it is; columns: what the rules say"
    yield " ".join([" " * wide, *kinds])
    for expected in kinds:
        numbers = (str(found.confusion.get((expected, got)) or ".").rjust(len(got)) for got in kinds)
        yield " ".join([expected.ljust(wide), *numbers])


def _services(found: Measure) -> Iterator[str]:
    wide = max((len(name) for name in found.services), default=0)
    for name, each in found.services.items():
        yield (
            f"{name.ljust(wide)}  {each.right} of its {each.expected} mails reach it ({_share(each.right, each.expected)}), "
            f"{each.right} of the {each.got} that reach it are its own ({_share(each.right, each.got)})"
        )


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "-"


def as_line(council: Council, found: Measure) -> dict[str, object]:
    """What `--json` prints of one council."""
    return {
        "council": council.policy.id,
        "version": council.routing.version,
        "mails": len(found.routed),
        "asked": found.asked,
        "right": found.right,
        "percent": round(found.percent, 2),
        "confusion": [
            {"is": expected, "said": got, "mails": many} for (expected, got), many in sorted(found.confusion.items())
        ],
        "services": {name: _precision(each) for name, each in found.services.items()},
        "alerts_missed": [each.labelled.id for each in found.missed],
        "alerts_false": [each.labelled.id for each in found.routed if each.false_alerts],
        "wrong": [_wrong_line(each) for each in found.wrong],
    }


def _precision(found: Precision) -> dict[str, object]:
    return {
        "expected": found.expected,
        "got": found.got,
        "right": found.right,
        "precision": found.right / found.got if found.got else None,
        "recall": found.right / found.expected if found.expected else None,
    }


def _wrong_line(found: Routed) -> dict[str, object]:
    labelled = found.labelled
    return {
        "id": labelled.id,
        "file": labelled.place.file,
        "line": labelled.place.line,
        "category": {"expected": list(labelled.category), "got": found.route.category, "right": found.category_right},
        "service": {"expected": list(found.service), "got": found.route.service, "right": found.service_right},
        "alerts": {"missed": list(found.missed_alerts), "false": list(found.false_alerts)},
        "exclusions": {"missed": list(found.missed_exclusions), "false": list(found.false_exclusions)},
    }
