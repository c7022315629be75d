"""Whoever acts in an officer's name, or with more than is theirs: nothing acts, somebody is told, the journal shows it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from email.parser import BytesParser
from functools import partial

import pytest

from services.office import ASHA, MONDAY, SERVER, House
from townclerk.domain.roster import Leave
from townclerk.domain.words import Status
from townclerk.store import journal, outbox
from townclerk.store.outbox import OutboxLine

WENDY, CAL, PETRA = "wendy.ash@council.example", "cal.lane@council.example", "petra.vane@council.example"
EVIL = "wendy.ash@evil.example"
MAILBOX = "customerfeedback@sstaffs.gov.uk"
LATER = MONDAY + timedelta(hours=2)
RESPONSE = "#respond upheld\r\nDear Ms Patel, we were wrong about everything."
PASS = f"{SERVER}; dmarc=pass header.from=council.example"
FAIL = f"{SERVER}; dmarc=fail header.from=council.example"
EVILS_OWN = f"{SERVER}; dmarc=pass header.from=evil.example"


@dataclass(frozen=True)
class Scene:
    """A complaint has come, and the officer has had the letter about it."""

    house: House
    letter: OutboxLine
    ref: str
    address: str  # the reply address made for Wendy and this case

    def mail(self, sender: str = f"Wendy Ash <{WENDY}>", text: str = RESPONSE, *lines: str, to: str | None = None) -> bytes:
        """A mail as its bytes: *lines* are further header lines, the topmost first."""
        head = [
            *lines,
            f"From: {sender}",
            f"To: {to or self.address}",
            f"Subject: Re: {self.letter.subject}",
            f"In-Reply-To: {self.letter.message_id}",
            f"Message-ID: <attack-{len(lines)}-{abs(hash((sender, text, lines, to)))}@evil.example>",
        ]
        if not any(line.lower().startswith("content-type:") for line in lines):
            head.append("Content-Type: text/plain; charset=utf-8")
        return ("\r\n".join(head) + "\r\n\r\n" + text + "\r\n").encode()


async def a_scene(house: House) -> Scene:
    house.arrives("I complain about the bins. My neighbour at number 9 is ill.")
    await house.settle()
    letter = house.sent("assignment")[-1]
    row = house.read(partial(outbox.get, key=letter.key))
    assert row is not None
    address = " ".join(str(BytesParser().parsebytes(row.raw)["Reply-To"]).split()).rpartition("<")[2].rstrip(">")
    return Scene(house, letter, house.cases[0].ref, address)


def auth(*values: str) -> tuple[str, ...]:
    return tuple(f"Authentication-Results: {value}" for value in values)


def forged(*values: str) -> Callable[[Scene], bytes]:
    """Wendy's From, her letter's very address, and these Authentication-Results, the topmost first."""
    return lambda scene: scene.mail(f"Wendy Ash <{WENDY}>", RESPONSE, *auth(*values))


def outsider(sender: str, *lines: str) -> Callable[[Scene], bytes]:
    """Somebody who is no officer, with Wendy's address for the case and a server that vouches for their own domain."""
    return lambda scene: scene.mail(sender, RESPONSE, *(lines or auth(EVILS_OWN)))


HELD = ("confirm", WENDY, "held")
NEW_CASE = ("forwarded", WENDY, "stranger_used_address")  # a stranger's mail is a case of its own, and Wendy hears of it

