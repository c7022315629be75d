"""A person, a robot, a bounce, a list, or ourselves: and may it be answered?"""

from dataclasses import replace

import pytest

from townclerk.domain.mail import Address, DeliveryReport, IncomingMail, MailKind
from townclerk.domain.screening import Screening, screen

OWN = frozenset({"feedback@council.example"})
ASHA = Address("Asha", "asha@example.org")
MAIL = IncomingMail(sender=ASHA, subject="My bin", text="It was not emptied.", own_text="It was not emptied.")


def screened(mail: IncomingMail) -> Screening:
    return screen(mail, OWN, lambda message_id: message_id.endswith("@townclerk.council.example>"))


def with_headers(**headers: str) -> IncomingMail:
    return replace(MAIL, headers={name.replace("_", "-"): (value,) for name, value in headers.items()})


def from_address(address: str) -> IncomingMail:
    return replace(MAIL, sender=Address("", address))


def test_a_persons_mail_is_a_persons_and_may_be_answered() -> None:
    assert screened(MAIL) == Screening(MailKind.PERSON, "no sign of a robot", answerable=True)


@pytest.mark.parametrize(
    "mail",
    [
        with_headers(auto_submitted="no"),
        with_headers(x_auto_response_suppress="All"),
        with_headers(x_auto_response_suppress="DR, RN, NRN, OOF, AutoReply"),
        with_headers(precedence="first-class"),
        with_headers(x_ms_exchange_inbox_rules_loop="asha@example.org"),
        with_headers(x_failed_recipients="luke@example.org"),
        with_headers(
            list_id="Feedback <feedback.council.example>", list_post="<mailto:feedback@council.example>", precedence="list"
        ),
        replace(MAIL, subject="Out of office hours noise from the pub"),
        replace(MAIL, subject="RE: Automatic reply: My bin"),
        replace(MAIL, subject="Automatic reply machine broken"),
        replace(MAIL, subject="Undeliverable post in my street"),
        from_address("noreen.replyton@example.org"),
        from_address("bouncer@club.example"),
    ],
)
def test_people_are_not_taken_for_robots(mail: IncomingMail) -> None:
    found = screened(mail)

    assert (found.kind, found.answerable) == (MailKind.PERSON, True)


@pytest.mark.parametrize(
    ("mail", "because"),
    [
        (with_headers(auto_submitted="auto-replied"), "auto-submitted"),
        (with_headers(auto_submitted="auto-generated; owner-email=x"), "auto-submitted"),
        (with_headers(auto_submitted="Auto-Replied (vacation)"), "auto-submitted"),
        (with_headers(x_autoreply="yes"), "an autoreply header"),
        (with_headers(precedence="auto_reply"), "automatic precedence"),
        (replace(MAIL, subject="Automatic reply: My bin"), "an automatic reply's subject"),
        (replace(MAIL, subject="Ymateb awtomatig: Fy min"), "an automatic reply's subject"),
        (replace(MAIL, subject="Out of Office"), "an automatic reply's subject"),
        (replace(MAIL, subject="Out of office: back on Monday"), "an automatic reply's subject"),
        (replace(MAIL, report_type="disposition-notification"), "a read receipt"),
        (replace(MAIL, return_path="", in_reply_to=("<x@y>",)), "an answer from the null sender"),
        (
            replace(MAIL, report_type="delivery-status", reports=(DeliveryReport("a@b.example", "relayed", "2.0.0", ""),)),
            "a report of delivery",
        ),
    ],
)
def test_a_robots_mail_is_known_by_its_first_sign(mail: IncomingMail, because: str) -> None:
    assert screened(mail) == Screening(MailKind.AUTO_REPLY, because, answerable=False)


@pytest.mark.parametrize(
    "mail",
    [
        replace(MAIL, report_type="delivery-status", reports=(DeliveryReport("a@b.example", "failed", "5.1.1", ""),)),
        replace(MAIL, report_type="delivery-status", reports=(DeliveryReport("a@b.example", "delayed", "4.4.1", ""),)),
        replace(MAIL, report_type="delivery-status", headers={"auto-submitted": ("auto-replied",)}),
        replace(from_address("MAILER-DAEMON@relay.example"), headers={"auto-submitted": ("auto-replied",)}),
        from_address("MAILER-DAEMON"),
        replace(from_address("postmaster@relay.example"), return_path=""),
        replace(from_address("postmaster@relay.example"), subject="Undeliverable: My bin"),
        replace(MAIL, return_path="", subject="Delivery Status Notification (Failure)"),
        replace(MAIL, return_path="", text="Hi. This is the qmail-send program at relay.example."),
        replace(MAIL, return_path="", headers={"x-failed-recipients": ("luke@example.org",)}),
    ],
)
def test_a_bounce_is_a_bounce_whatever_else_it_carries(mail: IncomingMail) -> None:
    found = screened(mail)

    assert (found.kind, found.answerable) == (MailKind.BOUNCE, False)


@pytest.mark.parametrize(
    "mail",
    [
        with_headers(list_id="<residents.lists.example>"),
        with_headers(list_unsubscribe="<mailto:leave@lists.example>"),
        with_headers(precedence="bulk"),
        with_headers(precedence="List"),
    ],
)
def test_a_persons_words_through_a_list_are_a_lists(mail: IncomingMail) -> None:
    found = screened(mail)

    assert (found.kind, found.answerable) == (MailKind.LIST, False)


@pytest.mark.parametrize(
    "mail",
    [
        from_address("Feedback@Council.example"),
        from_address("feedback+case.token@council.example"),
        with_headers(x_townclerk="receipt"),
        replace(MAIL, message_id="<1@townclerk.council.example>"),
    ],
)
def test_our_own_mail_is_known(mail: IncomingMail) -> None:
    found = screened(mail)

    assert (found.kind, found.answerable) == (MailKind.OWN, False)


@pytest.mark.parametrize(
    "address",
    [
        "noreply@forms.example",
        "no-reply@forms.example",
        "no_reply-42@forms.example",
        "forms-noreply@council.example",
        "do-not-reply@forms.example",
        "donotreply@forms.example",
        "owner-residents@lists.example",
        "residents-request@lists.example",
        "bounces+asha=example.org@forms.example",
        "postmaster@council.example",
        "root",
    ],
)
def test_a_persons_words_from_an_address_that_nobody_reads_are_filed_and_not_answered(address: str) -> None:
    found = screened(from_address(address))

    assert (found.kind, found.answerable) == (MailKind.PERSON, False)


@pytest.mark.parametrize("mail", [replace(MAIL, sender=None), replace(MAIL, return_path="")])
def test_a_mail_without_a_way_back_is_filed_and_not_answered(mail: IncomingMail) -> None:
    found = screened(mail)

    assert (found.kind, found.answerable) == (MailKind.PERSON, False)
