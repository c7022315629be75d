"""Does the signature of a mail fit, and is it its sender's? S/MIME alone (RFC 8551): OpenPGP is said, and not looked at.

The words that are read and the bytes that were signed must be the same: the bytes are taken from the mail as it came, read
again by themselves, and held against what the mail was read as. Where the two differ, nothing is said to fit.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import Criticality, ExtensionPolicy, Policy, PolicyBuilder, Store, VerificationError

from townclerk.domain.signature import UNSIGNED, Signature, SignatureKind, SignatureState, unreadable
from townclerk.mail.charset import clean
from townclerk.mail.mime import SIGNATURE_TYPES, Part, SignedPart, content, leaves, parse_part, signed_part
from townclerk.mail.pages import shown_from_outside
from townclerk.mail.smime import NotSigned, SignedData, Signer, ends_with_its_bytes, signed_content, signed_data

_DIGESTS: dict[bytes, type[hashes.HashAlgorithm]] = {
    bytes.fromhex("608648016503040201"): hashes.SHA256,
    bytes.fromhex("608648016503040202"): hashes.SHA384,
    bytes.fromhex("608648016503040203"): hashes.SHA512,
}
_PSS = bytes.fromhex("2a864886f70d01010a")
_TWO_PARTS = 2
_MOST_ADDRESSES = 3
_LINE_END = re.compile(rb"\r?\n")

T = TypeVar("T", bound=x509.ExtensionType)


class _NoAnswer(Exception):  # what is said instead of an answer
    """The signature cannot be looked at; the text says why."""


def seen(root: Part) -> Signature:
    """Whether the mail is signed."""
    found = signed_part(root)
    return UNSIGNED if found is None else Signature(SignatureState.UNCHECKED, found.kind, partly=_partly(root, found))


def looked_at(raw: bytes, root: Part, sender: str | None, received_at: datetime, trusted: tuple[bytes, ...]) -> Signature:
    """What comes of the signature of the mail *raw*, which was read as *root* and says that it is from *sender* (lower case;
    None: that is in doubt), at the moment *received_at*. *trusted* are certificates (DER), of authorities or of people."""
    there = signed_part(root)
    if there is None or there.kind is not SignatureKind.SMIME:
        return seen(root)
    try:
        found = _judged(*_proof(raw, there.part), sender, _Trust(trusted, received_at))
    except _NoAnswer as why:
        found = unreadable(str(why))
    except NotSigned:
        found = unreadable("it is no signature of S/MIME that can be read")
    return replace(found, kind=there.kind, partly=_partly(root, there))


def _partly(root: Part, there: SignedPart) -> bool:
    """There is more in the mail than what was signed: a file, or words, be they behind the last part or in the signature's."""
    more = sum(1 for _ in leaves(root)) > sum(1 for _ in leaves(there.part))
    return more or shown_from_outside(root, there.words)


# -- what was signed -------------------------------------------------------------------------------------------------------


def _proof(raw: bytes, part: Part) -> tuple[tuple[bytes, ...], SignedData]:
    """What was signed, in each form that it may have had then, and the signature."""
    if part.get_content_type() != "multipart/signed":
        proof = content(part)
        inside = signed_content(proof)
        if inside is None:
            raise NotSigned
        return (inside,), signed_data(proof)
    if len(part.children) != _TWO_PARTS:
        raise _NoAnswer("it is not made of two parts")
    words, proof_part = part.children
    proof = content(proof_part)
    # A part of another type may be shown to people, and what stands behind a signature was not signed.
    if proof_part.get_content_type() not in SIGNATURE_TYPES or not ends_with_its_bytes(proof):
        raise _NoAnswer("its second part is not a signature alone")
    signed = _as_it_came(raw, part)
    if not _same(parse_part(signed), words):
        raise _NoAnswer("where the signed part begins and ends is not certain")
    return tuple({_LINE_END.sub(b"\r\n", signed): None, signed: None}), signed_data(proof)


