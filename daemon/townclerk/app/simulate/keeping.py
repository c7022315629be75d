"""The letters of a story, kept in a folder to be looked at."""

from collections.abc import Sequence
from email import message_from_bytes, policy
from html import escape
from pathlib import Path
from zoneinfo import ZoneInfo

from townclerk.app.private import for_our_eyes
from townclerk.app.simulate.world import LetterOut

_PAGE = """<!doctype html>
<html lang="en-GB"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Letters</title>
<style>body{{font:16px/1.5 sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}}td,th{{padding:.3rem .8rem .3rem 0;
text-align:left;vertical-align:top}}</style></head><body><h1>Letters, in the order in which they left</h1>
<table><thead><tr><th>When</th><th>Letter</th><th>To</th><th>Subject</th><th></th></tr></thead><tbody>
{rows}
</tbody></table></body></html>
"""


def keep_letters(letters: Sequence[LetterOut], folder: Path, zone: ZoneInfo) -> Path:
    """Write each letter as .html, .txt and .eml into *folder*, with an index.html, for its owner alone to read. Returns the
    folder."""
    with for_our_eyes():
        folder.mkdir(parents=True, exist_ok=True)
        rows = [_keep(number, letter, folder, zone) for number, letter in enumerate(letters, 1)]
        (folder / "index.html").write_text(_PAGE.format(rows="\n".join(rows)), encoding="utf-8")
    return folder


def _keep(number: int, letter: LetterOut, folder: Path, zone: ZoneInfo) -> str:
    name = f"{number:03d}-{letter.kind}"
    message = message_from_bytes(letter.raw, policy=policy.default)
    html = message.get_body(("html",))
    (folder / f"{name}.eml").write_bytes(letter.raw)
    (folder / f"{name}.txt").write_text(f"{letter.subject}\n\n{letter.plain}", encoding="utf-8")
    (folder / f"{name}.html").write_text(str(html.get_content()) if html else "", encoding="utf-8")
    cells = (
        f"{letter.at.astimezone(zone):%a %d %b %Y %H:%M}",
        letter.kind.replace("_", " "),
        letter.to,
    )
    listed = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    links = f'<a href="{name}.txt">text</a> <a href="{name}.eml">mail</a>'
    return f'<tr>{listed}<td><a href="{name}.html">{escape(letter.subject)}</a></td><td>{links}</td></tr>'
