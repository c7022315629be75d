"""Rules as a file: plain words, patterns that cannot hang, and how wrong ones are refused."""

import time
from pathlib import Path

import pytest

from townclerk.config.errors import Fault, FilesRefused
from townclerk.config.routing_file import load_routing, read_routing
from townclerk.config.yaml import Node, parse_yaml
from townclerk.domain.mail import Address, IncomingMail
from townclerk.domain.routing import Routing, route
from townclerk.domain.words import Category

HEAD = "service_names: [waste, other]\n"


def rules(content: str) -> Routing:
    return read_routing(
        parse_yaml((HEAD + content).encode(), "routing.yaml"), categories=["complaint", "comment"], exclusions=["fraud"]
    )


def faults(content: str) -> tuple[Fault, ...]:
    with pytest.raises(FilesRefused) as caught:
        rules(content)
    return caught.value.faults


def with_shared(content: str, **files: str) -> Routing:
    def shared(name: str) -> Node:
        return parse_yaml(files[name].encode(), f"shared/{name}.yaml")

    return read_routing(parse_yaml((HEAD + content).encode(), "routing.yaml"), shared=shared)


def finds(words: str, text: str, where: str = "anywhere") -> bool:
    found = rules(f"services:\n  - {{name: a, gives: waste, {where}: {words}}}\n")
    return route(IncomingMail(Address("", "Ann@Sub.Council.example"), "", text, text), found).service == "waste"


@pytest.mark.parametrize(
    ("words", "text", "expected"),
    [
        ("missed bin", "The MISSED   bin.", True),
        ("missed bin", "missed\n\tbin", True),
        ("missed bin", "missed\u00a0bin", True),
        ("missed bin", "missed bins", False),
        ("missed bin", "dismissed bin", False),
        ("missed bin", "missed a bin", False),
        ("bin*", "bins", True),
        ("bin*", "Binmen", True),
        ("bin*", "cabin", False),
        ("bin* not collected", "Bins not collected today", True),
        ("complain*", "Complaint", True),
        ('"can\'t"', "I can’t", True),
        ('"can\'t"', "I can't", True),
        ('"can\'t"', "cant", True),
        ("can’t", "can`t", True),
        ("bin", "bin-men", True),
        ("bin", "bin_men", False),
        ("bin", "bin2", False),
        ("tŷ", "Tŷ mawr", True),
        ("tŷ", "tŷau", False),
        ("caf*", "CAFÉ", True),
        ('"c++ (new)"', "the c++ (new) one", True),
        ('"a.b"', "axb", False),
        ("bin", "", False),
        ("[missed bin, fly tip*]", "fly tipping", True),
        ("[{pattern: 'b.n'}]", "BUN", True),
        ("[{pattern: '^no\\b'}, bin]", "no", True),
        ("[{pattern: '^no\\b'}, bin]", "oh no", False),
    ],
)
def test_words_are_found_as_a_reader_would_find_them(words: str, text: str, expected: bool) -> None:
    assert expected is finds(words, text)


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        ("ann@sub.council.example", True),
        ("'@council.example'", True),
        ("'@sub.council.example'", True),
        ("bann@sub.council.example", False),
        ("'@ouncil.example'", False),
        ("'@council.exampl'", False),
        ("n@sub.council.example", False),
    ],
)
def test_a_sender_is_an_address_or_a_whole_domain(sender: str, expected: bool) -> None:
    assert expected is finds(f"[{sender}]", "x", "sender")


def test_what_stands_under_unless_undoes_a_rule() -> None:
    found = rules("categories:\n  - {name: a, gives: comment, anywhere: [suggest*], unless: [complain*]}\n")

    def category(text: str) -> Category:
        return route(IncomingMail(None, "", text, text), found).category

    assert (category("I suggest"), category("I suggest, no, I complain")) == (Category.COMMENT, Category.COMPLAINT)


def test_what_stands_under_also_must_be_found_besides() -> None:
    """In the subject or in the text, whichever of them has the other words."""
    found = rules("exclusions:\n  - {name: a, gives: fraud, anywhere: [pothole*], also: [complain*, unhappy], unless: [bin]}\n")

    def suspected(subject: str, text: str) -> bool:
        return bool(route(IncomingMail(None, subject, text, text), found).exclusions)

    assert suspected("Complaint", "The potholes.")
    assert suspected("", "Unhappy with the pothole")
    assert not suspected("Pothole", "Please fill it.")
    assert not suspected("Complaint", "The bin fell into a pothole.")


