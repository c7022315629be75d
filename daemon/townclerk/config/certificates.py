"""The certificates that signatures of mails are held against: a folder of PEM files, of authorities or of people."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding

from townclerk.config.errors import Fault, FilesRefused

LARGEST = 1_000_000  # bytes of one file
_INSTEAD = "take it out of the folder, or make it one: openssl x509 -inform der -in FILE -out FILE.pem"


@dataclass(frozen=True, slots=True)
class TrustedCertificate:
    """One certificate in `file`; `name` is whose it is, as it says; it is valid from `begins` to `ends`, aware."""

    file: Path
    name: str
    begins: datetime
    ends: datetime
    der: bytes


def load_certificates(folder: Path | None) -> tuple[TrustedCertificate, ...]:
    """Those in the files of *folder*, in the order of their names; None: none. A file may hold several; one whose name begins
    with a dot is left out. Whether one has expired is not looked at. Raises FilesRefused with every file that holds none."""
    faults: list[Fault] = []
    found: list[TrustedCertificate] = []
    for path in sorted(folder.iterdir()) if folder is not None else ():
        if path.name.startswith(".") or path.is_dir():
            continue
        try:
            found.extend(_read(path))
        except OSError as error:
            faults.append(Fault(str(path), 0, 0, "", f"cannot be read ({type(error).__name__})", "let this account read it"))
        except (ValueError, UnsupportedAlgorithm, x509.DuplicateExtension):
            faults.append(Fault(str(path), 0, 0, "", "is no certificate in PEM", _INSTEAD))
    if faults:
        raise FilesRefused(faults)
    return tuple(found)


def _read(path: Path) -> Iterator[TrustedCertificate]:
    if not path.is_file() or path.stat().st_size > LARGEST:  # a pipe would never end
        raise ValueError
    for each in x509.load_pem_x509_certificates(path.read_bytes()):
        _ = each.extensions  # read when they are asked for: one that is damaged vouches for nobody
        name = each.subject.rfc4514_string()
        yield TrustedCertificate(
            path, name, each.not_valid_before_utc, each.not_valid_after_utc, each.public_bytes(Encoding.DER)
        )
