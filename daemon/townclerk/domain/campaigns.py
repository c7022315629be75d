"""Mails of several people that say nearly the same: what is said of them to those who work on them."""

from townclerk.domain.case import CampaignState, Case, OwnWay


def campaign_line(case: Case) -> str:
    """What stands with the case in letters to staff; empty: nobody wrote the same."""
    if case.led and case.joined is not None:
        return f"answered with {case.joined.lead}, which leads it"
    if case.joined is not None:
        return f"it was answered with {case.joined.lead}"
    campaign = case.campaign
    if campaign is None or campaign.state in {CampaignState.APART, CampaignState.OVER}:
        return ""
    if campaign.state is CampaignState.ASKED:
        return f"{others(len(everybody(case)))} the same. Whether they are answered as one is still to be decided"
    return (
        f"{others(len(campaign.members))} the same. What you answer here goes to each of them, with their own reference "
        "(#show lists them). #message goes to this resident alone"
    )


def campaign_said(case: Case) -> str:
    """What an operator is told: who leads it, who has joined, or why it goes its own way; empty: nobody wrote the same."""
    campaign = case.campaign
    if campaign is not None and campaign.state in {CampaignState.APART, CampaignState.OVER}:
        became = {CampaignState.APART: "each is dealt with by itself", CampaignState.OVER: "it is over"}[campaign.state]
        onward = f"; {campaign.passed_to} led it on" if campaign.passed_to else ""
        return f"{others(len(campaign.members))} the same: {became}{onward}"
    return campaign_line(case) or why_its_own_way(case)


def others(number: int) -> str:
    """ "1 other person has written"."""
    return "1 other person has written" if number == 1 else f"{number} other people have written"


def how_many_alike(case: Case, *told: str) -> str:
    """What a person who decides whether it is a campaign must know: how many, and which, beside those of whom they are *told*
    more."""
    refs = everybody(case)
    more = tuple(ref for ref in refs if not any(ref in each for each in told))
    which = f": {listed(more)}" if len(more) == len(refs) else f"; the latest are {listed(more)}" if more else ""
    return f"{others(len(refs))[:1].upper()}{others(len(refs))[1:]} the same{which}." if refs else ""


def listed(refs: tuple[str, ...], most: int = 20) -> str:
    """The first of *refs*, and how many more there are."""
    more = f" and {len(refs) - most} more" if len(refs) > most else ""
    return ", ".join(refs[:most]) + more


def everybody(case: Case) -> tuple[str, ...]:
    """Those who have written the same as *case*, by reference."""
    campaign = case.campaign
    return tuple(dict.fromkeys((*campaign.alike, *campaign.members))) if campaign is not None else ()


def why_its_own_way(case: Case) -> str:
    """What the assignment says of a mail that says what others say as well; empty: none does."""
    found = case.resembles
    return f"It repeats what {found.ref} says, {ITS_OWN_WAY[found.why]}" if found is not None else ""


ITS_OWN_WAY = {
    OwnWay.ADDS: "which others have written as well, and adds words of its own: so it is not answered with the campaign.",
    OwnWay.APART: "which others have written as well. They are not dealt with as one campaign.",
    OwnWay.ANSWERED: "which has been answered, so it can be answered likewise.",
    OwnWay.DIFFERS: (
        "which others have written as well. It is of another kind, or there is more to it, so it is not answered with them."
    ),
    OwnWay.SAME_PERSON: "and its sender has written that before.",
}
