"""The real servers, and an installation for each test."""

from servers.town import dovecot, make, postfix, town

__all__ = ["dovecot", "make", "postfix", "town"]
