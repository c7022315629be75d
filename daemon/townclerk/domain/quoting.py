"""What somebody wrote this time, and what they quoted.

The split is for showing, and for preferring one place to another. No decision that matters may rest on the quoted part
being empty: the whole text is always kept beside it.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import dropwhile, takewhile

from townclerk.domain.additions import Cleared, cleared, is_banner, is_signature, only_additions, without_armour
from townclerk.domain.signing import find_tokens
from townclerk.domain.trailers import RULE, sent_by_a_program

REPLY_ABOVE = "Please reply above this line"
"""Stands in every letter of ours that asks for an answer. Whatever a reply holds at and below it is ours."""

LIMIT = 200_000  # characters that are looked at; own words beyond it are cut
_LONGEST_LINE = 2_000  # of a line, what is enough to tell what it is
_SIGNATURE_LINES = 12
_MOST_LABELS = 9  # lines of a header, as programs quote it
_MOST_CITED = 6  # quoted lines in the midst of somebody's prose
_PREAMBLE_LINES = 40  # from where a quote begins to the head of our letter

_SENDER = frozenset(
    [
        "from",
        "oddi wrth",
        "o",
        "von",
        "de",
        "de la",
        "od",
        "da",
        "van",
        "fra",
        "från",
        "kimden",
        "lähettäjä",
        "feladó",
    ]
)
# Latvian for "from", which is also the number of a house: it is a label only together with "sent" in that language.
_LATVIAN_FROM, _LATVIAN_SENT = "no", "nosūtīts"
_WHEN = frozenset(
    [
        "sent",
        "date",
        "anfonwyd",
        "dyddiad",
        "gesendet",
        "datum",
        "envoy",
        "envoi",
        "envoyé",
        "wysłano",
        "wys",
        "enviado",
        "inviato",
        "verzonden",
        "trimis",
        "data",
        "sendt",
        "skickat",
        "gönderildi",
        "lähetetty",
        "enviada",
    ]
)
_OTHER = frozenset(
    [
        "to",
        "cc",
        "bcc",
        "subject",
        "importance",
        "reply-to",
        "at",
        "i",
        "copi",
        "pwnc",
        "testun",
        "an",
        "betreff",
        "objet",
        "à",
        "do",
        "temat",
        "para",
        "asunto",
        "oggetto",
        "aan",
        "onderwerp",
        "către",
        "subiect",
        "assunto",
        "til",
        "till",
        "emne",
        "ämne",
        "kime",
        "konu",
        "aihe",
    ]
)
# In these languages a resident's own lines begin with the same words ("From: … To: … Subject: …" of a letter, a place or a
# span of days), so that a header must also look like one.
_FURTHER_SENDER = frozenset(["nuo", "от", "від", "από", "من", "发件人", _LATVIAN_FROM])
_FURTHER_WHEN = frozenset([
    "wysłane", "odesláno", "odoslané", "elküldve", "išsiųsta", _LATVIAN_SENT, "отправлено", "надіслано", "изпратено",
    "στάλθηκε", "تم الإرسال", "发送时间",
])  # fmt: skip
_FURTHER_OTHER = frozenset([
    "komu", "předmět", "predmet", "címzett", "tárgy", "kam", "tema", "temats", "кому", "тема", "до", "относно", "προς", "θέμα",
    "إلى", "الموضوع", "收件人", "主题",
])  # fmt: skip
_FURTHER = _FURTHER_SENDER | _FURTHER_WHEN | _FURTHER_OTHER
_SENDER, _WHEN, _OTHER = _SENDER | _FURTHER_SENDER - {_LATVIAN_FROM}, _WHEN | _FURTHER_WHEN, _OTHER | _FURTHER_OTHER
_LABELS = _SENDER | _WHEN | _OTHER
_TOLD_ALONE = frozenset(
    ["from", "sent", "date", "to", "cc", "bcc", "subject", "von", "gesendet", "betreff", "pwnc", "anfonwyd"]
)
_LABEL_INSIDE = re.compile(r"(?<![^\s*_|>])([A-Za-zÀ-ž-]{2,10})[*_]{0,2} ?:(?=[\s*_]|$)")
_LABEL = re.compile(r"^[*_]{0,2}((?:[^\W\d_]|-){1,10}(?: [^\W\d_]{2,8})?)[*_]{0,2}[ \t]{0,2}(?::[*_]{0,2}(?:\s|$)|\uff1a)")
_LIST_RULE = re.compile(r"^_{20,}$")
_FORWARDED = re.compile(
    r"^[-_ ]{2,}(?:original message|original appointment|forwarded message|neges wreiddiol|neges a anfonwyd ymlaen)[-_ ]*$"
    r"|^begin forwarded message:$|^-{2,} ?[^-\s].{0,200}@.{0,200} wrote: ?-{2,}$",
    re.IGNORECASE,
)
_WROTE_ENDS = (
    "wrote:",
    "writes:",
    "ysgrifennodd:",
    "schrieb:",
    "a écrit :",
    "a écrit:",
    "napisał(a):",
    "escribió:",
    "scrisse:",
)
_WROTE_STARTS = ("on ", "ar ", "le ", "am ", "w dniu ", "el ", "il ", "op ")
_WROTE_AND_GOES_ON = re.compile(r":[ \t]{2,20}(?=\S)")
_YAHOO = re.compile(  # the line in which it says that it was written there, or praises itself
    r"^(?:(?:sent|get|gesendet|envoyé|enviado|inviato|verzonden|wysłan[eo]|anfonwyd)\b[^.!?]{0,40}\byahoo mail\b|yahoo mail:)"
    r"[^.!?]{0,60}$",
    re.IGNORECASE,
)
_GROUPWISE = re.compile(r"^>{3} ?[^>].{0,300}(?:@|\d[:.]\d\d).{0,300}>{3}$")
_ANY_LABEL = re.compile(r"^[*_]{0,2}[^\W\d_][\w .'’()/-]{0,30}[*_]{0,2} ?[:\uff1a][*_]{0,2}(?: |$)")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|\d{1,2}[./-]\d{1,2}[./-]\d\d(?!\d)")
_BRACKETED = re.compile(r"[<\[(][^<>\s()\[\]]{1,200}@[^<>\s()\[\]]{1,200}[>\])]")
_DELIMITER = re.compile(r"^[-_=*]{2,} ?[^\W\d_].{2,60}[^-_=*] ?[-_=*]{2,}$")
_WORD = re.compile(r"[^\W_]+")
_LINK = re.compile(r"<?(?:https?://|mailto:|www\.)[^\s<>]{1,4000}>?")
_DASHED = re.compile(r"^-{2,}[^-].{5,400}-{2,}$")
_CLOCK = re.compile(r"\d{1,2}[:.]\d\d")
_SAYS_WROTE = re.compile(
    r"\b(?:wrote|writes|written by|said|ysgrifennodd|schrieb|a écrit|ha escrito|escribió|napisał(?:\(a\)|a)?|scrisse|"
    r"ha scritto|schreef|skrev|a scris|escreveu|kirjoitti)\b",
    re.IGNORECASE,
)
_NAME_AND_WROTE = 4  # words of a head that names no day: "The council wrote:"
_OF_A_PERSON = re.compile(r"(?<!\S)(?:I|my|me|we|our|your|you)(?!\S)")  # "your officer wrote:" is no program's sentence
_OF_NOTES = re.compile(r"^[^\W\d_][\w .'’-]{1,40}(?:/[\w .&'’-]{2,30}){2,4}(?:@[\w.-]{2,40})?$")


# The first character of a line that was marked as it was read from HTML. No cleaned text holds one.
QUOTED, SIGNED, HIDDEN, STRUCK = "\x11", "\x12", "\x13", "\x15"
_OWN = ""
# Letters that no program shows; behind a black flag they make another of it, which is seen: that of Wales.
_FLAG = r"\U0001f3f4[\U000e0020-\U000e007e]{1,8}\U000e007f"
_TAGS = re.compile(rf"(?P<flag>{_FLAG})|[\U000e0000-\U000e007f]+")
# Inside a line that was read from HTML: here begins a cell of a table, right of another that holds words; here, words that were
# put in while a program kept track of changes. Both are white space.
BESIDE, INSERTED = "\x1f", "\x1e"


class Doubt(StrEnum):
    """Why it is not certain that a text is all that its writer wrote, and nothing else."""

    QUOTED = "quoted_word"  # it may hold a piece of the letter that it answers, or of another mail
    BELOW = "text_below"  # they wrote in several places, between or below what they quote
    ADDED = "added"  # it may hold what a program or a server has put there
    HIDDEN = "hidden"  # some of it cannot be seen where it is shown
    IN_CELLS = "in_cells"  # it stands in cells of a table beside each other, of which some may be for whoever reads it here
    STRUCK = "struck_out"  # words are struck out in it, or somebody has put a remark beside them
    TWO_VERSIONS = "two_versions"  # the plain text and the page say different things, or changes are shown in it


@dataclass(frozen=True, slots=True)
class Split:
    """The lines of a mail in two heaps, each in the order in which it was written."""

    own: str
    quoted: str


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody wrote, without what programs and servers put around it. Where `doubt` says that this is not certain, it
    must not go out as it is."""

    text: str
    doubt: Doubt | None = None
    quoted: str = ""


