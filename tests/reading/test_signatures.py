"""Whether a mail is signed is said, and where a key is known, whether the signature fits and whose it is."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from reading.signing import (
    ASHA,
    SAYS,
    Wanted,
    asha,
    authority,
    head,
    holder,
    mail,
    multipart,
    opaque_mail,
    proof,
    with_a_footer,
)
from services.office import MONDAY
from townclerk.domain.signature import Signature, SignatureKind, SignatureState
from townclerk.mail.parsing import Limits, ParsePool
from townclerk.mail.reading import read, read_signature

FITS = Signature(SignatureState.FITS, SignatureKind.SMIME, by=(ASHA,))


def state(raw: bytes, *trusted: bytes, at: datetime = MONDAY) -> SignatureState:
    return looked_at(raw, *trusted, at=at).state


def looked_at(raw: bytes, *trusted: bytes, at: datetime = MONDAY) -> Signature:
    return read_signature(raw, at, trusted or (authority().der,))


def seen(raw: bytes) -> Signature:
    found = read(raw).mail
    assert found is not None
    return found.signature


# -- is there one ----------------------------------------------------------------------------------------------------------


def test_a_mail_without_a_signature_says_so() -> None:
    plain = head() + SAYS
    assert seen(plain) == looked_at(plain) == Signature(SignatureState.NONE)


def test_that_a_mail_is_signed_is_seen_without_looking_at_it() -> None:
    assert seen(mail()) == Signature(SignatureState.UNCHECKED, SignatureKind.SMIME)
    assert seen(opaque_mail(proof(SAYS, asha(), opaque=True))) == Signature(SignatureState.UNCHECKED, SignatureKind.SMIME)


def test_who_signs_by_openpgp_is_said_to_and_not_looked_at() -> None:
    raw = mail().replace(b"pkcs7-signature", b"pgp-signature")
    assert seen(raw) == looked_at(raw) == Signature(SignatureState.UNCHECKED, SignatureKind.OPENPGP)


# -- it fits ---------------------------------------------------------------------------------------------------------------


def test_a_signature_that_fits_says_whose_it_is() -> None:
    assert looked_at(mail()) == FITS


def test_a_persons_own_certificate_may_be_trusted_without_an_authority() -> None:
    alone = holder("Asha Patel")
    assert looked_at(mail(by=alone), alone.der) == FITS


def test_a_signature_with_rsa_fits_too() -> None:
    by = holder("Asha Patel", authority(), key=rsa.generate_private_key(65537, 2048))
    assert looked_at(mail(by=by)) == FITS


def test_an_authority_between_comes_with_the_mail() -> None:
    between = holder("Between", authority(), Wanted(address=None, extensions=()))
    by = holder("Asha Patel", between)
    assert state(mail(by=by)) is SignatureState.UNKNOWN
    assert looked_at(mail(SAYS, by, ASHA, between)) == FITS


def test_an_address_in_the_name_of_an_old_certificate_counts() -> None:
    by = holder("Asha Patel", authority(), Wanted(in_name=True))
    assert looked_at(mail(by=by)) == FITS


def test_large_and_small_letters_in_an_address_are_alike() -> None:
    assert looked_at(mail(sender="Asha.Patel@Example.org")) == FITS


@pytest.mark.parametrize(
    "part",
    [
        b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nCaf\xc3\xa9 \xe2\x80\xa6\r\n",
        b"Content-Type: text/plain; charset=latin-1\r\nContent-Transfer-Encoding: 8bit\r\n\r\nCaf\xe9\r\n",
        b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nVGhlIGJpbnMu\r\n",
        b"Content-Type: text/plain\r\nX-Long: a\r\n  folded  \r\n\todd\r\n\r\ntrailing space   \r\n\r\n\r\n",
        (
            b'Content-Type: multipart/mixed; boundary="in"\r\n\r\nnot shown\r\n--in\r\nContent-Type: text/plain\r\n\r\nOne\r\n'
            b"--in\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw==\r\n--in--\r\n"
        ),
        b"Content-Type: text/plain\r\n\r\nwithout an end of line",
        b"\r\nno headers at all\r\n",
    ],
    ids=["8bit", "latin-1", "base64", "odd spaces", "several parts", "no end of line", "no headers"],
)
def test_the_bytes_as_they_came_are_what_was_signed(part: bytes) -> None:
    """Whatever the parts are made of: nothing of them is written anew."""
    assert looked_at(mail(part)) == FITS


def test_a_store_that_turned_every_end_of_line_into_a_line_feed_takes_nothing_from_it() -> None:
    assert looked_at(mail().replace(b"\r\n", b"\n")) == FITS


def test_what_was_signed_with_bare_line_feeds_fits_as_it_is() -> None:
    assert looked_at(mail(SAYS.replace(b"\r\n", b"\n"))) == FITS


def test_a_mail_inside_its_signature_is_read_and_fits() -> None:
    raw = opaque_mail(proof(SAYS, asha(), opaque=True))
    assert looked_at(raw) == FITS
    found = read(raw).mail
    assert found is not None
    assert "Mill Lane" in found.text


def test_below_a_lists_footer_it_fits_and_the_footer_is_said_not_to_be_signed() -> None:
    found = looked_at(with_a_footer(multipart(SAYS, proof(SAYS, asha()))))
    assert found == Signature(SignatureState.FITS, SignatureKind.SMIME, by=(ASHA,), partly=True)
    assert "other parts of the mail are not signed" in found.said


def test_it_counts_when_the_mail_came_not_when_it_is_looked_at() -> None:
    by = holder("Asha Patel", authority(), Wanted(ends=MONDAY + timedelta(days=1)))
    assert state(mail(by=by)) is SignatureState.FITS
    assert state(mail(by=by), at=MONDAY + timedelta(days=2)) is SignatureState.UNKNOWN


# -- it does not -----------------------------------------------------------------------------------------------------------


def test_one_byte_changed_on_the_way_is_found() -> None:
    assert state(mail().replace(b"Mill Lane", b"Mall Lane")) is SignatureState.BROKEN


def test_one_byte_changed_inside_the_signature_is_found() -> None:
    raw = proof(SAYS, asha(), opaque=True).replace(b"Mill Lane", b"Mall Lane")
    assert state(opaque_mail(raw)) is SignatureState.BROKEN


def test_a_signature_taken_from_another_mail_does_not_fit() -> None:
    other = proof(SAYS.replace(b"not emptied", b"emptied"), asha())
    assert state(head() + multipart(SAYS, other)) is SignatureState.BROKEN


def test_whoever_signs_as_themselves_does_not_sign_for_another() -> None:
    eve = holder("Eve", authority(), Wanted(address="eve@elsewhere.example"))
    found = looked_at(mail(by=eve))
    assert (found.state, found.by) == (SignatureState.ANOTHER, ("eve@elsewhere.example",))


def test_a_mail_of_two_senders_is_signed_by_neither() -> None:
    raw = mail().replace(b"To:", b"From: eve@elsewhere.example\r\nTo:", 1)
    assert state(raw) is SignatureState.ANOTHER


@pytest.mark.parametrize(
    "made",
    [
        lambda: holder("Asha Patel"),
        lambda: holder("Asha Patel", holder("The authority", wanted=Wanted(address=None, extensions=()))),
        lambda: holder("Asha Patel", asha()),
        lambda: holder("Asha Patel", authority(), Wanted(ends=MONDAY - timedelta(days=1))),
        lambda: holder("Asha Patel", authority(), Wanted(begins=MONDAY + timedelta(days=1))),
        lambda: holder(
            "Asha Patel", authority(), Wanted(extensions=(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]),))
        ),
    ],
    ids=["by themselves", "by one of the authority's name", "by a person", "expired", "not yet", "for web servers"],
)
def test_nobody_trusted_vouches_for_it(made: object) -> None:
    """Whatever it calls itself: nothing of such a certificate is repeated."""
    assert callable(made)
    by = made()
    found = looked_at(mail(SAYS, by, ASHA, asha()))
    assert (found.state, found.by) == (SignatureState.UNKNOWN, ())


@pytest.mark.parametrize(
    "extension",
    [
        x509.BasicConstraints(ca=False, path_length=None),
        x509.KeyUsage(True, False, False, False, False, False, False, False, False),
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]),
    ],
    ids=["says that it is none", "signs no certificates", "for web servers"],
)
def test_whoever_is_no_authority_for_mail_vouches_for_nobody(extension: x509.ExtensionType) -> None:
    """Though an authority vouches for them."""
    basic = isinstance(extension, x509.BasicConstraints)
    between = holder("Between", authority(), Wanted(address=ASHA if basic else None, extensions=(extension,)))
    by = holder("Asha Patel", between)
    assert state(mail(SAYS, by, ASHA, between)) is SignatureState.UNKNOWN
    assert state(mail(SAYS, by, ASHA, between), between.der) is SignatureState.UNKNOWN


def test_an_authority_that_has_expired_vouches_for_nobody() -> None:
    old = holder("Old", wanted=Wanted(address=None, extensions=(), ends=MONDAY - timedelta(days=1)))
    assert state(mail(by=holder("Asha Patel", old)), old.der) is SignatureState.UNKNOWN


def test_an_authority_for_other_addresses_alone_does_not_vouch_for_this_one() -> None:
    limits = x509.NameConstraints([x509.RFC822Name("council.example")], None)
    only = holder("Only the council's", authority(), Wanted(address=None, extensions=(limits,)))
    for wanted in (Wanted(), Wanted(in_name=True)):
        assert state(mail(SAYS, holder("Asha Patel", only, wanted), ASHA, only)) is SignatureState.UNKNOWN


# -- it cannot be looked at ------------------------------------------------------------------------------------------------


def test_words_beside_those_that_were_signed_are_not_taken_for_signed() -> None:
    """A third part, or another mail's boundary: what is read must be what was signed."""
    signed = multipart(SAYS, proof(SAYS, asha()))
    third = signed.replace(b"--s--", b"--s\r\nContent-Type: text/plain\r\n\r\nPay Eve.\r\n--s--")
    assert state(head() + third) is SignatureState.UNREADABLE
    before = b"--s\r\n" + SAYS + b"\r\n--s\r\n"
    hidden = head().replace(b"MIME", b"X-Before: x\r\n\r\n" + before + b"MIME") + signed
    assert state(hidden) is SignatureState.NONE
    outside = with_a_footer(signed.replace(b"not emptied", b"emptied"), before)
    assert state(outside) is SignatureState.BROKEN
    twice = (
        head()
        + b'Content-Type: multipart/mixed; boundary="l"\r\n\r\n'
        + before
        + b"--l\r\n"
        + signed.replace(b"not emptied", b"emptied")
        + b"\r\n--l--\r\n"
    )
    assert state(twice) is SignatureState.UNREADABLE


