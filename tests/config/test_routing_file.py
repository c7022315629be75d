"""Rules as a file: plain words, patterns that cannot hang, and how wrong ones are refused."""

import re
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from townclerk.config.errors import Fault, FilesRefused
from townclerk.config.patterns import LinearPatterns
from townclerk.config.reading import Refused
from townclerk.config.routing_file import load_routing, read_routing
from townclerk.config.yaml import Node, parse_yaml
from townclerk.domain.conditions import Trait
from townclerk.domain.mail import Address, Attachment, IncomingMail
from townclerk.domain.routing import Context, Routing, explain_route, route
from townclerk.domain.words import Category
from townclerk.mail.reading import read_inline

HEAD = "services: [waste, other]\n"


def read(content: str, **files: str) -> Routing:
    """The rules of a file, and of those that it includes."""

    def included(name: str) -> Node:
        if name == "routing":
            return tree
        if name not in files:
            raise Refused(f"there is no {name}")
        return parse_yaml(files[name].encode(), f"{name}.yaml")

    tree = parse_yaml((HEAD + content).encode(), "routing.yaml")
    return read_routing(
        tree,
        included=included,
        categories=["complaint", "comment"],
        exclusions=["fraud"],
        roles=["planning_lead"],
        officers=["wendy", "housing"],
        teams=["housing"],
    )


def one(when: str, then: str = "{service: waste}", more: str = "") -> str:
    return f"rules:\n  - {{id: a, why: because, when: {when}, then: {then}{more}}}\n"


def faults(content: str, **files: str) -> tuple[Fault, ...]:
    with pytest.raises(FilesRefused) as caught:
        read(content, **files)
    return caught.value.faults


def holds(when: str, mail: IncomingMail, context: Context | None = None, before: str = "") -> bool:
    """And what the rule says of itself is the same."""
    found = read(before + one(when))
    (tried,) = explain_route(mail, found, context=context)
    assert tried.verdict.holds is (route(mail, found, context=context).service == "waste")
    return tried.verdict.holds


def saying(text: str, subject: str = "", **more: Any) -> IncomingMail:
    return IncomingMail(Address("", "Ann@Sub.Council.example"), subject, text, text, **more)


def finds(words: str, text: str, where: str = "anywhere") -> bool:
    return holds(f"{{{where}: {words}}}", saying(text))


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
        ("tŷ", "ty mawr", True),
        ("café", "CAFE\u0301", True),
        ("straße", "STRASSE", True),
        ("tŷ", "tŷau", False),
        ("caf*", "CAFÉ", True),
        ("double yellow", "double-yellow lines", True),
        ("pre-action protocol", "the pre action protocol", True),
        ("missed bin", "missed, bin", False),
        ("missed bin", "It was missed. Bin it.", False),
        ("food/garden", "food/garden waste", True),
        ("food/garden", "food garden waste", False),
        ("complaint", "com\u00adplaint", True),
        ("boiler", "the boiler’s off", True),
        ("boiler off", "the boiler's off", True),
        ("boil* .. off", "the boiler's gone off", True),
        ("boiler", "the boilers", False),
        ('"a.b"', "axb", False),
        ("bin", "", False),
        ("[missed bin, fly tip*]", "fly tipping", True),
        ("[{pattern: 'b.n'}]", "BUN", True),
        ("[{pattern: '^no\\b'}, bin]", "no", True),
        ("[{pattern: '^no\\b'}, bin]", "oh no", False),
        ('"(took|takes) (her|his mother\'s) card*"', "he took her cards", True),
        ('"(took|takes) (her|his mother\'s) card*"', "he takes his mother’s card", True),
        ('"(took|takes) (her|his mother\'s) card*"', "he took his card", False),
        ('"took (her|) card"', "took card", True),
        ('"took (her|) card"', "took their card", False),
        ('"(bin*|box) .. emptied"', "bins emptied", True),
        ('"(bin*|box) .. emptied"', "the box, as ever, never emptied", True),
        ('"(bin*|box) .. emptied"', "the box was not at all well emptied", False),
        ('"(bin*|box) .. emptied"', "There is a box. They emptied it", False),
        ('"took (the (bank|cash) card|it) back"', "took the cash card back", True),
        ('"took (the (bank|cash) card|it) back"', "took the card back", False),
        ('"took .. (her|) .. card"', "took, and used, her best card", True),
        ('"bin .. not, though"', "bin is not though", False),
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
        ("'*.council.example'", True),
        ("'*.sub.council.example'", False),
        ("'*.ouncil.example'", False),
        ("'@COUNCIL.example'", True),
    ],
)
def test_a_sender_is_an_address_or_a_whole_domain(sender: str, expected: bool) -> None:
    assert expected is finds(f"[{sender}]", "x", "sender")


