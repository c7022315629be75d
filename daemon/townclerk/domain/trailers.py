"""The lines that programs and servers write below a text: by what it was sent, footers of scanners and gateways. For each what
is certainly such a line, and what only looks like one."""

import re

RULE = re.compile(r"^[-_=*~–—]{4,}$")  # the dashes that Word makes of two
_SENT = r"(?:sent|anfonwyd)"
_BY = r"(?:from|via|using|with|by|oddi ar|oddi wrth|o|gan|gyda)"
_FROM = r"(?:from|via|using|oddi ar|oddi wrth|o|gan|gyda)"  # a device of one's own: "sent by my team" is a sentence
_LEADS = r"(?: ?<\S{1,300}>)?"  # where a link leads
_MAKES = (
    r"(?:owa|iphone|ipad|apple|galaxy|samsung|android|blackberry|huawei|pixel|nokia|xiaomi|oneplus|windows"
    r"|outlook|gmail|yahoo|aol|proton\w*|"
    r"spark|bluemail|aqua|k-9|thunderbird|tutanota|tuta|workspace|boxer|touchdown|edison|airmail|canary|zoho|mail for windows"
    r"|fairemail|superhuman|mailspring)"
)
_PROGRAMS = rf"(?:{_MAKES}|phone|mobile|tablet|smartphone|e?mail|ffôn|ffon|symudol)"
_CARRIERS = r"(?:vodafone|ee|o2|three|3|giffgaff|bt|sky|tesco|virgin|lebara|voxi|smarty)"
DEVICE = re.compile(
    rf"^{_SENT} (?:{_FROM} (?:my|fy)(?: [^\s,.;:!?<]{{1,30}}){{0,4}}? {_PROGRAMS}"
    rf"|{_BY} (?:the all new )?{_MAKES})\b"
    r"(?: [^\s,.;:!?<]{1,30}){0,4}"
    rf"(?:, ?(?:(?:on|via|using|ar) {_CARRIERS}(?: mobile)?|the best free email app for work))?"
    r"[.!:]?(?: ?<\S{1,300}>)?"
    r"(?: please excuse (?:my |any )?(?:brevity|typos)[^.]{0,60}\.?| search, organi[sz]e, conquer)?$"
    r"|^sent (?:from|with) nine(?: ?<\S{1,300}>)?$|^\(?(?:https?://)?www\.blackberry\.com/?\)?$"
    r"|^get (?:outlook|bluemail|spark|boxer) for [^\s<]{1,20}(?: ?<\S{1,300}>)?\.?$"
    r"|^(?:cael|lawrlwytho) outlook (?:ar gyfer|i) \S{1,20}(?: ?<\S{1,300}>)?$"
    r"|^(?:please )?excuse (?:my |any )?(?:brevity|typos)[^.]{0,60}\.?$",
    re.IGNORECASE,
)
# Whatever is said to have sent it: of a person at home, who has no house's footers, nobody else writes so.
_SENT_BY_ANYTHING = re.compile(
    rf"^{_SENT} {_FROM}(?: [^\s,.;!?<]{{1,30}}){{1,5}}[.!]?{_LEADS}$"
    rf"|^{_SENT} .{{3,200}}<https?://\S{{1,300}}>$",
    re.IGNORECASE,
)
SENT_FROM = re.compile(rf"^{_SENT} {_BY} \S", re.IGNORECASE)
# What no officer writes to a resident: cut wherever it ends a text. What else looks like a footer is one below a signature.
SURE_FOOTER = re.compile(
    r"^(?:please )?(?:consider|think (?:of|about)|ystyriwch|meddyliwch).{0,20}(?:environment"
    r"|amgylchedd).{0,15}(?:before|cyn).{0,12}"
    r"(?:print|argraffu).{0,40}$"
    r"|^(?:please )?think before (?:you print|printing).{0,30}$"
    r"|^do you (?:really )?need to print (?:this|it)\b.{0,200}$"
    r"|^virus-free\b|^avast logo|^mailtrack\b"
    r"|^this (?:e-?mail|message)(?: message)? (?:has been|is|was) (?:checked|scanned|swept|virus|encrypted"
    r"|classified|protected|"
    r"secured|sent securely).{0,80}(?:virus|malware|spam|threat|mimecast|proofpoint|egress|zivver|avast"
    r"|sophos|messagelabs|symantec)"
    r"|^(?:sent|sender|email|scanned|secured|protected|encrypted|classified|verified)(?: securely"
    r"| verified)? (?:by|with|using|via) "
    r"(?:egress|mimecast|proofpoint|zivver|avast|sophos)\b.{0,60}$"
    r"|^click here to report this (?:e-?mail|message)|^report this (?:e-?mail|message)(?: as (?:spam|phishing))?\.?$"
    r"|^(?:facebook|twitter|x|instagram|linkedin|youtube)(?: ?[|•·,/] ?(?:facebook|twitter|x|instagram|linkedin|youtube)){1,5}$"
    r"|^(?:we|rydym|rydyn|mae).{0,40}(?:welcome|croesaw|croeso).{0,40}(?:correspondence|gohebiaeth|cysylltu|gysylltu)"
    r".{0,60}(?:welsh|cymraeg|gymraeg)",
    re.IGNORECASE,
)
_LIKELY_FOOTER = (
    r"^(?:please |help )?(?:consider|think (?:of|about|before)|save paper|ystyriwch|meddyliwch).{0,60}"
    r"(?:environment before|print|argraffu)"
    r"|^this e-?mail (?:message )?(?:has been|is|was) "
    r"(?:checked|scanned|swept|virus|encrypted|sent (?:securely|using|via)|classified|protected|secured)"
    r"|^this message (?:has been|was) (?:scanned|checked|encrypted|secured|sent securely)"
    r"|^(?:sent|sender|email) (?:securely|verified|notified|protected|encrypted) (?:by|with|using|via) "
    r"|^(?:scanned|secured|protected|encrypted|classified|verified) by [A-Z]|^(?:egress|mimecast|proofpoint|zivver)\b.{0,80}$"
    r"|^report this (?:e-?mail|message)"
    r"|^(?:follow|find|like|join|connect with) us (?:on|at):? ?(?:facebook|twitter|x\b|instagram|linkedin|youtube|social|www\.)"
    r"|^(?:we|rydym|rydyn|mae).{0,40}(?:welcome|croesaw|croeso).{0,60}(?:correspondence|gohebiaeth|gysylltu"
    r"|welsh|cymraeg|gymraeg)"
    r"|^you are welcome to (?:contact|write|correspond).{0,40} in (?:welsh|english)"
    r"|^(?:corresponding|contacting us|writing to us) in welsh will not (?:lead|cause)"
    r"|^ni fydd (?:gohebu|cysylltu).{0,20}gymraeg"
)
FOOTER = re.compile(f"{SURE_FOOTER.pattern}|{_LIKELY_FOOTER}", re.IGNORECASE)
"""A line that looks like a footer: what is certainly one, and more."""


def sent_by_a_program(line: str) -> bool:
    """True where *line* says by what program, or by whatever else, a mail was sent."""
    return bool(DEVICE.match(line) or _SENT_BY_ANYTHING.match(line))
