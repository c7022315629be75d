"""What the shipped rules make of mails as residents write them."""

from functools import partial

import pytest

from config import mails
from config.mails import table

COUNCIL = "south-staffordshire"
MAILS = table(COUNCIL)
read = partial(mails.read, COUNCIL)


ANSWERS = (
    ("review_request dissatisfied", "I am not satisfied with this answer and I ask for a review please (stage 2)."),
    ("review_request", "Please can I have the stage 2 review"),
    ("review_request", "Kindly review your decision."),
    ("review_request", "I want this escalated."),
    ("review_request", "I request a review, the gate has no lock"),
    ("review_request", "review"),
    ("review_request", "Yes, review."),
    ("review_request", "Can you review?"),
    ("review_request", "Could someone review it?"),
    ("review_request dissatisfied", "Not happy - review."),
    ("review_request", "I am asking for a reveiw"),
    ("review_request", "I would like my complaint reviewing by a manager"),
    ("review_request", "I want to take this to stage2"),
    ("review_request", "Take it to the next stage please"),
    ("review_request", "I don't want your apology, I want a review."),
    ("review_request thanks", "Thank you for the review. I want stage 2."),
    ("thanks", "Thank you for the review."),
    ("disagrees", "No review needed"),
    ("", "I don't need a review"),
    ("", "I won’t be taking this further."),
    ("", "I am happy with your review."),
    ("thanks", "I do not want a review, thank you."),
    ("thanks", "No need for a review, it has been sorted. Thanks"),
    ("dissatisfied", "I'm not happy with it. Nobody has looked at the photos."),
    ("disagrees dissatisfied", "Please look at this again, I disagree with your decision."),
    ("dissatisfied", "I am not satisfied and would like this looked at again"),
    ("dissatisfied", "I appeal"),
    ("dissatisfied", "This is nonsense. Your officer never even came."),
    ("dissatisfied", "I'd like someone senior to look at this."),
    ("dissatisfied", "You did not review the photographs."),
    ("dissatisfied", "You have ignored what I sent."),
    ("dissatisfied", "That is unacceptable"),
    ("dissatisfied", "It is not what I asked"),
    ("thanks", "Thank you for looking at it again so quickly."),
    ("thanks", "Nothing wrong with the new bin, thank you."),
    ("thanks", "I was wrong, it was the other day. Thanks."),
    ("dissatisfied", "This is the third time I am writing. I want it looked at as a complaint."),
    ("dissatisfied", "Your answer is wrong, the lorry came on Friday."),
    ("thanks", "Thank you for dealing with my complaint so quickly."),
    ("", "I am not unhappy any more."),
    ("disagrees", "No."),
    ("disagrees", "no, that is too long"),
    ("disagrees dissatisfied", "I do not agree to the new date."),
    ("disagrees dissatisfied", "I don’t agree"),
    ("agrees", "No problem, take your time."),
    ("agrees", "No, that's fine by me."),
    ("", "No reason I just never got round to it"),
    ("", "Nobody was in when they called."),
    ("agrees", "Yes I agree."),
    ("agrees", "That is agreed."),
    ("withdraws", "Please withdraw my complaint."),
    ("withdraws", "I no longer wish to pursue this."),
    ("withdraws thanks", "You can close my complaint now, thanks."),
    ("", "I will not withdraw my complaint."),
    ("", "I don't want to drop the complaint"),
    ("thanks", "Thanks for the update."),
    ("thanks", "Just to say it has been collected every week since, thank you. Ngozi"),
    ("dissatisfied", "Thanks for nothing. Still no bin."),
    ("new_matter", "On a different matter, the street light is out."),
    ("new_matter", "I have a separate issue with the drain."),
    ("", "forgot the photo, here"),
    ("", "Any news?"),
)


@pytest.mark.parametrize(("signals", "text"), ANSWERS, ids=lambda value: value[:40])
def test_an_answer_says_what_it_says_and_no_more(signals: str, text: str) -> None:
    """The signals of a reply, in the sender's own words."""
    assert set(signals.split()) == read("Re: [SS-26-0042-K] You can ask for a review", text).signals


def test_the_subject_of_our_own_letter_asks_for_nothing() -> None:
    """A reply to the invitation keeps its subject, which speaks of a review."""
    assert "review_request" not in read("Re: You can ask for a review (stage 2)", "I got your letter.").signals
    assert "review_request" in read("Stage 2 review", "The gate has no lock.").signals
