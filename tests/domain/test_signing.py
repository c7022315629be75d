"""A signed address proves: this person, about this case, on this side. Nothing else verifies."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from townclerk.domain.signing import Side, Signer, SigningKey, Token, find_tokens

OLD, NEW = SigningKey("0", b"the old secret of the council"), SigningKey("1", b"the new secret of the council")
MAILBOX = "feedback@council.example"
SIGNER = Signer(MAILBOX, (OLD,))
PERSON = "asha.patel@example.org"

people = st.emails()
compacts = st.builds(lambda number, letter: f"ss27{number:04d}{letter}", st.integers(1, 9999), st.sampled_from("hkmq"))
sides = st.sampled_from(Side)


def the_token(signer: Signer, compact: str = "ss270042k", side: Side = Side.RESIDENT, person: str = PERSON) -> Token:
    (token,) = signer.tokens_in_address(signer.reply_address(compact, side, person))
    return token


@given(compacts, sides, people)
def test_what_was_signed_verifies_for_the_person_it_was_made_for(compact: str, side: Side, person: str) -> None:
    token = the_token(SIGNER, compact, side, person)

    assert (compact, side, True) == (token.compact, token.side, SIGNER.verifies(token, person))


@given(compacts, sides, people, people)
def test_nobody_else_may_use_it(compact: str, side: Side, person: str, other: str) -> None:
    assume(person.lower() != other.lower())

    assert not SIGNER.verifies(the_token(SIGNER, compact, side, person), other)


@pytest.mark.parametrize(
    "changed",
    [
        Token("ss270043k", Side.RESIDENT, "0", ""),
        Token("ss270042k", Side.OFFICER, "0", ""),
        Token("ss270042k", Side.RESIDENT, "1", ""),
        Token("ss270042k", Side.RESIDENT, "0", "a" * 14),
    ],
)
def test_another_case_side_key_or_tag_does_not_verify(changed: Token) -> None:
    signed = the_token(SIGNER)

    assert not SIGNER.verifies(Token(changed.compact, changed.side, changed.key_id, changed.tag or signed.tag), PERSON)


def test_programs_that_change_capitals_do_no_harm() -> None:
    address = SIGNER.reply_address("ss270042k", Side.OFFICER, PERSON)
    (token,) = SIGNER.tokens_in_address(address.upper())

    assert SIGNER.verifies(token, PERSON.upper())


def test_a_new_key_signs_and_the_old_one_still_verifies() -> None:
    held = the_token(SIGNER)
    both = Signer(MAILBOX, (NEW, OLD))

    assert both.verifies(held, PERSON)
    assert the_token(both).key_id == "1"
    assert not Signer(MAILBOX, (NEW,)).verifies(held, PERSON)


def test_another_secret_under_the_same_number_does_not_verify() -> None:
    assert not Signer(MAILBOX, (SigningKey("0", b"somebody else's secret"),)).verifies(the_token(SIGNER), PERSON)


@pytest.mark.parametrize(
    "address", [MAILBOX, "feedback+nothing@council.example", "other+{t}@council.example", "feedback+{t}@evil.example", ""]
)
def test_only_the_council_s_own_addresses_hold_tokens(address: str) -> None:
    token = SIGNER.token("ss270042k", Side.RESIDENT, PERSON)

    assert SIGNER.tokens_in_address(address.format(t=token)) == ()


@pytest.mark.parametrize("mailbox", ["customerfeedback@sstaffs.gov.uk", "complaints.and.compliments.team@council.example"])
def test_the_local_part_stays_within_what_mail_allows(mailbox: str) -> None:
    address = Signer(mailbox, (OLD,)).reply_address("ss27123456k", Side.OFFICER, PERSON)

    assert len(address.rpartition("@")[0]) <= 64


def test_a_message_id_is_the_same_for_one_letter_and_another_for_the_next() -> None:
    first, again, other = (
        SIGNER.message_id("ss270042k", Side.RESIDENT, PERSON, key) for key in ("receipt", "receipt", "response")
    )

    assert first == again != other
    assert SIGNER.is_own_message_id(first)
    assert not SIGNER.is_own_message_id("<a1b2@council.example>")
    assert not SIGNER.is_own_message_id(first.replace("council.example", "elsewhere.example"))


@given(st.text(max_size=500))
def test_any_text_is_searched_for_tokens_without_error(text: str) -> None:
    assert find_tokens(text) == () or "-" in text


def test_a_key_does_not_show_its_secret() -> None:
    assert "secret" not in repr(OLD)
