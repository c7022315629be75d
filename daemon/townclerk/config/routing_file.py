"""routing.yaml: the rules by which a mail gets its category, service, alerts, suspected exclusions and signals.

    services: [waste, parks, other]                  every service of this council
    otherwise: {category: complaint, service: other} where no rule says it

    variants: {collection: [colection, casgliad]}    how else people write a word, wherever a rule says it
    lists: {displeased: [complain*, unhappy]}        words or addresses that several rules name: {list: displeased}

    rules:
      - id: thanks-to-a-crew
        why: Somebody thanks a crew, and nothing else.
        when:
          anywhere: [compliment, "thank* to the"]
          also: [crew, driver, staff]
          not: [complain*]
        then: {category: compliment}
        tests:
          finds: ["Thank you to the crew that found my ring."]
          leaves: ["Thank the crew for nothing. I complain."]

    learned: shared/learned                          what reads_like compares a mail with: rules/shared/learned.tsv; the
                                                     first file that names one wins
    include: [potholes, shared/services]             further rules: of potholes.yaml, beside this file, then of
                                                     rules/shared/services.yaml

Rules are tried from the top, those of included files after those here. Of category, service, form,
suggest, assign, priority and file the first rule that gives one wins; everything else adds up. Where no rule gives a
category or a service at once, those with `weighs` are weighed against each other. What stands under `when` is in
`config.condition_file`. A file that is included holds learned, variants, lists, rules and include, nothing else.
"""

import hashlib
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath

from townclerk.config.condition_file import Lists, language_of, listed, read_condition, refuse_circles
from townclerk.config.errors import FilesRefused
from townclerk.config.languages import KnownLanguages
from townclerk.config.learned_file import SUFFIX, read_learned
from townclerk.config.patterns import LinearPatterns, check_phrase
from townclerk.config.reading import (
    Faults,
    Fields,
    Refused,
    Value,
    read_root,
    refuse_word,
    suggest,
    text,
    whole_number,
    word_of,
    yes_no,
)
from townclerk.config.routing_tests import read_tests
from townclerk.config.shipped import Own, find_shipped, shipped_files
from townclerk.config.yaml import Entry, Items, Node, Scalar, Table, parse_yaml, read_file
from townclerk.config.yaml import Place as YamlPlace
from townclerk.domain.case import FLAGS, PRIORITY
from townclerk.domain.conditions import AllOf, NoLanguages, ReadsLike, Words, WrittenIn, can_hold, every_condition
from townclerk.domain.forms import FIELDS as FORM_FIELDS
from townclerk.domain.forms import Form
from townclerk.domain.likeness import NOTHING_LEARNED, Learned
from townclerk.domain.phrases import PhraseIndex
from townclerk.domain.routing import Outcome, Place, Routing, Rule, Signal, Weight
from townclerk.domain.words import Alert, Category, Priority

FILE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*(?:/[a-z0-9][a-z0-9_-]*)?")
ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
MOST_FILES = 200
MOST_KEPT = 4  # sets of rules that need not be read anew; each holds some 20 MB
HEAVIEST = 100


LearnedFile = Callable[[str], Learned]
"""What was learned, in the file of that name. Raises Refused where there is none, and FilesRefused where it is not whole."""

IncludedFile = Callable[[str], Node]
"""The tree of the file of that name. Raises Refused where there is none, and FilesRefused where it is no YAML."""