@pytest.mark.parametrize(
    ("when", "subject", "text", "expected"),
    [
        ("bin", "", "my bin", True),
        ("[bin, box]", "the box", "", True),
        ("{subject: bin}", "the bin", "", True),
        ("{subject: bin}", "", "the bin", False),
        ("{text: bin}", "the bin", "", False),
        ("{subject: bin, text: missed}", "the bin", "missed", True),
        ("{subject: bin, text: missed}", "the bin", "late", False),
        ("{anywhere: bin, also: [missed, late]}", "bin", "late", True),
        ("{anywhere: bin, also: [missed, late]}", "bin", "full", False),
        ("{anywhere: bin, not: [tennis, squash]}", "bin", "squash", False),
        ("{anywhere: bin, not: [tennis, squash]}", "bin", "full", True),
        ("{all: [bin, missed]}", "missed", "the bin", True),
        ("{all: [bin, missed]}", "missed", "the box", False),
        ("{all: [[bin, box], [missed, late]]}", "late", "the box", True),
        ("{any: [bin, {all: [box, late]}]}", "late", "the box", True),
        ("{any: [bin, {all: [box, late]}]}", "early", "the box", False),
        ("{any: [bin, box], not: {all: [late, again]}}", "late", "the box again", False),
        ("{not: bin}", "", "a box", True),
        ("{pattern: 'b.n'}", "", "bun", True),
        ("{near: [missed, bin*], within: 3}", "", "they missed my brown bins", True),
        ("{near: [missed, bin*], within: 3}", "", "the bins that they missed", True),
        ("{near: [missed, bin*], within: 3}", "", "the bins, that they have missed", False),
        ("{near: [missed, bin*], within: 4}", "", "the bins, that they have missed", True),
        ("{near: [missed, bin*], within: 3}", "missed", "bin", False),
        ("{near: [missed, bin*]}", "", "missed it, as I said, and so I wrote to you about the bin", True),
        ("{near: [[missed, forgot], [bin*], [again]], within: 6}", "", "again the bin: you forgot it", True),
        ("{near: [[missed, forgot], [bin*], [again]], within: 2}", "", "again the bin: you forgot it", False),
        ("{near: [missed, bin], within: 1}", "", "missed the bin, missed bin", True),
        ("{near: [(missed|forgot) .. bin, again], within: 2}", "", "again you forgot my bin", True),
    ],
)
def test_conditions_are_put_together_as_they_read(when: str, subject: str, text: str, expected: bool) -> None:
    assert expected is holds(when, saying(text, subject))


@pytest.mark.parametrize(
    ("text", "expected"),
    [("I complain", False), ("I complain again", True), ("again", False), ("I complain again, thank you", False)],
)
def test_a_score_adds_up_so_that_one_word_does_not_decide(text: str, expected: bool) -> None:
    of = "{weighs: 2, when: [complain*]}, {weighs: 1, when: again}, {weighs: -1, when: thank you}"
    assert expected is holds(f"{{score: {{at_least: 3, of: [{of}]}}}}", saying(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bruises and burns", True),
        ("bruises, and more bruises", False),
        ("cigarette burns", False),  # two words of the list, in one place
        ("cigarette burns and bruises", True),
    ],
)
def test_different_ones_of_a_list_may_count_each(text: str, expected: bool) -> None:
    lists = "lists: {harm: [bruis*, burns, cigarette burns, {pattern: 'scalds?'}]}\n"
    when = "{score: {at_least: 2, of: [{weighs: 1, up_to: 2, when: {list: harm}}]}}"
    assert expected is holds(when, saying(text), before=lists)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("the colection", True), ("casgliad", True), ("my missed colection", True), ("a collector", False)],
)
def test_a_word_is_found_as_its_listed_variants_write_it(text: str, expected: bool) -> None:
    variants = "variants: {collection: [colection, casgliad]}\n"
    assert expected is holds("[collection, missed collection]", saying(text), before=variants)


def test_a_list_is_named_by_many_rules_and_may_hold_words_or_addresses() -> None:
    lists = "lists: {cross: [unhappy, {pattern: 'disgust'}], offices: ['@council.example']}\n"

    assert holds("{anywhere: [bin], also: {list: cross}}", saying("bin! disgusted!"), before=lists)
    assert holds("{text: [{list: cross}, x]}", saying("unhappy"), before=lists)
    assert holds("{sender: {list: offices}}", saying("?"), before=lists)
    assert not holds("{list: cross}", saying("bin"), before=lists)


def test_a_list_may_be_made_of_others_and_any_of_them_may_be_near_something() -> None:
    lists = "lists: {son: [son, lad], child: [{list: son}, daughter], family: [{list: child}, mother]}\n"

    assert holds("{list: family}", saying("my lad"), before=lists)
    assert holds("{near: [[hit, {list: family}], [again]], within: 3}", saying("again my lad"), before=lists)
    assert not holds("{near: [hit, [{list: family}, dog]], within: 3}", saying("my lad"), before=lists)


