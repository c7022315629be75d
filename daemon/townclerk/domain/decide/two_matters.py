"""A mail that complains, and asks for information under a law: each is a matter of its own, with its people and its dates."""

from dataclasses import replace

from townclerk.domain.events import CaseOpened
from townclerk.domain.routing import Route, Signal
from townclerk.domain.statutes import asks_under_a_law
from townclerk.domain.words import Category

QUESTION = "two_matters"
OF_A_REQUEST = frozenset(
    {
        Signal.FREEDOM_OF_INFORMATION,
        Signal.ENVIRONMENTAL_INFORMATION,
        Signal.PERSONAL_DATA,
        Signal.MENTIONS_NEED,
        Signal.ANONYMOUS,
    }
)


def says_both(routed: Route) -> bool:
    """True where the words leave no doubt that a mail complains, and that it asks under a law."""
    either = routed.category in {Category.COMPLAINT, Category.INFORMATION_REQUEST}
    return either and Signal.COMPLAINS_TOO in routed.signals and asks_under_a_law(routed.signals)


def divided(event: CaseOpened, ref: str) -> CaseOpened:
    """The complaint of *event*; the request beside it becomes the case *ref*."""
    routed = event.route
    request = replace(
        event,
        ref=ref,
        route=request_of(routed, "the same mail complains, which is a case of its own"),
        others=(),
        possible_links=(),
        secret_links=(),
        related=(*event.related, event.ref),
        settled=True,
        alike=None,
    )
    complaint = replace(
        routed, category=Category.COMPLAINT, doubtful=False, signals=routed.signals - OF_A_REQUEST | _needs(routed)
    )
    return replace(event, route=complaint, beside=request)


def request_of(routed: Route, why: str) -> Route:
    """What *routed* says of a request for information; whatever else stands there is the complaint's. *why* it is one."""
    return Route(
        Category.INFORMATION_REQUEST,
        routed.service,
        signals=routed.signals & OF_A_REQUEST,
        because=(why,),
        rules=routed.rules,
        version=routed.version,
        letters_in=routed.letters_in,
        unanswered_by=routed.unanswered_by,
    )


def _needs(routed: Route) -> frozenset[str]:
    return routed.signals & {Signal.MENTIONS_NEED, Signal.ANONYMOUS}


def other_matter(category: Category, routed: Route) -> Category | None:
    """What a case of *category* may hold beside it, for a person to say; None: nothing that words show."""
    if not asks_under_a_law(routed.signals):
        return None
    if category is Category.COMPLAINT:
        return Category.INFORMATION_REQUEST
    complains = not routed.signals.isdisjoint({Signal.COMPLAINS_TOO, Signal.SEEMS_TO_COMPLAIN})
    return Category.COMPLAINT if category is Category.INFORMATION_REQUEST and complains else None
