"""What is asked of a template before a letter is made of it, and where in its file it is wrong."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path, PurePath
from types import TracebackType
from typing import get_args

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    FunctionLoader,
    StrictUndefined,
    TemplateNotFound,
    TemplateRuntimeError,
    TemplateSyntaxError,
    UndefinedError,
    meta,
    nodes,
)
from jinja2.utils import missing

from townclerk.config.errors import Fault, FilesRefused
from townclerk.config.languages import CODES
from townclerk.config.reading import suggest
from townclerk.config.templates_wording import WORDS, Wording, read_wording
from townclerk.config.templates_words import greeted, without_greeting
from townclerk.domain import letters as content
from townclerk.domain.letters import Letter, Ombudsmen
from townclerk.domain.policy import Policy
from townclerk.domain.words import Category, LetterKind

# What a template may name, in the order in which `templates` gives the values.
NAMES = ("letter", "content", "case", "to", "policy", "contact", "reply_to")
HELPERS = (
    *("quoted", "prose", "listing", "enclosed", "lines", "link", "button", "worded", "web", "phone"),
    *("replies", "mailto", "date_words", "time_words", "dates_said", "greeting"),
    *("own_greeting", "greets", "without_greeting", "signed_by"),
)
KINDS: tuple[LetterKind, ...] = tuple(kind.kind for kind in get_args(content.Content))
TO_RESIDENTS: tuple[LetterKind, ...] = tuple(kind.kind for kind in get_args(content.ResidentContent))
_ENDINGS = frozenset({".md", ".txt", ".markdown", ".html", ".htm", ".css", ""})  # of what was meant to be a template
_PLACES = frozenset({"letters", "letter", "parts", "part"})
_NEARLY = 0.8  # a misspelt name
_FRAME = ("layout.html", "letter.css")
_TO_FILL_IN = (  # in brackets, by mail merges and by whoever copies a letter
    "name|surname|title|date|ref|reference|number|address|postcode|e-?mail|phone|telephone|officer|council|service|department|stage"
    "|insert|enter|add|your|tbc|tbd|todo|x{2,}|enw|dyddiad|cyfeirnod|rhif|cyfeiriad|swyddog"
)
# What stands in the words of a letter and was meant for something else, and what to write instead.
_SLIPS = (
    (
        re.compile(r"[{}]"),
        "a brace stands among the words, and people would read it",
        '{{ case.ref }}, both braces side by side; {{ "{" }} for a brace that people are to read',
    ),
    (
        re.compile(
            rf"\[(?=[^\[\]\n]{{0,60}}\b(?:{_TO_FILL_IN})\b)[\w '/-]{{1,60}}\](?![(\[:])|<<[\w '/-]{{1,60}}>>", re.IGNORECASE
        ),
        "this is something to fill in, and nobody fills it in",
        'a value of those in the guide, as in {{ to.name }}; {{ "[" }} for a bracket that people are to read',
    ),
    (re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"), "a character stands here that nobody sees", "delete it"),
)
# They would hand on text that has already been put in its place, as if it were a value.
_NOT_IN_LETTERS = (
    nodes.Macro,
    nodes.CallBlock,
    nodes.FilterBlock,
    nodes.AssignBlock,
    nodes.Import,
    nodes.FromImport,
    nodes.Extends,
)


class TemplateWrong(TemplateRuntimeError):
    """A letter came out wrong; `expected` says what to write instead."""

    def __init__(self, message: str, expected: str) -> None:
        super().__init__(message)
        self.expected = expected


class Unknown(StrictUndefined):
    """A name that stands for nothing: it says which names are there, and the nearest."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        if self._undefined_hint:
            return self._undefined_hint
        name = str(self._undefined_name)
        if self._undefined_obj is missing:
            return f"there is nothing called {name}; {suggest(name, (*NAMES, *HELPERS))}"
        of = self._undefined_obj
        known = of if isinstance(of, Mapping) else (each for each in dir(of) if not each.startswith("_"))
        return f'there is no "{name}" in this {type(of).__name__}; {suggest(name, [str(each) for each in known])}'


