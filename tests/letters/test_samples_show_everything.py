"""The sample letters, by which templates are tried out and looked at, leave nothing out."""

import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from jinja2 import ChoiceLoader, FileSystemLoader
from lxml import etree

from townclerk.config.policy_file import load_policy
from townclerk.config.shipped import find_shipped, shipped_councils, shipped_folders
from townclerk.config.templates import TemplateSet, letter_environment
from townclerk.config.templates_check import KINDS
from townclerk.config.templates_samples import least_policy, sample_letters, sample_policy
from townclerk.domain.letters import Confirm, DatedPromise, Decision, Forwarded, Letter, Receipt
from townclerk.domain.policy import ClockStart, Policy
from townclerk.domain.words import Category, LetterKind, Stage

SAMPLE = sample_policy()


def samples_of(kind: str) -> list[Letter]:
    return [letter for letter in sample_letters(SAMPLE) if letter.kind == kind]


def test_every_kind_of_letter_is_written() -> None:
    """A kind that has a letter has a template, or nothing loads; so each has a sample, below."""
    assert set(KINDS) == set(LetterKind)


@pytest.mark.parametrize("kind", KINDS)
def test_every_letter_has_a_sample_and_one_with_the_least_that_it_can_have(kind: str) -> None:
    """No name, no subject, no officer, no stage."""
    assert any(letter.to.name and (letter.case is None or letter.case.subject) for letter in samples_of(kind))
    assert any(not letter.to.name and (letter.case is None or not letter.case.subject) for letter in samples_of(kind))


def test_the_least_policy_names_an_ombudsman_by_its_website_alone_and_no_way_but_the_mailbox() -> None:
    least = least_policy(SAMPLE)

    assert [(one.address, one.phone, bool(one.website)) for one in least.ombudsmen] == [("", "", True)]
    assert (least.contact.post, least.contact.phone, least.contact.website, least.contact.lines) == ("", "", "", ())


class SaysEverything(dict[str, str]):
    """A policy's statements, each of them there."""

    def __missing__(self, name: str) -> str:
        return f"What the policy says of {name}."

    def get(self, name: str, default: object = None) -> Any:
        return self[name]


def policies() -> Iterator[Policy]:
    """Policies that between them use everything that a template can ask a policy for."""
    for said in (SAMPLE.statements, SaysEverything()):
        for always in (True, False):
            yield replace(SAMPLE, statements=said, ombudsman_in_every_letter=always)
    yield least_policy(SAMPLE)
    told = replace(SAMPLE.ombudsmen[0], sentences=("It expects us to answer first.",), always=("It costs you nothing.",))
    yield replace(SAMPLE, ombudsmen=(told,))
    yield replace(SAMPLE, contact=replace(SAMPLE.contact, privacy="www.council.example/privacy"))
    yield replace(SAMPLE, contact=replace(SAMPLE.contact, privacy="We keep what you write for six years."))
    councils = [published(council) for council in shipped_councils()]
    yield min(councils, key=lambda policy: len(policy.stages))
    yield max(councils, key=lambda policy: len(policy.stages))
    yield replace(max(councils, key=lambda policy: len(policy.ombudsmen)), ombudsman_in_every_letter=False)
    yield replace(max(councils, key=lambda policy: len(policy.ombudsmen)), ombudsman_in_every_letter=False, statements={})
    yield from (policy for policy in councils if any((folder / policy.id).is_dir() for folder in shipped_folders("templates")))


def published(council: str) -> Policy:
    path = find_shipped("rules", f"{council}/policy.yaml")
    assert path
    return load_policy(path)


def written_lines(council: str) -> dict[str, dict[int, str]]:
    """Of each template that counts for *council*, by its file: the lines that write something when it is compiled."""
    folders = shipped_folders("templates")
    loader = ChoiceLoader([FileSystemLoader(place) for folder in folders for place in (folder / council, folder)])
    environment = letter_environment(loader)
    found = {}
    for name in loader.list_templates():
        if name.startswith(("letters/", "parts/")):
            text, file, _ = loader.get_source(environment, name)
            code = environment.compile(text, name, file, raw=True).split("\n")
            found[file or name] = {n: line.strip() for n, line in enumerate(code, 1) if _writes(line.strip())}
    return found


def _writes(line: str) -> bool:
    return line.startswith("yield ") and line != "yield event"  # which hands on what an included part writes


