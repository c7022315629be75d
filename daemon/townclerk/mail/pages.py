"""Which of a mail's parts hold its words, and what stands there.

What a mail program shows is shown here: of two versions of a text the one that says more, and where no part is a page as it
should be, the part that is likeliest to be the message. No word of a resident's is lost because of how a program packed it.
"""

import html as entities
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from townclerk.domain.additions import only_additions
from townclerk.mail import tnef
from townclerk.mail.charset import clean, readable
from townclerk.mail.html import HtmlText, read_html
from townclerk.mail.mime import (
    Part,
    content,
    disposition,
    is_package,
    leaves,
    named,
    parameter,
    stands_on_page,
    text_of,
    text_without_files,
)

_READ_ONE_BY_ONE = 200  # pages of a mail; the others are read as one
_FEW_WORDS = 5  # more of them on a page than twice those of the plain text
_LONGEST_STUB = 40  # words
_LONGEST_NOTE = 15  # words, beside which a page is read that adds as much as a sentence
_A_SENTENCE = 8  # words
_FEW = 3  # of a note's words, of which fewer than one in so many differ: how a program writes a picture, or a hyphen
_LOOKED_AT = 5_000  # characters, in which a mail says something if it ever does
_HTML_TYPES = frozenset(["text/html", "text/htm", "text/x-html", "text/x-amp-html", "text/watch-html", "application/html",
                         "application/xhtml+xml"])  # fmt: skip
