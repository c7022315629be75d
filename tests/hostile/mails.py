# ruff: noqa: E501 - a hostile mail stands on one line, however long that is
"""Mails that people make to break a mailbox, to loop it, to fool it, or to be somebody else in it. Made by code: each is a name
and its bytes, and every one of them must go through the whole daemon.

They are written for a house in which asha.patel@example.org has the case SS-27-0001-K.
"""

import base64
import io
import quopri
import struct
import zipfile
from collections.abc import Callable, Iterator
from email.header import Header

from hostile import outlook

Mail = tuple[str, bytes]
BOX = "customerfeedback@sstaffs.gov.uk"
EVE = "Eve <eve@elsewhere.example>"
CASE = "SS-27-0001-K"


def mail(body: str | bytes, *lines: str | bytes, sender: str | bytes = EVE, subject: str | bytes = "My bin") -> bytes:
    """A mail with further header *lines*. Bytes go in as they are."""
    head = [b"From: " + _bytes(sender), b"To: " + BOX.encode(), b"Subject: " + _bytes(subject), *map(_bytes, lines)]
    return b"\r\n".join(head) + b"\r\n\r\n" + _bytes(body) + b"\r\n"


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def html(page: str) -> bytes:
    return mail(page, "MIME-Version: 1.0", "Content-Type: text/html; charset=utf-8")