ATTACKS: dict[str, tuple[Callable[[Scene], bytes], tuple[str, str, str]]] = {
    # the sender is not proven
    "A forged From that the server found to be forged is held, and the real officer asked": (forged(FAIL), HELD),
    "A forged From without any verdict is held": (forged(), HELD),
    "A forged From that the server could not judge is held": (forged(f"{SERVER}; dmarc=none; spf=none; dkim=none"), HELD),
    "A verdict that failed for a time proves nothing": (forged(f"{SERVER}; dmarc=temperror header.from=council.example"), HELD),
    "A verdict of another server proves nothing": (forged("mx.evil.example; dmarc=pass header.from=council.example"), HELD),
    "A server whose name begins like ours is another": (
        forged(f"{SERVER}.evil.example; dmarc=pass header.from=council.example"),
        HELD,
    ),
    "A server whose name ends like ours is another": (forged(f"evil-{SERVER}; dmarc=pass header.from=council.example"), HELD),
    "A server whose name looks like ours is another": (
        forged("mx.c\u043euncil.example; dmarc=pass header.from=council.example"),
        HELD,
    ),
    "Our server's name in a comment is a comment": (
        forged(f"({SERVER}) mx.evil.example; dmarc=pass header.from=council.example"),
        HELD,
    ),
    "Our server's name after another's is no name": (
        forged(f"mx.evil.example;\r\n {SERVER}; dmarc=pass header.from=council.example"),
        HELD,
    ),
    "Our server's name in quotation marks with more is no name": (
        forged(f'"{SERVER}; dmarc=pass"; dmarc=pass header.from=council.example'),
        HELD,
    ),
    "A verdict that the sender brought along stands below our server's own": (forged(FAIL, PASS), HELD),
    "And so it does below what another server wrote": (forged("mx.evil.example; dmarc=pass", FAIL, PASS, PASS), HELD),
    "A pass in a comment is no pass": (
        forged(f"{SERVER}; dmarc=fail (dmarc=pass header.from=council.example) header.from=council.example"),
        HELD,
    ),
    "A pass in a reason is no pass": (forged(f'{SERVER}; dmarc=fail reason="; dmarc=pass header.from=council.example"'), HELD),
    "A pass in a line that is folded into another result is no pass": (
        forged(f"{SERVER};\r\n dmarc=fail\r\n\tdmarc=pass header.from=council.example"),
        HELD,
    ),
    "A pass for another sender is none for this one": (forged(f"{SERVER}; dmarc=pass header.from=evil.example"), HELD),
    "A signature of another domain proves nothing": (forged(f"{SERVER}; dkim=pass header.d=evil.example"), HELD),
    "A signature of a domain that begins like ours proves nothing": (
        forged(f"{SERVER}; dkim=pass header.d=council.example.evil.example"),
        HELD,
    ),
    "An envelope of another domain proves nothing": (forged(f"{SERVER}; spf=pass smtp.mailfrom=bounce@evil.example"), HELD),
    "Exchange's mark for mail from inside counts only where Exchange is trusted": (
        lambda scene: scene.mail(f"Wendy Ash <{WENDY}>", RESPONSE, "X-MS-Exchange-Organization-AuthAs: Internal"),
        HELD,
    ),
    "A Reply-To does not bring the question to whoever forged it": (
        lambda scene: scene.mail(f"Wendy Ash <{WENDY}>", RESPONSE, *auth(FAIL), f"Reply-To: {EVIL}", f"Sender: {EVIL}"),
        HELD,
    ),
    # who the sender is
    "Two senders in one From are nobody who was proven": (
        lambda scene: scene.mail(f"Wendy Ash <{WENDY}>, Evil <{EVIL}>", RESPONSE, *auth(PASS)),
        HELD,
    ),
    "Two From lines are nobody who was proven": (
        lambda scene: scene.mail(f"Wendy Ash <{WENDY}>", RESPONSE, *auth(PASS), f"From: Evil <{WENDY}>"),
        HELD,
    ),
    "Whoever names the officer as Sender is not the officer": (
        outsider(f"Evil <{EVIL}>", *auth(EVILS_OWN), f"Sender: Wendy Ash <{WENDY}>"),
        NEW_CASE,
    ),
    "Whoever has the officer's name is not the officer": (outsider(f"Wendy Ash <{EVIL}>"), NEW_CASE),
    "Whoever has the officer's address for a name is not the officer": (outsider(f'"{WENDY}" <{EVIL}>'), NEW_CASE),
    "Nor where the name is encoded": (outsider(f"=?utf-8?q?wendy=2Eash=40council=2Eexample?= <{EVIL}>"), NEW_CASE),
    "A domain with a letter of another alphabet is another": (outsider("Wendy Ash <wendy.ash@c\u043euncil.example>"), NEW_CASE),
    "A name with a letter that is folded into ours is another": (
        outsider("Wendy Ash <wendy.a\u017fh@council.example>"),
        NEW_CASE,
    ),
    "A sign that is folded into a letter of ours is another": (
        outsider("Ros Kerr <ros.\u212aerr@council.example>", *auth(PASS)),
        NEW_CASE,
    ),
    "A domain that looks like the council's is another": (outsider("Wendy Ash <wendy.ash@council-example.com>"), NEW_CASE),
    "A domain that begins like the council's is another": (
        outsider("Wendy Ash <wendy.ash@sub.council.example.evil.org>"),
        NEW_CASE,
    ),
    "A domain below the council's is another": (outsider("Wendy Ash <wendy.ash@sub.council.example>"), NEW_CASE),
    "An address with a tag is not on the roster": (outsider("Wendy Ash <wendy.ash+x@council.example>", *auth(PASS)), NEW_CASE),
    "Somebody on the roster of another council is a stranger here": (
        outsider("Ayo Brand <ayo.brand@council.example>", *auth(PASS)),
        NEW_CASE,
    ),
    "A letter forwarded to an outsider does not make them an officer": (outsider("Cousin <cousin@evil.example>"), NEW_CASE),
    # what the address was made for
    "A colleague who was forwarded the letter does nothing by it: whoever has the case is asked": (
        lambda scene: scene.mail(f"Petra Vane <{PETRA}>", RESPONSE, *auth(PASS)),
        HELD,
    ),
    "Nor does an officer of another service who names the case": (
        lambda scene: scene.mail(f"Petra Vane <{PETRA}>", RESPONSE, *auth(PASS), to=MAILBOX),
        HELD,
    ),
    "A forged mail of such a colleague is told to them, and put before nobody": (
        lambda scene: scene.mail(f"Petra Vane <{PETRA}>", RESPONSE, *auth(FAIL)),
        ("confirm", PETRA, "held"),
    ),
    "An address of which one character was changed is none": (
        lambda scene: scene.mail(f"Wendy Ash <{WENDY}>", RESPONSE, *auth(PASS), to=_changed(scene.address)),
        HELD,
    ),
    "An address that is made to name another purpose is none": (
        lambda scene: scene.mail(f"Wendy Ash <{WENDY}>", RESPONSE, *auth(PASS), to=scene.address.replace("-o0", "-i0")),
        HELD,
    ),
    "Who was asked about a held mail presses from their own letter, and nobody else can": (
        lambda scene: scene.mail(f"Wendy Ash <{WENDY}>", "#send 2 respond upheld", *auth(PASS), to=MAILBOX),
        HELD,
    ),
    # words that nobody meant to write
    "A word in what is quoted does nothing": (
        lambda scene: scene.mail(
            f"Wendy Ash <{WENDY}>", f"Thanks.\r\n\r\nOn Monday somebody wrote:\r\n> {RESPONSE}", *auth(PASS)
        ),
        HELD,
    ),
    "A word below a forwarded letter does nothing": (
        lambda scene: scene.mail(
            f"Wendy Ash <{WENDY}>", f"See below.\r\n\r\n-----Original Message-----\r\nFrom: Evil\r\n\r\n{RESPONSE}", *auth(PASS)
        ),
        HELD,
    ),
    "A word that the page hides does nothing": (
        lambda scene: scene.mail(
            f"Wendy Ash <{WENDY}>",
            '<div style="display:none">#respond upheld<br>We were wrong.</div><p>Thanks, I have it.</p>',
            *auth(PASS),
            "Content-Type: text/html; charset=utf-8",
        ),
        HELD,
    ),
    "Nor one in letters of no size": (
        lambda scene: scene.mail(
            f"Wendy Ash <{WENDY}>",
            '<p style="font-size:0">#respond upheld</p><p>Thanks, I have it.</p>',
            *auth(PASS),
            "Content-Type: text/html; charset=utf-8",
        ),
        HELD,
    ),
    "Nor one that the page marks as hidden": (
        lambda scene: scene.mail(
            f"Wendy Ash <{WENDY}>",
            "<p hidden>#respond upheld</p><title>#respond upheld</title><!-- #respond upheld --><p>Thanks, I have it.</p>",
            *auth(PASS),
            "Content-Type: text/html; charset=utf-8",
        ),
        HELD,
    ),
    # residents
    "A resident who writes an officer's word has written a mail": (
        lambda scene: scene.mail(ASHA, RESPONSE, to=MAILBOX),
        ("forwarded", WENDY, "wrote"),
    ),
    "And so they have where they found the officer's address": (
        lambda scene: scene.mail(ASHA, RESPONSE),
        ("forwarded", WENDY, "wrote"),
    ),
}


