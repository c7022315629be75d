"""The words of an HTML mail, and which of them the sender wrote this time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from lxml import etree

from townclerk.domain.quoting import BESIDE, HIDDEN, INSERTED, QUOTED, REPLY_ABOVE, SIGNED, STRUCK
from townclerk.mail.styles import Styles, is_gone, read_style

HTML_LIMIT = 4_000_000  # characters; what lies beyond is not looked at
_MOST_ELEMENTS = 60_000  # of a page that is read as a tree: each costs some twenty microseconds

# fmt: off
_BLOCKS = frozenset(
    ["address", "article", "aside", "blockquote", "body", "center", "dd", "div", "dl", "dt", "fieldset", "footer",
     "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "nav", "ol", "p", "pre",
     "section", "table", "tbody", "tfoot", "thead", "tr", "ul"]
)
# fmt: on
_PARAGRAPHS = frozenset(["blockquote", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "table", "ul"])
_SILENT = frozenset(["head", "script", "style", "title", "template", "noscript", "object", "svg"])
_INSTEAD = ("noscript", "object")  # what is inside stands for what a program cannot show, and mails are shown without scripts
_DRAWN = frozenset(["audio", "canvas", "embed", "iframe", "object", "svg", "video"])  # no text can stand for these
# What is inside is shown by no program, or only once somebody opens it, chooses it or cannot have something else.
_UNOPENED = frozenset(["datalist", "select", "iframe", "noembed", "noframes"])
_OPENED = frozenset(["details", "dialog"])
_CELLS = frozenset(["td", "th"])
_OUTLOOK_LINE = re.compile(
    r"border-top\s*:\s*(?:solid\s+#(?:E1E1E1|B5C4DF)|1(?:\.0)?pt solid (?:#(?:E1E1E1|B5C4DF)|rgb\(\s*(?:225|181)\s*,))",
    re.IGNORECASE,
)
# Here, and to the end of the mail, stands what was quoted.
_QUOTE_STARTS = frozenset(["divrplyfwdmsg", "appendonsend", "mail-editor-reference-message-container", "olk_src_body_section"])
# Only what is inside was quoted: people write between and below these.
_QUOTES = frozenset(
    ["gmail_attr", "moz-cite-prefix", "yahoo_quoted", "protonmail_quote", "zmail_extra", "messagereplysection", "blue_quote",
     "moz-forward-container", "gmail_quote_attribution"]
)  # fmt: skip
# What a program has put there as the writer's signature.
_SIGNATURE = re.compile(
    r"^(?:x_)*(?:signature|signature_old|divtagdefaultwrapper_signature|applemailsignature|composer_signature|ms-outlook-mobile-signature"
    r"|messagesignaturesection|gmail_signature|gmail_signature_prefix|moz-signature|protonmail_signature_block\S*|zm-_id_-sgn1?"
    r"|ydp\S{1,40}signature|yahoo-signature|bloop_sign\S*|_mailautosig|sig_block|mimecast-signature)$",
    re.IGNORECASE,
)
# What Word puts beside a text for somebody's remark, and where it stands.
_REMARKS = frozenset(["msocommenttext", "msocommentreference", "msocommentsubject", "msocomtxt", "msocomanchor", "msodel"])
_WORD_REMARK = re.compile(r"mso-element\s*:\s*comment|mso-special-character\s*:\s*comment", re.IGNORECASE)
_WORD_SIGNATURE = re.compile(r"mso-bookmark\s*:\s*\"?_MailAutoSig", re.IGNORECASE)
_CRUDE_TAG = re.compile(r"<(?:style|script)\b[^<]*|<[^<>]{0,2000}>", re.IGNORECASE)
_CRUDE_LINE = re.compile(r"</?(?:br|p|div|tr|li|h\d)\b[^<>]{0,2000}>", re.IGNORECASE)
_MANY_LINES = re.compile(r"(<br\s*+/?>\s*+)(?:<br\s*+/?>\s*+){20,}+", re.IGNORECASE)  # a few of them look as empty
# A picture that is written out in the page. Without a space: it cannot be a sentence.
_LONG_VALUE = re.compile(r"""(="[^"<>\s]{20000})[^"<>\s]++|(='[^'<>\s]{20000})[^'<>\s]++""")
# A block begins or ends: the words before and after stand on different lines; or in different paragraphs. One character
# each, that no cleaned text holds, so that breaks which meet can be made one.
_LINE, _PARAGRAPH = "\x01", "\x02"
_OURS = "\x14"  # here the writer's own words go on
_MARKS = frozenset({QUOTED, SIGNED, HIDDEN, STRUCK, _OURS})
_BREAKS = re.compile(r" ?[\n\x01\x02](?: ?[\n\x01\x02])* ?")
_TIGHT = re.compile(r"(?:^|\s)(?:x_)?Mso(?:Normal|PlainText|NoSpacing)\b")  # Word's paragraphs have no space between them
_LONGEST_LINK = 2_000
_LONGEST_NAME = 150
_LONGEST_FACE = 12
_UNNAMED = r"[\[\]\s]"
_SPACES = re.compile(rf"[^\S\n{BESIDE}{INSERTED}]+")
_CLOSED_UP = re.compile(rf"[^\S\n\xa0{BESIDE}{INSERTED}]+")  # a space that does not break holds its line open
_SIGN = re.compile(rf"([{BESIDE}{INSERTED}])([\s{_LINE}{_PARAGRAPH}{QUOTED}-{STRUCK}]+)")  # and what comes before the words
_NO_SIGNS = str.maketrans({BESIDE: " ", INSERTED: None})
_GAPS = re.compile(r"\n{3,}")
_LONG_TAG = re.compile(r"<([a-z][a-z0-9]{0,20})\b[^<>]{2000,}>", re.IGNORECASE)
_MOST_ATTRIBUTES = 200


