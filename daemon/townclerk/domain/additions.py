"""What programs and servers put around an officer's words: banners, labels, signatures, disclaimers, footers, rewritten links.

Cut only where it is certain. What merely looks like one is left where it stands, and named as a doubt: then a person looks
at the text before it goes out. All of it takes time that grows with the length of the text and no faster.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from urllib.parse import parse_qs, unquote, urlsplit

from townclerk.domain.signing_off import (
    PRONOUNS,
    is_hours,
    is_writer,
    name_begins,
    only_closes,
    remark_beside_name,
    words_of_name,
)
from townclerk.domain.trailers import DEVICE, FOOTER, RULE, SENT_FROM, SURE_FOOTER

_LONGEST = 2_000  # of a line or a paragraph, what is enough to tell what it is
_SIGNATURE_LINES = 20  # that are looked at from the end, empty ones not counted
_BANNER_LINES = 12
_SHORTEST_DISCLAIMER = 20  # characters

# -- single lines ------------------------------------------------------------------------------------------------------

_PICTURE = re.compile(r"\[(?:cid:|image: ?|inline image)[^\[\]\n]{0,200}\]|\ufffc", re.IGNORECASE)
_MARKING = (
    r"(?:official(?:[-\s:–]{1,3}sensitive)?|swyddogol(?:[-\s:–]{1,3}sensitif)?|not protectively marked|unclassified|"
    r"restricted|protect)(?:[-\s:–\[(]{1,3}(?:personal|commercial|locsen|internal|external|personol|masnachol)[\])]?)?"
)
_LABEL = re.compile(
    rf"^[\[(*# ]{{0,3}}(?:(?:security |protective )?(?:classification|sensitivity|marking|label|dosbarthiad)"
    rf"(?: label)? ?: ?(?:{_MARKING}|[a-z][a-z -]{{2,40}})|{_MARKING}"
    r"|this (?:e-?mail|message|document) (?:(?:has been|was|is) )?(?:classified|marked)"
    rf"(?:(?: as)? ?:? ?{_MARKING})?(?: by [\w.'@ -]{{2,60}}?)?(?: on [\w ,/:.-]{{4,40}})?\.?)[\])* ]{{0,3}}$",
    re.IGNORECASE,
)
# Whoever says so of a text does not want it to leave the house: it is no label like the others.
_INTERNAL = re.compile(
    r"^\W{0,4}(?:(?:official|classification|swyddogol)\W{1,4})?"
    r"(?:(?:for )?internal(?: use)? only|for internal (?:use|circulation)|internal use|i'w ddefnyddio'n fewnol"
    r"|not for (?:onward |further )?(?:circulation|distribution|publication|disclosure))\W{0,4}$",
    re.IGNORECASE,
)
_BARE_WORD = re.compile(r"^(?:protect|restricted|unclassified|official|swyddogol)$", re.IGNORECASE)

# -- paragraphs --------------------------------------------------------------------------------------------------------

_BANNER_OPENS = re.compile(
    r"^[\[(*!⚠\ufe0f\s]{0,4}(?:caution|warning|external|be careful|attention|rhybudd|gofal|allanol)\b"
    r"|^[\[(*!\s]{0,3}this (?:e-?mail|message|sender) (?:originated|originates|came|comes|was sent|is|has come|has been sent) "
    r"(?:from )?(?:outside|externally|an? external|external)"
    r"|^you don'?t often get e-?mail from|^some people who received this message don'?t often get"
    r"|^(?:daeth|anfonwyd) (?:yr|y) (?:e-?bost|neges) (?:hwn|hon) o(?:'r)? (?:tu )?allan",
    re.IGNORECASE,
)
_BANNER_SURE = re.compile(
    r"outside|external (?:e-?mail|sender|source)|(?:links?|attachments?)\b.{0,200}(?:recogni[sz]e|trust|expect|know|sender)"
    r"|recogni[sz]e.{0,200}(?:links?|attachments?)\b|don'?t often get|allan|dolenni",
    re.IGNORECASE,
)
_TAG = re.compile(r"^[\[(]{0,2}(?:external|allanol)(?: (?:e-?mail|sender))?[\])]{0,2}:?$", re.IGNORECASE)
_MINE = re.compile(r"\b(?:I|[Mm][ey])\b")  # as written, unlike `_MYSELF`: a Welsh banner's "i" is "to"
_LONGEST_BANNER = 700
_SURELY_SAID = 5  # of a disclaimer's things, which no letter says together
_LIKELY_SAID = 4  # which below a signature only a disclaimer says
_DISCLAIMER_OPENS = re.compile(
    r"^\W{0,6}(?:disclaimer|confidentiality|important(?: notice)?\b|private and confidential|notice\b|"
    r"this (?:e-?mail|message|communication|transmission|document|information)|the (?:information|contents?|content of)|"
    r"any (?:views|opinions)|if you (?:are not|have received|receive|received)|e-?mails? |unauthori[sz]ed|"
    r"mae(?:'|’)?r? (?:neges|e-?bost|wybodaeth|cynnwys)|(?:gall|bwriedir) (?:y|yr) (?:neges|e-?bost)|os nad chi|os ydych)",
    re.IGNORECASE,
)
_HEADING = re.compile(r"^\W{0,6}(?:(?:e-?mail )?disclaimer|confidentiality notice|ymwadiad)\W{0,6}$", re.IGNORECASE)
_OF_A_MAIL = re.compile(r"e-?mail|this (?:message|communication|transmission)|neges|e-?bost|attachment", re.IGNORECASE)
_DISCLAIMER_SAYS = tuple(
    re.compile("|".join(words), re.IGNORECASE)
    for words in (
        (r"\bconfidential", "[cg]yfrinachol"),
        ("privileged",),
        (
            r"(?:solely|only|exclusively) for (?:the )?(?:use|attention|person|individual|intended|named|recipient|who)",
            r"intended (?:solely |only )?for|intended recipient|bwriedir|at ddefnydd .{0,80}yn unig",
        ),
        (r"addressee|named (?:above|recipient|person|individual)", r"to whom (?:it is|they are) addressed|derbynnydd"),
        (
            r"receive[d]? (?:this|it) .{0,30}in error|received .{0,40}by mistake",
            r"(?:mewn|d?trwy|drwy) (?:camgymeriad|gamgymeriad)",
        ),
        (
            r"(?:notify|inform|contact|tell|advise) (?:the sender|us|the originator|its sender)",
            r"return (?:it )?to (?:the )?sender|hysbys[uw]|rhowch wybod",
        ),
        (r"(?:delete|destroy) (?:it|this|the|all|any)", "dilëwch|dileu"),
        (
            r"(?:disclos|disseminat|distribut|cop[yi]|unauthori[sz]ed).{0,80}(?:prohibited|unlawful|strictly|must not)",
            r"(?:must|should|may) not (?:be )?(?:disclos|copy|copied|distribut|use|read|forward)",
        ),
        (r"(?:not|do not|does not) necessarily (?:represent|reflect|those)", r"(?:views|opinions) (?:expressed|of the)"),
        (r"virus|malware",),
        (r"monitor|recorded|interception",),
        (
            r"freedom of information|data protection act|(?:uk )?gdpr|privacy (?:notice|policy)",
            "diogelu data|rhyddid gwybodaeth",
        ),
        (r"liability|liable|accept no responsibility|contract",),
        (r"(?:any|its|with) (?:attachments?|files? transmitted)|atodiadau|unrhyw ffeiliau",),
    )
)
_MYSELF = re.compile(r"\b(?:I|my|me)\b", re.IGNORECASE)
_SAID_BY_NOTHING_ELSE = (0, 1, 2, 3, 8, 9)  # confidential, privileged, intended, addressee, views, virus
_SIGN_OFF = (
    r"(?:(?:with |gyda )?(?:my |our )?(?:very )?(?:kind(?:est)?|best|warm(?:est)?|many)(?: regards| wishes| thanks)?|regards|"
    r"thanks(?: again| and regards)?|thank you|yours (?:sincerely|faithfully|truly)|sincerely|cheers|"
    r"cofion(?: (?:gorau|cynnes|caredig))?|(?:yr eiddoch )?yn (?:gywir|ffyddlon)|diolch(?: yn fawr)?|dymuniadau gorau)"
)
_SIGNS_OFF = re.compile(rf"^{_SIGN_OFF}(?: ?[/|] ?{_SIGN_OFF})?[,.!]?(?: \w[\w'’-]{{0,30}}){{0,3}}$", re.IGNORECASE)

_SIGNED = re.compile(rf"^{_SIGN_OFF}(?: ?[/|] ?{_SIGN_OFF})?(?=\W|$)", re.IGNORECASE)

# What somebody is, in a line below their name.
_OFFICE = re.compile(
    r"\b(?:officer|manager|lead|leader|head|director|team|services?|council|department|dept|directorate|clerk|assistant"
    r"|advis[eo]r|co-?ordinator|inspector|engineer|planner|surveyor|administrator|supervisor|warden|executive|secretary"
    r"|solicitor|specialist|analyst|consultant|authority|office|unit|division|cyngor|swyddog|rheolwr|pennaeth|gwasanaeth(?:au)?"
    r"|t[iî]m|adran|cyfarwyddwr)\b",
    re.IGNORECASE,
)
# What people let their programs say below every mail of theirs.
_OF_THE_WRITER = re.compile(
    r"^(?:my )?(?:usual |normal |core |current )?(?:working|office) (?:days|hours|pattern|times)\b"
    r"|^i (?:currently |usually )?work (?:flexibl|part|compressed|from home|mon|tue|wed|thu|fri)"
    r"|outside (?:of )?(?:normal|my|your|usual|office|working) (?:office |working )?hours|^(?:non-?)working days?\b"
    r"|^(?:upcoming|planned|annual|future) leave\b|^i(?:'|’)?(?: a)?m on (?:annual )?leave\b|^line manager\b"
    r"|\bpronounce my name\b|^(?:my )?pronouns\b|^(?:find|contact|chat with|message) me on teams\b"
    r"|^we(?:'|’| a)re (?:hiring|recruiting)\b|^how did we do\b|\btake (?:our|a|this) (?:short |quick )?survey\b"
    r"|^.{0,30}\(from my (?:mobile|phone|iphone|ipad)\)\.?$",
    re.IGNORECASE,
)
_UNKNOWN_CLOSING = 2  # words above a name that may be a closing which we do not know
_LONGEST_REMARK = 18  # words that somebody has below every mail of theirs; more may be for whoever reads this one
_WRITES_ON = re.compile(r"^(?:p\.? ?s\b|enc(?:s|l|losures?|losed)?\b)", re.IGNORECASE)  # below their name, and it is theirs
_DIVIDER = re.compile(r"^[-_=*~–—]+$")
_LISTS_PAGE = re.compile(r"https?://\S{1,200}(?:/listinfo|/postorius/|/mailman|groups\.io)\S{0,200}$", re.IGNORECASE)
_LIST_RULE = re.compile(r"^_{20,}$")

_PHONE = re.compile(r"(?<![\w£.])(?:\+44|\(?0)\d[\d ()-]{7,16}\d\b|\bext(?:ension)?\.? ?\d{3,6}\b", re.IGNORECASE)
_EMAIL = re.compile(r"(?:mailto:)?[\w.+'-]{1,64}@[\w-]{1,63}\.[\w.-]{2,80}")
_WEB = re.compile(r"(?:https?://|\bwww\.)[^\s|<>]{1,300}", re.IGNORECASE)
_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b")
_WAY = re.compile(
    r"(?<![^\s|•·,(])(?:t|tel|telephone|phone|ffôn|ffon|m|mob|mobile|symudol|e|e-?mail|e-?bost|w|web|website|gwefan|fax|ffacs|f|dd|"
    r"direct(?: (?:dial|line))?|switchboard|teams|ext)\s?(?:[.:|]+|(?=\s|$))",
    re.IGNORECASE,
)
_SMALL = frozenset(
    [
        "",
        ":",
        "•",
        "·",
        "of",
        "and",
        "the",
        "for",
        "&",
        "|",
        "/",
        "-",
        "–",
        "a",
        "an",
        "at",
        "in",
        "on",
        "to",
        "y",
        "yr",
        "yn",
        "ac",
        "o",
        "i",
    ]
)
_BEGINS_TO_SAY = re.compile(
    r"(?:i|we|you|he|she|they|it|please|there|your|our|fe|byddwn|rydym|rydyn|mae)(?:['’]\w+)? \w", re.IGNORECASE
)
_MOTTO = 24  # words of what a house says of itself below its signatures
_TO_SOMEBODY = re.compile(
    r"^(?:dear|hello|hi|annwyl)\b|^p\.? ?s\b|\b(?:i|she|he|her|him|they|them|please|ms|mrs|mr|miss)\b|#\w", re.IGNORECASE
)
_PLACE = re.compile(
    r"\b(?:road|street|lane|avenue|drive|house|offices|centre|hall|square|building|floor|civic|depot|environment(?:al)?|place"
    r"|highways|housing|planning|waste|recycling|streetscene|parks|communit(?:y|ies)|neighbourhoods?|customers?|complaints"
    r"|finance|revenues|benefits|licensing|governance|operations|enforcement|cleansing|parking|health|regeneration|resources"
    r"|transport|education|care|strategy|public realm|street scene)\b",
    re.IGNORECASE,
)
_CALLED = re.compile(
    r"tel|telephone|phone|mobile|mob|direct|dial|line|internal|int|ext|extension|no|number|office|switchboard"
    r"|contact|call|email|mail|e|web|website|page|fax|or|and|ffôn|rhif|twitter|facebook|x"
)
_SAID_BEFORE = 6  # lines above a signature that may speak of what stands in it
_POINTS_BELOW = re.compile(
    r"\b(?:number|details|address|e-?mail|line|phone|telephone|contacts?|hours|page|isod)\b.{0,60}\b(?:below|isod|underneath)\b"
    r"|\b(?:below|underneath|following)\b.{0,60}\b(?:number|details|address|e-?mail|line|phone|telephone|contacts?|hours)\b",
    re.IGNORECASE,
)
_TEAMS = re.compile(r"^microsoft teams\b|^join (?:the meeting|on your computer|the meeting now)", re.IGNORECASE)
_REWRITTEN = "safelinks.protection"  # what could not be turned back into its link names whoever got the mail
_PGP_BEGINS = "-----BEGIN PGP SIGNED MESSAGE-----"
_PGP_ENDS = "-----BEGIN PGP SIGNATURE-----"


@dataclass(frozen=True, slots=True)
class Cleared:
    """A text without what was put around it. `doubtful`: something in it may still not be the writer's."""

    text: str
    doubtful: bool


