"""What the shipped rules make of mails as residents write them."""

from dataclasses import dataclass
from datetime import date
from functools import cache

import pytest

from townclerk.config.council_folder import load_council
from townclerk.domain.mail import Address, IncomingMail
from townclerk.domain.routing import Route, Routing, route


@cache
def rules() -> Routing:
    return load_council("south-staffordshire", today=date(2026, 11, 22)).routing


def read(subject: str, text: str, sender: str = "ann@example.org") -> Route:
    return route(IncomingMail(Address("", sender), subject, text, text), rules())


@dataclass(frozen=True)
class Mail:
    subject: str
    text: str
    category: str
    service: str
    alerts: tuple[str, ...] = ()
    exclusions: tuple[str, ...] = ()
    sender: str = "ann@example.org"


def mail(kind: str, subject: str, text: str, alerts: str = "", exclusions: str = "", sender: str = "ann@example.org") -> Mail:
    category, _, service = kind.partition("/")
    return Mail(subject, text, category, service, tuple(alerts.split()), tuple(exclusions.split()), sender)


MAILS = (
    # --- complaints, with and without the word
    mail("complaint/waste", "Complaint", "My brown bin was not emptied on Tuesday. I wish to complain."),
    mail("complaint/waste", "bins", "this is the third week running. what do i pay council tax for"),
    mail("complaint/waste", "Bin", "The bin has been missed again and nobody rings back."),
    mail("complaint/waste", "Missed bin", "Missed bin, please collect it. And this is a formal complaint about the crew."),
    mail("complaint/waste", "This is not a complaint but", "I am absolutely disgusted with the state of the recycling point."),
    mail("complaint/waste", "Not complaining, but", "I'm not complaining but it is the fourth time the bin men left the gate open."),
    mail("complaint/waste", "Refuse", "My food waste caddy still hasn't been replaced. I reported it three weeks ago."),
    mail("complaint/waste", "FORMAL COMPLAINT", "YOUR BIN LORRY BLOCKED MY DRIVE FOR AN HOUR"),
    mail("complaint/waste", "Bin lorry", "Your driver went up the kerb and cracked it. I want to know what you will do about it. Not good enough."),
    mail("complaint/waste", "Compliments", "I complimented your bin crew last year. Now I must complain, they leave half of it on the road."),
    mail("complaint/waste", "Complimentary sacks", "Your leaflet promised complimentary garden waste sacks. I have had none and nobody has replied."),
    mail("complaint/waste", "Thanks a bunch", "Thank you so much for leaving my bin in the middle of the road. Brilliant job, lads."),
    mail("complaint/waste", "Well done", "Well done for missing our recycling on Christmas week."),
    mail("complaint/waste", "Fantastic service", "Fantastic service as ever: bin smashed, rubbish all over the drive, off they went."),
    mail("complaint/waste", "Thanks for nothing", "Thanks for nothing. Bin still full."),
    mail("complaint/planning", "Planning application 22/00417", "Your planning officer never answers. It's been six months. Unacceptable."),
    mail("complaint/planning", "extension", "I am unhappy with how you dealt with the planning permission for the extension next door."),
    mail("complaint/council_tax", "Council tax bill", "You have sent my council tax bill to the wrong house twice now. I'm fed up."),
    mail("complaint/council_tax", "summons", "I got a council tax summons though I paid. I am very disappointed that no one has answered my letters."),
    mail("complaint/benefits", "Housing benefit", "My housing benefit stopped and nobody has told me why, it is a disgrace."),
    mail("complaint/leisure", "Leisure centre", "The showers at the leisure centre have been cold for weeks. Very disappointing for what we pay."),
    mail("complaint/parks", "Play area", "The play area at Codsall is a disgrace, glass everywhere and you ignored my last two emails."),
    mail("complaint/environmental_health", "Noise", "I reported the barking dogs next door in March and heard nothing. I want to complain."),
    mail("complaint/licensing", "taxi licence", "Complaint: five weeks for a taxi licence renewal and no reply."),
    mail("complaint/elections", "Postal vote", "My postal vote never came. I lost my vote. I want to complain."),
    mail("complaint/parking", "Car park machine", "Your car park machine took my money twice. Appalling."),
    mail("complaint/customer_services", "On hold", "Forty minutes on hold and then cut off. Ridiculous."),
    mail("complaint/customer_services", "reception", "The lady on reception could not be bothered to look up. Poor attitude."),
    mail("complaint/other", "Concern", "I am concerned about the decision that was taken in September about the hall."),  # in doubt
    mail("complaint/other", "", "why"),
    mail("complaint/other", "(no subject)", ""),
    mail("complaint/housing", "Damp", "My flat is damp, I am homeless soon, and your housing officer does not ring back. It is shocking."),
    mail(
        "complaint/waste",
        "long",
        "Hello. I moved here in 1987 with my late husband, who was always very fond of the lane. We had a man who came on "
        "Mondays then. Anyway, thank you for the calendar. My daughter says I should write. I do not like to make a fuss. "
        "What it is, is the bin. It is not that I mind pulling it out, I have a frame, but they will not take it from the "
        "top of the drive any more, and I was told they would. I rang and they said they would ring me. That was in August. "
        "I think that it is not good enough at my age. Yours sincerely, E. Perry (Mrs)",
    ),
    mail("complaint/waste", "Cwyn am y biniau", "Hoffwn gwyno. Nid yw'r biniau wedi eu casglu ers tair wythnos."),
    # --- requests for service
    mail("service_request/waste", "Missed bin", "Missed bin collection today at 4 The Green, can somebody collect it please? Thanks"),
    mail("service_request/waste", "bin", "My green bin wasn't collected this morning. 12 Elm Grove."),
    mail("service_request/waste", "Not a complaint", "This is not a complaint but our recycling was not collected today, please collect it."),
    mail("service_request/waste", "New bin please", "Please can I have a bigger bin, we are six now."),
    mail("service_request/waste", "Fly tipping", "Somebody has dumped a sofa in Watery Lane. Reporting a fly-tip."),
    mail("service_request/waste", "Bulky waste", "I would like to book a bulky waste collection for a fridge."),
    mail("service_request/waste", "Re bins", "No complaints from me, but could you please send me a new calendar for the bins?"),
    mail("service_request/leisure", "Locker 14", "Locker 14 at the leisure centre is broken."),
    mail("service_request/highways", "Street light", "The street light outside 9 Mill Lane is out."),
    mail("service_request/highways", "Pothole", "There is a pothole on the corner of Station Road, about a foot across."),
    mail("service_request/council_tax", "Council tax", "I would like to apply for the single person discount."),
    mail("service_request/council_tax", "Moved", "Change of address for my council tax account, please."),
    mail("service_request/parks", "swing", "One of the swings in the play area is broken, could you repair it?"),
    mail("service_request/environmental_health", "Rats", "There are rats behind the shops. Can you send someone?"),
    mail("service_request/environmental_health", "Dog fouling", "Dog fouling on the path by the school again this week."),
    mail("service_request/elections", "Vote", "How do I register to vote? I have just moved here."),
    mail("service_request/waste", "Thank you for your help", "Thank you for your help last week. Please can you also collect the old caddy?"),
    # --- comments
    mail("comment/waste", "Suggestion", "I suggest that the bin calendar be printed on both sides."),
    mail("comment/parks", "An idea for the park", "It would be nice if there were a bench at the play area."),
    mail("comment/leisure", "Feedback", "Some feedback on the leisure centre: have you considered opening at six on weekdays?"),
    mail("comment/planning", "Local plan", "My comments on the local plan are attached."),
    mail("comment/other", "Not a complaint, just a comment", "Just a comment, not a complaint. The new leaflet is printed rather small."),
    mail("comment/waste", "Customer Feedback form - Comment", "Type of feedback: Comment\nName:\nYour comment: the bin lids are heavy, I complain"),
    # --- compliments
    mail("compliment/waste", "Thank you", "Thank you to the bin crew who carried my mother's bin in the snow. Such kind lads."),
    mail("compliment/waste", "Compliment", "A compliment for the recycling team in Perton."),
    mail("compliment/council_tax", "Praise", "I want to praise Sue in the council tax office, she sorted it in five minutes."),
    mail("compliment/leisure", "Well done!", "Well done to everybody at the swimming pool for the gala."),
    mail("compliment/customer_services", "Customer services", "I have no complaints at all: the man on the phone was so helpful. Excellent service."),
    mail("compliment/waste", "Diolch", "Diolch yn fawr i'r tîm ailgylchu am eu gwaith caled."),
    mail("compliment/planning", "Planning", "I never complain and I am not complaining now: your planning officer was really helpful, credit to you all."),
    # --- information, members, others
    mail("information_request/waste", "FOI", "How many bins did you replace in 2025?"),
    mail("information_request/other", "Request", "Under the Freedom of Information Act 2000 please send me the cost of the new chairs."),
    mail("information_request/other", "my data", "Please send me a copy of my personal data under the GDPR."),
    mail("information_request/other", "Data Protection Complaint", "I wish to make a data protection complaint."),
    mail("information_request/environmental_health", "EIR", "Please send the noise readings under the Environmental Information Regulations."),
    mail("complaint/waste", "Bins", "I asked in my freedom of information request and you did not say. I want to complain about the bins."),
    mail("member_enquiry/waste", "My constituent", "My constituent Mrs Tonks has no bin. Please report.", sender="gareth.hale.mp@parliament.uk"),
    mail("member_enquiry/other", "casework", "I write for a resident of my ward, who would like a reply.", sender="cllr@members.example"),
    mail("not_ours/other", "Premature complaint", "Please put this through your procedure.", "", "ombudsman", sender="intake@lgo.org.uk"),
    # --- what must be noticed
    mail("complaint/licensing", "fraud", "An officer in licensing takes bribes for taxi permits.", "fraud", "fraud"),
    mail("complaint/benefits", "Neighbour", "My neighbour is committing fraud with his housing benefit.", "fraud", ""),
    mail("complaint/waste", "bin men", "Your driver shouted at my wife. I want to complain about the bin crew.", "staff_conduct"),
    mail("complaint/waste", "abuse", "The bin contractor racially abused my son. This is a hate crime.", "hate_crime"),
    mail("complaint/housing", "tenancy", "I can't go on, the damp is killing me and some days I want to die.", "self_harm"),
    mail("complaint/other", "Child next door", "I think the child next door is being abused, you have been told.", "safeguarding"),
    mail("complaint/other", "Wall", "The wall by the old depot is dangerous, it will fall on someone.", "emergency_hazard"),
    mail("complaint/environmental_health", "Gas", "There is a strong smell of gas outside the town hall.", "emergency_hazard"),
    mail("complaint/waste", "Your driver", "Your bin driver punched my husband this morning.", "criminal_allegation", "criminal_or_unlawful"),
    mail("complaint/waste", "my gate", "Your lorry broke my gate and I want to make an insurance claim. Bin day was Monday.", "", "insurance"),
    mail("complaint/parking", "PCN", "I want to appeal against my penalty charge notice.", "", "appeal_or_legal_remedy"),
    mail("complaint/other", "Ref JB/12", "We act for Mrs Jones. This is a letter before claim.", "", "legal_action"),
    mail("complaint/other", "Pay", "I work for the council and I complain about my pay.", "", "hr"),
    mail("complaint/other", "Your FOI team", "I complain about how the council handled freedom of information matters.", "", "information_rights"),
    mail("complaint/waste", "my gate", "The bin crew reversed into our gate and drove off. This is a complaint."),  # no insurance, no crime
)


