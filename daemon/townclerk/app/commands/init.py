"""`townclerk init`: the folder of a council that has none yet."""

import re
from pathlib import Path
from typing import Annotated

import typer

from townclerk.app.commands.asking import CannotRead
from townclerk.app.commands.saying import say
from townclerk.config.new_council import AlreadyThere, Identity, write_council
from townclerk.config.policy_file import load_policy
from townclerk.config.reading import suggest
from townclerk.config.shipped import find_shipped, shipped_councils
from townclerk.domain.codes import advice_on, not_quoted
from townclerk.domain.policy import Policy

_COUNCIL = re.compile(r"[a-z][a-z0-9-]*")
_PREFIX = re.compile(r"[A-Z]{1,4}")
_MAILBOX = re.compile(r"[^@\s<>]+@[^@\s<>]+")


def init(
    council: Annotated[str, typer.Argument(metavar="COUNCIL", help="The name of its folder: small letters and dashes.")],
    like: Annotated[
        str, typer.Option("--like", metavar="COUNCIL", help="Whose structure to take. Default: the one nearest to the Codes.")
    ] = "",
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="Your folder of rules. Default: rules, here.")] = Path(
        "rules"
    ),
    name: Annotated[
        str, typer.Option("--name", help='As letters say it. Default: made of COUNCIL, as in "Your Council".')
    ] = "",
    prefix: Annotated[
        str, typer.Option("--prefix", help="Of references, one to four capital letters. Default: its initials.")
    ] = "",
    mailbox: Annotated[
        str, typer.Option("--mailbox", metavar="ADDRESS", help="The mailbox to be watched.")
    ] = "feedback@council.example",
) -> None:
    """Make a folder for your council that loads at once: policy, routing, staff, a register and a first scenario.

    It has the structure of another council, with its lengths of time, and none of its sentences: what you must look up in
    your own policy is listed here, and by `townclerk policy lint`. Nothing is written over.

    \b
    Examples:
      townclerk init your-council
      townclerk init your-council --like another --name "Your Council" --prefix YC --mailbox feedback@your-council.example
    """
    new = _identity(council, name, prefix, mailbox)
    model = like or _nearest_to_the_codes()
    if model not in shipped_councils():
        raise CannotRead(f"--like {model}: there is no such council; {suggest(model, shipped_councils())}")
    folder = to / council
    try:
        files = write_council(folder, new, model)
    except AlreadyThere:
        raise CannotRead(f"{folder} is there already; nothing has been written") from None
    except OSError as error:
        raise CannotRead(f"{folder} cannot be written: {error.strerror}") from None
    for file in files:
        say(str(file))
    _say_what_is_left(load_policy(files[0]))
    say(f"It loads as it is. Try it: townclerk simulate {folder}/scenarios --rules {to}")


def _say_what_is_left(policy: Policy) -> None:
    """Print what must be looked up in the published policy."""
    say("To be written, as your published policy has it:")
    say("  title; contact.post, contact.phone, contact.website, contact.privacy: letters leave out what is not given")
    say("  statements: sentences of your policy that letters use")
    for path in not_quoted(policy):
        say(f"  {path}: its clause, and a short quote")
    say("  staff.yaml: its people are stand-ins, one for each role")
    say("  promises.yaml: what you have published, and what keeps it")


def _identity(council: str, name: str, prefix: str, mailbox: str) -> Identity:
    """Raises CannotRead with what to write instead."""
    if not _COUNCIL.fullmatch(council):
        raise CannotRead(
            f'"{council}" cannot name a folder of rules: write small letters and dashes, for instance your-council'
        )
    said = name or council.replace("-", " ").title() + ("" if council.endswith("council") else " Council")
    words = said.removesuffix("Council").split()
    initials = "".join(word[0] for word in words) if len(words) > 1 else said[:2]
    letters = prefix or initials[:4].upper()
    if not _PREFIX.fullmatch(letters):
        raise CannotRead(f'--prefix "{letters}": write one to four capital letters, for instance YC')
    if not _MAILBOX.fullmatch(mailbox):
        raise CannotRead(f'--mailbox "{mailbox}": write a mail address, for instance feedback@your-council.example')
    return Identity(council, said, letters, mailbox)


def _nearest_to_the_codes() -> str:
    """The shipped council about whose policy there is the least advice."""
    paths = {council: find_shipped("rules", f"{council}/policy.yaml") for council in shipped_councils()}
    return min(paths, key=lambda council: len(advice_on(load_policy(path))) if (path := paths[council]) else 999)