def test_a_list_may_stand_in_a_file_of_its_own_and_hold_addresses_of_each_kind() -> None:
    """A council's own councillors, for instance: their list changes after each election, and nothing else does."""
    files = {
        "councillors": "lists:\n  councillors: [cllr.lowe@members.example, '@council.example', '*.gov.example', {list: mps}]\n"
        "  mps: [hal@venn.example]\n"
    }
    root = parse_yaml(
        b"services: [other]\ninclude: [councillors]\n"
        b"rules: [{id: a, why: x, when: {sender: {list: councillors}}, then: {category: member_enquiry}}]\n",
        "routing.yaml",
    )
    routing = read_routing(root, included=lambda name: parse_yaml(files[name].encode(), f"{name}.yaml"))

    def is_a_members(sender: str) -> bool:
        return route(IncomingMail(Address("", sender), "", "x", "x"), routing).category is Category.MEMBER_ENQUIRY

    for member in ("Cllr.Lowe@members.example", "jo@sub.council.example", "jo@dept.gov.example", "hal@venn.example"):
        assert is_a_members(member), member
    for nobody in ("jo@gov.example", "ann@members.example", "hal@venn.example.net"):
        assert not is_a_members(nobody), nobody


FRIDAY_NIGHT = datetime(2027, 1, 29, 21, 30, tzinfo=ZoneInfo("Europe/London"))


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("{to: bins@council.example}", True),
        ("{to: '@council.example'}", True),
        ("{to: parks@council.example}", False),
        ("{header: {X-Spam-Flag: 'yes'}}", True),
        ("{header: {x-spam-flag: 'no'}}", False),
        ("{header: {X-Spam-Flag: '*'}}", True),
        ("{header: {X-Spam-Level: '*'}}", False),
        ("{attachment: true}", True),
        ("{attachment: {name: '*.PDF'}}", True),
        ("{attachment: {name: ['*.exe', '*.pdf'], type: 'application/*'}}", True),
        ("{attachment: {name: '*.pdf', type: 'image/*'}}", False),
        ("{attachment: {larger_than: 1 MB}}", True),
        ("{attachment: {larger_than: 2 MB}}", False),
        ("{larger_than: 2.5 MB}", True),
        ("{larger_than: 3 MB}", False),
        ("{is: reply}", True),
        ("{is: [automatic, from_staff]}", False),
        ("{earlier_cases: {at_least: 2}}", True),
        ("{earlier_cases: {at_least: 3}}", False),
        ("{earlier_cases: {at_least: 1, within: 30 days}}", True),
        ("{earlier_cases: {at_least: 2, within: 30 days}}", False),
        ("{arrives: {days: [friday, saturday]}}", True),
        ("{arrives: {days: monday}}", False),
        ("{arrives: {between: ['18:00', '08:00']}}", True),
        ("{arrives: {between: ['21:30', '22:00']}}", True),
        ("{arrives: {between: ['20:00', '21:30']}}", False),
        ("{arrives: {working_time: false}}", True),
        ("{arrives: {working_time: true}}", False),
    ],
)
def test_a_rule_may_look_at_all_that_is_known_of_a_mail(when: str, expected: bool) -> None:
    mail = saying(
        "x",
        to=(Address("", "Bins@council.example"),),
        headers={"x-spam-flag": ("YES",)},
        attachments=(Attachment("Bill.pdf", "application/pdf", 1_500_000, ""),),
        size=2_600_000,
    )
    earlier = (FRIDAY_NIGHT - timedelta(days=400), FRIDAY_NIGHT - timedelta(days=29))
    context = Context(frozenset({Trait.REPLY}), earlier, FRIDAY_NIGHT, working_time=False)

    assert expected is holds(when, mail, context)


def test_the_first_category_that_holds_wins_and_every_alert_counts() -> None:
    found = read(
        "rules:\n"
        "  - {id: a, why: one, when: x, then: {category: comment}}\n"
        "  - {id: b, why: two, when: x, then: {category: complaint}}\n"
        "  - {id: c, why: three, when: x, then: {alert: [fraud]}}\n"
        "  - {id: d, why: four, when: x, then: {category: complaint, alert: hate_crime, suspect: fraud}}\n"
    )
    result = route(saying("x"), found)

    assert (result.category, result.alerts, result.exclusions) == (Category.COMMENT, ("fraud", "hate_crime"), ("fraud",))
    assert (result.rules, result.because) == (("a", "c", "d"), ("one", "three", "four"))
    assert [dict(each.overruled) for each in explain_route(saying("x"), found)] == [
        {},
        {"category": "a"},
        {},
        {"category": "a"},
    ]