def _changed(address: str) -> str:
    local, _, domain = address.partition("@")
    return f"{local[:-1]}{'b' if local[-1] == 'a' else 'a'}@{domain}"


def _state(house: House, ref: str) -> tuple[object, ...]:
    """All of the case that a word could change."""
    case = next(case for case in house.cases if case.ref == ref)
    return (
        case.status,
        case.stage,
        case.officer,
        case.category,
        case.service,
        case.deadlines,
        case.outcome,
        case.responded_at,
        case.draft,
    )


def _to_residents(house: House) -> list[tuple[str, str]]:
    roster = house.office.council.roster
    return [(line.kind, line.recipient) for line in house.letters() if roster.find_by_address(line.recipient) is None]


def _journal(house: House) -> list[str]:
    found = [case.ref for case in house.cases]
    return [entry.event for ref in found for entry in house.read(partial(journal.entries, case_ref=ref))]


@pytest.mark.parametrize("sentence", ATTACKS)
async def test_attack(house: House, sentence: str) -> None:
    build, (kind, who, event) = ATTACKS[sentence]
    scene = await a_scene(house)
    before, told, written = _state(house, scene.ref), len(house.letters(kind, who)), _to_residents(house)
    house.mailbox.deliver(build(scene), LATER)
    await house.settle(LATER)

    assert before == _state(house, scene.ref), "something acted"
    new = _to_residents(house)[len(written) :]
    assert "response" not in {each for each, _ in new}
    assert [to for each, to in new if to == "asha.patel@example.org" and each != "receipt"] == []
    assert len(house.letters(kind, who)) == told + 1, "the right person was not told"
    assert event in _journal(house)
    strangers = [line.key for line in house.letters() if "evil" in line.recipient]
    for key in strangers:
        row = house.read(partial(outbox.get, key=key))
        assert row is not None
        assert b"neighbour at number 9" not in row.raw
        assert scene.ref.encode() not in row.raw


