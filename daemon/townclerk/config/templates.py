"""The letters' templates: loaded, tried out and rendered.

    folder of the council  ->  templates/<council>/  ->  templates/       the first that has a file gives the whole file
      letters/<kind>.md    one letter: `Subject: …`, a blank line, and Markdown that reads well as plain text too
      parts/*.md           pieces that letters include
      layout.html          the page around a letter
      letter.css           how its parts look; written into each element, because mail programs drop style sheets
      cy/letters/, cy/parts/, cy/words.yaml    letters in another language, by its code, for the cases that ask for it

A template sees values of the domain and the helpers of `templates_page`, nothing else, in a sandbox.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path
from types import CodeType
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import (
    BaseLoader,
    BytecodeCache,
    ChoiceLoader,
    FileSystemLoader,
    StrictUndefined,
    Template,
    TemplateError,
    pass_context,
)
from jinja2.bccache import Bucket
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from townclerk.config import templates_words as words
from townclerk.config.errors import ConfigError, FilesRefused
from townclerk.config.templates_check import (
    HELPERS,
    NAMES,
    TO_RESIDENTS,
    Sources,
    TemplateWrong,
    Unknown,
    faults_of_sources,
    language_of,
    place_of,
    required_words,
    wrong,
)
from townclerk.config.templates_page import Page, Piece, Styles
from townclerk.config.templates_samples import least_policy, sample_letters, sample_policy
from townclerk.config.templates_wording import SHIPPED, WORDS, Wording, read_wording
from townclerk.domain.letters import Choice, Letter
from townclerk.domain.policy import Policy
from townclerk.domain.quoting import REPLY_ABOVE

_FILTERS = frozenset(
    (
        *("capitalize", "default", "first", "join", "last", "length", "list", "lower", "map", "reject", "rejectattr"),
        *("replace", "select", "selectattr", "sort", "title", "trim", "unique", "upper"),
    )
)
# All that an expression of a template can raise; anything else is a fault of ours.
_EXPECTED = (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError)
_RULE = re.compile(r"([a-z][a-z0-9-]*)\s*\{([^{}]*)\}")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
COPY = "parts/copy.md"  # stands above a copy of a letter for somebody else
IN_PLACE = "parts/in_place_of.md"  # stands above a letter to staff that somebody gets for a colleague
_LONGEST_SUBJECT = 180  # characters
SETS_KEPT = 8  # of templates, in one process
MARKER = f"--- {REPLY_ABOVE} ---"  # above it, a reply to us holds what an officer wrote; below it, what we did


_ONE_WORD_OF_IT = "one value of it, as in {{ to.name }} or {{ date_words(content.day) }}; of a list, each with {% for … %}"
_AS_SHIPPED = (  # a part that is not taken over is what is mostly missing
    "see the shipped letter, and what stands in the parts that it includes: a letter to a resident ends with "
    '{% include "parts/foot.md" %}'
)


class LetterFailed(ConfigError):
    """A letter could not be rendered from these values. The message names kind, file and line, never what stands in it."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A letter as it goes out: `subject` without line ends, and the same words as plain text and as a whole HTML page."""

    subject: str
    text: str
    html: str


