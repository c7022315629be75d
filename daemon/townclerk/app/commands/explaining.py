"""`townclerk rules explain`: what the rules make of a mail, and why."""

import asyncio
import html
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from townclerk.app.commands.asking import CannotRead
from townclerk.app.commands.raw_mails import no_mails_in, read_mails
from townclerk.app.commands.records import named_council
from townclerk.app.commands.saying import complain, one_line, say, say_json
from townclerk.app.logs import silence
from townclerk.app.private import write_for_our_eyes
from townclerk.domain.conditions import ALL, NOT, Field, Mark, Verdict
from townclerk.domain.council import Council
from townclerk.domain.mail import IncomingMail
from townclerk.domain.mail_context import context_of
from townclerk.domain.replaying import Becomes, Household, Past, Replayed, replay
from townclerk.domain.routing import Route, Tried, explain_route, route
from townclerk.domain.screening import Screening, screen
from townclerk.domain.signing import Signer
from townclerk.mail.reading import Reading

LONGEST_ASKED = 100  # of what a condition asks for, in characters


@dataclass(frozen=True, slots=True)
class Explained:
    """One mail, what the rules come to, and each of them. `unasked`: why the daemon would not ask them; "": it would."""

    path: str
    mail: IncomingMail
    route: Route
    tried: tuple[Tried, ...]
    unasked: str = ""


def explain(
    ctx: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar="MAIL|DIR...", help="Raw mails, or folders of them.")],
    council: Annotated[
        str | None, typer.Option("--council", metavar="NAME", help="Whose rules. Default: the settings'.")
    ] = None,
    changed: Annotated[
        Path | None, typer.Option("--with", metavar="DIR", help="Rules that win over those in force, as `rules replay` takes.")
    ] = None,
    every: Annotated[
        bool, typer.Option("--every", help="Each condition of each rule, of those that find nothing too.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a mail, on a line of its own.")] = False,
    page: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="A page with the words marked in the mail.")
    ] = None,
) -> None:
    """What the rules make of a mail: category, service, alerts, and for each rule whether it holds and on which words.

    A file of plain text will do for a mail. Nothing is stored and nobody is written to. Exit status 2 where a mail cannot be
    read.

    \b
    Examples:
      townclerk rules explain complaint.eml
      townclerk rules explain --with new-rules complaint.eml
      townclerk rules explain --council your-council --json mails/ | jq -r .category | sort | uniq -c
      townclerk rules explain complaint.eml --html complaint.html
    """
    silence()
    whose = named_council(ctx.obj, council, changed)
    missing = [path for path in paths if not path.exists()]
    complain(*(f"{path}: there is no such file; save the mail, or a few words, in one" for path in missing))
    there = [path for path in paths if path not in missing]
    found, read, unread = asyncio.run(_explain_all(there, whose, as_json, every, page))
    if there and not read + unread:
        raise CannotRead(no_mails_in(there))
    if page is not None:
        _write(page, whose, found, every)
    raise typer.Exit(2 if missing or unread else 0)


async def _explain_all(
    paths: list[Path], council: Council, as_json: bool, every: bool, page: Path | None
) -> tuple[list[Explained], int, int]:
    """What is kept for a page; how many mails were read, and how many cannot be."""
    kept: list[Explained] = []
    read = unread = 0
    async for path, reading in read_mails(paths):
        if isinstance(reading, OSError) or reading.mail is None:
            unread += 1
            complain(f"{path}: {_why(reading)}")
            if as_json:
                say_json({"path": path, "error": _why(reading)})
            continue
        read += 1
        explained = explain_mail(path, reading.mail, council)
        if as_json:
            say_json(as_line(explained))
        elif page is None:
            say(*_in_words(explained, every))
        if page is not None:
            kept.append(explained)
    return kept, read, unread


def _why(reading: Reading | OSError) -> str:
    if isinstance(reading, OSError):
        return f"it cannot be opened: {reading.strerror or reading}"
    return reading.quarantined or "it cannot be read"


def explain_mail(path: str, mail: IncomingMail, council: Council) -> Explained:
    """As the daemon would read it were it the first mail of its sender, come when its header says."""
    mailbox = council.policy.contact.mailbox
    ours = Household(frozenset({mailbox.lower()}), Signer(mailbox, ()))
    screening = screen(mail, ours.addresses, ours.signer.is_own_message_id)
    received = mail.date if mail.date is not None and mail.date.tzinfo is not None else datetime.now(UTC)
    context = context_of(mail, screening, council, received)
    routed, tried = route(mail, council.routing, context=context), explain_route(mail, council.routing, context=context)
    return Explained(path, mail, routed, tried, _why_unasked(replay(Past(mail, received), council, ours), mail, screening))


