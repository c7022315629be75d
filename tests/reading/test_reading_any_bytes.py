"""No bytes make the reader raise, and none make it give back what cannot be stored."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from townclerk.mail.reading import read_files, read_inline

MAILS = [path.read_bytes() for path in sorted((Path(__file__).parents[1] / "corpus").glob("*.eml"))]
JUNK = [
    b"\0",
    b"\r",
    b"\n\n",
    b"--b",
    b"\xff\xfe",
    b"=?utf-8?b?",
    b"charset*=utf-8''utf-8%00;",
    b'Content-Type: multipart/mixed; boundary=""\n',
    b"Content-Type: message/rfc822\n\n",
    b"Content-Transfer-Encoding: x-uuencode\n",
    b" filename*0*=''%ff; filename*1=x;",
]
PIECES = st.one_of(st.sampled_from(JUNK), st.binary(max_size=12))


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    mail = bytearray(draw(st.sampled_from(MAILS)))
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(mail)))
        mail[start : start + draw(st.integers(0, 60))] = draw(PIECES)
    return bytes(mail)


QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True, database=None)


@QUICK
@given(st.one_of(damaged(), st.binary(max_size=300)))
def test_no_bytes_make_the_reader_raise(raw: bytes) -> None:
    reading = read_inline(raw)

    assert reading.mail is not None
    assert "\0" not in str(reading.mail).encode().decode()


@QUICK
@given(damaged())
def test_the_files_of_a_mail_are_the_ones_it_lists(raw: bytes) -> None:
    reading = read_inline(raw)

    if reading.mail is not None and reading.quarantined is None:
        listed = [(file.filename, file.size) for file in reading.mail.attachments]
        assert [(file.filename, len(file.content)) for file in read_files(raw, 1 << 20)] == listed
