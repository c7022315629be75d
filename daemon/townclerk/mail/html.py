"""The words of an HTML mail, and which of them the sender wrote this time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

HTML_LIMIT = 4_000_000  # characters; what lies beyond is not looked at

# fmt: off
_BLOCKS = frozenset(
    ["address", "article", "aside", "blockquote", "body", "center", "dd", "div", "dl", "dt", "fieldset", "footer",
     "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "nav", "ol", "p", "pre",
     "section", "table", "tbody", "tfoot", "thead", "tr", "ul"]
)
# fmt: on
_PARAGRAPHS = frozenset(["blockquote", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "table", "ul"])
_SILENT = frozenset(["head", "script", "style", "title", "template", "noscript", "object", "svg"])
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_OUTLOOK_LINE = re.compile(r"border-top\s*:\s*solid\s+#(?:E1E1E1|B5C4DF)", re.IGNORECASE)
# Here, and to the end of the mail, stands what was quoted.
_QUOTE_STARTS = frozenset(["divrplyfwdmsg", "appendonsend", "mail-editor-reference-message-container", "olk_src_body_section"])
# Only what is inside was quoted: people write between and below these.
_QUOTES = frozenset(["gmail_attr", "moz-cite-prefix", "yahoo_quoted", "protonmail_quote"])
_CRUDE_TAG = re.compile(r"<(?:style|script)\b[^<]*|<[^<>]{0,2000}>", re.IGNORECASE)
# A block begins or ends: the words before and after stand on different lines; or in different paragraphs. One character
# each, that no cleaned text holds, so that breaks which meet can be made one.
_LINE, _PARAGRAPH = "\x01", "\x02"
_BREAKS = re.compile(r" ?[\n\x01\x02](?: ?[\n\x01\x02])* ?")
_SPACES = re.compile(r"[^\S\n]+")
_GAPS = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class HtmlText:
    """`whole` is all that a reader sees; `own` is without what the mail program marked as quoted."""

    whole: str
    own: str


def read_html(source: str) -> HtmlText:
    """The text of an HTML mail. Markup that cannot be read as a tree has its tags taken out, and then both are the same."""
    tree, complete = _tree(source[:HTML_LIMIT])
    if tree is None or not complete:
        crude = _tidy(_CRUDE_TAG.sub(" ", source[:HTML_LIMIT]))
        return HtmlText(crude, crude)
    whole = _text(tree)
    return HtmlText(whole, _text(tree) if _prune(tree) else whole)


def _tree(source: str) -> tuple[etree._Element | None, bool]:
    parser = etree.HTMLParser(
        encoding="utf-8", recover=True, remove_comments=True, remove_pis=True, no_network=True, huge_tree=True
    )
    try:
        tree = etree.fromstring(source.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return None, False
    # A fatal error is the parser's limit of depth or size: it stopped, and the rest of the mail would be missing.
    return tree, not len(parser.error_log.filter_from_fatals())


def _prune(tree: etree._Element) -> bool:
    """Take out what was quoted. True where anything was."""
    found = False
    for element in list(tree.iter()):
        if _starts_quote(element):
            _drop_from(element)
            return True
        if _is_quote(element):
            found = True
            _drop(element)
    return found


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


def _drop(element: etree._Element) -> None:
    """Empty *element*, and leave what follows it."""
    element.clear(keep_tail=True)


def _drop_from(element: etree._Element) -> None:
    """Take *element* out, and all that follows it to the end of the document."""
    current = element
    while (parent := current.getparent()) is not None:
        while (following := current.getnext()) is not None:
            parent.remove(following)
        current.tail = None
        current = parent
    if (parent := element.getparent()) is not None:
        parent.remove(element)


def _text(tree: etree._Element) -> str:
    return _tidy(_BREAKS.sub(_met, _SPACES.sub(" ", "".join(_pieces(tree)))))


def _met(breaks: re.Match[str]) -> str:
    """The breaks that meet at one place, as a browser would show them."""
    run = breaks[0].replace(" ", "")
    if _PARAGRAPH in run:
        return "\n\n"
    # A <br> that ends a line of words is that line's end, whatever block ends with it; any other is an empty line.
    return "\n" * (1 + run.count("\n") - run.startswith("\n"))


def _pieces(tree: etree._Element) -> Iterator[str]:
    silent: etree._Element | None = None
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        if event == "start" and silent is None:
            if _is_silent(element):
                silent = element
            else:
                yield from _opening(element)
        elif event == "end":
            if silent is None:
                yield _break(element)
            elif element is silent:
                silent = None
            if silent is None and element is not tree:
                yield _inline(element.tail)


def _is_silent(element: etree._Element) -> bool:
    return element.tag in _SILENT or bool(_HIDDEN.search(element.get("style") or ""))


def _opening(element: etree._Element) -> Iterator[str]:
    yield "\n" if element.tag == "br" else _break(element)
    if element.tag == "li":
        yield "- "
    if element.tag in {"td", "th"}:
        yield " "
    if element.tag == "img":
        yield f" {_inline(element.get('alt'))} "
    yield (element.text or "") if element.tag == "pre" else _inline(element.text)


def _break(element: etree._Element) -> str:
    if element.tag in _PARAGRAPHS:
        return _PARAGRAPH
    return _LINE if element.tag in _BLOCKS else ""


def _inline(text: str | None) -> str:
    return _SPACES.sub(" ", (text or "").replace("\n", " "))


def _tidy(text: str) -> str:
    lines = (_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return _GAPS.sub("\n\n", "\n".join(lines)).strip()
