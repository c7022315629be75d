"""TLS as we speak it: the certificate is always verified, nothing is older than 1.2, and nothing is said in clear instead."""

import ssl
from pathlib import Path

# What the library calls a server that speaks older versions alone.
_TOO_OLD = frozenset({"UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "VERSION_TOO_LOW", "DH_KEY_TOO_SMALL"})
_NOT_TLS = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"})


def trusting(ca_file: Path | None) -> ssl.SSLContext:
    """What a connection must satisfy: a certificate for the server's name, by an authority in *ca_file* (None: those that this
    machine trusts), and TLS 1.2 or newer whatever the machine's own settings allow. Raises OSError where *ca_file* cannot be
    read."""
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def tls_fault(exc: BaseException, server: str) -> str | None:
    """What was wrong with the TLS of *server* ("the mail server"), with what to do about it; None: it was not TLS."""
    found = _ssl_error_in(exc)
    if found is None:
        return None
    if isinstance(found, ssl.SSLCertVerificationError):
        return f"the certificate of {server} is not accepted: {found.verify_message.rstrip('.')}"
    if found.reason in _TOO_OLD:
        return f"{server} speaks no TLS 1.2 or newer, and nothing older is used: its software must be renewed"
    if found.reason in _NOT_TLS:
        return f"{server} does not speak TLS on this port: see port and security (tls or starttls)"
    return f"TLS with {server} failed ({found.reason or type(found).__name__})"


def _ssl_error_in(exc: BaseException | None) -> ssl.SSLError | None:
    """The library's own error at the bottom of *exc*."""
    seen = 0
    while exc is not None and seen < 10:
        if isinstance(exc, ssl.SSLError):
            return exc
        exc, seen = exc.__cause__ or exc.__context__, seen + 1
    return None