@dataclass(frozen=True, slots=True)
class Source:
    """A template as it was read."""

    name: str
    text: str
    file: str


@dataclass(frozen=True)
class Sources:
    """The template files that count, each as it was read. `home` is where a file that is missing would be looked for first."""

    read_from: tuple[Source, ...]
    home: str

    @classmethod
    def read(cls, loader: BaseLoader, home: str) -> "Sources":
        environment = Environment(loader=loader, autoescape=True)
        return cls(tuple(_source(loader, environment, name) for name in loader.list_templates() if _counts(name)), home)

    def loader(self) -> BaseLoader:
        """Gives these texts: what has been looked at is what is used."""
        found = {one.name: (one.text, one.file, None) for one in self.read_from}
        return FunctionLoader(found.get)

    @cached_property
    def texts(self) -> dict[str, str]:
        return {one.name: one.text for one in self.read_from}

    @cached_property
    def files(self) -> dict[str, str]:
        return {one.name: one.file for one in self.read_from}

    @property
    def languages(self) -> tuple[str, ...]:
        """The codes of those in which there is any file, beside that of the letters that are in none."""
        return tuple(dict.fromkeys(code for one in self.read_from if (code := language_of(one.name))))

    def has(self, language: str, kind: str) -> bool:
        """Whether there is a letter of *kind* in *language*."""
        return f"{language}/letters/{kind}.md" in self.texts

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(kind.value for kind in KINDS)

    def file(self, name: str) -> str:
        return self.files.get(name, str(Path(self.home) / name))


def _source(loader: BaseLoader, environment: Environment, name: str) -> Source:
    """Raises FilesRefused where the file is not UTF-8."""
    try:
        text, file, _ = loader.get_source(environment, name)
    except UnicodeDecodeError as wrong_bytes:
        before = wrong_bytes.object[: wrong_bytes.start]
        line, column = before.count(b"\n") + 1, wrong_bytes.start - (before.rfind(b"\n") + 1) + 1
        byte = wrong_bytes.object[wrong_bytes.start]
        raise FilesRefused(
            [Fault(_found(loader, name), line, column, "", f"byte 0x{byte:02x} is not UTF-8", "save the file as UTF-8")]
        ) from None
    return Source(name, text, file or name)


def _found(loader: BaseLoader, name: str) -> str:
    """The file that *loader* reads for the template *name*."""
    loaders = loader.loaders if isinstance(loader, ChoiceLoader) else (loader,)
    folders = (Path(folder) for one in loaders if isinstance(one, FileSystemLoader) for folder in one.searchpath)
    return next((str(folder / name) for folder in folders if (folder / name).is_file()), name)


def language_of(name: str) -> str:
    """The code of the language that the file of that *name* is in; "": it is in none."""
    code, _, rest = name.partition("/")
    return code if rest and code in CODES else ""


def _counts(name: str) -> bool:
    code = language_of(name)
    bare = name.removeprefix(f"{code}/") if code else name
    if _is_readme(PurePath(name)):
        return False
    if bare.startswith(("letters/", "parts/")) and bare.count("/") == 1:
        return bare.endswith(".md")
    return bare == WORDS if code else name in _FRAME


def unread_templates(folder: Path, councils: Iterable[str]) -> tuple[Fault, ...]:
    """What lies in *folder* as if it counted as a letter or a part of one, and does not: it is called otherwise, lies elsewhere
    or in the folder of none of *councils*, or is a folder or a link that leads nowhere."""
    known, found = tuple(councils), list[Fault]()
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(folder)
        if any(part.startswith(".") for part in place.parts) or not _meant_as_one(path, place):
            continue
        own = _counts(place.as_posix())
        if not own and not _counts("/".join(place.parts[1:])):
            found.append(
                _unread(
                    path, f"letters are called letters/{KINDS[0].value}.md, parts of them parts/foot.md, the page layout.html"
                )
            )
        elif not own and place.parts[0] not in known:
            found.append(_unread(path, f"{place.parts[0]} is no council; {suggest(place.parts[0], known)}"))
        elif not path.is_file():
            found.append(_unread(path, "it is a folder, or a link that leads nowhere: put the file in its place"))
    return tuple(found)


