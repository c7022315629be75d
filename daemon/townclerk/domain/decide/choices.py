"""Ready-made replies: what a person can do next, each as the words that the mail begins with."""

from collections.abc import Iterable

from townclerk.domain.case import Case
from townclerk.domain.council import Council
from townclerk.domain.letters import Choice
from townclerk.domain.ombudsmen import depend_on_matter
from townclerk.domain.words import Category, Landlord, Outcome, Stage, Status

RESPOND = tuple(Choice(f"Respond: {outcome.words}", f"#respond {outcome}\n") for outcome in Outcome)
MORE_TIME = Choice("Ask for more time", "#extend 5 ")
ANSWERED = (
    Choice("The resident agrees to the later date", "#extend agreed\n"),
    Choice("The resident does not agree", "#extend not-agreed\n"),
)
MESSAGE = Choice("Send a message to the resident", "#message\n")
NOTE = Choice("Keep a note (nobody outside sees it)", "#note ")
ASSIGN = Choice("Give it to a colleague", "#assign ")
WITHDRAWN = Choice("The resident has withdrawn it", "#withdraw\n")
IS_COMPLAINT = Choice("It is a complaint", "#category complaint\n")


def to_work(case: Case, council: Council) -> tuple[Choice, ...]:
    """What the responsible officer can do with this case as it is."""
    if case.category is not Category.COMPLAINT:
        return (MESSAGE, IS_COMPLAINT, Choice("It belongs to another service", "#service "), NOTE)
    choices: list[Choice] = []
    stage = council.policy.stages.get(case.stage) if case.stage else None
    acknowledge = case.deadline(f"{case.stage}.acknowledge")
    if acknowledge is not None and (acknowledge.open or case.acknowledgement_owed):
        choices.append(Choice("Acknowledge: write your understanding of the complaint", "#acknowledge\n"))
    if stage is not None and case.status is Status.OPEN:
        choices.extend(RESPOND)
        choices.append(MORE_TIME)
        choices.extend(ANSWERED if case.proposal is not None else ())
    return (*choices, MESSAGE, ASSIGN, Choice("This policy does not cover it", "#refuse "), NOTE)


def about_landlord(case: Case, council: Council) -> tuple[Choice, ...]:
    """Where it decides which Ombudsman the letters name, and nobody has said yet."""
    if case.category is not Category.COMPLAINT or case.landlord is not None or not depend_on_matter(council.policy.ombudsmen):
        return ()
    said = {Landlord.YES: "It is a landlord's matter", Landlord.NO: "It is no landlord's matter", Landlord.MIXED: "It is both"}
    return tuple(Choice(label, f"#landlord {word}\n") for word, label in said.items())


def about_exclusions(case: Case) -> tuple[Choice, ...]:
    refuse = tuple(Choice(f"Not covered: {code.replace('_', ' ')}", f"#refuse {code} ") for code in case.exclusions)
    return (*refuse, Choice("Take it as a complaint after all", "#category complaint\n"), NOTE)


REVIEW = (
    Choice("Accept the request", "#review accept\n"),
    Choice("Refuse it, with reasons", "#review refuse\n"),
    MESSAGE,
)
SECOND = Choice("Look at it once more at Stage 1", "#second-stage1\n")


def about_review(case: Case, council: Council) -> tuple[Choice, ...]:
    """About somebody who is not content with a response, or who asked late."""
    return (*REVIEW, SECOND) if _second_is_left(case, council) else REVIEW


def about_triage(case: Case, council: Council) -> tuple[Choice, ...]:
    """About a request for a stage that has begun: whether it is that stage's, or goes back."""
    full = Choice("Take it: a full investigation", "#review accept\n")
    stage = council.policy.stages.get(case.stage) if case.stage else None
    target = stage.triage.back_to if stage is not None and stage.triage is not None else None
    back_to = council.policy.stages.get(target) if target else None
    back = back_to is not None and case.may_repeat(back_to.stage, back_to.max_times or 1)
    send_back = (Choice("Send it back, with reasons", "#review back\n"),) if back else ()
    second = (SECOND,) if _second_is_left(case, council) else ()
    return (full, *send_back, *second, MESSAGE)


def _second_is_left(case: Case, council: Council) -> bool:
    second = council.policy.stages.get(Stage.STAGE1_AGAIN)
    return second is not None and bool(case.responded_at) and case.may_repeat(second.stage, second.max_times)


DISSATISFIED = (IS_COMPLAINT, MESSAGE, NOTE)


OFFER = (
    "Thank you for answering our survey. We are sorry that you are not satisfied. If you would like to make a complaint, "
    "reply to this email, say that you wish to complain, and tell us what is wrong."
)
SURVEY_REPLY = (Choice("Offer them to make a complaint", f"#message\n{OFFER}\n"), *DISSATISFIED[1:])


def was_this_the_response(number: int | None) -> tuple[Choice, ...]:
    """About a mail that the officer has sent themselves: it does not go out a second time."""
    was = tuple(Choice(f"It was the response: {o.words}", f"#send {number} respond {o}\n") for o in Outcome)
    return (*was, Choice("It was not the response", f"#discard {number}\n"))


def about_links(refs: Iterable[str]) -> tuple[Choice, ...]:
    join = tuple(Choice(f"It belongs to {ref}", f"#link {ref}\n") for ref in refs)
    return (*join, Choice("It is a matter of its own", "#note A matter of its own.\n"))


def about_category() -> tuple[Choice, ...]:
    kinds = (Category.COMPLAINT, Category.COMMENT, Category.SERVICE_REQUEST, Category.NOT_OURS)
    return tuple(Choice(f"It is: {kind.replace('_', ' ')}", f"#category {kind}\n") for kind in kinds)


def for_held(number: int, case: Case) -> tuple[Choice, ...]:
    """What can be done with a held mail; never anything by itself."""
    send = Choice("Send it to the resident as a message", f"#send {number}\n")
    keep = Choice("Keep it as a note; send nothing", f"#discard {number}\n")
    if case.category is not Category.COMPLAINT or case.status is not Status.OPEN:
        return (send, keep)
    respond = tuple(Choice(f"Send it as the response: {o.words}", f"#send {number} respond {o}\n") for o in Outcome)
    return (send, *respond, keep)