def load_routing(
    path: Path,
    *,
    rules: Own = None,
    categories: Collection[str] = tuple(Category),
    exclusions: Collection[str] | None = None,
    roles: Collection[str] | None = None,
    officers: Collection[str] | None = None,
    teams: Collection[str] | None = None,
) -> Routing:
    """The rules in the file at *path*, with those of the files that it includes. Raises FilesRefused with all that is wrong
    in any of them.

    *rules* is a folder whose files win over the shipped ones. *categories* and *exclusions* are those that the policy
    knows; so are *roles*, and *officers* are the keys of the roster, *teams* those of addresses that several share. None: any
    will do."""
    given = (None if each is None else tuple(each) for each in (categories, exclusions, roles, officers, teams))
    asked = (path, rules, *given)
    kept = _KEPT.pop(asked, None)
    if kept is None or not kept.is_as_it_was(rules):
        files = _Files(path.parent.name, rules)
        routing = read_routing(
            files.load(path),
            included=files.find,
            learned=files.learned,
            categories=categories,
            exclusions=exclusions,
            roles=roles,
            officers=officers,
            teams=teams,
            version=files.version,
        )
        kept = _Kept(replace(routing, files=tuple(str(each.path) for each in files.sources)), tuple(files.sources))
    _KEPT[asked] = kept
    for oldest in tuple(_KEPT)[:-MOST_KEPT]:
        _KEPT.pop(oldest, None)
    return kept.routing


@dataclass(frozen=True, slots=True)
class _Source:
    """A file of rules. `place`: what was looked for in the folders of rules; "": it was named by its path."""

    place: str
    path: Path
    digest: bytes

    def is_as_it_was(self, rules: Own) -> bool:
        """Whether it is still the file in force, and the same stands in it."""
        if self.place and find_shipped("rules", self.place, rules) != self.path:
            return False
        try:
            return hashlib.sha256(read_file(self.path)).digest() == self.digest
        except FilesRefused:
            return False


@dataclass(frozen=True, slots=True)
class _Kept:
    """Rules, and of what they were read: as long as that stands there, they need not be read again when something else of the
    council changes."""

    routing: Routing
    sources: tuple[_Source, ...]

    def is_as_it_was(self, rules: Own) -> bool:
        return all(each.is_as_it_was(rules) for each in self.sources)


_KEPT: dict[object, _Kept] = {}  # by what was asked for, that used last at the end


@dataclass(slots=True)
class _Files:
    """The files that one set of rules is made of. `version` is a name of what stands in all of them together."""

    council: str
    rules: Own
    sources: list[_Source] = field(default_factory=list)
    _hash: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def load(self, path: Path, place: str = "") -> Node:
        return parse_yaml(self._read(path, place), str(path))

    def _read(self, path: Path, place: str) -> bytes:
        content = read_file(path)
        self.sources.append(_Source(place, path, hashlib.sha256(content).digest()))
        self._hash.update(len(content).to_bytes(8, "big") + content)
        return content

    def learned(self, name: str) -> Learned:
        place = self._place(name, SUFFIX)
        found = find_shipped("rules", place, self.rules) if FILE_NAME.fullmatch(name) else None
        if found is None:
            raise Refused(f"there is no {place} in the rules folders", "townclerk rules learn writes one")
        return read_learned(self._read(found, place), str(found))

    def _place(self, name: str, suffix: str) -> str:
        return f"{name}{suffix}" if "/" in name else f"{self.council}/{name}{suffix}"

    def find(self, name: str) -> Node:
        place = self._place(name, ".yaml")
        found = find_shipped("rules", place, self.rules) if FILE_NAME.fullmatch(name) else None
        if found is None:
            shared = [f"shared/{path.stem}" for path in shipped_files("rules", "shared/*.yaml", self.rules)]
            files = shipped_files("rules", f"{self.council}/*.yaml", self.rules)
            own = [path.stem for path in files if path.stem not in NO_RULES]
            raise Refused(f"there is no {place} in the rules folders", suggest(name, [*shared, *own]))
        return self.load(found, place)

    def version(self) -> str:
        return self._hash.hexdigest()[:12]


def _nothing_included(name: str) -> Node:
    raise Refused(f"there is no {name}.yaml here", "write its rules into this file")


def _nothing_learned(name: str) -> Learned:
    raise Refused(f"there is no {name}{SUFFIX} here", "take the line out")


