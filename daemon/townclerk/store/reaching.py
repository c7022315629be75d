"""Why a PostgreSQL server cannot be reached, in words of ours: the driver's name hosts, and pieces of what was mistyped."""

import re

# What libpq and psycopg say of a connection that did not come about, and what to look at. They say it in English where the
# service's environment asks for no other language.
_REASONS = (
    (r"failed to resolve host|could not translate host name", "there is no host of that name"),
    (r"invalid port number", "the port is none: it is a number from 1 to 65535, in most places 5432"),
    (r"on socket .*(?:No such file or directory|Connection refused)", "no server listens on that socket"),
    (r"Connection refused", "no server listens on that host and port"),
    (r"Permission denied", "this account may not use that socket"),
    (r"No route to host|Network is unreachable", "there is no way to that host"),
    (r"timeout", "it took too long: see the host's name, and the firewall between"),
    (r"password authentication failed", "it refuses the user or the password"),
    (r"no password supplied|empty password", "it wants a password: write database: {secret: …}"),
    (
        r"(?:Peer|Ident|peer|ident) authentication failed",
        "it knows this user by another account of the system: see pg_hba.conf",
    ),
    (
        r"no pg_hba\.conf entry|pg_hba\.conf rejects",
        "it lets nobody in from here as that user to that database: see pg_hba.conf",
    ),
    (r'role "[^"]*" (?:does not exist|is not permitted)', "it has no user of that name who may log in"),
    (r'database "[^"]*" does not exist', "it has no database of that name"),
    (r"permission denied for database", "that user may not use that database"),
    (r"too many (?:clients|connections)|remaining connection slots", "it has as many connections as it allows"),
    (r"server does not support SSL", "it speaks no TLS, which a server on another machine must"),
    (r"certificate verify failed|root certificate|server certificate for", "its TLS certificate is not one to trust"),
    (r"SSL negotiation|server closed the connection|expected authentication request", "what answers there is no PostgreSQL"),
    (r"starting up|shutting down|recovery mode", "it is starting, or stopping"),
)
_OPTION = (r'connection option "(\w{1,40})"', r"bad value for (\w{1,40})", r'invalid "?(\w{1,40})"? value')


def why_not_reached(said: str) -> str | None:
    """What stands behind the driver's words *said* of a connection that did not come about. None: they are not known."""
    return next((reason for words, reason in _REASONS if re.search(words, said)), None)


def option_refused(said: str) -> str | None:
    """The option of the URL that the driver's words *said* refuse, or whose value they do."""
    return next((found[1] for words in _OPTION if (found := re.search(words, said))), None)