def _meant_as_one(path: Path, place: Path) -> bool:
    """True for what bears the name of a template, or nearly, or lies in a folder for them. Other notes may lie beside them."""
    if path.suffix.lower() not in _ENDINGS or _is_readme(place) or (not path.suffix and path.is_dir()):
        return False
    named = (*(kind.value for kind in KINDS), *(Path(name).stem for name in _FRAME))
    stem = path.name.partition(".")[0].casefold()
    inside = not _PLACES.isdisjoint(part.casefold() for part in place.parts[:-1])
    return inside or bool(get_close_matches(stem, named, n=1, cutoff=_NEARLY))


def _is_readme(place: PurePath) -> bool:
    return place.stem.casefold() == "readme"


def _unread(path: Path, expected: str) -> Fault:
    return Fault(str(path), 0, 0, "", "nothing reads it, so none of it counts", expected)


def faults_of_sources(sources: Sources, environment: Environment) -> list[Fault]:
    """Everything that can be seen without rendering: files that are missing or unknown, syntax, names."""
    wanted = [f"letters/{kind}.md" for kind in sources.kinds]
    faults = [
        Fault(sources.file(name), 0, 0, "", "this file is missing", "see the shipped templates")
        for name in (*wanted, *_FRAME)
        if name not in sources.texts
    ]
    for name, text in sources.texts.items():
        if language := language_of(name):
            faults.extend(_faults_in_language(sources, name, language, environment))
        elif name.startswith("letters/") and name not in wanted:
            called = name.removeprefix("letters/").removesuffix(".md")
            faults.append(Fault(sources.file(name), 0, 0, "", "no letter has this name", suggest(called, sources.kinds)))
        elif name != "letter.css":
            faults.extend(_faults_of(sources.file(name), name, text, environment))
    return list(dict.fromkeys(faults)) or _without_end(sources, environment)


def _without_end(sources: Sources, environment: Environment) -> list[Fault]:
    """Files that include themselves, by others or at once: a letter of them would never be whole."""
    includes = {name: dict(_included(name, text, environment)) for name, text in sources.texts.items() if name.endswith(".md")}
    try:
        TopologicalSorter(includes).prepare()
    except CycleError as found:
        inner, around, *_ = names = found.args[1]
        message = f"{inner} is included again within itself, without end: {' in '.join(names)}"
        return [Fault(sources.file(around), includes[around][inner], 0, "", message, "take out one of the includes")]
    return []


def _included(name: str, text: str, environment: Environment) -> Iterator[tuple[str, int]]:
    """What a template includes, and in which of its lines."""
    for node in environment.parse(text).find_all(nodes.Include):
        if isinstance(node.template, nodes.Const):
            yield environment.join_path(str(node.template.value), name), node.lineno


def _faults_in_language(sources: Sources, name: str, language: str, environment: Environment) -> Iterator[Fault]:
    """A letter in another language has all of itself in that language."""
    file, text, bare = sources.file(name), sources.texts[name], name.removeprefix(f"{language}/")
    if bare == WORDS:
        try:
            read_wording(language, text, file)
        except FilesRefused as refused:
            yield from refused.faults
        return
    if f"{language}/{WORDS}" not in sources.texts:
        missing = sources.file(f"{language}/{WORDS}")
        yield Fault(missing, 0, 0, "", f"this file is missing: how a date is said in {language}", "see Templates in the guide")
    residents = [kind.value for kind in TO_RESIDENTS]
    if bare.startswith("letters/") and bare.removeprefix("letters/").removesuffix(".md") not in residents:
        yield Fault(file, 0, 0, "", "no letter to residents has this name", ", ".join(residents))
        return
    found = list(_faults_of(file, name, text, environment))
    yield from found
    if not found:
        yield from _parts_missing(sources, name, language, environment)