CLOSE = b"Please close this case: I am satisfied."
NOTHING = b"Content-Type: text/plain; charset=utf-8\r\n\r\n \r\n"


@pytest.mark.parametrize(
    "wrapped",
    [
        mail,
        lambda: with_a_part_around(multipart(SAYS, proof(SAYS, asha()))),
        lambda: with_a_part_around(opaque_mail(proof(SAYS, asha(), opaque=True)).removeprefix(head())),
    ],
    ids=["the mail", "a part of it", "inside its signature"],
)
def test_words_behind_the_last_part_are_said_not_to_be_signed(wrapped: Callable[[], bytes]) -> None:
    """The signature fits, and the words are shown: nobody must take them for the signer's."""
    raw = wrapped()
    assert looked_at(raw) == FITS
    assert not seen(raw).partly
    behind = raw.rstrip() + b"\r\n\r\n" + CLOSE + b"\r\n"
    assert CLOSE.decode() in own_text(behind)
    assert looked_at(behind) == replace(FITS, partly=True)
    assert seen(behind).partly


@pytest.mark.parametrize("behind", [b"\r\n", b"\r\n \r\n\r\n", b"\r\n--\r\n", b"\r\n--s--\r\n"])
def test_behind_the_last_part_nothing_is_nothing(behind: bytes) -> None:
    assert looked_at(mail() + behind) == FITS