@pytest.mark.parametrize("each", MAILS, ids=lambda each: f"{each.category}: {each.subject}"[:50])
def test_a_mail_gets_the_category_the_service_and_the_marks_that_a_clerk_would_give(each: Mail) -> None:
    """Category, service, alerts and suspected exclusions, each mail as a whole."""
    found = read(each.subject, each.text, each.sender)

    assert (each.category, each.service) == (found.category.value, found.service), found.because
    assert (set(each.alerts), set(each.exclusions)) == ({alert.value for alert in found.alerts}, set(found.exclusions))


ANSWERS = (
    ("review_request dissatisfied", "I am not satisfied with this answer and I ask for a review please (stage 2)."),
    ("review_request", "Please can I have the stage 2 review"),
    ("review_request", "Kindly review your decision."),
    ("review_request", "I want this escalated."),
    ("review_request", "I request a review, the gate has no lock"),
    ("thanks", "I do not want a review, thank you."),
    ("thanks", "No need for a review, it has been sorted. Thanks"),
    ("dissatisfied", "I'm not happy with it. Nobody has looked at the photos."),
    ("dissatisfied", "This is the third time I am writing. I want it looked at as a complaint."),
    ("dissatisfied", "Your answer is wrong, the lorry came on Friday."),
    ("thanks", "Thank you for dealing with my complaint so quickly."),
    ("", "I am not unhappy any more."),
    ("disagrees", "No."),
    ("disagrees", "no, that is too long"),
    ("disagrees", "I do not agree to the new date."),
    ("disagrees", "I don’t agree"),
    ("", "No problem, take your time."),
    ("", "No, that's fine by me."),
    ("", "No reason I just never got round to it"),
    ("", "Nobody was in when they called."),
    ("", "Yes I agree."),
    ("", "That is agreed."),
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


def test_every_rule_that_is_shipped_has_been_seen_to_hold() -> None:
    """A rule that nothing in these mails reaches is a rule that nobody has tried; the few left out are named here."""
    tried = {name for each in MAILS for name in read(each.subject, each.text, each.sender).because}
    tried |= {name for _, text in ANSWERS for name in read("Re: x", text).because}
    everything = (rules().categories, rules().services, rules().alerts, rules().exclusions, rules().signals)
    untried = {rule.name for group in everything for rule in group} - tried

    assert untried <= {"Asks for a review, in a subject of their own"}