def _parts_missing(sources: Sources, name: str, language: str, environment: Environment) -> Iterator[Fault]:
    for part, line in _included(name, sources.texts[name], environment):
        if part not in sources.texts:
            bare = part.removeprefix(f"{language}/")
            yield Fault(sources.file(name), line, 0, "", f"there is no {bare} in {language}", f"write {language}/{bare} too")


def _faults_of(file: str, name: str, text: str, environment: Environment) -> Iterator[Fault]:
    letter = name.removeprefix(f"{language_of(name)}/").startswith("letters/")
    if letter and not text.startswith("Subject:"):
        yield Fault(file, 1, 1, "", "a letter begins with its subject", "Subject: We have received your complaint")
    try:
        tree = environment.parse(text)
        if name.endswith(".md"):
            environment.get_template(name)  # compiles it for good, and finds unknown filters, which parsing lets pass
    except TemplateSyntaxError as wrong_syntax:
        yield Fault(
            file, wrong_syntax.lineno, 0, "", wrong_syntax.message or "this is no template", _meant(wrong_syntax, environment)
        )
        return
    if name.endswith(".html"):
        return
    for node in tree.find_all(_NOT_IN_LETTERS):
        yield Fault(file, node.lineno, 0, "", f"letters have no {type(node).__name__.lower()}", '{% include "parts/….md" %}')
    yield from _slips(file, tree)
    if letter:  # a part may name what the letter around it has set
        own = {place.name for place in tree.find_all(nodes.Name) if place.ctx != "load"}
        unknown = meta.find_undeclared_variables(tree) - {*NAMES, *HELPERS, "range", "namespace"} - own
        for place in tree.find_all(nodes.Name):
            if place.name in unknown:
                expected = suggest(place.name, (*NAMES, *HELPERS))
                yield Fault(file, place.lineno, 0, "", f"there is nothing called {place.name}", expected)


def _slips(file: str, tree: nodes.Template) -> Iterator[Fault]:
    """What stands as words where a value was meant."""
    for words in tree.find_all(nodes.TemplateData):
        for slip, message, expected in _SLIPS:
            if found := slip.search(words.data):
                line = words.lineno + words.data.count("\n", 0, found.start())
                yield Fault(file, line, 0, "", f"{found[0]!r}: {message}" if found[0].isprintable() else message, expected)


def _meant(trouble: TemplateSyntaxError, environment: Environment) -> str:
    """What may have been meant by a filter that is not known."""
    unknown = re.match(r"No filter named '(\w+)'", trouble.message or "")
    return suggest(unknown[1], environment.filters) if unknown is not None else ""


def place_of(trouble: BaseException) -> tuple[str, int] | None:
    """File and line of the template in which *trouble* arose."""
    if isinstance(trouble, TemplateSyntaxError):
        return (trouble.filename or trouble.name or "", trouble.lineno)
    places = [place for frame in _frames(trouble.__traceback__) if (place := frame)[0].endswith((".md", ".html"))]
    return places[-1] if places else None


def _frames(traceback: TracebackType | None) -> Iterator[tuple[str, int]]:
    while traceback is not None:
        yield traceback.tb_frame.f_code.co_filename, traceback.tb_lineno
        traceback = traceback.tb_next


def wrong(sources: Sources, name: str, trouble: Exception) -> Fault:
    """The fault that *trouble*, met while a sample letter was rendered, shows in template *name*."""
    file, line = place_of(trouble) or (sources.file(name), 0)
    if isinstance(trouble, TemplateNotFound):
        return Fault(file, line, 0, "", f"there is no {trouble}", suggest(str(trouble), sources.texts))
    message, _, expected = str(trouble).partition("; ") if isinstance(trouble, UndefinedError) else (str(trouble), "", "")
    expected = trouble.expected if isinstance(trouble, TemplateWrong) else expected
    return Fault(file, line, 0, "", message or type(trouble).__name__, expected)


# --- what a letter must say ------------------------------------------------------------------------------------------


