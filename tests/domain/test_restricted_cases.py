"""What only the complaints lead may know, and whom a complaint names."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.samples import MONDAY, council, facts, incoming, kinds, officer, opened, wake
from townclerk.config.council_folder import load_council
from townclerk.domain.case import Case
from townclerk.domain.commands import read_commands
from townclerk.domain.council import Council
from townclerk.domain.deadlines import timers
from townclerk.domain.decide import Decision, decide
from townclerk.domain.events import CaseOpened, MemberWrote, OfficerMailHeld, OfficerWrote, ResidentWrote
from townclerk.domain.letters import Assignment, Done, Receipt
from townclerk.domain.letters import Decision as ToDecide
from townclerk.domain.mail import Address
from townclerk.domain.provisions import Notice, Published
from townclerk.domain.routing import Route, route
from townclerk.domain.words import Alert, Category, LetterKind, Stage

FRAUD = Route(Category.COMPLAINT, "licensing", exclusions=("fraud",))
CONDUCT = Route(Category.COMPLAINT, "waste", alerts=(Alert.STAFF_CONDUCT,))
LATER = MONDAY + timedelta(hours=2)


def restricted() -> Case:
    return opened(FRAUD, text="An officer takes bribes.").case


def conduct(text: str = "Wendy Ash swore at me.") -> Case:
    return opened(CONDUCT, text=text).case


@pytest.mark.parametrize(
    "text", ["It was Wendy\nAsh who swore.", "Mrs Ash was rude to me.", "wendy  ash", "Ms. Ash laughed at me"]
)
def test_who_is_named_does_not_hear_of_it(text: str) -> None:
    decision = opened(CONDUCT, text=text)

    assert {"cal"} == {send.letter.to.officer for send in decision.sends if send.letter.to.staff}
    assert decision.case.conflicts == ("wendy",)


def test_whoever_decides_about_conduct_hears_of_an_officer_who_is_named() -> None:
    alerts = {Alert.STAFF_CONDUCT: "member_enquiries"}
    known = replace(council(), policy=replace(council().policy, alerts=alerts))

    def told(text: str) -> set[str | None]:
        decision = decide(None, CaseOpened("SS-27-0001-K", facts(1, text, MONDAY), CONDUCT), known, MONDAY)
        return {send.letter.to.officer for send in decision.sends if send.letter.content.kind is LetterKind.ALERT}

    assert told("Wendy Ash swore at me.") == {"faith"}
    assert told("Wendy Ash swore at me, and Faith Nkemelu laughed.") == {"cal"}, "not where they are named themselves"


def test_whoever_complains_of_a_member_of_staff_has_the_receipt_of_any_complaint() -> None:
    receipts = {
        text: next(s.letter.content for s in opened(CONDUCT, text=text).sends if s.letter.kind is LetterKind.RECEIPT)
        for text in ("Wendy Ash swore at me.", "Somebody swore at me.")
    }

    assert len(set(receipts.values())) == 1


def test_the_receipt_of_what_only_the_lead_may_know_says_little() -> None:
    receipt = next(s.letter.content for s in opened(FRAUD, text="Bribes.").sends if s.letter.kind is LetterKind.RECEIPT)

    assert isinstance(receipt, Receipt)
    assert (receipt.variety, [date.what for date in receipt.dates if date.what == "respond"]) == ("neutral", [])


@pytest.mark.parametrize("text", ["The ash from the fire is still there, he was rude to me.", "Wendy Ashton was rude to me."])
def test_another_word_is_no_name(text: str) -> None:
    assert conduct(text).conflicts == ()


def test_a_member_s_mail_about_a_restricted_case_goes_to_the_lead_alone() -> None:
    mail = facts(2, "news, please", LATER, Address("", "x@parliament.uk"))
    decision = decide(restricted(), MemberWrote(mail, "test"), council(), LATER)

    assert [send.letter.to.officer for send in decision.sends] == ["cal"]


def test_who_is_named_stays_out_when_it_is_taken_as_a_complaint() -> None:
    decision = officer(conduct(), "#category complaint", 2, LATER, "cal")
    case = decision.case

    assert [s.letter.to.officer for s in decision.sends if isinstance(s.letter.content, Assignment)] == ["cal"]
    assert kinds(officer(case, "#show", 3, LATER, "wendy")) == ["refused"]
    assert kinds(officer(case, "#assign wendy", 3, LATER, "cal")) == ["refused"]
    given = officer(case, "#assign harun", 3, LATER, "cal")
    assert [s.letter.to.officer for s in given.sends if isinstance(s.letter.content, Assignment)] == ["harun"]


@pytest.mark.parametrize("text", ["#show", "#category complaint", "#service housing", "#note I saw it", "#nonsense"])
def test_who_may_not_know_of_a_case_does_nothing_with_it_and_learns_nothing(text: str) -> None:
    decision = officer(restricted(), text, 2, LATER, "faith")
    (send,) = decision.sends

    assert (decision.case, send.letter.case) == (restricted(), None)
    assert kinds(decision) == ["refused"]


def separated(case: Case, text: str) -> Case:
    """What becomes of the complainant's further mail with *text*, when the lead makes it a case of its own."""
    wrote = ResidentWrote(facts(2, text, LATER), route(incoming(text), council().routing, opens=False), "test")
    with_mail = decide(case, wrote, council(), LATER).case
    mail = facts(3, "#new-case 2", LATER, Address("Cal Lane", "cal.lane@council.example"))
    asked = OfficerWrote("cal", mail, read_commands("#new-case 2").commands, spare_ref="SS-27-0002-H")
    (opening,) = decide(with_mail, asked, council(), LATER).openings
    new = decide(None, opening, council(), LATER)
    told = {"cal"} if new.case.restricted else {"wendy"}
    assert {send.letter.to.officer for send in new.sends if send.letter.to.staff} == told
    return new.case


