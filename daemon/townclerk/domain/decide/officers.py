"""What officers' words do. A mail is done whole or not at all: the first word that cannot be followed refuses all of it."""

from collections.abc import Callable

from townclerk.domain.case import Case, LeavingMail
from townclerk.domain.commands import ONLY_PRESSED, TAKE_NO_TEXT, TELLS_NOBODY_OUTSIDE, WORDS, Command, word_anywhere
from townclerk.domain.decide import (
    actions,
    answering,
    approving,
    campaign_members,
    campaigning,
    copying,
    declining,
    diverting,
    ending,
    filing,
    landlord,
    ombudsman,
    records,
    repeating,
    representing,
    restricting,
    reviewing,
    separating,
    showing,
    undoing,
)
from townclerk.domain.decide.belonging import tell_whoever_has_it
from townclerk.domain.decide.correcting import corrections
from townclerk.domain.decide.deliberation import LEAD, Deliberation
from townclerk.domain.decide.holding import (
    NO_WORD,
    SENT,
    as_it_leaves,
    discard,
    hold,
    keep_as_note,
    remind,
    send,
    settle_plain_answer,
)
from townclerk.domain.decide.outside import ask_whether_it_was_the_response, wrote_outside
from townclerk.domain.decide.permitting import permit
from townclerk.domain.decide.refusal import Refusal
from townclerk.domain.decide.work import OfficerAtWork
from townclerk.domain.events import MailFacts, OfficerMailHeld, OfficerWrote, OfficerWroteOutside
from townclerk.domain.letters import Done, Refused
from townclerk.domain.plain_reply import ANSWERS_US
from townclerk.domain.provisions import PlainReply
from townclerk.domain.roster import Officer
from townclerk.domain.timer import Timer
from townclerk.domain.words import Category


def officer_wrote(d: Deliberation, event: OfficerWrote) -> None:
    officer = d.council.roster.find(event.officer)
    if officer is None or _has_left(d, officer, event.mail):
        return
    if not d.may_act(officer):
        _turn_away(d, officer, event.mail)
        return
    before = d.case
    work = OfficerAtWork(d, officer, event.mail, event.known_refs, event.spare_ref, event.informed, event.others)
    work.lines.extend([event.mail.outside] if event.mail.outside else [])
    at = None
    try:
        if event.problem is not None:
            at = next((command for command in event.commands if command.word not in WORDS), None)
            meant = tuple(f"{each} {at.argument}".strip() for each in event.instead) if at is not None else ()
            others = () if meant else event.instead
            raise Refusal(event.problem, *others, "#help for the words that work", corrected=meant)
        leaves_at = undoing.leaves_at(d, event.commands)
        undoing.make_way(work, event.commands)
        for command in event.commands:
            at = command
            _follow(work, command)
            _keep_what_stands_below(work, command)
    except Refusal as refusal:
        _refuse(d, before, officer, event, refusal, at)
        if isinstance(refusal, approving.Replaced):
            approving.show_what_waits(d, officer)
        return
    settle_plain_answer(work, event.commands)
    _settle_questions_of_rules(work)
    _tell_what_left(work)
    if event.unsigned and event.commands[-1].word not in TELLS_NOBODY_OUTSIDE:
        work.done("What stands below your words is what your mail program puts there: it went to nobody.")
    if leaves_at is not None and (d.writes_to_resident or d.by_post):
        undoing.wait(work, before, event, leaves_at, as_it_leaves(work, "The letter as it will go out"))
        return
    d.note(officer.key, "officer_wrote", words=" ".join(c.word for c in event.commands), mail=event.mail.number)
    sent = as_it_leaves(work, "The letter as it went out")
    d.to_staff(officer, Done(tuple(work.lines), work.shown, work.sections, sent=sent))
    tell_whoever_has_it(d, before, officer, event.commands, sent)
    if event.mail.outside:
        ask_whether_it_was_the_response(d, officer, event.mail)


