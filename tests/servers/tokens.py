"""A token server on a port of its own: a tenant of Microsoft's, Google's and anybody's token endpoint, and who asks whether a
token is good. It can be told to be slow, to talk nonsense, or to refuse."""

import contextlib
import json
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from servers.certificate import write_certificate

TENANT = "council.example"


class Mood(Enum):
    WILLING = auto()
    REFUSING = auto()
    NONSENSE = auto()
    SILENT = auto()
    DRIPPING = auto()
    DRIPPING_HEADERS = auto()
    BUSY = auto()
    ELSEWHERE = auto()  # it sends us on to another address


@dataclass
class TokenServer:
    """`with TokenServer(folder, "alice") as tokens:` gives tokens of alice that are good for `lifetime` seconds.

    `asked` has the form of each question for one; `refusal` is what it says when it refuses.
    """

    folder: Path
    user: str
    lifetime: float = 3600
    mood: Mood = Mood.WILLING
    refusal: dict[str, object] = field(default_factory=lambda: {"error": "invalid_client"})
    nonsense: str = "<html>Sign in</html>"
    asked: list[dict[str, str]] = field(default_factory=list)
    given: dict[str, float] = field(default_factory=dict)  # token -> when it runs out, by the machine's counter

    def __enter__(self) -> Self:
        self.certificate, key = write_certificate(self.folder)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.certificate, key)
        self._stack = ExitStack()
        self._gone = threading.Event()
        self.port = self._serve(_giving(self), context)
        self._asking_port = self._serve(_introspecting(self), None)
        return self

    def __exit__(self, *_: object) -> None:
        self._gone.set()
        self._stack.close()

    @property
    def authority(self) -> str:
        return f"https://localhost:{self.port}"

    @property
    def token_url(self) -> str:
        return f"{self.authority}/token"

    @property
    def introspection_url(self) -> str:
        return f"http://127.0.0.1:{self._asking_port}/"

    def service_account(self) -> str:
        """The key file of a service account, as Google makes it."""
        mail = "townclerk@project.iam.gserviceaccount.com"
        found = {"type": "service_account", "client_email": mail, "private_key": _private_key(), "token_uri": self.token_url}
        return json.dumps(found)

    def is_good(self, token: str) -> bool:
        return time.monotonic() < self.given.get(token, 0)

    def forget(self) -> None:
        """Take back every token that was given."""
        self.given.clear()

    def _serve(self, handler: type[BaseHTTPRequestHandler], context: ssl.SSLContext | None) -> int:
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        self._stack.callback(thread.join)
        self._stack.callback(server.server_close)
        self._stack.callback(server.shutdown)
        return int(server.server_port)

    # --- what it says

    def discovery(self) -> dict[str, object]:
        base = f"{self.authority}/{TENANT}"
        return {
            "issuer": f"{base}/v2.0",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
        }

    def token(self) -> dict[str, object]:
        text = f"token-{len(self.asked)}-of-{self.user}"
        self.given[text] = time.monotonic() + self.lifetime
        return {"token_type": "Bearer", "expires_in": max(1, round(self.lifetime)), "access_token": text}

    def answer(self) -> tuple[int, str]:
        """Status and body of what it says, where it says anything."""
        answers: dict[Mood, Callable[[], tuple[int, str]]] = {
            Mood.WILLING: lambda: (200, json.dumps(self.token())),
            Mood.REFUSING: lambda: (401, json.dumps(self.refusal)),
            Mood.NONSENSE: lambda: (200, self.nonsense),
            Mood.BUSY: lambda: (503, "come back later"),
            Mood.ELSEWHERE: lambda: (307, ""),
        }
        return answers[self.mood]()

    def wait(self, seconds: float = 20) -> bool:
        """Until the server is closed: True."""
        return self._gone.wait(seconds)


@cache
def _private_key() -> str:
    key = rsa.generate_private_key(65537, 2048)
    plain, form = serialization.NoEncryption(), serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, plain).decode()


class _Quiet(BaseHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        """Keep quiet."""

    def form(self) -> dict[str, str]:
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        return {name: values[0] for name, values in parse_qs(body).items()}

    def say(self, status: int, text: str, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())


def _giving(server: TokenServer) -> type[BaseHTTPRequestHandler]:
    class Giving(_Quiet):
        def do_GET(self) -> None:
            known = urlsplit(self.path).path == f"/{TENANT}/v2.0/.well-known/openid-configuration"
            found: dict[str, Any] = server.discovery() if known else {"error": "invalid_tenant"}
            self.say(200 if known else 400, json.dumps(found))

        def do_POST(self) -> None:
            server.asked.append(self.form())
            if server.mood is Mood.SILENT:
                server.wait()
            elif server.mood is Mood.DRIPPING:
                self.drip()
            elif server.mood is Mood.DRIPPING_HEADERS:
                self.drip_headers()
            else:
                self.say(*server.answer(), Location=f"{server.authority}/elsewhere")

        def drip_headers(self) -> None:
            with contextlib.suppress(OSError):
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                while not server.wait(0.05):
                    self.wfile.write(b"x")
                    self.wfile.flush()

        def drip(self) -> None:
            self.send_response(200)
            self.end_headers()
            with contextlib.suppress(OSError):
                while not server.wait(0.05):
                    self.wfile.write(b" ")
                    self.wfile.flush()

    return Giving


def _introspecting(server: TokenServer) -> type[BaseHTTPRequestHandler]:
    class Introspecting(_Quiet):
        def do_POST(self) -> None:
            good = server.is_good(self.form().get("token", ""))
            self.say(
                200, json.dumps({"active": good, "email": server.user if good else ""}), **{"Content-Type": "application/json"}
            )

    return Introspecting
