"""Why an officer's mail is not followed."""


class Refusal(Exception):  # a refusal is an answer, not an error
    """`reason` in words that an officer understands; `instead`, what would work. `corrected`: of that, the whole lines that can
    take the place of the one that was refused."""

    def __init__(self, reason: str, *instead: str, corrected: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.instead = (*corrected, *(each for each in instead if each not in corrected))
        self.corrected = corrected
