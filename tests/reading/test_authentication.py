"""Was the sender proven to the council's own server?"""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from townclerk.domain.authentication import SEVERAL_SENDERS, Profile, State, aligned, parse_results, proven
from townclerk.domain.mail import Address, IncomingMail

SERVER = "mx.council.example"
MAIL = IncomingMail(sender=Address("Wendy", "wendy@council.example"), subject="", text="", own_text="")
MICROSOFT = (
    "spf=pass (sender IP is 192.0.2.7) smtp.mailfrom=council.example; dkim=pass (signature was verified)"
    " header.d=council.example;dmarc=pass action=none header.from=council.example;compauth=pass reason=100"
)


def noted(*values: str) -> IncomingMail:
    return replace(MAIL, headers={"authentication-results": values})


def state(mail: IncomingMail, server: str | None = SERVER, profile: Profile = "rfc8601") -> State:
    return proven(mail, server, profile).state


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ("dmarc=pass header.from=council.example", "pass"),
        ("dmarc=pass (p=reject; sp=none) header.from=council.example", "pass"),
        ("dmarc=pass", "pass"),
        ("dmarc=pass header.from=evil.example", "fail"),
        ("dmarc=pass header.from=council.example; dmarc=fail header.from=council.example", "fail"),
        ("dmarc=fail header.from=council.example; dmarc=pass header.from=council.example", "fail"),
        ("dmarc=pass header.from=council.example; dmarc=pass header.from=evil.example", "fail"),
        ("dmarc=pass header.from=council.example; compauth=fail reason=001", "fail"),
        ("dmarc=fail header.from=council.example; dkim=pass header.d=council.example", "fail"),
        ("dmarc=none; dkim=pass header.d=council.example", "pass"),
        ("dkim=pass header.i=@mail.council.example", "pass"),
        ('dkim=pass reason="good; dkim=fail" header.d="council.example"', "pass"),
        ("dkim=pass header.d=evil.example", "unknown"),
        ("dkim=fail header.d=council.example; dkim=pass header.d=council.example", "pass"),
        ("dkim=fail header.d=council.example", "fail"),
        ("spf=pass smtp.mailfrom=wendy@council.example", "pass"),
        ("spf=pass smtp.mailfrom=<wendy@council.example>", "pass"),
        ("spf=pass smtp.helo=council.example", "unknown"),
        ("spf=softfail smtp.mailfrom=council.example", "fail"),
        ("spf=pass smtp.mailfrom=evil.example; dkim=none", "unknown"),
        ("spf=neutral (dmarc=pass) smtp.mailfrom=council.example", "unknown"),
        ("none", "unknown"),
        ("", "unknown"),
    ],
)
def test_the_note_of_the_councils_server_decides(results: str, expected: State) -> None:
    assert state(noted(f"{SERVER}; {results}")) == expected
    assert state(noted(f"MX.Council.Example 1; {results}")) == expected


def test_only_the_topmost_note_of_the_named_server_counts() -> None:
    assert state(noted(f"{SERVER}; dmarc=fail", f"{SERVER}; dmarc=pass")) == "fail"
    assert state(noted("other.example; dmarc=fail", f"{SERVER}; dmarc=pass")) == "pass"
    assert state(noted("other.example; dmarc=pass", "dmarc=pass header.from=council.example")) == "unknown"
    assert state(noted(f"evil.example; dmarc=pass ({SERVER}; dmarc=pass)")) == "unknown"


def test_without_a_server_to_trust_nothing_is_known() -> None:
    assert state(noted(f"{SERVER}; dmarc=pass"), server=None) == "unknown"
    assert state(noted(f"{SERVER}; dmarc=pass"), profile="none") == "unknown"
    assert state(MAIL) == "unknown"


def test_microsofts_note_names_nobody_and_must_stand_on_top() -> None:
    assert state(noted(MICROSOFT), None, "m365") == "pass"
    assert state(noted("evil.example; dmarc=pass", MICROSOFT), None, "m365") == "unknown"
    assert state(noted(MICROSOFT.replace("dmarc=pass", "dmarc=fail"), MICROSOFT), None, "m365") == "fail"
    assert state(noted(MICROSOFT)) == "unknown", "the other profile wants a name"


def test_mail_from_inside_is_proven_by_exchange_and_only_there() -> None:
    inside = replace(MAIL, headers={"x-ms-exchange-organization-authas": ("Internal",)})

    assert state(inside, None, "m365") == "pass"
    assert state(inside) == "unknown"
    assert (
        state(replace(inside, headers={"x-ms-exchange-organization-authas": ("Anonymous", "Internal")}), None, "m365")
        == "unknown"
    )


def test_a_mail_that_does_not_name_one_sender_is_never_proven() -> None:
    assert state(replace(noted(f"{SERVER}; dmarc=pass"), defects=(SEVERAL_SENDERS,))) == "fail"
    assert state(replace(noted(f"{SERVER}; dmarc=pass"), sender=None)) == "unknown"
    assert state(replace(noted(f"{SERVER}; dmarc=pass"), sender=Address("", "root"))) == "unknown"


@pytest.mark.parametrize(
    ("proved", "sender", "expected"),
    [
        ("council.gov.uk", "council.gov.uk", True),
        ("mail.council.gov.uk", "council.gov.uk", True),
        ("council.gov.uk", "waste.council.gov.uk", True),
        ("gov.uk", "council.gov.uk", False),
        ("uk", "council.gov.uk", False),
        ("otherscouncil.gov.uk", "council.gov.uk", False),
        ("example.org", "council.example.org", True),
        ("org", "example.org", False),
        ("", "", False),
    ],
)
def test_domains_are_aligned_where_one_owner_has_both(proved: str, sender: str, expected: bool) -> None:
    assert aligned(proved, sender) is expected
    assert aligned(sender, proved) is expected


@given(st.text(alphabet=st.sampled_from('abc=;() "\\.@\n'), max_size=80))
def test_no_header_makes_the_reader_raise(value: str) -> None:
    parse_results(value)
    proven(noted(value), SERVER, "rfc8601")
    proven(noted(value), None, "m365")


@pytest.mark.parametrize("server", ["mx.c)ouncil.example", "mx.coun(x)cil.example", ")mx.council.example"])
def test_a_forgers_bracket_makes_no_server_of_ours(server: str) -> None:
    """Found by fuzzing: a mail server takes out only such notes of others as name it plainly."""
    assert state(noted(f"{server}; dmarc=pass header.from=council.example")) != "pass"
    assert state(noted(f"{SERVER} (a (nested) comment); dmarc=pass (p=none) header.from=council.example")) == "pass"