def read_routing(
    tree: Node,
    *,
    included: IncludedFile = _nothing_included,
    learned: LearnedFile = _nothing_learned,
    categories: Collection[str] = tuple(Category),
    exclusions: Collection[str] | None = None,
    roles: Collection[str] | None = None,
    officers: Collection[str] | None = None,
    teams: Collection[str] | None = None,
    version: Callable[[], str] = str,
) -> Routing:
    """The rules of a tree; see `load_routing`. *version* is asked when everything has been read. Raises FilesRefused."""
    known = _Vocabulary([str(each) for each in categories], exclusions, roles, officers, teams)
    return read_root(tree, Faults(), lambda root: _routing(root, _Elsewhere(included, learned), known, version))


@dataclass(frozen=True, slots=True)
class _Elsewhere:
    """What a file names of other files. `learned`: None: any label will do."""

    included: IncludedFile
    learned: LearnedFile | None


_NOWHERE = _Elsewhere(_nothing_included, None)


def routing_of(root: Value) -> Routing:
    """The rules of a tree, which names whatever services and exclusions it likes. Faults are noted in *root*."""
    return _routing(root, _NOWHERE, _Vocabulary([each.value for each in Category], None), str)


def included_of(root: Value) -> object:
    """The rules of a tree that other files include. Faults are noted in *root*."""
    with root.fields() as f:
        files = _Set(root, _NOWHERE, _Vocabulary([each.value for each in Category], None))
        files.read(f)
    return tuple(files.rules)


@dataclass(slots=True)
class _Vocabulary:
    """The words that rules may give, and where each id stands so far, over all the files of a council."""

    categories: Collection[str]
    exclusions: Collection[str] | None
    roles: Collection[str] | None = None
    officers: Collection[str] | None = None
    teams: Collection[str] | None = None
    services: Collection[str] | None = None  # None: the file does not say, which is a fault already
    ids: dict[str, YamlPlace] = field(default_factory=dict)


def _routing(root: Value, elsewhere: _Elsewhere, known: _Vocabulary, version: Callable[[], str]) -> Routing:
    with root.fields() as f:
        services = f.required("services", lambda value: value.each(text), ())
        known.services = services or None
        category, service = f.optional("otherwise", lambda value: _otherwise(value, known), (Category.COMPLAINT, "other"))
        files = _Set(root, elsewhere, known)
        files.read(f)
        if not root.faults.found:
            files.check_lists()
    rules = tuple(files.rules)
    asked = tuple(each for rule in rules for each in every_condition(rule.when))
    words = tuple(each for each in asked if isinstance(each, Words))
    phrases = (
        phrase for each in words for phrase in (*each.phrases, *(p for near in each.nears for g in near.groups for p in g))
    )
    return Routing(
        rules=rules,
        phrases=PhraseIndex(phrases, files.variants),
        patterns=LinearPatterns(pattern for each in words for pattern in each.patterns),
        learned=files.learned,
        languages=KnownLanguages() if any(isinstance(each, WrittenIn) for each in asked) else NoLanguages(),
        otherwise_category=category,
        otherwise_service=service,
        services=services,
        version=version(),
    )


def _otherwise(value: Value, known: _Vocabulary) -> tuple[Category, str]:
    with value.fields() as f:
        return (
            f.optional("category", word_of(Category), Category.COMPLAINT),
            f.optional("service", lambda each: service_of(each, known.services), "other"),
        )


# --- files -----------------------------------------------------------------------------------------------------------