def test_below_a_rule_that_stops_only_what_keeps_people_safe_still_counts() -> None:
    found = read(
        "rules:\n"
        "  - {id: a, why: one, when: x, then: {category: comment}, stop: true}\n"
        "  - {id: b, why: two, when: x, then: {service: waste, alert: safeguarding}}\n"
    )
    result = route(saying("x"), found)

    assert (result.service, result.alerts) == ("other", ("safeguarding",))
    assert [each.overruled for each in explain_route(saying("x"), found)] == [(), (("service", "a"),)]


def test_what_a_condition_asked_for_is_said_in_words() -> None:
    when = "{arrives: {days: [friday], between: ['18:00', '08:00'], working_time: false}, larger_than: 2 MB, is: reply}"
    (tried,) = explain_route(saying("x"), read(one(when)))

    assert [each.asked for each in tried.verdict.below] == [
        "larger than 2000000 bytes",
        "is: reply",
        "arrives: Fridays, from 18:00 to 08:00, out of working time",
    ]


def test_of_what_only_one_rule_gives_the_first_wins_and_the_rest_adds_up() -> None:
    found = read(
        "rules:\n"
        "  - {id: a, why: one, when: x, then: {suggest: {category: comment}, priority: normal, flag: pond, file: false}}\n"
        "  - {id: b, why: two, when: x, then: {suggest: {category: complaint}, priority: high, flag: [lawn], file: true}}\n"
        "  - {id: c, why: three, when: x, then: {decide: Whose is it?, tell: planning_lead}, stop: true}\n"
        "  - {id: d, why: four, when: x, then: {assign: wendy, decide: Whose was it?, restrict: true}}\n"
    )
    result = route(saying("x"), found)

    assert result.suggested is not None
    assert (result.suggested.category, result.suggested.why) == (Category.COMMENT, "one")
    assert (result.priority, result.filed_by, result.officer) == ("normal", "", None)
    assert (result.flags, result.questions) == (("pond", "lawn"), ("Whose is it?", "Whose was it?"))
    assert (result.tells, result.restricted_by) == (("planning_lead",), "d")
    assert [dict(each.overruled) for each in explain_route(saying("x"), found)] == [
        {},
        {"suggest": "a", "priority": "a", "file": "a"},
        {},
        {"assign": "c"},
    ]


def test_a_rule_says_on_which_words_it_holds() -> None:
    (tried,) = explain_route(saying("You missed my bins. Missed!", "Bins"), read(one("{anywhere: [missed, bin*], not: box}")))
    words, without = tried.verdict.below

    assert words.because == "“Bins”, “missed”, “bins”, “Missed”"
    assert [(mark.where, mark.start, mark.end) for mark in words.marks][:2] == [("subject", 0, 4), ("text", 4, 10)]
    assert (without.holds, without.below[0].holds) == (True, False)


def test_half_a_character_in_a_mail_is_no_trouble() -> None:
    """Lone surrogates come out of broken mails, and the engine cannot take them."""
    assert finds("[bin, {pattern: 'b.n'}]", "\ud800 my bin \udfff")


def test_a_pattern_that_would_hang_other_engines_answers_at_once() -> None:
    started = time.process_time()
    assert not finds("[{pattern: '(a+)+$'}, {pattern: '(x*)*y'}]", "a" * 50_000 + "!" + "x" * 50_000)
    assert time.process_time() - started < 5


@given(st.lists(st.sampled_from(["bin", "box", "missed", "late", "no", "again"]), max_size=12))
def test_patterns_are_found_through_the_filter_as_without_it(words: list[str]) -> None:
    text = " ".join(words)
    patterns = [r"\bbin\b", r"(missed|late)\s+(box|bin)", r"\b(no|again)\b.{0,9}\bbox\b", r"^late", r"n$"]

    assert LinearPatterns(patterns).found(text) == {each for each in patterns if re.search(each, text)}


