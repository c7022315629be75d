"""Words that ask: `#show`, `#help`."""

from townclerk.domain.campaigns import campaign_line
from townclerk.domain.case import Case, OmbudsmanStep
from townclerk.domain.commands import WORDS, Command, word_of
from townclerk.domain.days_written import words_of
from townclerk.domain.deadlines import is_overdue
from townclerk.domain.decide.copying import copied
from townclerk.domain.decide.refusal import Refusal
from townclerk.domain.decide.work import SENT_ALREADY, OfficerAtWork, moment_words
from townclerk.domain.letters import Done, Row, Section
from townclerk.domain.nearest import nearest_words
from townclerk.domain.words_explained import EXAMPLES, GROUPS, meaning, usage


def show(work: OfficerAtWork, _command: Command) -> None:
    d = work.d
    case, calendar = d.case, d.council.calendar
    rows = [
        f"{case.ref}: {case.category.replace('_', ' ')}, {case.status}, {case.service.replace('_', ' ')}",
        f"Subject: {case.subject}",
    ]
    for deadline in case.deadlines:
        state = "kept" if deadline.met_at else "no longer owed" if deadline.dropped else "owed"
        rows.append(f"{deadline.name}: {words_of(deadline.promised)} ({state}; first promised {words_of(deadline.target)})")
    rows += [f"Action {each.number}: {each.what}, {words_of(each.due)} ({each.state})" for each in case.actions]
    rows += [f"Flag {name}: {text}".removesuffix(": ") for name, text in case.flags]
    recorded = (
        *(f"reason {code}" for code in case.reasons),
        *(f"remedy {each.code}" for each in case.remedies),
        *case.learning,
    )
    rows += [f"Recorded: {'; '.join(recorded)}"] if recorded else []
    rows += [_said_of_the_ombudsman(step, words_of(calendar.local(step.at).date())) for step in case.ombudsman]
    rows += [f"On hold: {case.hold.reason}"] if case.hold else []
    if case.proposal is not None:
        rows.append(f"The resident has been asked to agree to {words_of(case.proposal.day)}, and has not answered.")
    if case.draft is not None:
        rows.append(f"A response waits for approval: {case.draft.outcome.words}.")
    rows += _not_sent(work)
    rows.append("Overdue." if is_overdue(case, d.now, calendar) else "Not overdue.")
    rows += [f"Mail of {words_of(calendar.local(mail.received_at).date())}: {mail.subject}" for mail in case.mails]
    rows += _people(work)
    work.shown = "\n".join(rows)
    work.done(f"This is what is known of {case.ref}.")


def _said_of_the_ombudsman(step: OmbudsmanStep, day: str) -> str:
    due = f", to be answered by {words_of(step.due)}" if step.due else ""
    return f"Ombudsman, {day}: {' '.join((step.what, step.outcome)).strip()}{due}{': ' if step.text else ''}{step.text}"


def _not_sent(work: OfficerAtWork) -> list[str]:
    """Mails of officers that wait for somebody, or for their moment."""
    d, local = work.d, work.d.council.calendar.local
    rows = [
        f"Leaves at {moment_words(local(each.at))}: mail {each.number} of {_name(work, each.officer)}"
        for each in d.case.leaving
    ]
    for held in d.case.held:
        what = "Sent without us; was it the response?" if held.why == SENT_ALREADY else "Held:"
        rows.append(f"{what} Mail {held.number} of {_name(work, held.officer)}, since {words_of(local(held.at).date())}")
    return rows


def _name(work: OfficerAtWork, key: str) -> str:
    officer = work.d.council.roster.find(key)
    return officer.name if officer is not None else key or "somebody unknown"


def _people(work: OfficerAtWork) -> list[str]:
    """Who else is on it, and what holds for them."""
    d, case = work.d, work.d.case
    rows = [f"Letters are copied to: {', '.join(copied(work))}"] if copied(work) else []
    if d.restriction is not None:
        rows.append(f"Contact is restricted until {words_of(d.restriction.until)}: {d.restriction.reason}")
    if case.consent is not None:
        rows.append("Consent of whom it is about: " + {"pending": "awaited", "given": "here"}[case.consent])
    if case.logged is not None:
        rows += [f"{label}: {words}" for label, words in case.logged.ways]
    rows += _campaign(case)
    return rows + ([f"Related: {', '.join(case.related)}"] if case.related else [])


def _campaign(case: Case) -> list[str]:
    """Who wrote the same: their references, and nothing of who they are."""
    rows = [f"Campaign: {campaign_line(case)}."] if campaign_line(case) else []
    if case.campaign is not None and case.campaign.members:
        rows.append(f"Those who wrote the same: {', '.join(case.campaign.members)}")
    return rows


def help_(work: OfficerAtWork, command: Command) -> None:
    """`#help`: every word; `#help WORD`: that one."""
    told = told_of_words(command)
    work.shown, work.sections = told.shown or work.shown, told.sections or work.sections
    for line in told.lines:
        work.done(line)


def told_of_words(command: Command) -> Done:
    """What `#help` answers, whatever case it is asked about, or none. Raises Refusal."""
    asked = command.argument.split(" ")[0].lstrip("#＃")
    if not asked:
        sections = tuple(Section(heading, tuple(_explained(word) for word in group)) for heading, group in GROUPS)
        begin = "Begin your mail with one of these words. What stands below it goes to the resident, where it says so."
        return Done((begin,), sections=sections)
    named = word_of(f"#{command.argument.lstrip('#＃')}")
    word = named[0] if named is not None else asked
    if word not in WORDS:
        meant = tuple(dict.fromkeys(each.split(" ")[0] for each in nearest_words(word, WORDS)))
        raise Refusal(f"#{word} is not a word that I know", "#help", corrected=tuple(f"#help {each}" for each in meant))
    shown = f"{usage(word)}\n\n{meaning(word)[:1].upper()}{meaning(word)[1:]}.\n\nFor example:\n\n{EXAMPLES[word]}"
    return Done((f"This is what #{word} does.",), shown)


def _explained(word: str) -> Row:
    line, _, text = EXAMPLES[word].partition("\n")
    below = f", and below it: {text.replace(chr(10), ' / ')}" if text else ""
    example = "" if EXAMPLES[word] == usage(word) else f". For example: {line}{below}"
    return Row(usage(word), f"{meaning(word)}{example}")
