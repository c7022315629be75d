"""Every letter as a page to look at: what `townclerk templates preview` writes.

letters-<council>/
  index.html            every letter as it looks on a desk and on a telephone, side by side, and its text part
  001-receipt-….html    the letter
  001-receipt-….txt     its text part
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from html import escape
from itertools import groupby
from pathlib import Path

from townclerk.config.templates import Rendered, TemplateSet
from townclerk.domain.letters import Letter
from townclerk.domain.policy import Policy

_HEAD = """<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="color-scheme" content="light dark" />
<title>{title}</title>
<style>
body { max-width: 1500px; margin: 0 auto; padding: 1em; font: 16px/1.5 Arial, Helvetica, sans-serif;
  color: #1b1f23; background: #ffffff; overflow-wrap: anywhere }
a { color: #1a5a96 }
nav ul { columns: 15em; padding: 0; list-style: none }
nav a, summary { display: inline-block; padding: 3px 0; min-height: 24px }
section { margin: 3em 0 0; border-top: 2px solid #8a949e }
.sizes { display: flex; flex-wrap: wrap; gap: 1em }
figure { margin: 0 }
.desk { flex: 1 1 640px; min-width: 0 }
.phone { flex: 0 1 390px; min-width: 0 }
iframe { width: 100%; height: 46em; border: 1px solid #8a949e }
.phone iframe { max-width: 390px }
pre { padding: 1em; background: #f3f2f1; white-space: pre-wrap }
@media (prefers-color-scheme: dark) {
  body { color: #eceff1; background: #121517 }
  a { color: #9ecbff }
  pre { background: #272e35 }
}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
"""
_FOOT = "</main>\n</body>\n</html>\n"
_ONE_WORD = re.compile(r"[a-z]+(?:[_-][a-z]+)*")
# What a letter says of itself in one word; other fields hold what people wrote.
_TELLING = ("variety", "question", "why", "what", "reason")


@dataclass(frozen=True, slots=True)
class Preview:
    """Where one letter was written, as HTML and as text. `name` says which it is: receipt complaint new."""

    letter: Letter
    name: str
    subject: str
    html: Path
    text: Path


def preview(templates: TemplateSet, policy: Policy, folder: Path) -> tuple[Preview, ...]:
    """Writes every sample letter into *folder*, as HTML and as text, with an index.html that shows them all.

    The folder is made where there is none; files of the same names are written over. Raises OSError, LetterFailed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    letters = templates.samples(policy)
    rendered = tuple(templates.render(letter, policy, policy.contact.mailbox) for letter in letters)
    pages = tuple(_written(folder, number, *both) for number, both in enumerate(zip(letters, rendered, strict=True), 1))
    (folder / "index.html").write_text(_index(policy, pages, rendered), encoding="utf-8")
    return pages


def write_contents(councils: Mapping[str, tuple[Preview, ...]], folder: Path) -> None:
    """Writes an index.html into *folder* that leads to the previews of several *councils*, each in a folder of its name."""
    items = "".join(
        f'<li><a href="{escape(council)}/index.html">{escape(council)}</a>: {len(pages)} letters</li>\n'
        for council, pages in councils.items()
    )
    page = _HEAD.replace("{title}", "Letters of every council") + f"<ul>\n{items}</ul>\n" + _FOOT
    (folder / "index.html").write_text(page, encoding="utf-8")


def name_of(letter: Letter) -> str:
    """Which of the letters of its kind this one is, in a few words: `response stage1 upheld`, `receipt neutral danger`."""
    words = [letter.kind.value]
    for field in fields(letter.content):
        value = getattr(letter.content, field.name)
        if value is True:
            words.append(field.name)
        elif isinstance(value, StrEnum) or (field.name in _TELLING and _ONE_WORD.fullmatch(str(value))):
            words.append(str(value))
    if letter.automatic and hasattr(letter.content, "text") and not letter.to.staff:
        words.append("automatic")  # nobody wrote what an officer writes in others of its kind
    if letter.language:
        words.append(f"in {letter.language}")
    if letter.case is None:
        words.append("without a case")
    elif not letter.case.subject:
        words.append("with the least")
    return " ".join(words).replace("_", " ")


def _written(folder: Path, number: int, letter: Letter, rendered: Rendered) -> Preview:
    name = name_of(letter)
    file = f"{number:03}-{name.replace(' ', '-')}"
    page = Preview(letter, name, rendered.subject, folder / f"{file}.html", folder / f"{file}.txt")
    page.html.write_text(rendered.html, encoding="utf-8")
    page.text.write_text(_text_part(rendered), encoding="utf-8")
    return page


def _text_part(rendered: Rendered) -> str:
    return f"Subject: {rendered.subject}\n\n{rendered.text}"


def _index(policy: Policy, pages: tuple[Preview, ...], rendered: tuple[Rendered, ...]) -> str:
    title = escape(f"Letters of {policy.contact.council}")
    contents = "".join(_contents(who, group) for who, group in groupby(pages, lambda page: page.letter.to.staff))
    sections = "".join(_section(page, _text_part(words)) for page, words in zip(pages, rendered, strict=True))
    return _HEAD.replace("{title}", title) + f"<nav>\n{contents}</nav>\n" + sections + _FOOT


def _contents(staff: bool, pages: Iterable[Preview]) -> str:
    items = "".join(f'<li><a href="#{page.html.stem}">{escape(page.name)}</a></li>\n' for page in pages)
    return f"<h2>To {'staff' if staff else 'residents'}</h2>\n<ul>\n{items}</ul>\n"


def _section(page: Preview, text: str) -> str:
    name, subject, address = escape(page.name), escape(page.subject), page.html.name
    return (
        f'<section id="{page.html.stem}">\n<h2>{name}</h2>\n<p>{subject}<br />'
        f'<a href="{address}">{name}: page</a> &#183; <a href="{page.text.name}">{name}: text part</a></p>\n'
        '<div class="sizes">\n'
        f'<figure class="desk"><figcaption>On a desk</figcaption>{_frame(address, f"{name}, on a desk")}</figure>\n'
        f'<figure class="phone"><figcaption>On a telephone</figcaption>{_frame(address, f"{name}, on a telephone")}</figure>\n'
        f"</div>\n<details><summary>{name}: the text part here</summary><pre>{escape(text)}</pre></details>\n</section>\n"
    )


def _frame(address: str, title: str) -> str:
    return f'<iframe src="{address}" title="{title}" loading="lazy" sandbox=""></iframe>'
