"""The shipped letters, loaded once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from townclerk.config.templates import Rendered, TemplateSet
from townclerk.config.templates_samples import sample_letters, sample_policy
from townclerk.domain.letters import Letter
from townclerk.domain.policy import Policy

SHIPPED = Path(__file__).parents[2] / "templates"
REPLY_TO = "feedback+k3.sign=1@council.example"


class Press:
    """The shipped letters and a policy, ready to render."""

    def __init__(self) -> None:
        self.policy = sample_policy()
        self.templates = TemplateSet.load([SHIPPED], self.policy.id)
        self.samples = sample_letters(self.policy)

    def render(self, letter: Letter, policy: Policy | None = None) -> Rendered:
        return self.templates.render(letter, policy or self.policy, REPLY_TO)

    def all(self) -> Iterator[tuple[Letter, Rendered]]:
        return ((letter, self.render(letter)) for letter in self.samples)


@pytest.fixture(scope="session")
def press() -> Press:
    return Press()
