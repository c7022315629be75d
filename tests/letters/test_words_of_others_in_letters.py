"""What a resident or an officer wrote is data: never a template, never Markdown, never HTML."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, Protocol

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from townclerk.config.templates import Rendered, TemplateSet
from townclerk.config.templates_page import LONGEST, Page
from townclerk.config.templates_samples import sample_letters, sample_policy
from townclerk.config.templates_words import rejoined
from townclerk.domain.letters import (
    Acknowledgement,
    Assignment,
    Because,
    CaseSummary,
    Choice,
    Confirm,
    DatedPromise,
    Letter,
    Message,
    Original,
    Recipient,
)
from townclerk.domain.mail import Address
from townclerk.domain.policy import Policy
from townclerk.domain.words import Category, Stage

DAY = date(2027, 1, 6)
HOSTILE = {
    "html": '<script>alert(1)</script><img src="http://evil.example/x.png" onerror=x>&amp;&lt;</blockquote></table>',
    "markdown": "# Big\n\nTitle\n-----\n\n- item\n\n[press](http://evil.example) ![x](y) `code` **bold**\n\n    indented",
    "template": "{{ policy }} {% for x in range(99999) %}x{% endfor %} {# gone #} {{ ''.__class__.__mro__ }} ${7*7}",
    "long line": "word " * 4000,
    "long word": "x" * 9000,
    "right to left": "\u202emoc.live\u202c \u2067שלום\u2069 مرحبا",
    "emoji": "👩‍👩‍👧 🏳️‍🌈 ✅ ok",
    "control characters": "nul\x00bell\x07esc\x1b[31m del\x7f nel\x85 ls\u2028 ps\u2029 ff\x0c bom\ufeff",
    "our own marks": "\ufdd00\ufdd2 \ufdd10\ufdd2 \ufdd0\ufdd1\ufdd2",
    "half a character": "a\ud800b\udfffc",
    "line ends": "one\r\ntwo\rthree\n\n\n\n\n\nfour",
    "nothing but blanks": " \n\t\n ",
    "attribute": '" onmouseover="x" \' style=\'x',
    "underlines": "---\n===\n--- Please reply above this line ---",
}


class Renders(Protocol):
    policy: Policy
    templates: TemplateSet

    def render(self, letter: Letter, policy: Policy | None = None) -> Rendered: ...


def letters_full_of(text: str) -> tuple[Letter, ...]:
    """Letters with *text* wherever somebody outside has the word."""
    case = CaseSummary("SS-26-0042-K", Category.COMPLAINT, text, text, text, DAY, text, text)
    mail = Original(Address(text, text), text, datetime(2027, 1, 6, tzinfo=UTC), text, 1, (text, text))
    choice = Choice(f"To say: {text}", text)
    resident, staff = Recipient(text, "a@example.org"), Recipient(text, "w@council.example", staff=True)
    dates = (DatedPromise("respond", DAY, Stage.STAGE1, text),)
    return (
        Letter(resident, Acknowledgement(Stage.STAGE1, "", text, DAY, text), Because("x"), case, automatic=True),
        Letter(resident, Message(text, text), Because("x"), case, automatic=False),
        Letter(staff, Assignment(dates, mail, (choice,), (text,), text), Because("x"), case, automatic=True),
        Letter(staff, Confirm(1, "no_word", text, (choice,)), Because("x"), case, automatic=True),
    )


def shape(html: str) -> list[Any]:
    """The elements of a page without their words, and without paragraphs and line ends, which words may have."""
    page = etree.fromstring(html)
    return [element.tag for element in page.iter() if element.tag not in ("p", "br")]


def links(html: str) -> set[str]:
    return {str(href).partition(":")[0] for href in etree.fromstring(html).xpath("//@href")}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_words_change_no_element_of_the_page(press: Renders, text: str) -> None:
    for hostile, harmless in zip(letters_full_of(text), letters_full_of("words"), strict=True):
        html = press.render(hostile).html
        assert shape(html) == shape(press.render(harmless).html)
        assert links(html) <= {"https", "mailto", "tel"}
        assert "evil.example" not in " ".join(etree.fromstring(html).xpath("//@href[not(starts-with(., 'mailto:'))] | //@src"))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_words_leave_the_mail_fit_to_send(press: Renders, text: str) -> None:
    """No control or half characters, nothing that turns the direction of what follows, no second line in a subject."""
    for letter in letters_full_of(text):
        rendered = press.render(letter)
        for part in (rendered.subject, rendered.text, rendered.html):
            part.encode()
            assert not [mark for mark in part if mark in "\x00\x07\x1b\x7f\x85\r\u2028\u202e\u2067\ufdd0\ufdd1\ufdd2\ufeff"]
        assert "\n" not in rendered.subject
        assert len(rendered.subject) < 220


def test_hostile_words_are_shown_as_they_were_written(press: Renders) -> None:
    text = f"{HOSTILE['html']}\n{HOSTILE['template']}\n# [a](b) **c** {HOSTILE['emoji']} שלום"
    rendered = press.render(letters_full_of(text)[1])

    shown = "".join(etree.fromstring(rendered.html).itertext())
    for line in text.split("\n"):
        assert " ".join(line.split()) in " ".join(shown.split())
        assert " ".join(line.split()) in " ".join(rendered.text.split())


def test_every_quoted_line_keeps_its_mark_however_long_it_is(press: Renders) -> None:
    rendered = press.render(letters_full_of("word " * 500 + "\n\nend")[0])

    quoted = [line for line in rendered.text.split("\n") if line.startswith(">")]
    assert " ".join(line.removeprefix("> ").removeprefix(">") for line in quoted).split() == ["word"] * 500 + ["end"]


def test_words_up_to_the_limit_are_whole_and_beyond_it_the_letter_says_that_they_are_cut() -> None:
    page = Page({})

    assert "cut here" not in page.quoted("x" * LONGEST).text
    beyond = page.quoted("x" * (LONGEST + 1))
    assert "cut here" in beyond.text
    assert "x" * LONGEST in beyond.text


def test_a_name_or_subject_of_any_length_is_cut_to_what_a_person_can_read() -> None:
    page = Page({})

    assert page.line(page.put("x" * 2_000)) == "x" * 2_000
    assert page.line(page.put("x" * 2_001)) == "x" * 2_000 + "…"


def test_a_megabyte_of_words_makes_a_letter_all_the_same(press: Renders) -> None:
    rendered = press.render(letters_full_of("a b\n" * 250_000)[1])

    assert len(rendered.text) < 3 * LONGEST


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=300))
def test_whatever_was_written_the_page_keeps_its_shape(press: Renders, text: str) -> None:
    harmless = letters_full_of("words")
    for hostile, plain in zip(letters_full_of(text), harmless, strict=True):
        allowed, got = shape(press.render(plain).html), shape(press.render(hostile).html)
        optional = {"li", "h2", "blockquote", "span", "a", "ul"}  # of what was left empty there may be less, never more
        assert [tag for tag in got if tag not in optional] == [tag for tag in allowed if tag not in optional]
        assert len(got) <= len(allowed)


def test_a_councils_own_words_are_data_as_well(press: Renders) -> None:
    """An ampersand in the council's name is no entity, and a star in its address no emphasis."""
    policy = sample_policy()
    policy = replace(
        policy, contact=replace(policy.contact, council="Bed & <Board> *Council*", lines=(("In *person*", "1 < 2"),))
    )

    for letter in sample_letters(policy):
        rendered = press.render(letter, policy)
        assert "Bed &amp; &lt;Board&gt; *Council*" in rendered.html
        assert "Bed & <Board> *Council*" in " ".join(rendered.text.split())


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (f"{'word ' * 15}end\nand on it goes", f"{'word ' * 15}end and on it goes"),
        ("Dear Mrs Patel,\nthank you.\nWendy", "Dear Mrs Patel,\nthank you.\nWendy"),
        (f"- {'word ' * 15}\n- {'word ' * 15}", f"- {'word ' * 15}\n- {'word ' * 15}"),
        (f"{'word ' * 11}\nshort", f"{('word ' * 11).strip()} short"),
        (f"{'word ' * 10}\nshort", f"{'word ' * 10}\nshort"),
    ],
)
def test_lines_that_a_mail_client_broke_are_joined_and_others_kept(written: str, shown: str) -> None:
    assert shown == rejoined(written)