# --- another's case


@pytest.mark.parametrize("to", [None, MAILBOX], ids=["a letter that was forwarded", "a reference that was guessed"])
@pytest.mark.parametrize("words", [RESPONSE, "#show", "#assign petra", "I had her on the telephone."])
async def test_a_colleague_learns_nothing_of_another_s_case_but_who_has_it(house: House, to: str | None, words: str) -> None:
    scene = await a_scene(house)
    house.mailbox.deliver(scene.mail(f"Petra Vane <{PETRA}>", words, *auth(PASS), to=to), LATER)
    await house.settle(LATER)
    (told,) = house.letters(to=PETRA)
    raw = house.read(partial(outbox.get, key=told.key))

    assert raw is not None
    assert "is with Wendy Ash, and not with you" in _text(house, told)
    for secret in (scene.ref, "Asha", "asha.patel", "neighbour", "#send", "#discard", scene.letter.subject):
        assert secret.encode() not in raw.raw
    assert BytesParser().parsebytes(raw.raw)["Reply-To"].endswith(f"<{MAILBOX}>"), "its address acts on nothing"


async def test_nor_can_they_press_for_themselves(house: House) -> None:
    scene = await a_scene(house)
    house.mailbox.deliver(scene.mail(f"Petra Vane <{PETRA}>", RESPONSE, *auth(PASS)), LATER)
    await house.settle(LATER)
    before = _state(house, scene.ref)
    for number, to in enumerate((None, MAILBOX)):
        house.mailbox.deliver(scene.mail(f"Petra Vane <{PETRA}>", "#send 2", *auth(PASS), to=to), LATER)
        await house.settle(LATER + timedelta(minutes=number))
    house.replies(house.letters("confirm", PETRA)[0], "#send 2", LATER + timedelta(minutes=5))
    await house.settle(LATER + timedelta(minutes=5))

    assert before == _state(house, scene.ref)
    assert house.letters("response") == []


async def test_whoever_has_the_case_lets_it_go_in_their_colleague_s_name(house: House) -> None:
    scene = await a_scene(house)
    house.mailbox.deliver(scene.mail(f"Petra Vane <{PETRA}>", RESPONSE, *auth(PASS)), LATER)
    await house.settle(LATER)
    (asked,) = house.letters("confirm", WENDY)
    assert "Let the mail of Petra Vane go: #respond upheld" in _text(house, asked)
    assert "We were wrong about everything" in _text(house, asked).replace("we were", "We were")
    house.replies(asked, "#send 2", LATER + timedelta(minutes=5))
    await house.settle(LATER + timedelta(minutes=5))

    (response,) = house.letters("response")
    assert "Petra Vane" in _text(house, response)
    assert house.cases[0].answers[0].officer == "petra"
    (heard,) = house.letters("done", PETRA)
    assert "it was sent to the resident by Wendy Ash" in _text(house, heard)
    assert scene.ref not in _text(house, heard)