@pytest.mark.parametrize(
    ("content", "line", "path", "says"),
    [
        (one("{text: [{pattern: '(?=x)'}]}"), 3, "rules[0].when.text[0].pattern", "looking ahead"),
        (one("{text: [{pattern: '(x)\\1'}]}"), 3, "rules[0].when.text[0].pattern", "found before"),
        (one("{pattern: '(x'}"), 3, "rules[0].when.pattern", "missing )"),
        (one("{pattern: 'x{2000}'}"), 3, "rules[0].when.pattern", "write smaller numbers in { }"),
        (one("{pattern: '(a{1,100}){1,100}'}"), 3, "rules[0].when.pattern", "write smaller numbers in { }"),
        (one('["\\uD800 a"]'), 3, "rules[0].when[0]", '"\ufffd a" begins or ends with a sign'),
        (one("{pattern: 'x*'}"), 3, "rules[0].when.pattern", "found in every mail"),
        (one("{text: [{patern: 'x'}]}"), 3, "rules[0].when.text[0].patern", 'did you mean "pattern"'),
        (one("['b*n']"), 3, "rules[0].when[0]", "a * in the wrong place"),
        (one("['*']"), 3, "rules[0].when[0]", "is no phrase"),
        (one("['bin *']"), 3, "rules[0].when[0]", "a * in the wrong place"),
        (one("['(his) bin']"), 3, "rules[0].when[0]", "brackets with no words to choose from"),
        (one("['(his|her bin']"), 3, "rules[0].when[0]", "a bracket that is not closed"),
        (one("['(his|her)) bin']"), 3, "rules[0].when[0]", "a closing bracket too many"),
        (one("['(a .. b|c) bin']"), 3, "rules[0].when[0]", "a .. within brackets"),
        (one("['his|her bin']"), 3, "rules[0].when[0]", "a | outside of brackets"),
        (one("['.. bin']"), 3, "rules[0].when[0]", "with what may be left out"),
        (one("['bin (not|)']"), 3, "rules[0].when[0]", "with what may be left out"),
        (one("['a .. b .. c .. d .. e .. f']"), 3, "rules[0].when[0]", "more than 4 gaps"),
        ("lists: {a: [x, {list: b}], b: [{list: a}]}\n" + one("{list: a}"), 2, "lists.b[0].list", "names itself"),
        ("lists: {a: [{list: b}], b: [{near: [x, {list: a}]}]}\n", 2, "lists.b[0].near[1].list", '"a" names itself'),
        (
            one("{score: {at_least: 1, of: [{weighs: 1, up_to: 2, when: {is: reply}}]}}"),
            3,
            "rules[0].when.score.of[0].up_to",
            "it counts words",
        ),
        (one("['£50']"), 3, "rules[0].when[0]", "begins or ends with a sign"),
        (one("[]"), 3, "rules[0].when", "the list is empty"),
        (one("{}"), 3, "rules[0].when", "asks for nothing"),
        (one("[true]"), 3, "rules[0].when[0]", "in quotation marks"),
        (one("{txt: x}"), 3, "rules[0].when.txt", 'did you mean "text"'),
        (one("{near: [bin]}"), 3, "rules[0].when.near", "two words at least"),
        (one("{anywhere: bin, within: 3}"), 3, "rules[0].when.within", "belongs to near"),
        (one("{near: [bin, {pattern: x}]}"), 3, "rules[0].when.near[1].pattern", "not known here"),
        (one("{list: cross}"), 3, "rules[0].when.list", 'there is no list "cross"'),
        (one("{sender: [council]}"), 3, "rules[0].when.sender[0]", "neither an address nor a domain"),
        (one("{sender: [council.example]}"), 3, "rules[0].when.sender[0]", 'write "@council.example" for everybody there'),
        (one("{sender: ['*@council.example']}"), 3, "rules[0].when.sender[0]", 'write "@council.example"'),
        (one("{sender: ['Ann Orr <ann@home.example>']}"), 3, "rules[0].when.sender[0]", 'write "ann@home.example" alone'),
        (one("{sender: ['ann@home']}"), 3, "rules[0].when.sender[0]", "neither an address nor a domain"),
        (one("{sender: ['ann@home.example, bo@home.example']}"), 3, "rules[0].when.sender[0]", "neither an address"),
        (one("{sender: [{pattern: x}]}"), 3, "rules[0].when.sender[0].pattern", "not known here"),
        ("lists: {mps: [a@b.example, hal]}\n" + one("{sender: {list: mps}}"), 2, "lists.mps[1]", "neither an address"),
        (one("{is: answer}"), 3, "rules[0].when.is", "reply"),
        (one("{larger_than: 3}"), 3, "rules[0].when.larger_than", "500 KB or 2 MB"),
        (one("{attachment: false}"), 3, "rules[0].when.attachment", "not: {attachment: true}"),
        (one("{earlier_cases: {at_least: 2, within: a month}}"), 3, "rules[0].when.earlier_cases.within", "90 days"),
        (one("{arrives: {days: mon}}"), 3, "rules[0].when.arrives.days", "not a day of the week"),
        (one("{arrives: {between: ['08:00']}}"), 3, "rules[0].when.arrives.between", "two times belong here"),
        (one("{arrives: {}}"), 3, "rules[0].when.arrives", "names no time"),
        (one("{header: {'X Spam': x}}"), 3, "rules[0].when.header.X Spam", "not the name of a header"),
        (one("{header: {X-Spam-Flags: x}}"), 3, "rules[0].when.header.X-Spam-Flags", 'did you mean "x-spam-flag"'),
        (one("{score: {at_least: 3, of: [{weighs: 2, when: x}]}}"), 3, "rules[0].when.score.at_least", "is never reached"),
        (one("{anywhere: [bin], not: [bin, box]}"), 3, "rules[0].when", "can never hold"),
        (one("{is: reply, not: {any: [x, {is: reply}]}}"), 3, "rules[0].when", "can never hold"),
        (one("x", "{}"), 3, "rules[0].then", "gives nothing"),
        (
            one("{anywhere: [{near: [dog, poo, mess, path], within: 2}]}"),
            3,
            "rules[0].when.anywhere[0].within",
            "write within: 3",
        ),
        (one("{earlier_cases: {at_least: 2, within: 90}}"), 3, "rules[0].when.earlier_cases.within", "write 90 days"),
        (one("x", "{servce: waste}"), 3, "rules[0].then.servce", 'did you mean "service"'),
        (one("x", "{service: wast}"), 3, "rules[0].then.service", 'is no service of this council; did you mean "waste"?'),
        (
            one("x", "{service: road_defects}"),
            3,
            "rules[0].then.service",
            "a new one is written under services in routing.yaml",
        ),
        (one("x", "{service:waste}"), 3, "rules[0].then.service:waste", "write a space after the colon: service: waste"),
        (
            one("x", more=", tests: {finds: [Urgent: a hole]}"),
            3,
            "rules[0].tests.finds[0]",
            "has a colon in it in quotation marks",
        ),
        (
            one("x", more=", tests: {finds: [{text: “a, hole”}]}"),
            3,
            "rules[0].tests.finds[0].hole”",
            "quotation marks of a letter",
        ),
        (one("{anywhere: x, then: {service: waste}}"), 3, "rules[0].when", 'begin it in the column of "when"'),
        (one("x", "{category: service_request}"), 3, "rules[0].then.category", "known here: complaint, comment"),
        (one("x", "{suspect: frauds}"), 3, "rules[0].then.suspect", 'did you mean "fraud"'),
        (one("x", "{suggest: {category: coment}}"), 3, "rules[0].then.suggest.category", 'did you mean "comment"'),
        (one("x", "{suggest: comment}"), 3, "rules[0].then.suggest", "write suggest: {category: comment}"),
        (
            one("x", "{category: comment, suggest: {category: comment}}"),
            3,
            "rules[0].then.suggest",
            "gives the category comment",
        ),
        (one("x", "{tell: plannig_lead}"), 3, "rules[0].then.tell", 'did you mean "planning_lead"'),
        (one("x", "{tell: wendi}"), 3, "rules[0].then.tell", 'did you mean "wendy"'),
        (one("x", "{tell: ann@paper.example}"), 3, "rules[0].then.tell", "a rule tells colleagues alone"),
        (one("x", "{copy: wendy}"), 3, "rules[0].then.copy", 'write "tell"'),
        (one("x", "{letters_in: welsh}"), 3, "rules[0].then.letters_in", 'write "cy"'),
        (one("x", "{team: housng}"), 3, "rules[0].then.team", 'did you mean "housing"'),
        (one("x", "{team: wendy}"), 3, "rules[0].then.team", "write assign: wendy"),
        (one("x", "{team: waste}"), 3, "rules[0].then.team", "write service: waste"),
        (one("x", "{team: housing, assign: wendy}"), 3, "rules[0].then.team", "take one of the two out"),
        (one("x", "{assign: wendi}"), 3, "rules[0].then.assign", 'did you mean "wendy"'),
        (one("x", "{priority: hihg}"), 3, "rules[0].then.priority", 'did you mean "high"'),
        (one("x", "{flag: New Estate}"), 3, "rules[0].then.flag", "cannot be a flag"),
        (one("x", "{flag: no-survey}"), 3, "rules[0].then.flag", "does something by itself"),
        (one("x", "{flag: [pond, priority]}"), 3, "rules[0].then.flag[1]", "write priority: high"),
        (one("x", "{decide: true}"), 3, "rules[0].then.decide", "not words"),
        (one("x", "{file: maybe}"), 3, "rules[0].then.file", "true or false"),
        (one("x", "{restrict: bob}"), 3, "rules[0].then.restrict", "true or false"),
        (one("x", "{alert: hatecrime}"), 3, "rules[0].then.alert", 'did you mean "hate_crime"'),
        (one("x", "{signal: review}"), 3, "rules[0].then.signal", "review_request"),
        (one("x", more=", stop: maybe"), 3, "rules[0].stop", "true or false"),
        (one("x", more=", tests: {fines: [x]}"), 3, "rules[0].tests.fines", 'did you mean "finds"'),
        ("rules:\n  - {why: because, when: x, then: {service: waste}}\n", 3, "rules[0].id", "is missing"),
        ("rules:\n  - {id: A b, why: because, when: x, then: {service: waste}}\n", 3, "rules[0].id", "cannot be an id"),
        ("rules:\n  - {id: a, when: x, then: {service: waste}}\n", 3, "rules[0].why", "is missing"),
        ("rules: {id: a}\n", 2, "rules", "stands where a list must"),
        ("rule: []\n", 2, "rule", 'did you mean "rules"'),
        ("variants: {missed bin: [x]}\n", 2, "variants.missed bin", "more than one word"),
        ("otherwise: {service: bins}\n", 2, "otherwise.service", "known here: waste, other"),
        ("otherwise: {category: complain}\n", 2, "otherwise.category", 'did you mean "complaint"'),
    ],
)
def test_a_wrong_rule_is_refused_at_its_place_with_a_helpful_word(content: str, line: int, path: str, says: str) -> None:
    [fault] = [fault for fault in faults(content) if fault.path == path]

    assert line == fault.line
    assert says in str(fault)


