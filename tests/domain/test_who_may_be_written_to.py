"""Restrictions of contact, copies, representatives: who is written to, by whom, and who is not."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache

import pytest

from domain import samples
from domain.samples import MONDAY, RESIDENT, facts, kinds
from townclerk.domain.case import Case, PartyRole
from townclerk.domain.commands import read_commands
from townclerk.domain.council import Council
from townclerk.domain.deadlines import timers
from townclerk.domain.decide import Decision, decide
from townclerk.domain.events import CaseOpened, OfficerWrote, PersonRestricted, ResidentWrote, TimerDue
from townclerk.domain.letters import ConsentRequest, Forwarded, Message, Refused, Reminder
from townclerk.domain.letters import Decision as ToDecide
from townclerk.domain.mail import Address
from townclerk.domain.provisions import Code, Consent, Copies, Provisions, Published, Representation, Restrictions
from townclerk.domain.routing import Route, route
from townclerk.domain.words import Category, LetterKind, Status

SAID = Published("7.1", promises=("EX-001",))
LATER = MONDAY + timedelta(hours=1)
COUNCILLOR = "cllr.smith@members.example"


@cache
def council(only_they: bool = True, record: tuple[str, ...] = ()) -> Council:
    """The example, with a policy that restricts contact, copies letters and wants written consent."""
    plain = samples.council()
    provisions = replace(
        plain.policy.provisions,
        restrictions=Restrictions(
            "complaints_lead", only_they, record, ("why", "how long"), "https://council.example/p", said=SAID
        ),
        copies=Copies(SAID),
        representation=Representation(Consent.WRITTEN, SAID),
    )
    return replace(plain, policy=replace(plain.policy, provisions=provisions))


def opened(text: str = "My bin.", what: Route = samples.COMPLAINT, where: Council | None = None) -> Case:
    event = CaseOpened(samples.REF, facts(1, text), what)
    return decide(None, event, where or council(), MONDAY).case


def officer(
    case: Case, text: str, key: str = "cal", at: datetime = LATER, number: int = 2, where: Council | None = None
) -> Decision:
    who = (where or council()).roster.find(key)
    assert who is not None
    read = read_commands(text)
    mail = facts(number, text, at, Address(who.name, who.email))
    event = OfficerWrote(key, mail, read.commands, read.problem, spare_ref="SS-27-0002-H")
    return decide(case, event, where or council(), at)


def writes(case: Case, text: str, number: int = 3, at: datetime = LATER, sender: Address = RESIDENT) -> Decision:
    routed = route(samples.incoming(text), council().routing, opens=False)
    return decide(case, ResidentWrote(facts(number, text, at, sender), routed, "test"), council(), at)


def restricted() -> Case:
    return officer(opened(), "#restrict 2027-06-01 Forty mails in a week.").case


def refusal(decision: Decision) -> Refused:
    (content,) = (send.letter.content for send in decision.sends)
    assert isinstance(content, Refused)
    return content


# --- restrictions ----------------------------------------------------------------------------------------------------


def test_a_restriction_is_recorded_and_sends_nothing_where_no_letter_stands_below() -> None:
    decision = officer(opened(), "#restrict 2027-06-01 Forty mails in a week.")

    assert kinds(decision) == ["done"]
    assert decision.case.restriction is not None
    assert (decision.case.restriction.until, decision.case.restriction.who) == (date(2027, 6, 1), RESIDENT.key)
    assert [other.who for other in decision.others] == [RESIDENT.key]


def test_what_stands_below_goes_to_them_with_the_last_day_and_the_policy() -> None:
    decision = officer(opened(), "#restrict 2027-06-01 Forty mails.\nDear Ms Patel, please write once a week.")
    letter = next(send.letter for send in decision.sends if not send.letter.to.staff)

    assert isinstance(letter.content, Message)
    assert (letter.content.until, letter.content.policy_url) == (date(2027, 6, 1), "https://council.example/p")
    assert "Forty" not in letter.content.text


@pytest.mark.parametrize(
    "text",
    [
        "#restrict because of the mails",
        "#restrict 30 too many mails",
        "#restrict 2027-01-11 today is too late",
        "#restrict 2031-01-01 for ever",
        "#restrict 2027-06-01",
    ],
)
def test_a_restriction_without_a_day_a_reason_or_an_end_is_refused(text: str) -> None:
    decision = officer(opened(), text)

    assert kinds(decision) == ["refused"]
    assert decision.case.restriction is None


def test_only_the_role_that_decides_may_restrict() -> None:
    assert kinds(officer(opened(), "#restrict 2027-06-01 Too many mails.", "wendy")) == ["refused"]


def test_what_must_be_recorded_is_asked_for_by_name_and_is_not_sent() -> None:
    where = council(record=("warnings", "measures tried"))
    lacking = officer(opened(where=where), "#restrict 2027-06-01 Mails.\nWarnings: two\nDear Ms Patel.", where=where)
    whole = officer(
        opened(where=where),
        "#restrict 2027-06-01 Mails.\nWarnings: two\nMeasures tried: a named officer\n\nDear Ms Patel.",
        where=where,
    )

    assert "measures tried" in refusal(lacking).reason
    assert "warnings" not in refusal(lacking).reason
    assert whole.case.restriction is not None
    assert whole.case.restriction.record == (("warnings", "two"), ("measures tried", "a named officer"))
    (sent,) = (s.letter.content for s in whole.sends if isinstance(s.letter.content, Message))
    assert sent.text == "Dear Ms Patel."


def test_their_mail_is_filed_read_by_a_person_and_not_answered() -> None:
    decision = writes(restricted(), "You cannot silence me.")

    assert kinds(decision) == ["decision"]
    (send,) = decision.sends
    assert isinstance(send.letter.content, ToDecide)
    assert (send.letter.to.officer, send.letter.content.question) == ("cal", "restricted")
    assert decision.case.mails[-1].mail == 3
    assert "#new-case 3\n" in [choice.body for choice in send.letter.content.choices]


def test_their_mail_waits_for_working_hours_also_on_a_closed_case() -> None:
    night = MONDAY.replace(hour=22)
    case = replace(restricted(), status=Status.CLOSED, closed_at=LATER)
    asleep = writes(case, "At night.", at=night)
    (timer,) = (t for t in timers(asleep.case, council()) if t.act == "waiting")
    awake = decide(asleep.case, TimerDue(timer.key, timer.at), council(), timer.at)

    assert (kinds(asleep), kinds(awake)) == ([], ["decision"])


def test_no_letter_goes_by_itself_and_what_was_due_is_put_to_the_team() -> None:
    case, seen = restricted(), []
    for _ in range(80):
        due = sorted((t.at, t.key) for t in timers(case, council()) if t.at < datetime.fromisoformat("2027-04-01T00:00Z"))
        if not due:
            break
        at, key = due[0]
        decision = decide(case, TimerDue(key, at), council(), at)
        case = decision.case
        seen += [send.letter for send in decision.sends]

    assert [letter for letter in seen if not letter.to.staff] == []
    asked = [letter.content.detail for letter in seen if isinstance(letter.content, ToDecide)]
    assert any("acknowledgement" in detail for detail in asked)
    assert any("delay notice" in detail for detail in asked)
    respond = case.deadline("stage1.respond")
    assert respond is not None
    assert respond.promised == respond.target, "a date that nobody was told is no promise"


def test_only_the_team_writes_to_them() -> None:
    refused = officer(restricted(), "#message\nHello.", "wendy", number=4)

    assert "only Complaints Lead may write" in refusal(refused).reason
    written = officer(restricted(), "#message\nHello.", "cal", number=4)
    assert kinds(written) == ["message", "done", "done"]
    assert [send.letter.to.officer for send in written.sends][1:] == ["cal", "wendy"], "whoever has the case hears of it"


def test_another_case_of_theirs_knows_of_it_too() -> None:
    restriction = restricted().restriction
    event = PersonRestricted(RESIDENT.key, "cal", 2, restriction)
    other = decide(opened(), event, council(), LATER)

    assert kinds(other) == []
    assert other.case.deadline("restriction") is None
    assert kinds(writes(other.case, "And this one?")) == ["decision"]


def test_whoever_has_no_address_is_restricted_on_that_case_alone() -> None:
    """Otherwise it would be everybody who has none."""
    nobody = Address("Tam Weston", "")
    event = CaseOpened(samples.REF, facts(1, "My bin.", sender=nobody, answerable=False), samples.COMPLAINT)
    case = decide(None, event, council(), MONDAY).case
    decision = officer(case, "#restrict 2027-06-01 Shouts at the telephone.")
    another = replace(case, ref="SS-27-0002-H")
    told = decide(another, PersonRestricted("", "cal", 2, decision.case.restriction), council(), LATER)

    assert decision.others == ()
    assert kinds(officer(decision.case, "#message\nHello.", "wendy", number=4)) == ["refused"]
    assert told.case == another
    stray = replace(another, restriction=decision.case.restriction)
    assert "only Complaints Lead" not in refusal(officer(stray, "#message\nHello.", "wendy", number=4)).reason


def test_it_is_looked_at_again_before_it_ends_whatever_became_of_the_case() -> None:
    case = replace(restricted(), status=Status.CLOSED, closed_at=LATER)
    found = {t.act: t for t in timers(case, council()) if t.deadline == "restriction"}
    days = sorted(t.at.date() for t in timers(case, council()) if t.act == "reminder")

    assert days == [date(2027, 5, 27), date(2027, 6, 1)]  # 31 May is a bank holiday
    reminder = decide(case, TimerDue(found["reminder"].key, found["reminder"].at), council(), found["reminder"].at)
    (told,) = reminder.sends
    assert isinstance(told.letter.content, Reminder)
    assert (told.letter.to.officer, told.letter.content.detail) == ("cal", "Forty mails in a week.")  # why it was decided


def test_it_ends_by_itself_after_its_last_day_and_by_a_word() -> None:
    after = datetime.fromisoformat("2027-06-02T10:00+01:00")
    case = restricted()

    assert "decision" not in kinds(writes(case, "Hello?", at=after))
    ended = officer(case, "#unrestrict They have kept to it.", number=4)
    assert ended.case.restriction is None
    assert kinds(writes(ended.case, "Thank you.", 5)) == ["forwarded"]  # the receipt of this morning was less than a day ago
    assert kinds(officer(ended.case, "#unrestrict", number=6)) == ["refused"]


# --- copies ----------------------------------------------------------------------------------------------------------


def copied() -> Case:
    return officer(opened(f"Bins. Please copy {COUNCILLOR} in."), f"#copy {COUNCILLOR}").case


def test_a_copy_says_whose_letter_it_is_and_is_one_letter_with_it() -> None:
    decision = officer(copied(), "#acknowledge\nWe understand.", "wendy", number=3)
    letters = [send for send in decision.sends if send.letter.kind is LetterKind.ACKNOWLEDGEMENT]

    assert [s.letter.to.address for s in letters] == [RESIDENT.address, COUNCILLOR]
    assert [s.letter.copy_of for s in letters] == ["", RESIDENT.name]
    assert len({s.letter_key for s in letters}) == 1


def test_receipts_questions_and_messages_are_not_copied() -> None:
    case = copied()
    for number, text in enumerate(("#message\nHello.", "#ask\nWhere?"), 3):
        decision = officer(case, text, "wendy", number=number)
        assert COUNCILLOR not in {s.letter.to.address for s in decision.sends}
    answered = officer(case, "#respond upheld\nWe are sorry.", "wendy", number=5)
    got = [s.letter.kind for s in answered.sends if s.letter.to.address == COUNCILLOR]
    assert got == [LetterKind.RESPONSE]


def test_a_copy_wants_the_resident_s_written_request() -> None:
    unasked = officer(opened(), f"#copy {COUNCILLOR}")

    assert "in writing" in refusal(unasked).reason
    assert kinds(officer(opened(), f"#copy {COUNCILLOR} letter of 3 February, scanned")) == ["done", "done"], (
        "whoever has the case, too"
    )
    assert kinds(officer(opened(), "#copy Cllr Smith")) == ["refused"]
    assert kinds(officer(copied(), f"#copy {COUNCILLOR}", number=3)) == ["refused"]


def test_who_is_copied_is_heard_and_gets_no_answer() -> None:
    decision = writes(copied(), "I ask for a review, and I withdraw it.", sender=Address("Cllr Smith", COUNCILLOR))

    assert kinds(decision) == ["forwarded"]
    assert decision.case.status is Status.OPEN
    assert isinstance(decision.sends[0].letter.content, Forwarded)
    assert decision.sends[0].letter.content.reason == "copied"


def test_nothing_that_a_councillor_in_copy_writes_becomes_a_case_of_its_own() -> None:
    case = writes(copied(), "Also, the park is locked.", sender=Address("Cllr Smith", COUNCILLOR)).case

    assert "no other mail of theirs" in refusal(officer(case, "#new-case", "wendy", number=4)).reason
    assert kinds(officer(writes(case, "Also, my rent.", 4).case, "#new-case", "wendy", number=5)) == ["done"]


def test_nothing_more_is_copied_when_the_resident_takes_it_back() -> None:
    ended = officer(copied(), f"#uncopy {COUNCILLOR}", number=3)
    decision = officer(ended.case, "#acknowledge\nWe understand.", "wendy", number=4)

    assert not [party for party in ended.case.parties if party.role is PartyRole.COPIED]
    assert COUNCILLOR not in {s.letter.to.address for s in decision.sends}
    assert kinds(officer(ended.case, f"#uncopy {COUNCILLOR}", number=5)) == ["refused"]


def test_the_resident_s_wish_is_offered_to_the_officer_as_one_click() -> None:
    decision = writes(opened(), f"Please keep my councillor informed: {COUNCILLOR}. I agree.")
    (passed,) = (s.letter.content for s in decision.sends if isinstance(s.letter.content, Forwarded))

    assert passed.reason == "copy_wanted"
    assert passed.choices[0].body == f"#copy {COUNCILLOR}\n"


# --- representatives -------------------------------------------------------------------------------------------------


def represented() -> Case:
    return officer(opened(), "#representative pending", "wendy").case


def test_consent_is_asked_for_and_the_clocks_run() -> None:
    decision = officer(opened(), "#representative pending", "wendy")
    letter = next(s.letter.content for s in decision.sends if not s.letter.to.staff)

    assert isinstance(letter, ConsentRequest)
    assert letter.written
    assert letter.dates
    assert [d.name for d in decision.case.deadlines if d.open] == [d.name for d in opened().deadlines if d.open]


def test_no_answer_goes_before_the_consent_is_here() -> None:
    refused = officer(represented(), "#respond upheld\nYour father's rent was wrong.", "wendy", number=3)
    given = officer(represented(), "#representative consented A signed letter.", "wendy", number=4)

    assert "consent" in refusal(refused).reason
    assert kinds(officer(represented(), "#acknowledge\nWe see.", "wendy", number=5)) == ["acknowledgement", "done"]
    assert "response" in kinds(officer(given.case, "#respond upheld\nIt was wrong.", "wendy", number=6))
    assert kinds(officer(given.case, "#representative pending", "wendy", number=7)) == ["refused"]


def test_where_consent_is_only_asked_for_an_answer_may_go() -> None:
    plain = council()
    asked = replace(plain.policy.provisions, representation=Representation(Consent.ASKED))
    where = replace(plain, policy=replace(plain.policy, provisions=asked))
    case = officer(opened(), "#representative pending", "wendy", where=where).case

    assert "response" in kinds(officer(case, "#respond upheld\nIt was wrong.", "wendy", number=3, where=where))


def test_the_officer_is_told_that_somebody_writes_for_another() -> None:
    event = CaseOpened(
        samples.REF, facts(1, "for my father"), Route(Category.COMPLAINT, "waste", signals=frozenset({"representative"}))
    )
    decision = decide(None, event, council(), MONDAY)
    (assigned,) = (s.letter.content for s in decision.sends if s.letter.kind is LetterKind.ASSIGNMENT)

    assert "#representative pending" in assigned.note  # type: ignore[union-attr]  # an assignment has one
    assert "not_accepted" not in kinds(decision)


def test_a_policy_that_provides_for_none_of_it_says_so() -> None:
    bare = replace(council(), policy=replace(council().policy, provisions=Provisions()))
    for text in ("#restrict 2027-06-01 Mails.", f"#copy {COUNCILLOR}"):
        assert "says nothing of" in refusal(officer(opened(), text, where=bare)).reason


def test_a_restriction_may_begin_with_what_the_policy_calls_unreasonable() -> None:
    known = council()
    restrictions = known.policy.provisions.restrictions
    assert restrictions is not None
    named = replace(restrictions, behaviours={"repeats": Code("repeats", "The same complaint again")})
    where = replace(known, policy=replace(known.policy, provisions=replace(known.policy.provisions, restrictions=named)))

    decided = officer(opened(), "#restrict 2027-06-01 repeats: nine times.", where=where).case.restriction
    assert decided is not None
    assert decided.reason == "The same complaint again. nine times."
    assert "repeats (The same complaint again)" in " ".join(
        refusal(officer(opened(), "#restrict 2027-06-01", where=where)).instead
    )
