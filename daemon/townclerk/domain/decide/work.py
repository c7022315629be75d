"""An officer's mail being followed, and what the words have in common."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from townclerk.domain.calendar import CalendarTooShort
from townclerk.domain.case import ConsentState
from townclerk.domain.commands import Command, looks_quoted, word_anywhere
from townclerk.domain.days_written import Count, When, clock_of, read_when, words_of
from townclerk.domain.decide.deliberation import Deliberation
from townclerk.domain.decide.refusal import Refusal
from townclerk.domain.durations import Duration, Unit
from townclerk.domain.enclosing import Enclosed, danger, named, says_that_one_goes, size_words, sort_files, speaks_of_a_file
from townclerk.domain.events import MailFacts
from townclerk.domain.letters import (
    Acknowledgement,
    ActionUpdate,
    Clarification,
    Closure,
    ConsentRequest,
    DelayNotice,
    ExtensionProposal,
    Message,
    NotAccepted,
    Response,
    ReviewDecision,
    Section,
)
from townclerk.domain.nearest import nearest
from townclerk.domain.policy import StagePolicy
from townclerk.domain.provisions import Consent
from townclerk.domain.roster import Officer
from townclerk.domain.salutation import above_salutation, greets
from townclerk.domain.words import Category, Status

OfficersLetter = (
    ActionUpdate
    | ConsentRequest
    | Acknowledgement
    | Clarification
    | Closure
    | DelayNotice
    | ExtensionProposal
    | Message
    | NotAccepted
    | Response
    | ReviewDecision
)


_GOES_OUT = frozenset({"acknowledge", "respond", "ask", "message", "second-stage1"})
_NO_TIME = Duration(0, Unit.CALENDAR_DAY)
_FEWEST_WORDS = 4  # beside a word, that read as the beginning of what is to be sent
_SHOWN = 80  # characters of what somebody wrote, in the reason of a refusal
_SENTENCE = re.compile(r"[^\W\d_a-z]\S*(?:\s+\S+){2,}[.!?][\"'”’)]*$", re.DOTALL)
_LONGEST_LINE = 2_000  # characters
_NAME = re.compile(r"[^\W\d_]{2,}")
BETWEEN = " ,:;.(-\u2010\u2011\u2013\u2014"  # what stands between a word's line and a remark
_ASIDE = re.compile(r"\(.*\)|\[.*\]")

SENT_ALREADY = "sent_already"  # why a mail is held that somebody sent to the resident themselves
NOBODY_KNOWN = ""  # in the place of an officer's key: somebody wrote from the mailbox itself


class OfficerAtWork:
    """One officer's mail being followed: the deliberation, who writes, and what has been done so far."""

    def __init__(
        self,
        d: Deliberation,
        officer: Officer,
        mail: MailFacts,
        known_refs: tuple[str, ...] = (),
        spare_ref: str | None = None,
        informed: bool = False,
        others: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self.d = d
        self.officer = officer
        self.mail = mail
        self.known_refs = known_refs
        self.others = dict(others)  # of those that are somebody else's: whose
        self.spare_ref = spare_ref  # for a case that a word opens
        self.informed = informed  # the letter that they answer was only for their information
        self.lines: list[str] = []
        self.shown = ""
        self.sections: tuple[Section, ...] = ()  # as `shown`, with headings
        self.written_on = d.council.calendar.local(mail.received_at).date()  # from which "Friday" counts
        self.sent_at: datetime | None = None  # when the response went, where it went from another mailbox than ours
        self.files = sort_files(mail.files)
        self.carries = False  # a letter takes its files along
        self.following: Command | None = None  # the word that is being done
        self.may_name_one = False  # they have seen that it tells others who the first resident of a campaign is

    @property
    def sent_already(self) -> bool:
        return self.sent_at is not None

    def done(self, line: str) -> None:
        self.lines.append(line)

    def unseen(self, line: str, so: str = "Nobody outside sees it.") -> str:
        """*line*, and that nobody outside sees it: which is not said of a mail that somebody outside was sent as well."""
        return line if self.mail.outside else f"{line} {so}"

    def take_sent(self) -> str:
        """The text that has gone to the resident already, where this officer was asked about just one such mail; it is then
        settled, and does not go out again."""
        asked = {self.officer.key, NOBODY_KNOWN}
        sent = [held for held in self.d.case.held if held.why == SENT_ALREADY and held.officer in asked]
        if len(sent) != 1:
            return ""
        self.sent_at = sent[0].at
        self.d.settle_held(sent[0], self.officer.key, "it counts as the response")
        return sent[0].text

    def stage(self) -> StagePolicy:
        """The stage that is open; refuses where there is none."""
        stage = self.d.stage_policy
        if self.d.case.category is not Category.COMPLAINT or stage is None:
            raise Refusal(
                "this is not a complaint, so no stage is open",
                "#message to write to the resident",
                "#category complaint to make it one",
            )
        if self.d.case.status is not Status.OPEN:
            raise Refusal(f"the case is {self.d.case.status}", "#reopen, if it must go on", "#message to write to the resident")
        return stage

    def body(self, command: Command, what: str) -> str:
        if not command.text:
            raise Refusal(
                f"there is no text: {what} must stand below the word", f"#{command.word} and, on the next line, your text"
            )
        return self.text_of(command)

    def text_of(self, command: Command, alone: str = "") -> str:
        """What stands beside the word and below it; refuses a word or two beside it that may be meant for us, and more of them
        where an empty line follows. *alone* is the line without them."""
        if command.argument and command.body and command.word in _GOES_OUT and not _reads_as_text(command.argument):
            line = alone or f"#{command.word}"
            raise Refusal(
                f"“{command.argument}” stands beside {line}, and your text below it: is it to be sent as well?",
                f"{line} alone on its line, and below it all that is to be sent",
                corrected=(line,),
            )
        if command.word not in _GOES_OUT:
            return command.text
        return self.one_text(command, command.argument, alone or f"#{command.word}")

    def _is_first_sentence(self, beside: str) -> bool:
        """True where *beside* is a sentence with its full stop, as a letter's first one is, and speaks of no colleague."""
        theirs = {word.casefold() for word in self.d.case.complainant.name.split()}
        others = (one.name.split() for one in self.d.council.roster.officers if one.key != self.officer.key)
        colleagues = {name[0].casefold() for name in others if name} - theirs
        said = {word.casefold() for word in _NAME.findall(beside)}
        return len(beside) <= _LONGEST_LINE and _SENTENCE.match(beside) is not None and said.isdisjoint(colleagues)

    def one_text(self, command: Command, beside: str, alone: str) -> str:
        """What stands *beside* the word and below it, which is one text where it only goes on in the next line, or begins as a
        letter does; else one of them may be for us: it is asked. *alone* is the line without it."""
        resident, text = self.d.case.complainant.name, joined(beside, command.body)
        if not (beside and command.body and command.apart) or greets(beside, resident) or self._is_first_sentence(beside):
            return text
        above, greeting = above_salutation(text, resident)
        if above:
            raise self._not_of_the_letter(above, greeting)
        raise Refusal(
            f"“{_shortened(beside)}” stands beside {alone}, and your text below it, after an empty line: is it to be sent?",
            f"{alone} alone on its line, and below it all that is to be sent; #note for what is for us",
            corrected=(alone,),
        )

    def when(self, command: Command, argument: str = "", later_than: date | None = None) -> When:
        """The day or the count that begins the *argument*; refuses what can be understood in more than one way, or in none. Of
        the days that may be meant it offers those *later_than* the one that is promised."""
        read = read_when(argument or command.argument, self.written_on)
        if read.problem:
            days = tuple(day for day in read.may_be if later_than is None or day > later_than)
            corrected = tuple(f"#{command.word} {day} {read.rest}".strip() for day in days)
            named = " or ".join(words_of(day) for day in read.may_be)
            passed = f", and neither is later than {words_of(later_than)}" if later_than and read.may_be and not days else ""
            example = self.d.council.calendar.add_working_days(later_than or self.written_on, 5)
            raise Refusal(
                f"the date is not clear: {read.problem}{f'; you may mean {named}' if named else ''}{passed}",
                *(() if corrected else (f"#{command.word} and a day, for instance {words_of(example)}",)),
                corrected=corrected,
            )
        return read

    def day_of(self, command: Command, read: When) -> date | None:
        """The day that *read* comes to where nothing has been promised yet, so that it counts from the day of writing."""
        if read.count is None or read.count.bare:
            return read.day
        if read.count.unit is None:
            n = read.count.n
            either = [self._counted(Count(n, unit)) for unit in (Unit.CALENDAR_DAY, Unit.WORKING_DAY)]
            if either[0] != either[1]:
                raise Refusal(
                    f"“{n} days” can be {words_of(either[0])} or, in working days, {words_of(either[1])}",
                    corrected=tuple(f"#{command.word} {day} {read.rest}".strip() for day in either),
                )
            return either[0]
        return self._counted(read.count)

    def _counted(self, count: Count) -> date:
        try:
            return self.d.council.calendar.count(self.written_on, count.duration or _NO_TIME).due
        except CalendarTooShort:
            raise Refusal("that is further ahead than the calendar reaches", "a nearer date") from None

    def write(self, letter: OfficersLetter, promises: Sequence[str] = (), clause: str = "") -> None:
        """Send what the officer wrote to the resident. Every such text comes by here: none goes that holds one of the words, or
        a piece of a letter to staff."""
        self.check(letter.reason if isinstance(letter, DelayNotice | ExtensionProposal) else letter.text)
        self.may_write()
        if isinstance(letter, Response):
            self.may_answer()
        enclosed: Enclosed | None = None
        if isinstance(letter, Acknowledgement | Message | Response) and not self.files.along:
            self._check_that_no_file_is_missed(letter.text)
        if isinstance(letter, Acknowledgement | Message | Response) and self.files.along:
            self.check_files()
            letter = replace(letter, enclosed=tuple(file.filename for file in self.files.along))
            enclosed, self.carries = Enclosed(self.mail.number, self.files.along), True
        self.d.to_resident(letter, automatic=False, promises=promises, clause=clause, enclosed=enclosed)

    def _check_that_no_file_is_missed(self, text: str) -> None:
        """Refuses a letter that speaks of a file where none of those that hang on the mail goes along, and one that says that a
        file comes with it where none hangs on the mail. What they sent themselves had its files or had none."""
        if not self.files.left and not self.sent_already and says_that_one_goes(text):
            raise Refusal(
                "your text says that a file comes with it, and none hangs on your mail",
                "the same words with the file",
                "the same words without that sentence",
            )
        if self.files.left and speaks_of_a_file(text):
            raise Refusal(
                f"your text speaks of a file, and none goes with it: {' '.join(self.files.left)}", "the same words with a PDF"
            )

    def check_files(self) -> None:
        """Refuses files that a resident should not get, or that are more than a letter can carry."""
        for file in self.files.along:
            if why := danger(file):
                raise Refusal(f"{file.filename} cannot go to the resident: {why}", "the same words with a PDF or a picture")
        most = self.mail.most_bytes
        if most is not None and self.files.size > most:
            raise Refusal(
                f"the files are {size_words(self.files.size)} together, and a letter can carry {size_words(most)}",
                "the same words with fewer or smaller files",
            )

    def tell_of_files(self) -> None:
        """What became of the files of this mail, for whoever attached them."""
        if self.files.along and self.carries:
            self.done(f"With it: {', '.join(named(file) for file in self.files.along)}.")
        elif self.files.along:
            names = ", ".join(file.filename for file in self.files.along)
            self.done(f"Files go along only with #respond, #message and #acknowledge: {names} went nowhere.")
        for line in self.files.left:
            self.done(line)

    def check(self, text: str) -> None:
        """Refuses a text that cannot go to the resident as it is."""
        word = word_anywhere(text)
        if word is not None:
            raise Refusal(
                f"#{word} stands in the text that would go to the resident: words must be the first lines of the mail",
                "a mail for each, or each word on a line of its own at the top",
            )
        above, greeting = above_salutation(text, self.d.case.complainant.name)
        if above:
            raise self._not_of_the_letter(above, greeting)
        if looks_quoted(text):
            raise Refusal("your text holds a piece of a letter to staff, which is not for the resident", "a new mail")

    def _not_of_the_letter(self, above: str, greeting: str) -> Refusal:
        """What stands above the officer's own salutation may be for us, or for a colleague: it is asked about."""
        word, shown, begins = self.following, " ".join(above.split()), " ".join(greeting.split())
        beside = word is not None and word.body != "" and word.argument.endswith(above)
        line = word.line.removesuffix(above).rstrip(BETWEEN) if word is not None and beside else ""
        where = f"{line} alone on its line" if line else "the word alone on its line"
        return Refusal(
            f"“{_shortened(shown)}” stands above “{_shortened(begins)}”, with which your letter begins: is it to be sent?",
            f"{where}, and your letter below it; #note for what is for us",
            "your greeting above all that is for the resident",
            corrected=(line,) if line else (),
        )

    def may_write(self) -> None:
        """Refuses letters to somebody whose contact is restricted, where only one team writes to them."""
        restrictions = self.d.council.policy.provisions.restrictions
        if restrictions is not None and restrictions.only_they_write and self.d.restricts(self.d.case.complainant):
            team = self.d.council.playing(restrictions.by)
            if not self.d.council.plays(self.officer, restrictions.by):
                name = " ".join(word.capitalize() for word in restrictions.by.split("_"))
                instead = tuple(f"#assign {officer.key}, who may" for officer in team[:1])
                raise Refusal(f"only {name} may write to this person while their contact is restricted", *instead, "#note")

    def may_answer(self) -> None:
        """Refuses an answer to whoever acts for somebody whose consent is still awaited."""
        representation = self.d.council.policy.provisions.representation
        written = representation is not None and representation.consent is Consent.WRITTEN
        if written and self.d.case.consent is ConsentState.PENDING:
            raise Refusal(
                "the consent of the person whom it is about is not here yet, so no answer may go to whoever acts for them",
                "#extend DATE reason",
                "#ask",
                "#representative consented, once it is here",
            )

    def can_be_written_to(self) -> None:
        if not self.d.case.can_be_told:
            raise Refusal("this resident gave no address that can be answered", "#note, if you reached them another way")


def _reads_as_text(beside: str) -> bool:
    """True for a sentence or a greeting; a word or two beside an officer's word may be meant for us."""
    if _ASIDE.fullmatch(beside.strip()):
        return False
    enough = len(beside.split()) >= _FEWEST_WORDS
    return enough or beside.rstrip().endswith((".", ",", "!", "?", ":", ";", "…")) or greets(beside)


def _shortened(said: str) -> str:
    return said if len(said) <= _SHOWN else f"{said[:_SHOWN].rsplit(' ', 1)[0]} …"


def with_nearest(word: str, written: str, known: Iterable[str], rest: str = "") -> tuple[str, ...]:
    """The line with what of *known* is nearest to *written*, which is none of it, in the place of that."""
    return tuple(f"#{word} {each} {rest}".strip() for each in nearest(written, known))


def moment_words(local: datetime) -> str:
    """ "10:41am on Tuesday 29 December 2026", of a local moment."""
    return f"{clock_of(local)} on {words_of(local.date())}"


def joined(first: str, rest: str) -> str:
    """A text that began on the word's own line and went on below it."""
    return "\n".join(part for part in (first.strip(), rest) if part)
