"""The guide "Your policy in an afternoon": its commands, run as they are written, one after the other."""

import re
import shlex
from pathlib import Path

from app.cli.house import Command

MANUAL = Path(__file__).parents[3] / "deploy" / "OPERATING.md"


def guide() -> str:
    whole = MANUAL.read_text(encoding="utf-8").partition("## Your policy in an afternoon\n")[2]
    return whole.partition("\n## ")[0]


def test_every_command_of_the_guide_does_what_it_says(townclerk: Command) -> None:
    commands = [line for block in re.findall(r"```sh\n(.*?)```", guide(), re.DOTALL) for line in block.splitlines()]

    assert [shlex.split(command)[1] for command in commands] == [
        *("init", "simulate", "policy", "promises", "simulate", "promises", "templates"),
    ]
    for command in commands:
        ran = townclerk(*shlex.split(command)[1:])
        assert ran.status == 0, f"{command}\n{ran.err}"


def test_the_promise_and_its_entry_in_the_register_load_where_the_guide_says(townclerk: Command) -> None:
    """In the place of what `townclerk init` has written there."""
    promise, entry = re.findall(r"```yaml\n(.*?)```", guide(), re.DOTALL)
    townclerk("init", "exton", "--like", "stoke-on-trent", "--prefix", "EX")
    policy, register = Path("rules/exton/policy.yaml"), Path("rules/exton/promises.yaml")
    before = policy.read_text()
    changed = re.sub(r"    respond:\n(?:      .*\n)+", lambda _: promise, before, count=1)
    assert changed != before
    policy.write_text(changed)
    register.write_text(register.read_text().replace("promises: []\n", entry))

    ran = townclerk("promises", "exton", "--rules", "rules", "--json")

    assert ran.status == 0, ran.err
    assert [found["id"] for found in ran.objects] == ["EX-012"]
