"""Which files of an officer's mail go along to the resident: those attached on purpose, and safe to open."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from townclerk.domain.mail import Attachment

SMALL_PICTURE = 100_000  # bytes: what stands inside the text and is no larger is the logo of a signature, and not worth a word

_PROGRAMS = frozenset(
    (
        *(
            "exe",
            "com",
            "scr",
            "pif",
            "bat",
            "cmd",
            "msi",
            "msp",
            "msix",
            "appx",
            "dll",
            "cpl",
            "jar",
            "js",
            "jse",
            "vbs",
            "vbe",
        ),
        *("wsf", "wsh", "hta", "ps1", "psm1", "lnk", "url", "reg", "iso", "img", "vhd", "vhdx", "chm", "app", "dmg", "pkg"),
        *("apk", "sh", "command", "xll", "application", "gadget", "scf", "inf"),
    )
)
_PROGRAM_TYPES = frozenset(
    (
        *("application/x-msdownload", "application/x-dosexec", "application/x-msdos-program", "application/javascript"),
        *("text/javascript", "application/x-sh", "application/java-archive", "application/hta"),
    )
)
_PAGES = frozenset(("html", "htm", "xhtml", "shtml", "mht", "mhtml", "svg", "xml"))
_PAGE_TYPES = frozenset(("text/html", "application/xhtml+xml", "image/svg+xml", "multipart/related"))
_MACROS = frozenset(("docm", "dotm", "xlsm", "xltm", "xlam", "xlsb", "pptm", "potm", "ppsm", "ppam", "sldm"))
_MAILS = frozenset(("eml", "msg", "oft", "emlx"))

_NOTEBOOKS = frozenset(("one", "onepkg", "onetoc2"))

_SIGNATURES = frozenset(
    ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature", "application/pgp-keys")
)
_OF_WORD = frozenset(("mso", "thmx"))  # what Word keeps beside a text: how it looks
_PICTURE_OF_A_PROGRAM = re.compile(r"(?:image\d{3}|~wrd\d{1,4})\.(?:png|gif|jpe?g|bmp|emz|wmz)", re.IGNORECASE)
_SPEAKS_OF_A_FILE = re.compile(
    r"\b(?:attach(?:ed|ment|ments|ing)|enclos(?:ed|ure|ing)|(?:the|this|my|a) (?:file|pdf|photos?|photographs?|scan))\b",
    re.IGNORECASE,
)
# What says so of this very mail. "Is attached" alone does not: it may have gone before, or by post.
_SAYS_THAT_ONE_GOES = re.compile(
    r"\b(?:(?:please|kindly|you will|you'll) find (?:[\w'’-]+ ){0,4}?(?:attached|enclosed)(?! to (?:the|a|your)\b)"
    r"|(?:please )?see (?:the )?(?:attached|enclosed)"
    r"|(?:attached|enclosed) (?:to|with|in) this (?:e-?mail|letter|message))\b",
    re.IGNORECASE,
)
_OUTLOOK = frozenset(("application/ms-tnef", "application/vnd.ms-tnef"))
_INVITATIONS = frozenset(("text/calendar", "application/ics"))
_CARDS = frozenset(("text/vcard", "text/x-vcard", "text/directory"))


@dataclass(frozen=True, slots=True)
class Sorted:
    """The files that go `along`, and what is said of those that were `left` out: nothing of what no officer attached."""

    along: tuple[Attachment, ...]
    left: tuple[str, ...]

    @property
    def size(self) -> int:
        """Bytes, of what goes along."""
        return sum(file.size for file in self.along)


@dataclass(frozen=True, slots=True)
class Enclosed:
    """Files of the mail number `mail` that go out with a letter."""

    mail: int
    files: tuple[Attachment, ...]

    @property
    def only(self) -> tuple[str, ...]:
        return tuple(file.sha256 for file in self.files)


def sort_files(files: Iterable[Attachment]) -> Sorted:
    """What a mail program adds by itself stays here; what an officer attached goes along."""
    along: list[Attachment] = []
    left: list[str] = []
    for file in files:
        why = _added(file)
        if why is None:
            along.append(file)
        elif why:
            left.append(f"{file.filename} did not go along: {why}.")
    return Sorted(tuple(along), tuple(left))


def speaks_of_a_file(text: str) -> bool:
    return _SPEAKS_OF_A_FILE.search(text) is not None


def says_that_one_goes(text: str) -> bool:
    """True where *text* says that a file comes with it: "Please find attached"."""
    return _SAYS_THAT_ONE_GOES.search(text) is not None


def danger(file: Attachment) -> str:
    """Why *file* may not go to a resident; empty where it may."""
    ending, kind = _ending(file), file.content_type.lower()
    if ending in _PROGRAMS or kind in _PROGRAM_TYPES:
        return "it is a program"
    if ending in _MACROS or "macroenabled" in kind:
        return "it holds macros"
    if ending in _PAGES or kind in _PAGE_TYPES:
        return "it is a web page"
    if ending in _NOTEBOOKS:
        return "a OneNote file can hold programs"
    return ""


def named(file: Attachment) -> str:
    """ "report.pdf (120 kB)"."""
    return f"{file.filename} ({size_words(file.size)})"


def size_words(size: int) -> str:
    """Bytes as people say them: "120 kB", "2.4 MB"."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} kB"
    return f"{size / 1_000_000:.1f}".removesuffix(".0") + " MB"


def _added(file: Attachment) -> str | None:
    """What is said of a file that nobody attached on purpose, "" where nothing need be; None: somebody did."""
    ending, kind = _ending(file), file.content_type.lower()
    if kind in _SIGNATURES or ending == "p7s" or _of_exchange(file) or ending in _OF_WORD:
        return ""
    if file.inline:
        return "" if file.size <= SMALL_PICTURE else "it stands inside your text; attach it as a file to send it"
    if kind in _OUTLOOK or file.filename.lower() == "winmail.dat":
        return "Outlook hides files in it that others cannot open; write in HTML or plain text, and attach them again"
    if kind == "message/rfc822" or ending in _MAILS:
        return "an attached mail may hold words that are not for the resident; attach it as a PDF to send it"
    if ending == "rpmsg":
        return "it is a protected mail, which others cannot open"
    if _PICTURE_OF_A_PROGRAM.fullmatch(file.filename):
        return "a mail program gives such a name to the picture in a signature; give it a name of its own to send it"
    if kind in _INVITATIONS or ending == "ics":
        return "invitations are not sent on"
    if kind in _CARDS or ending == "vcf":
        return "contact cards are not sent on"
    return None


def _of_exchange(file: Attachment) -> bool:
    """True for what Exchange makes of a text that stands behind an attachment: ATT00001.txt."""
    stem, _, ending = file.filename.lower().rpartition(".")
    return stem.startswith("att") and stem[3:].isdigit() and len(stem) >= 8 and ending in {"txt", "htm", "html", "bin", "c"}


def _ending(file: Attachment) -> str:
    return file.filename.lower().rstrip(" .").rpartition(".")[2]