def _as_it_came(raw: bytes, part: Part) -> bytes:
    """The first part of a multipart/signed, byte by byte: from below the line that begins it to the end of the line above the
    next."""
    boundary = part.get_boundary()
    if not boundary:
        raise _NoAnswer("it names no line between its parts")
    name = re.escape(boundary.encode("utf-8", "surrogateescape"))
    marks = re.finditer(rb"(?:\A|\r\n|\r|\n)--" + name + rb"(?:--)?[ \t]*(?=\r|\n|\Z)", raw)
    first, second = next(marks, None), next(marks, None)
    if first is None or second is None:
        raise _NoAnswer("its parts are not there")
    start = first.end()
    start += 2 if raw.startswith(b"\r\n", start) else 1
    if start > second.start():
        raise _NoAnswer("it signs nothing")
    return raw[start : second.start()]


def _same(one: Part, other: Part) -> bool:
    """The two were read alike: their headers, and all that is in them."""
    waiting = [(one, other)]
    while waiting:
        a, b = waiting.pop()
        if (list(a.raw_items()), a.as_it_came) != (list(b.raw_items()), b.as_it_came):
            return False
        mine, theirs = _parts(a), _parts(b)
        if len(mine) != len(theirs):
            return False
        waiting.extend(zip(mine, theirs, strict=True))
    return True


def _parts(part: Part) -> list[Part]:
    payload = part.get_payload() if part.as_it_came is None else None
    return [each for each in payload if isinstance(each, Part)] if isinstance(payload, list) else []


# -- does it fit, and whose is it ------------------------------------------------------------------------------------------


def _judged(signed: tuple[bytes, ...], data: SignedData, sender: str | None, trust: "_Trust") -> Signature:
    """Of several signatures the one that fits and is the sender's counts, or else the first."""
    if not data.signers:
        raise _NoAnswer("nobody has signed it")
    came = tuple(_certificates(data.certificates))
    found: list[Signature] = []
    for signer in data.signers:
        try:
            found.append(_of_one(signed, signer, came, sender, trust))
        except _NoAnswer as why:
            found.append(unreadable(str(why)))
        if found[-1].state is SignatureState.FITS:
            return found[-1]
    return found[0]


def _of_one(
    signed: tuple[bytes, ...], signer: Signer, came: tuple[x509.Certificate, ...], sender: str | None, trust: "_Trust"
) -> Signature:
    digest = _DIGESTS.get(signer.digest_kind)
    if digest is None:
        raise _NoAnswer("it was made with a digest that proves nothing any more, or that is not known here")
    if not any(_digest_of(each, digest()) == signer.content_digest for each in signed):
        return Signature(SignatureState.BROKEN)
    theirs = [each for each in (*came, *trust.people) if _is_of(each, signer)]
    if not theirs:
        return Signature(SignatureState.UNKNOWN, because="the certificate did not come with it")
    certificate = next((each for each in theirs if _fits(each, signer, digest())), None)
    if certificate is None:
        return Signature(SignatureState.BROKEN)
    if why := trust.why_not(certificate, came):
        return Signature(SignatureState.UNKNOWN, because=why)
    by = tuple(_shown(each) for each in addresses(certificate)[:_MOST_ADDRESSES])
    if sender is None:
        return Signature(SignatureState.ANOTHER, by=by, because="the mail does not name one sender")
    if sender not in addresses(certificate):
        return Signature(SignatureState.ANOTHER, by=by)
    return Signature(SignatureState.FITS, by=(_shown(sender),))


def _digest_of(data: bytes, kind: hashes.HashAlgorithm) -> bytes:
    digest = hashes.Hash(kind)
    digest.update(data)
    return digest.finalize()


def _certificates(raw: Iterable[bytes]) -> Iterable[x509.Certificate]:
    """Those that can be read: an odd one among them takes nothing from the others."""
    for each in raw:
        try:
            found = x509.load_der_x509_certificate(each)
            _ = found.extensions  # read when they are asked for
        except (ValueError, UnsupportedAlgorithm, x509.DuplicateExtension):
            continue
        yield found


def _is_of(certificate: x509.Certificate, signer: Signer) -> bool:
    if signer.key_id is None:
        return certificate.serial_number == signer.serial
    named = _extension(certificate, x509.SubjectKeyIdentifier)
    return named is not None and named.digest == signer.key_id