def test_two_rules_of_one_id_are_refused_with_the_place_of_the_other() -> None:
    """The journal says which rule it was."""
    rules = "rules:\n  - {id: a, why: x, when: x, then: {service: waste}}\n  - {id: a, why: x, when: x, then: {alert: fraud}}\n"
    [fault] = faults(rules)

    assert (fault.line, fault.path) == (4, "rules[1].id")
    assert "routing.yaml, line 3" in str(fault)


# --- files that are included -----------------------------------------------------------------------------------------

RULE = "{{id: {0}, why: x, when: x, then: {{service: {1}}}}}"
INCLUDES = "include: [first]\n"


def test_a_files_own_rules_are_tried_before_those_that_it_includes() -> None:
    """So that an exception is one rule before the others, and never a copy of them."""
    found = read(
        f"include: [second, first]\nrules: [{RULE.format('own', 'other')}, {RULE.format('last', 'waste')}]\n",
        first=f"rules: [{RULE.format('one', 'waste')}]\nlists: {{a: [x]}}\n",
        second=f"rules: [{RULE.format('two', 'waste')}]\ninclude: [third]\n",
        third="rules: [{id: three, why: x, when: {list: a}, then: {signal: thanks}}]\n",
    )
    result = route(saying("x"), found)

    assert [rule.id for rule in found.rules] == ["own", "last", "two", "three", "one"]
    assert ("other", frozenset({"thanks"})) == (result.service, result.signals)


