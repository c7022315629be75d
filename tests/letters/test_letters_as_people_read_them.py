"""What stands in a letter, for the people who get it."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Protocol, get_args

import pytest

from townclerk.config.templates import MARKER, LetterFailed, Rendered, TemplateSet
from townclerk.config.templates_page import WIDTH
from townclerk.config.templates_samples import sample_letters, sample_policy
from townclerk.config.templates_words import (
    clock_words,
    date_words,
    greeting,
    mailto,
    own_greeting,
    phone_link,
    web_link,
    without_greeting,
    wrapped,
)
from townclerk.domain.letters import (
    Acknowledgement,
    AlertRaised,
    Assignment,
    Because,
    CaseSummary,
    Choice,
    Content,
    DatedPromise,
    Decision,
    DelayNotice,
    Digest,
    Done,
    Escalation,
    FinalWord,
    Forwarded,
    Letter,
    Message,
    NotAccepted,
    Ombudsmen,
    Original,
    Overdue,
    Receipt,
    Recipient,
    Refused,
    Reminder,
    Report,
    Response,
    ReviewDecision,
    ReviewRight,
    Row,
    Section,
    Undelivered,
)
from townclerk.domain.mail import Address
from townclerk.domain.policy import Contact, Ombudsman, Policy
from townclerk.domain.provisions import TimescaleOverride
from townclerk.domain.words import Alert, Category, LetterKind, Outcome, Stage

DUE, LATER = date(2027, 1, 6), date(2027, 2, 8)
LGSCO = Ombudsman(
    "lgsco", "The Local Government and Social Care Ombudsman", "PO Box 4771, Coventry", "0300 061 0614", "www.lgo.org.uk"
)
HOS = Ombudsman(
    "hos", "Housing Ombudsman Service", "PO Box 1484, Preston", "0300 111 3000", "https://www.housing-ombudsman.org.uk"
)
BOTH = Ombudsmen(LGSCO, (HOS,))


class Renders(Protocol):
    policy: Policy
    samples: tuple[Letter, ...]
    templates: TemplateSet

    def render(self, letter: Letter, policy: Policy | None = None) -> Rendered: ...


def case(category: Category = Category.COMPLAINT, ombudsmen: Ombudsmen | None = None) -> CaseSummary:
    return CaseSummary("SS-26-0042-K", category, "Damp", "housing", None, DUE, "Asha Patel", None, (), ombudsmen)


def to_resident(
    content: Content, *, name: str = "Asha Patel", about: CaseSummary | None = None, automatic: bool = True
) -> Letter:
    return Letter(Recipient(name, "asha@example.org"), content, Because("mail"), about or case(), automatic)


def to_staff(content: Content) -> Letter:
    return Letter(Recipient("Wendy", "wendy@council.example", "waste", staff=True), content, Because("mail"), case(), True)


def folded(rendered: Rendered) -> str:
    return " ".join(rendered.text.split())


def test_there_is_a_sample_of_every_letter_and_of_every_variety_of_the_receipt(press: Renders) -> None:
    """A letter without a sample would be tried for the first time on a resident."""
    contents = [letter.content for letter in press.samples]

    assert {type(content) for content in contents} == set(get_args(Content))
    receipts = [content for content in contents if isinstance(content, Receipt)]
    assert {"new", "further", "too_early", "agreed", "review", "late_review", "neutral", "converted"} == {
        receipt.variety for receipt in receipts
    }
    assert {receipt.category for receipt in receipts} == set(Category)


def test_the_subject_of_a_reminder_says_by_when_in_words_apart(press: Renders) -> None:
    for letter in press.samples:
        if isinstance(letter.content, Reminder) and letter.content.what != "update":
            assert f" by {date_words(letter.content.day)}" in press.render(letter).subject


def test_a_report_of_one_day_names_it_once(press: Renders) -> None:
    rendered = press.render(to_staff(Report("Report", DUE, DUE, ())))

    assert rendered.subject.endswith(f"Report: {date_words(DUE)}")
    assert f"This report covers {date_words(DUE)}." in folded(rendered)


def test_no_letter_shows_a_trace_of_its_template(press: Renders) -> None:
    """No braces, no None, no value's name in brackets, no two blanks in a line of ours, no place left open."""
    for letter in press.samples:
        rendered = press.render(letter)
        for trace in ("{{", "{%", "{#", "None", "<domain", "Undefined", "\ufdd0", "\ufdd1", "\ufdd2"):
            assert trace not in rendered.text + rendered.subject + rendered.html, (letter.kind, trace)
        ours = [line for line in rendered.text.split("\n") if not line.startswith(("> ", "#"))]
        assert not [line for line in ours if "  " in line.strip()], letter.kind
        assert not re.search(r"[ ]\n|\n\n\n|[ ][,.;:)]|\( ", rendered.text.replace(">\n", "")), letter.kind


def test_a_sentence_ends_once_and_is_said_once(press: Renders) -> None:
    """What others wrote can end as it likes: "which action?" needs no full stop after it."""
    for letter in press.samples:
        ours = [part for part in press.render(letter).text.split("\n\n") if not part.startswith((">", "#", "- "))]
        folded_parts = [" ".join(part.split()) for part in ours]
        assert not [part for part in folded_parts if re.search(r"[.?!]\.(?!\.)|,,|::", part)], letter.kind
        sentences = [said for part in folded_parts for said in re.split(r"(?<=[.?!]) ", part) if len(said) > 25]
        assert len(sentences) == len(set(sentences)), (letter.kind, sorted(sentences))
    assert "Nothing was done: which action?\n" in press.render(to_staff(Refused("", "which action?", ()))).text


