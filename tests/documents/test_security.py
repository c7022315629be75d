"""SECURITY.md is true: each test that it names exists, nothing is left out, and the unit is as it says."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jinja2 import DictLoader, TemplateError
from typer.main import get_command

from townclerk.app.cli import app
from townclerk.app.commands.asking import LONGEST_WHY, reason_for_looking
from townclerk.config.templates import letter_environment
from townclerk.domain.commands import WORDS

ROOT = Path(__file__).resolve().parents[2]
SECURITY = (ROOT / "deploy" / "SECURITY.md").read_text(encoding="utf-8")
UNIT = (ROOT / "deploy" / "townclerk.service").read_text(encoding="utf-8")
NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
WIRES = ["IMAP", "SMTP", "Database", "Token servers", "Health port", "ClamAV's socket", "Names (DNS)", "systemd's socket"]
FILES = [
    "Settings",
    "Secrets",
    "Rules, policy and roster",
    "Templates",
    "learned.tsv",
    "Database file, spool and temporary files",
    "Backup",
    "Journal",
    "Log and terminal",
    "Unit file",
    "Pages, letters and logs that commands write",
]
COMMANDS = [
    "Commands that act",
    "Commands that destroy",
    "Commands that show",
    "Commands that serve, and that keep",
    "Commands that try",
]
VERBS = ["Words that act", "Words that reach further", "Words that show", "Presses, and undoing", "Signed addresses"]
MAIL = ["Who writes, and to which case", "What a mail holds"]


def section(title: str) -> str:
    found = re.search(rf"^#### {re.escape(title)}\n(.*?)(?=^##|\Z)", SECURITY, re.M | re.S)
    assert found, f"SECURITY.md has no section {title}"
    return found[1]


def rows(text: str) -> Iterator[list[str]]:
    for line in text.splitlines():
        if line.startswith("| ") and not line.startswith("| |"):
            yield [cell.strip() for cell in line.strip("|").split(" | ")]


@pytest.mark.parametrize(("file", "test"), sorted(set(NAMED.findall(SECURITY))))
def test_each_test_that_is_named_exists(file: str, test: str) -> None:
    path = ROOT / "tests" / file
    assert path.is_file(), f"there is no tests/{file}"
    assert re.search(rf"^(async )?def {test}\(", path.read_text(encoding="utf-8"), re.M), f"there is no {test} in tests/{file}"


@pytest.mark.parametrize("title", [*WIRES, *FILES, *VERBS, *COMMANDS, *MAIL])
def test_each_wire_file_and_verb_is_looked_at_in_all_six_ways(title: str) -> None:
    """By a row, or by saying why not."""
    text = section(title)
    elsewhere = re.search(r"^Not here: (.*)$", text, re.M)
    looked_at = {letter for row in rows(text) for letter in row[0]}
    reasoned = set(re.findall(r"\b([STRIDE]) \(", elsewhere[1])) if elsewhere else set()
    assert looked_at | reasoned == set("STRIDE")
    assert not looked_at & reasoned


@pytest.mark.parametrize("title", [*WIRES, *FILES, *VERBS, *COMMANDS, *MAIL])
def test_each_row_says_what_stops_it_and_names_a_test(title: str) -> None:
    for row in rows(section(title)):
        assert len(row) == 4, row
        assert all(row), row
        assert NAMED.search(row[3]), row


@pytest.mark.parametrize("word", sorted(WORDS))
def test_each_word_of_an_officer_stands_with_what_stops_its_misuse(word: str) -> None:
    assert any(f"`#{word}`" in section(title) for title in VERBS)


def commands(below: Any, before: str = "") -> Iterator[str]:
    """All that can be typed, of the command line as it is."""
    for name, command in below.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}"


@pytest.mark.parametrize("command", sorted(commands(get_command(app))))
def test_each_command_stands_in_one_section_with_what_stops_its_misuse(command: str) -> None:
    named = [title for title in COMMANDS if f"`{command}`" in section(title).partition("| who tries what")[0]]
    assert len(named) == 1


@pytest.mark.parametrize("title", re.findall(r"^#### (.+)$", SECURITY, re.M))
def test_no_section_stands_there_that_nobody_looks_through(title: str) -> None:
    assert title in [*WIRES, *FILES, *VERBS, *COMMANDS, *MAIL]


def test_there_is_a_list_of_what_it_does_not_stop_and_a_way_to_report() -> None:
    assert SECURITY.count("\n- **") >= 10
    assert "## How to report a weakness" in SECURITY


@pytest.mark.parametrize(
    "setting",
    [
        "NoNewPrivileges=yes",
        "DynamicUser=yes",
        "ProtectSystem=strict",
        "ProtectHome=yes",
        "PrivateTmp=yes",
        "PrivateDevices=yes",
        "PrivateUsers=yes",
        "PrivateMounts=yes",
        "MemoryDenyWriteExecute=yes",
        "CapabilityBoundingSet=",
        "RestrictNamespaces=yes",
        "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
        "SystemCallFilter=@system-service",
        "SystemCallFilter=~@privileged @resources",
        "NoExecPaths=/var/lib/townclerk /tmp /var/tmp /dev/shm",
        "SocketBindDeny=any",
        "StateDirectoryMode=0700",
        "UMask=0077",
        "WatchdogSec=30min",
    ],
)
def test_the_unit_keeps_what_matters(setting: str) -> None:
    assert setting in UNIT.splitlines()


def test_the_only_port_that_the_unit_lets_open_is_that_of_the_example() -> None:
    example = (ROOT / "deploy" / "townclerk.yaml").read_text(encoding="utf-8")
    (port,) = re.findall(r"^SocketBindAllow=tcp:(\d+)$", UNIT, re.M)
    assert re.search(rf"^ *(# )?port: {port}\b", example, re.M)


def test_systemd_gives_the_unit_the_figure_that_is_said() -> None:
    """Below 2.0, and what SECURITY.md has, within what another version of systemd finds otherwise."""
    program = shutil.which("systemd-analyze")
    assert program, "systemd-analyze is missing: apt-get install systemd"
    said = subprocess.run(
        [program, "security", "--offline=true", "--no-pager", str(ROOT / "deploy" / "townclerk.service")],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    (figure,) = re.findall(r"Overall exposure level for townclerk\.service: (\d+\.\d)", said)
    assert float(figure) < 2.0
    (told,) = re.findall(r"says \*\*(\d\.\d)\*\*", SECURITY)
    assert abs(float(figure) - float(told)) <= 0.3


@pytest.mark.parametrize(
    "escape",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ ref.__init__.__globals__ }}",
        "{{ self.__init__.__globals__ }}",
        "{{ ''['__class__'] }}",
        "{{ ('' | attr('__class__')) }}",
        "{{ '{0.__class__}'.format(ref) }}",
        "{% set x = [] %}{{ x.append(1) }}",
        "{{ range(10 ** 9) | list }}",
    ],
)
def test_a_template_reaches_nothing_of_python(escape: str) -> None:
    environment = letter_environment(DictLoader({"letter": escape}))
    try:
        rendered = environment.get_template("letter").render(ref="FB-1")
    except (TemplateError, OverflowError):
        return
    assert "class" not in rendered
    assert rendered.strip() in {"", "None"}


def test_a_reason_is_one_line_of_some_length() -> None:
    said = reason_for_looking("they rang\r\n2027-01-01 entry 2: nobody looked\t" + "x" * 1000, required=True)
    assert "\n" not in said
    assert "\r" not in said
    assert len(said) <= LONGEST_WHY
