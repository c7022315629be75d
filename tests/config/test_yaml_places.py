"""Files that are wrong are refused with line, column and what to write instead."""

import contextlib
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from townclerk.config.errors import Fault, FilesRefused
from townclerk.config.yaml import (
    MAX_BYTES,
    MAX_DEPTH,
    Items,
    Kind,
    Scalar,
    Table,
    _read_quickly,
    _read_thoroughly,
    load_yaml,
    node_of,
    parse_yaml,
    put,
)


def refused(content: str | bytes) -> Fault:
    """The first fault of *content*."""
    with pytest.raises(FilesRefused) as caught:
        parse_yaml(content.encode() if isinstance(content, str) else content, "a.yaml")
    return caught.value.faults[0]


def test_a_value_keeps_its_text_and_its_place() -> None:
    """A telephone number keeps its leading 0, and `no` is a word, as YAML 1.2 says."""
    tree = parse_yaml(b"phone: 0300\nnames:\n  - no\n  - 2026-12-29\n", "a.yaml")
    assert isinstance(tree, Table)
    phone, names = tree.entries

    assert isinstance(phone.node, Scalar)
    assert (phone.node.text, phone.node.kind) == ("0300", Kind.NUMBER)
    assert (phone.node.place.line, phone.node.place.column) == (1, 8)
    assert isinstance(names.node, Items)
    assert [(item.text, item.kind, item.place.line) for item in names.node.items if isinstance(item, Scalar)] == [
        ("no", Kind.TEXT, 3),
        ("2026-12-29", Kind.DATE, 4),
    ]


@pytest.mark.parametrize(
    ("content", "place", "message"),
    [
        ("a:\n  when: [x, y\n  then: {s: w}\n", (2, 9), 'the "[" that opens here is not closed'),
        ("a: [x, y\n", (1, 4), 'the "[" that opens here is not closed'),
        ("a: {s: w\nb: c\n", (1, 4), 'the "{" that opens here is not closed'),
        ("a: {s: w, t: [x, y}\n", (1, 14), 'the "[" that opens here is not closed'),
        ("a: [x, {list: y]\n", (1, 8), 'the "{" that opens here is not closed'),
        ("a: {s: w t: u}\n", (1, 11), 'a comma is missing before this, between "{" and "}"'),
        ("a: [x: y: z]\n", (1, 9), 'a comma is missing before this, between "[" and "]"'),
        ("when: [a, b]]\nthen: x\n", (1, 13), '"]" closes what nothing opened'),
    ],
)
def test_a_bracket_that_is_not_closed_is_told_where_it_opens(content: str, place: tuple[int, int], message: str) -> None:
    fault = refused(content)

    assert ((fault.line, fault.column), fault.message) == (place, message)
    assert fault.expected


def test_a_fault_is_printed_with_place_path_and_what_to_write() -> None:
    fault = Fault(
        "policy.yaml",
        14,
        9,
        "stages.stage1.respond.within",
        '"10 workin days" is not a length of time',
        "write 10 working days",
    )

    assert str(fault) == (
        'policy.yaml:14:9: stages.stage1.respond.within: "10 workin days" is not a length of time; write 10 working days'
    )
    assert str(Fault("staff.yaml", 0, 0, "", "is empty")) == "staff.yaml: is empty"