class TemplateSet:
    """All letters of one council, each compiled and tried out once."""

    def __init__(
        self,
        letters: Mapping[tuple[str, str], Template],
        wordings: Mapping[str, Wording],
        layout: Template,
        styles: Styles,
        sources: Sources,
    ) -> None:
        """*letters* by language and kind; *wordings* by language, which is "" of those that are in no folder of one."""
        self._letters = letters
        self._wordings = wordings
        self._layout = layout
        self._styles = styles
        self._sources = sources

    @classmethod
    def load(cls, folders: Sequence[Path], council_id: str) -> "TemplateSet":
        """The letters found in *folders*, the most particular folder first.

        Raises FilesRefused with every fault: a letter that is missing, that is no template, that names what does not
        exist, or that leaves out what it must say.
        """
        loader = ChoiceLoader(
            [
                FileSystemLoader(root, encoding="utf-8-sig", followlinks=True)
                for folder in folders
                for root in (folder / council_id, folder)
            ]
        )
        return _tried_out(Sources.read(loader, str(folders[0]) if folders else "templates"))

    def try_out(self, policy: Policy) -> None:
        """Renders every sample letter under *policy*, and under the same policy with the least that it could say.

        Raises FilesRefused for what goes wrong, and for what is left unsaid.
        """
        faults = [
            wrong(self._sources, self._name(letter), trouble)
            for tried in (policy, least_policy(policy))
            for letter in self.samples(tried)
            if (trouble := self._trouble(letter, tried)) is not None
        ]
        if faults:
            raise FilesRefused(list(dict.fromkeys(faults)))

    def samples(self, policy: Policy) -> tuple[Letter, ...]:
        """Every sample letter under *policy*, and each again in every language in which there is one of its kind."""
        shown = sample_letters(policy)
        others = (replace(letter, language=code) for code in self._sources.languages for letter in shown)
        return (*shown, *(letter for letter in others if self._language(letter)))

    @property
    def languages(self) -> frozenset[str]:
        """The codes of those in which there is a letter."""
        return frozenset(code for code, _ in self._letters if code)

    def lacking(self, languages: Iterable[str] = ()) -> dict[str, tuple[str, ...]]:
        """Of each language in which there is any letter, and of *languages*, the kinds of letters to residents that it has
        not."""
        asked = dict.fromkeys((*self._sources.languages, *languages))
        return {code: tuple(kind.value for kind in TO_RESIDENTS if (code, kind) not in self._letters) for code in asked}

    def _language(self, letter: Letter) -> str:
        """That in which *letter* goes out: its own, where there is one of its kind; a copy for others goes out as any other."""
        own = not letter.to.staff and not letter.copy_of and (letter.language, letter.kind.value) in self._letters
        return letter.language if own else ""

    def _name(self, letter: Letter) -> str:
        code = self._language(letter)
        return f"{code}/letters/{letter.kind}.md" if code else f"letters/{letter.kind}.md"

    def render(self, letter: Letter, policy: Policy, reply_to: str) -> Rendered:
        """*letter* as people see it; *reply_to* is the address that its ready-made replies go to.

        Pure: the same values make the same letter. Raises LetterFailed.
        """
        try:
            return self._rendered(letter, policy, reply_to)
        except _EXPECTED as trouble:
            file, line = place_of(trouble) or (self._name(letter), 0)
            raise LetterFailed(f"{letter.kind}: {file}:{line}: {type(trouble).__name__}") from None

    def _trouble(self, letter: Letter, policy: Policy) -> Exception | None:
        try:
            rendered = self._rendered(letter, policy, "feedback@council.example", strictly=True)
        except _EXPECTED as trouble:
            return trouble
        wording = self._wordings[self._language(letter)]
        said = words.one_line(f"{rendered.subject} {rendered.text}")
        missing = [required for required in required_words(letter, policy, wording) if required not in said]
        return TemplateWrong(f"the letter does not say “{missing[0]}”, which it must", _AS_SHIPPED) if missing else None

    def _rendered(self, letter: Letter, policy: Policy, reply_to: str, *, strictly: bool = False) -> Rendered:
        language = self._language(letter)
        wording = self._wordings[language]
        page = Page(self._styles, wording.cut)
        template, context = self._letters[language, letter.kind], _context(page, letter, policy, reply_to, wording)
        head, body = _split(template.render(context))
        if letter.copy_of:
            body = f"{template.environment.get_template(COPY).render(context)}\n\n{body}"
        if letter.in_place_of is not None:
            body = f"{template.environment.get_template(IN_PLACE).render(context)}\n\n{body}"
        if strictly and page.misplaced(body):
            raise TemplateWrong(
                "somebody's words stand in the middle of a paragraph",
                "give quoted, prose, listing, lines, replies and button a line of their own",
            )
        title = page.line(head)[:_LONGEST_SUBJECT]
        if not title:
            raise TemplateWrong("the subject is empty", "Subject: and words")
        staff = letter.to.staff
        text = page.text(body)
        return Rendered(
            subject=f"[{words.one_line(letter.case.ref)}] {title}" if letter.case else title,
            text=f"{MARKER}\n\n{text}" if staff else text,
            html=self._layout.render(
                title=title,
                language=wording.language,
                direction=wording.direction,
                body=Markup(page.html(body)),  # noqa: S704 — every value in it was escaped when it was put in its place
                council=policy.contact.council,
                marker=MARKER if staff else "",
                styles=self._styles,
            ),
        )


@lru_cache(maxsize=SETS_KEPT)
def _tried_out(sources: Sources) -> TemplateSet:
    """The letters of *sources*. Councils without templates of their own have the same ones, so they share these too."""
    compiled = letter_environment(sources.loader())
    if faults := faults_of_sources(sources, compiled):
        raise FilesRefused(faults)
    loaded = TemplateSet(
        {
            **{("", kind): compiled.get_template(f"letters/{kind}.md") for kind in sources.kinds},
            **{
                (code, kind): compiled.get_template(f"{code}/letters/{kind}.md")
                for code in sources.languages
                for kind in sources.kinds
                if sources.has(code, kind)
            },
        },
        {"": SHIPPED, **{code: _wording(sources, code) for code in sources.languages}},
        _page_environment(sources.loader()).get_template("layout.html"),
        _styles(sources.texts["letter.css"]),
        sources,
    )
    loaded.try_out(sample_policy())
    return loaded