def _why_unasked(replayed: Replayed, mail: IncomingMail, screening: Screening) -> str:
    """Why the daemon would ask no rule about *mail*; "": it would."""
    if replayed.becomes is not Becomes.NOTHING or replayed.rules:
        return ""
    if mail.sender is None:
        return "nobody is named as its sender"
    if replayed.by_officer:
        return "it is from one of us, by staff.yaml"
    return f"nobody's mail: {screening.because}"


def as_line(found: Explained) -> dict[str, object]:
    """What `--json` prints of one mail."""
    return {
        "path": found.path,
        "asked": not found.unasked,
        "category": found.route.category,
        "service": found.route.service,
        "alerts": list(found.route.alerts),
        "suggested_exclusion": next(iter(found.route.exclusions), None),
        "suggested_exclusions": list(found.route.exclusions),
        "signals": sorted(found.route.signals),
        "suggested_category": found.route.suggested.category if found.route.suggested else None,
        "assign": found.route.officer,
        "tell": list(found.route.tells),
        "priority": found.route.priority,
        "letters_in": found.route.letters_in or None,
        "flags": list(found.route.flags),
        "decide": list(found.route.questions),
        "restrict": bool(found.route.restricted_by),
        "file": bool(found.route.filed_by),
        "receipt": not found.route.unanswered_by,
        "weights": found.route.weights,
        "certain": not found.route.doubtful,
        "rules": [
            {"id": each.rule.id, "matched": each.verdict.holds, "because": "; ".join(_found(each.verdict))}
            for each in found.tried
        ],
    }


def _found(verdict: Verdict) -> Iterator[str]:
    """On what a condition holds, without what it rules out."""
    if verdict.because and verdict.holds:
        yield verdict.because
    if verdict.asked != NOT:
        for each in verdict.below:
            yield from _found(each)


# --- for people ----------------------------------------------------------------------------------------------------------


def _in_words(found: Explained, every: bool) -> Iterator[str]:
    yield found.path
    yield f"  subject     {one_line(found.mail.subject)}"
    if found.unasked:
        yield f"  not asked   {found.unasked}; these rules would be asked if a resident had written it"
    yield from (f"  {name:<11} {said}" for name, said in _result(found))
    nothing = [each for each in found.tried if not each.verdict.holds and not _undone(each.verdict)]
    for each in found.tried:
        if every or each not in nothing:
            yield from _rule(each)
    if nothing and not every:
        yield f"  and {len(nothing)} rules that do not hold (--every shows why)"
    yield ""


def _result(found: Explained) -> Iterator[tuple[str, str]]:
    holding = [each for each in reversed(found.tried) if each.verdict.holds]
    by = {name: each.rule.id for each in holding for name in each.rule.then.gives if name not in dict(each.overruled)}
    route = found.route
    yield "category", f"{route.category} ({by.get('category') or _by_weight(route, 'category')})"
    yield "service", f"{route.service} ({by.get('service') or _by_weight(route, 'service')})"
    lists = {
        "alerts": route.alerts,
        "suspected": route.exclusions,
        "signals": sorted(route.signals),
        "told": route.tells,
        "flags": route.flags,
    }
    yield from ((name, ", ".join(words)) for name, words in lists.items() if words)
    if route.suggested is not None:
        yield "suggested", f"{route.suggested.category} ({by['suggest']})"
    if "priority" in by:
        yield "priority", f"{route.priority} ({by['priority']})"
    if route.letters_in:
        yield "letters in", f"{route.letters_in} ({by['letters_in']})"
    if route.restricted_by:
        yield "restricted", f"yes ({route.restricted_by})"
    if route.filed_by:
        filed = "no" if route.alerts else "without a case, unless its sender has one that is open or is a member"
        yield "filed", f"{filed} ({route.filed_by})"
    if route.unanswered_by:
        yield "receipt", f"none ({route.unanswered_by})"
    yield from (("to decide", asked) for asked in route.questions)
    if route.officer is not None:
        yield "assigned to", f"{route.officer} ({by['assign']})"


