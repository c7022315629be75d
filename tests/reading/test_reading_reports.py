"""Delivery reports: whom a mail did not reach, why, and which mail it was."""

from pathlib import Path

from townclerk.domain.mail import DeliveryReport, IncomingMail
from townclerk.mail.reading import read_inline

CORPUS = Path(__file__).parents[1] / "corpus"


def read(name: str) -> IncomingMail:
    mail = read_inline((CORPUS / f"{name}.eml").read_bytes()).mail
    assert mail is not None
    return mail


def test_a_report_says_for_each_recipient_what_happened() -> None:
    mail = read("bounce-postfix")

    assert mail.report_type == "delivery-status"
    assert mail.reports == (
        DeliveryReport("asha@example.org", "failed", "5.1.1", "550 5.1.1 no such user here"),
        DeliveryReport("luke@example.org", "relayed", "2.0.0", ""),
    )


def test_the_returned_mail_is_known_by_its_id_and_lends_the_report_no_words() -> None:
    mail = read("bounce-postfix")

    assert mail.returned_message_ids == ("<receipt.1@council.example>",)
    assert "SS-0001" not in mail.text
    assert [file.filename for file in mail.attachments] == ["We have your complaint.eml"]


def test_a_report_may_return_the_headers_alone() -> None:
    mail = read("bounce-headers-only")

    assert mail.returned_message_ids == ("<receipt.2@council.example>",)
    assert mail.report_type == "delivery-status"
    assert mail.reports == (DeliveryReport("asha@example.org", "delayed", "4.4.7", ""),)


def test_qmail_reports_in_prose() -> None:
    mail = read("bounce-qmail")

    assert [(report.recipient, report.action, report.status) for report in mail.reports] == [
        ("asha@example.org", "failed", "5.1.1")
    ]
    assert mail.returned_message_ids == ("<receipt.3@council.example>",)


def test_exim_reports_in_a_header() -> None:
    mail = read("bounce-exim")

    assert [report.recipient for report in mail.reports] == ["asha@example.org", "luke@example.org"]
    assert {report.action for report in mail.reports} == {"failed"}
    assert mail.returned_message_ids == ("<receipt.4@council.example>",)


def test_a_report_in_the_mail_of_a_gateway_is_read_and_lends_the_mail_no_words() -> None:
    mail = read("bounce-wrapped")

    assert mail.report_type == "delivery-status"
    assert mail.reports == (DeliveryReport("asha@example.org", "failed", "5.1.1", "550 5.1.1 no such user here"),)
    assert mail.returned_message_ids == ("<receipt.5@council.example>",)
    assert "SS-0005" not in mail.text


def test_the_same_as_a_person_sends_it_reports_nothing() -> None:
    raw = (CORPUS / "bounce-wrapped.eml").read_bytes()
    mail = read_inline(raw.replace(b"<MAILER-DAEMON>", b"<luke@example.org>", 1)).mail

    assert mail is not None
    assert (mail.reports, mail.returned_message_ids, mail.report_type) == ((), (), None)


def test_a_person_who_writes_about_a_message_id_reports_nothing() -> None:
    mail = read_inline(b"From: a@example.org\n\n--- This is a copy of my letter\nMessage-ID: <x@council.example>\n").mail

    assert mail is not None
    assert (mail.reports, mail.returned_message_ids, mail.report_type) == ((), (), None)