@pytest.mark.parametrize(
    ("content", "first", "file", "path", "says"),
    [
        (INCLUDES, f"rules: [{RULE.format('a', 'bins')}]\n", "first.yaml", "rules[0].then.service", "waste"),
        (INCLUDES, "services: [a]\n", "first.yaml", "services", "not known here"),
        (INCLUDES, "include: [first]\n", "first.yaml", "include[0]", "first includes first, without an end"),
        (INCLUDES, "include: [nowhere]\n", "first.yaml", "include[0]", "there is no nowhere"),
        (INCLUDES, "x\n", "first.yaml", "", "group of settings"),
        (INCLUDES, "a: [\n", "first.yaml", "", ""),
        ("include: [first, first]\n", "rules: []\n", "routing.yaml", "include[1]", "included twice"),
        (INCLUDES + "lists: {a: [x]}\n", "lists: {a: [y]}\n", "first.yaml", "lists.a", 'another list is called "a"'),
        (
            INCLUDES,
            "include: [routing]\n",
            "first.yaml",
            "include[0]",
            "routing includes first includes routing, without an end",
        ),
        ("include: [routing]\n", "", "routing.yaml", "include[0]", "routing includes routing, without an end"),
        (
            f"{INCLUDES}rules: [{RULE.format('a', 'waste')}]\n",
            f"rules: [{RULE.format('a', 'waste')}]\n",
            "first.yaml",
            "rules[0].id",
            "routing.yaml, line 3",
        ),
    ],
)
def test_a_fault_in_an_included_file_is_told_with_its_own_place(
    content: str, first: str, file: str, path: str, says: str
) -> None:
    found = faults(content, first=first)

    assert [(file, path)] == [(fault.file, fault.path) for fault in found]
    assert says in str(found[0])
    assert found[0].line > 0


# --- what a small file may unfold into


def lists_of_lists(deep: int, last: str) -> str:
    """Each names the next four times over."""
    lines = [f"  l{n}: [{', '.join([f'{{list: l{n + 1}}}'] * 4)}]\n" for n in range(deep)]
    return f"lists:\n{''.join(lines)}  l{deep}: [{last}]\n"


@pytest.mark.parametrize(
    ("when", "last"),
    [("{list: l0}", "zz"), ("{near: [zz, {list: l0}]}", "xx"), ("{sender: {list: l0}}", "'@home.example'")],
    ids=["words", "near", "addresses"],
)
def test_lists_that_name_each_other_many_times_are_each_read_once(when: str, last: str) -> None:
    """4^30 otherwise."""
    rules = read(lists_of_lists(30, last) + one(when))

    mail = IncomingMail(Address("", "ann@home.example"), "", "xx zz", "xx zz")
    assert route(mail, rules).service == "waste"


def test_lists_that_name_each_other_too_deep_are_refused() -> None:
    found = faults(lists_of_lists(40, "zz") + one("{list: l0}"))

    assert {fault.path for fault in found} == {f"lists.l31[{n}].list" for n in range(4)}
    assert "more than 32 lists name each other" in found[0].message