def cleared(lines: Sequence[str], person: frozenset[str] = frozenset()) -> Cleared:
    """The writer's text. *person*: the words of their name, lower case, by which their signature is known."""
    kept = [line if line == "-- " else _plain_links(line.rstrip()) for line in lines]
    kept = kept[_below_banners(kept) :]
    doubtful = False
    # A label may stand below a disclaimer, that below a signature, and a phone's line below all of them.
    for _ in range(4):
        before = len(kept)
        kept = _above_footers(kept, person)
        kept, unsure = _above_signature(kept, person)
        doubtful = doubtful or unsure
        if len(kept) == before:
            break
    kept = _above_footers(kept, person)
    doubtful = (
        doubtful
        or _looks_added(kept)
        or _remarks(kept, person)
        or any(_PICTURE.search(line) or _REWRITTEN in line.lower() for line in kept)
    )
    return Cleared("\n".join(_PICTURE.sub("", line).rstrip() for line in kept).strip("\n"), doubtful)


def only_additions(lines: Sequence[str]) -> bool:
    """True where nobody wrote anything in *lines*: banners, labels, footers and disclaimers alone."""
    kept = list(lines)
    kept = _surely_above_footers(kept[_below_banners(kept) :])
    first = next((line.strip() for line in kept if line.strip()), "")
    return not _words(kept) or (first == "--" and _may_sign(kept))