def own_words(text: str) -> str:
    """What the sender wrote this time: without quoted mail, "Sent from my phone" and a signature below "-- ".
    Empty where the mail is nothing but somebody else's words."""
    return split(text).own


def what_they_quote(text: str, own: str) -> str:
    """What a mail of which *own* are its sender's own words holds of other mails: what programs mark in a text, or what stands
    below their words on a page. Nothing where they wrote nothing of their own: then the whole mail stands for it."""
    if not own.strip():
        return ""
    marked = split(text).quoted
    if marked:
        return marked
    words = [_bare(line) for line in own.split("\n") if _bare(line)]
    lines = _without_trailers(text[:LIMIT].split("\n")).split("\n")
    places = [index for index, line in enumerate(lines) if _bare(line)]
    if [_bare(lines[index]) for index in places[: len(words)]] != words:
        return ""  # of a form, or of lines that are not those of the page
    return _without_trailers(lines[places[len(words) - 1] + 1 :])


def split(text: str) -> Split:
    """Tell the sender's lines from the quoted ones, in time that grows with the length of *text* and no faster."""
    sorted_lines = _Lines.of(text).with_what_they_cite()
    own = [_unescaped(line) for line, kind in sorted_lines.each() if kind in {_OWN, SIGNED}]
    quoted = [line for line, kind in sorted_lines.each() if kind == QUOTED]
    return Split(_without_trailers(own), "\n".join(quoted).strip("\n"))


