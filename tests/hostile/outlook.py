"""Mails as Outlook saves them (.msg), made by code: a compound file (MS-CFB) of properties (MS-OXMSG)."""

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

Tree = dict[str, "bytes | Tree"]

SECTOR, MINI, CUTOFF = 512, 64, 4096
FREE, END, FAT, DIFAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFC
CODE_PAGE, CODE_PAGE_OF_PAGE, SENT = 0x3FFD0003, 0x3FDE0003, 0x00390040
CLASS, SUBJECT, HEADERS, TEXT, PAGE = 0x001A, 0x0037, 0x007D, 0x1000, 0x1013
NAME, SMTP, ADDRESS = 0x0C1A, 0x5D01, 0x0C1F
THE_EIGHTH = datetime(2027, 1, 8, 9, 14, tzinfo=UTC)


@dataclass
class Said:
    """What stands in a .msg."""

    texts: dict[int, str] = field(default_factory=dict)
    kind: str = "IPM.Note"
    code_page: int = 0  # in which texts stand; 0: Unicode
    page: bytes = b""
    page_in: int = 65001
    sent: datetime | None = THE_EIGHTH
    files: tuple[tuple[str, bytes], ...] = ()
    inside: tuple["Said", ...] = ()
    file_type: str = "application/octet-stream"


def from_asha(**other: object) -> Said:
    texts = {NAME: "Asha Patel", SMTP: "asha.patel@example.org", SUBJECT: "Bins", TEXT: "Nobody has come for three weeks."}
    return Said(texts, **other)  # type: ignore[arg-type]  # each is a field


def msg(said: Said) -> bytes:
    return compound(tree(said))


def tree(said: Said, above: int = 32) -> Tree:
    numbers = [(CODE_PAGE, said.code_page), (CODE_PAGE_OF_PAGE, said.page_in)]
    if said.sent is not None:
        since = said.sent - datetime(1601, 1, 1, tzinfo=UTC)
        numbers.append((SENT, int(since.total_seconds()) * 10_000_000))
    page = [(PAGE << 16 | 0x0102, said.page)] if said.page else []
    texts = [_text(identity, text, said.code_page) for identity, text in {CLASS: said.kind, **said.texts}.items()]
    made = _properties(above, numbers, [*texts, *page])
    for number, (name, content) in enumerate(said.files):
        named = [_text(0x3707, name, said.code_page), _text(0x370E, said.file_type, said.code_page)]
        made[f"__attach_version1.0_#{number:08X}"] = _properties(8, [], [*named, (0x37010102, content)])
    for number, inner in enumerate(said.inside, start=len(said.files)):
        named = [_text(0x3001, inner.texts.get(SUBJECT, ""), said.code_page)]
        made[f"__attach_version1.0_#{number:08X}"] = {
            **_properties(8, [], named), "__substg1.0_3701000D": tree(inner, above=24)
        }  # fmt: skip
    return made


def _properties(above: int, numbers: list[tuple[int, int]], others: list[tuple[int, bytes]]) -> Tree:
    """The stream of all properties, and one for each that is too long for it."""
    told = [*((tag, value) for tag, value in numbers if value), *((tag, len(content)) for tag, content in others)]
    listed = b"".join(struct.pack("<IIQ", tag, 6, value) for tag, value in told)
    return {"__properties_version1.0": b"\0" * above + listed, **{f"__substg1.0_{tag:08X}": content for tag, content in others}}


def _text(identity: int, text: str, code_page: int) -> tuple[int, bytes]:
    if code_page:
        return identity << 16 | 0x001E, text.encode(f"cp{code_page}")
    return identity << 16 | 0x001F, text.encode("utf-16-le")


# -- the compound file


@dataclass
class _Entry:
    name: str
    kind: int
    right: int = FREE
    child: int = FREE
    first: int = 0
    size: int = 0