def may_be_a_disclaimer(lines: Sequence[str]) -> bool:
    """True where *lines* are empty or may well be a disclaimer: for below a program's own words, where nobody writes. In a
    person's mail more has to be said."""
    words = _joined(lines)
    says_so = bool(_DISCLAIMER_OPENS.match(words)) and _binds(words) and _says(lines) > 1 and not _MYSELF.search(words)
    return says_so or only_additions(lines)


def is_signature(lines: Sequence[str]) -> bool:
    """True where *lines*, which a program calls a signature, hold nothing but what signatures hold. People write in them."""
    paragraphs = _paragraphs(list(lines))
    return not any(
        line.lstrip().startswith("#") or ((len(line.split()) > 14 or _says_something(line)) and not _PICTURE.search(line))
        for start, end in paragraphs
        if not _is_added([lines[index] for index in range(start, end)])
        for line in (bare(lines[index]) for index in range(start, end))
    )


def bare(line: str) -> str:
    """A line as it is recognised by: without the white space that HTML leaves around and in it."""
    return " ".join(line[:_LONGEST].replace("\u200b", "").replace("\ufeff", "").split())


def _words(lines: Sequence[str]) -> bool:
    return any(_PICTURE.sub("", line).strip() for line in lines)


# -- above the words ---------------------------------------------------------------------------------------------------