def written(text: str, person: frozenset[str] = frozenset()) -> Written:
    """What an officer wrote, to be acted on and sent. *person*: the words of their name, by which a signature is known."""
    sorted_lines = _Lines.of("\n".join(without_armour(text[:LIMIT].split("\n"))))
    blocks = sorted_lines.blocks()
    signed_oddly = not is_signature([line for line, kind in sorted_lines.each() if kind == SIGNED])
    if signed_oddly:
        blocks = _Lines(
            sorted_lines.lines, sorted_lines.bare, [_OWN if k == SIGNED else k for k in sorted_lines.kinds]
        ).blocks()
    theirs = [block for block in blocks if not only_additions(block)]
    own = [_unescaped(line) for block in theirs for line in (*block, "")]
    clear = cleared(own, person)
    shown = _without_tags(clear.text)
    quoted = "\n".join(line for line, kind in sorted_lines.each() if kind == QUOTED)
    doubt = _doubt(sorted_lines, theirs, replace(clear, text=shown), signed_oddly)
    hides = shown != clear.text and doubt in {None, Doubt.ADDED}
    return Written(_without_signs(shown), Doubt.HIDDEN if hides else doubt, quoted)


def _without_tags(text: str) -> str:
    return _TAGS.sub(lambda found: found["flag"] or "", text)


def _without_signs(text: str) -> str:
    if BESIDE not in text and INSERTED not in text:
        return text
    return "\n".join(line.replace(INSERTED, "").replace(BESIDE, " ").strip(" ") for line in text.split("\n"))


def agreed(plain: Written, page: Written, shown: str) -> Written:
    """What two versions of one mail say together. *shown*: all that the page shows, each line with its mark.

    A program knows more of its page: where its signature begins, what is hidden. So where the plain text only goes on for
    longer, with words that the page shows as well, though as a signature, the page is right. Where they differ otherwise,
    nobody knows what was meant, and a person is asked."""
    ours, theirs = _compared(plain.text), _compared(page.text)
    if ours == theirs:
        return page if page.doubt is None or plain.doubt is not None else replace(page, doubt=_agreed_doubt(page.doubt))
    if theirs and ours[: len(theirs)] == theirs and _shows(shown, ours):
        return page
    if plain.doubt is None and page.doubt in {Doubt.HIDDEN, Doubt.STRUCK, Doubt.TWO_VERSIONS}:
        return page  # the plain text has the same words without saying that they are hidden, struck out or put in
    if ours and theirs[: len(ours)] == ours and plain.doubt is None and page.doubt is Doubt.ADDED:
        return plain
    return replace(plain, doubt=plain.doubt or page.doubt or Doubt.TWO_VERSIONS)


def _shows(shown: str, words: list[str]) -> bool:
    """True where each of the *words* stands where a reader of the page sees it, and nobody else's words are."""
    lines = (line for line in shown.split("\n") if line[:1] not in {QUOTED, HIDDEN, STRUCK})
    return Counter(words) <= Counter(_compared("\n".join(lines)))