@dataclass(frozen=True, slots=True)
class HtmlText:
    """`whole` is all that the page holds but what is never shown. `marked` is the same, where each line that a program marked
    as quoted or as a signature, or that cannot be seen, begins with the mark of `domain.quoting`, and where its signs stand for
    a cell beside another and for words put in; without what stands for pictures."""

    whole: str
    marked: str

    @property
    def own(self) -> str:
        """Without what the mail program marked as quoted. With what cannot be seen: no word of a resident's is lost because of
        how it is styled."""
        kept = (line.lstrip(SIGNED + HIDDEN + STRUCK) for line in self.marked.split("\n") if not line.startswith(QUOTED))
        return _GAPS.sub("\n\n", _SPACES.sub(" ", "\n".join(kept).translate(_NO_SIGNS))).strip()


def read_html(source: str) -> HtmlText:
    """The text of an HTML mail. Markup that cannot be read as a tree has its tags taken out. Nobody knows then which of its
    lines were quoted or hidden, so each is marked as one that may not be seen: no resident loses a word by that, and no
    officer's quote becomes a letter."""
    shorter = _shortened(source)[:HTML_LIMIT]
    tree, complete = _tree(_without_crowded_tags(shorter))
    if tree is None or not complete or _is_endless(tree):
        crude = _tidy(_CRUDE_TAG.sub(" ", _CRUDE_LINE.sub("\n", shorter)))
        return HtmlText(crude, _all_hidden(crude))
    styles = Styles.of(tree)
    whole = _text(_whole_pieces(tree, styles))
    if not whole and (instead := _instead(tree)):
        return HtmlText(instead, _all_hidden(instead))
    return HtmlText(whole, _marked(_text(_marked_pieces(tree, styles))))


def _all_hidden(text: str) -> str:
    return "\n".join(HIDDEN + line for line in text.split("\n"))


def _instead(tree: etree._Element) -> str:
    """The words of a page that has none but those."""
    return _tidy("\n".join(" ".join(element.itertext()) for element in tree.iter(*_INSTEAD)))


def _shortened(source: str) -> str:
    """*source* without what can be left out of it before anything is read: more empty lines than are shown, and pictures that
    would take the place of words."""
    return _LONG_VALUE.sub(r"\1\2", _MANY_LINES.sub(r"\1\1\1\1", source))


