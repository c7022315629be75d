"""A private Postfix on a port of its own, all in one temporary folder. Nothing ever leaves the machine."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Self

from needs import needs, without
from servers.ports import answers, free_ports, until

_CONFIG = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.{domain}
mydomain = {domain}
myorigin = {domain}
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
recipient_delimiter = +
alias_maps =
alias_database =
virtual_mailbox_domains = {domains}
virtual_mailbox_maps = texthash:{folder}/etc/mailboxes
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
# An unknown user is let in, so that the refusal behind the door becomes a real delivery report.
smtpd_reject_unlisted_recipient = no
smtpd_recipient_restrictions = check_recipient_access texthash:{folder}/etc/recipients, permit_mynetworks, reject
relay_domains =
default_transport = {outside}
local_transport = error:5.1.1 there are no local users
message_size_limit = {largest}
mailbox_size_limit = 0
maillog_file = {folder}/log
maillog_file_prefixes = /
maximal_queue_lifetime = 2m
bounce_queue_lifetime = 2m
minimal_backoff_time = 10s
maximal_backoff_time = 20s
queue_run_delay = 5s
notify_classes =
biff = no
smtpd_client_connection_rate_limit = 0
smtpd_client_port_logging = yes
in_flow_delay = 0
{tls}
{checks}
"""
_CHROOTED = re.compile(r"^(\w\S*\s+(?:unix|inet|pass|fifo|unix-dgram)\s+\S+\s+\S+\s+)y", re.MULTILINE)


class Postfix:
    """`with Postfix(dovecot.lmtp_port, ["council.example"], ["cases"]) as postfix:`

    Mail for *users* of the *domains* goes to the LMTP server; mail for other users of them comes back as a delivery report
    of that server. Mail for outside goes to the SMTP server at *outside_port*, or comes back where that is None.
    *answers* are what RCPT says to an address: {"gone@council.example": "550 5.1.1 no such user"}. Of mail that says to be
    from the domain *proves* it notes in Authentication-Results that this is so. *letting_in*: the socket of a Dovecot that is
    asked who may log in.
    """

    host = "127.0.0.1"

    def __init__(
        self,
        lmtp_port: int,
        domains: Iterable[str],
        users: Iterable[str],
        *,
        outside_port: int | None = None,
        answers: Mapping[str, str] | None = None,
        largest: int = 60_000_000,
        certificate: tuple[Path, Path] | None = None,
        proves: str | None = None,
        letting_in: Path | None = None,
    ) -> None:
        self.domains, self.users = list(domains), list(users)
        (self.smtp_port,) = free_ports(1)
        self._lmtp_port, self._outside_port, self._largest = lmtp_port, outside_port, largest
        self._answers = dict(answers or {})
        self._certificate = certificate
        self._proves = proves
        self._letting_in = letting_in

    def __enter__(self) -> Self:
        needs("postfix")
        if os.geteuid() != 0:
            without("Postfix can be started by root alone")
        self.folder = Path(tempfile.mkdtemp(prefix="postfix-"))
        self._write()
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def name(self) -> str:
        """What it calls itself in the headers that it adds."""
        return f"mx.{self.domains[0]}"

    def start(self) -> None:
        """Start it, or start it again after a `stop`: same port, same queue."""
        self._command("start")
        until(lambda: answers(self.smtp_port), 20, f"Postfix, see {self.folder}/log")

    def stop(self) -> None:
        """Stop it. What is in its queue stays there."""
        self._command("stop")
        until(lambda: not self._lives(), 20, "the end of Postfix")

    def flush(self) -> None:
        """Try everything in the queue now."""
        self._command("flush")

    def _command(self, word: str) -> None:
        program = shutil.which("postfix") or "/usr/sbin/postfix"
        subprocess.run([program, "-c", str(self.folder / "etc"), word], check=False, capture_output=True, timeout=60)

    def _lives(self) -> bool:
        pid = self.folder / "queue" / "pid" / "master.pid"
        try:
            os.kill(int(pid.read_text()), 0)
        except (OSError, ValueError):
            return False
        return True

    def _write(self) -> None:
        etc = self.folder / "etc"
        self.folder.chmod(0o755)
        for name in ("etc", "queue", "data", "etc/dynamicmaps.cf.d", "etc/postfix-files.d"):
            (self.folder / name).mkdir(mode=0o755)
        shutil.chown(self.folder / "data", "postfix")
        for name in ("dynamicmaps.cf", "postfix-files"):
            if (source := Path("/etc/postfix") / name).exists():
                shutil.copy(source, etc / name)
        config = _CONFIG.format(
            folder=self.folder, domain=self.domains[0], domains=" ".join(self.domains), lmtp=self._lmtp_port,
            largest=self._largest, outside=self._outside(), tls=self._tls(), checks=self._checks(),
        )  # fmt: skip  # a list of values, not of lines
        (etc / "main.cf").write_text(config)
        (etc / "mailboxes").write_text("".join(f"{user}@{domain} x\n" for user in self.users for domain in self.domains))
        (etc / "recipients").write_text("".join(f"{address} {answer}\n" for address, answer in self._answers.items()))
        (etc / "master.cf").write_text(self._services())

    def _services(self) -> str:
        """The distribution's services, with our port, and none of them shut into a folder that would have to be filled."""
        services = Path("/usr/share/postfix/master.cf.dist").read_text()
        ours = f"127.0.0.1:{self.smtp_port} inet n - n - - smtpd"
        services = re.sub(r"^smtp\s+inet .*$", ours, services, count=1, flags=re.MULTILINE)
        if not re.search(r"^postlog", services, re.MULTILINE):
            services += "postlog unix-dgram n - n - 1 postlogd\n"
        return _CHROOTED.sub(r"\1n", services)

    def _outside(self) -> str:
        if self._outside_port is None:
            return "error:5.4.4 there is no world outside"
        return f"smtp:[127.0.0.1]:{self._outside_port}"

    def _tls(self) -> str:
        if self._certificate is None:
            return ""
        certificate, key = self._certificate
        return (
            f"smtpd_tls_security_level = may\nsmtpd_tls_cert_file = {certificate}\nsmtpd_tls_key_file = {key}" + self._logins()
        )

    def _logins(self) -> str:
        if self._letting_in is None:
            return ""
        return f"\nsmtpd_sasl_auth_enable = yes\nsmtpd_sasl_type = dovecot\nsmtpd_sasl_path = {self._letting_in}"

    def _checks(self) -> str:
        if self._proves is None:
            return ""
        note = f"Authentication-Results: {self.name}; dmarc=pass header.from={self._proves}"
        checks = self.folder / "etc" / "checks"
        checks.write_text(f"/^From:.*@{re.escape(self._proves)}\\b/ PREPEND {note}\n")
        return f"header_checks = regexp:{checks}"