def _below_banners(lines: Sequence[str]) -> int:
    """Where the words begin, below warnings and labels that a server puts on top."""
    index, passed = 0, 0
    while index < len(lines) and passed < _BANNER_LINES:
        line = bare(lines[index])
        if not line or _is_label(line) or RULE.match(line):
            index += 1
            continue
        end = _banner_end(lines, index)
        if not is_banner(lines[index:end]) and not _TAG.match(line):
            break
        passed += end - index
        index = end
    return index


def _banner_end(lines: Sequence[str], start: int) -> int:
    """Below the banner's paragraph: the empty line, or the first of the writer's words."""
    for index in range(start + 1, min(start + _BANNER_LINES, len(lines))):
        line = bare(lines[index])
        if not line or _TAG.match(bare(lines[start])) or line.startswith(("#", "\uff03")):
            return index
    return min(start + _BANNER_LINES, len(lines))


def _is_label(line: str) -> bool:
    return (
        len(line) < 140
        and not _INTERNAL.match(line)
        and bool(_LABEL.match(line))
        and (line.isupper() or not _BARE_WORD.match(line))
    )


def is_banner(lines: Sequence[str]) -> bool:
    """True for a paragraph in which a server warns of a mail from outside, and nothing else stands."""
    if not lines or any(line.lstrip().startswith(("#", "\uff03")) for line in lines):
        return False
    words = _joined(lines)
    sure = (
        _BANNER_OPENS.match(words) and _BANNER_SURE.search(words) and len(words) < _LONGEST_BANNER and not _MINE.search(words)
    )
    return bool(sure or _TAG.match(words))


# -- below the words ---------------------------------------------------------------------------------------------------


def is_trailer(line: str, footer: re.Pattern[str] = FOOTER) -> bool:
    """True for a line that stands below a mail and says nothing: empty, a rule, a phone's, a virus scanner's, a label."""
    return (
        not line
        or line == "--"
        or bool(_HEADING.match(line))
        or bool(RULE.match(line) or footer.match(line) or any(DEVICE.match(said) for said in (line, _unlinked(line))))
        or _is_label(line)
    )


def _unlinked(line: str) -> str:
    """A line without where its links lead."""
    return " ".join(_BRACKETED.sub(" ", _MARKED_DOWN.sub(r"\1", line)).split()).replace(" ,", ",")


def _above_footers(lines: list[str], person: frozenset[str]) -> list[str]:
    """*lines* without what stands below a writer's words. What only looks like a footer is one where a signature ends above it:
    a writer has said all they had to say before they sign."""
    lines = above_lists_footer(lines)
    sure = _surely_above_footers(lines)
    likely = _above_what_looks_added(lines)
    if len(likely) == len(sure):
        return sure
    signed = _above_signature(likely, person, footed=True)[0]
    return signed if len(signed) < len(likely) else sure


def above_lists_footer(lines: list[str]) -> list[str]:
    """*lines* without the few with which a mailing list's server says what list it was."""
    last = _last_words(lines)[:5]
    rule = next((index for index in last if _LIST_RULE.match(bare(lines[index]))), None)
    return lines[:rule] if rule is not None and last and _LISTS_PAGE.search(bare(lines[last[0]])) else lines


def _surely_above_footers(lines: list[str]) -> list[str]:
    return _above(lines, SURE_FOOTER, _SURELY_SAID)


def _above_what_looks_added(lines: list[str]) -> list[str]:
    return _above(lines, FOOTER, _LIKELY_SAID)


def _above(lines: list[str], footer: re.Pattern[str], fewest: int) -> list[str]:
    """*lines* without the single *footer*s at their end, and without a disclaimer that says at least *fewest* things."""
    end = _trimmed(lines, len(lines), footer)
    paragraphs = _paragraphs(lines[:end])
    for start, stop in paragraphs:
        if _is_disclaimer(lines[start:stop], fewest):
            below = [paragraph for paragraph in paragraphs if paragraph[0] > start]
            if all(_is_added(lines[a:b]) or _is_contact(lines[a:b]) for a, b in below):
                return lines[: _trimmed(lines, start, footer)]
            break
    return lines[:end]


def _trimmed(lines: list[str], end: int, footer: re.Pattern[str]) -> int:
    """Where the words end above what stands at *end*: single lines, and footers that run over several."""
    while end:
        if is_trailer(bare(lines[end - 1]), footer):
            end -= 1
            continue
        start = end
        while start and end - start < 8 and bare(lines[start - 1]) and not _opens_addition(bare(lines[start - 1])):
            start -= 1
        if not start or end - start >= 8 or not bare(lines[start - 1]) or not _is_footer(lines[start - 1 : end], footer):
            return end
        end = start - 1
    return 0


def _opens_addition(line: str) -> bool:
    return bool(FOOTER.match(line) or DEVICE.match(line) or _DISCLAIMER_OPENS.match(line))


def _is_footer(lines: Sequence[str], footer: re.Pattern[str] = FOOTER) -> bool:
    """A footer that a program has wrapped: its first line says what it is, and the sentence is short."""
    words = _joined(lines)
    return bool(footer.match(words) or DEVICE.match(words)) and len(words) < 400


def _is_disclaimer(lines: Sequence[str], fewest: int) -> bool:
    """True only for a paragraph that says too many of a disclaimer's things to be anything else."""
    said, words = _says(lines), _joined(lines)
    opens = bool(_DISCLAIMER_OPENS.match(words)) and _binds(words)
    return bool(_OF_A_MAIL.search(words)) and (said >= fewest or (said >= fewest - 2 and opens and fewest <= _LIKELY_SAID))


def _binds(words: str) -> bool:
    """True for what hardly anything but a disclaimer says."""
    return any(_DISCLAIMER_SAYS[number].search(words) for number in _SAID_BY_NOTHING_ELSE)