@pytest.mark.parametrize(
    ("content", "line", "column", "message"),
    [
        ("", 1, 1, "is empty"),
        ("# nothing\n\n", 1, 1, "is empty"),
        ("a: 1\n\tb: 2\n", 2, 1, "tab"),
        ("a: 1\nb: {c: \n", 3, 1, "is not YAML"),
        ('a: "open\n', 1, 4, "is never closed"),
        ("a: 1\nb: 2\na: 3\n", 3, 1, '"a" stands here twice, first in line 1'),
        ("a: &x 1\nb: *x\n", 1, 4, "what begins with & is an anchor"),
        ("a: 1\nb: *x\n", 2, 4, "what begins with * is an alias"),
        ("a: 1\nb:\t2\n", 2, 3, "tab"),
        ("a: [*]\nb: 2\n", 1, 5, "cannot begin with *"),
        ('a: "\\bbin"\nb: "\\sbin"\n', 2, 6, "a backslash means something else"),
        ("a: 1\nb:2\nc: 3\n", 2, 1, "this is no name and value"),
        ("a:\n  - 'one\n  - two\nb: 3\nc: 'd'\n", 2, 5, "closed in line 5 only"),
        ("a:\n  - 'There's one'\n", 2, 12, "ends before this"),
        ("a:\n  b: 1\n c: 2\n", 3, 2, "this begins in column 2"),
        ("a: !!python/object:os.system x\n", 1, 4, "is a tag"),
        ("a: 1\n---\nb: 2\n", 2, 1, "second document"),
        ("a: 1\n? [b, c]\n: 2\n", 2, 3, "a key must be a word"),
        ("a: 1\n~: 2\n", 2, 1, "a key must be a word"),
        (b"a: caf\xe9\n", 1, 7, "not UTF-8"),
        (b"a: 1\nb: \xff\n", 2, 4, "not UTF-8"),
        (b"a: 1\nb: \x00\n", 2, 4, "the character U+0000"),
        ("a:\n  b: 1\n\u00a0 c: 2\n  d: 3\n", 3, 1, "no ordinary space"),
        ("a: {b:\u00a0c}\n", 1, 7, "no ordinary space"),
        ('a: 1\nb: "\\bbins?\\b"\n', 2, 4, "a backslash means something else"),
        ("a: 1\nb: \u2018bins\u2019\n", 2, 4, "the quotation marks of a letter"),
        ("a: 1\nb: Dogs: mess\n", 2, 8, "a second colon in this line"),
        ("a:\n  -id: x\n  -b: y\n   c: z\n", 2, 3, "no space behind this -"),
        ("a:\n  \u2013 one\n  - two\n", 2, 3, "begins no entry of a list"),
        ("a: {b: 1},\nc: 2\n", 1, 10, "does not end in a comma"),
        ("a: [bin,, bins]\n", 1, 9, "two commas with nothing between them"),
        ("a: 1\nb: 'bins\nand more\n", 2, 4, "never closed"),
        ("a:\n  - Path #12 has dog mess\n", 2, 10, '"#12 has dog mess" is lost'),
        ("a: [bin #4, bins]\n", 1, 9, "is lost"),
        ("a: |\n  \u2022 one\nb: 1\nc: 2\nd: 3\ne: 4\nf: Dogs: mess\n", 7, 8, "a second colon in this line"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_at_its_place(content: str | bytes, line: int, column: int, message: str) -> None:
    fault = refused(content)

    assert message in fault.message
    assert (line, column) == (fault.line, fault.column)
    assert fault.file == "a.yaml"


def test_every_key_that_stands_twice_is_told_at_once() -> None:
    with pytest.raises(FilesRefused) as caught:
        parse_yaml(b"a: 1\na: 2\nb: {c: 1, c: 2}\n", "a.yaml")

    assert [fault.line for fault in caught.value.faults] == [2, 3]


def test_depth_is_bounded_on_both_sides() -> None:
    assert isinstance(parse_yaml(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, "a.yaml"), Items)
    assert "deep" in refused("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1)).message
    assert "deep" in refused("[" * 100_000).message


def test_a_small_file_cannot_unfold_into_a_large_one() -> None:
    """The well-known bomb of aliases is refused at its first anchor."""
    bomb = "a: &a [x, x]\n" + "".join(f"{c}: &{c} [*{p}, *{p}, *{p}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True))

    assert "is an anchor" in refused(bomb).message


def test_a_folded_text_is_one_line() -> None:
    tree = parse_yaml(b"a: >-\n  one\n  two\nb: |-\n  one\n  two\n", "a.yaml")
    assert isinstance(tree, Table)

    assert [entry.node.text for entry in tree.entries if isinstance(entry.node, Scalar)] == ["one two", "one\ntwo"]


def test_a_byte_order_mark_is_no_fault() -> None:
    assert isinstance(parse_yaml(b"\xef\xbb\xbfa: 1\n", "a.yaml"), Table)


def test_a_missing_file_and_a_folder_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(FilesRefused, match="no such file"):
        load_yaml(tmp_path / "none.yaml")
    with pytest.raises(FilesRefused, match="is a folder"):
        load_yaml(tmp_path)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")

    with pytest.raises(FilesRefused, match="is not a regular file"):
        load_yaml(tmp_path / "pipe.yaml")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a: 1\nb: x\x00y\n", "a.yaml:2:5: the character U+0000 cannot stand in a file; take it out"),
        (b"a: 1\nb: x\x07\n", "a.yaml:2:5: the character U+0007 cannot stand in a file; take it out"),
        (b"a: " + b"[" * 33, "a.yaml:1:35: is nested more than 32 deep; take it apart"),
    ],
)
def test_what_no_file_may_hold_is_told_with_its_place_and_what_to_do(content: bytes, said: str) -> None:
    with pytest.raises(FilesRefused) as refused:
        parse_yaml(content, "a.yaml")

    assert str(refused.value).startswith(said)


def test_a_fault_can_be_written_down_whatever_the_file_holds_and_has_an_end() -> None:
    fault = Fault("a\udc80.yaml", 1, 1, "a\x00", f'"{"(" * 5_000}\ud800" is no phrase', "write \x1b words")

    assert str(fault).encode()
    assert str(fault).isprintable()
    assert len(str(fault)) < 500
    assert '(\ufffd" is no phrase; write' in str(fault)


def test_a_file_may_have_a_megabyte_and_not_a_byte_more(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_bytes(b"a: 1 # " + b"x" * (MAX_BYTES - 7))
    assert isinstance(load_yaml(path), Table)

    path.write_bytes(b"a: 1 # " + b"x" * (MAX_BYTES - 6))
    with pytest.raises(FilesRefused, match="larger than 1 MB"):
        load_yaml(path)


SCRAPS = (
    *(
        "%YAML 1.1\n",
        "%TAG ! x\n",
        "---\n",
        "...\n",
        "a: ",
        "? ",
        ": ",
        "\n",
        "  ",
        "{",
        "}",
        "[",
        "]",
        ",",
        '"',
        "'",
        "!",
        "!<x>",
    ),
    *("!!int", "&a", "*a", "|", "|9\n", ">-\n", "#", "@", "\\x", "\t", "0o9", "2026-99-99", "<<: ", "~", "\u2028", "\x85"),
)


@given(st.binary(max_size=200) | st.lists(st.sampled_from(SCRAPS), max_size=12).map(lambda each: "".join(each).encode()))
def test_whatever_the_bytes_there_is_a_tree_or_a_fault(content: bytes) -> None:
    """No file can make the reader fail in another way."""
    with contextlib.suppress(FilesRefused):
        parse_yaml(content, "a.yaml")


def test_a_value_is_put_at_a_dotted_path_and_the_rest_stays() -> None:
    tree = parse_yaml(b"a: {b: 1, c: 2}\n", "a.yaml")
    changed = put(put(tree, "a.b", node_of(7, "settings")), "d.e", node_of("x", "settings"))
    assert isinstance(changed, Table)
    a, d = changed.entries
    assert isinstance(a.node, Table)
    assert isinstance(d.node, Table)

    assert [(entry.key, entry.node.place.file) for entry in a.node.entries] == [("b", "settings"), ("c", "a.yaml")]
    assert [entry.key for entry in d.node.entries] == ["e"]


# --- the quick reader and the thorough one -------------------------------------------------------------------------------

REPOSITORY = Path(__file__).parents[2]
FILES = tuple(sorted((*REPOSITORY.glob("rules/**/*.yaml"), *REPOSITORY.glob("tests/c*/**/*.yaml"))))
SIGNS = (
    *":-#,[]{}'\"|>&*!%@?\\ \n~=0é’\u00a0",
    "\n  ",
    "\n- ",
    ": ",
    " #",
    "\\n",
    "---\n",
    ">-\n",
    "|2\n",
    "\\/",
    "<<: ",
    "0o7",
    "[]",
    "{a: 1}",
)


NO_STORIES = tuple(path for path in FILES if path.parent.name != "scenarios")


@pytest.mark.parametrize("path", NO_STORIES, ids=[str(path.relative_to(REPOSITORY)) for path in NO_STORIES])
def test_a_file_that_ships_has_the_same_tree_whichever_reader_reads_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert _read_quickly(text, "a.yaml") in (None, _read_thoroughly(text, "a.yaml"))


def test_what_ships_is_read_quickly() -> None:
    slowly = [path for path in FILES if _read_quickly(path.read_text(encoding="utf-8"), "a.yaml") is None]
    assert len(slowly) < len(FILES) / 20


@settings(max_examples=300)
@given(st.data())
def test_the_quick_reader_leaves_what_it_is_not_sure_of_to_the_thorough_one(data: st.DataObject) -> None:
    """A few lines of some file, with a slip or three: either both read the same in it, or the quick one reads nothing."""
    lines = data.draw(st.sampled_from(FILES)).read_text(encoding="utf-8").splitlines()
    first = data.draw(st.integers(0, len(lines) - 1))
    text = "list:\n" + "\n".join(lines[first : first + data.draw(st.integers(1, 12))])
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(6, len(text)))
        text = text[:at] + data.draw(st.sampled_from(SIGNS)) + text[at + data.draw(st.integers(0, 2)) :]
    quick = _read_quickly(text, "a.yaml")
    if quick is not None:
        assert quick == _read_thoroughly(text, "a.yaml")


def test_a_value_that_is_missing_is_missed_behind_its_key() -> None:
    tree = parse_yaml(b"first:\n\n# more\nlast: 1\n", "a.yaml")
    assert isinstance(tree, Table)
    assert (tree.entries[0].node.place.line, tree.entries[0].node.place.column) == (1, 6)
    assert tree == _read_thoroughly("first:\n\n# more\nlast: 1\n", "a.yaml")
