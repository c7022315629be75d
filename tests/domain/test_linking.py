"""Which case a mail belongs to: the strongest clue wins, and nobody who is not a party follows any."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.samples import REF, RESIDENT, incoming, opened
from townclerk.domain.case import Case, Party, PartyRole
from townclerk.domain.linking import Signed, find_clues, judge, signed_for
from townclerk.domain.mail import Address, IncomingMail
from townclerk.domain.reference import Reference
from townclerk.domain.signing import Side, Signer, SigningKey

MAILBOX = "feedback@council.example"
UNTIL = date(2027, 7, 1)
SIGNER = Signer(MAILBOX, (SigningKey("0", b"a secret"),))
OTHERS = [str(Reference("SS", 27, number)) for number in (2, 3, 4)]


def a_case(ref: str, who: str = RESIDENT.address) -> Case:
    return replace(opened().case, ref=ref, complainant=Address("", who))


CASES = {ref: a_case(ref) for ref in (REF, *OTHERS)}


def linked(mail: IncomingMail, known: dict[str, str] | None = None, cases: dict[str, Case] | None = None) -> str | None:
    there = CASES if cases is None else cases
    found = judge(mail, find_clues(mail, "SS", SIGNER, known or {}), there)
    return found.joined.ref if found.joined else None


def a_mail_with_every_clue() -> tuple[IncomingMail, dict[str, str]]:
    """The address names the first case, the thread the second, the subject the third, the words the fourth."""
    to = SIGNER.reply_address(REF.replace("-", "").lower(), Side.RESIDENT, RESIDENT.address)
    mail = incoming(f"about {OTHERS[2]}", f"Re: {OTHERS[1]}", to=(Address("", to),), in_reply_to=("<m1>",))
    return mail, {"<m1>": OTHERS[0]}


def test_the_signed_address_then_the_thread_then_the_subject_then_the_words() -> None:
    mail, known = a_mail_with_every_clue()

    assert linked(mail, known) == REF
    assert OTHERS[0] == linked(replace(mail, to=()), known)
    assert OTHERS[1] == linked(replace(mail, to=(), in_reply_to=()), known)
    assert OTHERS[2] == linked(replace(mail, to=(), in_reply_to=(), subject=""), known)
    assert linked(replace(mail, to=(), in_reply_to=(), subject="", own_text="")) is None


def test_a_clue_to_a_case_of_somebody_else_is_passed_over_for_one_of_the_sender_s_own() -> None:
    mail, known = a_mail_with_every_clue()

    assert OTHERS[0] == linked(mail, known, {**CASES, REF: a_case(REF, "another@example.org")})


def test_a_stranger_joins_nothing_and_the_cases_named_are_kept_for_a_person() -> None:
    mail, known = a_mail_with_every_clue()
    mail = replace(mail, sender=Address("", "stranger@example.net"))
    link = judge(mail, find_clues(mail, "SS", SIGNER, known), CASES)

    assert link.joined is None
    assert (REF, *OTHERS) == link.possible


def test_a_party_joins_whatever_the_capitals() -> None:
    case = replace(
        a_case(REF, "another@example.org"), parties=(Party(Address("", "Son@Example.org"), PartyRole.REPRESENTATIVE),)
    )

    assert linked(incoming("", REF, sender="SON@EXAMPLE.ORG"), cases={REF: case}) == REF


def test_a_reference_in_what_is_quoted_is_no_clue() -> None:
    mail = replace(incoming("any news?"), text=f"any news?\n> about {REF}")

    assert linked(mail) is None


def test_a_case_that_does_not_exist_is_no_clue() -> None:
    assert linked(incoming("", REF), cases={}) is None


@pytest.mark.parametrize("sender", [RESIDENT.address, "wendy.ash@council.example"])
def test_an_officer_s_address_serves_that_officer_alone(sender: str) -> None:
    to = SIGNER.reply_address(REF.replace("-", "").lower(), Side.OFFICER, "wendy.ash@council.example", UNTIL)
    mail = incoming("", sender=sender, to=(Address("", to),))

    mine = signed_for(mail, "SS", SIGNER, frozenset({sender}), UNTIL, in_thread=False)
    assert mine == (Signed(REF, Side.OFFICER, expired=False) if sender.startswith("wendy") else None)


@pytest.mark.parametrize(("day", "expired"), [(UNTIL, False), (UNTIL + timedelta(days=1), True)])
def test_an_officer_s_address_acts_up_to_its_last_day(day: date, expired: bool) -> None:
    to = SIGNER.reply_address(REF.replace("-", "").lower(), Side.OFFICER, "wendy.ash@council.example", UNTIL)
    mail = incoming("", to=(Address("", to),))
    found = signed_for(mail, "SS", SIGNER, frozenset({"wendy.ash@council.example"}), day, in_thread=False)

    assert found == Signed(REF, Side.OFFICER, expired)


def test_an_officer_s_address_from_before_there_were_days_has_expired() -> None:
    to = SIGNER.reply_address(REF.replace("-", "").lower(), Side.OFFICER, "wendy.ash@council.example")
    mail = incoming("", to=(Address("", to),))
    found = signed_for(mail, "SS", SIGNER, frozenset({"wendy.ash@council.example"}), UNTIL, in_thread=False)

    assert found == Signed(REF, Side.OFFICER, expired=True)


def test_of_two_addresses_the_one_that_still_acts_counts() -> None:
    compact = REF.replace("-", "").lower()
    old, new = (
        SIGNER.reply_address(compact, Side.OFFICER, "wendy.ash@council.example", day)
        for day in (UNTIL - timedelta(days=1), UNTIL)
    )
    mail = incoming("", to=(Address("", old), Address("", new)))
    found = signed_for(mail, "SS", SIGNER, frozenset({"wendy.ash@council.example"}), UNTIL, in_thread=False)

    assert found == Signed(REF, Side.OFFICER, expired=False)


def test_a_resident_s_address_is_no_officer_s() -> None:
    to = SIGNER.reply_address(REF.replace("-", "").lower(), Side.RESIDENT, "wendy.ash@council.example")
    mail = incoming("", to=(Address("", to),))

    assert signed_for(mail, "SS", SIGNER, frozenset({"wendy.ash@council.example"}), UNTIL, in_thread=False) is None


@pytest.mark.parametrize("in_thread", [True, False])
def test_where_the_host_strips_tags_the_thread_carries_the_signature(in_thread: bool) -> None:
    message_id = SIGNER.message_id(REF.replace("-", "").lower(), Side.OFFICER, "wendy.ash@council.example", "key", UNTIL)
    mail = incoming("", to=(Address("", MAILBOX),), in_reply_to=(message_id,))

    found = signed_for(mail, "SS", SIGNER, frozenset({"wendy.ash@council.example"}), UNTIL, in_thread)
    assert found == (Signed(REF, Side.OFFICER, expired=False) if in_thread else None)
