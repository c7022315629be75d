"""`townclerk case` and `townclerk explain`."""

import io
import pwd
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest

from app.cli.house import GONE, Command, Town
from townclerk.app.commands import asking
from townclerk.app.commands.explain import derivation_words
from townclerk.domain.calendar import Derivation
from townclerk.domain.case import Campaign, CampaignState, Joined
from townclerk.domain.routing import Suggested
from townclerk.domain.words import Category
from townclerk.services.sorting import SIGNATURE_SEEN
from townclerk.store import cases, journal
from townclerk.store.database import Tx


def test_the_list_names_each_case_and_nobody_in_it(townclerk: Command, town: Town) -> None:
    ran = townclerk("case", "list", "--config", town.settings)

    assert ran.status == 0
    heading, *rows = ran.out.splitlines()
    assert heading.split()[:5] == ["CASE", "CATEGORY", "SERVICE", "STAGE", "STATUS"]
    assert len(rows) == 3
    assert rows[-1].startswith(f"{town.old}  complaint")
    assert "OVERDUE" in rows[-1]
    for private in ("asha", "Asha", "bin has not been emptied"):
        assert private not in ran.out


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (("--status", "open"), 3),
        (("--status", "closed"), 0),
        (("--category", "complaint"), 3),
        (("--category", "comment"), 0),
        (("--service", "leisure"), 1),
        (("--overdue",), 1),
    ],
)
def test_the_list_can_be_narrowed(townclerk: Command, town: Town, options: tuple[str, ...], count: int) -> None:
    ran = townclerk("case", "list", *options, "--json", "--config", town.settings)

    assert ran.status == 0, ran.err
    assert len(ran.objects) == count


def test_a_campaign_is_listed_shown_and_explained(townclerk: Command, town: Town) -> None:
    def lead(tx: Tx) -> None:
        for ref in (town.old, town.new):
            case = cases.load(tx, ref)
            assert case is not None
            of_it = Campaign(CampaignState.TOGETHER, case.opened_at, members=(town.new,))
            cases.save(tx, replace(case, campaign=of_it) if ref == town.old else replace(case, joined=Joined(town.old)))

    town.ask(lead)
    listed = townclerk("case", "list", "--campaign", town.old, "--json", "--config", town.settings)
    shown = townclerk("case", "show", town.old, "--config", town.settings)
    explained = townclerk("explain", town.new, "--config", town.settings)

    assert {each["reference"]: each["campaign"] for each in listed.objects} == {town.old: town.old, town.new: town.old}
    assert "1 other person has written the same" in shown.out
    assert f"campaign: answered with {town.old}, which leads it" in explained.out


def test_the_list_as_json_says_what_is_overdue(townclerk: Command, town: Town) -> None:
    ran = townclerk("case", "list", "--json", "--config", town.settings)

    late = {each["reference"]: each["overdue"] for each in ran.objects}
    assert late[town.old] is True
    assert late[town.new] is False
    assert ran.objects[-1]["opened_at"].endswith("+00:00")


def test_an_officer_s_cases_are_given_to_somebody_else(townclerk: Command, town: Town) -> None:
    ran = townclerk("case", "reassign", "--from", "wendy", "--to", "cal", "--json", "--config", town.settings)
    again = townclerk("case", "reassign", "--from", "wendy", "--to", "cal", "--config", town.settings)
    listed = townclerk("case", "list", "--json", "--config", town.settings)

    assert ran.status == 0, ran.err
    assert ran.objects
    assert all(each["given"] for each in ran.objects)
    assert {each["officer"] for each in listed.objects if each["reference"] in {one["case"] for one in ran.objects}} == {"cal"}
    assert "wendy has no open case" in again.out


def test_cases_are_given_to_somebody_who_is_there(townclerk: Command, town: Town) -> None:
    ran = townclerk("case", "reassign", "--from", "wendy", "--to", "cap", "--config", town.settings)

    assert ran.status == 2
    assert '"cap" is nobody in staff.yaml; did you mean "cal"?' in ran.err