def test_no_heading_stands_over_nothing(press: Renders) -> None:
    for letter in press.samples:
        parts = press.render(letter).text.strip().split("\n\n")
        headed = [set(part.split("\n")[-1]) == {"-"} for part in parts]
        assert not any(one and following for one, following in pairwise([*headed, True])), letter.kind


def test_the_lines_of_the_text_part_are_short_and_end_in_one_way(press: Renders) -> None:
    for letter in press.samples:
        text = press.render(letter).text
        assert "\r" not in text
        assert text.endswith("\n")
        assert not text.endswith("\n\n")
        assert max(len(line) for line in text.split("\n")) <= WIDTH, letter.kind


def test_headings_of_the_text_part_are_underlined_to_their_length(press: Renders) -> None:
    for letter in press.samples:
        lines = press.render(letter).text.split("\n")
        for heading, line in pairwise(lines):
            if line and set(line) == {"-"}:
                assert len(heading) == len(line), heading


def test_the_subject_is_one_line_and_begins_with_the_reference(press: Renders) -> None:
    for letter in press.samples:
        subject = press.render(letter).subject
        assert subject == " ".join(subject.split())
        if letter.case:
            assert subject.startswith(f"[{letter.case.ref}] ")
        else:
            assert not subject.startswith("[")


def test_the_same_letter_comes_out_the_same_twice(press: Renders) -> None:
    for letter in press.samples:
        assert press.render(letter) == press.render(letter)


def test_every_letter_to_a_resident_greets_names_the_reference_once_and_says_how_to_reach_the_council(press: Renders) -> None:
    contact = press.policy.contact
    for letter in press.samples:
        if letter.to.staff or letter.case is None:
            continue
        text = folded(press.render(letter))
        copied = f"This is a copy of our letter to {letter.copy_of}, sent to you at their request. " if letter.copy_of else ""
        assert text.startswith(copied + ("Dear Asha Patel" if letter.to.name else "Hello ")), letter.kind
        assert text.count(letter.case.ref) == 1, letter.kind
        assert f"Your reference is {letter.case.ref}. Please quote it if you write or ring." in text
        for way in (contact.council, contact.post, contact.phone, contact.website, contact.lines[0][1], contact.privacy):
            assert way in text, letter.kind
        assert ("This email was sent automatically." in text) is letter.automatic


def test_a_letter_needs_nothing_of_the_contact_block_but_the_councils_name(press: Renders) -> None:
    bare = replace(press.policy, contact=Contact("Little Council", "f@little.example"))
    for letter in sample_letters(bare):
        press.render(letter, bare)
    press.templates.try_out(bare)


def test_nobody_is_asked_to_ring_a_council_that_gives_no_number(press: Renders) -> None:
    silent = replace(press.policy, contact=replace(press.policy.contact, phone=""))
    for letter in sample_letters(silent):
        said = folded(press.render(letter, silent))
        if not letter.to.staff:
            assert "write or ring" not in said
            assert "by telephone" not in said


def test_a_long_address_is_a_label_to_press_and_stands_whole_in_the_text_part(press: Renders) -> None:
    form = "https://www.council.example/form"
    rendered = press.render(to_resident(Receipt(Category.COMPLAINT, "new", ())))

    assert f"- Form: {form}" in rendered.text
    assert re.search(rf'<a href="{re.escape(form)}"[^>]*>Form</a>', rendered.html)
    assert f">{form}<" not in rendered.html


def test_shouting_and_officials_words_are_kept_out_of_letters_to_residents(press: Renders) -> None:
    """Plain words: no block capitals, no "please note", no Latin."""
    for letter in press.samples:
        if not letter.to.staff:
            text = press.render(letter).text.replace("UK GDPR", "")  # the name of a law
            assert not re.search(r"\b(?!PO\b|EX1\b|EX\b)[A-Z]{2,}\b(?!-)", text), letter.kind
            assert not re.search(r"(?i)please note|\be\.g\.|\bi\.e\.|\betc\b|hereby|herein|aforementioned", text), letter.kind


# --- receipts --------------------------------------------------------------------------------------------------------


def test_the_receipt_of_a_complaint_names_both_dates_with_their_weekdays(press: Renders) -> None:
    dates = (DatedPromise("acknowledge", date(2026, 12, 29), Stage.STAGE1), DatedPromise("respond", DUE, Stage.STAGE1))
    rendered = press.render(to_resident(Receipt(Category.COMPLAINT, "new", dates, "Stage 1 - Complaint", Ombudsmen(LGSCO))))

    assert rendered.subject == "[SS-26-0042-K] We have received your complaint"
    assert "By Tuesday 29 December 2026 we will write to you" in folded(rendered)
    assert "By Wednesday 6 January 2027 we will send you our full response." in folded(rendered)
    assert "the Local Government and Social Care Ombudsman (www.lgo.org.uk) at any stage" in folded(rendered)
    assert "PO Box 4771" not in rendered.text  # a mention; the whole address comes where it is needed


def test_a_receipt_without_an_ombudsman_mentions_none(press: Renders) -> None:
    assert "Ombudsman" not in press.render(to_resident(Receipt(Category.COMPLAINT, "new", ()))).text