def multipart(*parts: bytes, kind: str = "mixed", boundary: str = "b", end: bool = True) -> bytes:
    body = b"".join(b"--" + boundary.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    closing = f"--{boundary}--".encode() if end else b""
    return mail(body + closing, "MIME-Version: 1.0", f'Content-Type: multipart/{kind}; boundary="{boundary}"')


def part(content: str | bytes, kind: str = "text/plain", *lines: str) -> bytes:
    return b"\r\n".join([b"Content-Type: " + kind.encode(), *map(_bytes, lines)]) + b"\r\n\r\n" + _bytes(content)


def file(name: str, content: bytes, kind: str = "application/octet-stream", disposition: str = "") -> bytes:
    said = disposition or f'attachment; filename="{name}"'
    encoded = base64.encodebytes(content).replace(b"\n", b"\r\n")
    return part(encoded, kind, f"Content-Disposition: {said}", "Content-Transfer-Encoding: base64")


SAYS = part("I complain about my bin.")


# --- heads


def heads() -> Iterator[Mail]:
    word = "=?utf-8?q?=61=62=63?= "
    yield "a subject of 80,000 encoded words", mail("bin", subject=word * 50_000)
    yield "a sender of 20,000 encoded words", mail("bin", sender=word * 20_000 + "<eve@elsewhere.example>")
    yield "20,000 encoded words, a character each, over lines", mail("bin", subject="=?utf-8?b?w6k=?=\r\n " * 12_000)
    yield "10,000 recipients", mail("bin", "Cc: " + ",\r\n ".join(f"r{n} <r{n}@list.example>" for n in range(10_000)))
    yield "a hundred thousand headers", mail("bin", *(f"X-{n}: {n}" for n in range(100_000)))
    yield "one header of two megabytes", mail("bin", "X-Long: " + "x" * 2_000_000)
    yield "one header folded 50,000 times", mail("bin", "X-Long: " + "\r\n x" * 50_000)
    yield "20,000 parameters", mail("bin", "Content-Type: text/plain; " + "; ".join(f"p{n}=v" for n in range(20_000)))
    yield "20,000 continued parameters", mail("bin", "Content-Type: text/plain; " + ";".join(f"a*{n}*=x" for n in range(9_000)))
    yield "5,000 brackets in From", mail("bin", sender="(" * 5_000 + "eve@elsewhere.example")
    yield "5,000 quotation marks in From", mail("bin", sender='"' * 5_000 + "eve@elsewhere.example")
    yield "nested comments in From", mail("bin", sender="Eve " + "(" * 2_000 + ")" * 2_000 + " <eve@elsewhere.example>")
    yield "an address in a bracket", mail("bin", sender="<a@[1.2.3>")
    yield "50,000 references", mail("bin", "References: " + "\r\n ".join(f"<{n}@x.example>" for n in range(50_000)))
    yield "5,000 Received", mail("bin", *(f"Received: from a by b; Mon, {n}" for n in range(5_000)))
    yield "2,000 Authentication-Results", mail("bin", *["Authentication-Results: mx.council.example; dmarc=pass"] * 2_000)
    for number, written in enumerate(("<>", "<[abc]@x>", "<" * 5_000, "\x00", "=?utf-8?q?=3Cevil=40x=3E?=", "<a b@c>", "<@>")):
        yield f"an odd Message-ID ({number})", mail("bin", f"Message-ID: {written}")
    for number, written in enumerate(
        ("99999-01-01", "Mon, 99 Foo 99999 99:99:99 +9999", "", "0", "Mon, 1 Jan 0001 00:00:00 +2359")
    ):
        yield f"an odd Date ({number})", mail("bin", f"Date: {written}")
    yield "no colon anywhere", b"this is no header at all " * 2_000
    yield "a space before the colon", b"From : eve@elsewhere.example\r\nSubject : x\r\n\r\nbin\r\n"
    yield "bare carriage returns", mail("bin", "X: y").replace(b"\r\n", b"\r")
    yield "bare line feeds", mail("bin", "X: y").replace(b"\r\n", b"\n")
    yield "mixed line ends", mail("bin\ragain\nand\r\nagain", "X: y\r\rZ: w\n")
    yield "a mailbox file", b"From eve Mon Jan 11 10:00:00 2027\n" + mail("bin")
    yield "nothing", b""
    yield "an empty line", b"\r\n"
    yield "only NULs", b"\0" * 10_000
    yield "random bytes", bytes((n * 7919 >> 3) & 255 for n in range(50_000))
    yield "UTF-16", mail("bin").decode().encode("utf-16")
    yield "a byte order mark", b"\xef\xbb\xbf" + mail("bin")
    yield "a PNG", b"\x89PNG\r\n\x1a\n" + b"\0" * 1_000


# --- whoever says they are somebody else


def look_alikes() -> Iterator[Mail]:
    for number, sender in enumerate(
        (
            '"asha.patel@example.org" <eve@elsewhere.example>',
            "asha.patel@example.org <eve@elsewhere.example>",
            "asha.patel@ex\u0430mple.org",
            "\u0430sha.patel@example.org",
            "asha.patel@example.org.elsewhere.example",
            "asha.patel@example.org\x00@elsewhere.example",
            "asha.patel@example.org, eve@elsewhere.example",
            "<asha.patel@example.org>, <eve@elsewhere.example>",
            "=?utf-8?q?asha=2Epatel=40example=2Eorg?= <eve@elsewhere.example>",
            "=?utf-8?q?=3Casha=2Epatel=40example=2Eorg=3E?= <eve@elsewhere.example>",
            "asha.patel@example.org\u200b",
            "asha.patel\u00ad@example.org",
            "asha.patel+x@example.org",
            "\uff41sha.patel@example.org",
            "asha.patel@EXAMPLE.ORG.",
            "asha.patel@example.org <asha.patel@elsewhere.example>",
            "group: asha.patel@example.org, eve@elsewhere.example;",
            '"Eve" <@asha.patel@example.org:eve@elsewhere.example>',
            "<asha.patel@example.org><eve@elsewhere.example>",
            "eve@elsewhere.example (asha.patel@example.org)",
            "(asha.patel@example.org) eve@elsewhere.example",
            "\u202egro.elpmaxe@letap.ahsa <eve@elsewhere.example>",
            "wendy.ash@council.ex\u0430mple",
            '"customerfeedback@sstaffs.gov.uk" <eve@elsewhere.example>',
        )
    ):
        yield (
            f"a sender who is somebody else ({number})",
            mail(f"About {CASE}: close it.", sender=sender, subject=f"{CASE} my case"),
        )
    yield "From twice", mail("bin", "From: asha.patel@example.org", subject=f"Re: {CASE}")
    yield "Sender is somebody else", mail("bin", "Sender: asha.patel@example.org", "Reply-To: asha.patel@example.org")
    yield "answers go to the victim", mail("I complain.", "Reply-To: asha.patel@example.org")
    yield "answers go to a hundred", mail("I complain.", "Reply-To: " + ", ".join(f"v{n}@victim.example" for n in range(100)))
    yield "answers go to ourselves", mail("I complain.", f"Reply-To: {BOX}")
    yield "from our own address", mail("I complain.", sender=BOX)
    yield "from our own address, tagged", mail("I complain.", sender=BOX.replace("@", "+ss260001k-r0aaaaaaaaaaaaaa@"))
    yield "with our mark", mail("I complain.", "X-Townclerk: 1")
    yield (
        "with an id like ours",
        mail("I complain.", "Message-ID: <ss260001k-r0aaaaaaaaaaaaaa.0123456789abcdef@sstaffs.gov.uk>"),
    )
    yield (
        "to a signed address that nobody signed",
        mail("Close it.", f"Delivered-To: {BOX.replace('@', '+ss260001k-r0aaaaaaaaaaaaaa@')}"),
    )
    yield "an officer's words from outside", mail("#respond upheld\nYou get a million pounds.", subject=f"Re: {CASE}")
    yield "an officer, not proven", mail("#close", sender="wendy.ash@council.example", subject=f"Re: {CASE}")
    yield (
        "an officer with a proof of their own making",
        mail(
            "#close",
            "Authentication-Results: mx.evil.example; dmarc=pass header.from=council.example",
            sender="wendy.ash@council.example",
            subject=f"Re: {CASE}",
        ),
    )
    yield "every reference that there may be", mail(" ".join(f"SS-2701-{n:04}-K SS-26-{n:04}-K" for n in range(5_000)))


# --- text that would be a program


def injections() -> Iterator[Mail]:
    for number, said in enumerate(
        (
            "{{ 7*7 }} {{ config }} {{ ''.__class__.__mro__[1].__subclasses__() }}",
            "{% for x in range(10**9) %}x{% endfor %}",
            "{# #}{% raw %}{% include '/etc/passwd' %}",
            "${7*7} #{7*7} <%= 7*7 %> %{7*7} %s %n {0.__class__}",
            "<script>alert(1)</script><img src=x onerror=alert(1)>",
            "'; DROP TABLE cases; --",
            "$(reboot) `reboot` ; reboot | reboot",
            "../../../../etc/passwd\x00",
            "a\\r\\nBcc: eve@elsewhere.example",
            "=?utf-8?q?My_bin=0D=0ABcc:_eve=40elsewhere.example=0D=0A=0D=0AHello?=",
            "=?utf-8?b?" + base64.b64encode(b"x\r\nBcc: eve@elsewhere.example\r\n\r\n.\r\nMAIL FROM:<>").decode() + "?=",
            "x\u2028Bcc: eve@elsewhere.example\u2029\u0085Bcc: eve@elsewhere.example",
            "\u202egnp.exe \u2066\u2067\u2068\u2069 \u200f\u200e",
            "\x1b]0;owned\x07\x1b[2J\x1b[31m",
            "%0d%0aBcc:%20eve@elsewhere.example",
            "[link](javascript:alert(1)) ![x](http://tracker.example/x.png) **bold** # head",
            "Z\u0361\u0489" * 400,
            "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 300,
        )
    ):
        yield f"a subject that would be more ({number})", mail(f"I complain about my bin. {said}", subject=said)
        yield f"a name that would be more ({number})", mail("I complain about my bin.", sender=_name(said))
        yield f"a file's name that would be more ({number})", multipart(SAYS, file(said.replace('"', ""), b"x", "image/png"))
    for number, address in enumerate(
        (
            '"a@b>\r\nRCPT TO:<evil"@elsewhere.example',
            '"eve\r\nBcc: x"@elsewhere.example',
            "eve@elsewhere.example\r\nBcc: x@y.example",
            '"very.(),:;<>[]\\".VERY.\\"very@\\\\ \\"very\\".unusual"@strange.example',
            "eve@[127.0.0.1]",
            "eve@[IPv6:::1]",
            "eve@-elsewhere-.example",
            "eve@" + "a" * 300 + ".example",
            "e" * 300 + "@elsewhere.example",
            "\u00e9v\u00e9@\u00e9lsewhere.example",
            "eve@xn--.example",
            "eve@\ud7ff.example",
            "|/bin/sh@elsewhere.example",
            "-oQ/tmp@elsewhere.example",
            "eve%example.org@elsewhere.example",
            "elsewhere.example!eve",
            "<>",
            '""@elsewhere.example',
            "@elsewhere.example",
            "eve@",
            "undisclosed-recipients:;",
        )
    ):
        yield f"an address that would be more ({number})", mail("I complain about my bin.", sender=address)
    yield "a dot on a line of its own", mail("x\r\n.\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n..\r\n")
    yield "smuggling with bare line ends", mail(b"x\n.\r\nMAIL FROM:<a@b>\r\n\r\n.\n\rx\r.\r\n\n.\n")
    yield "an officer's words in a subject", mail("I complain.", subject="#close #respond upheld")


def _name(said: str) -> bytes:
    return Header(said, "utf-8").encode(maxlinelen=10_000).encode() + b" <eve@elsewhere.example>"


# --- parts


def parts() -> Iterator[Mail]:
    for depth in (50, 300, 1_500, 20_000):
        yield f"multiparts nested {depth} deep", _nested(depth)
    yield "mails nested 400 deep", _enclosed(400, b"inner")
    yield "mails nested 2,000 deep", _enclosed(2_000, b"inner")
    yield "20,000 empty parts", multipart(*[b"\r\n"] * 20_000)
    yield "5,000 small files", multipart(SAYS, *(file(f"{n}.txt", b"x", "text/csv") for n in range(5_000)))
    yield "an empty boundary", mail("--\r\n\r\nx", 'Content-Type: multipart/mixed; boundary=""')
    yield "no boundary", mail("--b\r\n\r\nx", "Content-Type: multipart/mixed")
    yield "a boundary of a megabyte", multipart(SAYS, boundary="b" * 50_000)
    yield "no end", multipart(SAYS, part("more"), end=False)
    yield "two types", mail("bin", "Content-Type: text/plain", "Content-Type: text/html", "Content-Type: multipart/mixed")
    yield "a type that is none", mail("bin", 'Content-Type: \x00/;;;="', "Content-Transfer-Encoding: x-rot13")
    yield "an encoding unheard of", mail("bin", "Content-Transfer-Encoding: base64; x", "Content-Type: text/plain")
    yield "part of a message", mail("bin", 'Content-Type: message/partial; id="x"; number=1; total=100')
    yield "a body elsewhere", mail("bin", "Content-Type: message/external-body; access-type=local-file; name=/etc/passwd")
    yield "only a picture", multipart(file("bin.jpg", b"\xff\xd8\xff" + b"x" * 1_000, "image/jpeg"))
    yield "a calendar's invitation", multipart(SAYS, part("BEGIN:VCALENDAR\r\nEND:VCALENDAR", "text/calendar; method=REQUEST"))
    yield (
        "alternatives that differ",
        multipart(part("Please close it."), part("<p>I complain.</p>", "text/html"), kind="alternative"),
    )
    yield "uuencoded", mail("begin 644 x\n" + "M" + "A" * 60 + "\n`\nend\n", "Content-Transfer-Encoding: x-uuencode")
    yield "quoted-printable that never ends", mail(b"=\r\n" * 100_000, "Content-Transfer-Encoding: quoted-printable")
    yield "base64 with everything in it", mail(bytes(range(256)) * 200, "Content-Transfer-Encoding: base64")
    yield (
        "lies about its encoding",
        mail(b"\xff\xfe\x00" * 1_000, "Content-Transfer-Encoding: 7bit", "Content-Type: text/plain; charset=us-ascii"),
    )
    yield "a cyclic page", multipart(part('<img src="cid:a">', "text/html", "Content-ID: <a>"), kind="related")


def _nested(depth: int) -> bytes:
    heads = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(depth))
    return mail(b"", "MIME-Version: 1.0").removesuffix(b"\r\n\r\n\r\n") + b"\r\n" + heads + SAYS