def _says(lines: Sequence[str]) -> int:
    words = _joined(lines)
    return sum(1 for said in _DISCLAIMER_SAYS if said.search(words)) if len(words) > _SHORTEST_DISCLAIMER else 0


def _is_added(lines: Sequence[str]) -> bool:
    """True for a paragraph that, below a disclaimer, belongs to it."""
    return (
        all(is_trailer(bare(line)) for line in lines)
        or _is_footer(lines)
        or _says(lines) >= 2
        or (_says(lines) >= 1 and bool(_DISCLAIMER_OPENS.match(_joined(lines))))
    )


def _is_contact(lines: Sequence[str]) -> bool:
    return all(_reaches(bare(line)) or _is_title(bare(line)) or is_trailer(bare(line)) for line in lines)


def _paragraphs(lines: Sequence[str]) -> list[tuple[int, int]]:
    """The paragraphs as (first line, line below): an empty line ends one, and so does the beginning of a disclaimer."""
    found: list[tuple[int, int]] = []
    start: int | None = None
    for index, line in enumerate(lines):
        words = bare(line)
        if not words:
            if start is not None:
                found.append((start, index))
            start = None
        elif start is None:
            start = index
        elif _opens_disclaimer(words, lines, start, index):
            found.append((start, index))
            start = index
    if start is not None:
        found.append((start, len(lines)))
    return found


def _opens_disclaimer(words: str, lines: Sequence[str], start: int, index: int) -> bool:
    """True where a disclaimer begins below lines of something else, with no empty line between."""
    return bool(_DISCLAIMER_OPENS.match(words)) and not _DISCLAIMER_OPENS.match(bare(lines[start])) and index > start


def _joined(lines: Sequence[str]) -> str:
    return bare(" ".join(line[:_LONGEST] for line in lines[:40]))


# -- signatures --------------------------------------------------------------------------------------------------------


def _above_signature(lines: list[str], person: frozenset[str], *, footed: bool = False) -> tuple[list[str], bool]:
    """*lines* without a corporate signature, and whether one may still be there. *footed*: a house's disclaimer stood below."""
    dashes = _dashes(lines, person)
    if dashes is not None:
        below = [bare(line) for line in lines[dashes + 1 :] if bare(line)]
        sure = lines[dashes] == "-- " or (bool(below) and _holds_name(below[0], person))
        return (lines[:dashes], False) if sure and _may_sign(below) else (lines, True)
    certain = _certain_signature(lines, person)
    if certain is not None:
        return lines[:certain], False
    last = _last_words(lines)
    closing = next((index for index in last if _SIGNS_OFF.match(bare(lines[index]))), None)
    own_name = next((index for index in reversed(last) if _begins_signature(bare(lines[index]), person)), None)
    if closing is None and own_name is None:
        first = next((index for index in reversed(last) if words_of_name(bare(lines[index]), person)), None)
        named = [index for index in reversed(last) if first is not None and index >= first]
        return lines, _ends_with_contacts(lines, last) or _goes_on_below_name(lines, named, person)
    begins = closing if closing is not None else own_name
    tail = [index for index in reversed(last) if begins is not None and index > begins]
    if closing is None and own_name is not None:
        tail = [own_name, *tail]
    return _cut_signature(lines, tail, begins or 0, person, footed=footed)


def _certain_signature(lines: list[str], person: frozenset[str]) -> int | None:
    """Where a signature begins that could be nothing else: the writer's name, and below it to the end only what they are, where
    and when they are to be reached. None: there is no such one, or the letter may mean it by what it says above."""
    last = _last_words(lines)
    block = [*takewhile(lambda index: _signs_certainly(bare(lines[index]), person), last)][::-1]
    named = next((at for at, index in enumerate(block) if name_begins(bare(lines[index]), person)[0]), None)
    if named is None:
        return None
    tail = block[named:]
    if not any(_tells_how_to_reach(bare(lines[index])) for index in tail):
        return None
    above = next((index for index in range(tail[0] - 1, -1, -1) if bare(lines[index])), None)
    closes = above is not None and (_SIGNS_OFF.match(bare(lines[above])) or only_closes(bare(lines[above])))
    said = [bare(line) for line in lines[: above if closes else tail[0]] if bare(line)][-_SAID_BEFORE:]
    if any(_POINTS_BELOW.search(line) for line in said) or not (closes or _has_ended(said)):
        return None
    return _signature_begins(lines, tail, above if closes and above is not None else tail[0], person)


def _has_ended(said: Sequence[str]) -> bool:
    """True where a text has come to its end: "We come on Friday.", not "Whom to ask:"."""
    return not said or said[-1].endswith((".", "!", "?")) or said[-1].startswith(("#", "\uff03"))


def _signs_certainly(line: str, person: frozenset[str]) -> bool:
    name, beside = name_begins(line, person)
    return _is_contact_line(line, person) or bool(name and all(_is_contact_line(part, person) for part in beside))


def _tells_how_to_reach(line: str) -> bool:
    parts = [part for part in line.split("|") if part.strip()]
    return any(_reaches(part) or is_hours(part.strip()) for part in parts)


def _is_contact_line(line: str, person: frozenset[str]) -> bool:
    """True for a short line that tells what somebody is, where, or how and when to reach them, and nothing else."""
    parts = [part.strip() for part in line.split("|") if part.strip()]
    if len(parts) > 1:
        return all(_is_contact_line(part, person) for part in parts)
    if is_hours(line):
        return True
    if _INTERNAL.match(line) or any(said.search(line) for said in (_TO_SOMEBODY, _OF_THE_WRITER, _PICTURE)):
        return False
    return not _BEGINS_TO_SAY.match(line) and (_is_post(line) or (_reaches(line) and _is_only_a_way(line, person)))


def _is_post(line: str) -> bool:
    """True for what somebody is, their department, and a line of an address."""
    return _is_title(line) and not re.search(r"\bwork", line, re.I) and bool(_OFFICE.search(line) or _PLACE.search(line))