class _Set:
    """The rules of a file and of those that it includes, in the order in which they are tried, and what is common to them."""

    def __init__(self, root: Value, elsewhere: _Elsewhere, known: _Vocabulary) -> None:
        self.known = known
        self.learned = NOTHING_LEARNED
        self._unlearned: Refused | FilesRefused | None = None
        self._learned_by: Scalar | None = None
        self.rules: list[Rule] = []
        self.variants: dict[str, tuple[str, ...]] = {}
        self._elsewhere = elsewhere
        self._trees: dict[str, Node | Refused | FilesRefused] = {}
        self._lists: dict[str, Value] = {}
        self._taken: set[str] = set()  # files
        self._gather(root)
        self._named = Lists(self._lists, labels=self._labels(), learned_in=self._learned_in)
        self._root = _Read(Path(root.node.place.file).stem, root.node.place.file)

    def _gather(self, root: Value) -> None:
        """The lists of all files, so that a rule may name one that stands further down. What is wrong is said by `read`."""
        if not isinstance(root.node, Table):
            return
        lists, includes = root.node.find("lists"), root.node.find("include")
        learned = root.node.find("learned")
        if learned is not None and isinstance(learned.node, Scalar) and self._learned_by is None:
            self._learn(learned.node)
        if lists is not None and isinstance(lists.node, Table):
            for entry in lists.node.entries:
                self._lists.setdefault(entry.key, Value(entry.node, f"lists.{entry.key}", root.faults))
        if includes is not None and isinstance(includes.node, Items | Scalar):
            for item in includes.node.items if isinstance(includes.node, Items) else (includes.node,):
                if isinstance(item, Scalar) and item.text not in self._trees and len(self._trees) < MOST_FILES:
                    self._gather(Value(self._tree(item.text), "", root.faults))

    def _learn(self, named: Scalar) -> None:
        self._learned_by = named
        try:
            if self._elsewhere.learned is not None:
                self.learned = self._elsewhere.learned(named.text)
        except (Refused, FilesRefused) as error:
            self._unlearned = error

    def _read_learned(self, value: Value) -> None:
        text(value)
        if value.node is self._learned_by and isinstance(self._unlearned, Refused):
            raise self._unlearned
        if value.node is self._learned_by and isinstance(self._unlearned, FilesRefused):
            value.faults.found.extend(self._unlearned.faults)

    def _labels(self) -> tuple[str, ...] | None:
        """What rules may compare a mail with; None: any label, as what was learned is not at hand."""
        absent = self._elsewhere.learned is None or self._unlearned is not None
        return None if absent else self.learned.labels

    @property
    def _learned_in(self) -> str:
        return f"{self._learned_by.text}{SUFFIX}" if self._learned_by is not None else ""

    def _tree(self, name: str) -> Node:
        try:
            found: Node | Refused | FilesRefused = self._elsewhere.included(name)
        except (Refused, FilesRefused) as error:
            found = error
        self._trees[name] = found
        return _NOTHING if isinstance(found, Refused | FilesRefused) else found

    def read(self, f: Fields, within: "tuple[_Read, ...]" = ()) -> None:
        """The rules of a file, then those of the files that it includes."""
        within = within or (self._root,)
        f.optional("variants", self._read_variants, None)
        f.optional("lists", lambda value: value.named(self._list), {})
        f.optional("learned", self._read_learned, None)
        f.optional("rules", lambda value: value.each(lambda item: self.rules.append(_rule(item, self.known, self._named))), ())
        f.optional("include", lambda value: value.each(lambda item: self._include(item, within)), ())

    def check_lists(self) -> None:
        """Notes lists that no rule names, and that name each other. Those that rules name were looked at with the rules."""
        refuse_circles(self._lists)

    def _list(self, name: str, value: Value) -> None:
        first = self._lists.get(name)
        if first is not None and first.node is not value.node:
            place = first.node.place
            raise Refused(f'another list is called "{name}": {place.file}, line {place.line}', "give it a name of its own")
        value.wants(type=["array", "string"])

    def _read_variants(self, value: Value) -> None:
        for word, others in _variants(value).items():
            self.variants[word] = (*self.variants.get(word, ()), *others)

    def _include(self, value: Value, within: "tuple[_Read, ...]") -> None:
        name = text(value)
        if name not in self._trees:
            raise Refused(f"more than {MOST_FILES} files are included", "join some of them")
        tree = self._trees[name]
        if isinstance(tree, Refused):
            raise tree
        if isinstance(tree, FilesRefused):
            value.faults.found.extend(tree.faults)
            return
        file = tree.place.file or name
        if (again := next((n for n, each in enumerate(within) if each.file == file), None)) is not None:
            way = " includes ".join((*(each.name for each in within[again:]), name))
            raise Refused(f"{way}, without an end", "take this line out")
        if file in self._taken:
            raise Refused(f'"{name}" is included twice', "include it once: its rules are tried in this order")
        self._taken.add(file)
        Value(tree, "", value.faults).attempt(lambda root: self._file(root, (*within, _Read(name, file))), None)

    def _file(self, root: Value, within: "tuple[_Read, ...]") -> None:
        with root.fields() as f:
            self.read(f, within)


