"""Why an officer's mail is not followed."""


class Refusal(Exception):  # a refusal is an answer, not an error
    """`reason` in words that an officer understands; `instead`, what would work."""

    def __init__(self, reason: str, *instead: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.instead = instead
