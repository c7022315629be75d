"""Is a mail signed by its sender (S/MIME, OpenPGP), and what came of looking at it. It is said, and settles nothing: who is
believed to be an officer hangs on what the council's own mail server noted."""

from dataclasses import dataclass
from enum import StrEnum


class SignatureState(StrEnum):
    """What is known of a mail's signature."""

    NONE = "none"
    UNCHECKED = "not_looked_at"  # there is one, and no certificate is named that it could be held against
    FITS = "fits"
    BROKEN = "does_not_fit"
    UNKNOWN = "unknown_signer"
    ANOTHER = "another_address"
    UNREADABLE = "could_not_be_looked_at"


class SignatureKind(StrEnum):
    """By which standard a mail is signed."""

    SMIME = "S/MIME"
    OPENPGP = "OpenPGP"


_SAID = {
    SignatureState.NONE: "not signed",
    SignatureState.UNCHECKED: "signed, not looked at",
    SignatureState.FITS: "signed by {by}",
    SignatureState.BROKEN: "signed, and the signature does not fit: it was changed on its way",
    SignatureState.UNKNOWN: "signed by somebody we do not know",
    SignatureState.ANOTHER: "signed by another address than it says it comes from: {by}",
    SignatureState.UNREADABLE: "signed, and the signature could not be looked at",
}


@dataclass(frozen=True, slots=True)
class Signature:
    """A mail's signature. `by`: the addresses in a certificate that somebody trusted vouches for, empty where nobody does;
    `because`: why nothing better can be said; `partly`: some of the mail stands outside what was signed."""

    state: SignatureState = SignatureState.NONE
    kind: SignatureKind | None = None
    by: tuple[str, ...] = ()
    because: str = ""
    partly: bool = False

    @property
    def there(self) -> bool:
        return self.state is not SignatureState.NONE

    @property
    def said(self) -> str:
        """For a person, on one line."""
        words = _SAID[self.state].format(by=", ".join(self.by) or "one that names no address")
        aside = [self.because, "other parts of the mail are not signed" if self.partly else ""]
        return "; ".join([words, *filter(None, aside)])


UNSIGNED = Signature()


def unreadable(why: str) -> Signature:
    """The signature of a mail that holds one, of which nothing can be said."""
    return Signature(SignatureState.UNREADABLE, because=why)