def _agreed_doubt(doubt: Doubt) -> Doubt | None:
    """What remains of a doubt about the page where the plain text has the same words, and no doubt about them."""
    return None if doubt in {Doubt.HIDDEN, Doubt.QUOTED, Doubt.STRUCK} else doubt


def _compared(text: str) -> list[str]:
    """The words that two versions of a text must share: without links, marks of emphasis, and bullets."""
    return _WORD.findall(_LINK.sub(" ", text).casefold())


def _doubt(lines: "_Lines", theirs: list[list[str]], clear: Cleared, signed_oddly: bool) -> Doubt | None:
    own = clear.text.split("\n")
    if any(_is_marker(_bare(line)) for line in own) or find_tokens(clear.text) or _holds_another_mail(own):
        return Doubt.QUOTED
    if len(theirs) > 1:
        return Doubt.BELOW
    if any(kind == HIDDEN and _bare(line) for line, kind in lines.each()):
        return Doubt.HIDDEN
    if any(kind == STRUCK and _bare(line) for line, kind in lines.each()):
        return Doubt.TWO_VERSIONS if INSERTED in clear.text else Doubt.STRUCK
    if not lines.surely_quoted():
        return Doubt.QUOTED
    if BESIDE in clear.text:
        return Doubt.IN_CELLS
    return Doubt.ADDED if clear.doubtful or signed_oddly else None


@dataclass(frozen=True, slots=True)
class _Lines:
    """The lines of a mail, each with what it is."""

    lines: list[str]
    bare: list[str]
    kinds: list[str]

    @classmethod
    def of(cls, text: str) -> "_Lines":
        raw = text[:LIMIT].replace("\r\n", "\n").replace("\r", "\n").split("\n")
        marks = [line[:1] if line[:1] in _MARKS else _OWN for line in raw]
        lines = [line.removeprefix(mark) if mark else line for line, mark in zip(raw, marks, strict=True)]
        # A line marked as quoted is from here on like one that a program has marked with ">".
        bare = [("> " if mark == QUOTED else "") + _bare(line) for line, mark in zip(lines, marks, strict=True)]
        kinds: list[str] = []
        while len(kinds) < len(lines):
            index = len(kinds)
            if marks[index] in {HIDDEN, SIGNED, STRUCK}:
                kinds.append(marks[index])
            elif _cuts(bare, index) and not _marked_on(bare, index):
                kinds += [QUOTED] * (len(lines) - index)
            else:
                taken = _quoted_lines(bare, index)
                kinds += [QUOTED] * taken or [_OWN]
        found = cls(lines, bare, kinds)
        found._take_introductions()
        return found

    def each(self) -> Iterator[tuple[str, str]]:
        return zip(self.lines, self.kinds, strict=True)

    def blocks(self) -> list[list[str]]:
        """The sender's own lines, in one list for each place where they wrote."""
        found: list[list[str]] = []
        apart = True
        for line, kind in self.each():
            if kind != _OWN:
                apart = apart or kind == SIGNED or (kind == QUOTED and bool(line.strip("> \t")))
            elif line.strip():
                if apart:
                    found.append([])
                found[-1].append(line)
                apart = False
            elif found and not apart:
                found[-1].append(line)
        return found

    def with_what_they_cite(self) -> "_Lines":
        """The same, a few quoted lines inside the sender's own prose being part of it: "Your officer wrote:", the quote, and
        how it went on. Whoever answers between the lines of a mail introduces none of them."""
        kinds, index = list(self.kinds), 0
        while index < len(kinds):
            end = index
            while end < len(kinds) and kinds[end] == QUOTED:
                end += 1
            if index < end < len(kinds) and self._is_cited(index, end):
                kinds[index:end] = [_OWN] * (end - index)
            index = end + 1
        return replace(self, kinds=kinds)

    def _is_cited(self, start: int, end: int) -> bool:
        lines = self.bare[start:end]
        return (
            len(lines) <= _MOST_CITED
            and all(line.startswith(">") and not _is_marker(line) for line in lines)
            and start > 0
            and self.kinds[start - 1] == _OWN
            and self.bare[start - 1].endswith(":")
            and any(
                kind == _OWN and line and not _is_trailer(line)
                for line, kind in zip(self.bare[end : end + 6], self.kinds[end : end + 6], strict=True)
            )
        )

    def _take_introductions(self) -> None:
        """The lines right above a quote that say whose mail it is, in whatever language, belong to it."""
        for index in range(1, len(self.kinds)):
            if self.kinds[index] == QUOTED and self.kinds[index - 1] == _OWN and _unmarked(self.bare[index]):
                first = self._introduced_from(index)
                self.kinds[first:index] = [QUOTED] * (index - first)

    def _introduced_from(self, index: int) -> int:
        """Where the introduction of the quote at *index* begins; *index* where it has none."""
        ours = any(_is_marker(line) for line in self.bare[index : index + 6])
        begins = index
        if self._introduces_itself(index):
            return index
        for _ in range(3):  # a server's warning may stand between
            end = begins
            while end and begins - end < 4 and self.kinds[end - 1] == _OWN and _says_nothing(self.bare[end - 1]):
                end -= 1
            start = end
            while start and end - start < 12 and self.kinds[start - 1] == _OWN and self.bare[start - 1]:
                start -= 1
            if end > start and is_banner(self.bare[start:end]):
                begins = start
                continue
            count = _introduction(self.bare[start:end], ours)
            return end - count if count else begins
        return begins

    def _introduces_itself(self, index: int) -> bool:
        """True where the quote begins with whose mail it is: then what stands above it is not needed for that."""
        if _wrote_and_goes_on(self.bare, index):
            return True
        first = [_unmarked(line) for line in self.bare[index : index + 4]]
        return _label(first[0]) is not None or bool(_FORWARDED.match(first[0])) or _wrote_lines([*first, "> "], 0) > 0

    def surely_quoted(self) -> bool:
        """True where whatever was taken for quoted is our own letter, with nothing between its head and the sender's words but
        whose mail it is, and when it came."""
        kinds = zip(self.bare, self.kinds, strict=True)
        quoted = [_unmarked(bare) if kind == QUOTED else "" for bare, kind in kinds]
        quoted = list(dropwhile(lambda line: not line, quoted))
        if not any(quoted):
            return True
        above = list(takewhile(lambda line: not _is_marker(line), quoted[:_PREAMBLE_LINES]))
        return len(above) < min(len(quoted), _PREAMBLE_LINES) and _is_preamble(above)