def test_the_first_category_that_holds_wins_and_every_alert_counts() -> None:
    found = rules(
        "categories:\n  - {name: a, gives: comment, text: x}\n  - {name: b, gives: complaint, text: x}\n"
        "alerts:\n  - {name: c, gives: fraud, text: x}\n  - {name: d, gives: hate_crime, text: x}\n"
    )
    result = route(IncomingMail(None, "", "x", "x"), found)

    assert (result.category, result.alerts, result.because) == (Category.COMMENT, ("fraud", "hate_crime"), ("a", "c", "d"))


def test_half_a_character_in_a_mail_is_no_trouble() -> None:
    """Lone surrogates come out of broken mails, and the engine cannot take them."""
    assert finds("bin", "\ud800 my bin \udfff")


def test_a_pattern_that_would_hang_other_engines_answers_at_once() -> None:
    started = time.monotonic()
    assert not finds("[{pattern: '(a+)+$'}, {pattern: '(x*)*y'}]", "a" * 50_000 + "!" + "x" * 50_000)
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("content", "line", "path", "says"),
    [
        (
            "services:\n  - {name: a, gives: waste, text: [{pattern: '(?=x)'}]}\n",
            3,
            "services[0].text[0].pattern",
            "looking ahead",
        ),
        (
            "services:\n  - {name: a, gives: waste, text: [{pattern: '(x)\\1'}]}\n",
            3,
            "services[0].text[0].pattern",
            "found before",
        ),
        ("services:\n  - {name: a, gives: waste, text: [{pattern: '(x'}]}\n", 3, "services[0].text[0].pattern", "missing )"),
        (
            "services:\n  - {name: a, gives: waste, text: [{pattern: 'x{2000}'}]}\n",
            3,
            "services[0].text[0].pattern",
            "is refused",
        ),
        (
            "services:\n  - {name: a, gives: waste, text: [{pattern: 'x*'}]}\n",
            3,
            "services[0].text[0].pattern",
            "found in every mail",
        ),
        (
            "services:\n  - {name: a, gives: waste, text: [{patern: 'x'}]}\n",
            3,
            "services[0].text[0].patern",
            'did you mean "pattern"',
        ),
        ("services:\n  - {name: a, gives: waste, text: ['b*n']}\n", 3, "services[0].text[0]", "a * in the wrong place"),
        ("services:\n  - {name: a, gives: waste, text: ['*']}\n", 3, "services[0].text[0]", "is no phrase"),
        ("services:\n  - {name: a, gives: waste, text: ['bin *']}\n", 3, "services[0].text[0]", "a * in the wrong place"),
        ("services:\n  - {name: a, gives: waste, text: []}\n", 3, "services[0].text", "the list is empty"),
        ("services:\n  - {name: a, gives: waste, text: [true]}\n", 3, "services[0].text[0]", "in quotation marks"),
        ("services:\n  - {name: a, gives: waste}\n", 3, "services[0].name", "looks for nothing"),
        ("services:\n  - {name: a, gives: wast, text: x}\n", 3, "services[0].gives", 'did you mean "waste"'),
        ("services:\n  - {gives: waste, text: x}\n", 3, "services[0].name", "is missing"),
        ("services:\n  - {name: a, gives: waste, text: x, unles: y}\n", 3, "services[0].unles", 'did you mean "unless"'),
        (
            "services:\n  - {name: a, gives: waste, sender: [council]}\n",
            3,
            "services[0].sender[0]",
            "neither an address nor a domain",
        ),
        (
            "categories:\n  - {name: a, gives: service_request, text: x}\n",
            3,
            "categories[0].gives",
            "known here: complaint, comment",
        ),
        ("exclusions:\n  - {name: a, gives: frauds, text: x}\n", 3, "exclusions[0].gives", 'did you mean "fraud"'),
        ("alerts:\n  - {name: a, gives: hatecrime, text: x}\n", 3, "alerts[0].gives", 'did you mean "hate_crime"'),
        ("signals:\n  - {name: a, gives: review, text: x}\n", 3, "signals[0].gives", "review_request"),
        ("services: {name: a}\n", 2, "services", "stands where a list must"),
        ("service: []\n", 2, "service", 'did you mean "services"'),
        ("otherwise_service: bins\n", 2, "otherwise_service", "known here: waste, other"),
        ("otherwise_category: complain\n", 2, "otherwise_category", 'did you mean "complaint"'),
    ],
)
def test_a_wrong_rule_is_refused_at_its_place_with_a_helpful_word(content: str, line: int, path: str, says: str) -> None:
    [fault] = [fault for fault in faults(content) if fault.path == path]

    assert line == fault.line
    assert says in str(fault)


