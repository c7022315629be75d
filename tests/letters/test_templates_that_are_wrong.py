"""A template that is wrong is refused with its file and line; whose file counts, where several folders have one."""

from dataclasses import replace
from pathlib import Path
from typing import Protocol

import pytest

from townclerk.config.errors import Fault, FilesRefused
from townclerk.config.templates import Rendered, TemplateSet
from townclerk.config.templates_samples import sample_letters, sample_policy
from townclerk.domain.letters import Letter, Message
from townclerk.domain.policy import Policy

SHIPPED = Path(__file__).parents[2] / "templates"
FOOT = '\n\n{% include "parts/foot.md" %}\n'


class Renders(Protocol):
    policy: Policy
    samples: tuple[Letter, ...]

    def render(self, letter: Letter, policy: Policy | None = None) -> Rendered: ...


def put(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def faults(folder: Path) -> tuple[Fault, ...]:
    with pytest.raises(FilesRefused) as refused:
        TemplateSet.load([folder, SHIPPED], "anytown")
    return refused.value.faults


def message() -> Letter:
    return next(letter for letter in sample_letters(sample_policy()) if isinstance(letter.content, Message))


def subject(templates: TemplateSet) -> str:
    return templates.render(message(), sample_policy(), "f@council.example").subject.partition("] ")[2]


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("Subject: Hello\n\n{{ prose(content.text) }}\n{% if %}\n", 4, "Expected an expression"),
        ("Subject: Hello\n\n{% for x in content %}\n", 3, "end of template"),
        ("Subject: Hello\n\n\n{{ contents.text }}\n", 4, "there is nothing called contents"),
        ("Subject: Hello\n\n{% if to.staff %}{{ nobody }}{% endif %}\n", 3, "there is nothing called nobody"),
        ("Subject: Hello\n\n{{ content.txt }}\n", 3, 'there is no "txt" in this Message'),
        ("Subject: Hello\n\n{{ content.text|shout }}\n", 3, "shout"),
        ("Subject: Hello\n\n{{ ''.__class__ }}\n", 3, "unsafe"),
        ("Subject: Hello\n\n{% include 'parts/nowhere.md' %}\n", 3, "parts/nowhere.md"),
        ("Subject: Hello\n\n{{ date_words(content.text) }}\n", 3, "weekday"),
        (
            "Subject: Hello\n\n{{ prose(content.text) }}\n\n{{ case.stage_title }}\n" + FOOT,
            5,
            "a value is written that is not there",
        ),
        ("Subject: Hello\n\n{% macro m() %}x{% endmacro %}\n", 3, "no macro"),
        ("Hello\n\nSubject: too late\n", 1, "begins with its subject"),
        ("Subject: {{ '' }}\n\n{{ prose(content.text) }}" + FOOT, 0, "subject is empty"),
        ("Subject: Hello\n\n{{ prose(content.text) }}\n", 0, "does not say “Exampleton District Council”"),
        ("Subject: Hello\n\nHello.\n" + FOOT, 0, "does not say"),
        ("Subject: Hello\n\nDear { { to.name } }\n" + FOOT, 3, "a brace stands among the words"),
        ("Subject: Hello\n\nThe case\nis {case.ref}.\n" + FOOT, 4, "a brace stands among the words"),
        ("Subject: Hello\n\nThe case is {{ case.ref }}}.\n" + FOOT, 3, "a brace stands among the words"),
        ("Subject: [REF] is yours\n\nHello.\n" + FOOT, 1, "something to fill in"),
        ("Subject: Hello\n\nDear [FULL NAME]\n" + FOOT, 3, "something to fill in"),
        ("Subject: Hello\n\nDear [Your Name],\n" + FOOT, 3, "something to fill in"),
        ("Subject: Hello\n\nDear <<Surname>>,\n" + FOOT, 3, "something to fill in"),
        ("Subject: Hello\n\nOn [insert date] we\n" + FOOT, 3, "something to fill in"),
        ("Subject: Hello\n\nHel\0lo\n" + FOOT, 3, "nobody sees"),
        ("Subject: Hello\n\nDear {{ to }}\n" + FOOT, 3, "a whole"),
        ("Subject: Hello\n\n{{ greeting }}\n" + FOOT, 3, "a whole"),
        ("Subject: Hello\n\n{{ to.staff }}\n" + FOOT, 3, "a whole bool"),
        ("Subject: Hello\n\nThey say {{ prose(content.text) }}\n" + FOOT, 0, "in the middle of a paragraph"),
    ],
)
def test_a_letter_that_is_wrong_is_refused_with_file_and_line(tmp_path: Path, text: str, line: int, says: str) -> None:
    file = put(tmp_path, "letters/message.md", text)

    found = faults(tmp_path)
    assert (found[0].file, found[0].line) == (str(file), line)
    assert says in found[0].message


