"""What a calendar says in a mail by which somebody answers an invitation (RFC 5546)."""

import re

from townclerk.domain.mail import InvitationAnswer
from townclerk.mail.charset import clean
from townclerk.mail.mime import Part, disposition, leaves, parameter, text_of

_ANSWERS = frozenset({"reply", "counter"})
_LOOKED_AT = 100_000  # characters of an entry
_FOLD = re.compile(r"\r?\n[ \t]")
_METHOD = re.compile(r"^METHOD:[ \t]*(\w{1,20})", re.IGNORECASE | re.MULTILINE)
_VALUE = r"(?:;(?:[^\":\n]|\"[^\"\n]*\"){0,2000})?:(.*)$"
_SUMMARY = re.compile(rf"^SUMMARY{_VALUE}", re.IGNORECASE | re.MULTILINE)
_COMMENT = re.compile(rf"^(?:X-)?COMMENT{_VALUE}", re.IGNORECASE | re.MULTILINE)
_BESIDE_THE_NAME = re.compile(r"[;:]X-RESPONSE-COMMENT=(?:\"([^\"\n]*)\"|([^\";:\n]*))", re.IGNORECASE)  # CalendarServer's
_ESCAPED = re.compile(r"\\(.)")


def answered_invitation(root: Part) -> InvitationAnswer | None:
    """The answer that a mail is; None: it is none. An entry that hangs on a mail as a file is something that somebody sends."""
    for part in leaves(root):
        if part.get_content_type() == "text/calendar" and disposition(part) != "attachment":
            entry = _FOLD.sub("", text_of(part)[:_LOOKED_AT])
            named = _METHOD.search(entry)
            if (parameter(part, "method") or (named[1] if named else "")).strip().lower() in _ANSWERS:
                beside = ("".join(values) for values in _BESIDE_THE_NAME.findall(entry))
                return InvitationAnswer(_joined(_SUMMARY.findall(entry)), _joined([*_COMMENT.findall(entry), *beside]))
    return None


def _joined(values: list[str]) -> str:
    said = (_ESCAPED.sub(lambda mark: "\n" if mark[1] in "nN" else mark[1], value) for value in values)
    return clean("\n".join(dict.fromkeys(said)).strip())
