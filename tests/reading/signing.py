"""People with keys, and the mails that they sign."""

from base64 import encodebytes
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

MONDAY = datetime(2027, 1, 11, 10, tzinfo=UTC)  # as in services/office.py, which takes seconds to load
ASHA = "asha.patel@example.org"
SAYS = b"Content-Type: text/plain; charset=utf-8\r\n\r\nThe bins of Mill Lane were not emptied.\r\n"
MAIL_USE = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class Holder:
    """Somebody with a certificate: `own`, and the key to it."""

    own: x509.Certificate
    key: Key

    @property
    def der(self) -> bytes:
        return self.own.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.own.public_bytes(serialization.Encoding.PEM)


@dataclass(frozen=True)
class Wanted:
    """What a certificate says. `address` None: it is an authority's."""

    address: str | None = ASHA
    begins: datetime = MONDAY - timedelta(days=30)
    ends: datetime = MONDAY + timedelta(days=300)
    extensions: tuple[x509.ExtensionType, ...] = field(default=(MAIL_USE,))
    in_name: bool = False


def holder(name: str, issuer: Holder | None = None, wanted: Wanted | None = None, key: Key | None = None) -> Holder:
    """*issuer* None: whoever it is vouches for themselves."""
    says, key = wanted or Wanted(), key or ec.generate_private_key(ec.SECP256R1())
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, name)]
    if says.address and says.in_name:
        attributes.append(x509.NameAttribute(NameOID.EMAIL_ADDRESS, says.address))
    subject = x509.Name(attributes)
    building = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.own.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(says.begins)
        .not_valid_after(says.ends)
    )
    if says.address is None:
        building = building.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    elif not says.in_name:
        building = building.add_extension(x509.SubjectAlternativeName([x509.RFC822Name(says.address)]), critical=False)
    for extension in says.extensions:
        building = building.add_extension(extension, critical=False)
    return Holder(building.sign(issuer.key if issuer else key, hashes.SHA256()), key)


@cache
def authority(name: str = "The authority") -> Holder:
    return holder(name, wanted=Wanted(address=None, extensions=()))


@cache
def asha() -> Holder:
    """A resident, for whom the authority vouches."""
    return holder("Asha Patel", authority())


def proof(signed: bytes, by: Holder, *, opaque: bool = False, also: tuple[Holder, ...] = ()) -> bytes:
    """A signature of *signed*, byte by byte (DER)."""
    building = PKCS7SignatureBuilder().set_data(signed).add_signer(by.own, by.key, hashes.SHA256())
    for each in also:
        building = building.add_certificate(each.own)
    options = [PKCS7Options.Binary, *([] if opaque else [PKCS7Options.DetachedSignature])]
    return building.sign(serialization.Encoding.DER, options)


def head(sender: str = ASHA) -> bytes:
    return (
        f"From: Asha Patel <{sender}>\r\nTo: feedback@council.example\r\nSubject: Bins\r\nMessage-ID: <1@example.org>\r\n"
        "MIME-Version: 1.0\r\n"
    ).encode()


def multipart(signed: bytes, signature: bytes) -> bytes:
    """A multipart/signed, to stand below the headers of a mail, or in another multipart."""
    return (
        b'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary="s"\r\n\r\n'
        b"--s\r\n" + signed + b"\r\n--s\r\n"
        b'Content-Type: application/pkcs7-signature; name="smime.p7s"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        + encodebytes(signature).replace(b"\n", b"\r\n")
        + b"--s--\r\n"
    )


def mail(signed: bytes = SAYS, by: Holder | None = None, sender: str = ASHA, *also: Holder) -> bytes:
    """A mail of *sender*, signed beside its words."""
    return head(sender) + multipart(signed, proof(signed, by or asha(), also=also))


def opaque_mail(data: bytes, sender: str = ASHA) -> bytes:
    """A mail inside its signature."""
    kind = b'Content-Type: application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"\r\n'
    return head(sender) + kind + b"Content-Transfer-Encoding: base64\r\n\r\n" + encodebytes(data)


def with_a_footer(inner: bytes, footer: bytes = b"The list of Mill Lane") -> bytes:
    """A mailing list has put the signed mail beside lines of its own."""
    return (
        head()
        + b'Content-Type: multipart/mixed; boundary="l"\r\n\r\n--l\r\n'
        + inner
        + b"\r\n--l\r\nContent-Type: text/plain\r\n\r\n"
        + footer
        + b"\r\n--l--\r\n"
    )