@dataclass(frozen=True, slots=True)
class _Read:
    """A file of rules that is being read: as another includes it, and where it lies."""

    name: str
    file: str


_NOTHING = Scalar(YamlPlace(""), "")
SHARED = "shared"  # the folder of what several councils include
NO_RULES = frozenset({"policy", "promises", "routing", "staff"})  # files of a council that cannot be included


def _variants(value: Value) -> dict[str, tuple[str, ...]]:
    """Of each word, how else people write it."""
    found: dict[str, tuple[str, ...]] = {}
    for word, entry in value.entries():
        found[word] = entry.attempt(lambda each, word=word: (_one_word(word), _other_ways(each))[1], ())  # type: ignore[misc]
    return found


def _other_ways(value: Value) -> tuple[str, ...]:
    return tuple(each for item in listed(value) for each in item.attempt(lambda it: (_one_word(text(it)),), ()))


def _one_word(written: str) -> str:
    if " " in check_phrase(written):
        raise Refused(f'"{written}" is more than one word', "write phrases under lists")
    return written


# --- rules -----------------------------------------------------------------------------------------------------------


def _rule(value: Value, known: _Vocabulary, lists: Lists) -> Rule:
    if (deep := _too_deep(value)) is not None:
        value.faults.add(
            deep.place, f"{value.path}.when", f'"{deep.key}" stands below "when"', 'begin it in the column of "when"'
        )
        return Rule("-", "-", AllOf(()), Outcome())
    with value.fields() as f:
        place = value.node.place
        name = f.required("id", lambda each: _id(each, known), "-")
        why = f.text("why")
        before = len(value.faults.found)
        when = f.required("when", lambda each: read_condition(each, lists), AllOf(()))
        if len(value.faults.found) == before and not can_hold(when):
            f.fault("when", "this rule can never hold: what it asks for, it also rules out", "take one of the two out")
        then = f.required("then", lambda each: _outcome(each, known), Outcome())
        asks = any(isinstance(each, ReadsLike) for each in every_condition(when))
        if then.weighs is not None and then.weighs.of_likeness and not asks:
            f.fault(
                "then", "it weighs by likeness, and compares the mail with nothing", "write reads_like under when:, or a number"
            )
        tests = f.optional("tests", read_tests, ())
        return Rule(name, why, when, then, f.yes_no("stop", default=False), tests, Place(place.file, place.line))


def _too_deep(value: Value) -> Entry | None:
    """The first part of a rule that was indented so far that it stands among its conditions."""
    when = value.node.find("when") if isinstance(value.node, Table) else None
    if when is None or not isinstance(when.node, Table):
        return None
    return next((each for each in when.node.entries if each.key in ("id", "why", "then", "stop", "tests")), None)


def _id(value: Value, known: _Vocabulary) -> str:
    written = text(value)
    value.wants(type="string", pattern=f"^{ID.pattern}$")
    if not ID.fullmatch(written) or len(written) > 60:
        raise Refused(f'"{written}" cannot be an id', "write small letters and digits with - between words: missed-bins")
    place = value.node.place
    before = known.ids.setdefault(written, place)
    if before is not place:
        expected = "give one of the two an id of its own: the journal shows it"
        if _is_shared(place) and not _is_shared(before):  # whoever wrote the other can mend theirs
            value.faults.add(before, "rules", f'another rule has the id "{written}": {_place_told(place)}', expected)
        else:
            raise Refused(f'another rule has the id "{written}": {_place_told(before)}', expected)
    return written


def _is_shared(place: YamlPlace) -> bool:
    return PurePath(place.file).parent.name == SHARED


