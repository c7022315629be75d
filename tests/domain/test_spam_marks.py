"""What mail servers write of spam, each on a scale of its own, and on both sides of each bound."""

import pytest

from townclerk.domain.spam_marks import HEADERS, Likelihood, spam_mark

NOT, LIKELY, CERTAIN = Likelihood.NOT, Likelihood.LIKELY, Likelihood.CERTAIN
REPORT = "CIP:192.0.2.9;CTRY:GB;LANG:en;SCL:{};SRV:;IPV:NLI;SFV:NSPM;H:mail.home.example;CAT:{};DIR:INB;"


@pytest.mark.parametrize(
    ("header", "written", "likelihood"),
    [
        ("x-spam-flag", "YES", LIKELY),
        ("x-spam-flag", "NO", NOT),
        ("x-spam", "Yes", LIKELY),
        ("x-spam-status", "No, score=4.9 required=5.0 tests=NONE autolearn=no", NOT),
        ("x-spam-status", "No, score=-12.0 required=5.0", NOT),
        ("x-spam-status", "Yes, score=5.0 required=5.0 tests=A,B", LIKELY),
        ("x-spam-status", "Yes, score=9.9 required=5.0", LIKELY),
        ("x-spam-status", "Yes, score=10.0 required=5.0", CERTAIN),
        ("x-spam-status", "Yes, score=10.0 tagged_above=-999 required=6.31", LIKELY),
        ("x-spam-status", "Yes, hits=14.1 tests=A", CERTAIN),
        ("x-spam-status", "Yes", LIKELY),
        ("x-spam-level", "****", NOT),
        ("x-spam-level", "*****", LIKELY),
        ("x-spam-level", "**********", CERTAIN),
        ("x-spam-bar", "+++++", LIKELY),
        ("x-spam-bar", "----", NOT),
        ("x-spamd-bar", "/", NOT),
        ("x-spam-score", "4.99", NOT),
        ("x-spam-score", "5.0", LIKELY),
        ("x-spam-score", "10.0", CERTAIN),
        ("x-spam-score", "72", LIKELY),  # in tenths, or not: nobody knows
        ("x-spam-score", "much", NOT),
        ("x-rspamd-score", "-1.2", NOT),
        ("x-spamd-result", "default: False [5.99 / 15.00]; BAYES_HAM(-3.00)", NOT),
        ("x-spamd-result", "default: False [6.00 / 15.00]; FREEMAIL(0.00)", LIKELY),
        ("x-spamd-result", "default: False [14.99 / 15.00]", LIKELY),
        ("x-spamd-result", "default: True [15.00 / 15.00]", CERTAIN),
        ("x-ms-exchange-organization-scl", "-1", NOT),
        ("x-ms-exchange-organization-scl", "1", NOT),
        ("x-ms-exchange-organization-scl", "5", LIKELY),
        ("x-ms-exchange-organization-scl", "6", LIKELY),
        ("x-ms-exchange-organization-scl", "7", CERTAIN),
        ("x-ms-exchange-organization-scl", "9", CERTAIN),
        ("x-forefront-antispam-report", REPORT.format(1, "NONE"), NOT),
        ("x-forefront-antispam-report", REPORT.format(1, "BULK"), NOT),
        ("x-forefront-antispam-report", REPORT.format(5, "SPM"), LIKELY),
        ("x-forefront-antispam-report", REPORT.format(5, "HSPM"), CERTAIN),
        ("x-forefront-antispam-report", REPORT.format(9, "PHSH"), CERTAIN),
    ],
)
def test_what_a_filter_says_is_read_on_its_own_scale(header: str, written: str, likelihood: Likelihood) -> None:
    assert spam_mark({header: (written,)}).likelihood is likelihood


def test_the_surest_of_several_filters_counts_and_says_which_it_was() -> None:
    mark = spam_mark({"x-spam-flag": ("NO",), "x-spam-score": ("6.1",), "x-ms-exchange-organization-scl": ("9",)})

    assert mark.likelihood is CERTAIN
    assert mark.because == "x-ms-exchange-organization-scl: 9"


def test_of_a_header_that_stands_there_twice_the_last_server_is_believed() -> None:
    """Below it stands whatever the sender, or a server on the way, liked to write."""
    assert spam_mark({"x-spam-status": ("No, score=0.1 required=5.0", "Yes, score=40 required=5.0")}).likelihood is NOT


@pytest.mark.parametrize("header", HEADERS)
def test_an_empty_or_absurd_header_says_nothing(header: str) -> None:
    for written in ("", " ", "?", "9" * 400, "[/]", ";;;SCL:;CAT:"):
        assert spam_mark({header: (written,)}).likelihood in {NOT, LIKELY}