def test_whoever_gives_cases_away_is_somebody_and_somebody_else(townclerk: Command, town: Town) -> None:
    nobody = townclerk("case", "reassign", "--from", "wendi", "--to", "cal", "--config", town.settings)
    same = townclerk("case", "reassign", "--from", "cal", "--to", "cal", "--config", town.settings)

    assert (nobody.status, same.status) == (2, 2)
    assert '"wendi" is nobody in staff.yaml, and has no open case; did you mean "wendy"?' in nobody.err
    assert 'with "cal" already' in same.err


def test_a_service_that_the_council_has_not_is_told_with_those_it_has(townclerk: Command, town: Town) -> None:
    ran = townclerk("case", "list", "--service", "bins", "--config", town.settings)

    assert ran.status == 2
    assert '"bins" is no service of this council; write one of: ' in ran.err


def test_an_empty_list_says_so(townclerk: Command, town: Town) -> None:
    assert townclerk("case", "list", "--status", "closed", "--config", town.settings).out == "no such case\n"


def test_a_case_is_shown_with_its_dates_mails_letters_and_journal(townclerk: Command, town: Town) -> None:
    ran = townclerk("case", "show", town.old, "--config", town.settings)

    assert ran.status == 0
    for told in (
        "Subject:     My bin has not been emptied",
        "Complainant: Asha Patel <asha@home.example>",
        "OVERDUE",
        "stage1.respond",
        "receipt",
        "delay_notice",
        "letter_decided",
        "viewed",
    ):
        assert told in ran.out


def test_a_mail_of_a_case_comes_as_it_came_and_whoever_took_it_stands_in_the_journal(townclerk: Command, town: Town) -> None:
    (mail,) = townclerk("case", "show", town.old, "--json", "--config", town.settings).objects[0]["mails"]

    ran = townclerk("case", "raw", town.old, mail["mail"], "--why", "the scanner was away", "--config", town.settings)

    assert ran.status == 0
    assert ran.out.startswith("From: Asha Patel <asha@home.example>")
    told = townclerk("audit", "show", "--case", town.old, "--reads", "--json", "--config", town.settings).objects
    assert any((each["detail"]["command"], each["detail"].get("why")) == ("case raw", "the scanner was away") for each in told)