def test_the_neutral_receipt_says_nothing_of_the_matter_and_where_to_turn_in_danger(press: Renders) -> None:
    dates = (DatedPromise("acknowledge", DUE, Stage.STAGE1), DatedPromise("respond", LATER, Stage.STAGE1))
    rendered = press.render(to_resident(Receipt(Category.COMPLAINT, "neutral", dates, "Stage 1 - Complaint", danger=True)))

    assert not re.search(r"(?i)complain|stage|sorry|Damp", rendered.subject + rendered.text + rendered.html)
    assert "ring 999" in folded(rendered)
    assert "Samaritans free on 116 123" in folded(rendered)
    assert date_words(DUE) in folded(rendered)


def test_the_receipt_of_a_further_mail_names_help_before_any_date(press: Renders) -> None:
    dates = (DatedPromise("respond", LATER, Stage.STAGE1),)
    rendered = folded(press.render(to_resident(Receipt(Category.COMPLAINT, "further", dates, "Stage 1", danger=True))))

    assert rendered.index("ring 999") < rendered.index("The dates that we gave you stand")


def test_whoever_sent_nothing_but_files_reads_which_we_have(press: Renders) -> None:
    letter = Acknowledgement(Stage.STAGE1, "", "", DUE, service="waste", received=("bin_1.jpg", "my letter.pdf"))
    rendered = folded(press.render(to_resident(letter)))

    assert (
        "We are looking into your complaint. You sent us: - bin_1.jpg - my letter.pdf If we have got something wrong"
        in rendered
    )
    assert "in your own words" not in rendered


def test_whoever_reports_a_fraud_is_not_sent_to_the_samaritans(press: Renders) -> None:
    rendered = press.render(to_resident(Receipt(Category.COMPLAINT, "neutral", ())))

    assert "999" not in folded(rendered)
    assert "A person at the council will read your message." in folded(rendered)


@pytest.mark.parametrize(
    ("text", "greetings"),
    [
        ("We have checked.\n\nWendy Ash", ["Dear Asha Patel"]),
        ("Dear Mrs Patel,\n\nWe have checked.\n\nWendy Ash", ["Dear Mrs Patel,"]),
        ("Dear Mrs Patel, we have checked.\nWendy Ash, Waste", ["Dear Mrs Patel,"]),
    ],
)
def test_a_response_greets_once_and_is_signed_once(press: Renders, text: str, greetings: list[str]) -> None:
    right = ReviewRight("Stage 2", DUE)
    rendered = press.render(to_resident(Response(Stage.STAGE1, "Stage 1", Outcome.UPHELD, text, "Wendy Ash", right)))

    assert [word for word in ("Dear Asha Patel", "Dear Mrs Patel,") if word in rendered.text] == greetings
    assert rendered.text.count("Dear ") == 1
    assert rendered.text.count("Wendy Ash") == 1
    assert "We have upheld your complaint." in folded(rendered)


@pytest.mark.parametrize(
    ("last", "signed"),
    [
        ("Wendy Ash", True),
        ("wendy", True),
        ("Kind regards, Wendy Ash, Waste", True),
        ("Yours sincerely Mrs Wendy Ash | Waste Manager", True),
        ("Wendy Ash on behalf of the Director", True),
        ("Please write to Wendy Ash alone.", False),
        ("If it is missed again, please ring Wendy Ash.", False),
        ("Wendy Ash will come tomorrow.", False),
    ],
)
def test_only_a_signature_stands_for_a_signature(press: Renders, last: str, signed: bool) -> None:
    """A sentence that names the officer signs nothing: their name stands below it."""
    text = press.render(to_resident(Message(f"We have checked.\n\n{last}", "Wendy Ash"))).text

    assert ("\nWendy Ash\nExampleton District Council\n" in text) is not signed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "Dear Mrs Patel, we have checked.",
            "Dear Mrs Patel, We have upheld your complaint. Our reasons are below. We have checked.",
        ),
        (
            "Dear Mrs Patel, I have checked.",
            "Dear Mrs Patel, We have upheld your complaint. Our reasons are below. I have checked.",
        ),
        (
            "Hello, Mrs Patel, we have checked.",
            "Hello, Mrs Patel, We have upheld your complaint. Our reasons are below. We have checked.",
        ),
        ("Dear Mrs Patel,\niron gates rust.", "Our reasons are below. Dear Mrs Patel, iron gates rust."),
        ("Dear Mrs Patel,\nIron gates rust.", "Dear Mrs Patel, We have upheld your complaint. Our reasons are below. Iron"),
        ("Dear Mrs Patel sorry, because we were late.", "Our reasons are below. Dear Mrs Patel sorry, because we were late."),
        (
            "Dear Mrs Patel – we have checked.",
            "Dear Mrs Patel – We have upheld your complaint. Our reasons are below. We have checked.",
        ),
        (
            "Dear Dr. Patel, PhD, We have checked.",
            "Dear Dr. Patel, PhD, We have upheld your complaint. Our reasons are below. We",
        ),
        (
            "Annwyl Mrs Patel, mae'n ddrwg gennym.",
            "Annwyl Mrs Patel, We have upheld your complaint. Our reasons are below. Mae'n ddrwg gennym.",
        ),
        (
            "Hi there is no excuse, because we were late.",
            "Dear Asha Patel We have upheld your complaint. Our reasons are below. Hi",
        ),
        ("Dear neighbours complained too, which we regret.", "Dear Asha Patel We have upheld your complaint. Our reasons are"),
    ],
)
def test_the_outcome_stands_below_the_greeting_or_above_all_and_no_word_of_the_officers_is_changed(
    press: Renders, text: str, said: str
) -> None:
    right = ReviewRight("Stage 2", DUE)
    rendered = press.render(to_resident(Response(Stage.STAGE1, "Stage 1", Outcome.UPHELD, text, "Wendy Ash", right)))

    assert said in folded(rendered)
    theirs = folded(rendered).replace("We have upheld your complaint. Our reasons are below. ", "", 1)
    assert " ".join(text.split()).casefold() in theirs.casefold()