def _by_weight(route: Route, what: str) -> str:
    """What rules weigh for it and for others, the heaviest first."""
    weights = sorted(route.weights.get(what, {}).items(), key=lambda one: -one[1])
    told = ", ".join(f"{word} {points}" for word, points in weights if points)
    if not told:
        return "no rule says it"
    return f"{told}; not certain" if what == "category" and route.doubtful else told


def _undone(verdict: Verdict) -> bool:
    """Whether nothing but what it rules out keeps it from holding."""
    wanted = [each for each in verdict.below if each.asked != NOT]
    return not verdict.holds and bool(wanted) and verdict.asked == ALL and all(each.holds or _undone(each) for each in wanted)


def _rule(tried: Tried) -> Iterator[str]:
    gives = ", ".join(f"{name} {word}" for name, word in tried.rule.then.said())
    yield f"  {_mark(tried.verdict.holds)} {tried.rule.id}: {tried.rule.why} [{gives}] {_place(tried)}"
    yield from (f"      {other} has given the {name} before" for name, other in tried.overruled)
    yield from (f"      {line}" for line in verdict_lines(tried.verdict))


def _place(tried: Tried) -> str:
    return f"({Path(tried.rule.place.file).name}, line {tried.rule.place.line})"


def _mark(holds: bool) -> str:
    return "yes" if holds else "no "


def verdict_lines(verdict: Verdict) -> Iterator[str]:
    """A condition and those below it, each with what it was found on."""
    because = f" -> {one_line(verdict.because)}" if verdict.because else ""
    if verdict.asked == NOT and not verdict.below[0].below:
        (without,) = verdict.below
        found = f" -> {one_line(without.because)}" if without.because else ""
        yield f"{_mark(verdict.holds)} without {_short(without.asked)}{found}"
        return
    yield f"{_mark(verdict.holds)} {_short(verdict.asked)}{because}"
    for each in verdict.below:
        yield from (f"  {line}" for line in verdict_lines(each))


def _short(asked: str) -> str:
    said = one_line(asked)
    return said if len(said) <= LONGEST_ASKED else f"{said[: LONGEST_ASKED - 1]}…"


# --- as a page -----------------------------------------------------------------------------------------------------------

_STYLE = """body{font:1rem/1.5 sans-serif;margin:1rem auto;max-width:50rem;padding:0 1rem;color:#111;background:#fff}
body{overflow-wrap:break-word}pre{white-space:pre-wrap;font:inherit;border:1px solid #767676;padding:1rem}
h1{font-size:1.5rem}h2{font-size:1.25rem;overflow-wrap:anywhere}h3{font-size:1rem;margin:0}
mark{background:#ffe58a;color:#111;padding:0 .1em}mark.lost{background:none;outline:1px dashed #767676}
sup a{color:#111;font-size:.7rem;padding:0 .1em}dt{font-weight:bold}dd{margin:0 0 .3rem 1rem}
section{border-left:.3rem solid #1e6b34;padding:.1rem 0 .1rem .8rem;margin:1rem 0}
section.lost{border-left:.3rem dashed #767676}section.no{border-left-color:#767676}section p{margin:0}
ul{margin:.2rem 0;padding-left:1.2rem;list-style:none}b.yes{color:#1e6b34}b.no{color:#a1191f}.place{color:#555}
@media(min-width:40rem){dl{display:grid;grid-template-columns:8rem 1fr}dd{margin:0}}"""


def _write(page: Path, council: Council, found: list[Explained], every: bool) -> None:
    title = f"What the rules of {council.policy.contact.council} make of {len(found)} mail{'s' if len(found) != 1 else ''}"
    body = "".join(_article(number, each, every) for number, each in enumerate(found, 1))
    text = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head><body><main><h1>{html.escape(title)}</h1>"
        f"{body}</main></body></html>\n"
    )
    try:
        write_for_our_eyes(page, text.encode("utf-8", "replace"))
    except OSError as error:
        raise CannotRead(f"{page} cannot be written: {error.strerror}") from None
    say(str(page))