def test_a_mail_that_is_not_of_the_case_is_not_given_out(
    townclerk: Command, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    (other,) = townclerk("case", "show", town.new, "--json", "--config", town.settings).objects[0]["mails"]

    ran = townclerk("case", "raw", town.old, other["mail"], "--config", town.settings)
    assert (ran.status, ran.out) == (2, "")
    assert f"{town.old} has no mail {other['mail']}; write one of: " in ran.err

    monkeypatch.setattr("townclerk.app.commands.case.at_a_screen", lambda: True)
    ran = townclerk("case", "raw", town.new, other["mail"], "--config", town.settings)
    assert (ran.status, ran.out) == (2, "")


def test_a_case_is_shown_with_its_flags_and_what_a_rule_suggests(townclerk: Command, town: Town) -> None:
    def flag(tx: Tx) -> None:
        case = cases.load(tx, town.old)
        assert case is not None
        cases.save(tx, replace(case, flags=(("pond", "by the oak"),), suggested=Suggested(Category.COMMENT, "Ponds are.")))

    town.ask(flag)
    shown = townclerk("case", "show", town.old, "--config", town.settings).out
    (case,) = townclerk("case", "show", town.old, "--json", "--config", town.settings).objects

    assert "Flags:       pond (by the oak)" in shown
    assert "Suggested:   comment: Ponds are." in shown
    assert (case["flags"], case["suggested_category"]) == ({"pond": "by the oak"}, "comment")


def test_cases_are_listed_by_flag_and_by_priority(townclerk: Command, town: Town) -> None:
    def flag(tx: Tx) -> None:
        case = cases.load(tx, town.old)
        assert case is not None
        cases.save(tx, replace(case, flags=(("priority", ""), ("new-estate", "by the oak"))))

    town.ask(flag)
    listed = partial(townclerk, "case", "list", "--config", town.settings)
    every = listed("--json").objects

    assert "priority, new-estate" in next(line for line in listed().out.split("\n") if town.old in line)
    for filters in (("--flag", "new-estate"), ("--priority", "high"), ("--flag", "new-estate", "--priority", "high")):
        (found,) = listed(*filters, "--json").objects
        assert (found["reference"], found["priority"], found["flags"]) == (town.old, "high", ["new-estate"])
    assert len(listed("--priority", "normal", "--json").objects) == len(every) - 1
    assert listed("--flag", "new", "--json").objects == []
    assert listed("--flag", "by the oak", "--json").objects == []


def test_a_case_as_json_has_target_promised_and_owed(townclerk: Command, town: Town) -> None:
    (case,) = townclerk("case", "show", town.old, "--json", "--config", town.settings).objects

    respond = next(each for each in case["deadlines"] if each["name"] == "stage1.respond")
    assert respond["target"] < respond["promised"]
    assert respond["promised_by"] == "automatic"
    assert respond["owed"] is True
    assert case["overdue"] is True
    assert case["complainant"] == {"name": "Asha Patel", "address": "asha@home.example"}
    assert {"receipt", "delay_notice", "overdue"} <= {each["letter"] for each in case["letters"]}


def test_a_mail_that_somebody_changed_is_not_given_out_as_the_one_that_came(townclerk: Command, town: Town) -> None:
    case = town.ask(lambda tx: cases.load(tx, town.new))
    assert case is not None
    number = case.mails[0].mail
    town.ask(lambda tx: tx.exec_driver_sql("UPDATE mail_parts SET bytes = CAST('I lied.' AS BLOB)"))

    ran = townclerk("case", "raw", town.new, number, "--config", town.settings)

    assert ran.status != 0
    assert f"the bytes of mail {number} are not those that came" in ran.err
    assert ran.out == ""


@pytest.mark.parametrize("what", ["case", "outbox", "timers", "retention", "quarantine"])
def test_a_list_that_is_shown_stands_in_the_journal_with_why(townclerk: Command, town: Town, what: str) -> None:
    before = town.ask(journal.head).number

    assert townclerk(what, "list", "--why", "the morning round", "--config", town.settings).status == 0

    *_, entry = town.ask(lambda tx: journal.entries(tx, None))
    assert entry.number == before + 1 == town.ask(journal.head).number
    assert (entry.event, (entry.detail or {})["command"]) == ("viewed", f"{what} list")
    assert (entry.detail or {})["why"] == "the morning round"


def test_whoever_reads_a_case_stands_in_the_journal(townclerk: Command, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "LOGIN", Path("/nowhere"))
    monkeypatch.setattr(asking, "account", lambda: "pam")
    monkeypatch.setenv("USER", "somebody else")
    monkeypatch.delenv("SUDO_USER", raising=False)

    townclerk("case", "show", town.new, "--why", "they rang", "--config", town.settings)
    townclerk("explain", town.new, "--config", town.settings)

    read = [e for e in town.ask(lambda tx: journal.entries(tx, town.new)) if e.event == "viewed"]
    assert [(e.actor, e.detail) for e in read] == [
        ("pam", {"by": "command line", "why": "they rang", "command": "case show"}),
        ("pam", {"by": "command line", "command": "explain"}),
    ]


@pytest.mark.parametrize("login", [None, str(asking.NOBODY_LOGGED_IN)])
def test_where_the_kernel_keeps_no_login_it_is_the_account_whatever_sudo_is_said_to_say(
    townclerk: Command, town: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, login: str | None
) -> None:
    """As in a container: there everybody may write a variable, and have somebody else look."""
    if login is not None:
        (tmp_path / "loginuid").write_text(login)
    monkeypatch.setattr(asking, "LOGIN", tmp_path / "loginuid")
    monkeypatch.setattr(asking, "account", lambda: "townclerk")
    monkeypatch.setenv("SUDO_USER", "pam")

    townclerk("case", "show", town.new, "--config", town.settings)

    read = town.ask(lambda tx: journal.entries(tx, town.new))[-1]
    assert (read.actor, (read.detail or {})["sudo_says"]) == ("townclerk", "pam")


def test_whoever_logged_in_stands_in_the_journal_whatever_sudo_is_said_to_say(
    townclerk: Command, town: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "loginuid").write_text(str(pwd.getpwnam("nobody").pw_uid))
    monkeypatch.setattr(asking, "LOGIN", tmp_path / "loginuid")
    monkeypatch.setenv("SUDO_USER", "pam")

    townclerk("case", "show", town.new, "--config", town.settings)

    read = town.ask(lambda tx: journal.entries(tx, town.new))[-1]
    assert (read.actor, (read.detail or {})["sudo_says"]) == ("nobody", "pam")


def test_whoever_logged_in_as_root_is_root_whatever_sudo_is_said_to_say(
    townclerk: Command, town: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "loginuid").write_text("0")
    monkeypatch.setattr(asking, "LOGIN", tmp_path / "loginuid")
    monkeypatch.setenv("SUDO_USER", "pam")

    townclerk("case", "show", town.new, "--config", town.settings)

    assert town.ask(lambda tx: journal.entries(tx, town.new))[-1].actor == "root"


def test_where_a_reason_is_required_nothing_is_shown_without_one(townclerk: Command, town: Town) -> None:
    town.rewrite(journal={"reason": "required"})

    without = townclerk("case", "show", town.new, "--config", town.settings)
    blank = townclerk("explain", town.new, "--why", " ", "--config", town.settings)
    given = townclerk("case", "show", town.new, "--why", "they rang", "--config", town.settings)

    assert (without.status, blank.status, given.status) == (2, 2, 0)
    assert "--why" in without.err
    assert without.out == ""


def test_a_person_at_a_terminal_is_asked_why_and_a_program_is_not(
    townclerk: Command, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = io.StringIO("they rang\n")
    monkeypatch.setattr(terminal, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdin", terminal)
    monkeypatch.setattr(asking, "at_a_terminal", lambda: True)

    assert townclerk("case", "show", town.new, "--config", town.settings).status == 0
    nothing_said = townclerk("case", "show", town.new, "--config", town.settings)

    assert nothing_said.status != 0
    assert nothing_said.out.strip() == ""
    read = [e for e in town.ask(lambda tx: journal.entries(tx, town.new)) if e.event == "viewed"]
    assert [(e.detail or {})["why"] for e in read] == ["they rang"]


def test_a_reference_is_accepted_however_it_is_typed(townclerk: Command, town: Town) -> None:
    joined = town.old.replace("-", "").lower()
    apart = town.old.replace("-", " ").split()

    for typed in ([town.old], [joined], apart, [f"[{town.old}]"], [town.old.replace("0", "o")]):
        ran = townclerk("case", "show", *typed, "--json", "--config", town.settings)
        assert ran.status == 0, ran.err
        assert ran.objects[0]["reference"] == town.old


def test_what_is_no_reference_is_told_with_an_example(townclerk: Command, town: Town) -> None:
    wrong_letter = town.old[:-1] + ("H" if town.old[-1] != "H" else "K")

    for typed in ("banana", wrong_letter):
        ran = townclerk("case", "show", typed, "--config", town.settings)
        assert ran.status == 2
        assert f'"{typed}" is no case reference; write one such as SS-26-0042-' in ran.err


def test_two_references_are_one_too_many(townclerk: Command, town: Town) -> None:
    ran = townclerk("explain", town.old, town.new, "--config", town.settings)

    assert ran.status == 2
    assert "names several cases" in ran.err


@pytest.mark.parametrize("command", [("case", "show"), ("explain",)], ids=" ".join)
def test_a_case_that_is_not_there_is_told(townclerk: Command, town: Town, command: tuple[str, ...]) -> None:
    from townclerk.domain.reference import Reference

    unknown = str(Reference("SS", 99, 1))

    ran = townclerk(*command, unknown, "--config", town.settings)

    assert (ran.status, ran.err) == (1, f"townclerk: there is no case {unknown}\n")


def test_explain_tells_how_each_date_was_counted_and_why_each_letter_was_sent(townclerk: Command, town: Town) -> None:
    ran = townclerk("explain", town.old, "--config", town.settings)

    assert ran.status == 0
    for told in (
        "stage1.respond: ",
        "promised in clause ",
        "day 0 ",
        "; day 10 ",
        "counted with the calendar GB-ENG holidays ",
        "by the automatic notice, told on ",
        "still owed, and late",
        "receipt to the resident (asha@home.example), sent on ",
        "mail:opened -> promise SS-",
        "-> clause ",
    ):
        assert told in ran.out
    assert townclerk("explain", town.new, "--config", town.settings).out.count("still owed\n") == 2


def test_explain_as_json_has_the_days_that_were_not_counted(townclerk: Command, town: Town) -> None:
    (explained,) = townclerk("explain", town.old, "--json", "--config", town.settings).objects

    respond = next(each for each in explained["deadlines"] if each["name"] == "stage1.respond")
    day0, due = date.fromisoformat(respond["day0"]), date.fromisoformat(respond["due"])
    assert due == date.fromisoformat(respond["target"])
    assert due - day0 == timedelta(days=10 + len(respond["skipped"]))
    assert explained["letters"][0]["because"]["event"] == "mail:opened"


def test_a_letter_that_did_not_go_is_explained_too(townclerk: Command, town: Town) -> None:
    cases = townclerk("case", "list", "--json", "--config", town.settings).objects
    third = next(each["reference"] for each in cases if each["reference"] not in (town.old, town.new))

    assert f"receipt to the resident ({GONE}), not sent: dead" in townclerk("explain", third, "--config", town.settings).out


def test_a_derivation_in_words() -> None:
    derivation = Derivation(
        day0=date(2026, 12, 18),
        duration="5 working days",
        skipped=((date(2026, 12, 19), "Saturday"), (date(2026, 12, 25), "Christmas Day"), (date(2027, 1, 1), "New Year's Day")),
        due=date(2026, 12, 29),
        calendar="x",
        note="received after 17:00",
    )

    assert derivation_words(derivation) == (
        "day 0 Friday 18 December 2026 (received after 17:00); skipped Saturday 19 December (Saturday), "
        "Friday 25 December (Christmas Day), Friday 1 January 2027 (New Year's Day); day 5 Tuesday 29 December 2026"
    )


def test_a_derivation_that_counts_every_day_in_words() -> None:
    derivation = Derivation(date(2026, 12, 18), "1 month", (), date(2027, 1, 18), "x")

    assert derivation_words(derivation) == "day 0 Friday 18 December 2026; 1 month later: Monday 18 January 2027"


def test_a_case_shows_what_came_of_the_signatures_of_its_mails(townclerk: Command, town: Town) -> None:
    def sign(tx: Tx) -> int:
        case = cases.load(tx, town.old)
        assert case is not None
        detail = {"mail": case.mails[0].mail, "signature": "fits", "said": "signed by asha@home.example"}
        journal.append(tx, case.council, case.ref, case.opened_at, "townclerk", SIGNATURE_SEEN, detail)
        return case.mails[0].mail

    number = town.ask(sign)

    (shown,) = townclerk("case", "show", town.old, "--json", "--why", "the resident rang", "--config", town.settings).objects
    words = townclerk("case", "show", town.old, "--why", "the resident rang", "--config", town.settings).out
    other = townclerk("case", "show", town.new, "--why", "the resident rang", "--config", town.settings).out

    assert [each["signature"] for each in shown["mails"] if each["mail"] == number] == ["signed by asha@home.example"]
    (row,) = [line for line in words.splitlines() if line.startswith(f"{number} ") and "Asha Patel" in line]
    assert row.endswith("signed by asha@home.example")
    assert "SIGNATURE" not in other