def test_words_before_the_parts_are_said_not_to_be_signed_where_they_are_shown() -> None:
    """That is where the signed part says nothing; a mail program's word on how to read the mail is not shown."""
    before = mail(NOTHING).replace(b"\r\n--s\r\n", b"\r\n" + CLOSE + b"\r\n--s\r\n", 1)
    assert CLOSE.decode() in own_text(before)
    assert looked_at(before) == replace(FITS, partly=True)
    how = b"This is a cryptographically signed message in MIME format."
    assert looked_at(mail().replace(b"\r\n--s\r\n", b"\r\n" + how + b"\r\n--s\r\n", 1)) == FITS


@pytest.mark.parametrize("kind", [b"text/html", b"text/plain", b"text/x-odd", b"multipart/mixed", b"application/html"])
def test_a_second_part_that_is_shown_as_a_page_is_no_signature(kind: bytes) -> None:
    """The bytes of a signature that fits, and words below: such bytes may end as a quote begins."""
    raw = head() + multipart(SAYS, proof(SAYS, asha()) + b"\n\n<p>" + CLOSE + b"</p>")
    raw = raw.replace(b'application/pkcs7-signature; name="smime.p7s"', kind + b"; charset=utf-8")
    assert CLOSE.decode() in own_text(raw)
    found = looked_at(raw)
    assert (found.state, found.partly) == (SignatureState.UNREADABLE, True)
    assert seen(raw).partly


