"""Where a connection goes, and what it must be that nobody on the way can read or change what is said."""

from collections.abc import Iterable, Mapping
from ipaddress import ip_address

VERIFIED, LEAST_TLS = "verify-full", "TLSv1.2"
_TLS = (LEAST_TLS, "TLSv1.3")
_PASSWORDS = ("password", "sslpassword")


def is_this_machine(host: str) -> bool:
    """Whether nobody but this machine hears what is said to *host*: a name or an address; a path is that of a socket, and
    nothing at all the usual socket."""
    name = host.strip().strip("[]").removesuffix(".").lower()
    if name == "localhost" or not name or name.startswith(("/", "@")):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def goes_elsewhere(hosts: Iterable[str]) -> bool:
    """Whether any of *hosts*, of which several may stand in one with commas between, is another machine."""
    return not all(is_this_machine(host) for each in hosts for host in each.split(","))


def password_in(options: Iterable[str]) -> str | None:
    """The option of a database's address that holds a password, or None."""
    return next((name for name in options if name.lower() in _PASSWORDS), None)


def weaker_than_verified(options: Mapping[str, object]) -> tuple[str, str] | None:
    """What, in the *options* of the address of a PostgreSQL on another machine, would let somebody on the way listen or pass
    for it; and what to write instead. None: nothing."""
    if (mode := options.get("sslmode", VERIFIED)) != VERIFIED:
        return (
            f"sslmode={mode} lets somebody on the way to the database read residents' mail, or pass for the database",
            f"take it out: it is {VERIFIED}; where an authority of your own has signed its certificate, write sslrootcert=FILE",
        )
    if options.get("ssl_min_protocol_version", LEAST_TLS) not in _TLS:
        return (
            "a TLS below 1.2 can be broken on the way to the database",
            f"take ssl_min_protocol_version out: it is {LEAST_TLS}",
        )
    return None