def _settle_questions_of_rules(work: OfficerAtWork) -> None:
    """Whoever is asked has read it, and done what they thought right."""
    if work.d.case.questions and work.d.council.plays(work.officer, LEAD):
        work.d.change(questions=())


def _tell_what_left(work: OfficerAtWork) -> None:
    if work.d.unsent:
        work.done("This resident gave no address, so nothing was sent to them: please reach them another way.")
    elif work.d.by_post:
        work.done("This resident is not written to by email: whoever has the case has the letter, to send it in another way.")
    elif work.d.writes_to_resident:
        work.done("The resident has been told.")
    work.tell_of_files()


def _follow(work: OfficerAtWork, command: Command) -> None:
    act = _WORDS.get(command.word)
    if act is None:
        raise Refusal(f"#{command.word} is not a word that I know", "#help for the words that work")
    permit(work, command.word)
    work.following = command
    if work.d.case.led and command.word in campaign_members.LEAVES:
        campaign_members.leave_quietly(work)
    stage = work.d.case.stage
    act(work, command)
    if command.word in campaigning.SHARED or (command.word == "respond" and work.d.case.category is not Category.COMPLAINT):
        campaigning.share(work, command, stage)


def _has_left(d: Deliberation, officer: Officer, mail: MailFacts) -> bool:
    """From the day after their last one, their mail is kept and acts no more."""
    if not officer.has_left(d.council.roster.day):
        return False
    d.note(officer.key, "leaver_wrote", mail=mail.number)
    return True


def _turn_away(d: Deliberation, officer: Officer, mail: MailFacts) -> None:
    """Somebody who may not know of this case wrote about it: they learn nothing, not even what it is called."""
    d.note(officer.key, "refused", reason="may not deal with this case", mail=mail.number)
    answer = Refused(mail.subject, "this is not yours to deal with", (), mail.own_text)
    d.to_staff(officer, answer, bare=True)


def _keep_what_stands_below(work: OfficerAtWork, command: Command) -> None:
    """Text below a word that takes none is kept, and goes to nobody."""
    if command.body and command.word in TAKE_NO_TEXT - ONLY_PRESSED:
        work.d.note(work.officer.key, "note", text=command.body)
        work.done(work.unseen(f"What stands below #{command.word} is kept as a note."))


def _refuse(d: Deliberation, before: Case, officer: Officer, event: OfficerWrote, refusal: Refusal, at: Command | None) -> None:
    """Nothing of the mail is done, also where its first words, before the one *at* which it was refused, could have been."""
    d.start_again(before)
    understood = " ".join(command.line for command in event.commands) or event.mail.subject
    ready = corrections(event.commands, at, refusal, before.complainant.name)
    d.note(officer.key, "refused", words=" ".join(c.word for c in event.commands), mail=event.mail.number)
    d.to_staff(officer, Refused(understood, refusal.reason, refusal.instead, event.mail.own_text, ready, event.mail.outside))


def officer_mail_held(d: Deliberation, event: OfficerMailHeld) -> None:
    """What is not certain is held and asked back, never sent on; a mail that only lacks a word is what the policy says."""
    officer = d.council.roster.find(event.officer)
    if officer is None or _has_left(d, officer, event.mail):
        return
    if not d.may_act(officer):
        _turn_away(d, officer, event.mail)
        return
    wanted = d.council.policy.provisions.desk.plain_reply
    if event.why in {NO_WORD, ANSWERS_US} and wanted is PlainReply.NOTE and word_anywhere(event.mail.own_text) is None:
        d.to_staff(officer, Done(tuple(keep_as_note(d, officer, event.mail).lines)))
    elif event.sure and event.had_letter and wanted is PlainReply.SEND:
        d.event = "officer:message"
        officer_wrote(d, OfficerWrote(event.officer, event.mail, (Command("message", "", event.mail.own_text),)))
    else:
        hold(d, officer, event, _follow)


def held_again(d: Deliberation, timer: Timer) -> None:
    """Nobody has said yet what is to become of a held mail."""
    remind(d, timer, _follow)