async def test_whoever_has_the_case_is_asked_again_and_in_the_end_the_lead(house: House) -> None:
    scene = await a_scene(house)
    house.mailbox.deliver(scene.mail(f"Petra Vane <{PETRA}>", RESPONSE, *auth(PASS)), LATER)
    for days in (0, 2, 4):
        await house.settle(LATER + timedelta(days=days))

    assert [line.recipient for line in house.letters("confirm")] == [WENDY, PETRA, WENDY, WENDY, CAL]


@pytest.mark.parametrize(
    ("key", "fields"),
    [
        ("cal", {}),
        ("petra", {"services": frozenset({"waste"})}),
        ("petra", {"roles": frozenset({"complaints_lead"})}),
    ],
    ids=["the lead", "a colleague of the same service", "a second lead"],
)
async def test_who_deals_with_such_cases_is_asked_themselves(house: House, key: str, fields: dict[str, object]) -> None:
    scene = await a_scene(house)
    _change(house, key, **fields)
    who = {"cal": CAL, "petra": PETRA}[key]
    house.mailbox.deliver(scene.mail(who, "#note I know the street.", *auth(PASS), to=MAILBOX), LATER)
    await house.settle(LATER)
    (asked,) = house.letters("confirm")
    assert asked.recipient == who
    house.replies(asked, "#send 2", LATER + timedelta(minutes=5))
    await house.settle(LATER + timedelta(minutes=5))

    assert "note" in _journal(house)
    assert "has dealt with this case, which is yours" in _text(house, house.letters("done", WENDY)[-1])


async def test_a_deputy_answers_in_the_place_of_whoever_is_away_and_nobody_need_be_told(house: House) -> None:
    scene = await a_scene(house)
    _change(house, "wendy", leave=(Leave(MONDAY.date(), MONDAY.date()),), deputies=("petra",))
    house.mailbox.deliver(scene.mail(PETRA, "#note I know the street.", *auth(PASS), to=MAILBOX), LATER)
    await house.settle(LATER)

    assert [line.recipient for line in house.letters("confirm")] == [PETRA]


async def test_what_a_colleague_wrote_to_the_resident_is_put_to_whoever_has_the_case(house: House) -> None:
    scene = await a_scene(house)
    house.arrives(
        "Dear Ms Patel, we were wrong.", "Bins", PETRA, LATER, to=ASHA, cc=MAILBOX, authentication_results=PASS
    )  # fmt: skip
    await house.settle(LATER)

    assert [line.recipient for line in house.letters("decision")] == [WENDY]
    (told,) = house.letters(to=PETRA)
    assert "is with Wendy Ash, and not with you" in _text(house, told)
    assert scene.ref not in _text(house, told)


async def test_whoever_has_the_case_hears_what_somebody_else_did_with_it(house: House) -> None:
    """Who had it before can still answer: the letter was theirs."""
    scene = await a_scene(house)
    house.mailbox.deliver(scene.mail(f"Wendy Ash <{WENDY}>", "#assign tom", *auth(PASS)), LATER)
    await house.settle(LATER)
    house.mailbox.deliver(scene.mail(f"Wendy Ash <{WENDY}>", RESPONSE, *auth(PASS)), LATER + timedelta(minutes=5))
    await house.settle(LATER + timedelta(minutes=5))
    (heard,) = house.letters("done", "tom.birch@council.example")

    assert "Wendy Ash has dealt with this case, which is yours: #respond upheld." in _text(house, heard)
    assert "we were wrong about everything" in _text(house, heard).lower()


@pytest.mark.parametrize("words", ["#show", "#help"])
async def test_they_hear_nothing_of_what_only_asks(house: House, words: str) -> None:
    scene = await a_scene(house)
    house.mailbox.deliver(scene.mail(f"Wendy Ash <{WENDY}>", "#assign tom", *auth(PASS)), LATER)
    await house.settle(LATER)
    house.mailbox.deliver(scene.mail(f"Wendy Ash <{WENDY}>", words, *auth(PASS)), LATER + timedelta(minutes=5))
    await house.settle(LATER + timedelta(minutes=5))

    assert house.letters("done", "tom.birch@council.example") == []


# --- what is theirs, and has ended


async def test_an_address_that_has_expired_is_held_and_a_new_one_comes(house: House) -> None:
    scene = await a_scene(house)
    late = LATER + timedelta(days=182)
    house.mailbox.deliver(scene.mail(f"Wendy Ash <{WENDY}>", "#note It is mended.", *auth(PASS)), late)
    await house.settle(late)
    (asked,) = house.letters("confirm", WENDY)
    house.replies(asked, "#send 2", late + timedelta(minutes=5))
    await house.settle(late + timedelta(minutes=5))

    assert "expired" in str(house.cases[0].held) or _journal(house).count("held") == 1
    assert "note" in _journal(house), "the press on the new letter did not act"