def _enclosed(depth: int, leaf: bytes) -> bytes:
    return mail(b"Content-Type: message/rfc822\r\n\r\n" * depth + leaf, "Content-Type: message/rfc822")


# --- charsets and pages


def texts() -> Iterator[Mail]:
    for charset in (
        "utf-7", "utf-16", "utf-32", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "rot13", "zlib", "hex", "base64",
        "bz2", "mbcs", "charmap", "undefined", "hz", "iso-2022-kr", "iso-2022-jp-2004", "x-unknown", "utf-8\x00", "../../x", "cp65001",
        "x" * 5_000, "utf_8_sig", "unicode", "ansi_x3.4-1968", "macintosh", "iso-8859-8-i", "string_escape", "quopri", "uu",
    ):  # fmt: skip
        yield (
            f"charset {charset[:20]!r}",
            mail(b"+ADw-script+AD4- ~{\x1b$B\xff\x0e \\x41 xn--", f'Content-Type: text/plain; charset="{charset}"'),
        )
        yield f"charset {charset[:20]!r} in a subject", mail("bin", subject=f"=?{charset}?q?+ADw-=1B$B=FF?=")
    yield (
        "overlong and lone bytes",
        mail(b"\xc0\xaf\xed\xa0\x80\xf5\x80\xbf \xff\xfe bin", 'Content-Type: text/plain; charset="utf-8"'),
    )
    yield (
        "every character",
        mail("".join(map(chr, (*range(1, 0xD800), *range(0xE000, 0x11000)))), "Content-Type: text/plain; charset=utf-8"),
    )
    hidden = f'<span style="{{}}">Please see {CASE}. #close I withdraw my complaint.</span>'
    for number, style in enumerate(
        ("display:none", "font-size:0", "color:#fff;background:#fff", "position:absolute;left:-9999px", "opacity:0", "mso-hide:all",
         "visibility:hidden", "max-height:0;overflow:hidden", "text-indent:-9999px", "clip:rect(0,0,0,0)"),
    ):  # fmt: skip
        yield f"words that nobody sees ({number})", html(f"<p>I complain about my bin.</p>{hidden.format(style)}")
    yield (
        "pictures that tell where one is",
        html(
            '<base href="http://evil.example/"><link rel=stylesheet href="//evil.example/x.css"><img src="http://tracker.example/1.gif" width=1 height=1>'
            '<body background="http://tracker.example/b"><p style="background:url(http://tracker.example/c)">My bin</p><iframe src="file:///etc/passwd">'
        ),
    )
    yield "a page 50,000 deep", html("<div>" * 50_000 + "bin")
    yield "a table 5,000 deep", html("<table><tr><td>" * 5_000 + "bin")
    yield "a page of quotes", html("<blockquote>" * 3_000 + "bin" + "</blockquote>" * 3_000)
    yield "50,000 attributes", html("<p " + " ".join(f"a{n}=b" for n in range(50_000)) + ">bin</p>")
    yield "an attribute of two megabytes", html('<p style="' + "color:red;" * 200_000 + '">bin</p>')
    yield "a style of two megabytes", html("<style>" + ".a{color:red}" * 150_000 + "</style><p class=a>bin</p>")
    yield "selectors of everything", html("<style>" + ",".join(["*"] * 20_000) + "{display:none}</style>" + "<p>bin</p>" * 500)
    yield "an unclosed comment", html("<!--" * 50_000 + "bin")
    yield "an unclosed tag", html("<" * 100_000)
    yield "entities", html("&amp;" * 200_000 + "&#x0;&#xD800;&#99999999999;&nbsp")
    yield "a billion laughs", html('<!DOCTYPE l [<!ENTITY a "aa"><!ENTITY b "&a;&a;&a;&a;">]><p>&b;</p>')
    yield "20,000 links", html("".join(f'<a href="http://x{n}.example">x</a> ' for n in range(20_000)))