def test_every_line_of_every_template_is_in_some_sample() -> None:
    """So a fault in any of them is found when the templates are loaded, not when a letter is due."""
    tried = tuple(policies())
    councils = {policy.id for policy in tried}
    loaded = {council: TemplateSet.load(shipped_folders("templates"), council) for council in councils}
    ran: dict[str, set[int]] = defaultdict(set)

    def trace(frame: FrameType, event: str, _: object) -> Any:
        """Notes which lines of compiled templates run."""
        if not frame.f_code.co_filename.endswith(".md"):
            return None
        if event == "line":
            ran[frame.f_code.co_filename].add(frame.f_lineno)
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        for policy in tried:
            for letter in sample_letters(policy):
                loaded[policy.id].render(letter, policy, "feedback@council.example")
    finally:
        sys.settrace(before)

    unseen = {
        f"{Path(file).name}: {line}"
        for council in councils
        for file, lines in written_lines(council).items()
        for number, line in lines.items()
        if number not in ran[file]
    }
    assert not unseen, "\n".join(sorted(unseen))


def test_no_sentence_has_run_into_the_heading_below_it() -> None:
    """As it does where a template ends a line with a tag, and leaves one blank line too few."""
    for policy in policies():
        templates = TemplateSet.load(shipped_folders("templates"), policy.id)
        for letter in sample_letters(policy):
            page = etree.fromstring(templates.render(letter, policy, "feedback@council.example").html)
            headings = ["".join(heading.itertext()) for heading in page.iter("h2")]
            assert not [heading for heading in headings if ". " in heading], (policy.id, letter.kind)


def test_every_heading_has_something_below_it_and_no_sentence_ends_twice() -> None:
    """Also with the least that a letter can have: a heading is written with what stands below it, or not at all."""
    for policy in policies():
        templates = TemplateSet.load(shipped_folders("templates"), policy.id)
        for letter in sample_letters(policy):
            rendered = templates.render(letter, policy, "feedback@council.example")
            below = [heading.getnext() for heading in etree.fromstring(rendered.html).iter("h2")]
            assert not [after for after in below if after is None or after.tag == "h2"], (policy.id, letter.kind, rendered.text)
            assert ".." not in f"{rendered.subject} {rendered.text}", (policy.id, letter.kind, rendered.text)


def test_where_the_answer_waits_for_the_acknowledgement_the_receipt_says_how_long_it_takes() -> None:
    """Nobody can name the day yet; whoever complains still reads from the first letter how long it is."""
    promised = DatedPromise("acknowledge", date(2027, 1, 11), Stage.STAGE1)
    told = {}
    for policy in policies():
        if (stage := policy.stages.get(Stage.STAGE1)) is not None:
            receipt = replace(samples_of(LetterKind.RECEIPT)[0], content=Receipt(Category.COMPLAINT, "new", (promised,)))
            text = TemplateSet.load(shipped_folders("templates"), policy.id).render(receipt, policy, "f@council.example").text
            told[stage.respond.start] = f"within {stage.respond.within} of it" in " ".join(text.split())

    assert told == {ClockStart.RECEIPT: False, ClockStart.ACKNOWLEDGEMENT: True}


def test_a_council_is_shown_no_stage_that_it_has_not() -> None:
    least = min((published(council) for council in shipped_councils()), key=lambda policy: len(policy.stages))
    templates = TemplateSet.load(shipped_folders("templates"), least.id)

    assert set(least.stages) == {Stage.STAGE1}
    for letter in sample_letters(least):
        rendered = templates.render(letter, least, "feedback@council.example")
        assert "Stage 2" not in rendered.subject + rendered.text, letter.kind


@pytest.mark.parametrize("council", shipped_councils())
def test_a_sample_offers_what_such_a_letter_offers_in_earnest(council: str) -> None:
    """Not one set of presses below every question."""
    policy = published(council)
    contents = [letter.content for letter in sample_letters(policy)]
    asked = {content.question: content for content in contents if isinstance(content, Decision) and content.choices}

    def words(question: str) -> list[str]:
        return [choice.body.strip() for choice in asked[question].choices]

    assert words("exclusion")[0].removeprefix("#refuse ") in policy.exclusions
    assert words("final")[0].startswith("#message\nYou have had our final answer.")
    assert words("category")[0] == "#category complaint"
    assert [word.split(" ")[0] for word in words("approval")] == ["#approve", "#approve", "#note"]
    assert not [question for question in asked if any(word.startswith("#acknowledge") for word in words(question))]
    late = [content for content in contents if isinstance(content, Forwarded) and content.reason == "no_notice"]
    assert [choice for content in late for choice in content.choices]
    assert not [choice for content in late for choice in content.choices if choice.body.startswith("#extend")]
    forwarded = [content for content in contents if isinstance(content, Confirm) and content.why == "forwarded"]
    assert {tuple(choice.body.split(" ")[0] for choice in one.choices) for one in forwarded} == {("#log", "#log", "#discard")}