async def test_who_has_left_does_nothing_with_their_own_letter_and_the_lead_is_told(house: House) -> None:
    scene = await a_scene(house)
    _change(house, "wendy", left=MONDAY.date() - timedelta(days=1))
    before = _state(house, scene.ref)
    house.mailbox.deliver(scene.mail(f"Wendy Ash <{WENDY}>", RESPONSE, *auth(PASS)), LATER)
    await house.settle(LATER)

    assert before == _state(house, scene.ref)
    assert [line.recipient for line in house.letters("decision")] == [CAL, CAL], "of the mail, and of the cases"
    assert house.letters(to=WENDY) == [scene.letter]
    assert "leaver_wrote" in _journal(house)


async def test_who_is_on_leave_may_still_write(house: House) -> None:
    scene = await a_scene(house)
    _change(house, "wendy", leave=(Leave(MONDAY.date(), MONDAY.date()),), deputies=("petra",))
    house.mailbox.deliver(scene.mail(f"Wendy Ash <{WENDY}>", RESPONSE, *auth(PASS)), LATER)
    await house.settle(LATER)

    assert house.cases[0].status is Status.ANSWERED
    assert [line.recipient for line in house.letters("done")] == [WENDY]


async def test_capitals_make_no_other_officer(house: House) -> None:
    scene = await a_scene(house)
    house.mailbox.deliver(scene.mail("WENDY.ASH@COUNCIL.EXAMPLE", RESPONSE, *auth(PASS), to=scene.address.upper()), LATER)
    await house.settle(LATER)

    assert house.cases[0].status is Status.ANSWERED


async def test_a_group_in_from_is_read_as_its_one_member_and_must_be_proven_all_the_same(house: House) -> None:
    scene = await a_scene(house)
    house.mailbox.deliver(scene.mail(f"Staff: {WENDY};", RESPONSE, *auth(FAIL)), LATER)
    await house.settle(LATER)

    assert house.cases[0].status is Status.OPEN
    assert house.letters("response") == []


async def test_a_word_without_permission_is_refused_with_who_may(house: House) -> None:
    scene = await a_scene(house)
    council = house.office.council
    roster = replace(council.roster, permissions={"respond": frozenset({"complaints_lead"})})
    house.office = replace(house.office, council=replace(council, roster=roster))
    house.mailbox.deliver(scene.mail(f"Wendy Ash <{WENDY}>", RESPONSE, *auth(PASS)), LATER)
    await house.settle(LATER)
    (refused,) = house.letters("refused", WENDY)

    assert house.letters("response") == []
    assert "#assign cal, who may" in _text(house, refused)
    assert "refused" in _journal(house)


async def test_the_address_of_one_case_does_nothing_to_another_and_is_held_where_the_subject_names_that(house: House) -> None:
    """The address was made for one case. Which of the two was meant is asked."""
    scene = await a_scene(house)
    house.arrives("I complain about another thing: the bins of my street.", "Bins", "Ben <ben@example.org>")
    await house.settle()
    other = next(case.ref for case in house.cases if case.ref != scene.ref)
    before = _state(house, other)
    raw = scene.mail(f"Wendy Ash <{WENDY}>", RESPONSE, *auth(PASS)).replace(scene.ref.encode(), other.encode())
    house.mailbox.deliver(raw, LATER)
    await house.settle(LATER)

    assert before == _state(house, other)
    (asked,) = house.letters("confirm", WENDY)
    assert "Its subject names another case" in _text(house, asked)
    assert house.letters("response") == []
    house.replies(asked, "#send 3", LATER + timedelta(minutes=5))
    await house.settle(LATER + timedelta(minutes=5))
    assert [line.case_ref for line in house.letters("response")] == [scene.ref]


