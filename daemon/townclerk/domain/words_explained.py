"""An officer's words as `#help` tells of them: grouped by what somebody wants to do, each with an example."""

from townclerk.domain.commands import WORDS

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Write to the resident", ("acknowledge", "respond", "ask", "message")),
    ("Take more time, or say that nothing more comes", ("extend", "withdraw", "close", "reopen")),
    ("Pass it on", ("assign", "service", "conflict")),
    ("Say what it is", ("category", "alternative", "refuse", "landlord", "campaign", "link", "new-case")),
    ("Decide about a review or a response", ("review", "second-stage1", "approve")),
    ("Promise something, and say when it is done", ("action", "action-done", "action-failed")),
    ("Keep a record; nobody outside sees it", ("note", "reason", "remedy", "learning", "flag", "unflag", "hold", "unhold")),
    ("Decide who may write, and who is told", ("representative", "copy", "uncopy", "restrict", "unrestrict")),
    ("Record what came another way, or from the Ombudsman", ("log", "ombudsman")),
    ("Deal with a mail of yours that is held", ("send", "discard")),
    ("Ask townclerk", ("show", "help")),
)

# Each is a mail that is read as it stands; a text goes below the first line.
EXAMPLES: dict[str, str] = {
    "acknowledge": "#acknowledge\nYou complain that your bin was missed on 4 January …",
    "respond": "#respond partly-upheld\nDear Ms Patel, we have looked into it …",
    "approve": "#approve",
    "extend": "#extend Monday 8 February the crew's report is late",
    "ask": "#ask\nWhich day was your bin missed?",
    "message": "#message\nWe will call on Friday.",
    "note": "#note Spoke to the crew on 5 January.",
    "assign": "#assign wendy",
    "conflict": "#conflict the complaint is about my brother",
    "service": "#service parks",
    "category": "#category service-request\nWe will empty your bin tomorrow.",
    "alternative": "#alternative mediation\nWe would like to offer you …",
    "refuse": "#refuse legal_action\nYour complaint is before a court, so …",
    "review": "#review accept\nWe will look again at the dates of the visits.",
    "second-stage1": "#second-stage1\nThe service will look at your photographs first.",
    "withdraw": "#withdraw they rang on 5 January",
    "close": "#close",
    "reopen": "#reopen",
    "link": "#link AB-27-0001-K",
    "action": "#action 15 March mend the gate",
    "action-done": "#action-done 1\nThe gate was mended today.",
    "action-failed": "#action-failed 1\nThe gate cannot be mended. We will put up a new one.",
    "reason": "#reason delay",
    "remedy": "#remedy apology by letter of 5 January",
    "learning": "#learning The new round had the wrong map.",
    "hold": "#hold the Ombudsman is looking at it",
    "unhold": "#unhold",
    "landlord": "#landlord yes",
    "campaign": "#campaign yes",
    "ombudsman": "#ombudsman enquiry 8 March they ask for the file",
    "flag": "#flag adjustment large print",
    "unflag": "#unflag adjustment",
    "restrict": "#restrict 30 June 2027 forty calls a day",
    "unrestrict": "#unrestrict it has been quiet since May",
    "copy": "#copy jo.lowe@members.example",
    "uncopy": "#uncopy jo.lowe@members.example",
    "representative": "#representative pending",
    "new-case": "#new-case",
    "log": "#log\nName: Asha Patel\nChannel: phone\nMy bin has not been emptied.",
    "send": "#send 12 respond upheld",
    "discard": "#discard 12",
    "show": "#show",
    "help": "#help extend",
}


def usage(word: str) -> str:
    """The word with what stands behind it."""
    return f"#{word} {WORDS[word][0]}".strip()


def meaning(word: str) -> str:
    """What it does, as a sentence without its full stop."""
    return WORDS[word][1]