def _article(number: int, found: Explained, every: bool) -> str:
    """One mail. Its rules are numbered, and each mark in it has the number of its rule."""
    shown = [each for each in found.tried if every or each.verdict.holds or _undone(each.verdict)]
    marks = [
        (mark, str(n), _lost(each)) for n, each in enumerate(shown, 1) if each.verdict.holds for mark in _marks(each.verdict)
    ]
    result = "".join(f"<dt>{name}</dt><dd>{html.escape(said)}</dd>" for name, said in (*_unasked(found), *_result(found)))
    subject = _marked(found.mail.subject, [one for one in marks if one[0].where is Field.SUBJECT], f"m{number}r")
    written = found.mail.own_text or found.mail.text
    text = _marked(written, [one for one in marks if one[0].where is Field.TEXT], f"m{number}r")
    rules = "".join(_section(f"m{number}r{n}", n, each) for n, each in enumerate(shown, 1))
    others = len(found.tried) - len(shown)
    more = f"<p>And {others} rules that do not hold: --every shows why.</p>" if others else ""
    return (
        f"<article><h2>{html.escape(found.path)}</h2><dl>{result}</dl><p>Subject: {subject}</p><pre>{text}</pre>"
        f"<p>The number behind a mark is that of the rule below which found it.</p>{rules}{more}</article>"
    )


def _unasked(found: Explained) -> Iterator[tuple[str, str]]:
    if found.unasked:
        yield "not asked", f"{found.unasked}; these rules would be asked if a resident had written it"


def _section(name: str, number: int, tried: Tried) -> str:
    gives = ", ".join(f"{what} {word}" for what, word in tried.rule.then.said())
    lost = "".join(f"<p>{html.escape(f'{other} has given the {what} before')}</p>" for what, other in tried.overruled)
    holds = "holds" if tried.verdict.holds else "does not hold"
    kind = "no" if not tried.verdict.holds else "lost" if _lost(tried) else "yes"
    return (
        f'<section id="{name}" class="{kind}"><h3>{number}. {html.escape(tried.rule.id)}: {holds}</h3>'
        f"<p>{html.escape(tried.rule.why)} [{html.escape(gives)}] "
        f'<span class="place">{html.escape(_place(tried))}</span></p>{lost}<ul>{_condition(tried.verdict)}</ul></section>'
    )


def _lost(tried: Tried) -> bool:
    """Whether nothing of what the rule gives counts, because others have given it before."""
    overruled = dict(tried.overruled)
    return bool(overruled) and all(name in overruled for name in tried.rule.then.gives)


def _condition(verdict: Verdict) -> str:
    """As `verdict_lines`, in lists."""
    asked, because, below = verdict.asked, verdict.because, verdict.below
    if asked == NOT and not below[0].below:
        asked, because, below = f"without {_short(below[0].asked)}", below[0].because, ()
    word = "yes" if verdict.holds else "no"
    found = f" → {html.escape(one_line(because))}" if because else ""
    inner = f"<ul>{''.join(map(_condition, below))}</ul>" if below else ""
    return f'<li><b class="{word}">{word}</b> {html.escape(_short(asked))}{found}{inner}</li>'


def _marks(verdict: Verdict) -> Iterator[Mark]:
    yield from verdict.marks
    if verdict.asked != NOT:
        for each in verdict.below:
            yield from _marks(each)


@dataclass(slots=True)
class _Marking:
    """One place of a text, and the numbers of the rules that found something there. `lost`: none of them counts."""

    start: int
    end: int
    rules: list[str]
    lost: bool


def _markings(marks: Iterable[tuple[Mark, str, bool]]) -> list[_Marking]:
    """The places in order; those that overlap are one."""
    found: list[_Marking] = []
    for mark, rule, lost in sorted(marks, key=lambda one: (one[0].start, -one[0].end)):
        if found and mark.start < found[-1].end:
            found[-1].end = max(found[-1].end, mark.end)
            found[-1].lost &= lost
        else:
            found.append(_Marking(mark.start, mark.end, [], lost))
        if rule not in found[-1].rules:
            found[-1].rules.append(rule)
    return found


def _marked(text: str, marks: Iterable[tuple[Mark, str, bool]], name: str) -> str:
    """*text* with what was found marked, and behind each mark the numbers of its rules, which lead to them."""
    done, out = 0, []
    for each in _markings(marks):
        numbers = " ".join(f'<a href="#{name}{rule}">{rule}</a>' for rule in sorted(each.rules, key=int))
        opening = '<mark class="lost">' if each.lost else "<mark>"
        out += [html.escape(text[done : each.start]), opening, html.escape(text[each.start : each.end])]
        out += [f"</mark><sup>{numbers}</sup>"]
        done = each.end
    return "".join([*out, html.escape(text[done:])])