def _is_only_a_way(line: str, person: frozenset[str]) -> bool:
    """True for a telephone, an address or a page, with nothing beside it but how such a line is called, or whose it is."""
    rest = line
    for pattern in (_EMAIL, _WEB, _PHONE, _POSTCODE):
        rest = pattern.sub(" ", rest)
    rest = " ".join(_WAY.sub(" ", rest).split())
    words = [word.lower() for word in re.findall(r"[^\W\d_]+", rest)]
    return all(_CALLED.fullmatch(word) or word in person for word in words) or _is_post(rest)


def _cut_signature(
    lines: list[str], tail: list[int], begins: int, person: frozenset[str], *, footed: bool
) -> tuple[list[str], bool]:
    """What stands below a closing, or from a name on: a signature where it holds ways to reach somebody and no sentence."""
    words = [bare(lines[index]) for index in tail]
    reaching = sum(1 for line in words if _reaches(line))
    if not reaching:
        return _above_second_name(lines, tail, begins, person)
    if any(not (_reaches(line) or _is_title(line) or words_of_name(line, person) or is_trailer(line)) for line in words):
        return lines, True
    if any(_is_sentence(line) for line in words) or not any(
        words_of_name(line, person) or _holds_name(line, person) for line in words
    ):
        return lines, True  # a depot below "Thank you" is no signature of whoever thanks
    titles = sum(1 for line in words if not _reaches(line) and not words_of_name(line, person) and _is_title(line))
    if reaching + bool(titles) + footed < 3:
        return lines, True
    return lines[: _signature_begins(lines, tail, begins, person)], False


def _above_second_name(lines: list[str], tail: list[int], begins: int, person: frozenset[str]) -> tuple[list[str], bool]:
    """A signature without ways to reach somebody. Where the name that its writer typed stands there once more, that is the
    program's. What they are may stand below their name; of anything else it is not certain that they meant it."""
    typed = list(takewhile(lambda index: words_of_name(bare(lines[index]), person) > 0, tail))
    again = next((index for index in tail[1:] if name_begins(bare(lines[index]), person)[0] > 1), None)
    theirs = [index for index in tail if again is not None and index >= again]
    if typed and theirs and all(_signs(bare(lines[index]), person) or _is_office(bare(lines[index])) for index in theirs):
        return lines[: theirs[0]], False
    opens = [begins] if _signs(bare(lines[begins]), person) and _holds_name(bare(lines[begins]), person) else []
    named = next((at for at, index in enumerate(tail) if _holds_name(bare(lines[index]), person)), None)
    below = [*opens, *tail] if opens else tail[named:] if named is not None else []
    if not below and _SIGNED.sub("", bare(lines[begins]), count=1).strip(" ,.!") == "":
        return lines, any(_OF_THE_WRITER.search(bare(lines[index])) for index in tail)
    return lines, _goes_on_below_name(lines, below, person)


def _goes_on_below_name(lines: list[str], below: Sequence[int], person: frozenset[str]) -> bool:
    """True where *below*, the first of which is the writer's name, goes on with what they may not have meant to send."""
    said = takewhile(lambda line: not _WRITES_ON.match(line), (bare(lines[index]) for index in below[1:]))
    return not all(_signs(line, person) or is_trailer(line) or _is_office(line) for line in said)


def _begins_signature(line: str, person: frozenset[str]) -> bool:
    """True for the writer's whole name, and for any of it with what they are beside it, on one line."""
    return words_of_name(line, person) > 1 or ("|" in line and _holds_name(line, person))


def _holds_name(line: str, person: frozenset[str]) -> bool:
    return _signs(line, person) and any(
        words_of_name(part, person) for part in re.split(r"[|,•·]", _SIGNED.sub("", line, count=1))
    )


def _is_office(line: str) -> bool:
    """True for what somebody is, as it stands below their name: "Waste Officer", "Exton District Council"."""
    if _INTERNAL.match(line) or _TO_SOMEBODY.search(line) or _OF_THE_WRITER.search(line) or re.search(r"\bwork", line, re.I):
        return False
    return _is_title(line) and _OFFICE.search(line) is not None


def _signature_begins(lines: list[str], tail: list[int], begins: int, person: frozenset[str]) -> int:
    """Where the program's part begins: below a name that the writer typed, where it names them once more, or stands apart."""
    typed = list(takewhile(lambda index: words_of_name(bare(lines[index]), person) > 0, tail))
    again = [index for index in tail[1:] if name_begins(bare(lines[index]), person)[0] > 1]
    if typed and again:
        return again[0]
    apart = next((index for index in tail[1:] if not bare(lines[index - 1])), None)
    first = [bare(lines[index]) for index in tail if apart is not None and index < apart]
    if not bare(lines[tail[0] - 1]) and not typed:
        return tail[0]
    named = [words_of_name(line, person) > 0 for line in first]
    stands_apart = apart is not None and (all(named) or not any(named)) and not any(_reaches(line) for line in first)
    return apart if apart is not None and stands_apart else begins


def _dashes(lines: list[str], person: frozenset[str]) -> int | None:
    """The line "-- ", where only some lines follow; or any that is drawn across the page, where the writer's name does, or what
    somebody is and nothing else."""
    last = _last_words(lines)
    for at, index in enumerate(last):
        line, below = bare(lines[index]), [bare(lines[further]) for further in reversed(last[:at])]
        if line == "--" or (_DIVIDER.match(line) and below and (_holds_name(below[0], person) or all(map(_is_office, below)))):
            return index
    return None


def _may_sign(lines: list[str]) -> bool:
    """True where what stands below dashes is a signature, not the second half of a letter."""
    words = [bare(line) for line in lines if bare(line)]
    return not any(_says_something(line) or line.startswith(("#", "\uff03")) for line in words)


