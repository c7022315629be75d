"""Thunderbird as an officer uses it: driven from within by Marionette, the remote control that Mozilla's programs carry."""

import json
import os
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from needs import needs
from servers.ports import answers, free_ports, until

_WAIT = 60  # seconds for a step of the program

_SETTINGS = {
    "mail.provider.suppress_dialog_on_startup": True,
    "mailnews.start_page.enabled": False,
    "mail.shell.checkDefaultClient": False,
    "mail.spam.version": 1,
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.enabled": False,
    "app.update.disabledForTesting": True,
    "extensions.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
    "mail.compose.warn_public_recipients.aggressive": False,
    "mailnews.database.global.indexer.enabled": False,
    "mail.warn_on_send_accel_key": False,
}

# The account as its owner would set it up; the password where the program itself keeps it.
_ACCOUNT = """
const [user, address, name, password, imap, smtp, done] = arguments;
(async () => {
  const {MailServices} = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
  const host = "127.0.0.1";
  const login = Cc["@mozilla.org/login-manager/loginInfo;1"].createInstance(Ci.nsILoginInfo);
  login.init("imap://" + host, null, "imap://" + host, user, password, "", "");
  await Services.logins.addLoginAsync(login);
  const server = MailServices.accounts.createIncomingServer(user, host, "imap");
  server.port = imap;
  server.socketType = Ci.nsMsgSocketType.plain;
  server.authMethod = Ci.nsMsgAuthMethod.passwordCleartext;
  server.password = password;
  server.loginAtStartUp = false;
  const out = MailServices.outgoingServer.createServer("smtp");
  out.QueryInterface(Ci.nsISmtpServer);
  out.hostname = host;
  out.port = smtp;
  out.socketType = Ci.nsMsgSocketType.plain;
  out.authMethod = Ci.nsMsgAuthMethod.none;
  MailServices.outgoingServer.defaultServer = out;
  const identity = MailServices.accounts.createIdentity();
  identity.email = address;
  identity.fullName = name;
  identity.smtpServerKey = out.key;
  identity.doFcc = false;
  identity.composeHtml = true;
  identity.replyOnTop = 1;
  identity.valid = true;
  const account = MailServices.accounts.createAccount();
  account.incomingServer = server;
  account.addIdentity(identity);
  MailServices.accounts.defaultAccount = account;
})().then(() => done("ready"), error => done(String(error) + error.stack));
"""

# What the scripts below share: the newest mail of the inbox, a window to write in, and the way out of it.
_TOOLS = """
const {MailServices} = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
const ended = start => new Promise(over => start({OnStartRunningUrl() {}, OnStopRunningUrl() { over(); }}));
const newest = async () => {
  const root = MailServices.accounts.defaultAccount.incomingServer.rootFolder;
  const find = () => root.getFolderWithFlags(Ci.nsMsgFolderFlags.Inbox);
  if (!find()) await ended(listener => MailServices.imap.discoverAllFolders(root, listener, null));
  await ended(listener => find().getNewMessages(null, listener));
  return [...find().messages].sort((one, other) => one.messageKey - other.messageKey).at(-1);
};
const written = open => new Promise(over => {
  Services.ww.registerNotification(function watch(window, topic) {
    if (topic != "domwindowopened") return;
    window.addEventListener("compose-editor-ready", () => {
      Services.ww.unregisterNotification(watch);
      window.setTimeout(() => over(window), 300);
    }, {once: true});
  });
  open();
});
const type = (window, text) => text.split("\\n").forEach((line, index) => {
  const editor = window.GetCurrentEditor();
  if (index) editor.insertLineBreak();
  if (line) editor.insertText(line);
});
const sent = window => new Promise(over => {
  window.addEventListener("aftersend", () => over("sent"), {once: true});
  window.goDoCommand("cmd_sendNow");
});
"""

