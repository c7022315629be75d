"""One letter, written once and shown twice: as plain text and as HTML.

A template writes a *skeleton*: Markdown in which every value stands as a numbered place and is not yet there. Only when
the Markdown has been turned into text and into HTML are the values put in their places. So nothing that anybody wrote
can be read as Markdown, as HTML or as a template, and skeletons hold no personal data and can be kept for the next letter.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from markdown_it import MarkdownIt

from townclerk.config import templates_words as words

WIDTH = 72  # of a line in the text part
LONGEST = 100_000  # characters of somebody's words in one letter; a mail can be much longer, and is kept whole elsewhere
_LONGEST_LINE = 2_000  # characters of a value in one line, such as a subject or the name of a file
_LONGEST_TYPED = 36  # of what stands beside a link, on the one line that a telephone has for it
_EDGE = "=" * 24  # above and below a letter that stands in another

_OPEN, _BLOCK, _CLOSE = "\ufdd0", "\ufdd1", "\ufdd2"
_PLACE = re.compile(f"[{_OPEN}{_BLOCK}](\\d+){_CLOSE}")
_BLOCK_ALONE = re.compile(f"{_BLOCK}(\\d+){_CLOSE}\\Z")
_BLOCK_PARAGRAPH = re.compile(f"<p[^>]*>\\s*{_BLOCK}(\\d+){_CLOSE}\\s*</p>")
_BLANK = re.compile(r"\n[ ]*\n\s*")
_UNDERLINE = re.compile(r"[-=]{3,}[ ]*\Z")
_LIST = re.compile(r"<ul\b[^>]*>.*?</ul>", re.DOTALL)
_LIST_ITEM = re.compile(r"<li\b[^>]*>")
_LINK = re.compile(r'class="a"(?: style="[^"]*")?')
_ITEM = re.compile(r"(?:- |\d{1,3}\. )")

Styles = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Piece:
    """A value in its place: how the text part shows it, and how the HTML part does. A block stands on lines of its own."""

    text: str
    html: str
    block: bool = False


class Page:
    """The values of one letter, and the helpers by which a template writes them. Made anew for each letter."""

    def __init__(self, styles: Styles, cut: str = words.CUT) -> None:
        """*cut*: what stands below words that are cut because there are too many."""
        self._styles = styles
        self._cut = cut
        self._pieces: list[Piece] = []

    def put(self, value: object) -> str:
        """The place in the skeleton for *value*, which is a Piece or anything that can be said in one line. Blanks at its
        ends are lost: a template writes those itself."""
        piece = value if isinstance(value, Piece) else _plain(_said(value))
        self._pieces.append(piece)
        return f"{_BLOCK if piece.block else _OPEN}{len(self._pieces) - 1}{_CLOSE}"

    # --- helpers of the templates ---

    def quoted(self, text: str) -> Piece:
        """Somebody's own words, marked as a quotation."""
        said = words.rejoined(self._limited(text))
        lines = [words.wrapped(line, WIDTH, "> ", "> ") for line in said.split("\n")]
        return Piece(
            "\n".join(lines), f'<blockquote dir="auto"{self._style("blockquote")}>{_broken(said)}</blockquote>', block=True
        )

    def prose(self, text: str) -> Piece:
        """An officer's own words, as part of the letter: paragraphs and line ends as they wrote them."""
        said = words.rejoined(self._limited(text))
        paragraphs = (_broken(paragraph.strip("\n")) for paragraph in re.split(r"\n\s*\n", said) if paragraph.strip())
        html = "".join(f'<p dir="auto"{self._style("p")}>{paragraph}</p>' for paragraph in paragraphs)
        return Piece("\n".join(_kept(line) for line in said.split("\n")), html, block=True)

    def listing(self, text: str) -> Piece:
        """Lines that must stay as they are, such as a table of words, with the blanks before the first."""
        said = self._limited(text, "\n")
        return Piece(said, f"<pre{self._style('pre')}>{escape(said)}</pre>", block=True)

    def enclosed(self, text: str) -> Piece:
        """A letter within a letter, as it goes out: its text part line by line, on a page in paragraphs that fit any screen."""
        said = self._limited(text)
        paragraphs = (_broken(words.rejoined(paragraph)) for paragraph in said.split("\n\n") if paragraph.strip())
        inside = "".join(f"<p{self._style('p')}>{paragraph}</p>" for paragraph in paragraphs)
        shown = f"{_EDGE}\n\n{said}\n\n{_EDGE}"
        return Piece(shown, f'<div class="enclosed"{self._style("enclosed")}>{inside}</div>', block=True)

    def lines(self, *values: object) -> Piece:
        """Short lines one below the other, such as a name and where its owner works. Empty ones are left out."""
        said = [line for line in (_said(value) for value in values if value) if line]
        return Piece("\n".join(said), f"<p{self._style('p')}>{_broken(chr(10).join(said))}</p>", block=True)

    def link(self, label: str, href: str) -> Piece:
        """A link whose sentence stands without it. The text part shows where it goes only if that is a web page."""
        said = _said(label)
        shown = f"{said}: {href}" if href.startswith(("https://", "http://")) else said
        return Piece(shown, self._anchor(said, href))

    def button(self, label: str, href: str) -> Piece:
        """A link to press, on a line of its own. It has no place in the text part, where the words around it must do."""
        said = _said(label)
        return Piece("", f"<p{self._style('p')}>{self._anchor(said, href, 'button')}</p>", block=True)

    def worded(self, page: str, text: str) -> Piece:
        """A sentence that says something else on the *page*, where there is something to press, than in the *text* part."""
        return Piece(_said(text), escape(_said(page)))

    def web(self, value: str) -> Piece:
        """A web page or an email address as the council prints it, made a link where it is one."""
        said, href = _said(value), words.web_link(value)
        return Piece(said, self._anchor(said, href)) if href else _plain(said)

    def phone(self, number: str) -> Piece:
        said, href = _said(number), words.phone_link(number)
        return Piece(said, self._anchor(said, href)) if href else _plain(said)

    def replies(self, choices: Iterable[tuple[str, str, str, bool]]) -> Piece:
        """Ready-made replies, each a label, the words that it begins with, its link, and whether it is one of the likely: a
        list of links to press, each beside the word to type for those who cannot press it. The likely come first. What a press
        would write below its first line, the text part says: nobody could know it there."""
        text, page = [], []
        for label, body, href, likely in sorted(choices, key=lambda one: not one[3]):
            first, _, below = body.strip().partition("\n")
            said, typed = words.dates_said(_said(label)), words.dates_said(_said(first.rstrip(":. ")))
            text.append(_typed_reply(said, typed, below.strip()))
            page.append(self._reply(said, typed, href, likely))
        return Piece("\n".join(text), f"<ul{self._style('replies')}>{''.join(page)}</ul>", block=True)

    def _limited(self, text: str, around: str | None = None) -> str:
        """*text* without the signs *around* it, None: without blanks and empty lines; no longer than a letter bears."""
        said = words.clean(text).strip(around)
        return said if len(said) <= LONGEST else f"{said[:LONGEST]}\n\n{self._cut}"

    # --- the two ways to show it ---

    def text(self, skeleton: str) -> str:
        """The text part: paragraphs filled, headings underlined, lists with their dashes."""
        blocks = [self._text_block(block) for block in _BLANK.split(skeleton.strip())]
        return "\n\n".join(block.strip("\n") for block in blocks if block.strip()) + "\n"

    def html(self, skeleton: str) -> str:
        """The HTML of the letter, without the page around it. A link in a list is as high as a thumb needs."""
        marked = _marked(skeleton.strip(), tuple(sorted(self._styles.items())))
        alone = _BLOCK_PARAGRAPH.sub(lambda place: self._pieces[int(place[1])].html, marked)
        whole = _PLACE.sub(lambda place: self._pieces[int(place[1])].html, alone)
        return _LIST.sub(self._pressed_list, whole)

    def _pressed_list(self, shown: re.Match[str]) -> str:
        """A list with links in it: all its lines are as far apart as its links need, so that none sticks to the next."""
        if not _LINK.search(shown[0]):
            return shown[0]
        spaced = _LIST_ITEM.sub(f"<li{self._style('spaced')}>", shown[0])
        return _LINK.sub(f'class="inline"{self._style("inline")}', spaced)

    def line(self, skeleton: str) -> str:
        """One line of plain text, such as a subject."""
        return words.one_line(self._filled(skeleton))

    def misplaced(self, skeleton: str) -> bool:
        """Whether somebody's words stand in the middle of a paragraph, where HTML cannot have them."""
        return _BLOCK in _BLOCK_PARAGRAPH.sub("", _marked(skeleton.strip(), tuple(sorted(self._styles.items()))))

    def _filled(self, skeleton: str) -> str:
        return _PLACE.sub(lambda place: self._pieces[int(place[1])].text, skeleton)

    def _text_block(self, block: str) -> str:
        if alone := _BLOCK_ALONE.match(block):
            return self._pieces[int(alone[1])].text
        lines = block.split("\n")
        if len(lines) > 1 and _UNDERLINE.match(lines[-1]):
            heading = self._filled(" ".join(lines[:-1]))
            return f"{heading}\n{'-' * min(len(heading), WIDTH)}"
        if _ITEM.match(lines[0]):
            return "\n".join(words.wrapped(self._filled(item), WIDTH, "", "  ") for item in _items(lines))
        return words.wrapped(self._filled(block), WIDTH)

    def _anchor(self, label: str, href: str, look: str = "a") -> str:
        return f'<a href="{escape(href)}" class="{look}"{self._style(look)}>{escape(label)}</a>'

    def _reply(self, label: str, typed: str, href: str, likely: bool) -> str:
        shown = typed if len(typed) <= _LONGEST_TYPED else f"{typed[:_LONGEST_TYPED].rsplit(' ', 1)[0]} …"
        word = "" if typed == label else f' <span class="small"{self._style("small")}>{escape(shown)}</span>'
        return f"<li{self._style('li')}>{self._anchor(label, href, 'button' if likely else 'press')}{word}</li>"

    def _style(self, name: str) -> str:
        return f' style="{escape(self._styles[name])}"' if name in self._styles else ""


