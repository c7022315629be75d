"""Mails of which a person has said what they are: by them `townclerk rules test --mails` measures the rules.

- id: bin-07                            by which the mail is named; without one, by its file and line
  subject: Bin AGAIN                    the mail, as among the tests of a rule: from, to, headers, attachments, is, ...
  text: Well done for missing my bin AGAIN.
  category: complaint                   what is left out is not looked at
  service: waste or environmental_health    either would be right
  alerts: [safeguarding]                who must be told; without the line, nobody
  alerts_too: [fraud]                   what nobody would call a false alarm
  exclusions: [insurance or appeal]     what must be suspected; a council without any of them is not asked for it
  exclusions_too: [repeat]
  councils: [your-council]              for whom it counts; without the line, for all
"""

from collections.abc import Callable, Iterable
from pathlib import Path

from townclerk.config.errors import FilesRefused
from townclerk.config.reading import Faults, Fields, Value, read_root, refuse_word, text
from townclerk.config.routing_tests import read_mail
from townclerk.config.yaml import parse_yaml, read_file
from townclerk.domain.labelled_mails import LabelledMail, OneOf
from townclerk.domain.routing import Place
from townclerk.domain.words import Alert, Category

OR = " or "


def load_mails(paths: Iterable[Path]) -> tuple[LabelledMail, ...]:
    """Those of the files; of a folder, its `.yaml` files and those below it. Raises FilesRefused with all that is wrong."""
    files = [file for path in paths for file in (sorted(path.rglob("*.yaml")) if path.is_dir() else [path])]
    mails: list[LabelledMail] = []
    faults = Faults()
    seen: dict[str, Place] = {}
    for file in files:
        try:
            tree = parse_yaml(read_file(file), str(file))
            mails += read_root(tree, Faults(), lambda root: root.each(lambda value: _mail(value, seen)))
        except FilesRefused as refused:
            faults.found.extend(refused.faults)
    faults.stop()
    return tuple(mails)


def mails_of(root: Value) -> object:
    """The mails of a tree. Faults are noted in *root*."""
    seen: dict[str, Place] = {}
    return tuple(root.each(lambda value: _mail(value, seen)))


def _mail(value: Value, seen: dict[str, Place]) -> LabelledMail:
    at = value.node.place
    place = Place(at.file, at.line)
    with value.fields() as f:
        mail, context = read_mail(f)
        name = f.optional_text("id", f"{Path(at.file).name}:{at.line}")
        if name in seen:
            before = seen[name]
            f.fault("id", f'"{name}" is the id of a mail before', f"it stands at {before.file}, line {before.line}")
        seen.setdefault(name, place)
        return LabelledMail(
            id=name,
            mail=mail,
            context=context,
            place=place,
            category=f.optional("category", _one_of([each.value for each in Category]), ()),
            service=f.optional("service", _one_of(), ()),
            alerts=_several(f, "alerts", _one_of([each.value for each in Alert])),
            alerts_too=frozenset(each for one in _several(f, "alerts_too", _one_of(list(Alert))) for each in one),
            exclusions=_several(f, "exclusions", _one_of()),
            exclusions_too=frozenset(f.words("exclusions_too")),
            councils=frozenset(f.words("councils")),
        )


def _several(f: Fields, key: str, read: Callable[[Value], OneOf]) -> tuple[OneOf, ...]:
    return tuple(f.optional(key, lambda value: value.each(read), ()))


def _one_of(known: Iterable[str] = ()) -> Callable[[Value], OneOf]:
    """`this or that`, of the words *known*; none known: any."""
    words = tuple(known)

    def read(value: Value) -> OneOf:
        found = tuple(each.strip() for each in text(value).split(OR))
        for each in found:
            if words and each not in words:
                refuse_word(each, words)
        return found

    return read