def _fits(certificate: x509.Certificate, signer: Signer, digest: hashes.HashAlgorithm) -> bool:
    """The key of *certificate* has signed. Raises _NoAnswer where its kind is not known here."""
    try:
        key = certificate.public_key()
        if isinstance(key, rsa.RSAPublicKey):
            pss = padding.PSS(padding.MGF1(digest), padding.PSS.AUTO)
            key.verify(signer.signature, signer.attributes, pss if signer.algorithm == _PSS else padding.PKCS1v15(), digest)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signer.signature, signer.attributes, ec.ECDSA(digest))
        elif isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signer.signature, signer.attributes)
        else:
            raise _NoAnswer("its kind of key is not known here")
    except InvalidSignature:
        return False
    except (ValueError, UnsupportedAlgorithm):
        raise _NoAnswer("its kind of key is not known here") from None
    return True


def _shown(address: str) -> str:
    return "".join(clean(address).split())[:320]


# -- certificates ----------------------------------------------------------------------------------------------------------


class _Trust:
    """Whom somebody vouches for, at one moment: an authority for those to whom it gave a certificate, and whoever trusts a
    certificate itself for that. Whether one was called back is not asked: it would be a question to a stranger's server."""

    def __init__(self, trusted: tuple[bytes, ...], at: datetime) -> None:
        self.people = tuple(_certificates(trusted))
        self._authorities = [each for each in self.people if issues(each)]
        self._at = at

    def why_not(self, certificate: x509.Certificate, came: tuple[x509.Certificate, ...]) -> str:
        """Why nobody vouches for *certificate*, with those that *came* along; empty: somebody does."""
        if not certificate.not_valid_before_utc <= self._at <= certificate.not_valid_after_utc:
            return "the certificate was not valid on the day the mail came"
        if not _is_for_mail(certificate):
            return "the certificate is not meant for signing mail"
        if certificate in self.people:
            return ""
        return self._why_no_authority(certificate, came)

    def _why_no_authority(self, certificate: x509.Certificate, came: tuple[x509.Certificate, ...]) -> str:
        nobody = "no authority that is trusted here vouches for the certificate"
        if not self._authorities:
            return nobody
        policy = PolicyBuilder().store(Store(self._authorities)).time(self._at)
        policy = policy.extension_policies(ca_policy=_AUTHORITIES, ee_policy=ExtensionPolicy.permit_all())
        try:
            chain = policy.build_client_verifier().verify(certificate, [each for each in came if each != certificate]).chain
        except (VerificationError, ValueError):
            return nobody
        limited = any(_extension(each, x509.NameConstraints) is not None for each in chain)
        # Such limits are held against the addresses of the one extension alone.
        return nobody if limited and not _named_addresses(certificate) else ""


def issues(certificate: x509.Certificate) -> bool:
    """It is an authority's: it may vouch for others."""
    basic = _extension(certificate, x509.BasicConstraints)
    return basic is not None and basic.ca


def addresses(certificate: x509.Certificate) -> tuple[str, ...]:
    """The mail addresses that it is for, lower case: those of its own extension, or of old ones without any, in its name."""
    named = _named_addresses(certificate)
    if not named and _extension(certificate, x509.SubjectAlternativeName) is None:
        named = [str(each.value) for each in certificate.subject.get_attributes_for_oid(NameOID.EMAIL_ADDRESS)]
    return tuple(dict.fromkeys(each.lower() for each in named))


def _named_addresses(certificate: x509.Certificate) -> list[str]:
    names = _extension(certificate, x509.SubjectAlternativeName)
    return names.get_values_for_type(x509.RFC822Name) if names is not None else []


def _is_for_mail(certificate: x509.Certificate) -> bool:
    usage, purposes = _extension(certificate, x509.KeyUsage), _extension(certificate, x509.ExtendedKeyUsage)
    signs = usage is None or usage.digital_signature or usage.content_commitment
    return signs and (purposes is None or not _MAIL.isdisjoint(purposes))


def _may_issue(_policy: Policy, _certificate: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("it may not issue certificates")


def _may_issue_for_mail(_policy: Policy, _certificate: x509.Certificate, purposes: x509.ExtendedKeyUsage | None) -> None:
    if purposes is not None and _MAIL.isdisjoint(purposes):
        raise ValueError("it may not issue certificates for mail")


_MAIL = frozenset({ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE})
_AUTHORITIES = (
    ExtensionPolicy.permit_all()
    .require_present(x509.BasicConstraints, Criticality.AGNOSTIC, None)  # what it says there is held to in any case
    .may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _may_issue)
    .may_be_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, _may_issue_for_mail)
)


def _extension(certificate: x509.Certificate, kind: type[T]) -> T | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
