"""Letters as a browser shows them: axe-core's findings in Chromium, by day and in the dark, on a telephone and on a desk.

axe-core comes with the package axe_playwright_python, Chromium from the machine; nothing is fetched from anywhere.
"""

import asyncio
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any, Literal

from lxml import etree
from lxml import html as markup
from playwright.async_api import Browser, async_playwright

STANDARD = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")  # what WCAG 2.2 asks at the levels A and AA
ADVICE = "best-practice"
PHONE, DESK = 390, 1280  # CSS pixels
SMALLEST = 320  # WCAG 2.2, 1.4.10: at this width nobody may have to scroll sideways
LABELS = ("aria-label", "title", "alt")  # attributes whose values are words
AT_A_TIME = 2  # pages of the browser, each a process

# One document takes the place of the other while axe stays: loading axe anew for each letter would take most of the time.
_INSTEAD = """
  const instead = page => document.replaceChild(
    document.adoptNode(new DOMParser().parseFromString(page, 'text/html').documentElement), document.documentElement)
"""
_RUN_AXE = f"""async ([pages, tags, colours]) => {{
  {_INSTEAD}
  const found = []
  for (const [name, page] of pages) {{
    instead(page)
    const said = await axe.run(document, {{
      runOnly: tags, rules: {{'color-contrast': {{enabled: colours}}}},
      resultTypes: ['violations'], preload: false, iframes: false}})
    for (const rule of said.violations)
      for (const node of rule.nodes)
        found.push([name, rule.id, rule.tags, node.html.slice(0, 160), node.failureSummary])
  }}
  return found
}}"""
_MEASURE = f"""pages => {{
  {_INSTEAD}
  return pages.filter(([, page]) => {{
    instead(page)
    return document.documentElement.scrollWidth > window.innerWidth
  }}).map(([name]) => name)
}}"""


Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")


@dataclass(frozen=True, slots=True)
class Look:
    """How a reader's screen is set."""

    scheme: Scheme
    width: int  # CSS pixels

    def __str__(self) -> str:
        return f"{self.scheme}, {self.width} px"


LOOKS = tuple(Look(scheme, width) for width in (PHONE, DESK) for scheme in SCHEMES)


_Page = tuple[str, str]  # its name and its HTML
_Jobs = asyncio.Queue[tuple[Look, bool, list[_Page]]]  # whether its colours are looked at, too


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that an element of a page does not keep. `of_the_standard`: WCAG asks for it; else it is advice."""

    page: str
    look: Look
    rule: str
    of_the_standard: bool
    element: str
    why: str

    def __str__(self) -> str:
        return f"{self.page} ({self.look}): {self.rule}: {' '.join(self.why.split())}: {self.element}"


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found in some pages: by axe in each look, and which of them are wider than the smallest screen."""

    findings: tuple[Finding, ...]
    too_wide: tuple[str, ...]


def look_at(pages: Mapping[str, str], looks: Iterable[Look] = LOOKS) -> Seen:
    """What axe finds in *pages*, each a name and its HTML.

    In the first of *looks* one page of each build is looked at, colours aside, which take axe most of its time: what is found
    there is found in all that are built alike. Then, in each look and with colours, as few pages as show everything that is in
    any of them: the same element with the same looks, inside the same others, is painted alike wherever it is, because nothing
    in a letter lies over anything else. Whether a page is too wide depends on its words: there each is measured.
    """
    return asyncio.run(_look_at(pages, tuple(looks)))


def _built_alike(pages: Mapping[str, str]) -> list[list[str]]:
    """The names of *pages*, those together that differ in nothing but their words and in how long their lists are."""
    alike: dict[str, list[str]] = {}
    for name, page in pages.items():
        alike.setdefault(_build_of(markup.document_fromstring(page.encode())), []).append(name)
    return list(alike.values())


