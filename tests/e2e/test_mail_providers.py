"""The whole daemon at each kind of provider: mail in, letters out, by token, through all that a provider is known for."""

import json
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import partial
from pathlib import Path

import pytest

from servers.dovecot import Dovecot
from servers.fronts import GOOGLE, MICROSOFT_365, Habits, ImapFront, SmtpFront
from servers.installation import COUNCIL, DOMAIN, HOME, Books, Names, Running, Where, eventually, install, users
from servers.post import COMPLAINT, everything, letter, read, reply
from servers.postfix import Postfix
from servers.tokens import TENANT, TokenServer
from townclerk.store import cases, outbox
from townclerk.store.schema import OutboxState

NAMES = Names(0)
SENT = "Sent Items"
SECRET = "the-client's-secret"
# As Exchange Online writes it: without the name of a server.
BY_EXCHANGE = (
    f"Authentication-Results: spf=pass (sender IP is 192.0.2.7) smtp.mailfrom={DOMAIN}; dkim=pass (signature was verified)"
    f" header.d={DOMAIN};dmarc=pass action=none header.from={DOMAIN};compauth=pass reason=100"
)
# As Gmail writes it, and as somebody else's server would.
BY_GOOGLE = (
    "Authentication-Results: {server};\r\n       dkim=pass header.i=@{domain} header.s=google header.b=abcdefgh;\r\n"
    "       spf=pass (google.com: domain of officer0@{domain} designates 192.0.2.7 as permitted sender) "
    "smtp.mailfrom=officer0@{domain};\r\n       dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from={domain}"
)
SLOW = 120  # seconds: what a machine with much to do may take


@dataclass
class House:
    """A council's mailbox at a provider, and the daemon that looks after it."""

    settings: Path
    tokens: TokenServer
    dovecot: Dovecot
    imap: ImapFront
    smtp: SmtpFront

    @property
    def books(self) -> Books:
        return Books.of(self.settings)

    def writes(self, which: int, *, folders: tuple[str, ...] = ("INBOX",)) -> None:
        """A resident's complaint comes, under each of these labels."""
        address = f"{NAMES.resident(which)}@{HOME}"
        feedback = f"{NAMES.feedback}@{DOMAIN}"
        raw = letter(f"Resident {which} <{address}>", feedback, f"Bin {which}", COMPLAINT).as_bytes()
        for folder in folders:
            self.dovecot.append(NAMES.feedback, raw, datetime.now(UTC), folder)

    def receipts(self, which: int) -> int:
        return len(self.dovecot.mails(NAMES.resident(which)))

    def read_by(self, which: int) -> list[str]:
        """What a resident has had from us."""
        return [everything(mail) for mail in self.letters(NAMES.resident(which))]

    def letters(self, user: str) -> list[EmailMessage]:
        return [read(raw) for raw in self.dovecot.mails(user)]

    def officer_answers(self, text: str, proof: str) -> None:
        """The officer answers the letter about the first resident's case; *proof* is what the council's server noted on top."""
        officer = f"{NAMES.officer}@{DOMAIN}"
        about = next(mail for mail in self.letters(NAMES.officer) if "Bin 0" in everything(mail))
        self.dovecot.append(NAMES.feedback, f"{proof}\r\n".encode() + reply(about, officer, text).as_bytes(), datetime.now(UTC))

    def waiting(self) -> list[outbox.OutboxLine]:
        return list(self.books.ask(partial(outbox.listing, council=COUNCIL, states=(OutboxState.WAITING,))))

    def hurry(self) -> None:
        """What waits out its minute may go now."""
        for line in self.waiting():
            self.books.ask(partial(outbox.retry, key=line.key, now=datetime.now(UTC)))

    def answered(self, *whom: int) -> None:
        """Wait until each of them has a receipt, and only one. What waits out its minute in between is told to go."""
        looked = time.monotonic()

        def all_have() -> bool:
            nonlocal looked
            if time.monotonic() - looked < 1:  # to look costs more than the daemon's own work
                return False
            self.hurry()
            looked = time.monotonic()
            return all(self.receipts(which) for which in whom) and not self.waiting()

        eventually(all_have, lambda: [line.last_error for line in self.waiting()], SLOW)
        assert [self.receipts(which) for which in whom] == [1] * len(whom)


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Callable[..., House]]:
    """A function that makes a house at a provider."""
    with ExitStack() as stack:

        def make(provider: str, habits: Habits, **mailbox: object) -> House:
            (tmp_path / "tokens").mkdir()
            tokens = stack.enter_context(TokenServer(tmp_path / "tokens", NAMES.feedback))
            dovecot = stack.enter_context(Dovecot(users([0]), tokens.introspection_url))
            postfix = stack.enter_context(Postfix(dovecot.lmtp_port, [DOMAIN, HOME], dovecot.users, proves=DOMAIN))
            for folder in (SENT, "Complaints", "Junk Email"):
                with dovecot.client(NAMES.feedback) as client:
                    client.create_folder(folder)
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(dovecot.certificate, dovecot.folder / "key.pem")
            imap = stack.enter_context(ImapFront(habits, context, dovecot.imap_port))
            keep = partial(_keep, dovecot)
            smtp = stack.enter_context(SmtpFront(habits, context, postfix.smtp_port, tokens.is_good, keep))
            settings = install(tmp_path / "house", NAMES, Where(imap.port, smtp.port))
            _move_to(settings, provider, tokens, dovecot, mailbox)
            return House(settings, tokens, dovecot, imap, smtp)

        yield make


