"""Whatever an officer types, in whatever program: exactly that comes out, or a person is asked."""

import re

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from desk.clients.letters import Letter
from desk.clients.shapes import SHAPES, Shape
from desk.clients.test_what_was_meant import meant, words

# What people write that looks like what programs write.
AWKWARD = [
    "From: the garden side you can see it.",
    "On Monday 11 January at 10:30 your officer wrote:",
    "On 12 January 2027, at 09:30, Joan Bell <joan@contractor.example> wrote:",
    "> my bin was not emptied",
    "From: Joan Bell <joan@contractor.example>\nSent: 8 January 2027 09:12\nTo: Wendy Ash\nSubject: round 7",
    "Date: Friday 15 January\nTime: 9:30\nPlace: the depot in Long Lane",
    "--",
    "-----",
    "___________________________",
    "--- What we found ---",
    "Kind regards",
    "Kind regards\nWendy",
    "Yours sincerely\nWendy Ash",
    "Wendy Ash",
    "Thank you",
    "Many thanks for your patience, which we have tried.",
    "Tel: 01902 555 0100",
    "Ring us: 01902 555 0100\nor write: waste@council.example",
    "Restricted",
    "Please treat this email as confidential.",
    "This email says what we will do.",
    "We keep what you told us confidential, and do not disclose it to the crew.",
    "If you have received a bill in error, please contact us and destroy it.",
    "Caution: the lid is heavy.",
    "Warning: do not click the links in the message that you were sent; it was not ours.",
    "Sent from the depot on Friday.",
    "Sent from my office",
    "Sent by post on Friday",
    "Follow us on the map to the depot.",
    "Please consider the environment and recycle.",
    "Microsoft Teams meeting",
    "The page is https://council.example/bins?round=7&day=fri",
    "1. We will come.\n2. We will write.",
    "- on Friday\n- and on Monday",
    "£20.00 at 5% (see below) * not * emphasised",
    "To: whom it concerns\nSubject: your bin",
    "Original Message",
    "Reference: 4711\nOfficer: Wendy Ash\nDate: 12/01/2027 09:30\nContact: wendy.ash@council.example",
    "a",
    "Diolch yn fawr",
    "Oddi wrth: yr ardd gefn",
]
SENTENCES = st.lists(
    st.sampled_from(
        ["we", "will", "come", "on", "Friday", "and", "look", "at", "your", "bin", "because", "the", "crew", "sorry"]
    ),
    min_size=3,
).map(lambda said: " ".join(said).capitalize() + ".")
PARAGRAPHS = st.one_of(SENTENCES, st.sampled_from(AWKWARD))
TEXTS = st.lists(st.tuples(PARAGRAPHS, st.sampled_from(["\n", "\n\n"])), min_size=1, max_size=5).map(
    lambda parts: "#message\nDear Ms Patel,\n\n" + "".join(part + gap for part, gap in parts).strip()
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shape=st.sampled_from(SHAPES), typed=TEXTS)
def test_whatever_is_typed_comes_out_exactly_or_is_held(shape: Shape, typed: str, letter: Letter) -> None:
    assume(not _SIGNS_TWICE.search(typed) and not _SIGNS_WITH_A_NUMBER.search(typed))
    written = meant(shape.write(typed, letter), letter)

    assert written.doubt is not None or said(written.text) == said(typed)


# The writer's name below a line drawn across, and a second time below itself, begins a signature, whoever typed it.
_SIGNS_TWICE = re.compile(r"^(?:[-_]{2,}|(?:Wendy|Wendy Ash))\n+(?:.*\n+)*Wendy Ash$", re.MULTILINE)

# And so does their name with nothing but a telephone below it.
_SIGNS_WITH_A_NUMBER = re.compile(r"^(?:Wendy|Wendy Ash)\n+(?:.*\n+)*Tel: 01902 555 0100$", re.MULTILINE)


def said(text: str) -> list[str]:
    """Its words, without lines drawn across it."""
    return [word for word in words(text) if word.strip("-_")]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shape=st.sampled_from(SHAPES), typed=SENTENCES)
def test_what_nobody_could_mistake_is_not_held(shape: Shape, typed: str, letter: Letter) -> None:
    written = meant(shape.write(f"#respond upheld\n{typed}", letter), letter)

    assert shape.held is not False or (written.doubt is None and words(written.text) == words(f"#respond upheld\n{typed}"))
