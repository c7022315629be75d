"""A letter that did not arrive: what a mail system says of it in prose, and what that means for whoever should have it."""

import re
from enum import StrEnum

HELD_BACK = "capped"
"""The status of a letter that we did not send ourselves: there had been too many to that address in the day."""


class Cause(StrEnum):
    """Why a letter did not arrive, as far as it matters what to do."""

    GONE = "gone"  # the address is wrong, closed, or refuses us: nothing will reach them there
    FULL = "full"  # the address is right, and its mailbox was full
    LATER = "later"  # the mail system there took nothing for days
    TOO_LARGE = "too_large"  # the address is right, and the letter was too large for it
    HELD_BACK = "held_back"  # we did not send it

    @property
    def for_good(self) -> bool:
        """True where no other letter will reach that address either."""
        return self is Cause.GONE


_FULL = re.compile(
    r"over ?quota|quota (?:is )?exceeded|(?:mail)?box (?:is |was )?full|full mailbox|insufficient storage", re.IGNORECASE
)
_SAYS_LITTLE = frozenset({"", "5.0.0", "5.2.0", "5.5.0", "4.0.0", "4.2.0"})  # statuses behind which anything may stand


def cause_of(status: str, diagnostic: str) -> Cause:
    """*status* as RFC 3463 has them, or that of one that we held back; *diagnostic*: what the mail server said."""
    if status == HELD_BACK:
        return Cause.HELD_BACK
    kind, _, detail = status.partition(".")
    if detail == "2.2" or (status in _SAYS_LITTLE and _FULL.search(diagnostic)):
        return Cause.FULL
    if detail in {"2.3", "3.4"}:
        return Cause.TOO_LARGE
    return Cause.LATER if kind == "4" or detail == "4.7" else Cause.GONE


class Said(StrEnum):
    """What a report without fields says in words."""

    FAILED = "failed"
    DELAYED = "delayed"
    UNCLEAR = "unclear"


_LOOKED_AT = 4_000  # characters: below stands what it returns
# RFC 3463: class, subject (0 to 7), detail; and no part of an address of a machine.
_CODE = re.compile(
    r"\b5\d\d[ -]?#?5\.\d{1,3}\.\d{1,3}\b(?!\.\d)|(?<![\d.])5\.[0-7]\.\d{1,3}\b(?!\.\d)|(?<![\d.])55[0-4][ -](?!\d)"
)
_FOR_GOOD = re.compile(
    r"permanent (?:fatal )?(?:error|failure)|giving up|i've given up|returning message to sender"
    r"|undeliverable due to|did not receive your message",
    re.IGNORECASE,
)
_WAITS = re.compile(
    r"not yet been delivered|\bdelayed\b|will be retried|will (?:retry|continue to|keep trying)"
    r"|still (?:being )?(?:retr|try)|goes on trying"
    r"|\bqueued\b|\bdeferred\b|no action is required on your part|warning message only|do not need to resend"
    r"|delivery attempts will continue|could not send message for past|delivery delayed"
    r"|noch nicht zugestellt|weiter versucht|verzögert|pas encore (?:été )?(?:remis|livré)|retardé|retrasad|in ritardo|ritardat"
    r"|vertraagd|opóźni|atrasad|försenad|forsinket|viivästy",
    re.IGNORECASE,
)
_FAILED = re.compile(
    r"(?:could|can|was|were|has|have)(?: ?not|n['’]t)(?: be| been)? (?:delivered|sent)"
    r"|not (?:been )?delivered|undeliver(?:able|ed)"
    r"|unable to (?:deliver|relay|send)|failed (?:to deliver|addresses|recipients)"
    r"|delivery (?:has )?fail(?:ed|ure)|mail failed|failure notice"
    r"|wasn['’]t able to deliver|couldn['’]t deliver|returned (?:mail|to sender)|returning to sender"
    r"|unknown (?:user|address|recipient)|(?:user|address|recipient|mailbox) (?:is )?unknown"
    r"|no such (?:user|mailbox|address|recipient)"
    r"|(?:does not|doesn['’]t) exist|address not found"
    r"|(?:address|recipient)s? (?:was |were |has been )?(?:rejected|refused|not found)"
    r"|mailbox (?:is )?(?:unavailable|disabled|inactive|full)|over quota|quota exceeded"
    r"|no valid recipients|notificationtype\W+bounce"
    r"|(?:konnte|wurde)n? (?:leider )?nicht (?:zugestellt|gefunden|übermittelt)|unzustellbar"
    r"|fehler bei der nachrichtenzustellung"
    r"|n['’]a (?:pas )?pu être|non remis|échec de (?:la )?remise|introuvable"
    r"|no se (?:pudo|puede|ha podido) entregar|error de entrega|no entregad|no se encontró"
    r"|impossibile recapitare|non (?:è stato possibile|recapitabil)|mancato recapito"
    r"|onbestelbaar|(?:kan|kon) niet worden (?:bezorgd|afgeleverd)|niet (?:bezorgd|gevonden)"
    r"|niedostarczon|nie można (?:było )?dostarczyć"
    r"|não (?:foi possível entregar|pôde ser entregue)|kunde inte levereras|kunne ikke leveres|ei voitu toimittaa"
    r"|nelze doručit|nem kézbesíthető|не доставлено|не удалось доставить|methu danfon|ni ellid (?:danfon|dosbarthu)",
    re.IGNORECASE,
)


def said_in(subject: str, text: str) -> Said:
    """What a mail system says of a letter without the fields of a delivery report: a code of a failure, and words for good,
    count before words of waiting, and those before words of failure, which stand in both."""
    said = " ".join(f"{subject}\n{text[:_LOOKED_AT]}".split())
    if _CODE.search(said) or _FOR_GOOD.search(said):
        return Said.FAILED
    if _WAITS.search(said):
        return Said.DELAYED
    return Said.FAILED if _FAILED.search(said) else Said.UNCLEAR


def shows_a_return(text: str) -> bool:
    """True where *text* holds what a mail server says, and hardly a person: the code of a refusal."""
    return bool(_CODE.search(text[:_LOOKED_AT]))
