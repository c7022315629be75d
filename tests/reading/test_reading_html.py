"""The words of an HTML mail, and which of them are the sender's."""

import time
from pathlib import Path

import pytest

from townclerk.domain.quoting import HIDDEN, STRUCK, Doubt, agreed, written
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


@pytest.mark.parametrize(
    "style",
    [
        "height:0;overflow:hidden",
        "max-width:0;max-height:0;overflow:hidden",
        "width:1px; height:1px; overflow:hidden",
        "position:absolute;left:-9999px",
        "position:absolute;top:-50em",
        "text-indent:-9999px",
        "margin-left:-2000px",
        "clip-path:inset(100%)",
        "clip:rect(0,0,0,0)",
        "transform:scale(0)",
        "transform:translateX(-900px)",
        "font:0/0 a",
        "font-size:2px",
        "font-size:calc(1px - 1px)",
        "f\\6fnt-size:0",
        "line-height:0",
        "line-height:0px;",
        "opacity:.01",
        "opacity:1%",
        "filter:opacity(0)",
        "visibility:hidden",
        "visibility:/**/hidden",
        "mso-hide:all",
        "color:white",
        "color:snow",
        "color:#fff !important",
        "color:#fffffe",
        "color:rgb(254,254,254)",
        "color:rgb(100% 100% 100%)",
        "color:hsl(0,0%,100%)",
        "color:rgba(0,0,0,0)",
        "color:#00000003",
        "color:transparent",
        "color:var(--ground)",
        "color:#000;background:#000",
        "color:#0000fe;background-color:blue",
        "background:black",
        "-webkit-text-fill-color:white",
    ],
)
def test_words_that_nobody_sees_are_told_apart(style: str) -> None:
    for page in (
        f'<p>Mine.</p><div style="{style}">secret</div>',
        f'<p>Mine.</p><div style="{style}"><p>secret</p></div>',
        f"<style>/* no */ div, p.Some > .Gone {{ {style} }}</style><p>Mine.</p><span class=gone>secret</span>",
        f"<style>@media screen {{ #gone {{ {style} }} }}</style><p>Mine.</p><p id=gone>secret</p>",
    ):
        found = read_html(page)
        assert [line for line in found.marked.split("\n") if line] == ["Mine.", f"{HIDDEN}secret"]
        assert "secret" in found.whole


@pytest.mark.parametrize(
    "style",
    [
        "color:#ffffff;background:#000",
        "color:rgb(255, 255, 255); background-color: rgb(0, 0, 0);",
        "color:#757575",
        "color:windowtext",
        "color:inherit",
        "color:silver",
        "background:yellow",
        "background:white",
        "background:transparent none repeat scroll 0% 0%",
        "background:rgb(255, 255, 255)",
        "font:7.0pt &quot;Times New Roman&quot;",
        "font:bold 12px/1.5 Arial",
        "font:400 14px Arial",
        "text-indent:-18.0pt;margin-left:36.0pt",
        "line-height:107%",
        "line-height:1.2",
        "line-height:normal",
        "opacity:.8",
        "overflow:auto;width:100%;max-width:98%",
        "overflow-wrap: break-word; -webkit-nbsp-mode: space; line-break: after-white-space;",
        "letter-spacing:-.2pt",
        "position:relative;left:2px",
        "transform:none",
        "visibility:visible",
        "mso-fareast-language:EN-US;mso-hide:none",
    ],
)
def test_ordinary_styles_hide_nothing(style: str) -> None:
    assert read_html(f'<p>Mine.</p><p style="{style}">So is this.</p>').marked == "Mine.\n\nSo is this."


def test_white_words_on_the_dark_ground_around_them_are_seen() -> None:
    source = '<table bgcolor="#003366"><tr><td><font color="white">Seen.</font></td></tr></table>'

    assert read_html(source).marked == "Seen."


def test_a_rule_for_dark_screens_hides_nothing() -> None:
    source = "<style>@media (prefers-color-scheme: dark) { body { background: #000 } }</style><body><p>Seen.</p></body>"

    assert read_html(source).marked == "Seen."


@pytest.mark.parametrize(
    "struck",
    [
        "<s>drunk</s>",
        "<strike>drunk</strike>",
        "<del>drunk</del>",
        '<span style="text-decoration: line-through">drunk</span>',
        '<span style="text-decoration-line: underline line-through"><b>drunk</b></span>',
        "<style>.old{text-decoration:line-through}</style><span class=old>drunk</span>",
        '<div style="mso-element:comment-list"><div class="msocomtxt"><p class="MsoCommentText">drunk</p></div></div>',
        '<a class="MsoCommentReference">drunk</a>',
    ],
)
def test_what_is_struck_out_or_remarked_is_told_apart(struck: str) -> None:
    assert f"{STRUCK}drunk" in read_html(f"<p>The crew was {struck} late.</p>").marked.split("\n")


