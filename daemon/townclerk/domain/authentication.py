"""Was a mail's sender proven? Read from what the council's own mail server noted in Authentication-Results (RFC 8601).

A mail may carry such notes from anyone. Only the one that the council's own server added counts, and it stands on top.
"""

import re
from dataclasses import dataclass
from typing import Literal

from townclerk.domain.mail import IncomingMail

Profile = Literal["rfc8601", "m365", "none"]
State = Literal["pass", "fail", "unknown"]

SEVERAL_SENDERS = "several senders"
"""The defect of a mail that names more than one sender, or one that could not be read with certainty: whom a server
proved is then anybody's guess."""
IRREGULAR_SENDER = "irregular sender"
"""The defect of a mail that names one sender and no other, but not as a From does it: they can be answered. What a server has
proved of it, and of whom, is not certain."""

_LIMIT = 16_384  # characters of one header that are looked at
_RESULT = re.compile(r"^([a-z0-9-]{1,40})\s*=\s*([a-z]{1,40})", re.IGNORECASE)
_PROPERTY = re.compile(r"([a-z]{1,20}\.[a-z0-9-]{1,40})\s*=\s*(\"[^\"]*\"|[^\s;\"]+)", re.IGNORECASE)
_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|\\.|[();]|[^"\\();]+|["\\]', re.DOTALL)
_FAILURES = frozenset(["fail", "softfail", "hardfail", "permerror"])
# Registries under which anybody may have a name: being below the same one proves nothing.
_UK_REGISTRIES = frozenset(["ac", "co", "gov", "ltd", "me", "mod", "net", "nhs", "org", "plc", "police", "sch"])


@dataclass(frozen=True, slots=True)
class Verdict:
    state: State
    because: str


@dataclass(frozen=True, slots=True)
class Result:
    """One method's outcome: `dkim`, `pass`, and what it was about, such as `header.d` -> `council.example`."""

    method: str
    outcome: str
    properties: tuple[tuple[str, str], ...] = ()

    def domains(self, *names: str) -> tuple[str, ...]:
        return tuple(value.rpartition("@")[2] for name, value in self.properties if name in names)


@dataclass(frozen=True, slots=True)
class Results:
    """One header. `server` is None where it does not say who wrote it, as Microsoft 365 does not."""

    server: str | None
    results: tuple[Result, ...]

    def of(self, method: str) -> tuple[Result, ...]:
        return tuple(result for result in self.results if result.method == method)


def proven(mail: IncomingMail, trusted_server: str | None, profile: Profile) -> Verdict:
    """Whether the address in From was proven to the council's own server.

    `rfc8601` trusts the topmost header that names *trusted_server*. `m365` trusts the topmost header of all where it names
    nobody (or names *trusted_server*), and mail that Exchange marks as sent from inside, unless that header says that the
    sender failed. `none` knows nothing."""
    if profile == "none" or (profile == "rfc8601" and not trusted_server):
        return Verdict("unknown", "no server is named whose word counts")
    if mail.sender is None or "@" not in mail.sender.key:
        return Verdict("unknown", "the mail names no sender")
    if SEVERAL_SENDERS in mail.defects or IRREGULAR_SENDER in mail.defects:
        return Verdict("fail", "the mail does not name one sender")
    if profile == "m365" and _internal(mail):
        return _not_contradicted(mail, trusted_server, Verdict("pass", "Exchange says that it was sent from inside"))
    header = _trusted(mail, trusted_server, profile)
    if header is None:
        return Verdict("unknown", "the council's server left no note")
    return _judge(header, mail.sender.domain)


def _internal(mail: IncomingMail) -> bool:
    values = mail.headers.get("x-ms-exchange-organization-authas", ())
    return bool(values) and all(value.strip().lower() == "internal" for value in values)


def _not_contradicted(mail: IncomingMail, server: str | None, inside: Verdict) -> Verdict:
    """*inside*, unless the council's own server has noted that the sender failed: a connector lets such a mark through."""
    header = _trusted(mail, server, "m365")
    noted = _judge(header, mail.sender.domain) if header is not None and mail.sender is not None else inside
    return (
        Verdict("fail", f"Exchange says that it was sent from inside, and {noted.because}") if noted.state == "fail" else inside
    )


