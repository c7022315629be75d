"""The real servers behind the contract suites."""

from servers.fixtures import dovecot, postfix, sink

__all__ = ["dovecot", "postfix", "sink"]
