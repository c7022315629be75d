"""Every word, and every one of a dozen programs, through the real services: the same comes of it as of the bare words."""

import asyncio
import shutil
from collections.abc import Callable
from functools import partial
from itertools import cycle
from pathlib import Path

import pytest

from desk.clients.conftest import COMPLAINT
from desk.clients.letters import Letter
from desk.clients.shapes import SHAPES, Shape
from desk.clients.test_what_the_resident_gets import BARE, LATER, raw_of
from desk.clients.test_what_was_meant import sent
from services.office import SERVER, CrashingDatabase, House, an_office
from townclerk.domain.commands import WORDS
from townclerk.domain.words_explained import EXAMPLES
from townclerk.services.sorting import SIGNATURE_SEEN
from townclerk.store import journal

DOZEN = (
    "Outlook 16, corporate signature, logo and disclaimer",
    "Outlook 16, marked by a classification tool, banner on top",
    "Outlook on the web, signature",
    "New Outlook for Windows, banner and link rewritten by the server",
    "Outlook for iOS",
    "Gmail, signature",
    "Gmail app",
    "Apple Mail, plain, flowed with DelSp",
    "iOS Mail, in Welsh, text only",
    "Thunderbird, text, below the quote, signature at the end",
    "Samsung Email",
    "signed with S/MIME, opaque",
    "neomutt",
)
PROGRAMS = [shape for name in DOZEN for shape in SHAPES if shape.name == name]
PAIRS = list(zip(WORDS, cycle(PROGRAMS), strict=False))

Letters = list[tuple[str, str, str, str]]
Play = Callable[[Shape, str], tuple[Letters, list[object]]]


@pytest.fixture(scope="module")
def asked(empty_file: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Letter]:
    """A database in which a complaint has come, to copy; and the letter that its officer has in hand."""
    path = tmp_path_factory.mktemp("asked") / "house.db"
    shutil.copy(empty_file, path)
    database = CrashingDatabase.open(f"sqlite:///{path}", durable=False)
    house = House(an_office(database), database)
    house.arrives(COMPLAINT)
    asyncio.run(house.settle())
    letter = Letter.of(raw_of(house, house.sent("assignment")[-1]))
    database.close()
    return path, letter


@pytest.fixture
def play(asked: tuple[Path, Letter], tmp_path: Path) -> Play:
    """What comes of *typed* in that program: each letter that goes out for it, and what the journal says, but for how the mail
    was signed and the digest of its bytes."""
    past, letter = asked

    def played(shape: Shape, typed: str) -> tuple[Letters, list[object]]:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.db"
        shutil.copy(past, path)
        database = CrashingDatabase.open(f"sqlite:///{path}", durable=False)
        house = House(an_office(database), database)
        house.arrives(COMPLAINT)  # it lies in the mailbox still, and was read
        before = {line.key for line in house.letters()}
        proof = f"Authentication-Results: {SERVER}; dmarc=pass header.from=council.example\r\n".encode()
        house.mailbox.deliver(proof + sent(shape.write(typed, letter), letter), LATER)
        asyncio.run(house.settle(LATER))
        letters = [
            (line.kind, line.recipient, line.subject, read_body(raw_of(house, line)))
            for line in house.letters()
            if line.key not in before
        ]
        told: list[object] = [
            (entry.event, {name: said for name, said in (entry.detail or {}).items() if name != "sha256"})
            for entry in house.read(partial(journal.entries, case_ref=house.cases[0].ref))
            if entry.event != SIGNATURE_SEEN
        ]
        database.close()
        return letters, told

    return played


def read_body(raw: bytes) -> str:
    return " ".join(Letter.of(raw).text.split()) if b"multipart/alternative" in raw else ""


def test_each_word_and_each_program_is_played() -> None:
    assert len(PROGRAMS) == len(DOZEN)
    assert [word for word, _ in PAIRS] == list(WORDS)
    assert {shape.name for _, shape in PAIRS} == set(DOZEN)


@pytest.mark.parametrize(("word", "shape"), PAIRS, ids=[f"#{word}, {shape.name}" for word, shape in PAIRS])
def test_a_word_does_the_same_in_any_program(word: str, shape: Shape, play: Play) -> None:
    letters, told = play(shape, EXAMPLES[word])

    assert letters
    assert all(kind != "confirm" for kind, *_ in letters)
    assert (letters, told) == play(BARE, EXAMPLES[word])