def compound(root: Tree, sector: int = SECTOR) -> bytes:
    """A compound file of these streams and folders, in sectors of 512 or 4096 bytes."""
    entries = [_Entry("Root Entry", 5)]
    streams: list[tuple[_Entry, bytes]] = []
    _enter(root, entries[0], entries, streams)
    fat: list[int] = []
    written = bytearray()

    def put(content: bytes) -> int:
        """Its first sector."""
        count = -(-len(content) // sector)
        first = len(fat)
        fat.extend([*range(first + 1, first + count), END] if count else [])
        written.extend(content.ljust(count * sector, b"\0"))
        return first if count else END

    mini, mini_fat = bytearray(), list[int]()
    for entry, content in streams:
        if len(content) >= CUTOFF:
            entry.first = put(content)
        elif content:
            count = -(-len(content) // MINI)
            entry.first = len(mini_fat)
            mini_fat += [*range(entry.first + 1, entry.first + count), END]
            mini += content.ljust(count * MINI, b"\0")
    entries[0].first, entries[0].size = put(bytes(mini)), len(mini)
    minis = put(_numbers(mini_fat).ljust(sector if mini_fat else 0, b"\xff"))
    directory = put(b"".join(_packed(each) for each in entries))
    return _header(sector, fat, directory, minis, len(mini_fat)) + bytes(written) + _fat(fat, sector)


def _enter(tree: Tree, parent: _Entry, entries: list[_Entry], streams: list[tuple[_Entry, bytes]]) -> None:
    """Those of one folder hang on each other to the right."""
    before: _Entry | None = None
    for name, held in sorted(tree.items(), key=lambda item: (len(item[0]), item[0].upper())):
        entry = _Entry(name, 2 if isinstance(held, bytes) else 1)
        if before is None:
            parent.child = len(entries)
        else:
            before.right = len(entries)
        before = entry
        entries.append(entry)
        if isinstance(held, bytes):
            entry.size = len(held)
            streams.append((entry, held))
        else:
            _enter(held, entry, entries, streams)


def _packed(entry: _Entry) -> bytes:
    name = entry.name.encode("utf-16-le") + b"\0\0"
    head = struct.pack("<64sHBBIII", name, len(name), entry.kind, 1, FREE, entry.right, entry.child)
    return head + b"\0" * 36 + struct.pack("<IQ", entry.first, entry.size)


def _fat(fat: list[int], sector: int) -> bytes:
    """What follows what, and where that stands: the first 109 sectors of it are named in the header, the others here."""
    count, more = _table_sectors(len(fat), sector)
    told = [*fat, *[FAT] * count, *[DIFAT] * more]
    named, each = [*range(len(fat) + 109, len(fat) + count)], sector // 4 - 1
    further = [
        [*named[at : at + each], *[FREE] * (each - len(named[at : at + each])), len(fat) + count + number + 1]
        for number, at in enumerate(range(0, len(named), each))
    ]
    if further:
        further[-1][-1] = END
    return _numbers(told).ljust(count * sector, b"\xff") + b"".join(map(_numbers, further))


def _numbers(numbers: Iterable[int]) -> bytes:
    return b"".join(struct.pack("<I", each) for each in numbers)


def _table_sectors(others: int, sector: int) -> tuple[int, int]:
    """How many sectors say what follows what, and how many say where those are."""
    count, more = 1, 0
    while count * (sector // 4) < others + count + more:
        count += 1
        more = -(-max(0, count - 109) // (sector // 4 - 1))
    return count, more


def _header(sector: int, fat: list[int], directory: int, minis: int, mini_count: int) -> bytes:
    count, more = _table_sectors(len(fat), sector)
    version, shift = (3, 9) if sector == SECTOR else (4, 12)
    head = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 16 + struct.pack("<HHHHH6x", 0x3E, version, 0xFFFE, shift, 6)
    mini_sectors, further = -(-mini_count * 4 // sector), len(fat) + count if more else END
    head += _numbers([0, count, directory, 0, CUTOFF, minis, mini_sectors, further, more])
    head += _numbers(len(fat) + number if number < count else FREE for number in range(109))
    return head.ljust(sector, b"\0")
