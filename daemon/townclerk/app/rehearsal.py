"""A council to practise with: the daemon as it is, on a mailbox and a mail server inside this process.

Its folder is an installation like any other, so every command works in it:

    townclerk.yaml       the settings
    rules/<council>/     routing.yaml and staff.yaml, to be changed; the rest is as shipped
    arrives/             a file that is saved here comes as a mail; "Answers: 003" at its top: from whoever got that letter
    letters/             what was sent, a file each, by number
    log                  what the service would log
"""

import asyncio
import hashlib
import secrets
import shutil
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from townclerk.app.commands.asking import CannotRead, NotAsItShould
from townclerk.app.commands.run import serve
from townclerk.app.logs import start_logging
from townclerk.app.wiring import load_files
from townclerk.config.schema import KINDS, write_schemas
from townclerk.config.shipped import find_shipped
from townclerk.mail.embedded import Accepted, EmbeddedServers

SETTINGS = "townclerk.yaml"
LOGIN = "rehearsal"
SECONDS = 0.2  # how often we look for what has been saved, and for what was sent
FILES_SECONDS = 0.5  # how often the daemon looks at its files: whoever practises waits for it
_SHOWN = ("To", "Subject", "Reply-To", "Message-ID")  # of a letter: what is needed to read it and to answer it
WRITTEN_BY = "Ann Resident <ann.resident@home.example>"  # where a mail does not say who wrote it


def prepare(folder: Path, council: str, own: Path | None, staff: Path | None) -> None:
    """Make the folder of a rehearsal with the files of *council*: those of the folder *own*, and the roster *staff*, where they
    are; else routing and staff as shipped. Raises CannotRead."""
    rules = folder / "rules" / council
    try:
        for place in (council, "shared"):
            if own is not None and (own / place).is_dir():
                shutil.copytree(own / place, folder / "rules" / place)
        for each in (rules, folder / "arrives", folder / "letters"):
            each.mkdir(parents=True, exist_ok=True)
        for name, file in (("routing.yaml", None), ("staff.yaml", staff)):
            if (found := file or find_shipped("rules", f"{council}/{name}", own)) is not None:
                shutil.copyfile(found, rules / name)
        write_schemas(folder / "rules" / "schema", KINDS)  # each file says in its first line that they are there
        for name, secret in (("password", secrets.token_urlsafe()), ("reply-key", secrets.token_urlsafe(32))):
            (folder / name).touch(mode=0o600)
            (folder / name).write_text(secret, encoding="utf-8")
        (folder / SETTINGS).write_text(_settings(folder.resolve(), council, *_free_ports()), encoding="utf-8")
    except OSError as error:
        raise CannotRead(f"{folder} cannot be written: {error.strerror}") from None


def _settings(folder: Path, council: str, imap: int, smtp: int) -> str:
    start = datetime.now(UTC).replace(microsecond=0).isoformat()  # the mailbox has whole seconds
    auth = "{kind: password, secret: {file: password}}"
    return f"""# A rehearsal: `townclerk rehearse` is its mailbox and its mail server, and both are gone with it.
council: {council}
rules: rules
mailbox: {{host: 127.0.0.1, port: {imap}, security: none, user: {LOGIN}, auth: {auth}, start_from: {start}}}
smtp: {{host: 127.0.0.1, port: {smtp}, security: none, from_name: Rehearsal}}
database: {{url: "sqlite:///{folder}/townclerk.db"}}
reply_address: {{keys: [{{id: a, secret: {{file: reply-key}}}}]}}
authentication: {{profile: none}}
journal: {{sealed_from: 1}}
"""


