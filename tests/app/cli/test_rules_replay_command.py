"""`townclerk rules replay`: what other rules would have made of the mail that there was."""

import json
import mailbox
import random
import resource
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.cli.house import Command, Ran, Town, mail
from townclerk.domain.mail import Arrival
from townclerk.mail.spool import MemoryRaw
from townclerk.store import cases, journal, mails, outbox
from townclerk.store.database import Tx
from townclerk.store.schema import MailState
from townclerk.store.schema import journal as table

COUNCIL = "south-staffordshire"
SERVICES = (
    "services: [waste, housing, planning, council_tax, benefits, leisure, parks, environmental_health, licensing, highways, "
    "parking, elections, customer_services, other]\n"
)
RULES = """rules:
  - {id: cross, why: Complains., when: {anywhere: [complain*]}, then: {category: complaint}}
  - {id: bins, why: Of bins., when: {anywhere: [bin, bins]}, then: {service: waste}}
  - {id: pool, why: Of the pool., when: {anywhere: [pool]}, then: {service: leisure}}
"""
MAILBOX = "feedback0@council.example"


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of the installation, and a folder for rules that would win over them."""

    town: Town
    townclerk: Command
    folder: Path

    def change(self, written: str, instead: str = "") -> Path:
        """Let *instead* stand in the changed rules, where *written* stands in those in force; or add it where that is empty."""
        path = self.folder / COUNCIL / "routing.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        assert written in RULES
        path.write_text(SERVICES + (RULES.replace(written, instead) if written else RULES + instead))
        return path

    def replay(self, *arguments: object) -> Ran:
        return self.townclerk("--config", self.town.settings, "rules", "replay", *arguments)

    def lines(self, *arguments: object) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """The mails that differ, and the counts."""
        ran = self.replay("--json", *arguments)
        assert ran.status == 0, ran.err
        *found, counts = ran.objects
        assert counts["differ"] == len(found)
        return found, counts


@pytest.fixture
def rules(town: Town, townclerk: Command, tmp_path: Path) -> Rules:
    town.change_policy("x", "x").with_name("routing.yaml").write_text(SERVICES + RULES)
    return Rules(town, townclerk, tmp_path / "changed")


def store(
    town: Town, raws: Iterable[bytes], settle: Callable[[Tx, int], None] | None = None, *, folder: str = "Archive"
) -> None:
    """Put mails into the database as the daemon takes them."""
    now = datetime.now(UTC).replace(microsecond=0)
    arrivals = (Arrival(folder, 1, uid, now + timedelta(seconds=uid), None, MemoryRaw(raw)) for uid, raw in enumerate(raws, 1))
    while batch := tuple(islice(arrivals, 100)):

        def take(tx: Tx, batch: tuple[Arrival, ...] = batch) -> None:
            mails.take(tx, MAILBOX, folder, 1, batch[-1].uid, now, batch, now)
            if settle is not None:
                for stored in mails.next_to_deal_with(tx, MAILBOX, len(batch)):
                    settle(tx, stored.id)

        town.ask(take)


def settled(state: MailState, ref: str | None = None) -> Callable[[Tx, int], None]:
    return lambda tx, number: mails.settle(
        tx, number, state, kind="person", because="a test", case_ref=ref, now=datetime.now(UTC)
    )


def changed(found: list[dict[str, Any]]) -> list[tuple[str, str, str | None, str | None]]:
    return [(each["subject"], one["what"], one["from"], one["to"]) for each in found for one in each["changes"]]


# --- the stored mails ----------------------------------------------------------------------------------------------------


def test_an_admin_sees_what_a_changed_rule_would_do_to_the_mail_that_there_was(rules: Rules) -> None:
    rules.change("then: {service: leisure}", "then: {service: parks, alert: safeguarding}")
    ran = rules.replay("--with", rules.folder)

    assert ran.status == 0, ran.err
    first, _, _, *rest = ran.out.splitlines()
    assert first == "4 stored mails: 1 would be routed otherwise"
    assert "service  leisure  parks         1" in rest
    assert "alert    -        safeguarding  1" in rest
    received, service, alert = rest[-3:]
    assert received.endswith(f"{rules.town.new}  Complaint about the noise of the pool")
    assert (service, alert) == ("    service: leisure (pool) -> parks (pool)", "    alert: - -> safeguarding (pool)")


def test_all_that_a_rule_gives_is_replayed(rules: Rules) -> None:
    given = "service: leisure, priority: high, flag: pool, tell: complaints_lead, restrict: true, decide: Ours?, assign: wendy"
    rules.change("then: {service: leisure}", f"then: {{{given}, suggest: {{category: comment}}}}")
    found, _ = rules.lines("--with", rules.folder)

    assert [(what, after) for _, what, _, after in changed(found)] == [
        ("suggest", "comment"),
        ("assign", "wendy"),
        ("priority", "high"),
        ("tell", "complaints_lead"),
        ("flag", "pool"),
        ("decide", "Ours?"),
        ("restrict", "true"),
    ]


def test_a_mail_that_a_changed_rule_files_would_open_no_case(rules: Rules) -> None:
    rules.change("then: {service: leisure}", "then: {file: true}")
    found, _ = rules.lines("--with", rules.folder)

    assert ("Complaint about the noise of the pool", "case", "a new case", "no case") in changed(found)


def test_the_same_question_gets_the_same_answer_and_a_folder_that_changes_nothing_changes_nothing(rules: Rules) -> None:
    rules.change("[bin, bins]", "[bins]")
    once, again = rules.replay("--with", rules.folder), rules.replay("--with", rules.folder)
    assert once.out == again.out
    assert "1 would be routed otherwise" in once.out

    rules.change("", "# nothing but this line\n")
    assert rules.lines("--with", rules.folder)[0] == []


def test_nothing_is_sent_or_written_but_that_somebody_has_looked(rules: Rules) -> None:
    def look(tx: Tx) -> object:
        return mails.counts(tx, MAILBOX), outbox.depth(tx, COUNCIL), tuple(cases.every(tx, COUNCIL))

    before, entry = rules.town.ask(look), rules.town.ask(journal.newest)
    rules.change("service: leisure", "service: parks")
    rules.replay("--with", rules.folder, "--since", "2020-01-01")

    assert rules.town.ask(look) == before
    assert rules.town.ask(journal.newest) != entry
    (noted,) = rules.town.ask(lambda tx: tx.execute(select(table.c.detail).where(table.c.event == "viewed")).scalars().all())
    assert json.loads(noted) == {
        "by": "command line", "command": "rules replay", "mails": 4, "since": "2020-01-01", "rules": str(rules.folder),
    }  # fmt: skip


def test_without_other_rules_those_in_force_are_held_against_what_was_decided(rules: Rules) -> None:
    """The past of this installation was decided by the shipped rules."""
    found, counts = rules.lines()
    assert counts["undecided"] == 1  # the one that could not be read then

    by_subject = {each["subject"]: each for each in found}
    assert "My bin has not been emptied" not in by_subject
    path = rules.town.folder / "rules" / COUNCIL / "routing.yaml"
    path.write_text(path.read_text().replace("service: waste", "service: highways"))
    found, _ = rules.lines()
    (bin_,) = [each for each in found if each["case"] == rules.town.old]
    (change,) = bin_["changes"]
    assert "waste" in change.pop("rules_from")
    assert change == {"what": "service", "from": "waste", "to": "highways", "rules_to": ["bins"]}


def test_of_a_further_mail_only_counts_what_counts_for_its_case(rules: Rules) -> None:
    further = mail("Bo Lee <bo@home.example>", "The pool again", "Is the pool quiet now? My life is in danger there.")
    store(rules.town, [further], settled(MailState.DONE, rules.town.new))

    rules.change("service: leisure", "service: parks")
    assert [each["case"] for each in rules.lines("--with", rules.folder)[0]] == [rules.town.new]

    rules.change("then: {service: leisure}", "then: {service: leisure, alert: safeguarding, suspect: insurance}")
    found = changed(rules.lines("--with", rules.folder)[0])
    assert [one[1] for one in found if one[0] == "The pool again"] == ["alert"]
    assert [one[1] for one in found if one[0].startswith("Complaint about the noise")] == ["alert", "suspect"]


def test_no_rule_is_asked_about_a_robot_until_one_says_what_it_is(rules: Rules) -> None:
    robot = b"Auto-Submitted: auto-generated\r\n" + mail("gate@home.example", "The gate", "The gate of the pool is open.")
    officer = mail("Wendy Ash <officer0@council.example>", "The pool", "The pool is closed.")
    store(rules.town, [robot, officer])

    rules.change("service: leisure", "service: parks")
    found, counts = rules.lines("--with", rules.folder)
    assert ([each["case"] for each in found], counts["unrouted"]) == ([rules.town.new], 2)

    rules.change("", "  - {id: gates, why: Of gates., when: {anywhere: [gate]}, then: {category: service_request}}\n")
    (gate,), counts = rules.lines("--with", rules.folder)
    assert (gate["from"]["becomes"], gate["to"]["becomes"], counts["unrouted"]) == ("no case", "a new case", 1)


def test_a_mail_that_no_rule_was_certain_of_and_now_is_differs(rules: Rules) -> None:
    store(rules.town, [mail("Al Low <al@home.example>", "The tree", "The tree fell.")])
    rules.change("[complain*]", "[complain*, fell]")

    assert changed(rules.lines("--with", rules.folder)[0]) == [("The tree", "certain", "no", "yes")]


def test_a_rule_that_reads_a_form_is_replayed_with_what_was_filled_in(rules: Rules) -> None:
    whole = "Name: Al Low\r\nEmail: al@home.example\r\nMessage: The pool is loud."
    forms = [mail("web@forms.example", f"Web form {n}", text) for n, text in enumerate((whole, "Name: Al Low"))]
    store(rules.town, forms)
    form = "form: {called: Web, name: Name, email: Email, text: Message}"
    rules.change("", f"  - {{id: web, why: A form., when: {{subject: [web form]}}, then: {{{form}}}}}\n")

    found = changed(rules.lines("--with", rules.folder)[0])
    assert ("Web form 0", "form", None, "Web") in found
    assert ("Web form 1", "case", "a new case", "held") in found


def test_earlier_cases_are_counted_as_they_were_when_the_mail_came(rules: Rules) -> None:
    store(rules.town, [mail("Asha Patel <asha@home.example>", "My bin again", "It is full.")])
    rules.change("", "  - {id: often, why: Again., when: {earlier_cases: {at_least: 1}}, then: {alert: repeated}}\n".replace(
        "repeated", "hate_crime"))  # fmt: skip

    assert changed(rules.lines("--with", rules.folder)[0]) == [("My bin again", "alert", None, "hate_crime")]


def test_only_what_came_since_a_day_is_replayed(rules: Rules) -> None:
    rules.change("[bin, bins]", "[bins]")
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date()

    assert rules.lines("--with", rules.folder)[1]["mails"] == 4
    found, counts = rules.lines("--with", rules.folder, "--since", yesterday)
    assert (found, counts["mails"]) == ([], 3)


def test_what_was_sent_as_the_mailbox_is_not_mail_to_it(rules: Rules) -> None:
    rules.town.rewrite(mailbox={"sent_folder": "Sent"})
    store(rules.town, [mail("Ann <ann@home.example>", "The pool", "The pool is loud.")], folder="Sent")
    rules.change("service: leisure", "service: parks")

    assert rules.lines("--with", rules.folder)[1]["mails"] == 4


# --- mails in files ------------------------------------------------------------------------------------------------------


LOUD = mail("Ann <ann@home.example>", "The pool", "The pool is loud.")
FULL = mail("Bob <bob@home.example>", "The bin", "The bin is full.\r\n\r\nFrom what I hear, all are.")


def test_an_mbox_a_maildir_and_a_folder_are_replayed_mail_by_mail(rules: Rules, tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "old.mbox")
    for raw in (LOUD, FULL, LOUD):
        box.add(raw)
    box.close()
    letters = mailbox.Maildir(tmp_path / "Maildir")
    read = mailbox.MaildirMessage(LOUD)
    read.set_subdir("cur")
    for one in (read, FULL):
        letters.add(one)
    (tmp_path / "Maildir" / "dovecot.index").write_bytes(LOUD)
    (tmp_path / "Maildir" / "tmp" / "half").write_bytes(LOUD)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.eml").write_bytes(LOUD)
    (tmp_path / "folder" / "b.eml").write_bytes(b"From ann@home.example Thu Jan  1 10:00:00 2026\r\n" + LOUD)
    rules.change("service: leisure", "service: parks")

    found, counts = rules.lines("--with", rules.folder, *(tmp_path / name for name in ("old.mbox", "Maildir", "folder")))
    assert counts["mails"] == 7
    assert [Path(each["path"]).name for each in found][:2] == ["old.mbox:1", "old.mbox:3"]
    assert [Path(each["path"]).parent.name for each in found][2:] == ["cur", "folder", "folder"]


def test_a_mail_in_an_mbox_is_the_mail_that_was_put_there(rules: Rules, tmp_path: Path, townclerk: Command) -> None:
    """Though some programs leave a line of the text that begins as the line above a mail does."""
    (tmp_path / "box").write_bytes(
        b"From a@b Thu Jan  1 10:00:00 2026\n" + FULL.replace(b"\r\n", b"\n") + b"\nFrom c@d\n" + LOUD
    )

    first, second = townclerk("inspect", tmp_path / "box").objects
    assert (first["subject"], second["subject"]) == ("The bin", "The pool")
    assert "From what I hear, all are." in first["text"]


def test_mails_in_files_are_replayed_without_an_installation_and_since_a_day(townclerk: Command, tmp_path: Path) -> None:
    for day in ("02", "28"):
        (tmp_path / f"{day}.eml").write_bytes(f"Date: Sat, {day} Feb 2026 10:00:00 +0000\r\n".encode() + LOUD)
    (tmp_path / "rules" / COUNCIL).mkdir(parents=True)
    (tmp_path / "rules" / COUNCIL / "routing.yaml").write_text(SERVICES + RULES.replace("leisure", "parks"))
    ask = ("rules", "replay", "--with", tmp_path / "rules", "--council", COUNCIL, "--json", "--since", "2026-02-10")
    *found, counts = townclerk(*ask, tmp_path / "02.eml", tmp_path / "28.eml").objects

    assert ([each["path"] for each in found], counts["mails"]) == ([str(tmp_path / "28.eml")], 1)


# --- what cannot be ------------------------------------------------------------------------------------------------------


def test_changed_rules_that_do_not_load_are_told_with_file_and_line_and_nothing_is_replayed(rules: Rules) -> None:
    path = rules.change("service: leisure", "service: liesure")
    ran = rules.replay("--with", rules.folder)

    assert (ran.status, ran.out) == (2, "")
    assert f"{path}:5:" in ran.err
    assert "leisure" in ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--with", "{there}"), "holds nothing that would change south-staffordshire"),
        (("--with", "{there}/nowhere"), "there is no such folder"),
        (("a.eml",), "name the changed rules with --with DIR"),
        (("--council", COUNCIL), "--council is for mails in files"),
        (("--since", "yesterday"), "does not match"),
    ],
)
def test_what_cannot_be_replayed_is_told(rules: Rules, tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    ran = rules.replay(*(argument.format(there=tmp_path) for argument in arguments))

    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err


def test_a_file_that_is_not_there_is_told_and_the_others_are_replayed(rules: Rules, tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(LOUD)
    rules.change("service: leisure", "service: parks")
    ran = rules.replay("--with", rules.folder, tmp_path / "nowhere.eml", tmp_path / "a.eml")

    assert ran.status == 2
    assert "nowhere.eml: it cannot be opened" in ran.err
    assert "2 mails: 1 would be routed otherwise" in ran.out


# --- many ----------------------------------------------------------------------------------------------------------------


def many(count: int) -> Iterable[bytes]:
    """Mails of some hundred words; one in fifty is about the pool."""
    words = ("street", "tenant", "lorry", "path", "garden", "light", "road", "water", "letter", "week", "nobody", "came")
    for number in range(count):
        chance = random.Random(number)  # noqa: S311  # the same words in every run
        about = "pool" if number % 50 == 7 else "bin"
        text = "\r\n".join(" ".join(chance.choices(words, k=40)) for _ in range(5))
        yield mail(f"R {number} <r{number}@home.example>", f"Number {number}", f"The {about} of number {number}. {text}")


@pytest.mark.parametrize("count", [300, pytest.param(10_000, marks=pytest.mark.faults)])
def test_of_many_mails_exactly_those_that_differ_are_listed_twice_the_same_in_little_memory(
    rules: Rules, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr("townclerk.app.commands.progress.TOLD_EVERY", 100)
    store(rules.town, many(count))
    rules.change("service: leisure", "service: parks")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    once = rules.replay("--with", rules.folder, "--json")
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before

    assert once.status == 0, once.err
    assert f"{count // 100 * 100:,} of {count + 4:,} mails" in once.err
    assert f"done: {count + 4:,} of {count + 4:,} mails" in once.err
    *found, counts = once.objects
    expected = {f"Number {number}" for number in range(7, count, 50)}
    assert {each["subject"] for each in found} == {*expected, "Complaint about the noise of the pool"}
    assert (counts["mails"], counts["differ"]) == (count + 4, len(expected) + 1)
    assert grown < 50_000, f"{grown} kB more"
    assert rules.replay("--with", rules.folder, "--json").out == once.out
