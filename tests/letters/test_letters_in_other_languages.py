"""Letters in another language: beside the others, letter by letter, with all that they must say."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from letters.test_templates_that_are_wrong import SHIPPED, faults, put
from townclerk.config.templates import Rendered, TemplateSet
from townclerk.config.templates_samples import sample_letters, sample_policy
from townclerk.config.templates_wording import SHIPPED as USUAL
from townclerk.config.templates_wording import read_wording
from townclerk.domain.letters import DelayNotice, Letter, Receipt, Response
from townclerk.domain.words import LetterKind

WORDS = """\
days: [dydd Llun, dydd Mawrth, dydd Mercher, dydd Iau, dydd Gwener, dydd Sadwrn, dydd Sul]
months: [Ionawr, Chwefror, Mawrth, Ebrill, Mai, Mehefin, Gorffennaf, Awst, Medi, Hydref, Tachwedd, Rhagfyr]
date: "{weekday} {day} {month} {year}"
time: "{clock} ar {date}"
greeting: "Annwyl {name}"
hello: Helo
cut: (Mae rhagor.)
"""
FOOT = """\
{{ contact.council }}

{{ phone(contact.phone) }}, {{ web(contact.website) }}, {{ contact.post }}

{% for one in case.ombudsmen.all if case and case.ombudsmen %}
{{ one.name }}, {{ one.address }}, {{ phone(one.phone) }}, {{ web(one.website) }}

{% endfor %}
"""
RECEIPT = """\
Subject: Rydym wedi cael eich neges

{{ greeting(to.name) }}

Diolch am ysgrifennu atom. Eich cyfeirnod yw {{ case.ref }}.

{% for promise in content.dates %}
- Erbyn {{ date_words(promise.day) }} byddwn yn ysgrifennu atoch.
{% endfor %}

{% include "parts/foot.md" %}
"""
DELAY = """\
Subject: Mae arnom angen mwy o amser

Byddwn yn ateb {{ case.ref }} erbyn {{ date_words(content.promised) }}.

{% for one in content.ombudsmen.all %}
{{ one.name }}, {{ one.address }}, {{ phone(one.phone) }}, {{ web(one.website) }}