def _is_endless(tree: etree._Element) -> bool:
    return next(islice(tree.iter(), _MOST_ELEMENTS, None), None) is not None


def _without_crowded_tags(source: str) -> str:
    """*source* without the attributes of a tag that has hundreds: reading them takes time that grows with their square."""
    return _LONG_TAG.sub(lambda tag: tag[0] if tag[0].count("=") <= _MOST_ATTRIBUTES else f"<{tag[1]}>", source)


def _tree(source: str) -> tuple[etree._Element | None, bool]:
    parser = etree.HTMLParser(
        encoding="utf-8", recover=True, remove_comments=True, remove_pis=True, no_network=True, huge_tree=True
    )
    try:
        tree = etree.fromstring(source.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return None, False
    # Gateways and form programs put a page of their own before or behind another. Since libxml2 2.14 what stands behind
    # </html> is a page beside the first one, and not in it.
    for behind in list(tree.itersiblings("html")) if tree is not None else []:
        tree.append(behind)
    # A fatal error is the parser's limit of depth or size: it stopped, and the rest of the mail would be missing.
    return tree, not len(parser.error_log.filter_from_fatals())


def _starts_quote(element: etree._Element) -> bool:
    name = (element.get("id") or "").lower().removeprefix("x_")
    return name in _QUOTE_STARTS or bool(_OUTLOOK_LINE.search(element.get("style") or ""))


def _is_quote(element: etree._Element) -> bool:
    classes = {name.lower().removeprefix("x_") for name in (element.get("class") or "").split()}
    if element.tag == "blockquote":
        return (element.get("type") or "").lower() == "cite" or "gmail_quote" in classes
    if "gmail_quote" in classes or "gmail_quote_container" in classes:
        # A forward has no blockquote inside: all of it is somebody else's. Else people may have written between the quotes.
        return element.find(".//blockquote") is None
    return not classes.isdisjoint(_QUOTES)


def _text(pieces: Iterator[str]) -> str:
    found = _SIGN.sub(r"\2\1", "".join(pieces))
    return _tidy(_BREAKS.sub(_met, _CLOSED_UP.sub(" ", found)))


def _met(breaks: re.Match[str]) -> str:
    """The breaks that meet at one place, as a browser would show them."""
    run = breaks[0].replace(" ", "")
    if _PARAGRAPH in run:
        return "\n\n"
    # A <br> that ends a line of words is that line's end, whatever block ends with it; any other is an empty line.
    return "\n" * (1 + run.count("\n") - run.startswith("\n"))


def _whole_pieces(tree: etree._Element, styles: Styles) -> Iterator[str]:
    for event, element in _seen(tree):
        if event == "tail":
            yield _tail(element, styles)
        elif event == "start":
            yield from _opening(element, styles)
            if element.tag == "img":
                yield f" {_inline(element.get('alt'))} "
        elif event == "end":
            yield _break(element)


@dataclass(frozen=True, slots=True)
class _Place:
    """An element that says what its words are: `kind` those right in it, `inside` those in the elements in it, where these do
    not say otherwise."""

    element: etree._Element | None
    kind: str
    inside: str


def _marked_pieces(tree: etree._Element, styles: Styles) -> Iterator[str]:
    """The pieces, with a mark on a line of its own wherever the kind of what follows changes."""
    letter = _our_letter(tree)
    beside = _beside_others(tree)
    places = [_Place(None, _OURS, _OURS)]  # those that we are in
    to_the_end = False
    for event, element in _seen(tree):
        if event == "tail":
            yield _tail(element, styles)
        elif event == "silent":
            yield _picture(element, styles, QUOTED if to_the_end else _kind(element, letter, places[-1].inside, styles))
        elif event == "start":
            to_the_end = to_the_end or _starts_quote(element)
            inside = QUOTED if to_the_end else _kind(element, letter, places[-1].inside, styles)
            unseen = inside in {_OURS, SIGNED} and _has_words_of_its_own(element) and styles.blend(element)
            here = _Place(element, HIDDEN if unseen else inside, inside)
            if here.kind != places[-1].kind:
                yield f"{_LINE}{here.kind}"
            if (here.kind, here.inside) != (places[-1].kind, places[-1].inside):
                places.append(here)
            yield BESIDE if element in beside else INSERTED if _is_inserted(element) else ""
            yield from _opening(element, styles)
            yield _picture(element, styles, here.kind)
        elif event == "end":
            link = _link(element)
            yield f" <{link}>" if link else ""
            yield _break(element)
            if places[-1].element is element:
                ended = places.pop()
                kind = QUOTED if to_the_end else places[-1].kind
                yield f"{_LINE}{kind}" if kind != ended.kind else ""


def _marked(text: str) -> str:
    """*text*, where a mark stands for itself and all that follows, with the mark at the beginning of each line instead."""
    kind, lines = _OURS, []
    for line in text.split("\n"):
        rest = line
        while (at := rest[:1]) in _MARKS:
            kind, rest = at, rest[1:].lstrip(" ")
        lines.append(rest if kind == _OURS or not rest else kind + rest)
    return _GAPS.sub("\n\n", "\n".join(lines)).strip("\n ")


def _kind(element: etree._Element, letter: etree._Element | None, around: str, styles: Styles) -> str:
    """What the words in *element* are, where they are in something that is *around*."""
    if around == QUOTED or element is letter or _is_quote(element):
        return QUOTED
    if around == HIDDEN or styles.hide(element) or _is_unopened(element):
        return HIDDEN
    if around == STRUCK or styles.strike(element) or _is_remark(element):
        return STRUCK
    return SIGNED if around == SIGNED or _is_signature(element) else around


def _is_unopened(element: etree._Element) -> bool:
    return element.tag in _UNOPENED or (element.tag in _OPENED and element.get("open") is None)


def _has_words_of_its_own(element: etree._Element) -> bool:
    return bool((element.text or "").strip()) or any((inner.tail or "").strip() for inner in element)


def _is_remark(element: etree._Element) -> bool:
    """True for what Word puts beside a text: what somebody remarks on it, and the mark where they do."""
    names = {name.lower() for name in (element.get("class") or "").split()}
    return not names.isdisjoint(_REMARKS) or bool(_WORD_REMARK.search(element.get("style") or ""))


def _is_inserted(element: etree._Element) -> bool:
    """True for what a program that keeps track of changes shows as put in."""
    return element.tag == "ins" or "msoins" in (element.get("class") or "").lower().split()


def _beside_others(tree: etree._Element) -> frozenset[etree._Element]:
    """The cells of tables that hold words, and beside which, further to the left in their row, others stand."""
    found: set[etree._Element] = set()
    before: dict[etree._Element | None, int] = {}  # the pieces of words that stand above a row, or above and beside a cell
    pieces = 0
    for event, element in _seen(tree):
        if event == "start":
            if element.tag == "tr" or element.tag in _CELLS:
                before[element] = pieces
            pieces += bool((element.text or "").strip())
        elif event == "tail":
            pieces += bool((element.tail or "").strip())
        elif element in before and element.tag in _CELLS and pieces > before[element] > before.get(element.getparent(), pieces):
            found.add(element)
    return frozenset(found)


def _is_signature(element: etree._Element) -> bool:
    named = (element.get("id"), element.get("name"), element.get("data-smartmail"), *(element.get("class") or "").split())
    return (
        any(name is not None and _SIGNATURE.match(name) for name in named)
        or element.get("data-sigid") is not None
        or bool(_WORD_SIGNATURE.search(element.get("style") or ""))
    )


def _our_letter(tree: etree._Element) -> etree._Element | None:
    """The element that begins with the head of a letter of ours, and holds as much of it as can be: what stands below it may
    be the writer's again. None where there is none, or nothing that is the writer's stands around it."""
    head = next((element for element in tree.iter(etree.Element) if _holds_head(element)), None)
    if head is None:
        return None
    letter = None
    for element in (head, *head.iterancestors()):
        if element.tag in {"body", "html"} or _words_before(element):
            break
        if element.tag in {"table", "blockquote"} or element.get("role") == "article":
            letter = element
    return letter


def _holds_head(element: etree._Element) -> bool:
    return any(text and REPLY_ABOVE.casefold() in " ".join(text.casefold().split()) for text in (element.text, element.tail))


def _words_before(element: etree._Element) -> bool:
    """True where words stand in the same parent before *element*."""
    parent = element.getparent()
    if parent is None:
        return False
    if (parent.text or "").strip():
        return True
    return any((sibling.tail or "").strip() or _has_words(sibling) for sibling in element.itersiblings(preceding=True))


def _has_words(element: etree._Element) -> bool:
    return any((text or "").strip() for text in element.itertext())


def _picture(element: etree._Element, styles: Styles, kind: str) -> str:
    """What stands for a picture: one that came with the mail, be it the writer's or a signature's; or any other in what the
    writer wrote, and a drawing or a film. Nothing for one that nobody sees, and a little face for itself."""
    source = (element.get("src") or element.get("srcset") or "").strip()[:_LONGEST_NAME] if element.tag == "img" else ""
    if source.lower().startswith("cid:"):
        return f" [{re.sub(_UNNAMED, '', source)}] "
    if kind != _OURS or not (source or element.tag in _DRAWN) or _is_dot(element) or styles.hide(element):
        return ""
    shown = (element.get("alt") or "").strip()
    return shown if shown and len(shown) <= _LONGEST_FACE and not any(map(str.isalnum, shown)) else " [image: ] "


def _is_dot(element: etree._Element) -> bool:
    """True for a picture by which a sender learns that a mail was opened."""
    style = read_style(element.get("style") or "")
    sizes = [style.get(name, element.get(name) or "").strip().removesuffix("px") for name in ("width", "height")]
    return any(size in {"0", "1", "2"} for size in sizes)


def _link(element: etree._Element) -> str:
    """Where a link leads, where its words do not say so themselves."""
    if element.tag != "a":
        return ""
    target = (element.get("href") or "").strip()
    if not target.lower().startswith(("http://", "https://")) or len(target) > _LONGEST_LINK:
        return ""
    shown = "".join(element.itertext())[:_LONGEST_LINK].strip()
    return target if shown and shown.rstrip("/") != target.rstrip("/") else ""


def _seen(tree: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    """The elements that a reader sees, each as it starts, as it ends, and with what follows it; and those of which no word is
    shown, as "silent"."""
    silent: etree._Element | None = None
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        if event == "start" and silent is None:
            if _is_silent(element):
                silent = element
                yield "silent", element
            else:
                yield "start", element
        elif event == "end":
            if silent is None:
                yield "end", element
            elif element is silent:
                silent = None
            if silent is None and element is not tree:
                yield "tail", element


def _is_silent(element: etree._Element) -> bool:
    return element.tag in _SILENT or element.get("hidden") is not None or is_gone(read_style(element.get("style") or ""))


def _opening(element: etree._Element, styles: Styles) -> Iterator[str]:
    yield "\n" if element.tag == "br" else _break(element)
    if element.tag == "li":
        yield "- "
    if element.tag in _CELLS:
        yield " "
    yield _flow(element.text, element, styles)


def _tail(element: etree._Element, styles: Styles) -> str:
    around = element.getparent()
    return _inline(element.tail) if around is None else _flow(element.tail, around, styles)


def _flow(text: str | None, around: etree._Element, styles: Styles) -> str:
    return (text or "") if styles.keep_lines(around) else _inline(text)


def _break(element: etree._Element) -> str:
    if element.tag == "p" and _TIGHT.search(element.get("class") or ""):
        return _LINE
    if element.tag in _PARAGRAPHS:
        return _PARAGRAPH
    return _LINE if element.tag in _BLOCKS else ""


def _inline(text: str | None) -> str:
    return _CLOSED_UP.sub(" ", text.replace("\n", " ")) if text else ""


def _tidy(text: str) -> str:
    lines = (_SPACES.sub(" ", line).strip(" ") for line in text.split("\n"))
    return _GAPS.sub("\n\n", "\n".join(lines)).strip()