def _wording(sources: Sources, language: str) -> Wording:
    name = f"{language}/{WORDS}"
    return read_wording(language, sources.texts[name], sources.file(name))


class _LettersEnvironment(ImmutableSandboxedEnvironment):
    """A letter in a language takes its parts from the folder of that language."""

    def join_path(self, template: str, parent: str) -> str:
        code = language_of(parent)
        return f"{code}/{template}" if code and not language_of(template) else template


class _Compiled(BytecodeCache):
    """What was compiled last of each file: where one letter has changed, the others have not."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, CodeType]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        checksum, code = self._kept.get(bucket.key, ("", None))
        bucket.code = code if checksum == bucket.checksum else None

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._kept[bucket.key] = bucket.checksum, bucket.code


_COMPILED = _Compiled()  # of letters alone: what is compiled for another environment is another program


def letter_environment(loader: BaseLoader) -> ImmutableSandboxedEnvironment:
    """Where letters are compiled. Every value that a template writes goes through the page, which keeps it as data."""
    environment = _LettersEnvironment(
        loader=loader,
        bytecode_cache=_COMPILED,
        undefined=Unknown,
        finalize=_put,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        autoescape=False,  # the page does more: a value is not in the text at all until the Markdown is done
    )
    environment.filters = {name: filter_ for name, filter_ in environment.filters.items() if name in _FILTERS}
    environment.globals = {"range": environment.globals["range"], "namespace": environment.globals["namespace"]}
    return environment


def _page_environment(loader: BaseLoader) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=loader, undefined=Unknown, autoescape=True, trim_blocks=True, lstrip_blocks=True, auto_reload=False
    )
    environment.globals = {}
    return environment


@pass_context  # keeps Jinja from doing this to constants while it compiles, when there is no page yet
def _put(context: Context, value: object) -> str:
    if value is None:
        raise TemplateWrong("a value is written that is not there", "ask for it first: {% if … %}")
    if isinstance(value, StrictUndefined):
        str(value)  # raises, and says what is not defined
    if not isinstance(value, Piece) and not _can_be_said(value):
        raise TemplateWrong(f"a whole {type(value).__name__} is written, which nobody can read", _ONE_WORD_OF_IT)
    page: Page = context["page_"]
    return page.put(value)


def _can_be_said(value: object) -> bool:
    """Whether people can read *value*, and not its makers alone: of what has parts, a template writes a part."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number or type(value).__str__ is not object.__str__


def _context(page: Page, letter: Letter, policy: Policy, reply_to: str, wording: Wording) -> dict[str, Any]:
    """What a template may name: see NAMES and HELPERS."""
    # Some programs ask before they send a mail without a subject.
    ref = f"[{letter.case.ref}]" if letter.case else "For the feedback mailbox" if letter.to.staff else ""
    zone = ZoneInfo(policy.calendar.timezone)

    def mailto(body: str, subject: str | None = None, address: str | None = None) -> str:
        return words.mailto(reply_to if address is None else address, body, ref if subject is None else subject)

    def replies(choices: Iterable[Choice]) -> Piece:
        return page.replies(
            (choice.label, choice.body, words.mailto_whole(reply_to, choice.body, choice.text, ref), choice.likely)
            for choice in choices
        )

    def time_words(moment: datetime) -> str:
        return wording.time_words(moment.astimezone(zone))

    to = replace(letter.to, name=words.greeted(letter))
    values = (letter, letter.content, letter.case, to, policy, policy.contact, reply_to)
    helpers = (
        *(page.quoted, page.prose, page.listing, page.enclosed, page.lines, page.link, page.button, page.worded),
        *(page.web, page.phone),
        *(replies, mailto, wording.date_words, time_words, wording.dates_said, wording.greets),
        *(partial(find, resident=to.name) for find in (words.own_greeting, words.greets, words.without_greeting)),
        words.signed_by,
    )
    return {**dict(zip(NAMES, values, strict=True)), **dict(zip(HELPERS, helpers, strict=True)), "page_": page}


def _split(skeleton: str) -> tuple[str, str]:
    """The words of the subject, and what follows the first blank line."""
    head, _, body = skeleton.lstrip().partition("\n\n")
    return head.removeprefix("Subject:"), body


def _styles(sheet: str) -> Styles:
    """`name { declarations }` of letter.css, each as one line."""
    return {name: " ".join(rules.split()).rstrip(";") for name, rules in _RULE.findall(_COMMENT.sub("", sheet))}