def _said(value: object) -> str:
    """*value* in one line, of a length that a person can still read."""
    said = words.one_line(value)
    return said if len(said) <= _LONGEST_LINE else f"{said[:_LONGEST_LINE]}…"


def _typed_reply(label: str, typed: str, below: str) -> str:
    """A ready-made reply in the text part: what to type, what it does, and what to write below it."""
    named = label if typed in {"", label} else f"{typed}: {label}"
    first = words.wrapped(f"- {named}{', with this below it:' if below else ''}", WIDTH, "", "  ")
    return "\n".join((first, *(words.wrapped(_said(line), WIDTH, "  ", "  ") for line in below.split("\n") if line.strip())))


def _plain(said: str) -> Piece:
    return Piece(said, escape(said))


def _broken(text: str) -> str:
    return "<br />".join(escape(line) for line in text.split("\n"))


def _kept(line: str) -> str:
    """A line that somebody ended themselves, with the spaces that it began with."""
    indent = " " * min(len(line) - len(line.lstrip(" ")), 12)
    return words.wrapped(line, WIDTH, indent)


def _items(lines: Iterable[str]) -> list[str]:
    items: list[str] = []
    for line in lines:
        if _ITEM.match(line) or not items:
            items.append(line)
        else:
            items[-1] += f" {line}"
    return items


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    """The little Markdown that letters may use: paragraphs, lists and headings. What else looks like Markdown is text."""
    return MarkdownIt("zero", {"html": False, "linkify": False}).enable(["list", "lheading"])


@lru_cache(maxsize=512)
def _marked(skeleton: str, styles: tuple[tuple[str, str], ...]) -> str:
    """The skeleton as HTML. There are few skeletons, the same for many letters, and none of them holds personal data."""
    looks = dict(styles)
    parser = _markdown()
    tokens = parser.parse(skeleton)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = "h2"  # the subject is the one h1
        if token.nesting == 1 and token.tag in looks:
            token.attrSet("style", looks[token.tag])
    rendered: Callable[..., str] = parser.renderer.render
    return rendered(tokens, parser.options, {})