@pytest.mark.parametrize(
    ("words", "greeted"),
    [
        ("#message\r\nDear Mrs Smith,\r\n\r\nYour bin at 4 Oak Road is new.", False),
        ("#respond upheld\r\nDear Mr and Mrs Oakley-Smith, we were wrong because of the list.", False),
        ("#message\r\nHi Ben,\r\n\r\nYour bin is new.", False),
        ("#message\r\nAnnwyl Mrs Smith,\r\n\r\nMae'r bin yn newydd.", False),
        ("#message\r\nDear Ms Patel,\r\n\r\nYour bin is new.", True),
        ("#message\r\nDear Asha\r\n\r\nYour bin is new.", True),
        ("#message\r\nDear Ms Pattel,\r\n\r\nYour bin is new.", True),
        ("#message\r\nDear Dr. A. Patel, your bin is new.", True),
        ("#message\r\nDear Sir or Madam,\r\n\r\nYour bin is new.", True),
        ("#message\r\nDear Resident,\r\n\r\nYour bin is new.", True),
        ("#message\r\nHello again,\r\n\r\nYour bin is new.", True),
        ("#message\r\nThank you, Mrs Smith is right.", True),
        ("#note Dear Mrs Smith, she says.", True),
    ],
)
async def test_a_letter_that_greets_nobody_of_this_case_is_asked_about(house: House, words: str, greeted: bool) -> None:
    scene = await a_scene(house)
    house.mailbox.deliver(scene.mail(f"Wendy Ash <{WENDY}>", words, *auth(PASS)), LATER)
    await house.settle(LATER)

    assert [line.kind for line in house.letters(to=WENDY)][1:] == (["done"] if greeted else ["confirm"])
    if not greeted:
        assert "greets somebody whom nothing on this case names" in _text(house, house.letters("confirm")[0])


@pytest.mark.parametrize(
    ("words", "leaks"),
    [
        ("#message\r\nYou will get a new bin, like Mr Oak ({other}).", True),
        ("#respond upheld\r\nWe were wrong because of the list; so we were with {other}.", True),
        ("#message\r\nYour reference is {own}. You will get a new bin.", False),
        ("#note As with {other}.", False),
        ("#message\r\nOur form SS-27-0002 is on the page.", False),
    ],
)
async def test_a_letter_with_the_reference_of_another_case_is_asked_about(house: House, words: str, leaks: bool) -> None:
    scene = await a_scene(house)
    house.arrives("I complain about another thing: the bins of my street.", "Bins", "Ben <ben@example.org>")
    await house.settle()
    other = next(case.ref for case in house.cases if case.ref != scene.ref)
    text = words.format(other=other, own=scene.ref)
    house.mailbox.deliver(scene.mail(f"Wendy Ash <{WENDY}>", text, *auth(PASS)), LATER)
    await house.settle(LATER)
    asked = house.letters("confirm", WENDY)

    assert [line.kind for line in house.letters(to=WENDY)][-1] == ("confirm" if leaks else "done")
    if leaks:
        assert "names the reference of another case" in _text(house, asked[0])
        assert house.letters("message") == house.letters("response") == []


async def test_an_address_rewritten_for_another_case_acts_on_neither(house: House) -> None:
    scene = await a_scene(house)
    house.arrives("I complain about another thing: the bins of my street.", "Bins", "Ben <ben@example.org>")
    await house.settle()
    other = next(case.ref for case in house.cases if case.ref != scene.ref)
    compact, theirs = (ref.replace("-", "").lower() for ref in (scene.ref, other))
    house.mailbox.deliver(
        scene.mail(f"Wendy Ash <{WENDY}>", RESPONSE, *auth(PASS), to=scene.address.replace(compact, theirs)), LATER
    )
    await house.settle(LATER)

    assert {case.status for case in house.cases} == {Status.OPEN}
    assert len(house.letters("confirm", WENDY)) == 1


# --- an officer's robot


@pytest.mark.parametrize(
    "line",
    ["Auto-Submitted: auto-replied", "X-Autoreply: yes", "Precedence: auto_reply", "Subject: Automatic reply: away"],
)
async def test_an_automatic_mail_that_carries_words_does_nothing(house: House, line: str) -> None:
    scene = await a_scene(house)
    before, written = _state(house, scene.ref), _to_residents(house)
    raw = scene.mail(f"Wendy Ash <{WENDY}>", RESPONSE, *auth(PASS))
    raw = (
        raw.replace(f"Subject: Re: {scene.letter.subject}".encode(), line.encode())
        if line.startswith("Subject")
        else line.encode() + b"\r\n" + raw
    )
    house.mailbox.deliver(raw, LATER)
    await house.settle(LATER)

    assert before == _state(house, scene.ref)
    assert written == _to_residents(house)


# --- Microsoft 365, whose header names nobody

