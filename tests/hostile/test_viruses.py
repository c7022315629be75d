"""A file that a virus scanner knows goes to nobody; where the scanner is away nothing is lost, and nothing goes on unseen."""

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from functools import partial
from pathlib import Path

import pytest

from hostile import mails
from hostile.clamd import Clamd, standing_in
from hostile.mails import EICAR
from services.office import MONDAY, House, council
from townclerk.mail.scanning import ClamdScanner, ScannerAway, TooLargeToScan
from townclerk.services.health import Patience, look_up

HARMLESS, INFECTED = b"%PDF a photograph", b"MZ " + EICAR
Files = dict[str, bytes]


def with_files(**files: bytes) -> bytes:
    return mails.multipart(mails.SAYS, *(mails.file(name.replace("_", "."), content) for name, content in files.items()))


async def told(house: House, **files: bytes) -> Files:
    """The files that came with the officer's letter about a complaint that brought these *files*."""
    house.mailbox.deliver(with_files(**files), MONDAY)
    await house.settle()
    (assignment,) = house.sent("assignment")
    return files_in(next(sent.raw for sent in house.transport.sent if assignment.message_id.encode() in sent.raw))


def files_in(raw: bytes) -> Files:
    import email.policy
    from email import message_from_bytes

    message = message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return {str(part.get_filename()): bytes(part.get_payload(decode=True) or b"") for part in message.iter_attachments()}


def guarded(house: House, socket: str) -> House:
    house.office = replace(house.office, scanner=ClamdScanner(socket, seconds=5))
    return house


async def worries(house: House) -> str:
    found = house.read(partial(look_up, council=council().policy.id, mailbox="x", now=MONDAY, today=MONDAY.date()))
    patience = Patience(timedelta(days=1), timedelta(days=1))
    return " ".join(map(str, found.worries(MONDAY, patience)))


@pytest.mark.parametrize("unix", [True, False])
async def test_an_infected_file_stays_here_and_the_officer_is_told_in_its_place(
    house: House, tmp_path: Path, unix: bool
) -> None:
    clamd = Clamd()
    async with standing_in(clamd, tmp_path / "clamd.ctl" if unix else None) as socket:
        files = await told(guarded(house, socket), photo_pdf=HARMLESS, game_exe=INFECTED)

    assert files["photo.pdf"] == HARMLESS
    assert list(files) == ["photo.pdf", "game.exe - not passed on.txt"]
    assert b"the virus scanner found Eicar-Test-Signature in it" in files["game.exe - not passed on.txt"]
    assert not [sent for sent in house.transport.sent if base64.b64encode(INFECTED)[:40] in sent.raw]


async def test_the_resident_has_a_receipt_and_a_case_whatever_they_sent(house: House) -> None:
    async with standing_in(Clamd()) as socket:
        await told(guarded(house, socket), game_exe=INFECTED)

    assert (len(house.cases), len(house.sent("receipt"))) == (1, 1)


async def test_while_the_scanner_is_away_no_file_goes_on_no_letter_waits_and_health_says_so(house: House) -> None:
    files = await told(guarded(house, "127.0.0.1:1"), photo_pdf=HARMLESS)

    assert list(files) == ["photo.pdf - not passed on.txt"]
    assert b"could not be asked about it" in files["photo.pdf - not passed on.txt"]
    assert "virus scanner has not answered since 2027-01-11" in await worries(house)


async def test_once_it_answers_again_files_go_on_and_the_worry_is_over(house: House) -> None:
    await told(guarded(house, "127.0.0.1:1"), photo_pdf=HARMLESS)
    async with standing_in(Clamd()) as socket:
        guarded(house, socket)
        house.mailbox.deliver(with_files(other_pdf=HARMLESS).replace(b"eve@", b"luke@"), MONDAY)
        await house.settle()

    assert "scanner" not in await worries(house)
    assert list(files_in(house.transport.sent[-1].raw)) == ["other.pdf"] or list(files_in(house.transport.sent[-2].raw)) == [
        "other.pdf"
    ]


async def test_what_is_too_large_for_the_scanner_is_not_passed_on(house: House) -> None:
    async with standing_in(Clamd(largest=1_000)) as socket:
        files = await told(guarded(house, socket), film_mp4=b"x" * 400_000)

    assert b"too large for the virus scanner" in files["film.mp4 - not passed on.txt"]


async def test_without_a_scanner_files_go_on_as_they_came(house: House) -> None:
    assert await told(house, photo_pdf=HARMLESS) == {"photo.pdf": HARMLESS}


async def test_an_officers_infected_file_goes_to_no_resident_and_a_person_is_told(build: Callable[..., House]) -> None:
    house = build()
    async with standing_in(Clamd()) as socket:
        guarded(house, socket)
        house.arrives("I complain about the bins.")
        await house.settle()
        letter = house.sent("assignment")[0]
        house.replies(letter, "#message\nPlease see the file.")
        raw = house.mailbox._folders["INBOX"].mails[2][1]  # the same mail, with a file
        body = raw.partition(b"\r\n\r\n")[2]
        head = b"\r\n".join(
            line
            for line in raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
            if not line.lower().startswith((b"content-", b"mime-"))
        )
        held = mails.multipart(mails.part(body), mails.file("form.pdf", INFECTED, "application/pdf"))
        house.mailbox.delete("INBOX", 2)
        house.mailbox.deliver(head + b"\r\n" + held[held.index(b"MIME-Version") :], MONDAY)
        await house.settle()

    assert house.sent("message") == []
    (asked,) = [letter for letter in house.sent("decision") if letter.case_ref is None]
    assert asked.recipient == "cal.lane@council.example"
    assert "Eicar-Test-Signature" in next(s.raw for s in house.transport.sent if asked.message_id.encode() in s.raw).decode()


@pytest.mark.parametrize("said", [b"", b"ERROR\0", b"stream: maybe\0"])
async def test_an_answer_that_is_none_is_no_clearance(said: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    clamd = Clamd()

    async def answer(*_: object) -> bytes:
        return said

    monkeypatch.setattr(clamd, "_answer", answer)
    async with standing_in(clamd) as socket:
        with pytest.raises(ScannerAway):
            await ClamdScanner(socket, seconds=2).scan(b"x")


async def test_its_version_shows_that_it_is_there_and_its_limit_is_known_for_what_it_is() -> None:
    async with standing_in(Clamd(largest=10)) as socket:
        assert (await ClamdScanner(socket).check()).startswith("ClamAV")
        with pytest.raises(TooLargeToScan):
            await ClamdScanner(socket).scan(b"x" * 100)