def _trusted(mail: IncomingMail, server: str | None, profile: Profile) -> Results | None:
    headers = [parse_results(value) for value in mail.headers.get("authentication-results", ())]
    if profile == "m365":
        return headers[0] if headers and headers[0].server in {None, _key(server)} else None
    return next((header for header in headers if header.server == _key(server)), None)


def _key(server: str | None) -> str | None:
    return server.strip().lower() if server else None


def _judge(header: Results, sender: str) -> Verdict:
    whole = (*header.of("dmarc"), *header.of("compauth"))  # what is said of the sender as such, not of one signature of several
    if failed := next((result for result in whole if result.outcome in _FAILURES), None):
        return Verdict("fail", f"{failed.method}={failed.outcome}")
    passed = [_dmarc_pass(dmarc, sender) for dmarc in header.of("dmarc") if dmarc.outcome == "pass"]
    if passed:
        return next((verdict for verdict in passed if verdict.state == "fail"), passed[0])
    for result in (*header.of("dkim"), *header.of("spf")):
        if result.outcome == "pass" and _about(result, sender):
            return Verdict("pass", f"{result.method}=pass for the sender's domain")
    if failed := next((r for r in (*header.of("dkim"), *header.of("spf")) if r.outcome in _FAILURES), None):
        return Verdict("fail", f"{failed.method}={failed.outcome}, and nothing proves the sender's domain")
    return Verdict("unknown", "nothing in the note is about the sender's domain")


def _dmarc_pass(dmarc: Result, sender: str) -> Verdict:
    about = dmarc.domains("header.from")
    if about and sender not in about:
        return Verdict("fail", "dmarc=pass is about another sender")
    return Verdict("pass", "dmarc=pass")


def _about(result: Result, sender: str) -> bool:
    names = ("header.d", "header.i") if result.method == "dkim" else ("smtp.mailfrom", "smtp.from")
    return any(aligned(domain, sender) for domain in result.domains(*names))


def aligned(proved: str, sender: str) -> bool:
    """True where the proved domain is the sender's, or one lies below the other and neither is a registry."""
    proved, sender = proved.rstrip("."), sender.rstrip(".")
    if proved == sender:
        return bool(proved)
    shorter, longer = sorted((proved, sender), key=len)
    return _is_owned(shorter) and longer.endswith("." + shorter)


def _is_owned(domain: str) -> bool:
    labels = domain.split(".")
    if labels[-1] == "uk" and len(labels) > 1 and labels[-2] in _UK_REGISTRIES:
        return len(labels) > 2
    return len(labels) > 1


def parse_results(value: str) -> Results:
    """One Authentication-Results header, read leniently: what is not understood is left out, and nothing raises."""
    segments = _segments(value[:_LIMIT])
    first = segments[0].split() if segments else []
    named = bool(first) and "=" not in segments[0]
    found = [result for segment in segments[1 if named else 0 :] if (result := _result(segment))]
    return Results(first[0].strip('"').lower() if named else None, tuple(found))


def _result(segment: str) -> Result | None:
    head = _RESULT.match(segment)
    if head is None:
        return None
    properties = ((p[1].lower(), p[2].strip('"<>').lower()) for p in _PROPERTY.finditer(segment, head.end()))
    return Result(head[1].lower(), head[2].lower(), tuple(properties))


def _segments(value: str) -> list[str]:
    """The header's parts between semicolons, comments taken out. A semicolon in quotation marks divides nothing. What follows a
    bracket that closes nothing is left out: else a forger's "mx.c)ouncil.example" would be read as the council's own server."""
    segments, depth = [""], 0
    for piece in _PIECE.findall(value):
        if piece == "(":
            depth += 1
        elif piece == ")":
            if not depth:
                break
            depth -= 1
            segments[-1] += " "  # a comment parts words: "mx.coun(x)cil.example" is nobody either
        elif piece == ";" and not depth:
            segments.append("")
        elif not depth:
            segments[-1] += piece
    return [segment.strip() for segment in segments if segment.strip()]