def test_a_drawing_of_a_quoted_mail_or_a_signature_is_no_picture_of_the_senders() -> None:
    source = (
        '<p>Mine.</p><div class="moz-signature">W<svg width=20></svg></div><blockquote type=cite>Not <svg></svg></blockquote>'
    )

    assert "image" not in read_html(source).marked


@pytest.mark.parametrize(
    "row",
    [
        "<tr><td>#respond upheld</td><td>Dear Ms Patel</td></tr>",
        "<tr><td><p>#respond upheld</p></td><td><p>Dear Ms Patel</p></td></tr>",
        "<tr><th>#respond upheld</th><td></td><td><div>Dear Ms Patel</div></td></tr>",
        "<tr><td><table><tr><td>#respond upheld</td></tr></table></td><td>Dear Ms Patel</td></tr>",
    ],
)
def test_what_stands_in_cells_beside_each_other_is_doubted(row: str) -> None:
    found = written(read_html(f"<table>{row}</table>").marked)

    assert (found.doubt, found.text.split()) == (Doubt.IN_CELLS, ["#respond", "upheld", "Dear", "Ms", "Patel"])


@pytest.mark.parametrize(
    "page",
    [
        "<table><tr><td>#respond upheld</td></tr><tr><td>Dear Ms Patel</td></tr></table>",
        "<table><tr><td>&nbsp;</td><td>#respond upheld<br>Dear Ms Patel</td><td></td></tr></table>",
        "<table><tr><td><style>p{}</style></td><td>#respond upheld<br>Dear Ms Patel</td></tr></table>",
        "<div>#respond <ins>upheld</ins></div><div>Dear Ms <ins>Patel</ins></div>",
    ],
)
def test_cells_below_each_other_and_underlined_words_are_certain(page: str) -> None:
    found = written(read_html(page).marked)

    assert (found.doubt, found.text) == (None, "#respond upheld\nDear Ms Patel")


@pytest.mark.parametrize("plain_part", ["The crew was late.", "The crew was drunk late."])
def test_changes_that_are_kept_track_of_are_two_versions(plain_part: str) -> None:
    page = read_html('<p>The crew was <span class="msoDel">drunk</span> <span class="msoIns">late</span>.</p>').marked

    found = agreed(written(plain_part), written(page), page)

    assert found.doubt is Doubt.TWO_VERSIONS
    assert "drunk" not in found.text


def test_a_cell_is_nothing_that_a_resident_s_own_words_show() -> None:
    assert read_html("<table><tr><td>Bin</td><td><ins>brown</ins></td></tr></table>").own == "Bin brown"


@pytest.mark.parametrize("space", ["pre", "pre-wrap", "pre-line", "break-spaces"])
def test_lines_that_a_style_keeps_are_kept(space: str) -> None:
    found = read_html(f'<div style="white-space: {space}">a\r\n<b>b</b>\n\n- c</div><div>d\ne</div>')

    assert found.whole == found.marked == "a\nb\n\n- c\nd e"


@pytest.mark.parametrize(
    ("picture", "stands"),
    [
        ('<img src="data:image/png;base64,iVBORw0KGgo=">', "See [image: ] here."),
        ('<img src="https://lh3.example/x" alt="image.png">', "See [image: ] here."),
        ('<img src="https://lh3.example/x" alt="😊">', "See 😊 here."),
        ('<img src="https://track.example/x" width="1" height="1">', "See here."),
        ('<img src="https://track.example/x" style="width:1px;height:1px">', "See here."),
        ('<img src="https://track.example/x" style="display:none">', "See here."),
        ('<img src="file:///C:/Users/w/map.png">', "See [image: ] here."),
        ('<img srcset="map.png 2x">', "See [image: ] here."),
        ("<svg width='300'><text>Long Lane</text></svg>", "See [image: ] here."),
        ('<object data="map.svg">a map</object>', "See [image: ] here."),
        ("<canvas></canvas>", "See [image: ] here."),
        ('<video src="film.mp4"></video>', "See [image: ] here."),
        ("<svg width='1' height='1'><path/></svg>", "See here."),
        ("<svg style='display:none'><path/></svg>", "See here."),
    ],
)
def test_a_picture_from_elsewhere_is_not_lost(picture: str, stands: str) -> None:
    assert read_html(f"<p>See {picture} here.</p>").marked == stands


@pytest.mark.parametrize("piece", ["{", "}", "a{b:c", "/*", "a{", "a,", "\\6", "a(", "@media{", ".a{color:rgb("])
def test_styles_of_any_length_are_read_in_a_moment(piece: str) -> None:
    source = f"<style>{piece * 60_000}</style><p style='background:{piece * 4_000}'>Mine.</p>" + "<p class=a>x</p>" * 2_000

    assert "Mine." in read_html(source).whole