@pytest.mark.parametrize(
    "words",
    [
        *(
            "[Our pages](https://www.example.org)",
            "[your rights][1]\n\n[1]: https://www.example.org",
            "{{ '{' }}",
            "{{ '[' }}NAME]",
        ),
        *("[sic]", "[GDPR]", "[MON-FRI]", "[A] or [B]", "- [X] done", "[CYNGOR]"),
    ],
)
def test_words_that_are_meant_so_stand_in_a_letter(tmp_path: Path, words: str) -> None:
    put(tmp_path, "letters/message.md", f"Subject: Hello\n\n{words}\n\n{{{{ prose(content.text) }}}}" + FOOT)

    assert TemplateSet.load([tmp_path, SHIPPED], "anytown")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Subject: Hello\n\n{{ content.txt }}\n", 'did you mean "text"?'),
        ("Subject: Hello\n\n{{ contact.phnoe }}\n", 'did you mean "phone"?'),
        ("Subject: Hello\n\n{{ contet.text }}\n", 'did you mean "content"?'),
        ("Subject: Hello\n\n{{ greting(to.name) }}\n", 'did you mean "greeting"?'),
        ("Subject: Hello\n\n{{ content.text|lowr }}\n", 'did you mean "lower"?'),
        ("Subject: Hello\n\n{% include 'parts/foots.md' %}\n", 'did you mean "parts/foot.md"?'),
        ("Subject: Hello\n\n{{ contact.qqq }}\n", "known here: "),
    ],
)
def test_the_nearest_name_that_is_known_is_offered(tmp_path: Path, text: str, expected: str) -> None:
    put(tmp_path, "letters/message.md", text)

    assert expected in faults(tmp_path)[0].expected


def test_a_name_in_a_part_has_its_nearest_too(tmp_path: Path) -> None:
    put(tmp_path, "parts/foot.md", "fine\n\n{{ date_word(content.day) }}\n")

    (found,) = set(faults(tmp_path))
    assert (found.line, found.message, found.expected) == (3, "there is nothing called date_word", 'did you mean "date_words"?')


def test_a_template_in_another_encoding_is_refused_at_its_byte(tmp_path: Path) -> None:
    file = put(tmp_path, "letters/message.md", "")
    file.write_bytes(b"Subject: Hello\n\nA caf\xe9\n")

    (found,) = faults(tmp_path)
    assert found.file == str(file)
    assert (found.line, found.column, found.message) == (3, 6, "byte 0xe9 is not UTF-8")


def test_a_template_that_notepad_saved_is_a_template(tmp_path: Path) -> None:
    """It puts a mark before the first line."""
    shipped = (SHIPPED / "letters/message.md").read_bytes()
    put(tmp_path, "letters/message.md", "").write_bytes(b"\xef\xbb\xbf" + shipped)

    assert TemplateSet.load([tmp_path, SHIPPED], "anytown")


def test_a_mistake_in_a_part_is_shown_in_the_part(tmp_path: Path) -> None:
    file = put(tmp_path, "parts/foot.md", "fine\n\n{{ contact.fax }}\n")

    assert {(fault.file, fault.line) for fault in faults(tmp_path)} == {(str(file), 3)}


def test_a_part_that_includes_itself_is_refused_and_the_way_around_is_shown(tmp_path: Path) -> None:
    file = put(tmp_path, "parts/foot.md", "Yours,\n{% include 'parts/foot.md' %}\n")
    (fault,) = faults(tmp_path)
    assert (fault.file, fault.line) == (str(file), 2)
    assert "parts/foot.md in parts/foot.md" in fault.message

    put(tmp_path, "parts/foot.md", "Yours,\n{% include 'parts/sign.md' %}\n")
    put(tmp_path, "parts/sign.md", "\n\n{% include 'parts/foot.md' %}\n")
    (fault,) = faults(tmp_path)
    assert (Path(fault.file).name, fault.line) in {("foot.md", 2), ("sign.md", 3)}
    assert (
        "parts/foot.md in parts/sign.md in parts/foot.md" in fault.message or "parts/sign.md in parts/foot.md" in fault.message
    )


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    put(tmp_path, "letters/message.md", "Hello\n")
    put(tmp_path, "letters/closure.md", "Subject: x\n\n{% endif %}\n")
    put(tmp_path, "letters/reciept.md", "Subject: misspelt\n")

    said = {Path(fault.file).name: fault.message for fault in faults(tmp_path)}
    assert set(said) == {"message.md", "closure.md", "reciept.md"}
    assert said["reciept.md"] == "no letter has this name"


def test_a_folder_without_a_letter_is_refused_and_the_letter_is_named(tmp_path: Path) -> None:
    put(tmp_path, "letters/message.md", "Subject: alone\n\n{{ prose(content.text) }}\n")

    with pytest.raises(FilesRefused) as refused:
        TemplateSet.load([tmp_path], "anytown")
    missing = {Path(fault.file).name for fault in refused.value.faults if fault.message == "this file is missing"}
    assert {"receipt.md", "delay_notice.md", "layout.html", "letter.css"} <= missing
    assert "message.md" not in missing


