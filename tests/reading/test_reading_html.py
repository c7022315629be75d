"""The words of an HTML mail, and which of them are the sender's."""

from pathlib import Path

import pytest

from townclerk.mail.html import read_html
from townclerk.mail.reading import read_inline

CORPUS = Path(__file__).parents[1] / "corpus"


def test_a_mail_without_a_plain_part_gets_its_text_from_the_html() -> None:
    mail = read_inline((CORPUS / "html-only.eml").read_bytes()).mail

    assert mail is not None
    assert mail.own_text == "My bin & my neighbour's bin\n\n- one\n- two"
    assert "Internal remark" in mail.text
    assert "hidden" not in mail.text
    assert "color" not in mail.text


@pytest.mark.parametrize(
    "quote",
    [
        '<div id="divRplyFwdMsg">From: x</div><div>QUOTED</div>',
        '<div id="x_divRplyFwdMsg">From: x</div><div>QUOTED</div>',
        '<div id="appendonsend"></div><hr>QUOTED',
        '<div id="mail-editor-reference-message-container"><p>QUOTED</p></div>',
        '<div class="gmail_quote"><div class="gmail_attr">Q:</div><blockquote class="gmail_quote">QUOTED</blockquote></div>',
        '<div class="gmail_quote gmail_quote_container"><div>Forwarded QUOTED</div></div>',
        "<div style='border:none;border-top:solid #E1E1E1 1.0pt'><p>From: QUOTED</p></div><p>QUOTED</p>",
        "<div style='border-top:solid #B5C4DF 1.0pt'><p>From: QUOTED</p></div>",
        '<blockquote type="cite">QUOTED <blockquote type="cite">QUOTED</blockquote></blockquote>',
        '<div class="moz-cite-prefix">On Monday QUOTED wrote:</div><blockquote type="cite">QUOTED</blockquote>',
    ],
)
def test_what_a_mail_program_marks_as_quoted_is_not_the_senders(quote: str) -> None:
    found = read_html(f"<html><body><p>Mine.</p><div>{quote}</div></body></html>")

    assert found.own.strip() == "Mine."
    assert "QUOTED" in found.whole or "hr" in quote


def test_words_between_and_below_quotes_stay() -> None:
    found = read_html(
        '<div class="gmail_quote"><div class="gmail_attr">x wrote:</div><blockquote class="gmail_quote">Q1</blockquote>'
        'first answer<blockquote class="gmail_quote">Q2</blockquote>second answer</div>'
    )

    assert found.own.split() == ["first", "answer", "second", "answer"]


def test_an_ordinary_blockquote_is_the_senders() -> None:
    assert "indented" in read_html("<p>a</p><blockquote>indented</blockquote>").own


@pytest.mark.parametrize("source", ["", "   ", "<!-- only a comment -->", "<html></html>"])
def test_nothing_is_nothing(source: str) -> None:
    assert read_html(source).whole == ""


def test_a_page_nested_beyond_reason_keeps_its_words() -> None:
    found = read_html("<div>top" * 5_000 + "deep" + "</div>" * 5_000 + "<p>after")

    assert found.whole.startswith("top")
    assert found.whole.endswith("after")


def test_lines_stand_as_a_browser_shows_them() -> None:
    source = "<div>a</div><div>b<br></div><div><br></div><div>c<br>d</div><p>e</p><p>f</p>"

    assert read_html(source).whole == "a\nb\n\nc\nd\n\ne\n\nf"


def test_tables_lists_and_lines_are_kept_apart() -> None:
    source = "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>x<br>y<img alt='map'><pre>1\n 2</pre>"

    assert read_html(source).whole == "a b\nc\n\nx\ny map\n\n1\n2"


def test_an_encoding_declared_in_the_page_does_not_matter() -> None:
    assert read_html("<?xml version='1.0' encoding='utf-16'?><html><body>café</body></html>").whole == "café"


@pytest.mark.parametrize("size", ["1rem", "1em", "0.9em", "0.875rem", "1.0rem", "85%", "100%", "0.5em", "8pt", "medium", "1vw"])
def test_words_of_an_ordinary_size_are_the_senders(size: str) -> None:
    found = read_html(f'<p>Mine.</p><div style="font-size: {size}">So are these.</div>')

    assert found.marked == "Mine.\n\nSo are these."


@pytest.mark.parametrize("size", ["0", "0px", "0.0em", "1px", "0.5pt", "1pt", ".05em", "1%", "0%", "0rem !important"])
def test_a_residents_words_are_read_however_small_they_are(size: str) -> None:
    found = read_html(f'<p>Mine.</p><div style="font-size: {size}">I cannot go on.</div>')

    assert "I cannot go on." in found.whole
    assert "I cannot go on." in found.own
    assert "\nI cannot go on." not in found.marked


def test_what_is_never_shown_is_nobodys_words() -> None:
    found = read_html('<p>Mine.</p><div style="display:none">#close</div><div hidden>#close</div>')

    assert (found.whole, found.marked) == ("Mine.", "Mine.")