@pytest.mark.parametrize(
    "unseen",
    [
        "<details><summary></summary>secret</details>",
        "<details><summary></summary><p>secret</p></details>",
        "<dialog>secret</dialog>",
        "<datalist><option>secret</option></datalist>",
        "<select><option>secret</option></select>",
        "<iframe>secret</iframe>",
        "<noembed>secret</noembed>",
        "<noframes>secret</noframes>",
    ],
)
def test_what_is_shown_only_once_somebody_opens_it_is_not_seen(unseen: str) -> None:
    found = read_html(f"<p>Mine.</p>{unseen}<p>And mine.</p>")

    assert "secret" in found.whole  # a resident's word is lost by no style
    assert [line for line in found.marked.split("\n") if line] == ["Mine.", f"{HIDDEN}secret", "And mine."]
    assert written(found.marked).doubt is Doubt.HIDDEN


@pytest.mark.parametrize("seen", ["<details open><p>mine too</p></details>", "<dialog open>mine too</dialog>"])
def test_what_stands_open_is_seen(seen: str) -> None:
    found = written(read_html(f"<p>Mine.</p>{seen}").marked)

    assert (found.doubt, found.text.split()) == (None, ["Mine.", "mine", "too"])


TAGGED = "We come." + "".join(chr(0xE0000 + ord(letter)) for letter in "she is mad")
WALES = "\U0001f3f4" + "".join(chr(0xE0000 + ord(letter)) for letter in "gbwls") + "\U000e007f"


def test_letters_that_no_program_shows_are_held_and_never_go_out() -> None:
    tagged = written(TAGGED)

    assert (tagged.text, tagged.doubt) == ("We come.", Doubt.HIDDEN)
    assert agreed(written("We come."), tagged, TAGGED).text == "We come."


def test_the_flag_of_wales_is_seen() -> None:
    assert written(f"Diolch {WALES}").doubt is None
    assert written(f"Diolch {WALES}").text == f"Diolch {WALES}"


# -- pages that are not one page, and pages without end ----------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "<html><body>[EXTERNAL]</body></html><html><head><title>t</title></head><body><p>The lamp is out.</p></body></html>",
        "<html><body>[EXTERNAL]</body></html>\nThe lamp is <b>out</b>.",
        "<html><body>[EXTERNAL]</body></html>\n<!DOCTYPE html><html><body>The lamp</body></html><html><p>is out.</html>",
        "<html></html>[EXTERNAL]<p>The lamp is out.",
        "<html><body><table><tr><td>[EXTERNAL]</body></html><html><body>The lamp is out.</body></html>",
    ],
)
def test_words_behind_the_end_of_a_page_are_the_mails_as_well(source: str) -> None:
    """A gateway's page before the writer's: every mail program shows both."""
    found = read_html(source)

    assert found.whole.split() == ["[EXTERNAL]", "The", "lamp", "is", "out."]
    assert found.own == found.whole


def test_what_is_quoted_ends_with_the_page_that_it_stands_in() -> None:
    quote = '<blockquote type="cite">QUOTED'

    assert read_html(f"<html><body>{quote}</body></html><html><body>Mine.</body></html>").own == "Mine."


@pytest.mark.parametrize("element", ["noscript", "object"])
def test_what_stands_for_something_else_is_read_where_there_is_nothing_else(element: str) -> None:
    found = read_html(f"<html><body><{element}><p>The lamp</p> is out.</{element}></body></html>")

    assert found.whole.split() == found.own.split() == ["The", "lamp", "is", "out."]
    assert written(found.marked).doubt is Doubt.HIDDEN


def test_words_below_a_picture_that_is_written_out_are_read() -> None:
    picture = "A" * 4_500_000

    assert "The lamp is out." in read_html(f'<p><img src="data:image/png;base64,{picture}"></p><p>The lamp is out.</p>').own


@pytest.mark.parametrize("filler", ["<br>", "<br />\n", "<div>x</div>", "<p><b></p>", "</html>x", "<html>"])
def test_a_page_of_nothing_but_elements_is_read_at_once(filler: str) -> None:
    started = time.process_time()

    found = read_html(f"<html><body>Dear all,{filler * 150_000}the lamp is out.</body></html>")

    assert "Dear all," in found.own
    assert "the lamp is out." in found.own
    assert time.process_time() - started < 3


def test_a_few_empty_lines_stay_what_they_are() -> None:
    assert read_html(f"<p>a{'<br>' * 3}b{'<br>' * 40}c</p>").own == "a\n\nb\n\nc"


@pytest.mark.parametrize("rows", [10, 9_999], ids=["a short page", "a page that is read without its marks"])
def test_what_was_quoted_on_an_officers_page_is_never_taken_for_theirs_unasked(rows: int) -> None:
    """Beyond a number of elements nobody reads the tree; a sheet that was pasted into the quote must not reach the resident."""
    sheet = f"<table>{'<tr>' + '<td>7</td>' * 5 + '</tr>'}</table>" * rows
    found = read_html(f"<p>We are sorry.</p><blockquote type='cite'><p>She complains every week.</p>{sheet}</blockquote>")

    assert "We are sorry." in found.own
    says = written(found.marked)
    assert "every week" not in says.text or says.doubt is not None
    assert (says.doubt is Doubt.HIDDEN) == (rows > 1_000)
