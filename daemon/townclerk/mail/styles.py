"""What the styles of a page do to its words: whether a reader sees them, in what colour, on how many lines.

Not a browser: where a style can hide words and it cannot be told whether it does, it counts as hiding them. All of it takes
time that grows with the length of the page and no faster.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice

from lxml import etree

Style = dict[str, str]
"""Properties and their values, lower case, in the order in which they stand."""

_RULES = 3_000  # of a page, that are looked at
_RULES_OF_ONE = 60  # of one element
_LONGEST = 20_000  # characters of the styles of one element

_BRACES = re.compile(r"([{}])")
_ESCAPED = re.compile(r"\\([0-9a-f]{1,6})\s?", re.IGNORECASE)
_NAMED = re.compile(r"([.#]?)((?:[\w-]|[^\x00-\x7f])+)")
_COMPOUND = re.compile(r"[\s>+~]+")
_STATES = re.compile(r":(?:hover|focus|active|visited|link|before|after|:[\w-]+|first-l\w+)")
_OF_OTHER_PLACES = ("prefers-color-scheme", "print", "@keyframes", "@supports")

# -- lengths -----------------------------------------------------------------------------------------------------------

_LENGTH = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+))([a-z%]*)$")
# In pixels, where the text has its usual size.
_UNITS = {
    "": 1, "px": 1, "pt": 4 / 3, "pc": 16, "in": 96, "cm": 37.8, "mm": 3.78, "q": 0.945,
    "em": 16, "rem": 16, "ex": 8, "ch": 8, "%": 0.16, "vw": 10, "vh": 8, "vmin": 8, "vmax": 10,
}  # fmt: skip
_SMALLEST = 2.7  # pixels: letters of 2pt, and all that are smaller, nobody reads
_FLAT = 5  # pixels: in less than this no line of words can be seen, where what is beyond it is cut off
_FAR = 100  # pixels to the left or above, that put words out of sight; Word indents its lists by some 48
_VERY_FAR = 500  # pixels to the right or below

_ELSEWHERE = ("left", "top", "right", "bottom", "inset", "text-indent", "margin", "margin-left", "margin-top", "margin-right")
_CHANGED = ("transform", "-webkit-transform", "-ms-transform", "scale", "translate", "rotate", "zoom", "clip", "clip-path",
            "-webkit-clip-path", "mask", "mask-image", "-webkit-mask", "-webkit-mask-image", "offset-path")  # fmt: skip
_UNCHANGED = frozenset(["none", "auto", "normal", "initial", "inherit", "unset", "revert", "1", "100%", "0", "0deg"])


def _pixels(value: str) -> float | None:
    """A length; None for a word, and for what only a browser can work out."""
    found = _LENGTH.match(value)
    if found is None or found[2] not in _UNITS:
        return None
    return float(found[1]) * _UNITS[found[2]]


def _is_worked_out(value: str) -> bool:
    return "(" in value


def _is_less(value: str, least: float) -> bool:
    length = _pixels(value)
    return _is_worked_out(value) if length is None else length < least


# -- what is hidden ----------------------------------------------------------------------------------------------------


def is_gone(style: Style) -> bool:
    """True where nothing of the element is shown, in any program."""
    return style.get("display", "") == "none"


def _hides(style: Style) -> bool:
    """True where a reader does not see the words, whatever their colour, or where that cannot be told."""
    return bool(style) and (
        is_gone(style)
        or style.get("visibility") in {"hidden", "collapse"}
        or style.get("content-visibility") == "hidden"
        or style.get("mso-hide") == "all"
        or _is_faint(style)
        or _is_tiny(style)
        or _is_cut_off(style)
        or _is_elsewhere(style)
        or any(style.get(name, "none") not in _UNCHANGED for name in _CHANGED)
        or style.get("zoom") == "0"
        or style.get("scale") == "0"
    )


def _is_faint(style: Style) -> bool:
    opacity = style.get("opacity", "1")
    share = _LENGTH.match(opacity)
    if "opacity" in style.get("filter", ""):
        return True
    if share is None:
        return _is_worked_out(opacity)
    return float(share[1]) / (100 if share[2] else 1) < 0.3


def _is_tiny(style: Style) -> bool:
    size = style.get("font-size", "")
    if _is_less(size, _SMALLEST) or _is_tiny_font(style.get("font", "")):
        return True
    line = style.get("line-height", "")
    if line.isdecimal() or re.fullmatch(r"\d*\.\d+", line):
        return float(line) < 0.3
    return _is_less(line, _SMALLEST) or _is_less(style.get("letter-spacing", ""), -3)


def _is_tiny_font(font: str) -> bool:
    """The size in "bold 0/0 a": the first part that is a length, or what only a browser can work out."""
    for part in font.split():
        size, _, line = part.partition("/")
        if _is_worked_out(size):
            return True
        if (length := _pixels(size)) is not None and not (size.isdecimal() and int(size) >= 100):  # 100 to 900 is a weight
            return length < _SMALLEST or (bool(line) and (_pixels(line) or 0) <= 0.2)
    return False


def _is_cut_off(style: Style) -> bool:
    if "max-height" in style and _is_less(style["max-height"], 0.1):
        return True
    kept_in = " ".join(style.get(name, "") for name in ("overflow", "overflow-x", "overflow-y", "contain"))
    if not any(word in kept_in for word in ("hidden", "clip", "scroll", "auto", "paint")):
        return False
    sizes = [style.get(name, "") for name in ("height", "max-height", "width", "max-width")]
    return any(_is_less(size, 0.5 if size.endswith("%") else _FLAT) for size in sizes)


def _is_elsewhere(style: Style) -> bool:
    for name in _ELSEWHERE:
        for part in style.get(name, "").split():
            length = _pixels(part)
            if length is None:
                if _is_worked_out(part) and name != "margin":
                    return True
            elif length <= -_FAR or length >= _VERY_FAR:
                return True
            elif name in {"left", "top", "right", "bottom", "inset"} and part.endswith("%") and abs(length) >= 16:
                return True  # as far as all of what it stands in
    depth = style.get("z-index", "")
    return depth.startswith("-") and style.get("position") not in {None, "static"}


# -- colours -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Colour:
    """Red, green and blue, and how far it covers what is behind it: each from 0 to 1."""

    red: float
    green: float
    blue: float
    cover: float = 1.0

    def on(self, ground: "Colour") -> "Colour":
        pairs = ((self.red, ground.red), (self.green, ground.green), (self.blue, ground.blue))
        return Colour(*(over * self.cover + under * (1 - self.cover) for over, under in pairs))

    @property
    def light(self) -> float:
        """As WCAG measures it."""
        parts = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (self.red, self.green, self.blue)
        )
        return sum(part * weight for part, weight in zip(parts, (0.2126, 0.7152, 0.0722), strict=True))


_BLACK, _WHITE = Colour(0, 0, 0), Colour(1, 1, 1)
_CLEAR = Colour(0, 0, 0, 0)
_LEAST_CONTRAST = 1.25  # 1 is none at all; the palest grey that people write in has 1.6
_NAMES = {
    "white": "#fff", "window": "#fff", "canvas": "#fff", "buttonface": "#f0f0f0", "snow": "#fffafa", "ivory": "#fffff0",
    "floralwhite": "#fffaf0", "ghostwhite": "#f8f8ff", "whitesmoke": "#f5f5f5", "mintcream": "#f5fffa", "azure": "#f0ffff",
    "aliceblue": "#f0f8ff", "seashell": "#fff5ee", "honeydew": "#f0fff0", "oldlace": "#fdf5e6", "lavenderblush": "#fff0f5",
    "cornsilk": "#fff8dc", "lightyellow": "#ffffe0", "lightcyan": "#e0ffff", "linen": "#faf0e6", "lavender": "#e6e6fa",
    "beige": "#f5f5dc", "lightgoldenrodyellow": "#fafad2", "lemonchiffon": "#fffacd", "papayawhip": "#ffefd5",
    "antiquewhite": "#faebd7", "blanchedalmond": "#ffebcd", "mistyrose": "#ffe4e1", "gainsboro": "#dcdcdc", "yellow": "#ff0",
    "black": "#000",
    "windowtext": "#000", "canvastext": "#000", "auto": "#000", "red": "#f00", "blue": "#00f", "navy": "#000080",
    "gray": "#808080", "grey": "#808080", "silver": "#c0c0c0", "lightgray": "#d3d3d3", "lightgrey": "#d3d3d3",
    "green": "#008000", "lime": "#0f0", "aqua": "#0ff", "cyan": "#0ff", "magenta": "#f0f", "fuchsia": "#f0f",
    "orange": "#ffa500",
}  # fmt: skip
_TAKEN_OVER = frozenset(["", "inherit", "currentcolor", "initial", "unset", "revert", "none"])
_HEX = re.compile(r"#?([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$")
_FUNCTION = re.compile(r"(rgb|hsl)a?\(([^()]*)\)$")
_GROUND_PARTS = re.compile(r"[\w-]+\([^()]*(?:\([^()]*\)[^()]*)*\)|[^\s,]+")


def _colour(value: str) -> Colour | None:
    """The colour of that name or number; None where only a browser knows, or where it is none."""
    value = _NAMES.get(value, value).strip()
    if value == "transparent":
        return _CLEAR
    if found := _HEX.match(value):
        digits = found[1] if len(found[1]) > 4 else "".join(digit * 2 for digit in found[1])
        return Colour(*(int(digits[at : at + 2], 16) / 255 for at in range(0, len(digits), 2)))
    function = _FUNCTION.match(value)
    parts = [part for part in re.split(r"[\s,/]+", function[2].strip()) if part] if function else []
    if function is None or len(parts) not in {3, 4}:
        return None
    numbers = [_LENGTH.match(part) for part in parts]
    if any(number is None or number[2] not in {"", "%", "deg"} for number in numbers):
        return None
    values = [float(number[1]) / (100 if number[2] == "%" else 1) for number in numbers if number]
    cover = min(values[3], 1.0) if len(values) == 4 else 1.0
    if function[1] == "hsl":
        saturation, light = (part if part <= 1 else part / 100 for part in values[1:3])
        return _of_hue(values[0], saturation, light, cover)
    red, green, blue = (
        min(part / (1 if text.endswith("%") else 255), 1.0) for part, text in zip(values[:3], parts[:3], strict=True)
    )
    return Colour(red, green, blue, cover)


def _of_hue(hue: float, saturation: float, light: float, cover: float) -> Colour:
    reach = saturation * min(light, 1 - light)

    def part(offset: int) -> float:
        at = (offset + hue / 30) % 12
        return light - reach * max(-1.0, min(at - 3, 9 - at, 1.0))

    return Colour(part(0), part(8), part(4), cover)


def _ground(style: Style) -> Colour | str | None:
    """The colour behind the words; the text of it where it cannot be told; None where none is given."""
    given = style.get("background-color", style.get("background", ""))
    picture = next((style[name] for name in ("background", "background-image") if "(" in style.get(name, "")), "")
    found = next((colour for part in _GROUND_PARTS.findall(given) if (colour := _colour(part)) is not None), None)
    if found is not None:
        return None if found.cover == 0 else found
    return picture or (None if given in _TAKEN_OVER or not re.search(r"[a-z(]", given) else given)


@lru_cache(maxsize=1_000)
def _cannot_be_told_apart(words: Colour | str, ground: Colour | str) -> bool:
    if isinstance(words, str):  # only a browser knows it, or its name is not one of those that are known here
        return _is_worked_out(words) or words == ground
    if isinstance(ground, str):
        return words.cover < 0.3 or words.light > 0.6
    under = ground.on(_WHITE)
    one, other = words.on(under).light, under.light
    return (max(one, other) + 0.05) / (min(one, other) + 0.05) < _LEAST_CONTRAST


# -- the page ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Shown:
    """One element: its styles, those that are one, and what it takes over from what it stands in."""

    styles: tuple[Style, ...]
    together: Style
    words: Colour | str
    ground: Colour | str
    keeps_lines: bool


_PAGE = _Shown((), {}, _BLACK, _WHITE, keeps_lines=False)


@dataclass(frozen=True, slots=True)
class Styles:
    """The styles of one page."""

    rules: Mapping[str, list[Style]]  # by the ".class", "#id" or tag that they are for
    known: dict[etree._Element, _Shown] = field(default_factory=dict)

    @classmethod
    def of(cls, tree: etree._Element) -> "Styles":
        rules: dict[str, list[Style]] = {}
        sheets = "\n".join("".join(sheet.itertext()) for sheet in tree.iter("style"))
        for selectors, body in islice(_rules_in(_without_remarks(sheets)), _RULES):
            style = read_style(body)
            for name in _subjects(selectors) if style else ():
                rules.setdefault(name, []).append(style)
        return cls(rules)

    def hide(self, element: etree._Element) -> bool:
        """True where a reader sees nothing of what is in *element*, or where that cannot be told."""
        shown = self._shown(element)
        return any(_hides(style) for style in (*shown.styles, shown.together))

    def blend(self, element: etree._Element) -> bool:
        """True where words right in *element* have the colour of what is behind them. Those in an element inside it may have
        another."""
        shown = self._shown(element)
        return _cannot_be_told_apart(shown.words, shown.ground)

    def strike(self, element: etree._Element) -> bool:
        """True where the words in *element* are struck out."""
        styles = self._shown(element).styles
        lines = (style.get(name, "") for style in styles for name in ("text-decoration", "text-decoration-line"))
        return element.tag in {"s", "strike", "del"} or any("line-through" in line for line in lines)

    def keep_lines(self, element: etree._Element) -> bool:
        """True where the lines of the source in *element* are the lines that a reader sees."""
        return self._shown(element).keeps_lines

    def _shown(self, element: etree._Element) -> _Shown:
        unknown: list[etree._Element] = []
        around: etree._Element | None = element
        while around is not None and around not in self.known:
            unknown.append(around)
            around = around.getparent()
        shown = _PAGE if around is None else self.known[around]
        for inner in reversed(unknown):
            shown = self.known[inner] = _inside(shown, inner, tuple(self._styles(inner)))
        return shown

    def _styles(self, element: etree._Element) -> Iterator[Style]:
        if self.rules:
            classes = [f".{name}" for name in (element.get("class") or "").lower().split()[:20]]
            named = ["*", str(element.tag).lower(), *classes, f"#{element.get('id', '').lower()}"]
            yield from [style for name in named for style in self.rules.get(name, ())][-_RULES_OF_ONE:]
        attributes = {
            "color": element.get("color") or (element.get("text") if element.tag == "body" else None),
            "background": element.get("bgcolor"),
        }
        if old := {name: value.strip().lower() for name, value in attributes.items() if value}:
            yield old
        if own := read_style(element.get("style") or ""):
            yield own


def _inside(around: _Shown, element: etree._Element, styles: tuple[Style, ...]) -> _Shown:
    if not styles:
        return (
            around
            if not around.styles and element.tag != "pre"
            else replace(around, styles=(), together={}, keeps_lines=around.keeps_lines or element.tag == "pre")
        )
    together: Style = {}
    for style in styles:
        together |= style
    words = together.get("-webkit-text-fill-color", together.get("color", ""))
    space = together.get("white-space", "pre" if element.tag == "pre" else "").split()
    return _Shown(
        styles,
        together,
        around.words if words in _TAKEN_OVER else _colour(words) or words,
        _ground(together) or around.ground,
        keeps_lines=space[0] in {"pre", "pre-wrap", "pre-line", "break-spaces"} if space else around.keeps_lines,
    )


def read_style(source: str) -> Style:
    """The declarations of a style attribute, or of one rule. To be read only: it may be handed out again."""
    return _read_style(source[:_LONGEST]) if source else {}


@lru_cache(maxsize=500)  # each is asked for several times in a row, and a page says the same thing in many places
def _read_style(source: str) -> Style:
    found: Style = {}
    plain = _ESCAPED.sub(_unescaped, _without_remarks(source)).replace("\\", "")
    for declaration in plain.lower().split(";"):
        name, _, value = declaration.partition(":")
        if name.strip() and value.strip():
            found[name.strip()] = " ".join(value.replace("!important", " ").split())
    return found


def _unescaped(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return chr(code) if 0 < code < 0x110000 else ""


def _without_remarks(source: str) -> str:
    first, *rest = source.replace("<!--", " ").replace("-->", " ").split("/*")
    return first + " ".join(piece.partition("*/")[2] for piece in rest)


def _rules_in(sheets: str) -> Iterator[tuple[str, str]]:
    """The rules, each with what it is for: also those that hold for some screens only."""
    around: list[str] = []
    said = ""
    for piece in _BRACES.split(sheets):
        if piece == "{":
            around.append(said)
            said = ""
        elif piece == "}":
            selectors = around.pop().lower().lstrip() if around else "@"
            if not selectors.startswith("@") and not any(place in outer for outer in around for place in _OF_OTHER_PLACES):
                yield selectors, said
            said = ""
        else:
            said = piece


def _subjects(selectors: str) -> Iterator[str]:
    """What the rule is for: of each selector the last part, by one of its names."""
    for selector in selectors.rpartition(";")[2].split(","):
        last = _COMPOUND.split(selector.strip())[-1]
        if not last or _STATES.search(last) or last.startswith("@"):
            continue
        names = _NAMED.findall(last.partition("[")[0].partition(":")[0])
        special = [kind + name for kind, name in names if kind]
        if special:
            yield special[-1]
        else:
            yield names[0][1].lower() if names else "*"