def _keep(dovecot: Dovecot, raw: bytes) -> None:
    """What is sent, the provider puts into Sent by itself."""
    dovecot.append(NAMES.feedback, raw, folder=SENT)


def _move_to(settings: Path, provider: str, tokens: TokenServer, dovecot: Dovecot, mailbox: dict[str, object]) -> None:
    """What somebody writes into the settings who has their mailbox there; the rest is the provider's."""
    written = json.loads(settings.read_text())
    login = {"user": NAMES.feedback, "auth": _auth(provider, tokens, settings.parent)}
    wire = {"host": "localhost", "ca_file": str(dovecot.certificate), **login}
    written["provider"] = provider
    written["mailbox"] |= {**wire, "security": "tls", "poll_seconds": 5, "sent_folder": SENT, **mailbox}
    written["smtp"] |= {**wire, "security": "starttls", "rate_per_minute": 25}
    del written["authentication"]
    settings.write_text(json.dumps(written))


def _auth(provider: str, tokens: TokenServer, folder: Path) -> dict[str, object]:
    (folder / "secret").write_text(SECRET)
    (folder / "key.json").write_text(tokens.service_account())
    secret, ca_file = {"file": "secret"}, str(tokens.certificate)
    if provider == "google":
        return {"kind": "google", "service_account": {"file": "key.json"}, "ca_file": ca_file}
    application = {"tenant": TENANT, "client_id": "an-application", "authority": tokens.authority}
    return {"kind": "microsoft", **application, "secret": secret, "ca_file": ca_file}


