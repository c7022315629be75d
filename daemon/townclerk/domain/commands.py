"""An officer's words: the first lines of a mail, each beginning with `#`, and the text that follows them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """`word` without its #; `argument` is the rest of its line; `body` the text below, up to the next word at the top."""

    word: str
    argument: str
    body: str = ""
