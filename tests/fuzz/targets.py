"""What reads foreign bytes, a function for each: it gets any bytes, and must neither raise, hang, nor say what cannot be true.

`make fuzz` feeds them for minutes (fuzz.py); what breaks one is kept in tests/corpus/crash/<target>/, and fed again by the
tests.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from reading.signing import SAYS, asha, authority, head, multipart, opaque_mail, proof
from townclerk.config.errors import FilesRefused
from townclerk.config.learned_file import read_learned
from townclerk.config.policy_file import read_policy
from townclerk.config.reading import Faults, read_root
from townclerk.config.roster_file import read_staff
from townclerk.config.routing_file import read_routing
from townclerk.config.scenario_file import scenario_of
from townclerk.config.settings import read_settings
from townclerk.config.yaml import parse_yaml
from townclerk.domain.addressing import NotAnAddress, wire_address
from townclerk.domain.answered import between_the_lines
from townclerk.domain.authentication import parse_results, proven
from townclerk.domain.commands import misplaced, read_commands, without_hash, word_anywhere
from townclerk.domain.days_written import read_when
from townclerk.domain.forms import FIELDS, Form, as_they_wrote, read_form
from townclerk.domain.forwarded import forwarded
from townclerk.domain.logged_contact import read_contact
from townclerk.domain.mail import Address, IncomingMail
from townclerk.domain.quoting import own_words, written
from townclerk.domain.reference import compacted, find_references
from townclerk.domain.screening import screen
from townclerk.domain.signature import SignatureState
from townclerk.domain.signing import Side, Signer, SigningKey, find_tokens
from townclerk.domain.wording import wording_of
from townclerk.mail.charset import decode, header_text
from townclerk.mail.errors import MailUnreadable
from townclerk.mail.html import read_html
from townclerk.mail.msg import NoMail, as_mail
from townclerk.mail.reading import read, read_files, read_signature, read_written
from townclerk.mail.smime import NotSigned, signed_content, signed_data
from townclerk.mail.tnef import unpacked

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2027, 1, 11)
NOW = datetime(2027, 1, 11, 9, tzinfo=UTC)
EVE = Address("Eve", "eve@elsewhere.example")
SIGNER = Signer("feedback@council.example", (SigningKey("0", b"a secret of the tests"),))


def _text(data: bytes) -> str:
    """As it reaches what is behind the reader: any characters but those that a database refuses."""
    return decode(data, "utf-8").replace("\0", "")


def mail(data: bytes) -> None:
    """The whole of a mail, what was meant by it, and its files."""
    reading = read(data)
    assert reading.mail is not None, reading.quarantined
    assert "\0" not in str(reading.mail).encode("utf-8").decode()
    screen(reading.mail, frozenset({"feedback@council.example"}), SIGNER.is_own_message_id)
    with suppress(MailUnreadable):
        read_written(data)
    if reading.quarantined is None:
        files = read_files(data, 1 << 24)
        listed = [(file.filename, file.size) for file in reading.mail.attachments]
        assert [(file.filename, len(file.content)) for file in files] == listed[: len(files)]


def report(data: bytes) -> None:
    """A delivery report's own part: of each recipient something is known, or nothing."""
    head = (
        b'From: MAILER-DAEMON@mx.example\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
    )
    found = read(head + b"--b\r\nContent-Type: message/delivery-status\r\n\r\n" + data + b"\r\n--b--").mail
    assert found is not None
    assert all(each.recipient and "\n" not in each.recipient + each.status for each in found.reports)


def references(data: bytes) -> None:
    for ref in find_references(_text(data), "SS"):
        assert find_references(ref, "SS") == (ref,)
        assert find_references(compacted(ref), "SS") == (ref,)


def authentication(data: bytes) -> None:
    """Whatever it says, a mail is proven by nobody but the server that is trusted."""
    said = header_text(data.decode("latin-1"))
    parse_results(said)
    told = IncomingMail(EVE, "", "", "", headers={"authentication-results": (said,)})
    for profile in ("rfc8601", "m365"):
        found = proven(told, "mx.council.example", profile)
        assert found.because
    if "mx.council.example" not in said.lower():
        assert proven(told, "mx.council.example", "rfc8601").state != "pass"