def _is_sentence(line: str) -> bool:
    """True for words that say something: too long for a title, or ending as sentences end."""
    words = line.split()
    if _reaches(line) and len(words) <= 14:
        return False
    return len(words) > 10 or (len(words) > 4 and line.endswith((".", "?", "!")))


def _says_something(line: str) -> bool:
    """True for words that no program would have in a signature: a sentence, however short."""
    words = line.split()
    if _is_sentence(line) or (len(words) > 3 and _BEGINS_TO_SAY.match(line)):
        return True
    return len(words) > 2 and line.endswith((".", "?", "!")) and not _is_title(line) and not _reaches(line)


def _last_words(lines: list[str]) -> list[int]:
    """The last lines that are not empty, from the end."""
    found: list[int] = []
    for index in range(len(lines) - 1, -1, -1):
        if bare(lines[index]):
            found.append(index)
            if len(found) == _SIGNATURE_LINES:
                break
    return found


def _reaches(line: str) -> bool:
    """True for a short line with a way to reach somebody: a telephone, an address, a page, a logo."""
    if len(line) > 200 or len(line.split()) > 14:
        return False
    rest = line
    for pattern in (_EMAIL, _WEB, _PHONE, _POSTCODE, _PICTURE):
        rest = pattern.sub(" ", rest)
    return rest != line and _is_title(_WAY.sub(" ", rest))


def _is_title(line: str) -> bool:
    """True for words as they stand below a name: "Waste Services Manager | Environment"."""
    if line.startswith(("- ", "• ", "* ")) or ":" in line.rstrip(": "):
        return False
    words = [word for word in PRONOUNS.sub("", line).split() if word.lower().strip(",;<>()") not in _SMALL]
    if not words:
        return True
    large = sum(1 for word in words if not word[0].islower())
    return len(words) <= 10 and large * 3 >= len(words) * 2 and not line.endswith(("?", "!", ":"))


def signs_and_says_no_more(lines: Sequence[str], person: frozenset[str]) -> bool:
    """True where *lines* are a sign-off, the writer's own name, what they are and where, by whatever it was sent, and nothing
    else: that is no text, and nobody is written to only to be told it."""
    said = _said(lines)
    if not said:
        return any(_words([line]) for line in lines)  # a program's line, and nothing else
    closing = [*takewhile(lambda line: _closes(line, person), said)]
    below = said[len(closing) :]
    opens = not below or any(_is_name(line, person) or _signs(line, person) for line in (below[0], *closing))
    return opens and _only_sign(below, person)


def may_sign_and_say_no_more(lines: Sequence[str], person: frozenset[str]) -> bool:
    """True where a word or two, of which nobody knows whether they close a letter, stand above the writer's name alone."""
    said = _said(lines)
    at = next((n for n, line in enumerate(said) if _is_name(line, person)), len(said))
    words, below = [word for line in said[:at] for word in line.split()], said[at:]
    return (
        0 < len(words) <= _UNKNOWN_CLOSING
        and words[-1][-1] not in ".!?"
        and all(letter.isalpha() or letter in ",/&+-" for word in words for letter in word)
        and bool(below)
        and _only_sign(below, person)
    )


def _said(lines: Sequence[str]) -> list[str]:
    """The lines as they are recognised by, without empty ones and what programs add."""
    return [line for line in (bare(line) for line in lines) if line and not is_trailer(line)]


def _is_name(line: str, person: frozenset[str]) -> bool:
    return is_writer(line, person) or _holds_name(line, person)


def _closes(line: str, person: frozenset[str]) -> bool:
    return _signs(line, person) or only_closes(line, person) or not any(letter.isalnum() for letter in line)


def _only_sign(lines: Sequence[str], person: frozenset[str]) -> bool:
    return all(
        _is_name(line, person) or _is_contact_line(line, person) or (_is_of_signature(line, person) and not _SIGNED.match(line))
        for line in lines
    )


def _signs(line: str, person: frozenset[str]) -> bool:
    """True for a sign-off, for the writer's own name, for both on one line, and for the name with what they are beside it."""
    parts = [part.strip() for part in re.split(r"[|,•·]", _SIGNED.sub("", line, count=1)) if part.strip(" ,.!-")]
    return (_SIGNED.match(line) is not None and not parts) or bool(
        parts and words_of_name(parts[0], person) and all(_is_of_signature(part, person) for part in parts[1:])
    )


def nothing_but_signature(lines: Sequence[str], person: frozenset[str]) -> bool:
    """True where *lines*, which may still not be the writer's, hold nothing that they would say to anybody: a closing, their
    name, ways to reach somebody, a disclaimer, and below such a signature one line that the house says of itself."""
    paragraphs = [[bare(line) for line in lines[start:end]] for start, end in _paragraphs(lines)]
    reached = signed = disclaimed = False
    for paragraph in paragraphs:
        if all(_is_of_signature(line, person) for line in paragraph):
            signed = signed or any(_SIGNS_OFF.match(line) or words_of_name(line, person) or line == "--" for line in paragraph)
            reached = reached or any(_reaches(line) for line in paragraph)
        elif _is_added(paragraph):
            disclaimed = True
        elif not (disclaimed or (reached and signed)) or not _is_motto(paragraph):
            return False
    return bool(paragraphs)


def _is_of_signature(line: str, person: frozenset[str]) -> bool:
    if _OF_THE_WRITER.search(line) and len(line.split()) <= _LONGEST_REMARK:
        return True
    if _INTERNAL.match(line) or line.startswith(("#", "\uff03")) or _TO_SOMEBODY.search(line) or _says_something(line):
        return False
    return bool(_SIGNS_OFF.match(line) or words_of_name(line, person) or _reaches(line) or _is_title(line) or is_trailer(line))


def _is_motto(lines: Sequence[str]) -> bool:
    """True for one line that says nothing to whoever reads it: "Working together for a cleaner town."."""
    said = lines[0]
    return len(lines) == 1 and len(said.split()) <= _MOTTO and not _TO_SOMEBODY.search(said) and not _BEGINS_TO_SAY.match(said)


