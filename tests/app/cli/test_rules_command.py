"""`townclerk rules`, as an admin types it."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.cli.house import Command, Town
from townclerk.app.rehearsal import as_mail, prepare
from townclerk.app.wiring import load_files
from townclerk.config.learned_file import with_head
from townclerk.config.schema import KINDS, schema_of
from townclerk.mail.reading import read_inline
from townclerk.store import cases, journal
from townclerk.store.database import Tx


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_printed(townclerk: Command, kind: str) -> None:
    ran = townclerk("rules", "schema", kind)

    assert ran.status == 0, ran.err
    assert json.loads(ran.out) == schema_of(kind)


def test_all_of_them_are_written_where_editors_find_them(townclerk: Command, tmp_path: Path) -> None:
    ran = townclerk("rules", "schema", "--to", tmp_path / "schema")

    assert ran.status == 0, ran.err
    assert sorted(path.stem for path in (tmp_path / "schema").glob("*.json")) == sorted(KINDS)


def test_nothing_asked_for_and_a_folder_that_cannot_be_are_told(townclerk: Command, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    assert "name one of policy, routing" in townclerk("rules", "schema").err
    assert "cannot be written" in townclerk("rules", "schema", "--to", tmp_path / "file").err


# --- test and explain ----------------------------------------------------------------------------------------------------

SERVICES = (
    "services: [waste, housing, planning, council_tax, benefits, leisure, parks, environmental_health, licensing, highways, "
    "parking, elections, customer_services, other]\n"
)
RULES = """rules:
  - id: bins
    why: What is not collected is the waste service's.
    when: {anywhere: [missed bin*, skip], not: [tennis]}
    then: {service: waste}
    tests:
      finds: [They missed bins, A missed bin]
      leaves: [A missed bin at tennis]
  - id: bins-again
    why: Twice is a complaint.
    when: {all: [[missed bin], [again]]}
    then: {category: complaint, service: parks}
    tests:
      finds: [A missed bin again]
"""
MAIL = b"From: Ann <ann@home.example>\nSubject: Missed bin\n\nAgain a <b>missed bin</b>, at 4 Oak Road.\n"


@pytest.fixture
def council(town: Town) -> Path:
    """The routing file of an installation of its own."""
    path = town.change_policy("x", "x").with_name("routing.yaml")
    path.write_text(SERVICES + RULES)
    return path


def test_an_admin_learns_that_the_tests_of_their_rules_pass(townclerk: Command, town: Town, council: Path) -> None:
    ran = townclerk("--config", town.settings, "rules", "test")

    assert ran.status == 0
    assert re.fullmatch(r"south-staffordshire, rules [0-9a-f]{12}: 4 of 4 tests pass, 2 of 2 rules are reached\n", ran.out)


def test_a_test_that_fails_is_told_with_its_place_and_why_and_a_rule_without_one_by_its_name(
    townclerk: Command, town: Town, council: Path
) -> None:
    wrong = RULES.replace("finds: [They missed bins, A", "finds: [They forgot my bin, A").replace(
        "    tests:\n      finds: [A missed bin again]\n", ""
    )
    council.write_text(SERVICES + wrong)
    ran = townclerk("--config", town.settings, "rules", "test")

    assert ran.status == 1
    assert f"{council}:8: bins must hold, and does not: They forgot my bin" in ran.out
    assert "no  anywhere: missed bin*, skip" in ran.out
    assert f"{council}:10: bins-again: no test reaches it" in ran.out
    assert "2 of 3 tests pass, 1 of 2 rules are reached" in ran.out
    (line,) = townclerk("--config", town.settings, "rules", "test", "--json").objects
    assert ([each["line"] for each in line["failed"]], line["unreached"]) == ([8], ["bins-again"])


@pytest.fixture
def tried(council: Path, tmp_path: Path) -> Path:
    """A folder in which rules are tried, apart from those in force: a service, who has it, and a rule for it."""
    folder = tmp_path / "try"
    (folder / "south-staffordshire").mkdir(parents=True)
    rules = SERVICES.replace("parking,", "parking, road_defects,") + RULES.replace("service: waste", "service: road_defects")
    (folder / "south-staffordshire" / "routing.yaml").write_text(rules)
    gwen = "{name: Gwen Orr, email: gwen@council.example, roles: [service, complaints_lead], services: [road_defects]}"
    (folder / "south-staffordshire" / "staff.yaml").write_text(f"staff: {{gwen: {gwen}}}\n")
    return folder


def test_rules_are_tested_and_explained_before_they_are_in_force_with_the_people_who_are_tried_with_them(
    townclerk: Command, town: Town, tried: Path, tmp_path: Path
) -> None:
    (tmp_path / "words.txt").write_text("You missed bins.")
    tested = townclerk("--config", town.settings, "rules", "test", "--with", tried)
    explained = townclerk("--config", town.settings, "rules", "explain", "--with", tried, tmp_path / "words.txt")
    in_force = townclerk("--config", town.settings, "rules", "explain", tmp_path / "words.txt")

    assert tested.status == 0, tested.err
    assert "4 of 4 tests pass" in tested.out
    assert "service     road_defects (bins)" in explained.out
    assert "service     waste (bins)" in in_force.out


def test_a_replay_says_that_tests_of_the_changed_rules_fail(townclerk: Command, town: Town, tried: Path) -> None:
    path = tried / "south-staffordshire" / "routing.yaml"
    path.write_text(path.read_text().replace("They missed bins", "They forgot my bin"))
    ran = townclerk("--config", town.settings, "rules", "replay", "--with", tried)

    assert ran.status == 0, ran.err
    assert "1 of the tests of these rules fails: see `rules test --with`" in ran.out


def test_the_folder_of_a_council_in_place_of_the_one_above_it_is_told(townclerk: Command, town: Town, tried: Path) -> None:
    ran = townclerk("--config", town.settings, "rules", "test", "--with", tried / "south-staffordshire")

    assert (ran.status, f"--with {tried}\n" in ran.err) == (2, True), ran.err


def test_a_council_that_is_nowhere_is_one_fault(townclerk: Command, town: Town) -> None:
    ran = townclerk("--config", town.settings, "rules", "test", "road-defects")

    assert ran.status == 2
    assert ran.err.startswith("road-defects: no folder of rules has a council of that name; known here: north-somerset")
    assert len(ran.err.splitlines()) == 1


LABELLED = """- id: missed
  text: A missed bin again.
  category: complaint
  service: waste or parks
