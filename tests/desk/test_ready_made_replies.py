"""Ready-made replies: what a letter offers can be done, and the link opens exactly that mail in every program."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.drawn_policies import FIVE, Drawn, councils, published
from domain.samples import council, facts, incoming
from domain.story import MONDAY, Story, at
from townclerk.config.shipped import shipped_folders
from townclerk.config.templates import TemplateSet
from townclerk.config.templates_words import LONGEST_LINK, mailto, mailto_whole
from townclerk.domain.commands import read_commands
from townclerk.domain.deadlines import timers
from townclerk.domain.decide import decide
from townclerk.domain.decide.offering import completed
from townclerk.domain.events import CaseOpened, OfficerWrote, ResidentWrote, TimerDue
from townclerk.domain.letters import Choice, Letter, Refused
from townclerk.domain.mail import Address
from townclerk.domain.reference import Reference, find_references
from townclerk.domain.routing import Route, route
from townclerk.domain.words import Category, LetterKind

SIGNED = "customerfeedback+ss270001k-oabcdefghijklmnopqrstuvwxyz@a-council-with-a-long-name.gov.uk"
NOT_ABOUT_THE_CASE_ALONE = {LetterKind.CONFIRM}  # their replies are about a text that is there already
SAID = ("any news?", "I ask for a review, stage 2", "this is not good enough", "Yes, I agree.", "I withdraw my complaint")
WORDS = (
    "#acknowledge\nWe understand that your bin was missed.",
    "#respond upheld\nWe are sorry. The crew missed your road and we have put it back on the round.",
    "#respond not-upheld\nThe records show that the lorry came at nine, and that the bin was not out.",
    "#extend 5 the report is late",
    "#extend 2027-06-30 a long report",
    "#review accept\nWe will look at it again.",
    "#review refuse\nNo, because all of it has been answered.",
    "#approve no it must say more",
    "#representative pending",
    "#action 2027-03-15 mend the gate",
    "#category comment\nWe take it as a comment.",
    "#hold the police ask us to wait",
    "#close",
    "#reopen",
    "#upheld\nWe are sorry. We will mend it.",
    "#extend Monday 9 February the report is late",
)


def links(html: str) -> list[str]:
    return [unescape(href) for href in re.findall(r'href="(mailto:[^"]*)"', html)]


def opened(link: str) -> tuple[str, str, str]:
    """(recipient, subject, body) as a mail program reads the link."""
    parts = urlsplit(link)
    fields = dict(parse_qsl(parts.query.replace("+", "%2B"), keep_blank_values=True, strict_parsing=True))
    return unquote(parts.path), fields["subject"], fields["body"]


# --- what is offered


def test_whoever_has_an_open_complaint_is_offered_all_that_can_be_done_with_it() -> None:
    choices = Story(council()).complains().last(LetterKind.ASSIGNMENT).content.choices  # type: ignore[union-attr]

    assert [choice.body.strip() for choice in choices] == [
        "#acknowledge",
        "#respond upheld",
        "#respond partly-upheld",
        "#respond not-upheld",
        "#extend 5",
        "#ask",
        "#message",
        "#service",
        "#assign",
        "#refuse",
        "#category not-ours",
        "#note",
    ]


@pytest.mark.parametrize("name", FIVE)
def test_in_every_council_the_first_letter_offers_the_first_thing_to_do(name: str) -> None:
    first = Story(published(name)).complains().last(LetterKind.ASSIGNMENT).content.choices[0]  # type: ignore[union-attr]

    assert first.body in {"#acknowledge\n", "#respond upheld\n"}


def test_what_is_done_is_not_offered_again() -> None:
    story = Story(council()).complains()
    story.officer(at(1, 12), "wendy", "#acknowledge\nWe understand that your bin was missed.")
    story.officer(at(1, 12, 12), "cal", "#assign wendy")

    assert "#acknowledge\n" not in [choice.body for choice in story.last(LetterKind.ASSIGNMENT).content.choices]  # type: ignore[union-attr]


def test_where_five_days_more_are_too_many_the_last_day_that_is_allowed_is_offered() -> None:
    """South Derbyshire: twenty working days at Stage 2, and no more."""
    from domain.story import extension, person, promise, stage, town
    from townclerk.domain.durations import Duration, Unit
    from townclerk.domain.words import Stage

    capped = extension(cap=Duration(12, Unit.WORKING_DAY))
    here = town(
        stage(Stage.STAGE1, promise(10, "service"), capped),
        people=(person("lucy", "service"), person("cal", "complaints_lead")),
    )
    choices = Story(here).complains().last(LetterKind.ASSIGNMENT).content.choices  # type: ignore[union-attr]

    assert [choice.body for choice in choices if choice.body.startswith("#extend")] == ["#extend 2027-01-27 "]


def test_a_refusal_offers_the_same_mail_put_right() -> None:
    story = Story(council()).complains().officer(at(1, 12), "wendy", "#upheld\nWe are sorry. We will mend it.")
    refused = story.last(LetterKind.REFUSED).content
    assert isinstance(refused, Refused)
    (first, *_) = refused.choices
    assert (first.body, first.text) == ("#respond upheld\n", "We are sorry. We will mend it.")

    story.officer(at(1, 12, 12), "wendy", first.body + first.text)
    assert story.sent(LetterKind.RESPONSE)


def test_several_words_are_put_right_together() -> None:
    story = Story(council()).complains().officer(at(1, 12), "wendy", "#landlord no\n#extend 2027-02-06 the crew is ill")
    refused = story.last(LetterKind.REFUSED).content
    assert isinstance(refused, Refused)

    assert [choice.body for choice in refused.choices] == ["#landlord no\n#extend 2027-02-08 the crew is ill\n"]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(councils(), st.data())
def test_whatever_is_offered_and_pressed_is_done(drawn: Drawn, data: st.DataObject) -> None:
    """In any state that a case can be brought into: each reply, completed and sent at once by whom it was offered to."""
    here, now, number = drawn.council, MONDAY, 1
    category = data.draw(st.sampled_from([Category.COMPLAINT, Category.COMPLAINT, Category.SERVICE_REQUEST, Category.COMMENT]))
    opening = CaseOpened(
        str(Reference(here.policy.prefix, 27, 1)),
        facts(1, "My bin.", now, answerable=data.draw(st.booleans())),
        Route(category, "waste", because=("drawn",)),
    )
    decision = decide(None, opening, here, now)
    for _ in range(data.draw(st.integers(0, 5))):
        case = decision.case
        number += 1
        now += timedelta(hours=data.draw(st.integers(1, 120)))
        due = sorted((timer.at, timer.key) for timer in timers(case, here) if timer.at <= now)
        what = data.draw(st.sampled_from(["time", "resident", "officer", "officer"]))
        if due and what == "time":
            decision = decide(case, TimerDue(due[0][1], due[0][0]), here, now)
        elif what == "resident":
            said = data.draw(st.sampled_from(SAID))
            heard = route(incoming(said), here.routing, opens=False)
            decision = decide(case, ResidentWrote(facts(number, said, now), heard, "test"), here, now)
        else:
            who = data.draw(st.sampled_from(here.roster.officers))
            text = data.draw(st.sampled_from(WORDS))
            read = read_commands(text)
            mail = facts(number, text, now, Address(who.name, who.email))
            decision = decide(case, OfficerWrote(who.key, mail, read.commands, read.problem, instead=read.instead), here, now)
    for send in decision.sends:
        _press_each(send.letter, decision.case, here, now)


def _press_each(letter: Letter, case: object, here: object, now: object) -> None:
    offered: tuple[Choice, ...] = getattr(letter.content, "choices", ())
    reader = here.roster.find(letter.to.officer or "")  # type: ignore[attr-defined]
    if reader is None or letter.kind in NOT_ABOUT_THE_CASE_ALONE:
        return
    for choice in offered:
        done = []
        for text in completed(choice, case, reader, here, now):  # type: ignore[arg-type]
            read = read_commands(text)
            mail = facts(900, text, now, Address(reader.name, reader.email))  # type: ignore[arg-type]
            known = tuple(find_references(text, here.policy.prefix))  # type: ignore[attr-defined]
            event = OfficerWrote(reader.key, mail, read.commands, read.problem, known, "SS-27-0002-T", read.instead)
            kinds = [send.letter.kind for send in decide(case, event, here, now).sends]  # type: ignore[arg-type]
            done.append(LetterKind.DONE in kinds and LetterKind.REFUSED not in kinds)
        assert any(done), (letter.kind, choice)


# --- the link


@given(st.text(max_size=300), st.text(max_size=80))
def test_a_link_opens_the_very_mail(body: str, subject: str) -> None:
    from townclerk.config.templates_words import clean, one_line

    recipient, named, said = opened(mailto(SIGNED, f"#note {body}", f"[SS-27-0001-K] {subject}"))

    assert recipient == SIGNED
    assert one_line(f"[SS-27-0001-K] {subject}") == named
    wanted = clean(f"#note {body}").replace("\n", "\r\n")
    assert wanted == said or (said.endswith(" …") and wanted.startswith(said[:-2].rstrip()))


@given(st.text(max_size=3000), st.text(max_size=60))
def test_no_link_is_longer_than_programs_take_and_none_holds_what_they_read_otherwise(body: str, subject: str) -> None:
    link = mailto(SIGNED, f"#message\n{body}", subject)

    assert len(link) <= LONGEST_LINK
    assert re.fullmatch(r"mailto:[A-Za-z0-9@._~%-]+\?[A-Za-z0-9=&._~%-]*", link)  # no blank, no +, no quotation mark


@pytest.mark.parametrize(("words", "cut"), [(100, False), (600, True)])
def test_a_body_that_is_too_long_ends_with_a_word(words: int, cut: bool) -> None:
    _, _, body = opened(mailto(SIGNED, "#message\n" + "word " * words, "[SS-27-0001-K]"))

    assert cut == body.endswith("word …")
    assert not cut or len(mailto(SIGNED, body, "[SS-27-0001-K]")) > LONGEST_LINK - 20


@pytest.mark.parametrize(("more", "whole"), [(0, True), (1, False)])
def test_what_an_officer_wrote_comes_whole_or_not_at_all(more: int, whole: bool) -> None:
    room = LONGEST_LINK - len(mailto(SIGNED, "#respond upheld\n", "[SS-27-0001-K]"))
    text = "x" * (room + more)

    _, _, body = opened(mailto_whole(SIGNED, "#respond upheld\n", text, "[SS-27-0001-K]"))

    assert ("#respond upheld\r\n" + text if whole else "#respond upheld\r\n") == body


def test_the_links_of_a_letter_say_what_its_text_says() -> None:
    here = council()
    letter = Story(here).complains().last(LetterKind.ASSIGNMENT)
    rendered = TemplateSet.load(shipped_folders("templates"), here.policy.id).render(letter, here.policy, SIGNED)
    mails = [opened(link) for link in links(rendered.html) if "body=" in link]

    assert [choice.body.replace("\n", "\r\n") for choice in letter.content.choices] == [body for _, _, body in mails]  # type: ignore[union-attr]
    assert {(SIGNED, "[SS-27-0001-K]")} == {(recipient, subject) for recipient, subject, _ in mails}
    for choice in letter.content.choices:  # type: ignore[union-attr]
        assert f"- {choice.body.strip()}: {choice.label}" in " ".join(rendered.text.split()).replace(" - ", "\n- ")


def test_with_the_longest_names_every_link_of_a_letter_is_short_enough() -> None:
    here = council()
    service = "environmental_health_and_private_sector_housing_enforcement_team"
    people = tuple(
        replace(officer, key=f"{officer.key}_{'x' * 50}", services=officer.services | {service})
        for officer in here.roster.officers
    )
    long = replace(here, roster=replace(here.roster, officers=people))
    story = Story(long).complains()
    story.officer(at(1, 12), f"wendy_{'x' * 50}", "#assign lucyy_" + "x" * 49)
    templates = TemplateSet.load(shipped_folders("templates"), here.policy.id)
    found = [
        link
        for _, letter in story.letters
        if letter.to.staff
        for link in links(templates.render(letter, here.policy, SIGNED).html)
    ]

    assert len(found) > 12
    assert max(map(len, found)) <= LONGEST_LINK