def tokens(data: bytes) -> None:
    """Nobody makes a token by trying: none verifies but those that we signed."""
    said = _text(data)
    for token in (*find_tokens(said), *SIGNER.tokens_in_address(said)):
        assert not SIGNER.verifies(token, EVE.address)
    SIGNER.is_own_message_id(said)


def words(data: bytes) -> None:
    """An officer's words."""
    said = _text(data)
    found = read_commands(said)
    misplaced(said)
    without_hash(said)
    word_anywhere(said)
    for command in found.commands:
        read_when(command.argument, TODAY)


def days(data: bytes) -> None:
    read_when(_text(data), TODAY)


def contact(data: bytes) -> None:
    """What an officer has written down."""
    read_contact(_text(data), TODAY, ("waste", "housing"))


FORM = Form("complaint", {name: (name, f"your {name}") for name in FIELDS})


def form(data: bytes) -> None:
    told = IncomingMail(EVE, "A form", _text(data), "")
    found = read_form(FORM, told, ("waste",))
    if found.who.address:
        as_they_wrote(told, found)
        assert "\n" not in found.who.name + found.who.address + found.phone


def forward(data: bytes) -> None:
    said = _text(data)
    forwarded(IncomingMail(EVE, "Fwd: it", said, said), TODAY, frozenset())


def quoting(data: bytes) -> None:
    said = _text(data)
    own_words(said)
    written(said)
    wording_of(said)
    between = between_the_lines(said, ("We have received your complaint and will look into it.",))
    assert set(between.words.split("\n")) <= {"", *(line.lstrip("> ") for line in said.split("\n"))}


def page(data: bytes) -> None:
    """HTML."""
    found = read_html(_text(data))
    assert "\0" not in found.whole
    assert isinstance(found.own, str)


def header(data: bytes) -> None:
    found = header_text(data.decode("ascii", "surrogateescape"))
    assert not set(found) & set("\r\n\0\x1b")


def address(data: bytes) -> None:
    """What may be written into an envelope never ends it."""
    with suppress(NotAnAddress):
        written_down = wire_address(_text(data))
        assert not set(written_down.domain) & set("\r\n <>@,;")
        assert not set(str(written_down)) & set("\r\n")


def signature(data: bytes) -> None:
    """Bytes in the place of a signature: nobody has signed what Eve says, and her mail is read whatever they are."""
    signed_content(data)
    with suppress(NotSigned):
        signed_data(data)
    beside = head() + multipart(b"Content-Type: text/plain\r\n\r\nPay Eve.\r\n", data)
    beside_it, around_it = (read_signature(raw, NOW, (authority().der, asha().der)) for raw in (beside, opaque_mail(data)))
    assert beside_it.state in {SignatureState.UNREADABLE, SignatureState.BROKEN, SignatureState.UNKNOWN}
    assert "\n" not in beside_it.said + around_it.said


def tnef(data: bytes) -> None:
    for name, content in unpacked(data):
        assert name
        assert len(content) <= len(data)


def msg(data: bytes) -> None:
    """A .msg is a mail, or NoMail; of a compound file no more is read than it holds."""
    with suppress(NoMail):
        written = as_mail(data)
        assert len(written) < 10_000 + 10 * len(data)
        mail(written)


def _file(read_it: Callable[[bytes], object], data: bytes) -> None:
    """A file is read, or refused with what, where and what to write."""
    refused: FilesRefused | None = None
    try:
        read_it(data)
    except FilesRefused as faults:
        refused = faults
    assert refused is None or (refused.faults and all(fault.message for fault in refused.faults))


def rules(data: bytes) -> None:
    _file(lambda content: read_routing(parse_yaml(content, "routing.yaml")), data)


def policy(data: bytes) -> None:
    _file(lambda content: read_policy(content, "policy.yaml"), data)


def staff(data: bytes) -> None:
    _file(lambda content: read_staff(parse_yaml(content, "staff.yaml")), data)


def settings(data: bytes) -> None:
    _file(lambda content: read_settings(parse_yaml(content, "townclerk.yaml"), ROOT), data)


