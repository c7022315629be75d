"""Why a letter did not arrive decides what is said and done of it."""

import pytest

from townclerk.domain.returned import HELD_BACK, Cause, Said, cause_of, said_in


@pytest.mark.parametrize(
    ("status", "diagnostic", "cause"),
    [
        ("5.1.1", "550 5.1.1 no such user", Cause.GONE),
        ("5.2.1", "mailbox disabled", Cause.GONE),
        ("5.7.1", "refused by policy", Cause.GONE),
        ("5.0.0", "", Cause.GONE),
        ("4.2.2", "", Cause.FULL),
        ("5.2.2", "552 full", Cause.FULL),
        ("5.0.0", "The account is over quota.", Cause.FULL),
        ("4.4.7", "delivery time expired", Cause.LATER),
        ("5.4.7", "delivery time expired", Cause.LATER),
        ("4.4.1", "no answer from host", Cause.LATER),
        ("5.2.3", "", Cause.TOO_LARGE),
        ("5.3.4", "", Cause.TOO_LARGE),
        (HELD_BACK, "too many automatic letters to this address today", Cause.HELD_BACK),
    ],
)
def test_a_status_says_whether_another_letter_may_arrive(status: str, diagnostic: str, cause: Cause) -> None:
    assert cause_of(status, diagnostic) is cause
    assert cause.for_good is (cause is Cause.GONE)


@pytest.mark.parametrize(
    ("subject", "text", "said"),
    [
        ("Unzustellbar: Ihr Brief", "Die Adresse konnte nicht gefunden werden.", Said.FAILED),
        ("Non remis : votre lettre", "Votre message n'a pas pu être remis.", Said.FAILED),
        ("mail failed, returning to sender", "<asha@example.org> ... unknown user", Said.FAILED),
        ("Zustellung verzögert", "Ihre Nachricht konnte noch nicht zugestellt werden. Es wird weiter versucht.", Said.DELAYED),
        ("[Postmaster] Email Delivery Delayed", "It has been queued and delivery will be retried for 4 days", Said.DELAYED),
        ("Warning: message 1kX delayed 24 hours", "It has not yet been delivered to one or more recipients.", Said.DELAYED),
        ("Delivery delayed", "550 5.1.1 user unknown", Said.FAILED),
        ("Warning: message 1kX delayed 24 hours", "host mx.example.org [5.9.12.14]: Connection timed out", Said.DELAYED),
        ("Warning: message 1kX delayed 24 hours", "host mx.example.org [144.5.9.12]: Connection timed out", Said.DELAYED),
        ("Delivery delayed", "5.7.1 refused", Said.FAILED),
        ("Returned Mail", "It was undeliverable due to the following reason: the time for which a mail is queued", Said.FAILED),
        ("Message quarantined", "Your message to asha@example.org was quarantined", Said.UNCLEAR),
        ("Hello", "The crew has come.", Said.UNCLEAR),
    ],
)
def test_prose_says_that_a_letter_failed_that_it_waits_or_neither(subject: str, text: str, said: Said) -> None:
    assert said_in(subject, text) is said
