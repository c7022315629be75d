"""Every story that ships with a policy comes out as it says."""

import re
from pathlib import Path

import pytest

from services.office import council, templates
from townclerk.app.simulate.judging import judge
from townclerk.app.simulate.playing import play
from townclerk.config.scenario_file import load_scenario
from townclerk.config.templates import TemplateSet

REPOSITORY = Path(__file__).parents[2]
STORIES = sorted(REPOSITORY.glob("rules/*/scenarios/*.yaml"))


@pytest.mark.parametrize("path", STORIES, ids=[f"{path.parents[1].name}/{path.stem}" for path in STORIES])
async def test_a_shipped_story_comes_out_as_it_says(path: Path) -> None:
    story = load_scenario(path)
    words: TemplateSet | None = templates() if story.policy == council().policy.id else None
    failures = judge(story.expect, await play(story, words))

    assert failures == ()


@pytest.mark.parametrize("path", STORIES, ids=[path.stem for path in STORIES])
def test_a_shipped_story_says_what_it_shows_and_writes_to_nobody_who_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    written = re.findall(r"^ +from: .*?([^\s<>]+@[^\s<>]+?)>?$", text, re.MULTILINE)

    assert text.startswith("# Shows ")
    assert [address for address in written if not address.lower().endswith(RESERVED)] == []


RESERVED = (".example", "@example.org", "@example.com", "@example.net", "@parliament.uk")  # an MP is known by that name alone
