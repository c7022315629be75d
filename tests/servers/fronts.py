"""What stands between us and a mailbox at a large provider: a Dovecot and a Postfix, which behave through these as the provider
documents that it does, quirks and limits included."""

import base64
import contextlib
import json
import re
import select
import smtplib
import socket
import ssl
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Self

_LITERAL = re.compile(rb"\{(\d+)\+?\}\r\n$")
_KEYWORD = re.compile(r"FLAGS(?:\.SILENT)? \((?:[^)]* )?(?!\$MDNSENT)[^\\ )]")  # a flag of others' making
_CODE = re.compile(rb"\[CAPABILITY [^\]]*\] ?")


@dataclass(frozen=True)
class Habits:
    """How one provider behaves."""

    before_login: str
    after_login: str
    greeting: str
    keywords: bool = True  # whether it keeps flags of others' making
    speaks_in_idle: bool = True
    mechanisms: str = "XOAUTH2"
    most_per_minute: int = 1_000_000
    most_connections: int = 1_000_000


# As its servers answered in logs of 2025 and 2026, and as its documents say.
MICROSOFT_365 = Habits(
    before_login="IMAP4 IMAP4rev1 LOGINDISABLED AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+",
    after_login="IMAP4 IMAP4rev1 LOGINDISABLED AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT CLIENTACCESSRULES IDLE NAMESPACE",
    greeting="* OK The Microsoft Exchange IMAP4 service is ready. [TABPADQAUAAyADYANQBDAEEAMAAwADIAMQA=]",
    keywords=False,
    speaks_in_idle=False,
    mechanisms="LOGIN XOAUTH2",
    most_per_minute=30,
    most_connections=3,
)
GOOGLE = Habits(
    before_login="IMAP4rev1 UNSELECT IDLE NAMESPACE QUOTA ID XLIST CHILDREN X-GM-EXT-1 XYZZY SASL-IR AUTH=XOAUTH2 AUTH=PLAIN "
    "AUTH=PLAIN-CLIENTTOKEN AUTH=OAUTHBEARER",
    after_login="IMAP4rev1 UNSELECT IDLE NAMESPACE QUOTA ID XLIST CHILDREN X-GM-EXT-1 UIDPLUS COMPRESS=DEFLATE ENABLE MOVE "
    "CONDSTORE ESEARCH UTF8=ACCEPT LIST-EXTENDED LIST-STATUS LITERAL- SPECIAL-USE APPENDLIMIT=35651584",
    greeting="* OK Gimap ready for requests from 192.0.2.7 q12mb42",
    mechanisms="LOGIN PLAIN XOAUTH2 PLAIN-CLIENTTOKEN OAUTHBEARER XOAUTH",
    most_connections=15,
)