- id: tennis
  text: A missed bin at tennis.
  category: comment
- id: fear
  text: He hits me.
  alerts: [safeguarding]
- id: elsewhere
  text: Mail for another council.
  category: compliment
  councils: [north-somerset]
"""


def test_rules_are_measured_by_labelled_mails_and_what_came_out_otherwise_is_named(
    townclerk: Command, town: Town, council: Path, tmp_path: Path
) -> None:
    (tmp_path / "mails").mkdir()
    labelled = tmp_path / "mails" / "sample.yaml"
    labelled.write_text(LABELLED)
    ran = townclerk("--config", town.settings, "rules", "test", "--mails", tmp_path / "mails")

    assert ran.status == 1
    assert f"{labelled}:5: tennis: A missed bin at tennis." in ran.out
    assert "category complaint, not comment (no rule says it)" in ran.out
    assert "NOT ALERTED: safeguarding" in ran.out
    assert "comment         .         1" in ran.out
    assert "waste  1 of its 1 mails reach it (100 %)" in ran.out
    assert "3 mails, category right in 1 of 2 (50.0 %), 1 alert missed, 0 alerts false" in ran.out


def test_what_is_measured_can_be_read_by_programs(townclerk: Command, town: Town, council: Path, tmp_path: Path) -> None:
    labelled = tmp_path / "sample.yaml"
    labelled.write_text(LABELLED)
    (line,) = townclerk("--config", town.settings, "rules", "test", "--mails", labelled, "--json").objects

    assert (line["right"], line["asked"], line["alerts_missed"]) == (1, 2, ["fear"])
    assert {"is": "comment", "said": "complaint", "mails": 1} in line["confusion"]
    assert [each["id"] for each in line["wrong"]] == ["tennis", "fear"]


def test_enough_is_what_the_admin_says_is_enough_unless_anybody_was_not_alerted(
    townclerk: Command, town: Town, council: Path, tmp_path: Path
) -> None:
    labelled = tmp_path / "sample.yaml"
    labelled.write_text(LABELLED.replace("  alerts: [safeguarding]\n", ""))

    assert townclerk("--config", town.settings, "rules", "test", "--mails", labelled).status == 1
    assert townclerk("--config", town.settings, "rules", "test", "--mails", labelled, "--at-least", "50").status == 0

    labelled.write_text(LABELLED)
    assert townclerk("--config", town.settings, "rules", "test", "--mails", labelled, "--at-least", "50").status == 1


def test_a_mistake_in_a_label_is_told_with_its_place(townclerk: Command, town: Town, council: Path, tmp_path: Path) -> None:
    labelled = tmp_path / "sample.yaml"
    labelled.write_text("- {id: a, text: x, category: complain}\n- {id: a, text: y, alerts: [self-harm]}\n")
    ran = townclerk("--config", town.settings, "rules", "test", "--mails", labelled)

    assert ran.status == 2
    assert f'{labelled}:1:30: [0].category: "complain" is not one of the words known here; did you mean "complaint"?' in ran.err
    assert 'did you mean "self_harm"?' in ran.err
    assert '"a" is the id of a mail before' in ran.err


def test_a_folder_without_labelled_mails_is_no_measure(townclerk: Command, town: Town, council: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ran = townclerk("--config", town.settings, "rules", "test", "--mails", tmp_path / "empty")

    assert (ran.status, "there are no labelled mails in" in ran.err) == (2, True)


def test_what_was_learned_anew_can_be_tried_without_any_other_file(
    townclerk: Command, town: Town, council: Path, tmp_path: Path
) -> None:
    council.write_text(f"learned: shared/learned\n{SERVICES}{RULES}")
    (tmp_path / "new" / "shared").mkdir(parents=True)
    (tmp_path / "new" / "shared" / "learned.tsv").write_text(with_head("(each)\tfraud\n(start)\t-2\nbribe\t5\n"))
    tried, above = (
        townclerk("--config", town.settings, "rules", "test", "--with", tmp_path / "new" / place) for place in ("", "shared")
    )

    assert tried.status == 0, tried.err
    assert "name the folder in which it lies" in above.err


def test_a_rule_for_letters_in_a_language_in_which_there_are_none_is_told(
    townclerk: Command, town: Town, council: Path
) -> None:
    council.write_text(SERVICES + RULES.replace("then: {service: waste}", "then: {service: waste, letters_in: cy}"))
    ran = townclerk("--config", town.settings, "rules", "test")

    assert ran.status == 0, ran.err
    assert "bins: there are no letters in cy, so those to residents go out as for everybody" in ran.err


@pytest.mark.parametrize("command", ["explain", "replay"])
def test_where_there_is_no_mail_that_is_told(townclerk: Command, town: Town, tried: Path, tmp_path: Path, command: str) -> None:
    (tmp_path / "empty").mkdir()
    empty, gone = (
        townclerk("--config", town.settings, "rules", command, "--with", tried, tmp_path / name) for name in ("empty", "gone")
    )

    assert (empty.status, f"there are no mails in {tmp_path / 'empty'}" in empty.err) == (2, True)
    assert (gone.status, "there is no such file" in gone.err) == (2, True)


@pytest.mark.parametrize(
    ("head", "why"),
    [
        (b"", "nobody is named as its sender"),
        (b"From: officer0@council.example\n", "it is from one of us, by staff.yaml"),
        (b"From: ann@home.example\nAuto-Submitted: auto-replied\n", "nobody's mail: "),
    ],
)
def test_a_mail_about_which_the_service_would_ask_no_rule_is_explained_as_that(
    townclerk: Command, town: Town, council: Path, tmp_path: Path, head: bytes, why: str
) -> None:
    (tmp_path / "a.eml").write_bytes(head + b"Subject: Hello\n\nMissed bin.\n")
    people, (program,) = (
        townclerk("--config", town.settings, "rules", "explain", tmp_path / "a.eml"),
        townclerk("--config", town.settings, "rules", "explain", "--json", tmp_path / "a.eml").objects,
    )

    assert f"not asked   {why}" in people.out
    assert program["asked"] is False


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("schema", "nope"), "Invalid value for 'KIND': 'nope' is not one of"),
        (("replay", "--since", "2026-13-45"), "Invalid value for '--since': '2026-13-45' does not match"),
    ],
)
def test_a_wrong_argument_is_told_in_our_words(townclerk: Command, typed: tuple[str, ...], said: str) -> None:
    ran = townclerk("rules", *typed)

    assert (ran.status, said in ran.err) == (2, True)


def test_a_mail_is_explained_rule_by_rule_on_the_words_that_decided(
    townclerk: Command, town: Town, council: Path, tmp_path: Path
) -> None:
    (tmp_path / "a.eml").write_bytes(MAIL)
    ran = townclerk("--config", town.settings, "rules", "explain", tmp_path / "a.eml")

    assert ran.status == 0, ran.err
    assert "category    complaint (bins-again)" in ran.out
    assert "service     waste (bins)" in ran.out
    assert "yes anywhere: missed bin*, skip -> “Missed bin”, “missed bin”" in ran.out
    assert "yes without anywhere: tennis" in ran.out
    assert "bins has given the service before" in ran.out


def test_all_that_a_rule_gives_is_explained(townclerk: Command, town: Town, council: Path, tmp_path: Path) -> None:
    given = "suggest: {category: comment}, assign: wendy, tell: complaints_lead, priority: high, flag: oak, decide: Ours?"
    then = f"then: {{{given}, restrict: true, file: true}}"
    council.write_text(SERVICES + RULES.replace("then: {service: waste}", then))
    (tmp_path / "a.eml").write_bytes(MAIL)
    ran = townclerk("--config", town.settings, "rules", "explain", tmp_path / "a.eml")
    (line,) = townclerk("--config", town.settings, "rules", "explain", "--json", tmp_path / "a.eml").objects

    assert ran.status == 0, ran.err
    for told in ("suggested   comment (bins)", "assigned to wendy (bins)", "priority    high (bins)", "restricted  yes (bins)"):
        assert told in ran.out
    assert "filed       without a case" in ran.out
    assert (line["tell"], line["flags"], line["decide"]) == (["complaints_lead"], ["oak"], ["Ours?"])


def test_what_is_explained_can_be_read_by_programs_a_line_a_mail(
    townclerk: Command, town: Town, council: Path, tmp_path: Path
) -> None:
    (tmp_path / "mails").mkdir()
    (tmp_path / "mails" / "a.eml").write_bytes(MAIL)
    (tmp_path / "mails" / "b.eml").write_bytes(MAIL.replace(b"Again a", b"At tennis a"))
    ran = townclerk("--config", town.settings, "rules", "explain", "--json", tmp_path / "mails", tmp_path / "not-there")
    first, second = ran.objects

    assert ran.status == 2
    assert "not-there: there is no such file" in ran.err
    assert {name: first[name] for name in ("category", "service", "alerts", "suggested_exclusion")} == {
        "category": "complaint", "service": "waste", "alerts": [], "suggested_exclusion": None,
    }  # fmt: skip
    assert [(rule["id"], rule["matched"]) for rule in first["rules"]] == [("bins", True), ("bins-again", True)]
    assert [(rule["id"], rule["matched"]) for rule in second["rules"]] == [("bins", False), ("bins-again", False)]
    assert first["rules"][0]["because"] == "“Missed bin”, “missed bin”"


def test_a_page_shows_the_words_marked_in_the_mail_and_nothing_of_it_is_a_page_of_its_own(
    townclerk: Command, town: Town, council: Path, tmp_path: Path
) -> None:
    (tmp_path / "a.eml").write_bytes(MAIL)
    ran = townclerk("--config", town.settings, "rules", "explain", "--html", tmp_path / "a.html", tmp_path / "a.eml")
    page = (tmp_path / "a.html").read_text(encoding="utf-8")

    assert (ran.status, ran.out) == (0, f"{tmp_path / 'a.html'}\n")
    one, two = '<a href="#m1r1">1</a>', '<a href="#m1r2">2</a>'
    assert f"<mark>Again</mark><sup>{two}</sup> a &lt;b&gt;<mark>missed bin</mark><sup>{one} {two}</sup>&lt;/b&gt;" in page
    assert '<section id="m1r2" class="yes"><h3>2. bins-again: holds</h3>' in page
    assert "<b>" not in page


def test_a_page_says_of_each_condition_whether_it_holds_and_which_rule_came_before(
    townclerk: Command, town: Town, council: Path, tmp_path: Path
) -> None:
    once_more = (
        "  - {id: once-more, why: The same again, when: {anywhere: [missed bin], not: [tennis]}, then: {service: parks}}\n"
    )
    council.write_text(f"{SERVICES}{RULES.rstrip()}\n{once_more}")
    (tmp_path / "a.eml").write_bytes(MAIL)
    ran = townclerk("--config", town.settings, "rules", "explain", "--html", tmp_path / "a.html", tmp_path / "a.eml")
    page = (tmp_path / "a.html").read_text(encoding="utf-8")

    assert ran.status == 0, ran.err
    assert '<section id="m1r3" class="lost"><h3>3. once-more: holds</h3>' in page
    assert "<p>bins has given the service before</p>" in page
    assert '<b class="yes">yes</b> anywhere: missed bin → “Missed bin”, “missed bin”' in page
    assert '<b class="yes">yes</b> without anywhere: tennis' in page
    assert '<span class="place">(routing.yaml, line ' in page


def test_whose_rules_must_be_said_where_no_settings_say_it(townclerk: Command, tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(MAIL)

    assert "name a council with --council" in townclerk("rules", "explain", tmp_path / "a.eml").err
    assert townclerk("rules", "explain", "--council", "south-staffordshire", tmp_path / "a.eml").status == 0


# --- suggest -------------------------------------------------------------------------------------------------------------


def test_what_officers_corrected_by_word_comes_back_as_a_rule_to_copy(townclerk: Command, town: Town) -> None:
    def correct(tx: Tx) -> None:
        """Both mails about bins were the parks service's."""
        said = {"what": "service", "was": "waste", "now": "parks"}
        for case in cases.every(tx, "south-staffordshire"):
            if case.service == "waste":
                journal.append(tx, "south-staffordshire", case.ref, datetime.now(UTC), "ann", "corrected", said)

    town.ask(correct)
    ran = townclerk("--config", town.settings, "rules", "suggest", "--least", "2")

    assert ran.status == 0, ran.err
    assert "but people made it parks in" in ran.out
    assert 'service: "parks"\n      weighs:\n        each: 4\n        at_most: 8\n' in ran.out
    assert ran.out.endswith("nothing has been changed\n")
    lines = townclerk("--config", town.settings, "rules", "suggest", "--least", "2", "--json").objects
    assert {line["now"] for line in lines} == {"parks"}
    assert "is not a date" in townclerk("--config", town.settings, "rules", "suggest", "--since", "May").err


