"""`townclerk inspect`: what the daemon sees in a mail, whatever it holds."""

import os
from pathlib import Path

import pytest

from app.cli.house import Command, Town
from reading.signing import ASHA, authority
from reading.signing import mail as signed_mail
from servers.installation import REPOSITORY

OURS = REPOSITORY / "tests" / "corpus"
OTHERS = REPOSITORY.parent / "shared" / "corpus"  # other people's mails: read where they lie beside us, never kept here
KEYS = [
    *("path", "ok", "from", "to", "cc", "subject", "message_id", "date", "references", "text", "attachments", "kind"),
    *("kind_because", "case_references", "quarantined", "defects", "signature"),
]
MAIL = b"""\
From: =?utf-8?q?J=C3=BCrgen?= <Jay@example.org>
To: Feedback <feedback@council.example>, b@council.example
Cc: c@council.example
Subject: About SS-26-0042-%s
Message-ID: <one@example.org>
References: <a@example.org> <b@example.org>
Date: Mon, 11 Jan 2027 09:30:00 +0100
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: text/plain; charset=utf-8

Hello from J\xc3\xbcrgen.
--x
Content-Type: application/pdf
Content-Disposition: attachment; filename=a.pdf
Content-Transfer-Encoding: base64

aGVsbG8=
--x--
"""


def _mail(folder: Path, content: bytes = MAIL, name: str = "a.eml") -> Path:
    from townclerk.domain.reference import Reference

    path = folder / name
    path.write_bytes(content.replace(b"%s", Reference("SS", 26, 42).check.encode()))
    return path


def test_a_mail_is_seen_with_all_that_it_says(townclerk: Command, tmp_path: Path) -> None:
    path = _mail(tmp_path)

    ran = townclerk("inspect", path)

    assert ran.status == 0, ran.err
    (seen,) = ran.objects
    assert list(seen) == KEYS
    assert seen["path"] == str(path)
    assert seen["ok"] is True
    assert seen["from"] == {"name": "Jürgen", "address": "Jay@example.org"}
    assert seen["to"] == [
        {"name": "Feedback", "address": "feedback@council.example"},
        {"name": "", "address": "b@council.example"},
    ]
    assert seen["cc"] == [{"name": "", "address": "c@council.example"}]
    assert seen["message_id"] == "<one@example.org>"
    assert seen["references"] == ["<a@example.org>", "<b@example.org>"]
    assert seen["date"] in ("2027-01-11T09:30:00+01:00", "2027-01-11T08:30:00+00:00")
    assert "Hello from Jürgen." in seen["text"]
    (attached,) = seen["attachments"]
    assert (attached["filename"], attached["content_type"], attached["size"]) == ("a.pdf", "application/pdf", 5)
    assert attached["sha256"] == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
    assert (seen["kind"], seen["kind_because"]) == ("person", "no sign of a robot")
    assert seen["case_references"] == [seen["subject"].removeprefix("About ")]
    assert seen["quarantined"] is None
    assert seen["defects"] == []


@pytest.mark.parametrize("corpus", [OURS, OTHERS], ids=["ours", "others"])
def test_every_mail_of_a_corpus_is_one_object_on_one_line(townclerk: Command, corpus: Path) -> None:
    if not corpus.is_dir():
        pytest.skip("this collection of mails does not lie beside the repository")
    files = [path for path in corpus.rglob("*") if path.is_file()]

    ran = townclerk("inspect", corpus)

    assert ran.status == 0, ran.err
    assert len(ran.objects) == len(files)
    assert {each["path"] for each in ran.objects} == {str(path) for path in files}
    assert {tuple(each) for each in ran.objects} == {tuple(KEYS)}
    ran.out.encode()  # no half characters


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 5000,
        bytes(range(256)) * 40,
        b"Subject: =?utf-8?b?7aCA?=\n\n\xed\xa0\x80",
        b"Subject: a\n\na\xe2\x80\xa8b\xc2\x85c\x1b[2J",
    ],
    ids=["empty", "nul", "every byte", "half characters", "odd line ends"],
)
def test_no_content_makes_it_fail(townclerk: Command, tmp_path: Path, content: bytes) -> None:
    ran = townclerk("inspect", _mail(tmp_path, content))

    assert ran.status == 0, ran.err
    assert len(ran.objects) == 1
    assert ran.objects[0]["kind"] in {"person", "auto_reply", "bounce", "list", "own"}


def test_a_name_that_is_not_utf_8_is_told_all_the_same(townclerk: Command, tmp_path: Path) -> None:
    (Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.eml"))).write_bytes(b"Subject: a\n\nb")

    (seen,) = townclerk("inspect", tmp_path).objects

    assert seen["path"].endswith("/caf\ufffd.eml")


def test_files_whose_name_begins_with_a_dot_are_passed_over_unless_named(townclerk: Command, tmp_path: Path) -> None:
    hidden = _mail(tmp_path, name=".hidden.eml")
    (tmp_path / ".git").mkdir()
    _mail(tmp_path / ".git")
    _mail(tmp_path, name="b.eml")

    assert [Path(each["path"]).name for each in townclerk("inspect", tmp_path).objects] == ["b.eml"]
    assert len(townclerk("inspect", hidden).objects) == 1


def test_a_path_that_is_not_there_is_told_and_the_others_are_read(townclerk: Command, tmp_path: Path) -> None:
    ran = townclerk("inspect", tmp_path / "nothing", _mail(tmp_path))

    assert ran.status == 2
    assert f"{tmp_path}/nothing: there is no such file" in ran.err
    assert len(ran.objects) == 1


def test_a_pipe_is_not_waited_for(townclerk: Command, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    assert townclerk("inspect", tmp_path).objects == []
    ran = townclerk("inspect", tmp_path / "pipe")
    assert ran.status == 2
    assert ran.objects[0]["ok"] is False


def test_with_settings_our_own_mail_is_known(townclerk: Command, town: Town, tmp_path: Path) -> None:
    own = _mail(tmp_path, b"From: feedback0@council.example\nSubject: x\n\ny")

    assert townclerk("inspect", own).objects[0]["kind"] == "person"
    assert townclerk("inspect", own, "--config", town.settings).objects[0]["kind"] == "own"


def test_an_automatic_reply_says_what_gave_it_away(townclerk: Command, tmp_path: Path) -> None:
    path = _mail(tmp_path, b"From: a@example.org\nAuto-Submitted: auto-replied\nSubject: Out of office\n\nBack in May")

    (seen,) = townclerk("inspect", path).objects
    assert seen["kind"] == "auto_reply"
    assert "auto-submitted" in seen["kind_because"].lower()


def test_a_signature_is_told_of_and_held_against_the_certificates_of_the_settings(
    townclerk: Command, town: Town, tmp_path: Path
) -> None:
    """By the day that the mail bears."""
    path = _mail(tmp_path, signed_mail().replace(b"Subject", b"Date: Mon, 11 Jan 2027 09:30:00 +0000\r\nSubject", 1))
    (town.folder / "certificates").mkdir()
    (town.folder / "certificates" / "ca.pem").write_bytes(authority().pem)

    (unknown,) = townclerk("inspect", path).objects
    town.rewrite(signatures={"certificates": "certificates"})
    (known,) = townclerk("inspect", path, "--config", town.settings).objects

    assert unknown["signature"] == {
        "state": "not_looked_at",
        "kind": "S/MIME",
        "by": [],
        "partly": False,
        "said": "signed, not looked at",
    }
    assert (known["signature"]["state"], known["signature"]["by"]) == ("fits", [ASHA])