def _ends_with_contacts(lines: list[str], last: list[int]) -> bool:
    """True where the text ends with lines that reach somebody: the writer's, or a signature of nobody that we know."""
    reaching = 0
    for index in last:
        line = bare(lines[index])
        if not (_reaches(line) or _is_title(line)) or _is_sentence(line) or line.startswith("#"):
            break
        reaching += _reaches(line)
    return reaching >= 2


def _remarks(lines: list[str], person: frozenset[str]) -> bool:
    """True where the writer's name has something beside it that is not what they are."""
    found = (remark_beside_name(bare(lines[index]), person) for index in _last_words(lines))
    return any(said and not _is_office(said) for said in found)


# -- what may be left --------------------------------------------------------------------------------------------------


def _looks_added(lines: list[str]) -> bool:
    """True where a paragraph below the first line sounds like a disclaimer, a banner or an invitation, and was not cut."""
    for start, end in _paragraphs(lines):
        words = _joined(lines[start:end])
        said = _says(lines[start:end])
        if said >= 3 or (said >= 1 and _DISCLAIMER_OPENS.match(words) and _OF_A_MAIL.search(words)):
            return True
        if is_banner(lines[start:end]) or any(_TEAMS.match(bare(line)) for line in lines[start:end]):
            return True
        if any(_is_label(bare(line)) or DEVICE.match(bare(line)) or _is_of_the_house(bare(line)) for line in lines[start:end]):
            return True
        if any(FOOTER.match(bare(line)) or SENT_FROM.match(bare(line)) for line in lines[start:end]):
            return True
    return False


def _is_of_the_house(line: str) -> bool:
    """True for a line that is for colleagues, or that a program puts below every mail of theirs."""
    return bool(_INTERNAL.match(line) or (_OF_THE_WRITER.search(line) and len(line.split()) <= _MOTTO))


def may_hold_additions(text: str) -> bool:
    """True where any line or paragraph of *text* could be a signature's, a footer's or a disclaimer's: for what goes out with
    nobody looking at it."""
    lines = text.split("\n")
    if any(_is_labelled_way(bare(line)) or FOOTER.match(bare(line)) or SENT_FROM.match(bare(line)) for line in lines):
        return True
    return any(_sounds_like_a_disclaimer(lines[start:end]) for start, end in _paragraphs(lines))


def _is_labelled_way(line: str) -> bool:
    """True for "T: 01902 …", and for an "Email:" that anything follows."""
    label = _WAY.match(line)
    return label is not None and label[0].rstrip().endswith((":", ".", "|")) and bool(line[label.end() :].strip())


def _sounds_like_a_disclaimer(lines: Sequence[str]) -> bool:
    words = _joined(lines)
    return "disclaimer" in words.casefold() or (_says(lines) >= 1 and bool(_OF_A_MAIL.search(words)))


def without_armour(lines: list[str]) -> list[str]:
    """The text inside a signature of PGP that stands in the mail itself."""
    begins = next((index for index, line in enumerate(lines) if line.strip() == _PGP_BEGINS), None)
    ends = next((index for index, line in enumerate(lines) if line.strip() == _PGP_ENDS), None)
    if begins is None or ends is None or begins > ends:
        return lines
    body = next((index for index in range(begins, ends) if not lines[index].strip()), ends) + 1
    return [*lines[:begins], *(line.removeprefix("- ") for line in lines[body:ends])]


# -- links that a server has rewritten ---------------------------------------------------------------------------------

_LINK = re.compile(r"https?://[^\s<>\"]{1,4000}")
_BRACKETED = re.compile(r"<([^<>\s]{1,2000})>")
_MARKED_DOWN = re.compile(r"\[([^\[\]]{1,60})\]\(https?://[^()\s]{1,300}\)")
_SAFELINKS = re.compile(r"^[\w.-]{0,100}safelinks\.protection\.(?:outlook\.com|office365\.us)$", re.IGNORECASE)
_DEFENSE_3 = re.compile(r"^/v3/__(.{1,3000})__;")


def _plain_links(line: str) -> str:
    """The line with the links that its writer put there: a rewritten one also tells whoever got the mail."""
    if "://" in line:
        line = _LINK.sub(lambda link: _unwrapped(link[0]), line)
    if "<" not in line:
        return line
    pieces: list[str] = []
    done = 0
    for found in _BRACKETED.finditer(line):
        target = found[1].removeprefix("mailto:").removeprefix("tel:").rstrip("/")
        before = line[done : found.start()]
        pieces.append(before)
        shown = before.rstrip().rstrip("/").lower()
        if not (target and shown.endswith(target.lower().removeprefix("https://").removeprefix("http://"))):
            pieces.append(found[0])
        done = found.end()
    return "".join(pieces) + line[done:]


def _unwrapped(link: str) -> str:
    """The link inside one that Microsoft's or Proofpoint's servers have wrapped; any other as it is."""
    for _ in range(3):
        try:
            parts = urlsplit(link)
        except ValueError:
            return link
        inside = _inside(parts.hostname or "", parts.path, parts.query)
        if inside is None or not inside.startswith(("http://", "https://", "mailto:")):
            return link
        link = inside
    return link


def _inside(host: str, path: str, query: str) -> str | None:
    if _SAFELINKS.match(host):
        return next(iter(parse_qs(query).get("url", [])), None)
    if host == "urldefense.proofpoint.com":
        wrapped = next(iter(parse_qs(query).get("u", [])), None)
        return unquote(re.sub(r"-(?=[0-9A-Fa-f]{2})", "%", wrapped.replace("_", "/"))) if wrapped else None
    if host in {"urldefense.com", "urldefense.us"}:
        third = _DEFENSE_3.match(path + (f"?{query}" if query else ""))
        return third[1] if third and "*" not in third[1] else None
    return None