_MARKS = frozenset({QUOTED, SIGNED, HIDDEN, STRUCK})
_BARE = str.maketrans({"\u00a0": " ", BESIDE: " ", "\u200b": None, "\ufeff": None, INSERTED: None})


def _bare(line: str) -> str:
    """The line as it is recognised by: without the white space that HTML leaves around it."""
    return line[:_LONGEST_LINE].translate(_BARE).strip()


def _unescaped(line: str) -> str:
    # A line that begins with "From " is written ">From " on its way through a mailbox file: it is no quote.
    if line == "-- ":
        return line  # the space is what makes it the beginning of a signature
    return line[1:].rstrip() if line.startswith(">From ") else line.rstrip()


# -- from here to the end ---------------------------------------------------------------------------------------------


def _cuts(bare: list[str], index: int) -> bool:
    """True where this line and all that follow it are quoted."""
    line = bare[index]
    if not line:
        return False
    return (
        _is_marker(line)
        or bool(_FORWARDED.match(line))
        or bool(_GROUPWISE.match(line))
        or _heads_block(bare, index)
        or _wrote_and_goes_on(bare, index)
        or (bool(RULE.match(line)) and _heads_block(bare, _next_words(bare, index + 1)))
        or (_wrote_lines(bare, index) > 0 and not _quote_follows(bare, index + _wrote_lines(bare, index)))
    )


def _marked_on(bare: list[str], index: int) -> bool:
    """True where this line is marked as quoted, and the next ones are: then the marks say where the quote ends."""
    if not bare[index].startswith(">") or _GROUPWISE.match(bare[index]):
        return False
    following = [line for line in bare[index + 1 : index + 12] if line][:3]
    return all(line.startswith(">") for line in following)


def _is_marker(line: str) -> bool:
    return REPLY_ABOVE.casefold() in " ".join(line.casefold().split())


def _next_words(bare: list[str], index: int) -> int:
    """The next line that is not empty, of the few that may lie between."""
    for following in range(index, min(index + 4, len(bare))):
        if bare[following]:
            return following
    return len(bare)


def _heads_block(bare: list[str], index: int) -> bool:
    """True where the header of a quoted mail begins: From, and within the next lines when it was sent and one more label.
    One label alone is prose ("From: the garden side")."""
    if index >= len(bare) or _label_name(bare[index]) not in _SENDER | _WHEN | {_LATVIAN_FROM}:
        return False
    labels = [label for line in _block(bare, index) if (label := _label_name(line)) in _LABELS | {_LATVIAN_FROM}]
    if _LATVIAN_FROM in labels:
        latvian = ["from"] if _LATVIAN_SENT in labels else []  # without it, somebody says no
        labels = [each for label in labels for each in (latvian if label == _LATVIAN_FROM else [label])]
        if not labels:
            return False
    if any(labels[0] in kind and not kind.isdisjoint(labels[1:]) for kind in (_SENDER, _WHEN)):
        return False  # a line of prose above the header, which begins further down
    if _SENDER.isdisjoint(labels) or _WHEN.isdisjoint(labels) or len(set(labels)) < 3:
        return False
    return _FURTHER.isdisjoint(labels) or any(map(_tells_of_a_mail, _block(bare, index)))