M365_PASS = (
    "spf=pass smtp.mailfrom=council.example; dmarc=pass action=none header.from=council.example;compauth=pass reason=100"
)
M365_FAIL = "spf=fail smtp.mailfrom=council.example; dmarc=fail action=oreject header.from=council.example;compauth=fail"
INSIDE, OUTSIDE = "X-MS-Exchange-Organization-AuthAs: Internal", "X-MS-Exchange-Organization-AuthAs: Anonymous"


@pytest.mark.parametrize(
    ("lines", "acts"),
    [
        (auth(M365_PASS), True),
        ((INSIDE,), True),
        ((), False),
        (auth(M365_FAIL), False),
        (auth(M365_FAIL, M365_PASS), False),
        (auth("mx.evil.example; dmarc=pass header.from=council.example"), False),
        (auth("mx.evil.example; dmarc=pass header.from=council.example", M365_PASS), False),
        ((OUTSIDE, INSIDE), False),
        ((OUTSIDE, *auth(M365_FAIL), INSIDE), False),
        ((*auth(M365_FAIL), INSIDE), False),
        ((*auth("spf=none; dkim=none (message not signed) header.d=none;dmarc=none action=none"), INSIDE), True),
    ],
    ids=[
        "proven",
        "inside",
        "no note",
        "failed",
        "brought along",
        "another's",
        "another's on top",
        "two marks",
        "all of it",
        "inside, and failed",
        "inside, and nothing known",
    ],
)
async def test_with_the_profile_for_microsoft_365(build: Callable[..., House], lines: tuple[str, ...], acts: bool) -> None:
    scene = await a_scene(build(trusted_server=None, authentication="m365"))
    scene.house.mailbox.deliver(scene.mail(f"Wendy Ash <{WENDY}>", RESPONSE, *lines), LATER)
    await scene.house.settle(LATER)

    assert (scene.house.cases[0].status is Status.ANSWERED) is acts
    assert [line.recipient for line in scene.house.letters("confirm")] == ([] if acts else [WENDY])


# --- what others write into headers does not become a header of ours


@pytest.mark.parametrize(
    ("sender", "subject"),
    [
        ("=?utf-8?q?Asha=0D=0ABcc=3A_evil=40evil.example?= <asha.patel@example.org>", "Bins"),
        ("Asha <asha.patel@example.org>", "=?utf-8?q?Bins=0D=0ABcc=3A_evil=40evil.example?="),
        ("=?utf-8?b?QXNoYQ0KQmNjOiBldmlsQGV2aWwuZXhhbXBsZQ==?= <asha.patel@example.org>", "Bins\u2028Bcc: evil@evil.example"),
        ("Asha\x0b <asha.patel@example.org>", "Bins\x0cBcc: evil@evil.example"),
    ],
)
async def test_a_line_break_in_a_name_or_a_subject_is_none_in_our_letters(house: House, sender: str, subject: str) -> None:
    raw = (
        f"From: {sender}\r\nTo: {MAILBOX}\r\nSubject: {subject}\r\nMessage-ID: <inj@example.org>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n'
        "I complain about the bins.\r\n--b\r\nContent-Type: application/pdf\r\n"
        "Content-Disposition: attachment; filename*=utf-8''a%0D%0ABcc%3A%20evil%40evil.example.pdf\r\n\r\nx\r\n--b--\r\n"
    ).encode()
    house.mailbox.deliver(raw, MONDAY)
    await house.settle()

    assert house.sent("assignment")
    for sent in house.transport.sent:
        message = BytesParser().parsebytes(sent.raw)
        for part in message.walk():
            assert part["Bcc"] is None
            assert not any(
                "\n" in str(value).replace("\r\n ", " ").replace("\r\n\t", " ").replace("\n ", " ").replace("\n\t", " ")
                for value in part.values()
            )
    assert "evil@evil.example" not in {sent.recipient for sent in house.transport.sent}


def _change(house: House, key: str, **fields: object) -> None:
    """The roster is another from now on."""
    council = house.office.council
    officers = tuple(
        replace(officer, **fields) if officer.key == key else officer  # type: ignore[arg-type]  # tests name real fields
        for officer in council.roster.officers
    )
    house.office = replace(house.office, council=replace(council, roster=replace(council.roster, officers=officers)))


def _text(house: House, letter: OutboxLine) -> str:
    row = house.read(partial(outbox.get, key=letter.key))
    assert row is not None
    message = BytesParser().parsebytes(row.raw)
    part = next(part for part in message.walk() if part.get_content_type() == "text/plain")
    text = part.get_payload(decode=True)
    assert isinstance(text, bytes)
    return " ".join(text.decode().split())
