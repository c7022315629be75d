"""The HTML part: well-formed, one heading of the first rank, readable colours, nothing fetched from anywhere."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from lxml import etree

from townclerk.config.templates import Rendered, TemplateSet
from townclerk.config.templates_preview import preview
from townclerk.domain.letters import Letter
from townclerk.domain.policy import Policy

SHIPPED = Path(__file__).parents[2] / "templates"
ENOUGH = 4.5  # WCAG 2.2 AA, for text of ordinary size


class Renders(Protocol):
    policy: Policy
    samples: tuple[Letter, ...]
    templates: TemplateSet

    def render(self, letter: Letter, policy: Policy | None = None) -> Rendered: ...


def pages(press: Renders) -> Iterator[tuple[Letter, Rendered, Any]]:
    for letter in press.samples:
        rendered = press.render(letter)
        yield letter, rendered, etree.fromstring(rendered.html)


def test_every_page_is_well_formed_in_british_english_with_one_first_heading(press: Renders) -> None:
    for letter, rendered, page in pages(press):
        assert page.get("lang") == "en-GB"
        assert [heading.text for heading in page.iter("h1")] == [rendered.subject.partition("] ")[2] or rendered.subject]
        assert page.findtext("head/title") == page.find(".//h1").text
        assert not list(page.iter("h3", "h4")), letter.kind
        assert all(table.get("role") == "presentation" for table in page.iter("table"))


def test_no_page_fetches_anything_or_runs_anything(press: Renders) -> None:
    for _, rendered, page in pages(press):
        assert not list(page.iter("img", "script", "link", "iframe", "object", "form", "video", "audio", "svg"))
        assert not page.xpath("//@src | //@background | //@*[starts-with(name(), 'on')]")
        assert not re.search(r"url\(|@import|expression\(", rendered.html)


def test_lists_are_lists_and_links_say_where_they_go(press: Renders) -> None:
    for _, rendered, page in pages(press):
        assert not re.search(r"<p(?:\s[^>]*)?>\s*[-•]", rendered.html)
        assert all(item.getparent().tag in ("ul", "ol") for item in page.iter("li"))
        for link in page.iter("a"):
            assert link.text.strip().lower() not in ("", "here", "click here", "link", "more")


def test_no_element_is_empty(press: Renders) -> None:
    for letter, _, page in pages(press):
        for element in page.iter("p", "li", "h1", "h2", "blockquote", "pre", "ul", "span"):
            assert "".join(element.itertext()).strip(), (letter.kind, element.tag)


def test_the_text_part_says_all_that_the_page_says(press: Renders) -> None:
    """But for the labels of buttons, beside which the text part has a sentence, and for how to press, where it says what to
    type."""
    for letter, rendered, page in pages(press):
        text = re.sub(r"^[> -]+", "", rendered.text, flags=re.MULTILINE)
        said = "".join(text.split())
        for element in page.iter("p", "li", "h2", "blockquote", "pre"):
            to_press = "".join(element.itertext()).startswith("Press ")
            if element.find("a[@class='button']") is None and not to_press:
                for part in beside_each_other(element):
                    words = "".join("".join(part.itertext()).split()).lstrip(">-")
                    assert words.replace("-", "") in said.replace("-", ""), (letter.kind, words)


def beside_each_other(element: etree._Element) -> list[etree._Element]:
    """A ready-made reply and the word to type, which the text part has the other way round; else the element itself."""
    word = element.find("span[@class='small']")
    return [element.find("a"), word] if element.tag == "li" and word is not None else [element]


# --- colours ---------------------------------------------------------------------------------------------------------


def rules(sheet: str) -> dict[str, dict[str, str]]:
    """`name { property: value }`, of names joined with commas each."""
    found: dict[str, dict[str, str]] = {}
    for names, body in re.findall(r"([.\w][\w., -]*)\s*\{([^{}]*)\}", re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)):
        declared = dict(part.replace("!important", "").split(":", 1) for part in body.split(";") if ":" in part)
        for name in names.split(","):
            found[name.strip().lstrip(".")] = {key.strip(): value.strip() for key, value in declared.items()}
    return found


def luminance(colour: str) -> float:
    assert re.fullmatch(r"#[0-9a-f]{6}", colour), colour
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def too_faint(looks: dict[str, dict[str, str]]) -> list[str]:
    """Names whose words cannot be told well enough from what is behind them: their own background, or the card's."""
    card = looks["card"]["background"]
    return [
        name
        for name, look in looks.items()
        if "color" in look and contrast(look["color"], look.get("background", card)) < ENOUGH
    ]


def test_contrast_is_measured_as_the_standard_says() -> None:
    assert round(contrast("#000000", "#ffffff"), 1) == 21.0
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48  # just too faint
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54  # just enough


def test_words_stand_out_from_their_background_by_day_and_in_dark_mode() -> None:
    light = rules((SHIPPED / "letter.css").read_text())
    layout = (SHIPPED / "layout.html").read_text()
    dark = rules(layout.partition("prefers-color-scheme: dark)")[2].partition("</style>")[0].lstrip(" {"))

    assert too_faint(light) == []
    assert too_faint(dark) == []
    coloured = {name for name, look in light.items() if "color" in look or "background" in look}
    assert coloured <= set(dark), "every colour of the day has one for the dark"


def test_what_is_there_to_be_pressed_is_as_high_as_a_thumb_needs(press: Renders) -> None:
    """Ready-made replies, and links that have a line of a list to themselves; 44 pixels."""
    looks = rules((SHIPPED / "letter.css").read_text())
    font = re.match(r"(\d+)px/([\d.]+)", looks["body"]["font"])
    assert font
    line = float(font[1]) * float(font[2])

    for name in ("button", "press"):
        assert looks[name]["display"] == "inline-block"
        assert line + 2 * float(looks[name]["padding"].split("px")[0]) >= 44
    letters_alone = 1.1 * float(font[1])  # of a link within a line: the padding begins at its letters, not at its line
    assert letters_alone + 2 * float(looks["inline"]["padding"].split("px")[0]) >= 44
    assert line + 2 * float(looks["spaced"]["padding"].split("px")[0]) >= 44
    for letter, _, page in pages(press):
        assert not page.xpath("//li/a[@class='a']"), letter.kind


def test_the_widths_of_a_letter_fit_a_telephone() -> None:
    """Nothing has a fixed width, and a word that is too long for the screen breaks."""
    looks = rules((SHIPPED / "letter.css").read_text())

    assert not [name for name, look in looks.items() if look.get("width", "").endswith("px") or "min-width" in look]
    assert looks["body"]["overflow-wrap"] == "anywhere"


# --- to look at ------------------------------------------------------------------------------------------------------


def test_a_preview_holds_every_letter_as_a_page_and_as_text_and_a_list_of_them(press: Renders, tmp_path: Path) -> None:
    written = preview(press.templates, press.policy, tmp_path / "pages")

    assert len(written) == len(press.samples)
    index = (tmp_path / "pages" / "index.html").read_text()
    for page in written:
        assert page.html.read_text().startswith("<!DOCTYPE html>")
        assert page.text.read_text().startswith(f"Subject: {page.subject}\n\n")
        assert f'href="{page.html.name}"' in index
        assert f'href="{page.text.name}"' in index
