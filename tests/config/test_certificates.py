"""The folder of certificates is read whole, or refused with the files that are none."""

from pathlib import Path

import pytest

from reading.signing import asha, authority
from townclerk.config.certificates import load_certificates
from townclerk.config.errors import FilesRefused


def test_each_file_gives_its_certificates(tmp_path: Path) -> None:
    """Several in one, or one in each; what is hidden and what is a folder is nobody's."""
    (tmp_path / "b.pem").write_bytes(b"The authority's:\n" + authority().pem + asha().pem)
    (tmp_path / "a.crt").write_bytes(asha().pem)
    (tmp_path / ".b.pem.swp").write_bytes(b"an editor's")
    (tmp_path / "old").mkdir()

    assert [each.der for each in load_certificates(tmp_path)] == [asha().der, authority().der, asha().der]
    assert load_certificates(None) == ()


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", authority().der, authority().pem.replace(b"MII", b"AAA", 1), authority().pem[:200], b"\0" * 2_000_000],
    ids=["empty", "words", "der", "damaged", "cut", "huge"],
)
def test_what_is_no_certificate_is_named_with_what_to_do(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "ca.pem").write_bytes(authority().pem)
    (tmp_path / "odd.pem").write_bytes(content)

    with pytest.raises(FilesRefused) as refused:
        load_certificates(tmp_path)

    (fault,) = refused.value.faults
    assert str(fault).startswith(
        f"{tmp_path}/odd.pem: is no certificate in PEM; take it out of the folder, or make it one: openssl"
    )
