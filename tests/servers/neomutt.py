"""NeoMutt as an officer uses it: it reads the mailbox by IMAP, quotes what it answers, and sends by SMTP."""

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeAlias

import pexpect

from needs import needs

Screen: TypeAlias = "pexpect.spawn[str]"

_WAIT = 60  # seconds: what a machine with much to do may take

_SETTINGS = """
set realname="{name}"
set from="{address}"
set use_from=yes
set folder="imap://{user}@127.0.0.1:{imap_port}/"
set spool_file="+INBOX"
set imap_user="{user}"
set imap_pass="{password}"
set imap_authenticators="login"
set ssl_force_tls=no
set ssl_starttls=no
set smtp_url="smtp://127.0.0.1:{smtp_port}/"
set record=""
set copy=no
set header_cache=""
set editor="{editor}"
set fast_reply=yes
set reply_to=yes
set include=yes
set edit_headers=no
set sort=date
set quit=yes
set markers=no
set mailcap_path="{mailcap}"
set abort_unmodified=no
set recall=no
alternative_order text/plain text/html
"""

_SCREEN = (120, 160)  # lines, columns: a letter is seen whole

# The program hands its draft to an editor: this one types the officer's words above what stands there, or below it.
_EDITOR = """#!{python}
import pathlib, sys
draft, words, where = pathlib.Path(sys.argv[1]), pathlib.Path({words!r}).read_text(), pathlib.Path({where!r}).read_text()
there = draft.read_text()
draft.write_text(words + "\\n\\n" + there if where == "above" else there.rstrip("\\n") + "\\n" + words + "\\n")
"""


@dataclass
class NeoMutt:
    """One officer's program, with settings of its own in *folder*."""

    folder: Path

    @classmethod
    def of(cls, folder: Path, name: str, address: str, password: str, imap_port: int, smtp_port: int) -> Self:
        """Its settings, for whoever has the mailbox *address*."""
        needs("neomutt")
        folder.mkdir(parents=True)
        editor, mailcap = folder / "editor", folder / "mailcap"
        editor.write_text(_EDITOR.format(python=sys.executable, words=str(folder / "words"), where=str(folder / "where")))
        editor.chmod(stat.S_IRWXU)
        mailcap.touch()
        (folder / "neomuttrc").write_text(
            _SETTINGS.format(
                name=name,
                address=address,
                user=address.partition("@")[0],
                password=password,
                imap_port=imap_port,
                smtp_port=smtp_port,
                editor=editor,
                mailcap=mailcap,
            )
        )
        return cls(folder)

    def read_last(self, *expecting: str) -> None:
        """Open the newest mail of the inbox: the screen must show each of *expecting*, in this order."""
        with self._running() as screen:
            self._open_last(screen)
            for words in expecting:
                screen.expect_exact(words)
            screen.send("qq")

    def answer_last(self, words: str) -> None:
        """Open the newest mail of the inbox, answer it, write *words* above what the program quotes, and send that."""
        self._will_type(words, "above")
        with self._running() as screen:
            self._open_last(screen)
            screen.send("r")
            self._send(screen)
            screen.send("qq")

    def press(self, link: str, words: str = "") -> None:
        """Follow a `mailto:` link, as what shows a letter hands it on, write *words* below what it filled in, and send that."""
        self._will_type(words, "below")
        with self._running(link) as screen:
            self._send(screen)

    def _will_type(self, words: str, where: str) -> None:
        (self.folder / "words").write_text(words)
        (self.folder / "where").write_text(where)

    @contextmanager
    def _running(self, *arguments: str) -> Iterator[Screen]:
        lines, columns = _SCREEN
        # It believes these two before it asks how large the screen is, and whoever runs the tests may have set them.
        size = {"LINES": str(lines), "COLUMNS": str(columns)}
        environment = {**os.environ, **size, "TERM": "xterm", "LC_ALL": "C.UTF-8", "HOME": str(self.folder)}
        screen = pexpect.spawn(
            "neomutt", ["-n", "-F", str(self.folder / "neomuttrc"), *arguments],
            env=environment, encoding="utf-8", dimensions=_SCREEN, timeout=_WAIT,
        )  # fmt: skip  # a list of values, not of lines
        try:
            yield screen
            screen.expect(pexpect.EOF)
        finally:
            screen.close(force=True)

    def _open_last(self, screen: Screen) -> None:
        screen.expect_exact("Msgs:")
        screen.send("*\r")  # to the last, and show it
        screen.expect_exact("Reply-To:")

    def _send(self, screen: Screen) -> None:
        screen.expect_exact("y:Send")
        screen.send("y")  # what it says then is drawn over what stood there, and cannot be waited for
