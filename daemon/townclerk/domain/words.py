"""The words of townclerk: one name for one thing, in code, files, mails and documents."""

from enum import StrEnum


class Stage(StrEnum):
    STAGE1 = "stage1"
    STAGE1_AGAIN = "stage1_again"
    STAGE2 = "stage2"


class Category(StrEnum):
    COMPLAINT = "complaint"
    COMMENT = "comment"
    COMPLIMENT = "compliment"
    SERVICE_REQUEST = "service_request"
    MEMBER_ENQUIRY = "member_enquiry"
    INFORMATION_REQUEST = "information_request"
    NOT_OURS = "not_ours"
    AUTOMATIC = "automatic"
    SPAM = "spam"

    @property
    def words(self) -> str:
        """What something of it is called in the middle of a sentence: "It is a comment"."""
        return {
            "service_request": "a request for a service",
            "member_enquiry": "an enquiry from a member",
            "information_request": "a request for information",
            "not_ours": "a matter that is not ours",
            "automatic": "an automatic mail",
            "spam": "spam",
        }.get(self.value, f"a {self.value}")


NOBODYS = frozenset({Category.AUTOMATIC, Category.SPAM})
"""No person wants an answer to these: nothing is sent, and whoever says that a case is one ends it."""


class Priority(StrEnum):
    NORMAL = "normal"
    HIGH = "high"


class Status(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Outcome(StrEnum):
    UPHELD = "upheld"
    PARTLY_UPHELD = "partly-upheld"
    NOT_UPHELD = "not-upheld"

    @property
    def words(self) -> str:
        return {"upheld": "upheld", "partly-upheld": "partly upheld", "not-upheld": "not upheld"}[self.value]


class Landlord(StrEnum):
    """Whether a matter lies between the council as landlord and its tenants and leaseholders."""

    YES = "yes"
    NO = "no"
    MIXED = "mixed"


class Alert(StrEnum):
    SAFEGUARDING = "safeguarding"
    HATE_CRIME = "hate_crime"
    SELF_HARM = "self_harm"
    EMERGENCY_HAZARD = "emergency_hazard"
    FRAUD = "fraud"
    CRIMINAL_ALLEGATION = "criminal_allegation"
    STAFF_CONDUCT = "staff_conduct"


DANGER = frozenset({Alert.SAFEGUARDING, Alert.HATE_CRIME, Alert.SELF_HARM, Alert.EMERGENCY_HAZARD})
"""Of these somebody may be hurt: they come first, at any hour."""


class LetterKind(StrEnum):
    """To a resident first, then to staff."""

    RECEIPT = "receipt"
    ACKNOWLEDGEMENT = "acknowledgement"
    CLARIFICATION = "clarification"
    DELAY_NOTICE = "delay_notice"
    EXTENSION_PROPOSAL = "extension_proposal"
    EXTENSION_NOT_AGREED = "extension_not_agreed"
    RESPONSE = "response"
    REVIEW_INVITATION = "review_invitation"
    REVIEW_DECISION = "review_decision"
    NOT_ACCEPTED = "not_accepted"
    CONSENT_REQUEST = "consent_request"
    ACTION_UPDATE = "action_update"
    SURVEY = "survey"
    CLOSURE = "closure"
    MESSAGE = "message"

    ASSIGNMENT = "assignment"
    FORWARDED = "forwarded"
    REMINDER = "reminder"
    OVERDUE = "overdue"
    ESCALATION = "escalation"
    DECISION = "decision"
    ALERT = "alert"
    DIGEST = "digest"
    CONFIRM = "confirm"
    DONE = "done"
    REFUSED = "refused"
    UNDELIVERED = "undelivered"
    REPORT = "report"