class Wire:
    """One connection, read by lines. It may become TLS on the way. `inside`: whoever is there has logged in."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.read = b""
        self.inside = False

    def secure(self, context: ssl.SSLContext) -> None:
        self.sock = context.wrap_socket(self.sock, server_side=True)

    def more(self) -> bool:
        """Read what is there, or what comes; False at the end."""
        got = self.sock.recv(65_536)
        self.read += got
        return bool(got)

    def line(self) -> bytes | None:
        """The next line, where it is there already."""
        line, end, rest = self.read.partition(b"\n")
        if not end:
            return None
        self.read = rest
        return line + end

    def hear(self) -> bytes:
        """The next line, waited for; nothing at the end."""
        while (line := self.line()) is None:
            if not self.more():
                return b""
        return line

    def say(self, text: str) -> None:
        self.sock.sendall(text.encode() + b"\r\n")

    def hang_up(self) -> None:
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)


class _Listener(ABC):
    """Takes connections, each in a thread of its own; `at_once` is the most that there were at a time."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._open: set[Wire] = set()
        self._threads: list[threading.Thread] = []
        self.at_once = 0

    def __enter__(self) -> Self:
        self._begin(self._serve)
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.hang_up()
        for thread in self._threads:
            thread.join(10)

    def hang_up(self) -> None:
        """End every connection, as a provider does when it likes."""
        for wire in list(self._open):
            wire.hang_up()

    @property
    def connections(self) -> int:
        return len(self._open)

    def _begin(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                self._begin(partial(self._meet, Wire(sock)))

    def _meet(self, wire: Wire) -> None:
        self._open.add(wire)
        self.at_once = max(self.at_once, len(self._open))
        try:
            with contextlib.suppress(OSError, ValueError, smtplib.SMTPException):
                self.talk(wire)
        finally:
            self._open.discard(wire)
            wire.sock.close()

    @abstractmethod
    def talk(self, wire: Wire) -> None:
        """All that is said on one connection."""


class ImapFront(_Listener):
    """IMAP over TLS, with a Dovecot behind it. `commands` has every command that was given, without its tag; `refusals` are
    said to the next that look into a folder, in the place of an answer, and stay in `refused`."""

    def __init__(self, habits: Habits, context: ssl.SSLContext, port_behind: int) -> None:
        super().__init__()
        self._habits, self._context, self._behind = habits, context, port_behind
        self.commands: list[str] = []
        self.refusals: list[str] = []
        self.refused: list[str] = []

    def talk(self, wire: Wire) -> None:
        wire.secure(self._context)
        if self.connections > self._habits.most_connections:
            wire.say("* BYE Too many simultaneous connections. (Failure)")
            return
        with socket.create_connection(("127.0.0.1", self._behind)) as sock:
            behind, left = Wire(sock), 0
            behind.hear()  # Dovecot's own greeting
            wire.say(self._habits.greeting)
            while True:
                while (line := wire.line()) is not None:
                    self._hand_on(line, wire, behind)
                left = self._bring_back(wire, behind, left)
                ready, _, _ = select.select([wire.sock, sock], [], [])
                if not all(each.more() for each in (wire, behind) if each.sock in ready):
                    return

    def _hand_on(self, line: bytes, wire: Wire, behind: Wire) -> None:
        tag, _, command = line.decode("utf-8", "replace").strip().partition(" ")
        word = command.upper()
        if command:
            self.commands.append(command)
        if word == "CAPABILITY":
            offered = self._habits.after_login if wire.inside else self._habits.before_login
            wire.say(f"* CAPABILITY {offered}\r\n{tag} OK CAPABILITY completed.")
        elif word.startswith("LOGIN"):
            wire.say(f"{tag} NO LOGIN failed.")
        elif word == "IDLE" and not self._habits.speaks_in_idle:
            wire.say("+ IDLE accepted, awaiting DONE command.")
            if wire.hear():
                wire.say(f"{tag} OK IDLE completed.")
        elif said := self._refusal(word):
            self.refused.append(said)
            wire.say(f"{tag} {said}")
        else:
            wire.inside = wire.inside or word.startswith(("EXAMINE", "SELECT"))
            behind.sock.sendall(line)

    def _refusal(self, word: str) -> str | None:
        """What is said to a command that the provider does not know, or does not do now; Dovecot would do it."""
        if word.startswith("AUTHENTICATE ") and f"AUTH={word.split()[1]}" not in self._habits.before_login.split():
            return "BAD Command Argument Error. 11"
        if "CONDSTORE" in word and "CONDSTORE" not in self._habits.after_login.split():
            return "BAD Command Argument Error. 12"
        if "STORE " in word and not self._habits.keywords and _KEYWORD.search(word):
            return "NO The server does not keep such flags."
        return self.refusals.pop(0) if self.refusals and word.startswith("EXAMINE") else None

    def _bring_back(self, wire: Wire, behind: Wire, left: int) -> int:
        """Pass on what Dovecot has said. *left*: bytes of a mail that come through as they are; returns those left."""
        while behind.read:
            if left:
                piece, behind.read = behind.read[:left], behind.read[left:]
                wire.sock.sendall(piece)
                left -= len(piece)
            elif (line := behind.line()) is not None:
                wire.sock.sendall(self._as_here(line))
                literal = _LITERAL.search(line)
                left = int(literal[1]) if literal else 0
            else:
                break
        return left

    def _as_here(self, line: bytes) -> bytes:
        if b"HIGHESTMODSEQ" in line and not self._habits.keywords:
            return b""
        if b"PERMANENTFLAGS" in line and not self._habits.keywords:
            return b"* OK [PERMANENTFLAGS (\\Seen \\Answered \\Flagged \\Deleted \\Draft $MDNSent)] Permanent flags\r\n"
        return _CODE.sub(b"", line)


@dataclass
class Submission:
    """What the outgoing server has seen."""

    accepted: list[float] = field(default_factory=list)  # when, by the machine's counter
    refused: list[str] = field(default_factory=list)
    next_answers: list[str] = field(default_factory=list)  # said to the next mails in their place


class SmtpFront(_Listener):
    """SMTP with STARTTLS and a login by token, with a Postfix behind it. What it accepts, *kept* puts into Sent."""

    def __init__(
        self,
        habits: Habits,
        context: ssl.SSLContext,
        port_behind: int,
        is_good: Callable[[str], bool],
        kept: Callable[[bytes], None] = lambda _: None,
    ) -> None:
        super().__init__()
        self._habits, self._context, self._behind, self._is_good, self._kept = habits, context, port_behind, is_good, kept
        self.seen = Submission()

    def talk(self, wire: Wire) -> None:
        _Dialogue(self, wire).hold()

    def judge(self) -> str:
        """What is said to a mail that has been handed over whole."""
        now, seen = time.monotonic(), self.seen
        if seen.next_answers:
            return seen.next_answers.pop(0)
        if self.connections > self._habits.most_connections:
            return "432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending"
        if len([at for at in seen.accepted if at > now - 60]) >= self._habits.most_per_minute:
            return "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded"
        return "250 2.0.0 OK <fronts@provider.example> [Hostname=LO4P123MB0001.GBRP123.PROD.OUTLOOK.COM]"

    def take(self, sender: str, recipients: Sequence[str], raw: bytes) -> str:
        answer = self.judge()
        if not answer.startswith("250"):
            self.seen.refused.append(answer)
            return answer
        with smtplib.SMTP("127.0.0.1", self._behind, timeout=10) as behind:
            behind.sendmail(sender, list(recipients), raw)
        self.seen.accepted.append(time.monotonic())
        self._kept(raw)
        return answer


class _Dialogue:
    """One conversation, from the server's side."""

    def __init__(self, front: SmtpFront, wire: Wire) -> None:
        self._front, self._wire = front, wire
        self._secure = self._known = False
        self._sender, self._recipients = "", list[str]()

    def hold(self) -> None:
        self._say("220 LO4P123CA0002.outlook.office365.com Microsoft ESMTP MAIL Service ready")
        while line := self._hear():
            word, _, rest = line.partition(" ")
            match word.upper():
                case "EHLO":
                    last = f"AUTH {self._front._habits.mechanisms}" if self._secure else "STARTTLS"
                    self._say(f"250-hello\r\n250-SIZE 157286400\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 {last}")
                case "STARTTLS":
                    self._say("220 2.0.0 SMTP server ready")
                    self._wire.secure(self._front._context)
                    self._secure = True
                case "AUTH":
                    self._log_in(rest)
                case "QUIT":
                    return self._say("221 2.0.0 Service closing transmission channel")
                case _:
                    self._transact(word.upper(), line)
        return None

    def _transact(self, word: str, line: str) -> None:
        address = "".join(re.findall(r"<([^>]*)>", line)[:1])
        if word in {"MAIL", "RCPT", "DATA"} and not self._known:
            self._say("530 5.7.57 Client not authenticated to send mail.")
        elif word == "MAIL":
            self._sender, self._recipients = address, []
            self._say("250 2.1.0 Sender OK")
        elif word == "RCPT":
            self._recipients.append(address)
            self._say("250 2.1.5 Recipient OK")
        elif word == "DATA":
            self._say("354 Start mail input; end with <CRLF>.<CRLF>")
            self._say(self._front.take(self._sender, self._recipients, self._mail()))
        else:
            self._say("250 2.0.0 OK")

    def _log_in(self, rest: str) -> None:
        mechanism, _, said = rest.partition(" ")
        token = re.search("auth=Bearer ([^\x01]*)\x01", base64.b64decode(said).decode()) if said else None
        if mechanism.upper() not in {"XOAUTH2", "OAUTHBEARER"}:
            self._say(
                "535 5.7.139 Authentication unsuccessful, basic authentication is disabled. [LO4P123CA0642.PROD.OUTLOOK.COM]"
            )
        elif token and self._front._is_good(token[1]):
            self._known = True
            self._say("235 2.7.0 Authentication successful")
        else:
            self._say("334 " + base64.b64encode(json.dumps({"status": "400", "schemes": "Bearer"}).encode()).decode())
            self._hear()
            self._say("535 5.7.3 Authentication unsuccessful [LO4P123CA0642.GBRP123.PROD.OUTLOOK.COM]")

    def _mail(self) -> bytes:
        lines = []
        while (line := self._wire.hear()) and line != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return b"".join(lines)

    def _hear(self) -> str:
        return self._wire.hear().decode("utf-8", "replace").strip()

    def _say(self, text: str) -> None:
        self._wire.say(text)