{% endfor %}
{% include "parts/foot.md" %}
"""


def in_welsh(folder: Path, **others: str) -> Path:
    """*folder* with a receipt in Welsh, and other files: `letters_delay_notice="…"`."""
    texts = {"words.yaml": WORDS, "parts/foot.md": FOOT, "letters/receipt.md": RECEIPT}
    texts |= {f"{'letters/' if name != 'foot' else 'parts/'}{name}.md": text for name, text in others.items()}
    for name, text in texts.items():
        put(folder, f"cy/{name}", text)
    return folder


def sample(kind: type) -> Letter:
    return next(each for each in sample_letters(sample_policy()) if isinstance(each.content, kind) and not each.copy_of)


def rendered(folder: Path, letter: Letter) -> Rendered:
    return TemplateSet.load([folder, SHIPPED], "anytown").render(letter, sample_policy(), "f@council.example")


def test_a_letter_goes_out_in_the_language_of_its_case(tmp_path: Path) -> None:
    """Its words, its dates, its greeting, and what a screen reader is told; the reference stands where it always does."""
    letter = sample(Receipt)
    assert isinstance(letter.content, Receipt)
    said = rendered(in_welsh(tmp_path), replace(letter, language="cy"))

    assert letter.case is not None
    assert said.subject == f"[{letter.case.ref}] Rydym wedi cael eich neges"
    assert "Annwyl Asha Patel" in said.text
    assert f"Erbyn {read_wording('cy', WORDS, '').date_words(letter.content.dates[-1].day)}" in said.text
    assert 'lang="cy"' in said.html
    assert 'lang="en-GB"' not in said.html


def test_where_there_is_none_of_the_kind_it_goes_out_as_any_other(tmp_path: Path) -> None:
    """File by file; so does the letter of a case that asks for no language, or for one that nobody writes here."""
    folder, response, receipt = in_welsh(tmp_path), sample(Response), sample(Receipt)

    assert rendered(folder, replace(response, language="cy")) == rendered(folder, response)
    assert rendered(folder, replace(receipt, language="ur")) == rendered(folder, receipt) == rendered(SHIPPED, receipt)
    assert 'lang="en-GB"' in rendered(folder, receipt).html


def test_a_copy_for_somebody_else_goes_out_as_any_other(tmp_path: Path) -> None:
    """A councillor did not ask for it."""
    folder, notice = in_welsh(tmp_path, delay_notice=DELAY), replace(sample(DelayNotice), copy_of="Asha Patel")

    assert rendered(folder, replace(notice, language="cy")) == rendered(folder, notice)


def test_it_is_known_which_letters_a_language_has_not(tmp_path: Path) -> None:
    """Of one that somebody has begun, and of one that a rule asks for."""
    letters = TemplateSet.load([in_welsh(tmp_path, delay_notice=DELAY), SHIPPED], "anytown")
    lacking = letters.lacking(["ur"])

    assert {"receipt", "delay_notice"}.isdisjoint(lacking["cy"])
    assert {"response", "acknowledgement"} <= set(lacking["cy"])
    assert set(lacking["ur"]) == set(lacking["cy"]) | {"receipt", "delay_notice"}
    assert not TemplateSet.load([SHIPPED], "anytown").lacking()


def test_one_councils_language_is_not_anothers(tmp_path: Path) -> None:
    """A folder of a council may have a language of its own."""
    in_welsh(tmp_path / "anytown")

    assert TemplateSet.load([tmp_path, SHIPPED], "anytown").lacking()
    assert not TemplateSet.load([tmp_path, SHIPPED], "othertown").lacking()


@pytest.mark.parametrize("lost", ["{{ phone(one.phone) }}", "{{ one.address }}", "{{ one.name }}"])
def test_no_language_may_leave_out_the_ombudsman(tmp_path: Path, lost: str) -> None:
    """What a letter must say it must say in each."""
    foot = FOOT.replace(lost, "")
    found = faults(in_welsh(tmp_path, delay_notice=DELAY.replace(lost, ""), foot=foot))

    assert {Path(fault.file).parts[-3:] for fault in found} >= {("cy", "letters", "delay_notice.md")}
    assert all("does not say" in fault.message for fault in found)


def test_no_language_may_leave_out_a_date_or_say_it_in_another(tmp_path: Path) -> None:
    """By its own words for days and months."""
    text = DELAY.replace("{{ date_words(content.promised) }}", "Tuesday 29 December 2026")

    assert all("dydd" in fault.message for fault in faults(in_welsh(tmp_path, delay_notice=text)))


def test_a_letter_half_in_another_language_is_refused(tmp_path: Path) -> None:
    """Each of its parts is there in its language."""
    in_welsh(tmp_path)
    (tmp_path / "cy/parts/foot.md").unlink()
    (fault,) = faults(tmp_path)

    assert (Path(fault.file).name, fault.line, fault.message) == ("receipt.md", 11, "there is no parts/foot.md in cy")
    assert fault.expected == "write cy/parts/foot.md too"


def test_a_language_without_its_words_is_refused(tmp_path: Path) -> None:
    in_welsh(tmp_path)
    (tmp_path / "cy/words.yaml").unlink()
    (fault,) = faults(tmp_path)

    assert Path(fault.file).name == "words.yaml"
    assert fault.message == "this file is missing: how a date is said in cy"


def test_letters_to_staff_have_no_language(tmp_path: Path) -> None:
    """Nor has what is no letter."""
    (fault,) = faults(in_welsh(tmp_path, assignment="Subject: Eich achos\n"))
    assert fault.message == "no letter to residents has this name"


def test_what_is_wrong_in_a_letter_is_said_at_its_place(tmp_path: Path) -> None:
    """A name that is not known, in the file of the language."""
    found = faults(in_welsh(tmp_path, delay_notice=DELAY.replace("content.promised", "contend.promised")))
    assert [(Path(fault.file).parts[-3:], fault.line) for fault in found] == [(("cy", "letters", "delay_notice.md"), 3)]
    assert "contend" in found[0].message


@pytest.mark.parametrize(
    ("wrong", "right", "path", "says"),
    [
        ("dydd Llun, ", "", "days", "write 7, from Monday to Sunday"),
        (", Rhagfyr", "", "months", "write 12, from January to December"),
        ("{day} ", "", "date", "no place for day"),
        ("{clock}", "{hour}", "time", "a place that nothing is put into"),
        ("{name}", "{name.__class__}", "greeting", "a place that nothing is put into"),
        ("{name}", "{name", "greeting", "a brace is open"),
        ("hello: Helo\n", "", "hello", "is missing"),
        ("cut: (Mae rhagor.)", "cut: (Mae rhagor.)\ndirection: rlt", "direction", 'did you mean "rtl"'),
        ("hello: Helo", "helo: Helo\nhello: Helo", "helo", 'did you mean "hello"'),
    ],
)
def test_wrong_words_are_refused_at_their_place(tmp_path: Path, wrong: str, right: str, path: str, says: str) -> None:
    put(in_welsh(tmp_path), "cy/words.yaml", WORDS.replace(wrong, right, 1))
    (fault,) = [fault for fault in faults(tmp_path) if fault.path == path]

    assert says in str(fault)
    assert fault.line


def test_the_words_of_a_language_say_dates_and_times() -> None:
    """A time in figures, as everybody reads it."""
    welsh, at = read_wording("cy", WORDS, "words.yaml"), datetime(2027, 2, 9, 17, 5, tzinfo=UTC)

    assert welsh.time_words(at) == "17:05 ar dydd Mawrth 9 Chwefror 2027"
    assert welsh.dates_said("#extend 2027-02-09") == "#extend dydd Mawrth 9 Chwefror 2027"
    assert (welsh.greets("Siân Rees"), welsh.greets("sian@home.example")) == ("Annwyl Siân Rees", "Helo")
    assert USUAL.time_words(at) == "5:05pm on Tuesday 9 February 2027"
    assert USUAL.date_words(date(2027, 2, 9)) == "Tuesday 9 February 2027"


def test_a_script_from_right_to_left_is_shown_so(tmp_path: Path) -> None:
    """The page says so to the program that shows it."""
    put(in_welsh(tmp_path), "cy/words.yaml", f"{WORDS}direction: rtl\n")

    assert '<html lang="cy" dir="rtl">' in rendered(tmp_path, replace(sample(Receipt), language="cy")).html


def test_every_sample_is_tried_in_every_language(tmp_path: Path) -> None:
    """So that what fails with the least is found before anybody gets it."""
    letters = TemplateSet.load([in_welsh(tmp_path), SHIPPED], "anytown")
    welsh = [letter for letter in letters.samples(sample_policy()) if letter.language]

    usual = [each for each in sample_letters(sample_policy()) if each.kind is LetterKind.RECEIPT and not each.copy_of]
    assert [replace(letter, language="") for letter in welsh] == usual