def learned(data: bytes) -> None:
    _file(lambda content: read_learned(content, "learned.tsv"), data)


def scenario(data: bytes) -> None:
    _file(lambda content: read_root(parse_yaml(content, "story.yaml"), Faults(), scenario_of), data)


Target = Callable[[bytes], None]
TARGETS: dict[str, Target] = {
    target.__name__: target
    for target in (
        mail, report, references, authentication, tokens, words, days, contact, form, forward, quoting, page, header, address,
        signature, tnef, msg, rules, policy, staff, settings, learned, scenario,
    )
}  # fmt: skip


@cache
def seeds(name: str) -> tuple[bytes, ...]:
    """Where to begin: what such bytes look like where nobody has broken them."""
    mails = [path.read_bytes() for path in sorted((ROOT / "tests" / "corpus").glob("*.eml"))]
    rules_of = ROOT / "rules" / "south-staffordshire"
    found: dict[str, Iterable[bytes]] = {
        "mail": mails,
        "report": [b"Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1\n"],
        "references": [b"SS-26-0042-K ss260042k SS 26 0042 K"],
        "authentication": [b"mx.council.example; dmarc=pass (p=none) header.from=council.example; spf=pass smtp.mailfrom=a@b"],
        "tokens": [SIGNER.reply_address("ss260042k", Side.OFFICER, "o@council.example", TODAY).encode()],
        "words": [
            b"#respond upheld\nDear Asha\n\nWe are sorry.\n",
            b"#extend 10 the file is away",
            b"#action 12 March mend it",
        ],
        "days": [b"Friday 12 February 2027", b"12/2/27", b"10 working days", b"the second Monday of next month"],
        "contact": [b"#log\nName: Asha Patel\nPhone: 01902 555555\nDate: yesterday\n\nThe bins."],
        "form": [b"Name: Asha\nYour email: asha@example.org\nYour phone: 01902 555555\nText: the bins\n"],
        "forward": [b"See below\n\n-----Original Message-----\nFrom: Asha <asha@example.org>\nSent: 5 January 2027\n\nHelp"],
        "quoting": [b"Yes\n\nOn Mon, 5 Jan 2027 at 10:00, Eve <e@x.example> wrote:\n> No\n-- \nAsha"],
        "page": [b'<p>Hi</p><blockquote type="cite">old</blockquote><style>.a{display:none}</style><table><tr><td>x</table>'],
        "header": [b"=?utf-8?q?caf=C3=A9?= =?iso-8859-1?b?6Q==?= \xe9"],
        "address": [b"asha.patel@example.org", b'"a b"@x.example', "\u00e9@\u00e9.example".encode()],
        "signature": [],
        "tnef": [],
        "msg": [],
        "rules": [(rules_of / "routing.yaml").read_bytes()[:6_000]],
        "policy": [(rules_of / "policy.yaml").read_bytes()[:6_000]],
        "staff": [(rules_of / "staff.yaml").read_bytes()[:4_000]],
        "settings": [(ROOT / "deploy" / "townclerk.yaml").read_bytes()],
        "learned": [b"# what\nsafeguarding\tknife\t1.25\n"],
        "scenario": [
            b'name: A story\npolicy: x\nproves: []\nstory:\n  - at: "2027-01-11 10:00"\nuntil: "2027-02-01"\nexpect: {}\n'
        ],
    }
    if name == "signature":
        begun = bytes.fromhex("308006092a864886f70d010702a0803080020101310030800609")
        return (begun, b"0\x82\x01\x00", proof(SAYS, asha()), proof(SAYS, asha(), opaque=True))
    if name == "tnef":
        from hostile.mails import tnef as winmail

        return (winmail(("photo.jpg", b"\xff\xd8")),)
    if name == "msg":
        from hostile import outlook

        old = outlook.from_asha(code_page=1252, files=(("photo.jpg", b"\xff\xd8"),), page=b"<p>My bin</p>")
        return (outlook.msg(outlook.from_asha(inside=(outlook.from_asha(),))), outlook.msg(old))
    return tuple(found[name])