def _build_of(element: Any) -> str:
    """*element* and all in it; words are only there or not. Of like neighbours two count: how near they are may matter."""
    inside: list[str] = []
    for child in element.iterchildren(etree.Element):
        build = _build_of(child) + _there(child.tail)
        if inside[-2:] != [build, build]:
            inside.append(build)
    said = element.text or "" if element.tag == "style" else _there(element.text)
    return f"<{element.tag} {_looks_of(element)} id={element.get('id')}>{said}{''.join(inside)}</>"


def _there(words: str | None) -> str:
    return "…" if words and words.strip() else ""


def _that_show_all(pages: Mapping[str, str]) -> list[_Page]:
    """As few of *pages* as hold each sort of element that one of them holds, or nearly."""
    sorts = {name: _sorts_of_elements(page) for name, page in pages.items()}
    chosen: list[_Page] = []
    shown: set[str] = set()
    for name in sorted(sorts, key=lambda one: -len(sorts[one])):
        if sorts[name] - shown:
            chosen.append((name, pages[name]))
            shown |= sorts[name]
    return chosen


def _sorts_of_elements(page: str) -> set[str]:
    """Each element of *page* as its looks and those of all that it is in; the style sheet that counts for all of them."""
    tree = markup.document_fromstring(page.encode())
    sheet = "".join(style.text or "" for style in tree.iter("style"))
    found: dict[Any, str] = {}
    for element in tree.iter(etree.Element):
        found[element] = f"{found.get(element.getparent(), sheet)}/{element.tag} {_looks_of(element)}"
    return set(found.values())


def _looks_of(element: Any) -> str:
    """All that an element's tag says of its looks and its meaning; of a label in words, that it is there."""
    said = ((name, _there(value) if name in LABELS else value) for name, value in element.items())
    return " ".join(f"{name}={value}" for name, value in said if name not in ("href", "dir", "id"))


async def _look_at(pages: Mapping[str, str], looks: tuple[Look, ...]) -> Seen:
    jobs: _Jobs = asyncio.Queue()
    twins = {names[0]: names for names in _built_alike(pages)}
    for batch in _batches([(name, pages[name]) for name in twins]):
        jobs.put_nowait((looks[0], False, batch))
    for look in looks:
        for batch in _batches(_that_show_all(pages)):
            jobs.put_nowait((look, True, batch))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        found = await asyncio.gather(*(_worker(browser, jobs) for _ in range(AT_A_TIME)))
        too_wide = await _too_wide(browser, list(pages.items()))
        await browser.close()
    findings = (replace(each, page=name) for part in found for each in part for name in twins.get(each.page, [each.page]))
    return Seen(tuple(findings), too_wide)


def _batches(pages: list[_Page]) -> Iterable[list[_Page]]:
    return (pages[start : start + 40] for start in range(0, len(pages), 40))


async def _worker(browser: Browser, jobs: "_Jobs") -> list[Finding]:
    found: list[Finding] = []
    axe = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    while not jobs.empty():
        look, colours, batch = jobs.get_nowait()
        page = await browser.new_page(color_scheme=look.scheme, viewport={"width": look.width, "height": 900})
        await page.set_content("<!DOCTYPE html><html lang=en-GB><title>-</title></html>")
        await page.add_script_tag(content=axe)
        raw = await page.evaluate(_RUN_AXE, [batch, [*STANDARD, ADVICE], colours])
        found.extend(_finding(look, one) for one in raw)
        await page.close()
    return found


def _finding(look: Look, raw: list[Any]) -> Finding:
    name, rule, tags, element, why = raw
    return Finding(name, look, rule, bool(set(tags) & set(STANDARD)), element, why)


async def _too_wide(browser: Browser, pages: list[_Page]) -> tuple[str, ...]:
    page = await browser.new_page(viewport={"width": SMALLEST, "height": 900})
    await page.set_content("<!DOCTYPE html><html lang=en-GB><title>-</title></html>")
    return tuple(await page.evaluate(_MEASURE, pages))
