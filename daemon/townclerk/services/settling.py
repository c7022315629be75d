"""How a service says what has become of a mail, in the transaction with what follows from it."""

from collections.abc import Callable

from townclerk.store.database import Tx
from townclerk.store.schema import MailState

Settle = Callable[[Tx, MailState, str | None, str | None], None]  # its state, why, and the case that it belongs to