def without_heads(lines: Sequence[str]) -> list[str]:
    """*lines* of a quote, empty where programs write what stands above one: labels that stand together with what they wrap,
    "X wrote:" over up to three lines, dashes with a title, a server's warning."""
    bare = [_bare(line) for line in lines]
    drawn = (index for index, line in enumerate(bare) if _is_marker(line) or RULE.match(line) or _FORWARDED.match(line))
    heads = {*drawn, *(index for run in _paragraphs(bare) for index in _of_a_head(bare, run))}
    return ["" if index in heads else line for index, line in enumerate(lines)]


def _paragraphs(bare: list[str]) -> Iterator[range]:
    """Where lines stand together without an empty one."""
    begins = 0
    for index, line in enumerate((*bare, "")):
        if not line:
            if index > begins:
                yield range(begins, index)
            begins = index + 1


def _of_a_head(bare: list[str], lines: range) -> Iterator[int]:
    if is_banner(bare[lines.start : lines.stop]):
        yield from lines
        return
    labelled = {index for index in lines if _label(bare[index]) is not None}
    if len(labelled) > 1 and (len(labelled) > 3 or any(_tells_of_a_mail(bare[index]) for index in labelled)):
        yield from labelled
        yield from (index for index in lines if index - 1 in labelled and index not in labelled and "@" in bare[index])
    for index in lines:
        if not bare[index].endswith(":"):
            continue
        starts = [at for at in range(max(lines.start, index - 2), index) if bare[at].lower().startswith(_WROTE_STARTS)]
        opened = index - 1 if index > lines.start and bare[index - 1].endswith("<") else index
        heads = (range(at, index + 1) for at in (*starts, opened, index))
        yield from next((head for head in heads if _is_of_a_program(" ".join(bare[head.start : head.stop]))), ())


def _is_of_a_program(sentence: str) -> bool:
    """True for the sentence that a program writes above a quote, in which no "I" and no "you" stands: what somebody tells of a
    doctor, or of where they wrote, may end as it does."""
    if _OF_A_PERSON.search(sentence):
        return False
    if "@" in sentence:
        return bool(_SAYS_WROTE.search(sentence)) or _dated(sentence)
    short = len(sentence.split()) <= _NAME_AND_WROTE
    return _says_wrote(sentence.lower()) and (short or any(character.isdigit() for character in sentence))


def _tells_of_a_mail(line: str) -> bool:
    """True for the line of a header that has an address of whom it is from, or the time of day at which it was sent."""
    name = _label_name(line)
    return (name in _SENDER | {_LATVIAN_FROM} and "@" in line) or (name in _WHEN and _CLOCK.search(line) is not None)


def _block(bare: list[str], index: int) -> list[str]:
    """The lines from *index* that could be one header: some programs put an empty line between its lines."""
    return [line for line in bare[index : index + 14] if line][:8]


def _label(line: str) -> str | None:
    name = _label_name(line)
    return name if name in _LABELS else None


def _label_name(line: str) -> str | None:
    found = _LABEL.match(line.removeprefix("> "))
    return found[1].lower() if found else None


# -- "On Tuesday X wrote:" ---------------------------------------------------------------------------------------------


def _wrote_lines(bare: list[str], index: int) -> int:
    """How many lines, of at most three, introduce a quote from here; 0 where none does."""
    first = bare[index]
    if not first or first.startswith(">") or len(first) > 400:
        return 0
    # Only a sentence that begins as a program begins one may run over several lines: else it would take the words above it.
    longest = 3 if first.lower().startswith(_WROTE_STARTS) else 1
    for count in range(1, min(longest, len(bare) - index) + 1):
        last = bare[index + count - 1]
        if not last or last.startswith(">") or len(last) > 400:
            return 0
        if last.endswith(":"):
            return count if _introduces(" ".join(bare[index : index + count]), bare, index + count) else 0
    return 0