def test_rules_that_unfold_into_more_words_than_any_council_has_are_refused_once() -> None:
    words = ", ".join(f"word{n}" for n in range(1_000))
    lines = "".join(f"  - {{id: r{n}, why: x, when: {{list: l}}, then: {{service: waste}}}}\n" for n in range(210))
    (fault,) = faults(f"lists: {{l: [{words}]}}\nrules:\n{lines}")

    assert (fault.line, fault.path) == (204, "rules[200].when.list")
    assert "the rules take more than 200,000 words from lists" in fault.message


@pytest.mark.parametrize(
    "name", ["shared/alert", "../shared/alerts", "shared/alerts.yaml", "Alerts", "shared/../shared/alerts"]
)
def test_a_file_that_there_is_not_is_refused_with_those_that_there_are(name: str, tmp_path: Path) -> None:
    """A name cannot climb out of the folder."""
    path = tmp_path / "routing.yaml"
    path.write_text(f"{HEAD}include: [{name}]\n", encoding="utf-8")

    with pytest.raises(FilesRefused, match=r"include\[0\]: there is no .*shared/alerts"):
        load_routing(path)


def test_a_shared_file_of_the_councils_own_stands_in_place_of_the_shipped_one(tmp_path: Path) -> None:
    """As a whole: nothing of the shipped one is left."""
    path = tmp_path / "routing.yaml"
    path.write_text("services: [housing]\ninclude: [shared/alerts, shared/home_repairs]\n", encoding="utf-8")
    (tmp_path / "shared").mkdir()
    own = "rules: [{id: own, why: x, when: x, then: {alert: fraud}}]\n"
    (tmp_path / "shared" / "alerts.yaml").write_text(own, encoding="utf-8")
    found = load_routing(path, rules=tmp_path)

    assert [rule.id for rule in found.rules if rule.then.alerts] == ["own"]
    assert len(found.rules) > 1


def test_a_set_of_rules_has_a_name_that_changes_with_any_of_its_files(tmp_path: Path) -> None:
    (tmp_path / "routing.yaml").write_text(f"{HEAD}include: [more]\n", encoding="utf-8")
    more = tmp_path / "more.yaml"
    versions = []
    for content in ("rules: []\n", "rules: []\n", "rules: []  # nothing yet\n"):
        more.write_text(content, encoding="utf-8")
        versions.append(load_routing(tmp_path / "routing.yaml", rules=tmp_path.parent).version)

    assert versions[0] == versions[1] != versions[2]


def test_rules_are_read_again_only_where_one_of_their_files_is_another(tmp_path: Path) -> None:
    """A roster or a policy that changes does not cost what thousands of phrases cost."""
    path, more, shared = (
        tmp_path / "north" / "routing.yaml",
        tmp_path / "north" / "more.yaml",
        tmp_path / "shared" / "alerts.yaml",
    )
    path.parent.mkdir()
    shared.parent.mkdir()
    path.write_text(f"{HEAD}include: [more, shared/alerts]\n", encoding="utf-8")
    more.write_text("rules: []\n", encoding="utf-8")
    first = load_routing(path, rules=tmp_path)

    assert load_routing(path, rules=tmp_path) is first
    shared.write_text("rules: []\n", encoding="utf-8")
    second = load_routing(path, rules=tmp_path)
    assert [bool(each.rules) for each in (first, second)] == [True, False]
    more.write_text("rules: [{id: own, why: x, when: x, then: {flag: x}}]\n", encoding="utf-8")
    assert load_routing(path, rules=tmp_path).rules[0].id == "own"
    more.write_text("rules: [{id: own, when: x}]\n", encoding="utf-8")
    with pytest.raises(FilesRefused):
        load_routing(path, rules=tmp_path)
    shared.unlink()
    more.write_text("rules: []\n", encoding="utf-8")
    assert load_routing(path, rules=tmp_path).version == first.version


def test_a_rule_sees_the_headers_that_a_mail_server_really_puts_into_a_mail() -> None:
    raw = b"From: a@home.example\r\nX-Spam-Flag: YES\r\nX-Spam-Status: Yes, score=9.1\r\nSubject: x\r\n\r\nx\r\n"
    mail = read_inline(raw).mail
    assert mail is not None

    assert holds("{header: {X-Spam-Flag: 'yes'}}", mail)
    assert holds("{header: {X-Spam-Status: 'score=9'}}", mail)
    assert not holds("{header: {X-Spam-Level: '*'}}", mail)


def test_an_id_that_a_shared_file_has_too_is_told_in_the_file_of_whoever_can_mend_it() -> None:
    (found,) = faults(f"include: [shared/more]\n{one('bin')}", **{"shared/more": one("skip")})

    assert (found.file, found.line) == ("routing.yaml", 4)
    assert "another rule has the id" in found.message
    assert "shared/more.yaml, line 2" in found.message