def _free_ports() -> tuple[int, int]:
    """Two that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        return int(one.getsockname()[1]), int(other.getsockname()[1])


async def rehearse(folder: Path, tell: Callable[[str], None]) -> int:
    """Look after the mailbox of the rehearsal in *folder* until told to stop; *tell* hears what comes and goes. Returns the
    exit status. Raises ConfigError, DemoNotInstalled, NotAsItShould."""
    path = folder / SETTINGS
    files = load_files(path)
    box, mailbox = files.settings.mailbox, files.council.policy.contact.mailbox
    password = box.login.secrets[0].reveal()
    passwords = {box.user: password, mailbox: password}
    # Whatever the domain: officers mostly have that of the mailbox, and nobody's mail leaves this process.
    servers = EmbeddedServers(passwords, imap_port=box.port, smtp_port=files.settings.smtp.port)
    with (folder / "log").open("a", encoding="utf-8", buffering=1) as log:
        start_logging(to=log)
        try:
            await servers.__aenter__()
        except OSError as error:
            todo = f"another rehearsal may be running; else write other ports into {path}"
            raise NotAsItShould(f"its mail servers cannot begin: {error.strerror or error}; {todo}") from None
        post = asyncio.create_task(PostRound(folder, servers, box.user, mailbox, tell).go_round())
        try:
            tell(f"The mailbox {mailbox} is being looked after. Ctrl-C ends it.")
            return await serve(files, path, FILES_SECONDS)
        finally:
            post.cancel()
            await asyncio.gather(post, return_exceptions=True)
            await servers.__aexit__(None, None, None)


@dataclass(slots=True)
class PostRound:
    """Brings what is saved under `arrives` to the mailbox, and puts what was sent under `letters`."""

    folder: Path
    servers: EmbeddedServers
    login: str
    mailbox: str
    tell: Callable[[str], None]
    _seen: dict[Path, int] = field(default_factory=dict)  # of each file the size, once it has been looked at
    _kept: int = 0

    async def go_round(self) -> None:
        brought = self.folder / "arrives" / ".brought"  # their names, also of earlier rehearsals
        brought.touch()
        self._kept = len(list((self.folder / "letters").glob("*.txt")))
        told = 0
        while True:
            for path in self._saved():
                if path.name not in brought.read_text(encoding="utf-8").splitlines() and self._stands_still(path):
                    await self.servers.deliver(self.login, self._as_mail(path.read_bytes()))
                    with brought.open("a", encoding="utf-8") as names:
                        names.write(f"{path.name}\n")
                    self.tell(f"{path.name} has come as a mail")
            for letter in self.servers.accepted[told:]:
                told += 1
                self._keep(letter)
            await asyncio.sleep(SECONDS)

    def _saved(self) -> list[Path]:
        return sorted(path for path in (self.folder / "arrives").glob("[!.]*") if path.is_file())

    def _stands_still(self, path: Path) -> bool:
        """Whether nobody is writing it any more."""
        size = path.stat().st_size
        was, self._seen[path] = self._seen.get(path), size
        return size == was and size > 0

    def _as_mail(self, written: bytes) -> bytes:
        answered = message_from_bytes(written, policy=default)["Answers"]
        if answered is None:
            return as_mail(written, self.mailbox)
        number, letters = str(answered).strip(), sorted((self.folder / "letters").glob("*.txt"))
        letter = next((path for path in letters if number and path.name.startswith(number)), None)
        if letter is None:
            self.tell(f"there is no letters/{number}: write its number behind Answers, for instance 003")
            return as_mail(written, self.mailbox)
        return as_answer(written, letter.read_bytes(), self.mailbox)

    def _keep(self, letter: Accepted) -> None:
        self._kept += 1
        message = message_from_bytes(letter.raw, policy=default)
        body = message.get_body(("plain",))
        text = body.get_content() if body is not None else ""
        name = f"{self._kept:03}-{letter.recipients[0].replace('/', '_')}.txt"
        subject = str(message["Subject"]).strip()
        shown = {name: str(message[name]).strip() for name in _SHOWN if name in message}
        written = "".join(f"{name}: {value}\n" for name, value in shown.items()) + f"\n{text}"
        (self.folder / "letters" / name).write_text(written, encoding="utf-8")
        self.tell(f"letters/{name}: {subject}")


def as_answer(written: bytes, letter: bytes, mailbox: str) -> bytes:
    """*written* as the answer of whoever got *letter*, as it is kept, from their own mail program."""
    got = message_from_bytes(letter, policy=default)
    message = message_from_bytes(written, policy=default)
    head = {"From": got["To"], "To": got["Reply-To"], "Subject": f"Re: {got['Subject']}", "In-Reply-To": got["Message-ID"]}
    said = {**{name: value for name, value in head.items() if value}, **dict(message.items())}
    said.pop("Answers")
    lines = "".join(f"{name}: {value}\n" for name, value in said.items())
    return as_mail(lines.encode() + b"\n" + _below_the_head(written), mailbox)


def _below_the_head(written: bytes) -> bytes:
    return written.replace(b"\r\n", b"\n").partition(b"\n\n")[2]


def as_mail(written: bytes, mailbox: str) -> bytes:
    """*written* as the mail that it would be: what its header does not say is added. A text without a header is one, too."""
    message = message_from_bytes(written)
    if "From" not in message and "Subject" not in message:
        message = message_from_bytes(b"\n" + written)
    number = hashlib.sha256(written).hexdigest()[:16]
    added = {"From": WRITTEN_BY, "To": mailbox, "Message-ID": f"<{number}@rehearsal.example>"}
    added |= {"MIME-Version": "1.0", "Content-Type": "text/plain; charset=utf-8", "Content-Transfer-Encoding": "8bit"}
    head = "".join(f"{name}: {value}\n" for name, value in added.items() if name not in message).encode()
    return head + (written if message.keys() else b"\n" + written)