def test_at_microsoft_365_nothing_is_lost_or_doubled_whatever_its_servers_say(at: Callable[..., House]) -> None:
    """No push, no keywords, no password; too fast at first, then a token that has died, then a day that is used up."""
    house = at("microsoft365", MICROSOFT_365)
    house.smtp.seen.accepted += [time.monotonic()] * MICROSOFT_365.most_per_minute  # others have sent in the same minute
    house.writes(0)
    house.writes(1, folders=("Junk Email",))
    with Running(house.settings) as daemon:
        eventually(lambda: bool(house.smtp.seen.refused), lambda: daemon.log[-5:], SLOW)
        assert "432 4.3.2" in house.smtp.seen.refused[0]
        house.smtp.seen.accepted.clear()  # the minute is over
        house.smtp.seen.next_answers.append("554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed")
        house.answered(0, 1)

        house.officer_answers("#message\nDear resident,\n\nWe come on Friday.\n\nWendy Ash", BY_EXCHANGE)
        house.officer_answers("#message\nDear resident,\n\nThis is a forgery.", "Authentication-Results-Original: dmarc=pass")
        house.writes(2)  # and nothing is said of any of them
        house.answered(2)
        assert [mail for mail in house.read_by(0) if "We come on Friday" in mail]

        house.tokens.forget()  # it has run out, and the provider ends what it let in
        house.writes(3)
        house.imap.hang_up()
        house.smtp.hang_up()
        house.answered(3)
        assert daemon.terminate() == 0

    used = {command.split()[0].upper() for command in house.imap.commands}
    assert used <= {"CAPABILITY", "AUTHENTICATE", "EXAMINE", "NOOP", "UID", "IDLE", "DONE", "LIST", "LOGOUT"}
    assert not [said for said in house.imap.commands if "STORE" in said.upper() or "CONDSTORE" in said.upper()]
    assert not [mail for mail in house.read_by(0) if "forgery" in mail]
    assert max(house.imap.at_once, house.smtp.at_once) <= MICROSOFT_365.most_connections
    assert len(house.books.ask(partial(cases.list_cases, council=COUNCIL))) == 4
    assert not _says_a_secret(daemon, house)


def test_at_google_a_mail_under_two_labels_is_one_case_no_limit_loses_a_letter_and_its_note_proves_an_officer(
    at: Callable[..., House],
) -> None:
    house = at("google", GOOGLE, folders=["INBOX", "Complaints"])
    house.smtp.seen.next_answers += [
        "550 5.4.5 Daily user sending limit exceeded. For more information on Gmail",
        "421 4.7.0 Try again later, closing connection. (MAIL)",
    ]
    house.imap.refusals.append("NO [OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)")
    house.writes(0, folders=("INBOX", "Complaints"))
    with Running(house.settings) as daemon:
        house.answered(0)
        house.officer_answers(
            "#message\nDear resident,\n\nThis is a forgery.", BY_GOOGLE.format(server="mx.elsewhere.example", domain=DOMAIN)
        )
        house.officer_answers(
            "#message\nDear resident,\n\nWe come on Friday.\n\nWendy Ash",
            BY_GOOGLE.format(server="mx.google.com", domain=DOMAIN),
        )
        house.writes(1, folders=("Complaints", "INBOX"))
        house.imap.hang_up()
        house.answered(1)
        assert daemon.terminate() == 0

    assert len(house.books.ask(partial(cases.list_cases, council=COUNCIL))) == 2
    assert [mail for mail in house.read_by(0) if "We come on Friday" in mail]
    assert not [mail for mail in house.read_by(0) if "forgery" in mail]
    assert house.imap.at_once <= 2
    assert [said.split()[0] for said in house.smtp.seen.refused] == ["550", "421"]
    assert len(house.imap.refused) == 1
    assert not _says_a_secret(daemon, house)


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("AUTHENTICATE PLAIN", "BAD"),
        ("SELECT INBOX (CONDSTORE)", "BAD"),
        ("EXAMINE INBOX (CONDSTORE)", "BAD"),
        ("UID STORE 1 +FLAGS (townclerk)", "NO"),
        ("UID STORE 1 +FLAGS.SILENT (\\Seen townclerk)", "NO"),
        ("UID STORE 1 +FLAGS (\\Seen $MDNSent)", None),
        ("EXAMINE INBOX", None),
        ("AUTHENTICATE XOAUTH2", None),
    ],
)
def test_the_stand_in_for_microsoft_365_itself_refuses_what_microsoft_does_not_know(command: str, answer: str | None) -> None:
    """The Dovecot behind it would do it all."""
    with ImapFront(MICROSOFT_365, ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), 1) as front:
        said = front._refusal(command.upper())

    assert (said.split()[0] if said else None) == answer


def _says_a_secret(daemon: Running, house: House) -> list[object]:
    """Lines of the log that hold a secret or a token."""
    key = json.loads((house.settings.parent / "key.json").read_text())["private_key"]
    secrets = (SECRET, "token-", "Bearer", key[40:80])
    return [line for line in daemon.log if any(secret in json.dumps(line) for secret in secrets)]