def _place_told(place: YamlPlace) -> str:
    return f"{'/'.join(PurePath(place.file).parts[-2:])}, line {place.line}"


def _outcome(value: Value, known: _Vocabulary) -> Outcome:
    with value.fields() as f:
        f.called_otherwise(copy="tell")
        found = Outcome(
            category=f.optional("category", lambda each: Category(_known(each, known.categories)), None),
            service=f.optional("service", lambda each: service_of(each, known.services), None),
            form=f.optional("form", _form, None),
            suspects=f.optional("suspect", lambda each: _several(each, known.exclusions), ()),
            alerts=tuple(Alert(each) for each in f.optional("alert", lambda each: _several(each, list(Alert)), ())),
            signals=f.optional("signal", lambda each: _several(each, Signal.ALL), ()),
            suggests=f.optional("suggest", lambda each: _suggested(each, known), None),
            officer=_whose(f, known),
            tells=f.optional("tell", lambda each: _told(each, known), ()),
            letters_in=f.optional("letters_in", language_of, None),
            priority=f.optional("priority", word_of(Priority), None),
            flags=f.optional("flag", _flags, ()),
            questions=f.optional("decide", _labels, ()),
            restrict=f.optional("restrict", yes_no, None),
            file=f.optional("file", yes_no, None),
            unanswered=not f.yes_no("receipt", default=True),
            weighs=f.optional("weighs", _weight, None),
        )
        if found.weighs is not None and found.category is None and found.service is None:
            f.fault(
                "weighs", "the rule gives neither category nor service", "write one of them beside it, or take the line out"
            )
        if found.suggests is not None and found.suggests is found.category:
            f.fault("suggest", f"the rule gives the category {found.category} already", "take one of the two out")
        if isinstance(value.node, Table) and not value.node.entries:  # what is not known is told by its name
            value.fault("the rule gives nothing", f"write one of {', '.join(OUTCOMES)}")
        return found


OUTCOMES = (
    "category",
    "service",
    "assign",
    "team",
    "priority",
    "letters_in",
    "flag",
    "tell",
    "alert",
    "decide",
    "restrict",
    "file",
    "receipt",
    "suspect",
    "suggest",
    "signal",
    "form",
)


def _weight(value: Value) -> Weight:
    """`2`: once. `{each: 1, at_most: 4}`: for each different word that the rule finds. `{of_likeness: 8}`: the part of it that
    the mail is like what reads_like names."""
    if isinstance(value.node, Scalar):
        return Weight(whole_number(-HEAVIEST, HEAVIEST)(value))
    with value.fields() as f:
        likeness = f.optional("of_likeness", whole_number(1, HEAVIEST), 0)
        each = f.optional("each", whole_number(1, HEAVIEST), 0)
        at_most = f.optional("at_most", whole_number(1, HEAVIEST), 0)
        if likeness:
            return Weight(likeness, of_likeness=True)
        if not (each and at_most):
            value.fault("it weighs nothing", "write a number, {each: 1, at_most: 4} or {of_likeness: 8}")
        elif at_most < each:
            f.fault("at_most", f"one word weighs {each} already", f"write {each} or more")
        return Weight(each, at_most)


def _suggested(value: Value, known: _Vocabulary) -> Category | None:
    """What a person is asked to look at: `{category: comment}`."""
    if isinstance(value.node, Scalar):
        raise Refused("a category that is suggested stands in a group", f"write suggest: {{category: {value.node.text}}}")
    with value.fields() as f:
        return f.required("category", lambda each: Category(_known(each, known.categories)), None)


def _whose(f: Fields, known: _Vocabulary) -> str | None:
    """The key of whoever gets the case: an officer, or an address that several share."""
    officer = f.optional("assign", lambda each: _officer(each, known.officers), None)
    team = f.optional("team", lambda each: _team(each, known), None)
    if officer is not None and team is not None:
        f.fault("team", f"the rule assigns it to {officer} already", "take one of the two out")
    return officer or team