def leave_now(d: Deliberation, timer: Timer) -> None:
    """The moment has come until which an officer's words could be stopped: they are done, with the case as it now is."""
    leaving = next(each for each in d.case.leaving if undoing.timer_key(each) == timer.key)
    officer = d.council.roster.find(leaving.officer)
    before = d.case
    d.event = "officer:" + "+".join(command.word for command in leaving.commands)  # what they wrote, whenever it leaves
    if officer is None or officer.has_left(d.council.roster.day) or not d.may_act(officer):
        _could_not_leave(d, before, leaving, "whoever wrote it may no longer deal with this case", ("#message", "#note"))
        return
    event = undoing.written_down(leaving, officer)
    work = OfficerAtWork(d, officer, event.mail)
    try:
        for command in leaving.commands:
            _follow(work, command)
            _keep_what_stands_below(work, command)
    except Refusal as refusal:
        _could_not_leave(d, before, leaving, refusal.reason, refusal.instead)
        return
    d.settle_held(leaving, leaving.officer, SENT if d.letters_to_resident else "it was followed")
    d.note(officer.key, "officer_wrote", words=" ".join(c.word for c in leaving.commands), mail=leaving.number)
    tell_whoever_has_it(d, before, officer, leaving.commands, as_it_leaves(work, "The letter as it went out"))


def _could_not_leave(d: Deliberation, before: Case, leaving: LeavingMail, reason: str, instead: tuple[str, ...]) -> None:
    """The case is not what it was when they wrote: they are told, and have their text back."""
    d.start_again(before)
    d.settle_held(leaving, leaving.officer, "it was not sent, and came back")
    understood = " ".join(f"#{c.word} {c.argument}".strip() for c in leaving.commands)
    officer = d.council.roster.find(leaving.officer)
    here = officer is not None and not officer.has_left(d.council.roster.day) and d.may_act(officer)
    to = officer if here else d.lead()
    d.note(leaving.officer, "refused", words=" ".join(c.word for c in leaving.commands), mail=leaving.number)
    d.to_staff(to, Refused(understood, reason, instead, leaving.text))


def officer_wrote_outside(d: Deliberation, event: OfficerWroteOutside) -> None:
    """Somebody wrote straight to the resident. Whether that was the response is asked, never guessed."""
    wrote_outside(d, event)


def _log_elsewhere(work: OfficerAtWork, _command: Command) -> None:
    raise Refusal(f"#log opens a case, and this mail is about {work.d.case.ref}", "#log in a new mail to the mailbox", "#note")


_WORDS: dict[str, Callable[[OfficerAtWork, Command], None]] = {
    "acknowledge": answering.acknowledge,
    "respond": answering.respond,
    "approve": approving.approve,
    "extend": answering.extend,
    "ask": answering.ask,
    "message": answering.message,
    "note": filing.note,
    "assign": filing.assign,
    "conflict": declining.conflict,
    "alternative": diverting.alternative,
    "campaign": campaign_members.campaign,
    "service": filing.service,
    "category": filing.category,
    "refuse": ending.refuse,
    "review": reviewing.review,
    "second-stage1": repeating.second_stage1,
    "withdraw": ending.withdraw,
    "close": ending.close,
    "reopen": ending.reopen,
    "link": filing.link,
    "action": actions.action,
    "action-done": actions.action_done,
    "action-failed": actions.action_failed,
    "reason": records.reason,
    "remedy": records.remedy,
    "learning": records.learning,
    "hold": records.hold,
    "unhold": records.unhold,
    "flag": filing.flag,
    "unflag": filing.unflag,
    "landlord": landlord.landlord,
    "ombudsman": ombudsman.ombudsman,
    "restrict": restricting.restrict,
    "unrestrict": restricting.unrestrict,
    "copy": copying.copy,
    "uncopy": copying.uncopy,
    "representative": representing.representative,
    "new-case": separating.new_case,
    "log": _log_elsewhere,
    "send": lambda work, command: send(work, command, _follow),
    "discard": discard,
    "show": showing.show,
    "help": showing.help_,
}