def required_words(letter: Letter, policy: Policy, wording: Wording) -> tuple[str, ...]:
    """Words without which *letter* may not go out, whatever its template says, and in whatever language."""
    said = [] if letter.to.staff else _for_residents(letter, policy)
    if letter.case:
        said.append(letter.case.ref)
    return tuple(
        " ".join(text.split())
        for text in (*said, *(wording.date_words(day) for day in _days(letter)), *_own_words(letter))
        if text.strip()
    )


def _for_residents(letter: Letter, policy: Policy) -> list[str]:
    contact = policy.contact
    named = _shown_in_full(letter, policy)
    details = [part for one in (named.all if named else ()) for part in (one.name, one.address, one.phone, one.website)]
    return [contact.council, contact.phone, contact.post, contact.website, *details]


def _shown_in_full(letter: Letter, policy: Policy) -> Ombudsmen | None:
    """The Ombudsmen whose every detail this letter must give."""
    match letter.content:
        case (
            content.ActionUpdate(failed=content.FailedAction(ombudsmen=named))
            | content.DelayNotice(ombudsmen=named)
            | content.ExtensionProposal(ombudsmen=named)
            | content.ExtensionNotAgreed(ombudsmen=named)
            | content.NotAccepted(ombudsmen=named)
            | content.Response(onward=content.FinalWord(ombudsmen=named))
            | content.Response(ombudsmen=content.Ombudsmen() as named)
            | content.ReviewDecision(ombudsmen=named, accepted=False)
        ):
            return named
        case content.Receipt(ombudsmen=named) | content.ReviewDecision(ombudsmen=named) if named and _always_named(
            letter, policy
        ):
            return named
    return letter.case.ombudsmen if letter.case and _always_named(letter, policy) else None


def _always_named(letter: Letter, policy: Policy) -> bool:
    """Who asks for information goes to the Information Commissioner."""
    asks = letter.case is not None and letter.case.category is Category.INFORMATION_REQUEST
    return policy.ombudsman_in_every_letter and not asks


def _days(letter: Letter) -> tuple[date, ...]:
    """Every date that the letter exists to tell."""
    told: tuple[date | None, ...]
    match letter.content:
        case (
            content.Receipt(dates=dates)
            | content.Assignment(dates=dates)
            | content.Forwarded(dates=dates)
            | content.Clarification(dates=dates)
        ):
            told = tuple(promise.day for promise in dates)
        case (
            content.DelayNotice(promised=day) | content.ExtensionProposal(proposed=day) | content.ExtensionNotAgreed(stands=day)
        ):
            told = (day,)
        case content.ActionUpdate(still_open=still_open, moved=moved):
            told = (*(action.day for action in still_open), moved.day if moved else None)
        case content.Acknowledgement(respond_by=by) | content.ReviewDecision(respond_by=by) | content.Decision(by=by):
            told = (by,)
        case (
            content.Response(onward=content.ReviewRight(last_day=by, ended=ended))
            | content.ReviewInvitation(right=content.ReviewRight(last_day=by, ended=ended))
        ):
            told = (by, ended)
        case content.Reminder(day=day) | content.Overdue(day=day) | content.Escalation(day=day):
            told = (day,)
        case _:
            told = ()
    return tuple(day for day in told if day is not None)


def _own_words(letter: Letter) -> tuple[str, ...]:
    """The first line of what a person wrote, or of what happened, for which the letter is there."""
    text = ""
    match letter.content:
        case (
            content.Clarification(text=text)
            | content.Response(text=text)
            | content.Message(text=text)
            | content.ActionUpdate(text=text)
            | content.Closure(text=text)
            | content.NotAccepted(text=text)
            | content.ReviewDecision(text=text)
            | content.Confirm(text=text)
            | content.Refused(reason=text)
        ):
            pass
        case content.Acknowledgement(text=own, quoted=quoted):
            text = own or quoted
        case content.Assignment(original=mail) | content.Forwarded(original=mail) | content.AlertRaised(original=mail):
            text = mail.text
        case content.Done(lines=lines):
            return lines
    # Without their greeting, which may get a line to itself.
    first = without_greeting(text, greeted(letter)).strip().split("\n", 1)[0]
    return (first[:40].rsplit(" ", 1)[0],) if first else ()
