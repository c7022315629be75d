"""What somebody probably did whose file is no YAML: where, and what to write instead. The reader's own words name what it
expected next, which is mostly somewhere else, and in the language of readers."""

import re
from collections.abc import Iterator, Sequence

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, StreamMark
from ruamel.yaml.tokens import ScalarToken

from townclerk.config.errors import Fault

ODD_SPACES = "\u00a0\u2000-\u200b\u202f\u205f\u3000\ufeff"  # as word processors and web pages have them
_ODD_SPACE = re.compile(rf"^[ ]*[{ODD_SPACES}]|[:,{{\[-][ ]*[{ODD_SPACES}]")
NO_HYPHEN = re.compile(r"\s*(?P<sign>[\u2010-\u2015\u2212•])\s+\S")
_HYPHEN_ALONE = re.compile(r"\s*(?P<sign>-)[A-Za-z_]+:\s")
LOST = re.compile(r"[ \t]+(#\d[^\n]*)")  # no comment was meant: Path #12
PERHAPS_LOST = re.compile(r"[ \t]+(#[^\s#!][^\n]*)")
NEAR = 4  # lines above an error in which its cause is looked for: further up the same sign may stand in somebody's words


def lost_in_comment(lost: str) -> tuple[str, str]:
    """What it is that *lost* stands behind a blank, and what to write."""
    said = lost.strip()
    message = f'"{said}" is lost: a # behind a blank begins a comment'
    return message, f'write the whole value in quotation marks, or "# {said[1:]}"'


def syntax_fault(error: MarkedYAMLError, text: str, file: str) -> Fault:
    """*error* in the words of whoever wrote *text*."""
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    lines = text.splitlines()
    if mark and line <= len(lines) and "\t" in lines[line - 1]:
        tab = lines[line - 1].index("\t")
        expected = "indent with spaces" if not lines[line - 1][:tab].strip() else "write a space"
        return Fault(file, line, tab + 1, "", "there is a tab here", expected)
    if (pasted := next(_pasted(lines, max(0, line - NEAR), line), None)) is not None:
        row, begins, message, expected = pasted
        return Fault(file, row, begins, "", message, expected)
    if (opened := _left_open(lines)) is not None:
        return Fault(
            file, *opened, "", "the quotation mark that opens here is not closed in its line", "write the other one, too"
        )
    if (slip := _slip(error, text, line) or _bracket(error, text)) is not None:
        place, message, expected = slip
        return Fault(file, place.line + 1, place.column + 1, "", message, expected)
    problem = " ".join(str(error.problem or error.context or "cannot be read").split())
    expected = "look for a missing quotation mark, colon or space here or above"
    return Fault(file, line, column, "", f"is not YAML: {problem}", expected)


def _pasted(lines: Sequence[str], first: int, end: int) -> Iterator[tuple[int, int, str, str]]:
    """Line, column, what it is and what to write, of signs that only look like those of a file, in *lines* from *first* on."""
    for number, line in enumerate(lines[first:end], first + 1):
        if match := _ODD_SPACE.search(line):
            yield number, match.end(), "this is no ordinary space, though it looks like one", "write a space"
        elif match := NO_HYPHEN.match(line):
            yield number, match.start("sign") + 1, f'"{match["sign"]}" begins no entry of a list', "write - and a space"
        elif match := _HYPHEN_ALONE.match(line):
            yield number, match.start("sign") + 1, "there is no space behind this -", "write - and a space"


_PLAIN = (  # what the reader says, what it is, and what to write
    (
        "unknown escape character",
        "a backslash means something else in double quotation marks",
        "write a pattern in 'single' quotation marks",
    ),
    (
        "mapping values are not allowed",
        "there is a second colon in this line",
        'write a text that has a colon in quotation marks: "Dogs: a list"',
    ),
    ("expected the node content, but found ','", "there are two commas with nothing between them", "take one of them out"),
    ("expected <block end>, but found ','", "a line does not end in a comma", "take it out"),
)