def test_two_rules_of_one_name_are_refused() -> None:
    """The journal says which rule it was."""
    [fault] = faults("services:\n  - {name: a, gives: waste, text: x}\nalerts:\n  - {name: a, gives: fraud, text: x}\n")

    assert (fault.line, fault.path) == (5, "alerts[0].name")


# --- files that councils share ---------------------------------------------------------------------------------------


def test_a_councils_own_rules_come_first_then_the_shared_files_in_the_order_named() -> None:
    """So that an exception is one rule beside the others, and never a copy of them."""
    found = with_shared(
        "shared: [second, first]\nservices: [{name: own, gives: other, text: x}]\n",
        first="services: [{name: one, gives: waste, text: x}]\n",
        second="services: [{name: two, gives: waste, text: x}]\nsignals: [{name: three, gives: thanks, text: x}]\n",
    )
    result = route(IncomingMail(None, "", "x", "x"), found)

    assert [rule.name for rule in found.services] == ["own", "two", "one"]
    assert ("other", frozenset({"thanks"})) == (result.service, result.signals)


@pytest.mark.parametrize(
    ("content", "first", "file", "path", "says"),
    [
        (
            "shared: [first]\n",
            "services: [{name: a, gives: bins, text: x}]\n",
            "shared/first.yaml",
            "services[0].gives",
            "waste",
        ),
        ("shared: [first]\n", "service_names: [a]\n", "shared/first.yaml", "service_names", "not known here"),
        ("shared: [first]\n", "shared: [first]\n", "shared/first.yaml", "shared", "not known here"),
        ("shared: [first]\n", "x\n", "shared/first.yaml", "", "group of settings"),
        ("shared: [first]\n", "a: [\n", "shared/first.yaml", "", ""),
        ("shared: [first, first]\n", "{}\n", "routing.yaml", "shared[1]", "named twice"),
        (
            "shared: [first]\nalerts: [{name: a, gives: fraud, text: x}]\n",
            "signals: [{name: a, gives: thanks, text: x}]\n",
            "shared/first.yaml",
            "signals[0].name",
            'another rule is called "a"',
        ),
    ],
)
def test_a_fault_in_a_shared_file_is_told_with_its_own_place(content: str, first: str, file: str, path: str, says: str) -> None:
    with pytest.raises(FilesRefused) as caught:
        with_shared(content, first=first)

    assert [(file, path)] == [(fault.file, fault.path) for fault in caught.value.faults]
    assert says in str(caught.value)
    assert caught.value.faults[0].line > 0


@pytest.mark.parametrize("name", ["alert", "../shared/alerts", "alerts.yaml", "Alerts"])
def test_a_shared_file_that_there_is_not_is_refused_with_those_that_there_are(name: str, tmp_path: Path) -> None:
    """A name cannot climb out of the folder."""
    path = tmp_path / "routing.yaml"
    path.write_text(f"{HEAD}shared: [{name}]\n", encoding="utf-8")

    with pytest.raises(FilesRefused, match=r"shared\[0\]: there is no shared/.*alerts"):
        load_routing(path)


def test_a_shared_file_of_the_councils_own_stands_in_place_of_the_shipped_one(tmp_path: Path) -> None:
    """As a whole: nothing of the shipped one is left."""
    path = tmp_path / "routing.yaml"
    path.write_text(f"{HEAD}shared: [alerts, signals]\n", encoding="utf-8")
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "alerts.yaml").write_text("alerts: [{name: own, gives: fraud, text: x}]\n", encoding="utf-8")
    found = load_routing(path, rules=tmp_path)

    assert [rule.name for rule in found.alerts] == ["own"]
    assert [rule.name for rule in found.signals] == [rule.name for rule in load_routing(path).signals] != []