def _wrote_and_goes_on(bare: list[str], index: int) -> bool:
    """True for an introduction on whose own line the quote begins, without a mark, as Yahoo Mail on Android writes it below its
    own line. Without that, it may be what a resident tells of somebody's words."""
    line = bare[index]
    if not line.lower().startswith(_WROTE_STARTS):
        return False
    found = _WROTE_AND_GOES_ON.search(line[:400])
    if not found:
        return False
    head = line[: found.start() + 1]
    says_wrote = head.lower().endswith(_WROTE_ENDS) or _SAYS_WROTE.search(head)
    if not says_wrote or not _CLOCK.search(head) or not _BRACKETED.search(head):
        return False
    above = next((line for line in reversed(bare[max(0, index - 4) : index]) if line), "")
    return bool(_YAHOO.match(above))


def _says_wrote(lowered: str) -> bool:
    return lowered.endswith(_WROTE_ENDS) or (lowered.startswith("ar ") and " ysgrifennodd " in lowered)


def _introduces(sentence: str, bare: list[str], after: int) -> bool:
    """True for the sentence that a mail program writes above a quote: not for prose that happens to end in "wrote:"."""
    lowered = sentence.lower()
    if not _says_wrote(lowered) or ("@" not in sentence and _OF_A_PERSON.search(sentence)):
        return False
    if "@" in sentence or (lowered.startswith(_WROTE_STARTS) and _CLOCK.search(sentence)):
        return lowered.startswith(_WROTE_STARTS) or _quote_follows(bare, after)
    says_when = any(character.isdigit() for character in sentence) or lowered.startswith(_WROTE_STARTS)
    return says_when and _quote_follows(bare, after)


def _quote_follows(bare: list[str], index: int) -> bool:
    """True where the next words, over a few empty lines, are quoted."""
    for line in bare[index : index + 6]:
        if line:
            return line.startswith(">")
    return False


def _quoted_lines(bare: list[str], index: int) -> int:
    """How many lines from here are quoted by themselves, people writing between and below them."""
    if bare[index].startswith(">") and not bare[index].startswith(">From "):
        return 1
    return _wrote_lines(bare, index)


# -- whose mail it is, in any language ---------------------------------------------------------------------------------


def _unmarked(line: str) -> str:
    return line.lstrip("> ")


def _says_nothing(line: str) -> bool:
    return not line or bool(RULE.match(line))


def _dated(line: str) -> bool:
    return bool(_CLOCK.search(line) or _YEAR.search(line))


def _introduction(lines: list[str], ours: bool) -> int:
    """How many of the last *lines*, right above a quote, say whose mail it is. *ours*: the quote is a letter of ours."""
    if not lines:
        return 0
    for count in range(3, len(lines) + 1):
        if not _ANY_LABEL.match(lines[-count]):
            break
        above = lines[-count - 1] if count < len(lines) else ""
        if _is_any_header(lines[-count:]) and not (_ANY_LABEL.match(above) and _BRACKETED.search(above)):
            return count
    if _DASHED.match(lines[-1]) and "@" in lines[-1] and _dated(lines[-1]):
        return 1
    if not lines[-1].endswith((":", "\uff1a")):
        return 0
    for count in range(1, min(4, len(lines)) + 1):
        sentence = " ".join(lines[-count:])
        if "@" in sentence and _dated(sentence):
            return count
        if count < len(lines) and lines[-count - 1].endswith((".", "!", "?", ":", ";")):
            return count if "@" in sentence or (ours and _dated(sentence)) else 0
    last = " ".join(lines[-min(4, len(lines)) :])
    return 1 if "@" in lines[-1] else min(4, len(lines)) if len(lines) <= 2 and ours and _dated(last) else 0


def _is_any_header(lines: list[str]) -> bool:
    """True for the header of a mail as a program shows it in some language: labels, an address as programs write it, a time."""
    words = " ".join(lines)
    return len(lines) >= 3 and all(map(_ANY_LABEL.match, lines)) and bool(_BRACKETED.search(words)) and _dated(words)


def _is_preamble(lines: list[str]) -> bool:
    """True for what a program puts between somebody's words and a letter of ours: nobody's words are in it."""
    paragraph: list[str] = []
    named = 0
    for line in [*lines, ""]:
        if line and not _says_nothing(line):
            paragraph.append(line)
        elif paragraph:
            said = [line for line in paragraph if not _FORWARDED.match(line)]
            if said and not is_banner(said):
                named += 1
                if named > 1 or not _names_a_mail(said, after_delimiter=len(said) < len(paragraph)):
                    return False
            paragraph = []
    return True