@pytest.mark.parametrize(
    ("text", "salutation"),
    [
        ("Dear Ms Patel,\n\nWe come.", "Dear Ms Patel,"),
        ("Dear Ms Patel\nWe come.", "Dear Ms Patel"),
        ("Dear Bob and Joan Hill,\nWe come.", "Dear Bob and Joan Hill,"),
        ("Dear applicant,\nWe come.", "Dear applicant,"),
        ("Good morning\nWe come.", "Good morning"),
        ("Hello Asha, we come.", "Hello Asha,"),
        ("Hello, Ms Patel, we come.", "Hello, Ms Patel,"),
        ("Hello again, Ms Patel, we come.", "Hello again, Ms Patel,"),
        ("Dear Mrs. O'Brien-Hill, we come.", "Dear Mrs. O'Brien-Hill,"),
        ("Dear Mr & Mrs Patel: we come.", "Dear Mr & Mrs Patel:"),
        ("Dear Sirs: we come.", "Dear Sirs:"),
        ("Dear Sir or Madam, we come.", "Dear Sir or Madam,"),
        ("Dear Dr. Patel, PhD, we come.", "Dear Dr. Patel, PhD,"),
        ("Dear Ms Patel – we come.", "Dear Ms Patel –"),
        ("To whom it may concern: we come.", "To whom it may concern:"),
        ("Bore da, byddwn yn dod.", "Bore da,"),
        ("Dear Ms Patel, Patel Ltd comes.", "Dear Ms Patel,"),
        ("Dear Ms Patel, Dr Smith has told us.", "Dear Ms Patel,"),
        ("Dear Asha Patel, your bin, your caddy and the box", "Dear Asha Patel,"),
        ("Dear Ms Patel thank you for your letter, we come.", ""),
        ("Dear Ms Patel sorry, because we come.", ""),
        ("Dear Bob Hill, we come.", ""),
        ("Hello Asha and Dev, we come.", ""),
        ("Hi there is no excuse, because we come.", ""),
        ("Hi there is no excuse\nbecause we come.", ""),
        ("Dear neighbours complained too, which", ""),
        ("Dear neighbours complained too,\nwhich", ""),
        ("Hired vans block the lane, we know.", ""),
        ("Dear Ms Patel,", ""),
        ("We come.", ""),
    ],
)
def test_a_salutation_goes_as_far_as_the_words_that_greet_and_the_name(text: str, salutation: str) -> None:
    assert own_greeting(text, "Asha Patel") == salutation
    after = without_greeting(text, "Asha Patel")
    assert "".join((salutation + after).split()).casefold() == "".join(text.split()).casefold()


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("Dear Ms Patel, we come.", "We come."),
        ("Dear Ms Patel,\nwe come.", "we come."),
        ("Dear Ms Patel, iPhone pictures help.", "iPhone pictures help."),
        ("Dear Ms Patel, eBay sold it.", "eBay sold it."),
        ("we come.", "we come."),
    ],
)
def test_a_sentence_that_ran_on_from_the_salutation_gets_the_capital_of_a_paragraph_and_nothing_else_is_changed(
    text: str, after: str
) -> None:
    assert without_greeting(text, "Asha Patel") == after


def test_what_is_owed_on_one_day_is_told_of_as_one_letter(press: Renders) -> None:
    """A request for a review is acknowledged, and it is decided whether there can be one."""

    def told(decided: date) -> str:
        dates = (DatedPromise("acknowledge", DUE, Stage.STAGE2), DatedPromise("assess", decided, Stage.STAGE2))
        return folded(press.render(to_resident(Receipt(Category.COMPLAINT, "review", dates))))

    assert told(DUE).count(date_words(DUE)) == 1
    assert "about your request for a review, and tell you whether we can review your complaint." in told(DUE)
    assert f"By {date_words(DUE)} we will write to you about your request for a review." in told(LATER)
    assert f"By {date_words(LATER)} we will decide whether we can review your complaint, and tell you." in told(LATER)


def test_a_late_request_for_a_review_is_not_refused_by_its_receipt(press: Renders) -> None:
    text = folded(press.render(to_resident(Receipt(Category.COMPLAINT, "late_review", (), "Stage 2"))))

    assert "A person here will decide" in text
    assert "Nothing has been refused" in text