_ENRICHED = frozenset(["text/enriched", "text/richtext"])
_STARTS_PAGE = re.compile(r"\s{0,200}(?:<\?xml[^<>]{0,200}\?>\s{0,200})?<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_WORD = re.compile(r"\w+")
_MARK = re.compile(r"<(?!img\b)[^<>]{0,2000}>", re.IGNORECASE)
_NO_WORDS = re.compile(
    r"\bhttps?://[^\s<>]+|\[(?:cid|image):[^\[\]]{0,300}\]|^-----.{0,80}-----$", re.IGNORECASE | re.MULTILINE
)
# What programs write where they write no plain text, and nobody else: the whole of it.
_STUB = re.compile(
    r"\W*(?:null|undefined|none|nan|false|no (?:text|content|body)|(?:plain|alternative) text"
    r"|(?:plain )?text version (?:is )?not available|this is a multi-?part message in MIME format"
    r"|this is a MIME[- ]formatted message\b.{0,200})\W*",
    re.IGNORECASE | re.DOTALL,
)
_MARK_OF_ENRICHED = re.compile(r"<<|<param>[^<]{0,2000}</param>|</?[a-z0-9-]{1,60}>|\n+", re.IGNORECASE)
_SAYS_HOW_TO_READ = re.compile(r"\bMIME\b|multi-?part", re.IGNORECASE)
_NOT_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


@dataclass(frozen=True)
class Page:
    """A piece of what a reader sees. `html` says what `text` is; `parts` are the leaves that it was read from, none where it
    stands beside them all; `again`: it is another version of the pages before it."""

    text: str
    html: bool
    parts: tuple[Part, ...] = field(default=(), compare=False, repr=False)
    again: bool = False

    @cached_property
    def _shown(self) -> HtmlText:
        return read_html(self.text)

    @property
    def whole(self) -> str:
        return self._shown.whole if self.html else self.text

    @property
    def own(self) -> str:
        """Without what the mail program marked as quoted."""
        return self._shown.own if self.html else self.text

    @property
    def marked(self) -> str:
        """With the marks of `domain.quoting`."""
        return self._shown.marked if self.html else self.text


def message(root: Part) -> list[Page]:
    """The words of a mail. Where those that stand where they should are a gateway's alone, or none, what is likeliest to be
    the message stands before them."""
    found = [*_gathered(_shown_by(root, _that_says_more)), *_behind_the_parts(root)]
    return found if say_something(found) else [*_instead(root), *found]


def shown_from_outside(root: Part, inner: Part) -> bool:
    """Some of the words of a mail stand elsewhere than in its part *inner*."""
    inside = set(leaves(inner))
    return any(not page.parts or not inside.issuperset(page.parts) for page in message(root))


def plain_pages(root: Part) -> list[Page]:
    """What stands on the page, of several alternatives the plain one where it says anything; or where nothing does, the first
    text that has a file name: some programs name everything."""
    found = _gathered(_shown_by(root, _plain))
    if any(page.text.strip() for page in found):
        return found
    with_name = (part for part in leaves(root) if _is_text(part) and disposition(part) != "attachment")
    return [_page(part) for part in with_name][:1]


def rich_pages(root: Part) -> list[Page]:
    """What stands on the page, of several alternatives the one in HTML."""
    return _gathered(_shown_by(root, _rich))


# -- one of several alternatives ---------------------------------------------------------------------------------------

_Choose = Callable[[list[list[Page]]], list[Page]]


def _shown_by(part: Part, choose: _Choose) -> list[Page]:
    if not part.branches:
        return [_page(part)] if stands_on_page(part) else []
    if part.get_content_subtype() != "alternative":
        return [page for child in part.children for page in _shown_by(child, choose)]
    choices = [_shown_by(child, choose) for child in part.children]
    said = [found for found in choices if any(page.text.strip() for page in found)]
    return choose(said) if said else []


def _plain(choices: list[list[Page]]) -> list[Page]:
    return next((found for found in choices if not any(page.html for page in found)), choices[0])


def _rich(choices: list[list[Page]]) -> list[Page]:
    return next((found for found in choices if any(page.html for page in found)), choices[0])


def _that_says_more(choices: list[list[Page]]) -> list[Page]:
    """Of two versions that say different things both: which of them the sender meant cannot be told, and a wrong guess would
    keep a resident's words from whoever reads."""
    plain, rich = _plain(choices), _rich(choices)
    text = _plain_words(plain)
    said = _words(text)
    if rich is plain or (len(said) > _LONGEST_STUB and _says_something(text) and _words_at_most(rich) < _much_more(said)):
        return plain  # to read the page takes the longest of all, and most pages say what their text says
    shown = _words(_plain_words(rich))
    if _is_stub(text, said, shown):
        return rich
    return [*rich, *(replace(page, again=True) for page in plain)] if _are_different(said, shown) else plain


def _is_stub(text: str, said: list[str], shown: list[str]) -> bool:
    """True where the plain *text* says that it is none, or nothing; or so much less than the page, with the same words, that it
    is a piece of it."""
    if len(shown) < 2:
        return False
    if _STUB.fullmatch(text) or (not _says_something(text) and len(shown) > len(said)):
        return True
    missing = _lacking(said, shown)
    if len(said) <= _LONGEST_NOTE and missing * _FEW < len(said) and _lacking(shown, said) >= _A_SENTENCE:
        return True
    return len(shown) >= _much_more(said) and missing <= len(said) // 10


def _are_different(said: list[str], shown: list[str]) -> bool:
    """True where a short plain text is for the most part not on the page, or the page adds a sentence to a note."""
    added = _lacking(shown, said)
    if len(said) <= _LONGEST_NOTE and added >= _A_SENTENCE:
        return True
    return len(said) <= _LONGEST_STUB and added > 1 and _lacking(said, shown) * 2 >= len(said)


def _much_more(said: list[str]) -> int:
    return 2 * len(said) + _FEW_WORDS


def _lacking(some: list[str], others: list[str]) -> int:
    """How many of *some* words are not among the *others*."""
    return sum((Counter(some) - Counter(others)).values())


def _plain_words(pages: list[Page]) -> str:
    return "\n".join(page.whole if page.html else entities.unescape(page.text) for page in pages)


def _words_at_most(pages: list[Page]) -> int:
    """How many words *pages* can show: those between their marks, and what a picture may have in its place."""
    return sum(len(_WORD.findall(_MARK.sub(" ", page.text))) for page in pages)


def _words(text: str) -> list[str]:
    return _WORD.findall(_NO_WORDS.sub(" ", text).casefold())


# -- a mail without a page that says anything --------------------------------------------------------------------------


def say_something(pages: list[Page]) -> bool:
    """True where there are words on them, and not only those that a gateway or a telephone puts there."""
    return any(_says_something(page.whole) for page in pages)


def _says_something(text: str) -> bool:
    """True where there are words in *text*, and not only those that a gateway or a telephone puts there."""
    if len(text) > _LOOKED_AT:
        return bool(text.strip())
    return bool(_words(text)) and not only_additions(text.split("\n"))


def _instead(root: Part) -> list[Page]:
    """The first part that says something, of the kinds that are likeliest to be the message."""
    for pages in _likeliest(root):
        said = next((page for page in pages if _says_something(page.whole)), None)
        if said is not None:
            return [said]
    return []


def _likeliest(root: Part) -> Iterator[Iterator[Page]]:
    texts = [part for part in leaves(root) if not stands_on_page(part)]
    yield (page for part in texts if is_package(part, named(part)) for page in _packed(part))
    yield (_page(part) for part in texts if _is_text(part) and disposition(part) != "attachment")
    yield (Page(enriched(text_of(part)), html=False, parts=(part,)) for part in texts if part.get_content_type() in _ENRICHED)
    yield (_page(part) for part in texts if part.get_content_type() in _HTML_TYPES)
    yield (_page(part) for part in texts if _is_text(part))
    yield (_page(root) for _ in range(1) if not root.branches and _could_be_text(root))
    yield (Page(text, html=False) for text in _of_a_report(root))
    yield _before_the_parts(root)


def _is_text(part: Part) -> bool:
    return part.get_content_type() in {"text/plain", "text/html"}


def _packed(part: Part) -> Iterator[Page]:
    """The words in a winmail.dat: of Outlook, where it believes that Outlook reads, and writes no text beside it."""
    words = tnef.message(content(part))
    yield Page(words.plain, html=False, parts=(part,))
    yield Page(words.html, html=True, parts=(part,))
    yield Page(words.rtf, html=False, parts=(part,))


def _could_be_text(root: Part) -> bool:
    """True for a mail of one part that is called something else and holds nothing but characters. A calendar's entry and a mail
    in a mail have words, but not for us."""
    if root.get_content_type() in {"text/calendar", "message/rfc822"}:
        return False
    return root.as_it_came is not None and not _NOT_TEXT.search(content(root))


def _behind_the_parts(root: Part) -> list[Page]:
    """What a program has put behind the last part, where mail programs do not look. Not what is a part that went astray."""
    text = root.epilogue or ""
    astray = len(text) > _LOOKED_AT or "\n--" in f"\n{text}"
    return [] if astray or not _says_something(text) else [Page(clean(readable(text)), html=False)]


def _of_a_report(root: Part) -> Iterator[str]:
    """The lines of a mail that is nothing but the part of a report that is for programs."""
    if not root.branches and root.as_it_came is None:
        for block in root.children:
            yield clean("\n".join([*(readable(f"{name}: {value}") for name, value in block.raw_items()), text_of(block)]))


def _before_the_parts(root: Part) -> Iterator[Page]:
    if root.preamble and not _SAYS_HOW_TO_READ.search(root.preamble):
        yield Page(clean(readable(root.preamble)), html=False)


# -- a part as a page --------------------------------------------------------------------------------------------------


def _page(part: Part) -> Page:
    text = text_of(part)
    if part.get_content_type() in _HTML_TYPES or (_STARTS_PAGE.match(text) and "</" in text):
        return Page(text, html=True, parts=(part,))
    text = text_without_files(text)
    if (parameter(part, "format") or "").lower() == "flowed":
        text = unflowed(text, delete_space=(parameter(part, "delsp") or "").lower() == "yes")
    return Page(text, html=False, parts=(part,))


def _gathered(pages: list[Page]) -> list[Page]:
    """The pages, those beyond the first hundreds as one: a tree for each of a hundred thousand takes a minute."""
    first, rest = pages[:_READ_ONE_BY_ONE], pages[_READ_ONE_BY_ONE:]
    together = [_as_one([page for page in rest if page.html is html], html=html) for html in (False, True)]
    return [*first, *(page for page in together if page.text)]


def _as_one(pages: list[Page], *, html: bool) -> Page:
    return Page("\n".join(page.text for page in pages), html, tuple(part for page in pages for part in page.parts))


def enriched(text: str) -> str:
    """The words of text/enriched (RFC 1896) and of the text/richtext before it (RFC 1341)."""
    return _MARK_OF_ENRICHED.sub(_of_enriched, text)


def _of_enriched(mark: re.Match[str]) -> str:
    found = mark[0].lower()
    if found.startswith("\n"):
        return "\n" * (len(found) - 1) or " "
    return {"<<": "<", "<lt>": "<", "<nl>": "\n", "<np>": "\n\n", "<paragraph>": "\n\n"}.get(found, "")


def unflowed(text: str, *, delete_space: bool) -> str:
    """Paragraphs put together again from format=flowed (RFC 3676)."""
    pieces: list[str] = []
    depth_before, flows = 0, False
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        words = line[depth:].removeprefix(" ")
        signature = words == "-- "
        if not (flows and depth == depth_before and not signature):
            pieces.append("\n" + ">" * depth + (" " if depth else ""))
        depth_before, flows = depth, words.endswith(" ") and not signature
        pieces.append(words[:-1] if flows and delete_space else words)
    return "".join(pieces)[1:]
