"""Those who write: residents who complain and add to it, an officer who answers, and somebody who tidies the mailbox."""

import random
import re
import smtplib
import time
from contextlib import suppress
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path

from imapclient import IMAPClient

from faults.laboratory.ledger import Kind, Ledger, Sent
from servers.dovecot import Dovecot
from servers.installation import DOMAIN, Names
from servers.post import IN_BRIEF, letter, plain, read, reply, send
from servers.postfix import Postfix
from servers.sink import Sink

WORLD = "world.example"  # where residents are: outside
MOST_ANSWERS = 25  # of one officer: after thirty in an hour the brake is on
ARCHIVE = "Archive"


_MARK = re.compile(r"\bnumber\d+x\d+\b")


class People:
    """Everybody around one installation. What they write and what the server takes goes into the ledger."""

    def __init__(self, seed: object, ledger: Ledger, names: Names, dovecot: Dovecot, postfix: Postfix, sink: Sink) -> None:
        self.ledger, self.names = ledger, names
        self._dovecot, self._postfix, self._sink = dovecot, postfix, sink
        self._chance = random.Random(f"{seed}/people")  # noqa: S311  # what people do, not secrets
        self._seen = len(sink.taken)
        self._seen_files: set[str] = set()
        self._met: set[str] = set()
        self._written = 0
        self._answered: set[str] = set()

    def complain(self) -> bool:
        """A resident who never wrote before. False: the server did not take it."""
        self._written += 1
        who = f"r{self.names.number}x{self._written}@{WORLD}"
        mark = self._mark()
        mail = letter(f"Resident {self._written} <{who}>", self.feedback, f"Bin of {mark}", IN_BRIEF)
        return self._post(Kind.COMPLAINT, who, mark, mail, str(mail["Message-ID"]))

    def read_and_answer(self) -> None:
        """Residents and the officer look at what has come since, and some of them answer."""
        begun = {sent.sender: sent.message_id for sent in self.ledger.sent if sent.kind is Kind.COMPLAINT}
        for taken in self._sink.taken[self._seen :]:
            self._seen += 1
            to = taken.recipients[0].lower()
            receipt = read(taken.raw)
            if to in begun and self._is_new(receipt) and receipt["Auto-Submitted"] and self._chance.random() < 0.3:
                self._add(to, begun[to], receipt)
        begun = {sent.mark: sent.message_id for sent in self.ledger.sent if sent.kind is Kind.COMPLAINT}
        for assignment in self._new_in_the_office():
            if len(self._answered) < MOST_ANSWERS and self._is_new(assignment) and self._chance.random() < 0.3:
                self._decide(assignment, begun)

    def take_out_a_mail(self) -> bool:
        """Somebody deletes the newest mail in the mailbox for good."""
        with suppress(OSError, IMAPClient.Error), self._dovecot.client(self.names.feedback) as client:
            client.select_folder("INBOX")
            if found := client.search("ALL"):
                self._remember_taken_out(client, found[-1])
                client.delete_messages(found[-1:])
                client.expunge()
                return True
        return False

    def put_away_and_back(self) -> bool:
        """Somebody moves the newest mails into a folder and, thinking better of it, back: they come back as other mails."""
        with suppress(OSError, IMAPClient.Error), self._dovecot.client(self.names.feedback) as client:
            if not client.folder_exists(ARCHIVE):
                client.create_folder(ARCHIVE)
            client.select_folder("INBOX")
            if newest := client.search("ALL")[-3:]:
                client.move(newest, ARCHIVE)
                client.select_folder(ARCHIVE)
                client.move(client.search("ALL"), "INBOX")
                return True
        return False

    @property
    def feedback(self) -> str:
        return f"{self.names.feedback}@{DOMAIN}"

    def _remember_taken_out(self, client: IMAPClient, uid: int) -> None:
        head = client.fetch([uid], ["BODY.PEEK[HEADER]"])[uid][b"BODY[HEADER]"]
        message_id = str(read(head)["Message-ID"])
        for sent in self.ledger.sent:
            if sent.message_id == message_id:
                sent.taken_out = True

    def _is_new(self, mail: EmailMessage) -> bool:
        message_id = str(mail["Message-ID"])
        new = message_id not in self._met
        self._met.add(message_id)
        return new

    def _add(self, who: str, about: str, receipt: EmailMessage) -> None:
        self._written += 1
        mark = self._mark()
        mail = reply(receipt, f"Resident <{who}>", f"My bin is still full. It is {mark}.")
        self._post(Kind.ADDITION, who, mark, mail, about)

    def _decide(self, assignment: EmailMessage, begun: dict[str, str]) -> None:
        text = plain(assignment)
        about = next((begun[mark] for mark in _MARK.findall(text) if mark in begun), "")
        if (
            "+" not in parseaddr(str(assignment["Reply-To"]))[1]
            or "Please acknowledge" not in text
            or about in self._answered | {""}
        ):
            return
        self._answered.add(about)
        self._written += 1
        mark = self._mark()
        officer = f"Wendy Ash <{self.names.officer}@{DOMAIN}>"
        mail = reply(assignment, officer, f"#respond not-upheld\n\nYour bin was emptied this morning. It is {mark}.")
        self._post(Kind.ANSWER, parseaddr(officer)[1], mark, mail, about)

    def _new_in_the_office(self) -> list[EmailMessage]:
        folder = Path(self._dovecot.folder) / "mail" / self.names.officer
        files = [file for part in ("new", "cur") for file in folder.glob(f"{part}/*")]
        new = [file for file in files if file.name.partition(":")[0] not in self._seen_files]
        self._seen_files |= {file.name.partition(":")[0] for file in new}
        return [read(file.read_bytes()) for file in sorted(new)]

    def _mark(self) -> str:
        return f"number{self.names.number}x{self._written}"

    def _post(self, kind: Kind, sender: str, mark: str, mail: EmailMessage, about: str) -> bool:
        try:
            send(self._postfix.smtp_port, mail)
        except (OSError, smtplib.SMTPException):
            return False
        self.ledger.sent.append(Sent(kind, str(mail["Message-ID"]), sender, mark, time.time(), about))
        return True