_ANSWER = """
const [words, done] = arguments;
(async () => {
  const header = await newest();
  const identity = MailServices.accounts.defaultAccount.defaultIdentity;
  const window = await written(() => MailServices.compose.OpenComposeWindow(
    null, header, header.folder.getUriForMsg(header), Ci.nsIMsgCompType.ReplyToSender, Ci.nsIMsgCompFormat.Default,
    identity, null, null));
  window.GetCurrentEditor().beginningOfDocument();
  type(window, words);
  return sent(window);
})().then(done, error => done(String(error) + error.stack));
"""

_PRESS = """
const [link, words, done] = arguments;
(async () => {
  const window = await written(() => MailServices.compose.OpenComposeWindowWithURI(null, Services.io.newURI(link)));
  window.GetCurrentEditor().endOfDocument();
  type(window, words);
  return sent(window);
})().then(done, error => done(String(error) + error.stack));
"""


class ThunderbirdTrouble(Exception):
    """It could not do what was asked."""


@dataclass
class _Marionette:
    """The remote control: requests and answers in JSON, each after its length (Mozilla's Marionette, protocol 3)."""

    connection: socket.socket
    number: int = 0

    def __post_init__(self) -> None:
        self.answers = self.connection.makefile("rb")
        self._read()  # what it says of itself

    def ask(self, command: str, **given: Any) -> Any:
        self.number += 1
        request = json.dumps([0, self.number, command, given]).encode()
        self.connection.sendall(str(len(request)).encode() + b":" + request)
        _, _, error, found = self._read()
        if error:
            raise ThunderbirdTrouble(f"{command}: {error['message']}")
        return found

    def run(self, script: str, *given: Any) -> Any:
        """What *script* hands to the function that it gets as its last argument. Raises ThunderbirdTrouble."""
        return self.ask("WebDriver:ExecuteAsyncScript", script=script, args=given, sandbox="system", newSandbox=True)["value"]

    def _read(self) -> Any:
        length = b""
        while (one := self.answers.read(1)) != b":":
            if not one:
                raise ThunderbirdTrouble("it has gone away")
            length += one
        return json.loads(self.answers.read(int(length)))


@dataclass
class Thunderbird:
    """One officer's program, with a profile of its own in *folder*. `with Thunderbird(…) as program:` ends it."""

    folder: Path
    name: str
    address: str
    password: str
    imap_port: int
    smtp_port: int

    def __enter__(self) -> Self:
        needs("thunderbird")
        (port,) = free_ports(1)
        profile = self.folder / "profile"
        profile.mkdir(parents=True)
        settings = {**_SETTINGS, "marionette.port": port}
        lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in settings.items())
        (profile / "user.js").write_text("".join(lines))
        self._process = subprocess.Popen(
            [
                "thunderbird",
                "--headless",
                "--no-remote",
                "--marionette",
                "-remote-allow-system-access",
                "--profile",
                str(profile),
            ],
            env={**os.environ, "HOME": str(self.folder)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(lambda: answers(port), _WAIT, "Thunderbird")
        self._control = _Marionette(socket.create_connection(("127.0.0.1", port), timeout=_WAIT))
        self._control.ask("WebDriver:NewSession", capabilities={"alwaysMatch": {}})
        self._control.ask("Marionette:SetContext", value="chrome")
        self._control.ask("WebDriver:SetTimeouts", script=_WAIT * 1000)
        user = self.address.partition("@")[0]
        self._do(_ACCOUNT, "ready", user, self.address, self.name, self.password, self.imap_port, self.smtp_port)
        return self

    def __exit__(self, *_: object) -> None:
        self._control.connection.close()
        self._process.kill()
        self._process.wait(_WAIT)

    def answer_last(self, words: str) -> None:
        """Answer the newest mail of the inbox, with *words* typed above what the program quotes, and send that."""
        self._do(_TOOLS + _ANSWER, "sent", words)

    def press(self, link: str, words: str = "") -> None:
        """Press a `mailto:` link, type *words* below what it has filled in, and send that."""
        self._do(_TOOLS + _PRESS, "sent", link, words)

    def _do(self, script: str, wanted: str, *given: object) -> None:
        found = self._control.run(script, *given)
        if found != wanted:
            raise ThunderbirdTrouble(str(found))
