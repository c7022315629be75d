"""A private Dovecot: IMAP with and without TLS, and LMTP, on ports of its own, all in one temporary folder."""

import getpass
import grp
import os
import pwd
import shutil
import smtplib
import subprocess
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from imapclient import IMAPClient

from needs import needs
from servers.certificate import make_certificate
from servers.ports import answers, free_ports, until

_MAIL_USER = "nobody"  # owns the mail where we are root: Dovecot serves no mail as root

_CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
protocols = imap lmtp
listen = 127.0.0.1
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
disable_plaintext_auth = no
first_valid_uid = 1
last_valid_uid = 0
recipient_delimiter = +
lmtp_save_to_detail_mailbox = no
auth_mechanisms = plain login{mechanisms}
auth_username_format = %n
auth_failure_delay = 0
mail_location = maildir:{folder}/mail/%n
mail_max_userip_connections = 200
maildir_stat_dirs = yes
{identity}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    auto = create
    special_use = \\Sent
  }}
}}
{oauth}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%n {folder}/users
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%n
}}
service anvil {{
  {unprivileged}
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth {{
  unix_listener {folder}/run/smtp {{
    mode = 0666
  }}
}}
service imap-login {{
  {unprivileged}
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  {user_only}
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
"""

_IDENTITY = "default_internal_user = {user}\ndefault_internal_group = {group}\ndefault_login_user = {user}"
# What else must run as the one user that there is, where we are not root.
_SERVICES = ("auth", "auth-worker", "log", "config", "indexer-worker")

_OAUTH = """
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2.conf.ext
}}
"""
_OAUTH_SETTINGS = """introspection_url = {url}
introspection_mode = post
username_attribute = email
active_attribute = active
active_value = true
tokeninfo_url =
"""


class Dovecot:
    """`with Dovecot({"cases": "secret"}) as dovecot:`; mail for `cases+tag@anything` goes to `cases`.

    *introspection_url* lets tokens in (XOAUTH2, OAUTHBEARER) that the endpoint there calls active.
    """

    host = "127.0.0.1"

    def __init__(self, users: Mapping[str, str], introspection_url: str | None = None) -> None:
        self.users = dict(users)
        self.imap_port, self.imaps_port, self.lmtp_port = free_ports(3)
        self._introspection_url = introspection_url
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        needs("dovecot", "openssl")
        # Short: the path of a UNIX socket has room for 107 characters.
        self.folder = Path(tempfile.mkdtemp(prefix="dovecot-"))
        self._write()
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        """Start it, or start it again after a `stop`: same ports, same mail."""
        program = shutil.which("dovecot") or "/usr/sbin/dovecot"
        self._process = subprocess.Popen([program, "-F", "-c", str(self.folder / "dovecot.conf")], stderr=subprocess.DEVNULL)
        until(lambda: answers(self.imap_port) and answers(self.lmtp_port), 20, f"Dovecot, see {self.folder}/log")

    def stop(self) -> None:
        """Stop it, and end every session. The mail stays where it is."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)
            self._process = None

    @property
    def certificate(self) -> Path:
        """The file by which a client can trust `localhost`."""
        return self.folder / "cert.pem"

    def client(self, user: str) -> IMAPClient:
        """Another client than ours: the resident's provider, or an officer who looks into the mailbox."""
        client = IMAPClient(self.host, self.imap_port, ssl=False, timeout=20)
        client.login(user, self.users[user])
        return client

    def append(self, user: str, raw: bytes, at: datetime | None = None, folder: str = "INBOX") -> None:
        """Put a mail there as it is. *at* is its INTERNALDATE, aware."""
        with self.client(user) as client:
            client.append(folder, raw, msg_time=at)

    def deliver(self, address: str, raw: bytes, sender: str = "") -> None:
        """By LMTP, as a mail server would."""
        with smtplib.LMTP(self.host, self.lmtp_port) as lmtp:
            lmtp.sendmail(sender, [address], raw)

    def mails(self, user: str, folder: str = "INBOX") -> list[bytes]:
        """Every mail of *folder*, in the order of arrival."""
        with self.client(user) as client:
            client.select_folder(folder, readonly=True)
            found: dict[int, dict[bytes, Any]] = client.fetch(client.search("ALL"), ["BODY.PEEK[]"])
            return [found[uid][b"BODY[]"] for uid in sorted(found)]

    def kill_sessions(self) -> None:
        """End every IMAP session the hard way."""
        if self._process is not None:
            subprocess.run(["pkill", "-KILL", "-P", str(self._process.pid), "-x", "imap"], check=False)

    def _write(self) -> None:
        root = os.geteuid() == 0
        me = _MAIL_USER if root else getpass.getuser()
        account = pwd.getpwnam(me)
        group = grp.getgrgid(account.pw_gid).gr_name
        self.folder.chmod(0o755)
        for name in ("run", "mail"):
            (self.folder / name).mkdir(mode=0o755)
        if root:
            os.chown(self.folder / "mail", account.pw_uid, account.pw_gid)
        certificate, key = make_certificate(self.folder)
        (self.folder / "users").write_text("".join(f"{user}:{{PLAIN}}{word}::::::\n" for user, word in self.users.items()))
        oauth = self._introspection_url is not None
        if oauth:
            (self.folder / "oauth2.conf.ext").write_text(_OAUTH_SETTINGS.format(url=self._introspection_url))
        config = _CONFIG.format(
            folder=self.folder, certificate=certificate, key=key, user=me, group=group,
            imap=self.imap_port, imaps=self.imaps_port, lmtp=self.lmtp_port,
            mechanisms=" xoauth2 oauthbearer" if oauth else "",
            oauth=_OAUTH.format(folder=self.folder) if oauth else "",
            identity="" if root else _IDENTITY.format(user=me, group=group),
            unprivileged="" if root else f"chroot =\n  user = {me}",
            user_only="" if root else f"user = {me}",
        )  # fmt: skip  # a list of values, not of lines
        if not root:
            config += "".join(f"service {name} {{\n  user = {me}\n}}\n" for name in _SERVICES)
            config += f"service stats {{\n  chroot =\n  user = {me}\n}}\n"
        (self.folder / "dovecot.conf").write_text(config)
