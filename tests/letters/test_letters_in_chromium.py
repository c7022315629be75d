"""Every letter of every council, looked at by axe-core in Chromium: WCAG 2.2 at the levels A and AA, by day and in the dark."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from letters.chromium import ADVICE, LOOKS, STANDARD, Seen, look_at
from needs import needs
from townclerk.config.policy_file import load_policy
from townclerk.config.shipped import find_shipped, shipped_councils, shipped_folders
from townclerk.config.templates import TemplateSet
from townclerk.config.templates_preview import name_of, preview, write_contents
from townclerk.config.templates_samples import least_policy, sample_letters, sample_policy
from townclerk.domain.policy import Policy

SAMPLE = sample_policy()
NOBODYS = {  # policies of no council: one that says all it can in each letter, and one that says the least
    "every-letter": replace(SAMPLE, ombudsman_in_every_letter=True),
    "least": least_policy(SAMPLE),
}
COUNCILS = (*shipped_councils(), *NOBODYS)
# Advice for pages that stand alone. A letter is shown inside the page of a mail program, which has a main part of its own.
NOT_OF_A_LETTER = {"landmark-one-main", "region"}


def policy_of(council: str) -> Policy:
    path = find_shipped("rules", f"{council}/policy.yaml")
    return load_policy(path) if path else NOBODYS[council]


def letters_of(council: str) -> Mapping[str, str]:
    """The HTML of every sample letter of *council*, by a name that says whose it is and which."""
    policy = policy_of(council)
    templates = TemplateSet.load(shipped_folders("templates"), council)
    return {
        f"{council}: {number:03} {name_of(letter)}": templates.render(letter, policy, "feedback+k3.sign=1@council.example").html
        for number, letter in enumerate(sample_letters(policy), 1)
    }


@pytest.fixture(scope="module")
def seen() -> Seen:
    """What there is to see in all letters of all councils, looked at once."""
    needs("chromium")
    return look_at({name: page for council in COUNCILS for name, page in letters_of(council).items()})


@pytest.mark.parametrize("council", COUNCILS)
def test_every_letter_keeps_wcag_on_each_screen(seen: Seen, council: str) -> None:
    """By day and in the dark, at the width of a telephone and of a desk."""
    faults = [finding for finding in seen.findings if finding.page.startswith(f"{council}: ") and finding.of_the_standard]

    assert not faults, "\n".join(map(str, faults))


def test_every_letter_takes_good_advice_too(seen: Seen) -> None:
    """But for what is meant for pages that stand alone."""
    faults = [finding for finding in seen.findings if finding.rule not in NOT_OF_A_LETTER and not finding.of_the_standard]

    assert not faults, "\n".join(map(str, faults))


def test_nothing_in_a_letter_lies_over_anything_else() -> None:
    """So each element is painted alike wherever it is, and a few letters show the colours of all."""
    sheets = [folder / name for folder in shipped_folders("templates") for name in ("letter.css", "layout.html")]
    looks = re.sub(r"/\*.*?\*/", "", "".join(sheet.read_text() for sheet in sheets), flags=re.DOTALL)

    assert not re.findall(r"position\s*:|float\s*:|opacity\s*:|transform\s*:|z-index|margin[a-z-]*\s*:[^;}]*-\d", looks)


def test_no_letter_must_be_scrolled_sideways_on_the_smallest_telephone(seen: Seen) -> None:
    """At 320 CSS pixels, which is also a desk at four times the size."""
    assert seen.too_wide == ()


def test_the_pages_that_show_the_letters_keep_wcag_themselves(tmp_path: Path) -> None:
    needs("chromium")
    templates = TemplateSet.load(shipped_folders("templates"), SAMPLE.id)
    write_contents({SAMPLE.id: preview(templates, SAMPLE, tmp_path / SAMPLE.id)}, tmp_path)
    contents, letters = (path.read_text() for path in (tmp_path / "index.html", tmp_path / SAMPLE.id / "index.html"))
    *first, _ = letters.split("<section", 4)  # three letters stand for the others

    looked = look_at({"contents": contents, "letters": f"{'<section'.join(first)}</main></body></html>"})

    assert not looked.findings, "\n".join(map(str, looked.findings))


# --- that the test would see it --------------------------------------------------------------------------------------

PAGE = """<!DOCTYPE html><html lang="en-GB"><head><title>Letter</title><style>
@media (prefers-color-scheme: dark) { p { color: #777777; background: #666666 } }
</style></head><body><h1>Letter</h1><p>Words</p>BODY</body></html>"""


def rules_found(page: str) -> set[tuple[str, str]]:
    return {(finding.rule, str(finding.look)) for finding in look_at({"page": page}).findings if finding.of_the_standard}


def test_words_too_faint_in_the_dark_are_seen_in_the_dark() -> None:
    """And nothing else is, so what is found is in the letters."""
    needs("chromium")

    assert rules_found(PAGE.replace("BODY", "")) == {("color-contrast", str(look)) for look in LOOKS if look.scheme == "dark"}


@pytest.mark.parametrize(
    ("planted", "rule"),
    [
        ('<a href="https://council.example"></a>', "link-name"),
        ("<ul><p>one</p></ul>", "list"),
        ('<a href="https://a.example" style="display:block;height:9px;font-size:8px">a</a>' * 2, "target-size"),
    ],
)
def test_a_fault_is_named_by_page_and_rule(planted: str, rule: str) -> None:
    needs("chromium")

    found = look_at({"council: 001 receipt": PAGE.replace("BODY", planted)}, LOOKS[:1]).findings

    assert rule in {finding.rule for finding in found}
    assert all(str(finding).startswith("council: 001 receipt (light, 390 px): ") for finding in found)


def test_a_fault_of_one_letter_alone_is_found_among_many_that_are_built_alike() -> None:
    """However the others are called, and whatever they say."""
    needs("chromium")
    alike = {f"letter {n}": PAGE.replace("BODY", f"<p>Words of letter {n}</p>" * n) for n in range(2, 9)}
    skipped = {f"skipped {n}": PAGE.replace("BODY", f"<h4>Part {n}</h4><p>Words</p>") for n in (1, 2)}

    found = look_at(alike | skipped, LOOKS[:1]).findings

    assert {(finding.page, finding.rule) for finding in found} >= {
        ("skipped 1", "heading-order"),
        ("skipped 2", "heading-order"),
    }
    assert {finding.page for finding in found if finding.rule == "heading-order"} == set(skipped)


def test_advice_is_told_apart_from_the_standard() -> None:
    assert ADVICE not in STANDARD


def test_a_line_that_cannot_be_broken_is_seen() -> None:
    needs("chromium")

    assert look_at({"page": PAGE.replace("BODY", f"<p>{'x' * 400}</p>")}, LOOKS[:1]).too_wide == ("page",)