@pytest.mark.parametrize(
    ("category", "says"),
    [
        (Category.COMMENT, "your comment"),
        (Category.COMPLIMENT, "passing it on to the people"),
        (Category.SERVICE_REQUEST, "tell us that you wish to complain"),
        (Category.INFORMATION_REQUEST, "requests for information"),
        (Category.MEMBER_ENQUIRY, "enquiries from members"),
        (Category.NOT_OURS, "A person will read your message"),
    ],
)
def test_what_is_no_complaint_is_not_called_one(press: Renders, category: Category, says: str) -> None:
    rendered = press.render(to_resident(Receipt(category, "new", ()), about=case(category)))

    assert says in folded(rendered)
    assert "your complaint" not in rendered.subject + folded(rendered)


# --- what must be told -----------------------------------------------------------------------------------------------


def test_a_delay_notice_gives_the_new_date_and_every_way_to_reach_the_ombudsman(press: Renders) -> None:
    notice = DelayNotice(Stage.STAGE1, DUE, LATER, "", Ombudsmen(LGSCO), automatic=True)
    rendered = press.render(to_resident(notice))

    for told in (
        date_words(LATER),
        date_words(DUE),
        LGSCO.name,
        LGSCO.address,
        LGSCO.phone,
        LGSCO.website,
        "sorry for the delay",
    ):
        assert told in folded(rendered)
    assert date_words(LATER) in rendered.subject
    assert "Why we need more time" not in rendered.text


def test_a_progress_report_is_called_what_the_policy_calls_it(press: Renders) -> None:
    notice = DelayNotice(Stage.STAGE2, DUE, LATER, "We wait.", Ombudsmen(LGSCO), automatic=False, name="progress report")

    assert "This is a progress report on your review." in folded(press.render(to_resident(notice)))


@pytest.mark.parametrize("last_day", [LATER, None])
def test_a_response_tells_the_way_to_a_review_and_its_last_day_where_there_is_one(
    press: Renders, last_day: date | None
) -> None:
    content = Response(
        Stage.STAGE1, "Stage 1", Outcome.PARTLY_UPHELD, "We looked.", "Wendy", ReviewRight("Stage 2 - Review", last_day)
    )
    rendered = press.render(to_resident(content))

    assert "partly upheld" in folded(rendered)
    assert "Stage 2 - Review" in folded(rendered)
    assert "the word “review”" in folded(rendered)
    assert (f"The last day to ask is {date_words(LATER)}." in folded(rendered)) is (last_day is not None)
    assert "last day" in folded(rendered) or last_day is None
    assert "mailto:feedback%2Bk3.sign%3D1@council.example?subject=%5BSS-26-0042-K%5D&amp;body=review%0D%0A" in rendered.html


def test_a_final_response_tells_the_way_to_the_ombudsman_and_offers_no_review(press: Renders) -> None:
    content = Response(Stage.STAGE2, "Stage 2", Outcome.NOT_UPHELD, "We looked.", "Cal", FinalWord(BOTH))
    text = folded(press.render(to_resident(content)))

    for one in BOTH.all:
        assert all(detail in text for detail in (one.name, one.address, one.phone, one.website))
    assert "ask for a review" not in text


def test_a_council_that_promised_so_names_the_ombudsmen_in_every_letter_to_a_resident(press: Renders) -> None:
    """But not to somebody who asks for information: an Ombudsman has no say in that."""
    council = replace(press.policy, ombudsmen=BOTH.all, ombudsman_in_every_letter=True)

    for letter in sample_letters(council):
        text = folded(press.render(letter, council))
        told = all(detail in text for one in BOTH.all for detail in (one.name, one.address, one.phone, one.website))
        asks = letter.case is not None and letter.case.category is Category.INFORMATION_REQUEST
        assert told is (not letter.to.staff and not asks), letter.kind


def test_a_review_that_is_taken_up_does_not_send_the_resident_away(press: Renders) -> None:
    """The Ombudsman is named as in every letter of such a council, not as the way that is left."""
    council = replace(press.policy, ombudsmen=BOTH.all, ombudsman_in_every_letter=True)
    taken, refused = (
        folded(press.render(to_resident(ReviewDecision(yes, "The bins.", "Cal Lane", LATER, BOTH, "Stage 2")), council))
        for yes in (True, False)
    )

    assert "You can now take this matter to the relevant Ombudsman" in refused
    assert "take this matter" not in taken
    assert all(one.phone in taken for one in BOTH.all)


def test_who_is_refused_reads_the_councils_own_sentence_about_the_ombudsman_in_the_place_of_ours(press: Renders) -> None:
    own = "You can still contact the Ombudsman even if your complaint has not been accepted."
    council = replace(press.policy, statements={"ombudsman_refused": own})
    said = folded(
        press.render(to_resident(NotAccepted("Insurance", "", "Claims go to the insurer.", "", "", "", BOTH)), council)
    )

    assert own in said
    assert "You can now take this matter" not in said


def test_the_reason_for_a_longer_time_is_a_sentence_that_ends_once(press: Renders) -> None:
    ends = date(2027, 3, 1)
    for because, says in (
        ("The floods keep many of us busy.", "than usual. The floods keep many of us busy. You can read"),
        ("the floods", "than usual: the floods. You can read"),
    ):
        about = replace(case(), longer=TimescaleOverride(DUE, ends, {}, because, "www.council.example/longer"))
        assert says in folded(press.render(to_resident(Acknowledgement(Stage.STAGE1, "Bins.", "", DUE), about=about)))