def test_check_names_rules_whose_test_fails_services_that_nobody_has_and_cases_of_one_that_is_gone(
    townclerk: Command, town: Town, council: Path
) -> None:
    fewer = SERVICES.replace("leisure, ", "")
    council.write_text(fewer + RULES.replace("They missed bins", "They forgot my bin"))
    ran = townclerk("--config", town.settings, "check", "--offline")

    assert f"{council}:8: bins must hold for this mail, and does not" in ran.out
    assert "nobody has parks, waste by name in staff.yaml: that goes to Wendy Ash" in ran.out
    assert "1 open case is with leisure, which is no service any more" in ran.out
    listed = townclerk("--config", town.settings, "case", "list", "--service", "leisure", "--json")
    assert [each["reference"] for each in listed.objects] == [town.new]


def test_a_case_that_was_given_to_nobody_by_name_is_shown_with_who_has_it_by_the_roster(townclerk: Command, town: Town) -> None:
    ran = townclerk("--config", town.settings, "case", "show", town.new)

    assert "Officer:     Wendy Ash, by the roster\n" in ran.out


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ((), "practice is new: name a council, --council; known here: north-somerset"),
        (("--council", "south-stafordshire"), 'there is no such council; did you mean "south-staffordshire"?'),
    ],
)
def test_a_rehearsal_of_no_council_is_refused(townclerk: Command, options: tuple[str, ...], says: str) -> None:
    ran = townclerk("rehearse", "practice", *options)

    assert ran.status == 2
    assert says in ran.err
    assert not Path("practice").exists()