def test_what_few_may_know_of_is_theirs_alone_also_where_it_came_in_an_ordinary_complaint() -> None:
    """The text of the mail decides, as if it had opened a case by itself; the officer who split it off hears where it went."""
    text = "One of your officers takes bribes for permits. That is fraud."
    ordinary = opened(text="My bin was missed.").case
    new = separated(ordinary, text)

    assert (new.restricted, new.exclusions) == (True, ("fraud",))
    assert kinds(officer(new, "#show", 4, LATER, "wendy")) == ["refused"]
    assert not separated(ordinary, "My bin was missed, and my claim on your insurance.").restricted


def test_what_is_taken_out_of_a_restricted_case_is_kept_from_whom_it_was_kept() -> None:
    """Until somebody takes it as an ordinary complaint; and whom it complained of stays out even then."""
    new = separated(conduct(), "My bin was missed, too.")

    assert (new.restricted, new.conflicts) == (True, ("wendy",))
    assert kinds(officer(new, "#show", 4, LATER, "wendy")) == ["refused"]
    assert not officer(new, "#category complaint", 4, LATER, "cal").case.restricted
    assert separated(restricted(), "My rent is wrong, too.").restricted


def test_what_is_delicate_in_a_further_mail_is_so_in_a_case_of_its_own() -> None:
    new = separated(restricted(), "I want to complain about the conduct of your officer. Wendy Ash was rude and abusive to me.")

    assert Alert.STAFF_CONDUCT in new.alerts
    assert new.conflicts == ("wendy",)


def test_nor_is_their_mail_held() -> None:
    held = OfficerMailHeld("faith", facts(2, "Here is more", LATER), "no_word")

    assert kinds(decide(restricted(), held, council(), LATER)) == ["refused"]


def test_the_lead_gives_a_restricted_case_to_one_colleague() -> None:
    given = officer(restricted(), "#assign harun", 2, LATER, "cal")

    assert [s.letter.to.officer for s in given.sends if isinstance(s.letter.content, Assignment)] == ["harun"]
    assert kinds(officer(given.case, "#acknowledge\nWe see.", 3, LATER, "harun")) == ["acknowledgement", "done"]
    assert kinds(officer(given.case, "#assign lucy", 3, LATER, "harun")) == ["refused"]
    assert given.case.restricted


def test_another_service_does_not_hear_of_a_restricted_case_and_the_lead_is_told_so() -> None:
    decision = officer(conduct(), "#service housing", 2, LATER, "cal")
    (done,) = (send.letter.content for send in decision.sends)

    assert isinstance(done, Done)
    assert "stays with Cal Lane" in done.lines[0]
    assert decision.case.service == "housing"


def test_every_letter_about_a_restricted_case_goes_to_the_lead() -> None:
    """Also the ladder of escalation."""
    case = restricted()
    for timer in timers(case, council()):
        assert {"cal"} >= {s.letter.to.officer for s in wake(case, timer.key, timer.at).sends if s.letter.to.staff}