def _names_a_mail(lines: list[str], *, after_delimiter: bool) -> bool:
    sentence = " ".join(lines).lower()
    if _GROUPWISE.match(f">>> {sentence}") or _introduction(lines, ours=True) == len(lines):
        return True
    if len(lines) <= 3 and _says_wrote(sentence) and (len(lines) == 1 or sentence.startswith(_WROTE_STARTS)):
        return True
    if len(lines) > _MOST_LABELS or not all(
        _ANY_LABEL.match(line) or (after_delimiter and _begins_with_label(line)) for line in lines
    ):
        return False
    names = [re.split(r"[: ]", line.strip("*_ "), maxsplit=1)[0].lower() for line in lines]
    return len(set(names)) == len(names)


def _begins_with_label(line: str) -> bool:
    """True for a label that no colon follows, as eM Client writes it: `From "Council" <…>`."""
    return line.partition(" ")[0].lower() in _LABELS


def _holds_another_mail(own: list[str]) -> bool:
    """True where the sender's words hold what a program writes above a quoted mail, though it was not taken for that."""
    lines = [line for line in map(_bare, own) if line]
    for index, line in enumerate(lines):
        if "@" in line and any(character.isdigit() for character in line) and line.endswith((":", "\uff1a")):
            return True
        if (_BRACKETED.search(line) and _dated(line)) or _DELIMITER.match(line) or _FORWARDED.match(line):
            return True
        if _ANY_LABEL.match(line) and _looks_like_header(lines[index : index + 8]):
            return True
        if index + 1 < len(lines) and (_says_who_wrote(line) or (_OF_NOTES.match(line) and _dated(lines[index + 1]))):
            return True
    return _names_its_labels(lines)


def _looks_like_header(lines: list[str]) -> bool:
    """True for labels with an address and a time in them, or with the very minute: few lists of a letter have that."""
    labels = list(takewhile(lambda line: _ANY_LABEL.match(line) is not None, lines))
    words = " ".join(labels)
    if len(labels) < 3 or not _dated(words):
        return False
    return "@" in words or any(_YEAR.search(line) and _CLOCK.search(line) for line in labels)


def _says_who_wrote(line: str) -> bool:
    """True for a line that ends in "X wrote:", with or without an address: an officer who quotes looks at it again."""
    if len(line) > 400 or not line.endswith((":", "\uff1a")):
        return False
    said = line.casefold().rstrip(": \uff1a")
    return f"{said}:".endswith(_WROTE_ENDS) or bool(
        _SAYS_WROTE.search(line) and (_dated(line) or _SAYS_WROTE.search(said[-14:]))
    )


def _names_its_labels(lines: list[str]) -> bool:
    """True where three labels of a header, in a language that we know, stand together. Inside a house programs write no address
    beside them, some of them no colon, and some put each on a line of its own, or all on one."""
    with_colon = [_label(line) for line in lines]
    without = [_open_label(line) for line in lines]
    alone = [line.casefold() if line.casefold() in _TOLD_ALONE else None for line in lines]
    return (
        _together(with_colon, 3, within=6)
        or any(_labels_inside(line) >= 3 for line in lines)
        or _together(without, 3, within=3)
        or _together(alone, 2, within=8)
    )


def _together(labels: list[str | None], fewest: int, within: int) -> bool:
    """True where *fewest* different labels stand on *within* lines that follow each other."""
    return any(
        label is not None and len({other for other in labels[index : index + within] if other}) >= fewest
        for index, label in enumerate(labels)
    )


def _open_label(line: str) -> str | None:
    """The label that begins a line with a capital, and that no colon need follow."""
    first, _, rest = line.partition(" ")
    name = first.rstrip(":").casefold()
    return name if rest and first[:1].isupper() and name in _TOLD_ALONE else None


def _labels_inside(line: str) -> int:
    return len({found[1].casefold() for found in _LABEL_INSIDE.finditer(line) if found[1].casefold() in _LABELS})


# -- what programs add below -------------------------------------------------------------------------------------------


def _without_trailers(lines: list[str]) -> str:
    start, end = 0, _signature_start(lines)
    while start < end and not _bare(lines[start]):
        start += 1
    while end > start and _is_trailer(_bare(lines[end - 1])):
        end -= 1
    return "\n".join(lines[start:end])


def _is_trailer(line: str) -> bool:
    return not line or bool(RULE.match(line)) or sent_by_a_program(line)


def _signature_start(lines: list[str]) -> int:
    """Where the few lines below "-- ", or below a list's rule, begin. Where many follow, somebody used the dashes to divide
    their letter."""
    end = len(lines)
    while end and not _bare(lines[end - 1]):
        end -= 1
    for index in range(max(0, end - _SIGNATURE_LINES - 1), end):
        line = lines[index].rstrip()
        if line == "--" or (_LIST_RULE.match(line) and any("://" in below for below in lines[index:end])):
            return index
    return end