# --- patterns that go on for ever


def slow_patterns() -> Iterator[Mail]:
    for number, piece in enumerate(
        ("a" * 64 + "@", "> ", "On Mon, Eve wrote:\n", "-----Original Message-----\n", "From: a@b.example\n", "SS-26-", " \t", "#", "# ",
         "-- \n", "_" * 80 + "\n", "<", "(", "a.", "1/1/", "1 January ", "http://", "=?", "\n> \n", "Sent: \n", "\u00a0", "!", "the bin ",
         "and ", "wrote:\n", "aA1-", "Name: x\n", "*", "|", "Dear ", "not ", "12:", "#respond upheld\n", "  \n",
         "a\n", "I am "),
    ):  # fmt: skip
        yield f"a text of one piece ({number})", mail(piece * (200_000 // len(piece)))
        yield f"a subject of one piece ({number})", mail("My bin.", subject=(piece.strip() or "x") * (20_000 // len(piece)))
        yield (
            f"a sender of one piece ({number})",
            mail("My bin.", sender=piece.strip() * (9_000 // len(piece)) + " <eve@elsewhere.example>"),
        )
    yield "one line of three megabytes", mail("x" * 3_000_000)
    yield "one word a line, 300,000 lines", mail("bin\r\n" * 300_000)


# --- files


def files() -> Iterator[Mail]:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.txt", b"0" * 50_000_000)
        archive.writestr("../../etc/passwd", b"x")
    yield "a zip bomb", multipart(SAYS, file("bomb.zip", bomb.getvalue(), "application/zip"))
    for number, name in enumerate(
        ("../../etc/passwd", "..\\..\\boot.ini", "C:\\x.exe", "/dev/null", "con.txt", "x" * 5_000 + ".pdf", ".", "..", "", " ", "a\x00b.exe",
         "invoice\u202efdp.exe", "report.pdf                         .exe", "photo.jpg.exe", "x\r\nBcc: y", "\ufeffx.pdf", "x.pdf\u200b", "~$x",
         "-rf", "`reboot`.pdf", "{{7*7}}.pdf", "<script>.pdf", "%2e%2e%2fx", "a/b/c/d.pdf", "x.pdf:stream.exe"),
    ):  # fmt: skip
        yield f"an odd file name ({number})", multipart(SAYS, file(name, b"bytes", "application/pdf"))
    yield (
        "a name in twenty pieces",
        multipart(SAYS, file("", b"x", disposition="attachment; " + "; ".join(f"filename*{n}*=%61" for n in range(20)))),
    )
    yield "a name with a NUL's charset", multipart(SAYS, file("", b"x", disposition="attachment; filename*=utf-8%00''x%00.exe"))
    yield (
        "winmail.dat",
        multipart(
            SAYS, file("winmail.dat", tnef(("photo.jpg", b"\xff\xd8\xff jpeg"), ("plan.pdf", b"%PDF")), "application/ms-tnef")
        ),
    )
    yield (
        "winmail.dat, cut short",
        multipart(SAYS, file("winmail.dat", tnef(("photo.jpg", b"x" * 100))[:60], "application/ms-tnef")),
    )
    yield (
        "winmail.dat that lies about its lengths",
        multipart(
            SAYS,
            file(
                "winmail.dat", b"\x78\x9f\x3e\x22\x01\x00" + b"\x02\xff\xff\xff\xff\xff\xff\xff\x7f" * 50, "application/ms-tnef"
            ),
        ),
    )
    yield (
        "winmail.dat of 20,000 files",
        multipart(SAYS, file("winmail.dat", tnef(*((f"{n}.txt", b"x") for n in range(20_000))), "application/ms-tnef")),
    )
    saved = outlook.msg(outlook.from_asha(files=(("photo.jpg", b"\xff\xd8"),)))
    yield "a mail that Outlook saved", multipart(SAYS, file("complaint.msg", saved, "application/vnd.ms-outlook"))
    yield "a mail that Outlook saved, cut short", multipart(SAYS, file("complaint.msg", saved[:1_500]))
    yield "a mail that Outlook saved, and nothing around it", saved
    yield (
        "an Outlook mail of nothing but zeros",
        multipart(
            SAYS, file("complaint.msg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 5_000, "application/vnd.ms-outlook")
        ),
    )
    yield "a macro", multipart(SAYS, file("invoice.docm", b"PK", "application/vnd.ms-word.document.macroenabled.12"))
    yield "an EICAR test file", multipart(SAYS, file("eicar.com", EICAR))


EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""Put together here: a scanner would take this very file away."""


def tnef(*attached: tuple[str, bytes]) -> bytes:
    """A winmail.dat that holds these files."""

    def attribute(level: int, identity: int, data: bytes) -> bytes:
        return struct.pack("<BII", level, identity, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)

    made = [struct.pack("<IH", 0x223E9F78, 1), attribute(1, 0x00089006, struct.pack("<I", 0x00010000))]
    for name, content in attached:
        made.append(attribute(2, 0x00069002, b"\x01\x00" + b"\xff" * 12))
        made.append(attribute(2, 0x00018010, name.encode("cp1252", "replace") + b"\0"))
        made.append(attribute(2, 0x0006800F, content))
    return b"".join(made)


# --- closed and signed


def closed() -> Iterator[Mail]:
    encrypted = (
        part("Version: 1", "application/pgp-encrypted"),
        part("-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA\r\n-----END PGP MESSAGE-----", "application/octet-stream"),
    )
    yield "encrypted with PGP", multipart(*encrypted, kind='encrypted; protocol="application/pgp-encrypted"')
    yield "encrypted within the text", mail("-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA\r\n=abcd\r\n-----END PGP MESSAGE-----")
    yield (
        "encrypted with S/MIME",
        mail(
            base64.encodebytes(b"\x30\x80\x06\x09*\x86H\x86\xf7\r\x01\x07\x03" + b"\0" * 300),
            'Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"',
            "Content-Transfer-Encoding: base64",
        ),
    )
    yield (
        "signed with PGP",
        multipart(
            SAYS,
            part(
                "-----BEGIN PGP SIGNATURE-----\r\n\r\nx\r\n-----END PGP SIGNATURE-----",
                "application/pgp-signature; name=signature.asc",
            ),
            kind='signed; protocol="application/pgp-signature"',
        ),
    )
    yield (
        "a signature that is none",
        mail(
            base64.encodebytes(b"\x30\x84\xff\xff\xff\xff" * 200),
            "Content-Type: application/pkcs7-mime; smime-type=signed-data",
            "Content-Transfer-Encoding: base64",
        ),
    )


# --- machines


def machines() -> Iterator[Mail]:
    report = 'Content-Type: multipart/report; report-type=delivery-status; boundary="b"'
    for number, action in enumerate(("failed", "delayed", "relayed", "delivered", "expanded", "", "FAILED (x)", "\x00")):
        status = f"--b\r\n\r\nIt says.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; asha.patel@example.org\r\nAction: {action}\r\nStatus: 5.1.1\r\n\r\n--b--"
        yield (
            f"a delivery report of nothing of ours ({number})",
            mail(status, "Return-Path: <>", report, sender="MAILER-DAEMON@mx.example"),
        )
    groups = "Final-Recipient: rfc822; x@y.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n" * 20_000
    yield (
        "a report on 20,000 people",
        mail(
            f"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n{groups}--b--",
            "Return-Path: <>",
            report,
            sender="MAILER-DAEMON@mx.example",
        ),
    )
    yield "a report without anything", mail("--b--", "Return-Path: <>", report, sender="MAILER-DAEMON@mx.example")
    yield "a report by a person", mail("--b\r\nContent-Type: message/delivery-status\r\n\r\nx: y\r\n--b--", report)
    yield (
        "a read receipt",
        mail("--b\r\n\r\nRead.\r\n--b--", 'Content-Type: multipart/report; report-type=disposition-notification; boundary="b"'),
    )
    for name, line in (
        ("away", "Auto-Submitted: auto-replied"),
        ("a list", "List-Id: <x.example>"),
        ("no robot", "Auto-Submitted: no"),
        ("bulk", "Precedence: bulk"),
    ):
        yield f"a machine: {name}", mail("I am away until Monday.", line, subject=f"Re: {CASE} your complaint")
    yield (
        "an abuse report",
        mail(
            "--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n--b--",
            'Content-Type: multipart/report; report-type=feedback-report; boundary="b"',
        ),
    )


# --- heavy


def heavy() -> Iterator[Mail]:
    yield (
        "fifty megabytes of files",
        multipart(SAYS, *(file(f"photo{n}.jpg", b"\xff\xd8\xff" + bytes(5_000_000), "image/jpeg") for n in range(10))),
    )
    yield "ten megabytes inside twenty mails", _enclosed(20, b"x" * 10_000_000)
    yield "a page of ten megabytes", html("<p>I complain about my bin.</p>" * 330_000)
    yield (
        "ten megabytes of quoted-printable",
        mail(quopri.encodestring(b"\xff" * 3_000_000), "Content-Transfer-Encoding: quoted-printable"),
    )
    yield "a text of twenty megabytes", mail("I complain about my bin. It was missed.\r\n" * 500_000)


QUICK: tuple[Callable[[], Iterator[Mail]], ...] = (
    heads, look_alikes, injections, parts, texts, slow_patterns, files, closed, machines,
)  # fmt: skip


def every_hostile_mail(*, all_of_them: bool = True) -> Iterator[Mail]:
    """Ours, each made when it is asked for; the heavy ones last."""
    for make in QUICK:
        yield from make()
    if all_of_them:
        yield from heavy()