def test_a_restricted_case_is_shown_as_a_possible_link_to_the_lead_alone() -> None:
    decision = opened(possible_links=("SS-26-0001-X",), secret_links=("SS-26-0002-T",))
    (question,) = (s.letter.content for s in decision.sends if isinstance(s.letter.content, ToDecide))
    (assigned,) = (s.letter.content for s in decision.sends if isinstance(s.letter.content, Assignment))

    assert "SS-26-0002-T" in question.detail
    assert any("SS-26-0002-T" in choice.body for choice in question.choices)
    assert assigned.possible_links == decision.case.possible_links == ("SS-26-0001-X",)


# --- alerts of whose cases hardly anybody hears ------------------------------------------------------------------------


def alerted(council: Council) -> Decision:
    route = Route(Category.COMPLAINT, "waste", alerts=(Alert.SAFEGUARDING,))
    return decide(None, CaseOpened("WL-27-0001-K", facts(1, "He hurts the children."), route), council, MONDAY)


def test_of_a_restricted_alert_its_role_and_the_complaints_lead_alone_hear() -> None:
    """And the role can act on it: it was told so that it should."""
    council = load_council("west-lindsey", today=date(2027, 1, 1))
    decision = alerted(council)

    assert decision.case.restricted
    assert {send.letter.to.officer for send in decision.sends if send.letter.to.staff} == {"safe", "csm"}
    noted = decide(decision.case, _says("safe", "#note referred on", council), council, LATER)
    assert [(send.letter.kind, send.letter.to.officer) for send in noted.sends] == [("done", "safe"), ("done", "csm")]
    assert kinds(decide(decision.case, _says("bins", "#show", council), council, LATER)) == ["refused"]


def test_of_an_alert_that_is_not_restricted_the_service_hears_too() -> None:
    council = load_council("west-lindsey", today=date(2027, 1, 1))
    council = replace(council, policy=replace(council.policy, restricted_alerts=frozenset()))
    decision = alerted(council)

    assert "bins" in {send.letter.to.officer for send in decision.sends}


def _says(key: str, text: str, council: Council) -> OfficerWrote:
    who = council.roster.find(key)
    assert who is not None
    return OfficerWrote(who.key, facts(2, text, LATER, Address(who.name, who.email)), read_commands(text).commands)


def test_whoever_must_answer_a_comment_hears_of_it_when_it_comes() -> None:
    """The service is shown it; the answer is somebody else's to give."""
    council = load_council("west-lindsey", today=date(2027, 1, 1))
    route = Route(Category.COMMENT, "waste")
    decision = decide(None, CaseOpened("WL-27-0001-K", facts(1, "A larger lid?"), route), council, MONDAY)

    told = {(send.letter.kind, send.letter.to.officer) for send in decision.sends if send.letter.to.staff}
    assert told == {(LetterKind.ASSIGNMENT, "experience"), (LetterKind.FORWARDED, "bins")}


def test_whoever_is_named_for_an_alert_hears_of_it_also_where_the_case_names_a_colleague() -> None:
    """The Executive Director decides about a head of service of whom somebody complains."""
    council = load_council("south-derbyshire", today=date(2027, 1, 1))
    route = Route(Category.COMPLAINT, "housing", alerts=(Alert.STAFF_CONDUCT,))
    mail = facts(1, "Lorna Kidd shouted at my son.")
    decision = decide(None, CaseOpened("SD-27-0001-K", mail, route), council, MONDAY)

    told = {(send.letter.kind, send.letter.to.officer) for send in decision.sends if send.letter.to.staff}
    assert (LetterKind.ALERT, "homes_director") in told
    assert "homes" not in {officer for _, officer in told}


def test_what_happens_without_an_officer_lets_nobody_more_into_it() -> None:
    """A policy may tell a role that Stage 2 has begun; who asked for it is the resident, who cannot know what is restricted."""
    like = council()
    told = Notice(("social_care",), stage=Stage.STAGE2, said=Published("9"))
    policy = replace(like.policy, provisions=replace(like.policy.provisions, notices=(told,)))
    answered = officer(opened().case, "#respond upheld\nWe are sorry. The crew missed your road.", 2, LATER).case
    asked = ResidentWrote(
        facts(3, "I ask for a stage 2 review.", LATER),
        route(incoming("I ask for a stage 2 review."), council().routing),
        "test",
    )
    decision = decide(replace(answered, restricted=True), asked, replace(like, policy=policy), LATER)

    assert decision.case.stage is Stage.STAGE2
    assert decision.case.confidants == ()
