"""learned.tsv: what is not whole is refused with the line, and what is written can be read."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from townclerk.config.errors import FilesRefused
from townclerk.config.learned_file import load_learned, read_learned, with_head, write_learned
from townclerk.config.routing_file import load_routing
from townclerk.domain.likeness import Group, Learned, signs_of
from townclerk.domain.mail import Address, IncomingMail
from townclerk.domain.routing import explain_route, route
from townclerk.domain.words import Alert, Category

WHOLE = with_head("# of our mails\n(each)\tsafeguarding\tfraud\n(start)\t-2\t-3\npyjamas\t12.5\nbank card\t6\t0.25\n")
ROUTING = """services: [waste, other]
learned: learned
rules:
  - id: somebody-at-risk
    why: It reads like mails about somebody at risk.
    when: {reads_like: safeguarding}
    then: {alert: safeguarding}
    tests: {finds: [Still in her pyjamas], leaves: [A bin]}
"""


@given(st.text(max_size=200))
def test_every_sign_of_a_text_can_be_written(text: str) -> None:
    weights = dict.fromkeys(signs_of(f"{text} # 12 each one of (start)"), (1.0,))
    learned = Learned((Group(("safeguarding",), one_of=False, start=(-2.0,), weights=weights),))

    assert read_learned(write_learned(learned, ()).encode(), "learned.tsv") == learned


def test_what_is_written_can_be_read() -> None:
    learned = Learned(
        (
            Group(("safeguarding", "fraud"), one_of=False, start=(-2.0, -3.0), weights={"bank card": (6.0, 0.2)}),
            Group(("complaint", "comment"), one_of=True, start=(0.5, 0.0), weights={"still": (0.0, 0.0), "idea": (-1.0, 2.5)}),
        )
    )

    assert read_learned(write_learned(learned, ["From our mails"]).encode(), "learned.tsv") == learned


NO_NUMBERS = "learned.tsv:4:1: behind 'bins' stand no 1 numbers up to 50 with tabs between"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("pyjamas\t1\n", "learned.tsv:2:1: 'pyjamas' stands before any labels; begin with (each) or (one of), and the labels"),
        ("\0" * 1_000 + "\t1\n", "learned.tsv:2:1: '" + "\\x00" * 40 + "…' stands before any labels"),
        ("(each)\n(start)\n", "learned.tsv:2:1: a group needs labels, each of them once"),
        ("(each)\ta\ta\n(start)\t1\t1\n", "learned.tsv:2:1: a group needs labels, each of them once"),
        ("(each)\ta\n(start)\t1\n(one of)\ta\tb\n(start)\t1\t1\n", "learned.tsv:4:1: a group needs labels, each of them once"),
        ("(each)\ta\nbins\t1\n", "learned.tsv:2:1: the group has no line (start)"),
        ("(each)\ta\n(start)\t1\nbins\tmany\n", NO_NUMBERS),
        ("(each)\ta\n(start)\t1\nbins\t1\t2\n", NO_NUMBERS),
        ("(each)\ta\n(start)\t1\nbins\tnan\n", NO_NUMBERS),
        ("(each)\ta\n(start)\t1\nbins\t51\n", NO_NUMBERS),
        ("(each)\ta\n(start)\t1\nbins\t1e308\n", NO_NUMBERS),
        ("(each)\ta\n(start)\t1\nbins\t1_0\n", NO_NUMBERS),
        ("(each)\ta\n(start)\t1\nbins\t٣\n", NO_NUMBERS),
        ("(each)\ta\n(start)\t1\nbins\t1\nbins\t2\n", "learned.tsv:5:1: 'bins' stands here twice; take one of the lines out"),
    ],
)
def test_what_is_wrong_is_refused_with_its_line(content: str, said: str) -> None:
    with pytest.raises(FilesRefused) as refused:
        read_learned(with_head(content).encode(), "learned.tsv")

    assert str(refused.value).startswith(said)


def refused_as(content: str) -> str:
    with pytest.raises(FilesRefused) as refused:
        read_learned(content.encode(), "learned.tsv")
    (fault,) = refused.value.faults
    assert fault.line > 0
    assert fault.column > 0
    return str(fault)


@given(st.data())
def test_a_file_of_which_any_character_has_come_out_otherwise_is_refused(data: st.DataObject) -> None:
    """All but the comment above it: that may be written by hand."""
    first = WHOLE.index("(whole)")
    place = data.draw(st.integers(first, len(WHOLE) - 2))
    other = data.draw(st.sampled_from([each for each in "1-x." if each != WHOLE[place]]))

    assert refused_as(WHOLE[:place] + other + WHOLE[place + 1 :])


@pytest.mark.parametrize("kept", [0, 1, 2, 3, 4])
def test_a_file_that_was_cut_off_is_refused_as_a_fault_of_its_own(kept: int) -> None:
    said = refused_as("\n".join(WHOLE.split("\n")[: kept + 1]))

    assert said.startswith("learned.tsv:")
    assert "copy the file anew" in said or "copy it anew" in said
    assert "townclerk rules learn" in said


def test_whoever_has_taken_a_word_out_by_hand_is_told_what_the_head_must_be() -> None:
    shorter = WHOLE.replace("pyjamas\t12.5\n", "")
    said = refused_as(shorter)
    assert "3 lines follow, and 4 were written" in said
    head = said.rpartition("write here: ")[2].replace("\t", " ")  # as a mail program may show it
    mended = "\n".join(head if line.startswith("(whole)") else line for line in shorter.split("\n"))

    assert read_learned(mended.encode(), "learned.tsv").groups[0].weights == {"bank card": (6.0, 0.25)}


def test_a_file_without_a_head_is_refused_with_the_line_to_write() -> None:
    said = refused_as("\n".join(line for line in WHOLE.split("\n") if not line.startswith("(whole)")))

    assert "there is no line (whole)" in said
    assert next(line for line in WHOLE.split("\n") if line.startswith("(whole)")) in said


def test_line_ends_and_comments_may_be_others() -> None:
    assert read_learned(WHOLE.replace("\n", "\r\n").encode(), "a") == read_learned(WHOLE.encode(), "b")
    assert read_learned(f"# ours\n{WHOLE}\n# end\n".encode(), "a") == read_learned(WHOLE.encode(), "b")


def test_a_file_in_another_encoding_is_refused_with_line_and_column() -> None:
    with pytest.raises(FilesRefused, match=r"learned.tsv:2:4: byte 0xe9 is not UTF-8; save the file as UTF-8"):
        read_learned("(each)\ta\ncafé\t1\n".encode("latin-1"), "learned.tsv")


def council(tmp_path: Path, routing: str = ROUTING, learned: str | None = WHOLE) -> Path:
    folder = tmp_path / "exton"
    folder.mkdir()
    if learned is not None:
        (folder / "learned.tsv").write_text(learned, encoding="utf-8")
    path = folder / "routing.yaml"
    path.write_text(routing, encoding="utf-8")
    return path


def mail(text: str) -> IncomingMail:
    return IncomingMail(Address("", "a@b.example"), "", text, text)


def test_a_rule_compares_a_mail_with_what_was_learned_and_says_on_which_words(tmp_path: Path) -> None:
    routing = load_routing(council(tmp_path), rules=tmp_path)

    assert route(mail("He is still in the same pyjamas."), routing).alerts == (Alert.SAFEGUARDING,)
    assert route(mail("The bin was missed."), routing).alerts == ()
    (tried,) = explain_route(mail("He is still in the same pyjamas."), routing)
    assert "most by “pyjamas”" in tried.verdict.because
    assert [(mark.start, mark.end) for mark in tried.verdict.marks] == [(24, 31)]


def test_a_rule_may_ask_to_be_surer(tmp_path: Path) -> None:
    surer = ROUTING.replace("{reads_like: safeguarding}", "{reads_like: {label: safeguarding, at_least: 99}}")
    routing = load_routing(council(tmp_path, surer), rules=tmp_path)

    assert route(mail("He is still in the same pyjamas."), routing).alerts == ()
    assert route(mail("pyjamas pyjamas. pyjamas!"), routing).category is Category.COMPLAINT


UNNAMED = ROUTING.replace("learned: learned\n", "")
MISSPELT = ROUTING.replace("like: safeguarding", "like: safegarding")


@pytest.mark.parametrize(
    ("routing", "learned", "said"),
    [
        (UNNAMED, WHOLE, "nothing has been learned of mails; name a file of `townclerk rules learn`"),
        (MISSPELT, WHOLE, '"safegarding": learned.tsv does not have it; did you mean "safeguarding"?; or let townclerk rules'),
        (ROUTING, None, "learned: there is no exton/learned.tsv in the rules folders; townclerk rules learn writes one"),
        (ROUTING, "pyjamas\t1\n", "learned.tsv:1:1: there is no line (whole)"),
    ],
)
def test_what_a_rule_names_must_have_been_learned(tmp_path: Path, routing: str, learned: str | None, said: str) -> None:
    with pytest.raises(FilesRefused) as refused:
        load_routing(council(tmp_path, routing, learned), rules=tmp_path)

    assert said in str(refused.value)


@pytest.mark.parametrize("broken", ["", "# of our mails\n", WHOLE[: len(WHOLE) // 2], WHOLE.replace("safeg", "safg")])
def test_a_broken_file_is_told_as_itself_and_not_as_a_fault_of_the_rules_that_name_it(tmp_path: Path, broken: str) -> None:
    with pytest.raises(FilesRefused) as refused:
        load_routing(council(tmp_path, learned=broken), rules=tmp_path)

    assert [Path(each.file).name for each in refused.value.faults] == ["learned.tsv"]


def test_what_was_learned_is_a_part_of_the_name_of_the_set(tmp_path: Path) -> None:
    path = council(tmp_path)
    before = load_routing(path, rules=tmp_path).version
    (path.parent / "learned.tsv").write_text(with_head(WHOLE.replace("12.5", "12.6")), encoding="utf-8")

    assert load_routing(path, rules=tmp_path).version != before


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(FilesRefused, match="there is no such file"):
        load_learned(tmp_path / "learned.tsv")