def test_a_delay_notice_without_the_ombudsmans_telephone_is_refused(tmp_path: Path) -> None:
    """Whoever edits the words cannot lose what the law and the policy want told."""
    text = (SHIPPED / "parts/ombudsman.md").read_text().replace("- Telephone: {{ phone(one.phone) }}\n", "")
    put(tmp_path, "parts/ombudsman.md", text)

    found = faults(tmp_path)
    assert {"delay_notice.md", "response.md", "not_accepted.md"} <= {Path(fault.file).name for fault in found}
    assert all("0300 061 0614" in fault.message for fault in found)


@pytest.mark.parametrize("name", ["receipt", "delay_notice", "response", "reminder", "assignment"])
def test_a_letter_that_loses_its_date_is_refused(tmp_path: Path, name: str) -> None:
    text = (SHIPPED / f"letters/{name}.md").read_text()
    put(tmp_path, "parts/dates.md", "no dates\n")
    put(tmp_path, "parts/owed.md", "no dates\n")
    put(tmp_path, "parts/how_to_ask_for_review.md", "no dates\n")
    put(tmp_path, f"letters/{name}.md", text.replace("date_words(", "greeting("))

    assert any(Path(fault.file).name == f"{name}.md" for fault in faults(tmp_path))


def test_a_councils_file_wins_whole_over_the_shipped_one_and_the_others_stay(tmp_path: Path) -> None:
    put(tmp_path, "letters/message.md", "Subject: From the clerk\n\n{{ prose(content.text) }}\n" + FOOT)
    own = TemplateSet.load([tmp_path, SHIPPED], "anytown")
    shipped = TemplateSet.load([SHIPPED], "anytown")

    assert subject(own) == "From the clerk"
    policy = sample_policy()
    for letter in sample_letters(policy):
        if not isinstance(letter.content, Message):
            assert own.render(letter, policy, "f@c.example") == shipped.render(letter, policy, "f@c.example")


def test_the_nearer_folder_wins_and_within_it_what_is_for_this_council_alone(tmp_path: Path) -> None:
    """The council's own folder, then what is shipped for this council, then what is shipped for all."""
    near, far = tmp_path / "near", tmp_path / "far"

    def templates(council: str = "anytown") -> str:
        return subject(TemplateSet.load([near, far, SHIPPED], council))

    def write(folder: Path, words: str) -> None:
        put(folder, "letters/message.md", f"Subject: {words}\n\n{{{{ prose(content.text) }}}}\n{FOOT}")

    write(far, "far, for all")
    assert templates() == "far, for all"
    write(far / "anytown", "far, for us")
    assert templates() == "far, for us"
    assert templates("othertown") == "far, for all"
    write(near, "near, for all")
    assert templates() == "near, for all"
    write(near / "anytown", "near, for us")
    assert templates() == "near, for us"


def test_a_template_has_no_way_to_make_a_value_into_html_or_markdown(tmp_path: Path) -> None:
    """Not by joining it to something else, not by quoting it in a list of its own."""
    text = 'Subject: x\n\n{{ "<b>" ~ content.text ~ "</b>" }} {{ [content.text, "<i>"]|join("- ") }}\n' + FOOT
    put(tmp_path, "letters/message.md", text)
    letter = replace(message(), content=Message("# <u>a</u> **b** The crew will come tomorrow before midday.", "W"))
    templates = TemplateSet.load([tmp_path, SHIPPED], "anytown")

    html = templates.render(letter, sample_policy(), "f@c.example").html
    assert "&lt;b&gt;# &lt;u&gt;a&lt;/u&gt; **b**" in html
    assert not [tag for tag in ("<b>", "<u>", "<i>", "<strong>", "<em>") if tag in html]


def test_a_first_rank_heading_in_a_letter_becomes_one_of_the_second(tmp_path: Path) -> None:
    """The subject is the one heading of the first rank."""
    put(tmp_path, "letters/message.md", "Subject: x\n\nNews\n====\n\n{{ prose(content.text) }}\n" + FOOT)
    rendered = TemplateSet.load([tmp_path, SHIPPED], "anytown").render(message(), sample_policy(), "f@c.example")

    assert rendered.html.count("<h1") == 1
    assert ">News</h2>" in rendered.html
    assert "News\n----\n" in rendered.text


def test_the_letters_that_the_shipped_policies_need_can_be_tried_out_under_any_policy(press: Renders) -> None:
    templates = TemplateSet.load([SHIPPED], "anytown")

    templates.try_out(replace(press.policy, ombudsman_in_every_letter=True))
    templates.try_out(replace(press.policy, statements={"review_reasons": "Say why.", "representative": "Or a friend."}))