def test_a_matter_for_one_ombudsman_alone_names_no_other(press: Renders) -> None:
    council = replace(press.policy, ombudsmen=BOTH.all, ombudsman_in_every_letter=True)
    letter = to_resident(Acknowledgement(Stage.STAGE1, "No hot water.", "", DUE), about=case(ombudsmen=Ombudsmen(HOS)))
    text = folded(press.render(letter, council))

    assert HOS.phone in text
    assert LGSCO.website not in text


def test_an_acknowledgement_nobody_wrote_quotes_the_resident_and_asks_to_be_put_right(press: Renders) -> None:
    rendered = press.render(to_resident(Acknowledgement(Stage.STAGE1, "", "No bins.\n\nSix weeks!", DUE)))

    assert "> No bins.\n>\n> Six weeks!" in rendered.text
    assert "If we have got something wrong" in folded(rendered)
    assert date_words(DUE) in folded(rendered)


# --- staff -----------------------------------------------------------------------------------------------------------


def test_a_letter_to_staff_begins_with_the_line_above_which_to_write(press: Renders) -> None:
    """And a letter to a resident has no such line."""
    for letter in press.samples:
        rendered = press.render(letter)
        assert rendered.text.startswith(f"{MARKER}\n\n") is letter.to.staff
        assert (MARKER in rendered.html) is letter.to.staff


def test_the_heading_says_what_and_by_when_and_what_follows_does_not_say_it_again(press: Renders) -> None:
    for content in (
        Reminder("respond", DUE, Stage.STAGE1, "5, Stage 1", ()),
        Overdue("respond", DUE, LATER, Stage.STAGE1, "5, Stage 1", "Wendy Ash", ()),
        Escalation("respond", DUE, 5, "Wendy Ash"),
        Decision("category", "", None, (), DUE),
    ):
        rendered = press.render(to_staff(content))
        assert date_words(DUE) in rendered.subject
        opening = folded(rendered).partition("The case")[0]
        assert date_words(DUE) not in opening
        if not isinstance(content, Escalation | Decision):
            assert "see section 5, Stage 1 of the policy" in opening


def test_what_a_mail_did_is_said_once_in_the_heading_and_once_below(press: Renders) -> None:
    one = press.render(to_staff(Done(("Your note is kept. Nobody outside sees it.",))))
    two = press.render(to_staff(Done(("The complaint is answered: upheld.", "The resident has been told."))))

    assert one.subject.endswith("] Done: Your note is kept")
    assert two.subject.endswith("] Done: The complaint is answered: upheld")
    assert folded(one).count("Your note is kept. Nobody outside sees it.") == 1
    assert "\n- The complaint is answered: upheld.\n- The resident has been told.\n" in two.text
    assert "Done" not in one.text + two.text


def test_a_clause_that_several_dates_have_in_common_is_named_once(press: Renders) -> None:
    dates = (DatedPromise("acknowledge", DUE, Stage.STAGE1, "5"), DatedPromise("respond", LATER, Stage.STAGE1, "5"))
    mail = Original(Address("Asha", "asha@example.org"), "Bins", datetime(2026, 7, 1, tzinfo=UTC), "Bins", 1)
    other = replace(dates[1], clause="6")

    def said(*promises: DatedPromise) -> str:
        return folded(press.render(to_staff(Assignment(promises, mail, ()))))

    both = f"by {date_words(DUE)} and answer it by {date_words(LATER)} (section 5 of the policy)."
    assert both in said(*dates)
    assert f"by {date_words(DUE)} (section 5 of the policy) and answer it by" in said(dates[0], other)


@pytest.mark.parametrize(
    ("status", "diagnostic", "said"),
    [
        ("5.1.1", "550 5.1.1 User unknown", "550 5.1.1 User unknown"),
        ("5.1.1", "no such user", "5.1.1 no such user"),
        ("", "no such user", "no such user"),
        ("5.1.1", "", "5.1.1"),
    ],
)
def test_the_code_of_a_mail_server_is_said_once(press: Renders, status: str, diagnostic: str, said: str) -> None:
    rendered = press.render(to_staff(Undelivered(LetterKind.RECEIPT, "asha@example.org", status, diagnostic)))

    assert f"What the mail server said: {said}\n" in rendered.text


def test_a_letter_that_cannot_be_mailed_stands_below_what_is_to_be_done_with_it(press: Renders) -> None:
    choice = Choice("They have had it", "#note They have had it ")
    text = press.render(to_staff(Decision("unreachable", "To: Asha\n\nOur response", None, (choice,), DUE))).text

    assert text.index("Please reach them") < text.index("#note They have had it") < text.index("Our response")


def test_whoever_is_alerted_reads_what_it_is_who_wrote_what_to_do_and_then_the_words(press: Renders) -> None:
    mail = Original(Address("Asha", "asha@example.org"), "Help", datetime(2026, 12, 1, tzinfo=UTC), "I cannot go on.", 1)
    choice = Choice("Send a message", "#message\n")
    text = folded(press.render(to_staff(AlertRaised((Alert.SELF_HARM,), mail, (choice,)))))

    order = ("thinking of harming themselves", "Asha wrote at midnight on", "read their words below now", "I cannot go on.")
    places = [text.index(said) for said in (*order, "found by words alone", "#message")]
    assert places == sorted(places)


