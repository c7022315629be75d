"""What is known of the houses that keep councils' mail: their servers, their limits, and what they say when one is reached.

What a provider cannot do needs no line here where nothing of ours asks for it: no state lies in flags or keywords, nothing
uses CONDSTORE, an IDLE that goes silent is followed by a look at the folder in any case, and nothing is put into Sent.
"""

from dataclasses import dataclass
from enum import StrEnum

from townclerk.domain.authentication import Profile as Proof


class Provider(StrEnum):
    MICROSOFT365 = "microsoft365"
    GOOGLE = "google"
    GENERIC = "generic"


@dataclass(frozen=True, slots=True)
class ProviderProfile:
    """One provider. `passwords`: whether the mailbox takes one at all; `passwords_end`: until when the outgoing server does.
    `most_per_minute` and `most_per_day` are the provider's own limits of letters, None where none is known; `quota_words`
    are what it says in a refusal that speaks of them. `proof` and `proving_server`: who vouches for senders."""

    name: str
    imap_host: str | None = None
    smtp_host: str | None = None
    folders: tuple[str, ...] = ("INBOX",)
    passwords: bool = True
    passwords_end: str | None = None
    most_per_minute: int | None = None
    most_per_day: int | None = None
    quota_words: tuple[str, ...] = ()
    proof: Proof = "none"
    proving_server: str | None = None


PROFILES = {
    Provider.MICROSOFT365: ProviderProfile(
        name="Microsoft 365",
        imap_host="outlook.office365.com",
        smtp_host="smtp.office365.com",
        folders=("INBOX", "Junk Email"),  # a complaint in Junk is a complaint
        passwords=False,  # LOGINDISABLED
        passwords_end="the end of 2026",
        most_per_minute=30,
        most_per_day=10_000,  # recipients
        quota_words=("SubmissionQuotaExceeded", "RecipientQuotaExceeded", "5.1.90", "5.7.232", "5.7.233"),
        proof="m365",
    ),
    Provider.GOOGLE: ProviderProfile(
        name="Google Workspace",
        imap_host="imap.gmail.com",
        smtp_host="smtp.gmail.com",
        most_per_day=2_000,
        quota_words=("5.4.5", "Daily user sending", "Daily SMTP relay"),
        proof="rfc8601",
        proving_server="mx.google.com",
    ),
    Provider.GENERIC: ProviderProfile(name="the provider"),
}