def _slip(error: MarkedYAMLError, text: str, line: int) -> tuple[StreamMark, str, str] | None:
    """What somebody probably did who met with *error* in *line*: where, what it is, and what to write. None: we cannot tell."""
    problem, begun, mark = str(error.problem or ""), error.context_mark, error.problem_mark
    if mark is None:
        return None
    if (plain := next(((message, what) for said, message, what in _PLAIN if said in problem), None)) is not None:
        return mark, *plain
    if "unexpected end of stream" in problem and "quoted scalar" in str(error.context) and begun is not None:
        return begun, "the quotation mark that opens here is never closed", "write the other one where the text ends"
    if "alphabetic or numeric character" in problem:
        return (
            begun or mark,
            "a value cannot begin with * or &",
            "write it in quotation marks; a * stands at the end of a word: bin*",
        )
    if "could not find expected ':'" in problem and begun is not None:
        return begun, "is not YAML: this is no name and value", "write name: value, with a space after the colon"
    if (quoted := _quoted_before(text, line)) is not None:
        start, end = quoted
        if end.line > start.line:
            message = f"the quotation mark that opens here is closed in line {end.line + 1} only"
            return start, message, "write the other one where the text ends"
        if end.line + 1 == line and mark.column >= end.column and text[end.index : end.index + 1].isalnum():
            return end, "the text in quotation marks ends before this", 'write a text that has an apostrophe in "double" ones'
    if "<block end>" in problem and "start>" in problem:
        message = f"this begins in column {mark.column + 1}, and nothing above that it could go with"
        return mark, message, "begin it in the same column as the lines that it goes with"
    return None


def _bracket(error: MarkedYAMLError, text: str) -> tuple[StreamMark, str, str] | None:
    """As `_slip`, of a bracket that is not closed, or closes nothing, and of a comma that is missing between two."""
    problem, begun, mark = str(error.problem or ""), error.context_mark, error.problem_mark
    found = problem.rpartition("but ")[2].rpartition(" ")[2].strip("'")
    if mark is None or begun is None:
        return None
    if "<block end>" in problem and found in {"]", "}"}:
        return mark, f'"{found}" closes what nothing opened', "take it out, or write the other bracket before it"
    if str(error.context) not in {"while parsing a flow sequence", "while parsing a flow mapping"}:
        return None
    opens, closes = ("[", "]") if "or ']'" in problem else ("{", "}")
    if (lost := LOST.search(text.splitlines()[begun.line], begun.column)) is not None:
        column = lost.start(1) - begun.column
        return StreamMark(begun.name, begun.index + column, begun.line, lost.start(1)), *lost_in_comment(lost[1])
    if mark.line > begun.line or found in {"]", "}"}:
        return begun, f'the "{opens}" that opens here is not closed', f'write "{closes}" where it ends'
    expected = 'write it; a text that holds a colon or a comma stands in "quotation marks"'
    return mark, f'a comma is missing before this, between "{opens}" and "{closes}"', expected


def _quoted_before(text: str, line: int) -> tuple[StreamMark, StreamMark] | None:
    """Where the last text in quotation marks begins and ends that ends in *line* or above it."""
    found = None
    try:
        for token in YAML(typ="safe", pure=True).scan(text):
            if token.start_mark.line >= line:
                break
            if isinstance(token, ScalarToken) and token.style in ("'", '"'):
                found = (token.start_mark, token.end_mark)
    except MarkedYAMLError:
        pass
    return found


_OPENS = re.compile(r"""\s*(?:- +)*(?:[\w.-]+: +)?(?P<value>"(?:[^"\\]|\\.)*|'(?:[^']|'')*)$""")
_NEXT_KEY = re.compile(r"""\s*(?:- +)*[\w.-]+:(?: |$)""")


def _left_open(lines: Sequence[str]) -> tuple[int, int] | None:
    """Line and column of the first quotation mark that is not closed before the next line names something else."""
    for number, line in enumerate(lines, 1):
        match = _OPENS.match(line)
        following = next((each for each in lines[number:] if each.strip()), "")
        if match is not None and _NEXT_KEY.match(following):
            return number, match.start("value") + 1
    return None