def _officer(value: Value, officers: Collection[str] | None) -> str:
    written = text(value)
    if officers is not None and written not in officers:
        raise Refused(f'nobody has the key "{written}" in staff.yaml', suggest(written, officers))
    return written


def _team(value: Value, known: _Vocabulary) -> str:
    """An address of staff.yaml that several share."""
    written = text(value)
    if known.teams is None or written in known.teams:
        return written
    if written in (known.officers or ()):
        instead = f"write assign: {written}, or say under mailbox_of: in staff.yaml who reads it"
        raise Refused(f'"{written}" is an address that nobody shares', instead)
    if written in (known.services or ()):
        raise Refused(f'"{written}" is a service', f"write service: {written}")
    nearest = suggest(written, known.teams) if known.teams else "write an address with mailbox_of: into staff.yaml"
    raise Refused(f'no address that several share has the key "{written}" in staff.yaml', nearest)


def _told(value: Value, known: _Vocabulary) -> tuple[str, ...]:
    return tuple(found for item in listed(value) for found in item.attempt(lambda each: (_reader(each, known),), ()))


def _reader(value: Value, known: _Vocabulary) -> str:
    """A role, or a key of the roster."""
    written = text(value)
    if "@" in written:
        raise Refused(f'"{written}" is an address: a rule tells colleagues alone', "write a role, or a key of staff.yaml")
    if known.roles is None or known.officers is None or written in (*known.roles, *known.officers):
        return written
    raise Refused(f'"{written}" is neither a role nor a key of staff.yaml', suggest(written, (*known.roles, *known.officers)))


def _flags(value: Value) -> tuple[str, ...]:
    return tuple(found for item in listed(value) for found in item.attempt(lambda each: (_flag(each),), ()))


def _flag(value: Value) -> str:
    """A name under which cases are found again. What does something by itself is for a person to set."""
    written = text(value)
    value.wants(type="string", pattern=f"^{ID.pattern}$")
    if written == PRIORITY:
        raise Refused(f'"{PRIORITY}" says nothing of how high', "write priority: high in the place of the flag")
    if written in FLAGS:
        raise Refused(f'the flag "{written}" does something by itself', "give it another name: this one is set by #flag alone")
    if not ID.fullmatch(written) or len(written) > 60:
        raise Refused(f'"{written}" cannot be a flag', "write small letters and digits with - between words: new-estate")
    return written


def _several(value: Value, known: Collection[str] | None) -> tuple[str, ...]:
    return tuple(found for item in listed(value) for found in item.attempt(lambda each: (_known(each, known),), ()))


def service_of(value: Value, services: Collection[str] | None) -> str:
    """One of the council's *services*; None: any will do."""
    written = text(value)
    if services is None or written in services:
        return _known(value, services)
    value.wants(type="string", enum=list(services))
    raise Refused(f'"{written}" is no service of this council', suggest_service(written, services))


def suggest_service(wrong: str, services: Iterable[str]) -> str:
    """The service that may have been meant by *wrong*; where there is none, all of them, and where a new one is written."""
    meant = suggest(wrong, services)
    return meant if meant.startswith("did you mean") else f"{meant}; a new one is written under services in routing.yaml"


def _known(value: Value, known: Collection[str] | None) -> str:
    written = text(value)
    if known is not None:
        value.wants(type="string", enum=list(known))
        if written not in known:
            refuse_word(written, known)
    return written


def _form(value: Value) -> Form:
    with value.fields() as f:
        called = f.text("called")
        fields = {key: found for key in FORM_FIELDS if (found := f.optional(key, _labels, ()))}
        if "text" not in fields:
            f.fault("text", "is missing: what the person wrote", "write the label that stands before it in the form's mail")
        if not {"name", "email", "phone", "address"} & fields.keys():
            f.fault("email", "nothing says who the person is", "write the label of one of name, email, phone, address")
        return Form(called, fields, f.optional("other", _labels, ()))


def _labels(value: Value) -> tuple[str, ...]:
    """One label, or a list of those that may stand there."""
    return tuple(found for item in listed(value) for found in item.attempt(lambda each: (text(each),), ()))
