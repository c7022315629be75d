"""Every letter as a page to look at: what `townclerk templates preview` writes."""

from dataclasses import dataclass
from html import escape
from pathlib import Path

from townclerk.config.templates import Rendered, TemplateSet
from townclerk.config.templates_samples import sample_letters
from townclerk.domain.letters import Letter
from townclerk.domain.policy import Policy

_HEAD = """<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<title>{title}</title>
<style>
body { max-width: 900px; margin: 2em auto; padding: 0 1em; font: 16px/1.5 Arial, Helvetica, sans-serif;
  color: #1b1f23; background: #ffffff }
a { color: #1a5a96 }
td, th { padding: 4px 14px 4px 0; text-align: left; vertical-align: top }
</style>
</head>
<body>
<h1>{title}</h1>
"""


@dataclass(frozen=True, slots=True)
class Preview:
    """Where one letter was written, as HTML and as text."""

    letter: Letter
    subject: str
    html: Path
    text: Path


def preview(templates: TemplateSet, policy: Policy, folder: Path) -> tuple[Preview, ...]:
    """Writes every sample letter into *folder*, as HTML and as text, with an index.html that lists them.

    The folder is made where there is none; files of the same names are written over. Raises OSError, LetterFailed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    letters = sample_letters(policy)
    pages = tuple(
        _written(folder, number, letter, templates.render(letter, policy, policy.contact.mailbox))
        for number, letter in enumerate(letters, 1)
    )
    (folder / "index.html").write_text(_index(policy, pages), encoding="utf-8")
    return pages


def _written(folder: Path, number: int, letter: Letter, rendered: Rendered) -> Preview:
    name = f"{number:03}-{letter.kind}"
    page = Preview(letter, rendered.subject, folder / f"{name}.html", folder / f"{name}.txt")
    page.html.write_text(rendered.html, encoding="utf-8")
    page.text.write_text(f"Subject: {rendered.subject}\n\n{rendered.text}", encoding="utf-8")
    return page


def _index(policy: Policy, pages: tuple[Preview, ...]) -> str:
    title = escape(f"Letters of {policy.contact.council}")
    rows = "".join(_row(page) for page in pages)
    table = f"<table>\n<tr><th>Letter</th><th>To</th><th>Subject</th><th>Text part</th></tr>\n{rows}</table>\n"
    return _HEAD.replace("{title}", title) + table + "</body>\n</html>\n"


def _row(page: Preview) -> str:
    kind, subject = escape(page.letter.kind.replace("_", " ")), escape(page.subject)
    who = "staff" if page.letter.to.staff else "resident"
    link, text = f'<a href="{page.html.name}">{subject}</a>', f'<a href="{page.text.name}">text of {page.html.stem}</a>'
    return f"<tr><td>{kind}</td><td>{who}</td><td>{link}</td><td>{text}</td></tr>\n"