def test_a_rehearsal_in_a_file_is_refused_and_its_secrets_are_its_owners(townclerk: Command, tmp_path: Path) -> None:
    Path("mine").write_text("mine")
    ran = townclerk("rehearse", "mine", "--council", "south-staffordshire")
    assert (ran.status, "mine is a file: name a new folder" in ran.err) == (2, True)

    prepare(tmp_path / "practice", "south-staffordshire", None, None)
    assert {(tmp_path / "practice" / name).stat().st_mode & 0o777 for name in ("password", "reply-key")} == {0o600}


def test_what_a_rehearsal_writes_is_its_owners_alone(townclerk: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """People practise with real mail."""

    async def hold(folder: Path, _say: object) -> int:
        (folder / "letters" / "1.txt").write_text("Dear Pat")
        return 0

    monkeypatch.setattr("townclerk.app.rehearsal.rehearse", hold)
    assert townclerk("rehearse", "practice", "--council", "south-staffordshire").status == 0

    open_to_others = [path for path in (Path("practice"), *Path("practice").rglob("*")) if path.stat().st_mode & 0o077]
    assert open_to_others == []


def test_a_page_with_somebodys_mail_is_its_owners_alone_also_where_it_was_not_before(
    townclerk: Command, tmp_path: Path
) -> None:
    (tmp_path / "mail.txt").write_text("My bin was not emptied.")
    page = tmp_path / "page.html"
    for _ in range(2):
        assert (
            townclerk("rules", "explain", tmp_path / "mail.txt", "--council", "south-staffordshire", "--html", page).status == 0
        )
        assert page.stat().st_mode & 0o777 == 0o600
        page.chmod(0o644)


def test_a_rehearsal_writes_into_no_folder_of_somebody_else(townclerk: Command) -> None:
    Path("mine").mkdir()
    Path("mine/letter").write_text("mine")
    ran = townclerk("rehearse", "mine", "--council", "south-staffordshire")

    assert (ran.status, "mine holds other things already" in ran.err) == (2, True)


def test_a_rehearsal_begins_with_the_files_of_the_installation_where_it_has_some(
    town: Town, council: Path, tmp_path: Path
) -> None:
    staff, practice = town.folder / "staff.yaml", tmp_path / "practice"
    prepare(practice, "south-staffordshire", council.parents[1], staff)

    rules = practice / "rules" / "south-staffordshire"
    assert (rules / "routing.yaml").read_text() == SERVICES + RULES
    assert (rules / "staff.yaml").read_text() == staff.read_text()
    assert (rules / "policy.yaml").is_file()
    assert load_files(practice / "townclerk.yaml").settings.smtp.host == "127.0.0.1"


@pytest.mark.parametrize(
    ("saved", "sender", "subject"),
    [
        (b"From: Ned Orme <ned@home.example>\nSubject: Pothole\n\nIt is deep.\n", "ned@home.example", "Pothole"),
        ("A pothole as d\u00e9ep as: a bath\n".encode(), "ann.resident@home.example", ""),
    ],
    ids=["with a header", "a few words"],
)
def test_what_is_saved_in_a_rehearsal_is_a_mail_with_or_without_a_header(saved: bytes, sender: str, subject: str) -> None:
    mail = read_inline(as_mail(saved, "feedback@council.example")).mail

    assert mail is not None
    assert mail.sender is not None
    assert (mail.sender.address, mail.subject) == (sender, subject)
    assert mail.text.strip() == saved.decode().rpartition("\n\n")[2].strip()
    assert mail.message_id


@pytest.mark.parametrize("command", [("case", "list"), ("case", "show"), ("explain",), ("audit", "verify"), ("outbox", "list")])
def test_what_is_kept_can_be_looked_at_while_the_rules_do_not_load(
    townclerk: Command, town: Town, council: Path, command: tuple[str, ...]
) -> None:
    council.write_text("rules: [")
    about = (town.new,) if command in (("case", "show"), ("explain",)) else ()
    ran = townclerk("--config", town.settings, *command, *about)

    assert ran.status == 0, ran.err
    assert town.new in ran.out or command[0] in ("audit", "outbox")
    assert f"{council}:1:" in ran.err
    assert "goes on with the files of before" in ran.err


def test_health_says_that_the_files_do_not_load_and_how_the_service_fares(
    townclerk: Command, town: Town, council: Path
) -> None:
    council.write_text("rules: [")
    ran = townclerk("--config", town.settings, "health")

    assert ran.status == 1
    assert "intake" in ran.out
    assert "WORRY       the files do not load" in ran.out
