"""Every story that ships with a policy comes out as it says."""

import re
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest

from townclerk.app.simulate.judging import judge
from townclerk.app.simulate.playing import play
from townclerk.app.simulate.theatre import Theatre
from townclerk.app.simulate.world import LetterOut, ReadHere, World
from townclerk.config.scenario_file import load_scenario
from townclerk.config.shipped import shipped_folders
from townclerk.config.templates import TemplateSet
from townclerk.services.office import Office
from townclerk.store.database import Database


class StoppedAndStarted(World):
    """A world whose daemon is stopped and started again before everything that it does."""

    async def settle(self, now: datetime) -> None:
        url = self.office.db._writing.url.render_as_string(hide_password=False)  # the same file again
        self.office.db.close()
        anew = Office(
            self.office.council,
            self.office.templates,
            Database.open(url, durable=False),
            ReadHere(),
            self.office.signer,
            self.office.ways,
        )
        self.office = anew
        await super().settle(now)


REPOSITORY = Path(__file__).parents[2]
STORIES = sorted(REPOSITORY.glob("rules/*/scenarios/*.yaml"))


@cache
def templates_of(council: str) -> TemplateSet:
    return TemplateSet.load(shipped_folders("templates"), council)


THEATRE = Theatre(None, None)  # reads each council once


@pytest.mark.parametrize("path", STORIES, ids=[f"{path.parents[1].name}/{path.stem}" for path in STORIES])
async def test_a_shipped_story_comes_out_as_it_says(path: Path) -> None:
    story = load_scenario(path)
    played = await play(story, templates_of(story.policy), THEATRE.council_of(story))
    failures = judge(story.expect, played)

    assert failures == ()


def told(letter: LetterOut) -> tuple[object, ...]:
    """All of a letter but its bytes, where the boundaries of its parts are drawn anew each time."""
    return letter.at, letter.to, letter.letter_key, letter.message_id, letter.subject, letter.plain


SOME = STORIES[::24]


@pytest.mark.parametrize("path", SOME, ids=[f"{path.parents[1].name}/{path.stem}" for path in SOME])
async def test_a_story_in_one_go_is_the_same_as_one_with_a_restart_between_any_two_steps(path: Path) -> None:
    story = load_scenario(path)
    words, council = templates_of(story.policy), THEATRE.council_of(story)
    whole, stopped = await play(story, words, council), await play(story, words, council, world=StoppedAndStarted)

    assert [told(letter) for letter in stopped.letters] == [told(letter) for letter in whole.letters]
    assert stopped.cases == whole.cases


@pytest.mark.parametrize("path", STORIES, ids=[path.stem for path in STORIES])
def test_a_shipped_story_says_what_it_shows_and_writes_to_nobody_who_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    written = re.findall(r"^ +from: .*?([^\s<>]+@[^\s<>]+?)>?$", text, re.MULTILINE)

    first, *rest = [line for line in text.splitlines() if not line.startswith("# yaml-language-server:")]
    assert first.startswith("# Shows "), rest[:1]
    assert [address for address in written if not address.lower().endswith(RESERVED)] == []


RESERVED = (
    ".example",
    "@example.org",
    "@example.com",
    "@example.net",
    "@parliament.uk",
    "@lgo.org.uk",
)  # an MP, the Ombudsman: known by that name alone