def test_a_day_is_said_in_words_where_a_person_reads_it(press: Renders) -> None:
    """The mail that opens may hold either."""
    line = "#extend 2027-01-20 the crew is ill"
    rendered = press.render(to_staff(Refused("#extend", "no date", ("#extend 2027-01-21",), "", (Choice(line, f"{line}\n"),))))

    assert "2027-01-2" not in rendered.text
    assert "- #extend Thursday 21 January 2027\n" in rendered.text
    assert "- #extend Wednesday 20 January 2027 the crew is ill\n" in rendered.text
    assert "Wednesday 20 January 2027 the crew is ill</a>" in rendered.html


def test_no_hint_about_pressing_stands_where_there_is_nothing_to_press(press: Renders) -> None:
    row = Row("SS-26-0042-K", "to be answered", "SS-26-0042-K", "feedback+x@council.example")

    def shown(row: Row) -> Rendered:
        return press.render(replace(to_staff(Digest(DUE, (Section("Overdue", (row,)),))), case=None))

    assert "Press a reference" in shown(row).html
    assert "Press a reference" not in shown(replace(row, address="")).html


def test_nobody_is_told_to_press_in_a_text_part_where_nothing_can_be_pressed(press: Renders) -> None:
    for letter, rendered in ((letter, press.render(letter)) for letter in press.samples):
        assert "Press " not in rendered.text, letter.kind


def test_the_text_part_says_what_a_press_would_write_below_its_first_line(press: Renders) -> None:
    point = Choice("Point them to the Ombudsman", "#message\nYou can go to the Ombudsman.\n")
    own = Choice("It is a matter of its own", "#note A matter of its own.\n")
    text = folded(press.render(to_staff(Decision("final", "", None, (point, own)))))

    assert "- #message: Point them to the Ombudsman, with this below it: You can go to the Ombudsman." in text
    assert "- #note A matter of its own: It is a matter of its own" in text


def test_the_subject_of_a_question_asks_it_first(press: Renders) -> None:
    """Of forty subjects on a telephone only the first words are seen: "Decide by" would begin them all alike."""
    for letter in press.samples:
        if isinstance(letter.content, Decision) and letter.content.by:
            title = press.render(letter).subject.partition("] ")[2]
            assert not title.startswith("Decide")
            assert title.endswith(f" by {date_words(letter.content.by)}")
    asked = press.render(to_staff(Decision("exclusion", "Insurance claims", None, (), DUE)))
    assert asked.subject == f"[SS-26-0042-K] Does the policy cover this? Decide by {date_words(DUE)}"
    assert "It may be:\n\n- Insurance claims\n" in asked.text
    both = press.render(to_staff(Decision("exclusion", "Insurance claims; Legal action", None, (), DUE)))
    assert "It may be one of these:\n\n- Insurance claims\n- Legal action\n" in both.text
    again = press.render(to_staff(Decision("not_approved", "Ada Low has not approved it.", None, (), DUE)))
    assert again.subject.endswith(f"Your response was not approved: write again by {date_words(DUE)}")


PASSED_ON = [*(c for c in Category if c not in (Category.COMPLAINT, Category.AUTOMATIC, Category.SPAM)), "withdraws", "member"]


@pytest.mark.parametrize("reason", PASSED_ON)
def test_whoever_gets_a_mail_is_told_what_it_is(press: Renders, reason: str) -> None:
    mail = Original(Address("Asha", "asha@example.org"), "Bins", datetime(2026, 7, 1, tzinfo=UTC), "Bins", 1)
    rendered = press.render(to_staff(Forwarded(reason, mail)))

    assert "A mail for you" not in rendered.subject
    assert "This mail is for you to see." not in rendered.text


def test_a_file_shows_a_mail_without_words_as_one_and_not_as_what_somebody_wrote(press: Renders) -> None:
    empty = Original(Address("", "asha@example.org"), "", datetime(2026, 7, 1, tzinfo=UTC), "")
    text = press.render(to_staff(Assignment((), empty, (), file=(empty,)))).text

    assert text.count("\nThere are no new words in this mail.\n") == 2


def test_the_list_of_the_morning_says_when_there_is_nothing_on_it(press: Renders) -> None:
    nothing = replace(to_staff(Digest(DUE, ())), case=None)

    assert f"Nothing needs anybody's eye on {date_words(DUE)}." in press.render(nothing).text


def test_an_overdue_letter_says_what_the_resident_has_been_told_since(press: Renders) -> None:
    rendered = press.render(to_staff(Overdue("respond", DUE, LATER, Stage.STAGE1, "", None, ())))

    assert f"they can expect it by {date_words(LATER)}" in folded(rendered)
    assert "with nobody by name" in folded(rendered)


def test_a_ready_made_reply_is_a_link_to_press_and_a_word_to_type(press: Renders) -> None:
    choice = Choice("Answer: upheld", "#respond upheld\n\nWe agree & are sorry.")
    rendered = press.render(to_staff(Reminder("respond", DUE, Stage.STAGE1, "", (choice,))))

    assert "- #respond upheld: Answer: upheld, with this below it:\n  We agree & are sorry.\n" in rendered.text
    assert "body=%23respond%20upheld%0D%0A%0D%0AWe%20agree%20%26%20are%20sorry." in rendered.html


def test_an_officer_sees_the_whole_mail_who_sent_it_when_and_with_which_files(press: Renders) -> None:
    """The time is the council's own: in July an hour later than in UTC."""
    received = datetime(2026, 7, 1, 22, 59, tzinfo=UTC)
    mail = Original(Address("Asha", "asha@example.org"), "Bins", received, "One\n\n  two\nthree", 1, ("a.jpg", "b c.pdf"))
    text = press.render(to_staff(Forwarded("further", mail))).text

    assert "- From: Asha, asha@example.org\n- Received: 11:59pm on Wednesday 1 July 2026\n- Subject: Bins\n" in text
    assert "- Attached: a.jpg, b c.pdf\n" in text
    assert "> One\n>\n> two\n> three" in text