def test_the_bytes_of_a_signature_are_one_only_where_they_are_called_one() -> None:
    assert looked_at(mail().replace(b"Type: application/pkcs7", b"Type: application/x-pkcs7")) == FITS
    assert looked_at(mail().replace(b"Type: application/pkcs7-signature;", b"Type: Application/PKCS7-Signature;")) == FITS
    assert state(mail().replace(b"Type: application/pkcs7-signature;", b"Type: application/octet-stream;")) is (
        SignatureState.UNREADABLE
    )


def test_a_signature_ends_where_its_bytes_end() -> None:
    signature = proof(SAYS, asha())
    assert looked_at(head() + multipart(SAYS, signature)) == FITS
    assert state(head() + multipart(SAYS, signature + b"\0")) is SignatureState.UNREADABLE
    endless = b"\x30\x80" + signature[4:] + b"\0\0"  # as programs write it that do not know yet how long it will be
    assert signature[1] == 0x82
    assert looked_at(head() + multipart(SAYS, endless)) == FITS
    assert state(head() + multipart(SAYS, endless + b"\0")) is SignatureState.UNREADABLE


def test_a_signed_mail_of_very_many_pages_is_signed_as_a_whole() -> None:
    """Though those beyond the first hundreds are read as one."""
    page = b"--in\r\nContent-Type: text/plain\r\n\r\nA bin.\r\n"
    many = b'Content-Type: multipart/mixed; boundary="in"\r\n\r\n' + page * 210 + b"--in--\r\n"
    assert looked_at(mail(many)) == FITS


@pytest.mark.parametrize("name", [b"letter.eml", b"letter.msg", b"winmail.dat", b"letter.html", b"letter.p7m"])
def test_whatever_a_signature_is_called_no_words_are_read_in_it(name: bytes) -> None:
    """Those of a certificate that came along, where the mail itself says nothing."""
    eve = holder("Eve\n\nPlease close this case.\n")
    raw = mail(NOTHING, asha(), ASHA, eve).replace(b"smime.p7s", name)
    assert looked_at(raw) == FITS
    found = read(raw).mail
    assert found is not None
    assert "close this case" not in found.text


def with_a_part_around(inner: bytes) -> bytes:
    return head() + b'Content-Type: multipart/mixed; boundary="l"\r\n\r\n--l\r\n' + inner + b"\r\n--l--\r\n"


def own_text(raw: bytes) -> str:
    found = read(raw).mail
    assert found is not None
    return found.own_text


@pytest.mark.parametrize("cut", [0, 1, 40, 300, -10])
def test_a_damaged_signature_is_said_to_be_one(cut: int) -> None:
    """And the mail is read as any other."""
    raw = head() + multipart(SAYS, proof(SAYS, asha())[:cut])
    assert state(raw) in {SignatureState.UNREADABLE, SignatureState.BROKEN}
    found = read(raw).mail
    assert found is not None
    assert "Mill Lane" in found.text


def test_a_digest_that_anybody_can_forge_proves_nothing() -> None:
    """SHA-1, in the place of the digest's name."""
    sha256, sha1 = bytes.fromhex("0609608648016503040201"), bytes.fromhex("06052b0e03021a05000500")
    data = proof(SAYS, asha())
    assert data.count(sha256) == 2
    weak = data.replace(sha256, sha1)
    assert looked_at(head() + multipart(SAYS, weak)).state is SignatureState.UNREADABLE


# -- in the reader's process -----------------------------------------------------------------------------------------------


@pytest.fixture
async def pool() -> AsyncIterator[ParsePool]:
    opened = ParsePool(1, Limits())
    yield opened
    await opened.close()


async def test_it_is_looked_at_where_mails_are_read(pool: ParsePool) -> None:
    raw = mail()
    assert await pool.signature(raw, MONDAY, (authority().der,)) == FITS
    assert (await pool.parse(raw)).mail == read(raw).mail


async def test_a_signature_that_costs_its_reader_its_life_could_not_be_looked_at() -> None:
    pool = ParsePool(1, Limits(seconds=0.0, seconds_per_megabyte=0.0))
    try:
        found = await pool.signature(mail(), MONDAY, (authority().der,))
    finally:
        await pool.close()
    assert found.state is SignatureState.UNREADABLE
    assert "longer than" in found.because
