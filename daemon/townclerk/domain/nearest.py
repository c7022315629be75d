"""What somebody most likely meant who wrote a word that is none: the nearest of those that are."""

from collections.abc import Iterable
from difflib import get_close_matches

from townclerk.domain.typed import code

MOST = 3  # that are offered: more is a list, not a hint
_SHORTEST = 3  # letters that a word is known by
_LONGEST = 60  # characters of what is compared
_CLOSE = 0.6
_CLOSE_PART = 0.75
_A_SLIP = 0.85  # so near that nothing else can be meant

# What officers call things that have another name here, in English and in Welsh; the likelier first.
MEANT: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("reply", "email", "mail", "write", "tell", "contact", "update", "inform", "neges"), ("message",)),
    **dict.fromkeys(("answer", "response", "responded", "outcome", "decision", "ateb", "ymateb"), ("respond", "message")),
    **dict.fromkeys(("ack", "receipt", "confirm", "cydnabod"), ("acknowledge",)),
    **dict.fromkeys(("delay", "postpone", "extension", "more_time", "holding", "ymestyn", "estyn", "oedi"), ("extend",)),
    **dict.fromkeys(("internal", "comment", "comments", "memo", "file", "private", "fyi", "log_note", "nodyn"), ("note",)),
    **dict.fromkeys(("reassign", "allocate", "give", "owner", "neilltuo"), ("assign",)),
    **dict.fromkeys(("forward", "pass", "transfer", "redirect", "refer", "trosglwyddo"), ("assign", "service")),
    **dict.fromkeys(("team", "department", "wrong_team", "gwasanaeth"), ("service",)),
    **dict.fromkeys(("question", "query", "clarify", "clarification", "gofyn"), ("ask",)),
    **dict.fromkeys(("done", "complete", "completed", "finished", "wedi_gwneud"), ("close", "action-done", "respond")),
    **dict.fromkeys(("closed", "resolved", "solved", "fixed", "end", "cau"), ("close", "action-done", "respond")),
    **dict.fromkeys(("upheld", "justified", "agree", "cadarnhau"), ("respond upheld",)),
    **dict.fromkeys(("partly", "partly_upheld", "partially", "partially_upheld", "part_upheld"), ("respond partly-upheld",)),
    **dict.fromkeys(("not_upheld", "unfounded", "not_justified", "dismissed"), ("respond not-upheld",)),
    **dict.fromkeys(("reject", "rejected", "decline", "declined", "gwrthod"), ("refuse", "respond not-upheld")),
    **dict.fromkeys(("exclude", "excluded", "exclusion", "not_covered"), ("refuse",)),
    **dict.fromkeys(("not_ours", "not_us", "not_council"), ("category not-ours", "service")),
    **dict.fromkeys(("not_mine",), ("assign", "service", "conflict")),
    **dict.fromkeys(("spam", "junk", "delete"), ("category spam",)),
    **dict.fromkeys(("complaint", "cwyn"), ("category complaint",)),
    **dict.fromkeys(("compliment", "service_request", "request", "suggestion"), ("category",)),
    **dict.fromkeys(("stage2", "stage_2", "stage2_back", "escalate", "accept", "adolygiad"), ("review accept",)),
    **dict.fromkeys(("stage1", "stage_1", "again", "second"), ("second-stage1",)),
    **dict.fromkeys(("approved", "ok", "yes", "iawn"), ("approve",)),
    **dict.fromkeys(("no", "not_approved", "unapproved"), ("approve no",)),
    **dict.fromkeys(("cancel", "cancelled", "withdrawn", "dropped"), ("withdraw",)),
    **dict.fromkeys(("open", "unclose"), ("reopen",)),
    **dict.fromkeys(("merge", "duplicate", "same", "join"), ("link",)),
    **dict.fromkeys(("split", "separate", "new", "open_case"), ("new-case",)),
    **dict.fromkeys(("promise", "todo", "task"), ("action",)),
    **dict.fromkeys(("phone", "telephone", "call", "letter", "visit"), ("log",)),
    **dict.fromkeys(("ban", "block", "vexatious"), ("restrict",)),
    **dict.fromkeys(("cc", "bcc"), ("copy",)),
    **dict.fromkeys(("consent", "consented", "advocate"), ("representative",)),
    **dict.fromkeys(("pause", "stop", "freeze"), ("hold",)),
    **dict.fromkeys(("release", "unpause", "resume"), ("unhold",)),
    **dict.fromkeys(("status", "history", "view", "case", "details", "dangos"), ("show",)),
    **dict.fromkeys(("commands", "words", "cymorth", "info"), ("help",)),
    **dict.fromkeys(("lesson", "lessons", "learnt", "learned"), ("learning",)),
    **dict.fromkeys(("compensation", "redress"), ("remedy",)),
    **dict.fromkeys(("cause", "root_cause"), ("reason",)),
}


_BEFORE_A_CODE = frozenset({"respond", "review", "extend", "category", "landlord", "campaign", "representative", "approve"})


def nearest(written: str, known: Iterable[str]) -> tuple[str, ...]:
    """Those of *known* that *written* most likely stands for, the likeliest first; none where nothing is like it."""
    wanted = code(written)[:_LONGEST]
    if not wanted:
        return ()
    by_code: dict[str, str] = {}
    for each in known:
        by_code.setdefault(code(each), each)
    begins = [each for each in by_code if len(wanted) >= 3 and (each.startswith(wanted) or wanted.startswith(f"{each}_"))]
    close = get_close_matches(wanted, by_code, n=MOST, cutoff=_CLOSE)
    parts = [each for each in by_code if len(wanted) >= 4 and get_close_matches(wanted, each.split("_"), cutoff=_CLOSE_PART)]
    return tuple(by_code[each] for each in dict.fromkeys((*begins, *close, *parts)))[:MOST]


def nearest_words(written: str, known: Iterable[str]) -> tuple[str, ...]:
    """As `nearest`, for an officer's word: also by what it is called elsewhere. Some come with what stands behind them."""
    known = tuple(known)
    said = code(written)
    stem, _, rest = said.partition("_")
    if stem in _BEFORE_A_CODE and rest:
        return (f"{stem} {rest.replace('_', '-')}",)
    return MEANT.get(said) or _slip(said, known) or nearest(written, known)


def _slip(said: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """The one word of which *said* is a slip of the keyboard: to name others as well only confuses."""
    codes = {code(each): each for each in known}
    near = get_close_matches(said[:_LONGEST], codes, n=2, cutoff=_A_SLIP) or [
        each for each in codes if sorted(each) == sorted(said)
    ]  # “extned”
    return (codes[near[0]],) if len(near) == 1 else ()


def spelled_like(written: str, meant: str) -> bool:
    """True where *written* is one of the words of *meant*, only spelled otherwise or shortened: "respnd", "ack", "upheld"."""
    said = code(written)
    return any(
        said == each
        or (len(said) >= _SHORTEST and each.startswith(said))
        or said[: _SHORTEST + 1] == each[: _SHORTEST + 1]
        or bool(get_close_matches(said[:_LONGEST], (each,), cutoff=_CLOSE_PART))
        for each in (code(meant), *map(code, meant.split()))
    )