def test_a_letter_whose_values_its_template_cannot_take_names_the_place_and_nobodys_words(press: Renders) -> None:
    broken = to_resident(DelayNotice(Stage.STAGE1, DUE, None, "secret words", Ombudsmen(LGSCO), automatic=True))  # type: ignore[arg-type]  # what is tested

    with pytest.raises(LetterFailed, match=r"delay_notice: .*delay_notice\.md:\d+: ") as failed:
        press.render(broken)
    assert "secret" not in str(failed.value)


# --- words -----------------------------------------------------------------------------------------------------------


def test_dates_and_times_are_said_in_words() -> None:
    def at(hour: int, minute: int = 0) -> str:
        return clock_words(datetime(2027, 1, 1, hour, minute, tzinfo=UTC))

    assert date_words(date(2026, 12, 29)) == "Tuesday 29 December 2026"
    assert [at(0), at(0, 1), at(9, 5), at(11, 59), at(12), at(12, 1), at(17), at(23, 59)] == [
        *("midnight", "12:01am", "9:05am", "11:59am"),
        *("midday", "12:01pm", "5pm", "11:59pm"),
    ]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Asha Patel", "Dear Asha Patel"),
        ("  Asha\n Patel ", "Dear Asha Patel"),
        ("Séan O’Brien-Łukasz", "Dear Séan O’Brien-Łukasz"),
        ("", "Hello"),
        ("asha@example.org", "Hello"),
        ("Win 1000 at www.bad.example", "Hello"),
        ("www.bad.example", "Hello"),
        ("x" * 60, "Dear " + "x" * 60),
        ("x" * 61, "Hello"),
        ("Patel, Asha", "Dear Asha Patel"),
        ("O'Neil, Pat (Mrs)", "Dear Pat O'Neil"),
        ("van der Berg, Anna Maria", "Dear Anna Maria van der Berg"),
        ("Asha Patel, Chair", "Dear Asha Patel, Chair"),
        ("Patel, MBE", "Dear Patel, MBE"),
        ("Brown, Ltd.", "Dear Brown, Ltd."),
        ("Ann, Bob and Carol", "Dear Ann, Bob and Carol"),
    ],
)
def test_only_what_looks_like_a_name_is_greeted(name: str, said: str) -> None:
    assert greeting(name) == said


@pytest.mark.parametrize(
    ("find", "value", "href"),
    [
        (web_link, "www.lgo.org.uk", "https://www.lgo.org.uk"),
        (web_link, "http://a.example/x?y=1", "http://a.example/x?y=1"),
        (web_link, "feedback@council.example", "mailto:feedback@council.example"),
        (web_link, "javascript:alert(1)", None),
        (web_link, "data:text/html,x", None),
        (web_link, "at the counter", None),
        (web_link, "@south_staffs", None),
        (phone_link, "(01283) 595795", "tel:01283595795"),
        (phone_link, "+44 20 7946 0000", "tel:+442079460000"),
        (phone_link, "01902 696000 or 01902 696001", None),
        (phone_link, "", None),
    ],
)
def test_a_link_leads_only_to_the_web_a_mailbox_or_a_telephone(
    find: Callable[[str], str | None], value: str, href: str | None
) -> None:
    assert find(value) == href


def test_a_ready_made_mail_is_percent_encoded_to_the_last_character() -> None:
    assert mailto("a+b=c@x.example", "#ok\nÄ & ü?", "[A-1]\nBcc: x") == (
        "mailto:a%2Bb%3Dc@x.example?subject=%5BA-1%5D%20Bcc%3A%20x&body=%23ok%0D%0A%C3%84%20%26%20%C3%BC%3F"
    )
    assert mailto("a@x.example", "", "") == "mailto:a@x.example"


def test_lines_are_filled_to_the_width_and_a_longer_word_stands_alone() -> None:
    assert wrapped("aa bb cc", 5) == "aa bb\ncc"
    assert wrapped("aa bb cc", 4) == "aa\nbb\ncc"
    assert wrapped("a " + "x" * 9 + " b", 5, "> ") == "> a\n> " + "x" * 9 + "\n> b"
    assert wrapped("", 5, "> ") == ">"


def test_the_sample_council_is_nobodys() -> None:
    assert sample_policy().contact.mailbox.endswith(".example")


def test_a_date_that_the_resident_holds_of_another_stage_is_not_the_officers_to_keep(press: Renders) -> None:
    """They asked for a review, and it was sent back to be answered once more at Stage 1."""
    dates = (DatedPromise("respond", LATER, Stage.STAGE2, "6"), DatedPromise("respond", DUE, Stage.STAGE1, "5"))
    mail = Original(Address("Asha", "asha@example.org"), "Bins", datetime(2026, 7, 1, tzinfo=UTC), "Bins", 1)
    said = folded(press.render(to_staff(Assignment(dates, mail, ()))))

    assert f"Please answer the complaint by {date_words(DUE)} (section 5 of the policy). " in said
    assert f"The resident also holds a date for another stage: {date_words(LATER)}." in said
