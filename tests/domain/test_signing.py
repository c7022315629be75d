"""A signed address proves: this person, about this case, for this purpose, up to this day. Nothing else verifies."""

from datetime import date, timedelta

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
days = st.dates(date(2020, 1, 1), date(2109, 1, 1))
UNTIL = date(2027, 7, 10)


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


@given(compacts, sides, people, days)
def test_the_last_day_is_read_as_it_was_written(compact: str, side: Side, person: str, day: date) -> None:
    (token,) = SIGNER.tokens_in_address(SIGNER.reply_address(compact, side, person, day))

    assert token.until == day
    assert SIGNER.verifies(token, person)


@given(st.data(), sides, days)
def test_no_character_of_a_token_can_be_changed(data: st.DataObject, side: Side, day: date) -> None:
    """Whatever is changed: it is no token any more, or one that proves nothing. Capitals are the same letters."""
    written = SIGNER.token("ss270042k", side, PERSON, day)
    place = data.draw(st.integers(0, len(written) - 1))
    other = data.draw(st.characters(codec="ascii").filter(lambda each: each.lower() != written[place]))
    changed = written[:place] + other + written[place + 1 :]

    assert not any(SIGNER.verifies(token, PERSON) for token in find_tokens(changed))


@given(st.data(), sides, days)
def test_none_can_be_added_or_left_out(data: st.DataObject, side: Side, day: date) -> None:
    written = SIGNER.token("ss270042k", side, PERSON, day)
    place = data.draw(st.integers(0, len(written)))
    added = written[:place] + data.draw(st.sampled_from("a7-o0z")) + written[place:]

    for changed in (added, written[:place] + written[place + 1 :]):
        assume(changed != written)
        address = f"feedback+{changed}@council.example"
        assert not any(SIGNER.verifies(token, PERSON) for token in SIGNER.tokens_in_address(address))


@given(compacts, compacts, people, people, sides, days, days)
def test_a_tag_made_for_anything_else_never_fits(
    compact: str, other: str, person: str, stranger: str, side: Side, day: date, another: date
) -> None:
    assume((compact, person.lower(), day) != (other, stranger.lower(), another))
    (theirs,) = find_tokens(SIGNER.token(other, side, stranger, another))

    assert not SIGNER.verifies(Token(compact, side, theirs.key_id, theirs.tag, day), person)


@pytest.mark.parametrize(
    ("side", "until", "on_the_day", "after"),
    [
        (Side.OFFICER, UNTIL, True, False),
        (Side.INFORMED, UNTIL, True, False),
        (Side.OFFICER, None, False, False),
        (Side.RESIDENT, None, True, True),
    ],
)
def test_an_officer_s_token_has_an_end_and_a_resident_s_none(
    side: Side, until: date | None, on_the_day: bool, after: bool
) -> None:
    (token,) = find_tokens(SIGNER.token("ss270042k", side, PERSON, until))

    assert token.acts_on(UNTIL) is on_the_day
    assert token.acts_on(UNTIL + timedelta(days=1)) is after


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
    address = Signer(mailbox, (OLD,)).reply_address("ss27123456k", Side.OFFICER, PERSON, UNTIL)

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
