"""How mail programs write an answer: what somebody typed, and all that the program, the server and the house put around it.

Each shape is written by hand after what the program really sends; every sentence in it is our own.
"""

# ruff: noqa: E501  # markup stands as programs write it

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from desk.clients.letters import (
    ADDRESS,
    Letter,
    Part,
    both,
    breaks,
    divs,
    document,
    encoded,
    escaped,
    flowed,
    lines,
    page,
    picture,
    plain,
    several,
    word,
    wrapped,
)

Answer = Callable[[str, Letter], Part]

SIGNATURE = (
    "Kind regards\n\nWendy Ash (she/her)\nWaste Services Manager | Environment\nExton District Council\n"
    "T: 01902 555 0147 | M: 07700 900 123\nE: wendy.ash@council.example\nwww.council.example"
)
LOGO = "[cid:image001.png@01DB6F2A.3C4D5E60]"
DISCLAIMER = (
    "This email and any attachments are confidential and intended solely for the use of the individual to whom it is addressed. "
    "If you have received this email in error, please notify the sender and delete it from your system. "
    "Any views expressed do not necessarily represent those of the council."
)
DISCLAIMER_OF_TWO = (
    "DISCLAIMER\n\n"
    + DISCLAIMER
    + "\n\nExton District Council monitors emails and may have to disclose them under the Freedom of "
    "Information Act 2000. Our privacy notice says how we use personal information: www.council.example/privacy"
)
CAUTION = (
    "CAUTION: This email originated from outside the organisation. Do not click links or open attachments unless you recognise "
    "the sender and know the content is safe."
)
GREEN = "Please consider the environment before printing this email."


@dataclass(frozen=True)
class Shape:
    """A program's way of answering. `held`: it cannot be told for certain what was meant, so a person is asked; None: that
    depends on what was typed. `spreads`: it makes a paragraph of every line."""

    name: str
    write: Answer
    held: bool | None = False
    spreads: bool = False


SHAPES: list[Shape] = []


def shape(name: str, held: bool | None = False, spreads: bool = False) -> Callable[[Answer], Answer]:
    def add(write: Answer) -> Answer:
        SHAPES.append(Shape(name, write, held, spreads))
        return write

    return add


# -- Outlook for Windows, the old one (16) ------------------------------------------------------------------------------

WORD_HEAD = (
    '<meta name="Generator" content="Microsoft Word 15 (filtered medium)"><!--[if !mso]><style>v\\:* {behavior:url(#default#VML);}'
    "</style><![endif]--><style><!--\r\n@font-face {font-family:Calibri;}\r\np.MsoNormal {margin:0cm;font-size:11.0pt;}\r\n"
    'div.WordSection1 {page:WordSection1;}\r\n--></style><!--[if gte mso 9]><xml><o:shapedefaults v:ext="edit"/></xml><![endif]-->'
)


def outlook_page(text: str, letter: Letter, *, signature: str = "", below: str = "", head: bool = True) -> str:
    line = '<div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">' if head else "<div><div>"
    return document(
        f'<div class="WordSection1">{word(text)}<p class="MsoNormal"><o:p>&nbsp;</o:p></p>{signature}'
        f'{line}<p class="MsoNormal"><b><span lang="EN-US">From:</span></b><span lang="EN-US"> {letter.name} &lt;{letter.reply_to}&gt; <br>'
        f"<b>Sent:</b> 11 January 2027 10:00<br><b>To:</b> Wendy Ash &lt;{ADDRESS}&gt;<br><b>Subject:</b> {escaped(letter.subject)}"
        f'<o:p></o:p></span></p></div></div><p class="MsoNormal"><o:p>&nbsp;</o:p></p>{letter.inside}</div>{below}',
        WORD_HEAD,
    ).replace("<html>", '<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">')


def outlook_text(text: str, letter: Letter, signature: str = "") -> str:
    return (
        f"{text}\n\n{signature}\n\nFrom: {letter.name} <{letter.reply_to}> \nSent: 11 January 2027 10:00\nTo: Wendy Ash <{ADDRESS}>\n"
        f"Subject: {letter.subject}\n\n{letter.text}"
    )


WORD_SIGNATURE = (
    f'{word(SIGNATURE)}<p class="MsoNormal"><span style=\'mso-no-proof:yes\'><img width="160" height="48" '
    'src="cid:image001.png@01DB6F2A.3C4D5E60" alt="A blue and white sign&#10;&#10;Description automatically generated"></span></p>'
    f"{word(DISCLAIMER)}"
)


@shape("Outlook 16, HTML and text")
def outlook(text: str, letter: Letter) -> Part:
    return both(outlook_text(text, letter), outlook_page(text, letter))


@shape("Outlook 16, HTML only")
def outlook_html(text: str, letter: Letter) -> Part:
    return page(outlook_page(text, letter))


@shape("Outlook 16, corporate signature, logo and disclaimer")
def outlook_signed(text: str, letter: Letter) -> Part:
    below = f"{SIGNATURE}\n{LOGO}\n{DISCLAIMER}"
    source = outlook_page(text, letter, signature=WORD_SIGNATURE)
    return several("multipart/related", both(outlook_text(text, letter, below), source), picture())


@shape("Outlook 16, signature that Word marked as its own")
def outlook_autosig(text: str, letter: Letter) -> Part:
    mark = (
        '<p class="MsoNormal"><a name="_MailAutoSig"><span style="mso-no-proof:yes">Wendy<o:p></o:p></span></a></p>'
        "<p class=\"MsoNormal\"><span style='mso-bookmark:_MailAutoSig'><span>Waste Services, working Monday to Wednesday</span></span></p>"
    )
    return page(outlook_page(text, letter, signature=mark))


@shape("Outlook 16, plain text, base64")
def outlook_plain(text: str, letter: Letter) -> Part:
    body = f"{text}\n\n{SIGNATURE}\n\n-----Original Message-----\n" + outlook_text("", letter).lstrip("\n")
    return plain(body, how="base64")


@shape("Outlook 16, marked by a classification tool, banner on top")
def outlook_classified(text: str, letter: Letter) -> Part:
    above = f"Classification: OFFICIAL-SENSITIVE\n\n{CAUTION}\n\n"
    return page(outlook_page(above + text + "\n\nOFFICIAL-SENSITIVE", letter, signature=word(DISCLAIMER_OF_TWO)))


@shape("Outlook 16, in Welsh")
def outlook_welsh(text: str, letter: Letter) -> Part:
    source = outlook_page(text, letter, signature=word(SIGNATURE.replace("Kind regards", "Cofion cynnes / Kind regards")))
    for english, welsh in (("From:", "Oddi wrth:"), ("Sent:", "Anfonwyd:"), ("To:", "At:"), ("Subject:", "Pwnc:")):
        source = source.replace(f"<b>{english}</b>", f"<b>{welsh}</b>").replace(f">{english}</span>", f">{welsh}</span>")
    return page(source)


@shape("Outlook 16, line that a server cleaned of its colour")
def outlook_cleaned(text: str, letter: Letter) -> Part:
    return page(outlook_page(text, letter, head=False))


@shape("Outlook 16, disclaimer that the server puts at the very end")
def outlook_server_footer(text: str, letter: Letter) -> Part:
    return page(outlook_page(text, letter, below=f"<br clear=both>\n<hr>\n<p>{DISCLAIMER}</p><p>{GREEN}</p>"))


@shape("Outlook 16, invitation of Teams above the quote", held=True)
def outlook_teams(text: str, letter: Letter) -> Part:
    rule = "_" * 80
    teams = f"{rule}\nMicrosoft Teams meeting\nJoin on your computer or mobile app\nMeeting ID: 341 220 115 9\nPasscode: nLp4Tz\n{rule}"
    return plain(outlook_text(text, letter, teams))


@shape("Outlook 16, words between the lines of the letter", held=True)
def outlook_interleaved(text: str, letter: Letter) -> Part:
    return page(outlook_page(text, letter, below='<p class="MsoNormal">And tell her that the crew was short of people.</p>'))


# -- Outlook for Windows, the new one, and on the web -------------------------------------------------------------------

OWA_FONT = ' style="font-family: Aptos, Calibri, Helvetica, sans-serif; font-size: 12pt; color: rgb(0, 0, 0);"'


def owa_page(text: str, letter: Letter, *, signature: str = "", quoted: str | None = None) -> str:
    return document(
        f'<style type="text/css" style="display:none;"> P {{margin-top:0;margin-bottom:0;}} </style>'
        f"{divs(text, ' class=' + chr(34) + 'elementToProof' + chr(34) + OWA_FONT)}{signature}"
        '<div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1">'
        '<div id="divRplyFwdMsg" dir="ltr"><font face="Calibri, sans-serif" style="font-size:11pt" color="#000000">'
        f"<b>From:</b> {letter.name} &lt;{letter.reply_to}&gt;<br><b>Sent:</b> 11 January 2027 10:00<br><b>To:</b> Wendy Ash &lt;{ADDRESS}&gt;"
        f"<br><b>Subject:</b> {escaped(letter.subject)}</font><div>&nbsp;</div></div>{letter.renamed if quoted is None else quoted}"
    )


def owa_text(text: str, letter: Letter, signature: str = "") -> str:
    return f"{text}\n{signature}\n________________________________\n" + outlook_text("", letter).lstrip("\n")


@shape("Outlook on the web")
def owa(text: str, letter: Letter) -> Part:
    return both(owa_text(text, letter), owa_page(text, letter))


@shape("Outlook on the web, signature")
def owa_signed(text: str, letter: Letter) -> Part:
    signature = f'<div id="Signature" class="elementToProof">{divs(SIGNATURE + chr(10) + DISCLAIMER)}</div>'
    return both(owa_text(text, letter, f"{SIGNATURE}\n{DISCLAIMER}"), owa_page(text, letter, signature=signature))


@shape("Outlook on the web, words typed into the signature", held=True)
def owa_in_signature(text: str, letter: Letter) -> Part:
    typed = "The crew told me that they had been short of two people all through that week and the one after."
    signature = f'<div id="Signature">{divs(typed + chr(10) + SIGNATURE)}</div>'
    return both(owa_text(text, letter, f"{typed}\n{SIGNATURE}"), owa_page(text, letter, signature=signature))


@shape("Outlook on the web, a few words typed into the signature", held=True)
def owa_briefly_in_signature(text: str, letter: Letter) -> Part:
    typed = "We will come on Friday.\nWe will refund £20."
    signature = f'<div id="Signature">{divs(typed + chr(10) + SIGNATURE)}</div>'
    return both(owa_text(text, letter, f"{typed}\n{SIGNATURE}"), owa_page(text, letter, signature=signature))


@shape("Outlook for phones, a letter typed where the signature stands", held=True)
def mobile_in_signature(text: str, letter: Letter) -> Part:
    typed = '<div id="ms-outlook-mobile-signature"><div>We are sorry and will come on Friday</div><div>Wendy</div></div>'
    return page(owa_page(text, letter, signature=typed))


@shape("New Outlook for Windows")
def new_outlook(text: str, letter: Letter) -> Part:
    source = owa_page(text, letter).replace(
        '<div id="appendonsend"></div><hr', '<div id="mail-editor-reference-message-container"><hr'
    )
    return page(source.replace("</body>", "</div></body>"))


@shape("New Outlook for Windows, banner and link rewritten by the server")
def new_outlook_banner(text: str, letter: Letter) -> Part:
    return page(owa_page(f"{CAUTION}\n\n{text}", letter, signature=divs(f"\n{SIGNATURE}\n\n{GREEN}")))


# -- Outlook for phones --------------------------------------------------------------------------------------------------


def mobile_page(text: str, letter: Letter, link: str, store: str) -> str:
    return document(
        '<div class="ms-outlook-mobile-body-separator-line" data-applydefaultfontstyles="true" style="font-family: Aptos; font-size: 12pt;">'
        f'{divs(text, " dir=" + chr(34) + "ltr" + chr(34))}</div><div id="ms-outlook-mobile-signature"><div><br></div>'
        f'Get <a href="{link}">Outlook for {store}</a></div>'
        '<div id="mail-editor-reference-message-container" dir="ltr"><hr style="display: inline-block; width: 98%;">'
        f'<div id="divRplyFwdMsg" style="font-size: 11pt;"><b>From:</b>&nbsp;{letter.name} &lt;{letter.reply_to}&gt;<br>'
        f"<b>Sent:</b>&nbsp;Monday, January 11, 2027 10:00 AM<br><b>To:</b>&nbsp;Wendy Ash &lt;{ADDRESS}&gt;<br>"
        f"<b>Subject:</b>&nbsp;{escaped(letter.subject)}</div><br>{letter.renamed}</div>"
    )


@shape("Outlook for iOS")
def outlook_ios(text: str, letter: Letter) -> Part:
    below = "\nGet Outlook for iOS<https://aka.ms/o0ukef>"
    return both(owa_text(text, letter, below), mobile_page(text, letter, "https://aka.ms/o0ukef", "iOS"))


@shape("Outlook for Android")
def outlook_android(text: str, letter: Letter) -> Part:
    below = "\nGet Outlook for Android<https://aka.ms/AAb9ysg>"
    return both(owa_text(text, letter, below), mobile_page(text, letter, "https://aka.ms/AAb9ysg", "Android"))


# -- Gmail ---------------------------------------------------------------------------------------------------------------


def gmail_wrote(letter: Letter) -> str:
    return f"On Mon, 11 Jan 2027 at 10:00, {letter.name} <{letter.reply_to}> wrote:"


def gmail_page(text: str, letter: Letter, *, signature: str = "", wrote: str = "") -> str:
    said = escaped(wrote or gmail_wrote(letter))
    return (
        f'<div dir="ltr">{divs(text)}{signature}</div><br><div class="gmail_quote gmail_quote_container">'
        f'<div dir="ltr" class="gmail_attr">{said}<br></div><blockquote class="gmail_quote" '
        f'style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">{letter.inside}</blockquote></div>'
    )


def gmail_text(text: str, letter: Letter, signature: str = "", wrote: str = "") -> str:
    below = f"\n\n-- \n{signature}" if signature else ""
    return f"{wrapped(text)}{below}\n\n{wrapped(wrote or gmail_wrote(letter))}\n\n{letter.quoted}\n"


@shape("Gmail")
def gmail(text: str, letter: Letter) -> Part:
    return both(gmail_text(text, letter), gmail_page(text, letter))


@shape("Gmail, signature")
def gmail_signed(text: str, letter: Letter) -> Part:
    signature = (
        '<div><br clear="all"></div><br><span class="gmail_signature_prefix">-- </span><br><div dir="ltr" class="gmail_signature" '
        f'data-smartmail="gmail_signature"><div dir="ltr">{divs(SIGNATURE)}</div></div>'
    )
    return both(gmail_text(text, letter, SIGNATURE), gmail_page(text, letter, signature=signature))


@shape("Gmail, in Welsh")
def gmail_welsh(text: str, letter: Letter) -> Part:
    wrote = f"Ar Llun, 11 Ion 2027 am 10:00, ysgrifennodd {letter.name} <{letter.reply_to}>:"
    return both(gmail_text(text, letter, wrote=wrote), gmail_page(text, letter, wrote=wrote))


@shape("Gmail, in Spanish")
def gmail_spanish(text: str, letter: Letter) -> Part:
    wrote = f"El lun, 11 ene 2027 a las 10:00, {letter.name} (<{letter.reply_to}>) escribió:"
    return both(gmail_text(text, letter, wrote=wrote), gmail_page(text, letter, wrote=wrote))


@shape("Gmail, in Finnish")
def gmail_finnish(text: str, letter: Letter) -> Part:
    wrote = f"ma 11. tammik. 2027 klo 10.00 {letter.name} ({letter.reply_to}) kirjoitti:"
    return both(gmail_text(text, letter, wrote=wrote), gmail_page(text, letter, wrote=wrote))


@shape("Gmail app")
def gmail_app(text: str, letter: Letter) -> Part:
    source = (
        f'<div dir="auto">{divs(text, " dir=" + chr(34) + "auto" + chr(34))}</div><br><div class="gmail_quote"><div dir="ltr" '
        f'class="gmail_attr">{escaped(gmail_wrote(letter))}<br></div><blockquote class="gmail_quote" style="margin:0 0 0 .8ex">'
        f"{letter.inside}</blockquote></div>\r\n"
    )
    return both(gmail_text(text, letter), source)


@shape("Gmail, virus scanner's footer between answer and quote")
def gmail_avast(text: str, letter: Letter) -> Part:
    avast = (
        '<div id="DAB4FAD8-2DD7-40BB-A1B8-4E2AA1F9FDF2"><br> <table style="border-top:1px solid #d3d4de"><tr><td>'
        '<a href="https://www.avast.com/sig-email"><img src="https://ipmcdn.avast.com/i.png" alt="" width="46"></a></td>'
        '<td>Virus-free.<a href="https://www.avast.com/sig-email">www.avast.com</a></td></tr></table></div>'
    )
    below = f"{text}\n\nVirus-free.www.avast.com\n<https://www.avast.com/sig-email?utm_medium=email>\n<#DAB4FAD8-2DD7>"
    return both(gmail_text(below, letter), gmail_page(text, letter, signature=avast))


@shape("Gmail, bottom posting")
def gmail_bottom(text: str, letter: Letter) -> Part:
    source = (
        f'<div dir="ltr"><div class="gmail_quote"><div dir="ltr" class="gmail_attr">{escaped(gmail_wrote(letter))}<br></div>'
        f'<blockquote class="gmail_quote">{letter.inside}</blockquote><div><br></div>{divs(text)}</div></div>'
    )
    return both(f"{wrapped(gmail_wrote(letter))}\n\n{letter.quoted}\n\n{wrapped(text)}\n", source)


# -- Apple ----------------------------------------------------------------------------------------------------------------


def apple_wrote(letter: Letter) -> str:
    return f"On 11 Jan 2027, at 10:00, {letter.name} <{letter.reply_to}> wrote:"


@shape("Apple Mail")
def apple(text: str, letter: Letter) -> Part:
    source = document(
        '<div style="overflow-wrap: break-word; -webkit-nbsp-mode: space; line-break: after-white-space;">'
        f'{divs(text)}<div><br id="lineBreakAtBeginningOfMessage"><div><br><blockquote type="cite"><div>{escaped(apple_wrote(letter))}</div>'
        f'<br class="Apple-interchange-newline"><div>{letter.inside}</div></blockquote></div><br></div></div>'
    )
    return both(f"{text}\n\n> {apple_wrote(letter)}\n> \n{letter.quoted}\n", source)


@shape("Apple Mail, plain, flowed with DelSp")
def apple_plain(text: str, letter: Letter) -> Part:
    body = flowed(f"{text}\n\n{apple_wrote(letter)}\n\n{letter.quoted}\n", delete_space=True)
    return plain(body, kind="text/plain; charset=utf-8; format=flowed; delsp=yes")


@shape("iOS Mail")
def ios(text: str, letter: Letter) -> Part:
    source = document(
        f'{divs(text)}<div><br></div><br id="lineBreakAtBeginningOfSignature"><div dir="ltr">Sent from my iPhone</div>'
        f'<div dir="ltr"><br><blockquote type="cite">{escaped(apple_wrote(letter))}<br><br></blockquote></div>'
        f'<blockquote type="cite"><div dir="ltr">\ufeff{letter.inside}</div></blockquote>'
    ).replace("<body>", '<body dir="auto">')
    return both(f"{text}\n\nSent from my iPhone\n\n> {apple_wrote(letter)}\n> \n> \ufeff\n{letter.quoted}\n", source)


@shape("iOS Mail, in Welsh, text only")
def ios_welsh(text: str, letter: Letter) -> Part:
    wrote = f"Ar 11 Ion 2027, am 10:00, ysgrifennodd {letter.name} <{letter.reply_to}>:"
    return plain(f"{text}\n\nAnfonwyd o fy iPhone\n\n> {wrote}\n> \n{letter.quoted}\n", how="quoted-printable")


# -- Thunderbird, mutt and their like --------------------------------------------------------------------------------------


def thunderbird_wrote(letter: Letter) -> str:
    return f"On 11/01/2027 10:00, {letter.name} wrote:"


@shape("Thunderbird, HTML")
def thunderbird(text: str, letter: Letter) -> Part:
    return page(
        document(
            f'<p>{breaks(text)}</p><div class="moz-signature">-- <br>{breaks(SIGNATURE)}</div><div class="moz-cite-prefix">'
            f'{escaped(thunderbird_wrote(letter))}<br></div><blockquote type="cite" cite="mid:{letter.message_id.strip("<>")}">'
            f"{letter.inside}</blockquote>"
        )
    )


@shape("Thunderbird, a paragraph for each line", spreads=True)
def thunderbird_paragraphs(text: str, letter: Letter) -> Part:
    typed = "".join(f"<p>{escaped(line)}</p>" for line in text.split("\n") if line)
    return page(
        document(
            f'{typed}<div class="moz-cite-prefix">{escaped(thunderbird_wrote(letter))}<br></div><blockquote type="cite">'
            f"{letter.inside}</blockquote><p></p>"
        )
    )


@shape("Thunderbird, text, flowed")
def thunderbird_text(text: str, letter: Letter) -> Part:
    body = flowed(f"{text}\n\n-- \n{SIGNATURE}\n\n{thunderbird_wrote(letter)}\n{letter.quoted}\n")
    return plain(body, kind="text/plain; charset=utf-8; format=flowed")


@shape("Thunderbird, text, below the quote, signature at the end")
def thunderbird_below(text: str, letter: Letter) -> Part:
    body = flowed(f"{thunderbird_wrote(letter)}\n{letter.quoted}\n\n{text}\n\n-- \n{SIGNATURE}\n")
    return plain(body, kind="text/plain; charset=utf-8; format=flowed")


@shape("Thunderbird, between the quoted lines", held=True)
def thunderbird_between(text: str, letter: Letter) -> Part:
    first, rest = letter.quoted[:400].rpartition("\n")[0], letter.quoted[400:].partition("\n")[2]
    return plain(f"{text}\n\n{thunderbird_wrote(letter)}\n{first}\nThe crew says so.\n{rest}\nAnd so do I.\n")


@shape("neomutt")
def neomutt(text: str, letter: Letter) -> Part:
    return plain(
        f"{text}\n\nOn Mon, Jan 11, 2027 at 10:00:00AM +0000, {letter.name} wrote:\n{letter.quoted}\n\n-- \nWendy Ash\n"
    )


@shape("neomutt, quote without a word of introduction")
def neomutt_bare(text: str, letter: Letter) -> Part:
    return plain(f"{text}\n\n{letter.quoted}\n")


@shape("KMail and others: Quoting …")
def horde(text: str, letter: Letter) -> Part:
    return plain(f"{text}\n\nQuoting {letter.name} <{letter.reply_to}>:\n\n{letter.quoted}\n")


# -- phones ----------------------------------------------------------------------------------------------------------------


@shape("Samsung Email")
def samsung(text: str, letter: Letter) -> Part:
    source = document(
        f'<div dir="auto">{divs(text)}</div><div dir="auto"><br></div><div id="composer_signature" dir="auto"><div '
        'style="font-size:85%;color:#575757" dir="auto">Sent from my Galaxy</div></div><div dir="auto"><br></div>'
        '<div><br></div><div align="left" dir="auto" style="font-size:100%;color:#000000"><div>-------- Original message --------</div>'
        f"<div>From: {letter.name} &lt;{letter.reply_to}&gt; </div><div>Date: 11/01/2027  10:00  (GMT+00:00) </div>"
        f"<div>To: Wendy Ash &lt;{ADDRESS}&gt; </div><div>Subject: {escaped(letter.subject)} </div><div><br></div></div>{letter.inside}"
    )
    quoted = (
        f"-------- Original message --------\nFrom: {letter.name} <{letter.reply_to}> \nDate: 11/01/2027  10:00  (GMT+00:00) \n"
        f"To: Wendy Ash <{ADDRESS}> \nSubject: {letter.subject} \n\n{letter.text}"
    )
    return both(f"{text}\n\n\nSent from my Galaxy\n\n\n{quoted}", source)


@shape("K-9 Mail, Thunderbird for Android")
def k9(text: str, letter: Letter) -> Part:
    source = document(
        f'<div dir="auto">{breaks(text)}<br><br>-- <br>Sent from my Android device with K-9 Mail. Please excuse my brevity.</div><br><br>'
        f'<div class="gmail_quote"><div dir="auto">On 11 January 2027 10:00:00 GMT, {letter.name} &lt;{letter.reply_to}&gt; wrote:</div>'
        f'<blockquote class="gmail_quote" style="margin: 0pt 0pt 0pt 0.8ex;">{letter.inside}</blockquote></div>'
    )
    wrote = f"On 11 January 2027 10:00:00 GMT, {letter.name} <{letter.reply_to}> wrote:"
    return both(
        f"{text}\n\n-- \nSent from my Android device with K-9 Mail. Please excuse my brevity.\n\n{wrote}\n{letter.quoted}\n",
        source,
    )


@shape("BlueMail")
def bluemail(text: str, letter: Letter) -> Part:
    return page(
        document(
            f'<div dir="auto">{breaks(text)}<br><br></div><div dir="auto"><!-- tmjah_g_1299s -->Get <a href="https://bluemail.me">'
            f'BlueMail for Android</a><!-- tmjah_g_1299e --></div><div class="gmail_quote" >On 11 Jan 2027, at 10:00, {letter.name} &lt;<a '
            f'href="mailto:{letter.reply_to}" target="_blank">{letter.reply_to}</a>&gt; wrote:<blockquote class="gmail_quote">'
            f"{letter.inside}</blockquote></div>"
        )
    )


@shape("Spark")
def spark(text: str, letter: Letter) -> Part:
    return page(
        document(
            f'<div name="messageBodySection"><div dir="auto">{breaks(text)}</div></div><div name="messageSignatureSection"><br />'
            f'<div class="matchFont">Sent with Spark</div></div><div name="messageReplySection">On 11 Jan 2027, 10:00 +0000, {letter.name} '
            f'&lt;{letter.reply_to}&gt;, wrote:<br /><blockquote type="cite" style="border-left: thin solid #1abc9c;">{letter.inside}'
            "</blockquote></div>"
        )
    )


# -- others ----------------------------------------------------------------------------------------------------------------


@shape("Yahoo Mail")
def yahoo(text: str, letter: Letter) -> Part:
    wrote = f"On Monday, 11 January 2027 at 10:00:00 GMT, {letter.name} &lt;{letter.reply_to}&gt; wrote:"
    source = document(
        f'<div class="ydp8a2f9yahoo-style-wrap" style="font-family:Helvetica Neue;font-size:16px;">{divs(text)}<div><br></div></div>'
        f'<div id="ydpc0a1yahoo_quoted_7365" class="ydpc0a1yahoo_quoted"><div style="font-size:13px;"><div>{wrote}</div><div><br></div>'
        f"<div><br></div><div>{letter.stripped}</div></div></div>"
    )
    said = f"     On Monday, 11 January 2027 at 10:00:00 GMT, {letter.name} <{letter.reply_to}> wrote:  "
    return both(f"{text}\n\n{said}\n \n {letter.text}", source)


@shape("Proton Mail")
def proton(text: str, letter: Letter) -> Part:
    return page(
        f'<div style="font-family: Arial, sans-serif; font-size: 14px;">{breaks(text)}</div><div class="protonmail_signature_block">'
        '<div class="protonmail_signature_block-proton">Sent with <a href="https://proton.me/mail/home">Proton Mail</a> secure email.</div>'
        f'</div><div class="protonmail_quote">On Monday, January 11th, 2027 at 10:00 AM, {letter.name} &lt;{letter.reply_to}&gt; wrote:<br>'
        f'<blockquote class="protonmail_quote" type="cite">{letter.stripped}</blockquote></div>'
    )


@shape("Zoho Mail")
def zoho(text: str, letter: Letter) -> Part:
    return page(
        f'<div style="font-family: Verdana; font-size: 10pt;">{divs(text)}<div id="Zm-_Id_-Sgn1" data-zbluepencil-ignore="true" '
        f'data-sigid="1"><div>Wendy Ash<br>Waste Services<br></div></div><br><div class="zmail_extra"><div id="Zm-_Id_-Sgn">---- On Mon, 11 Jan '
        f'2027 10:00:00 +0000 <b>{letter.name} &lt;{letter.reply_to}&gt;</b> wrote ---<br></div><blockquote id="blockquote_zmail">'
        f"{letter.stripped}</blockquote></div></div>"
    )


@shape("eM Client")
def em_client(text: str, letter: Letter) -> Part:
    return page(
        document(
            f'<div>{breaks(text)}</div><div><br /></div><div>------ Original Message ------</div><div>From "{letter.name}" &lt;<a '
            f'href="mailto:{letter.reply_to}">{letter.reply_to}</a>&gt;</div><div>To "Wendy Ash" &lt;{ADDRESS}&gt;</div>'
            f"<div>Date 11/01/2027 10:00:00</div><div>Subject {escaped(letter.subject)}</div><div><br /></div>"
            f'<div id="x1a2b" class="plain"><blockquote cite="{letter.message_id}" type="cite" class="cite2">{letter.inside}</blockquote></div>'
        )
    )


@shape("Notes")
def notes(text: str, letter: Letter) -> Part:
    return page(
        f'<font size=2 face="sans-serif">{breaks(text)}</font><br><br><br><br><font size=1 color=#5f5f5f face="sans-serif">From: &nbsp; &nbsp; '
        f'&nbsp; &nbsp;</font><font size=1 face="sans-serif">{letter.name} &lt;{letter.reply_to}&gt;</font><br><font size=1 color=#5f5f5f>To: '
        f"&nbsp; &nbsp;</font><font size=1>Wendy Ash/Waste/Exton@Exton</font><br><font size=1>Date: &nbsp; &nbsp;</font><font size=1>11/01/2027 "
        f"10:00</font><br><font size=1>Subject: &nbsp; &nbsp;</font><font size=1>{escaped(letter.subject)}</font><br><hr noshade><br><br><br>"
        f"{letter.stripped}"
    )


@shape("Notes, text")
def notes_text(text: str, letter: Letter) -> Part:
    return plain(f"{text}\n\n\n\n{letter.name} <{letter.reply_to}> wrote on 11/01/2027 10:00:00:\n\n{letter.quoted}\n")


@shape("GroupWise")
def groupwise(text: str, letter: Letter) -> Part:
    return plain(f'{text}\n\n>>> "{letter.name}" <{letter.reply_to}> 11/01/2027 10:00 >>>\n{letter.text}\n')


@shape("a program that nobody knows: its own page, its own language")
def unknown(text: str, letter: Letter) -> Part:
    return page(
        f'<section class="kirje"><p>{breaks(text)}</p></section><section class="aiempi"><table><tr><td>Lähettäjä:</td><td>{letter.name} '
        f"&lt;{letter.reply_to}&gt;</td></tr><tr><td>Lähetetty:</td><td>11.1.2027 10:00</td></tr><tr><td>Aihe:</td><td>{escaped(letter.subject)}"
        f"</td></tr></table>{letter.stripped}</section>"
    )


@shape("a program that nobody knows: text with no marks at all")
def unknown_text(text: str, letter: Letter) -> Part:
    return plain(f"{text}\n\n{letter.text}")


@shape("a program that quotes nothing")
def no_quote(text: str, letter: Letter) -> Part:
    return plain(text)


@shape("forwarded to us")
def forwarded(text: str, letter: Letter) -> Part:
    head = (
        f"---------- Forwarded message ---------\nFrom: {letter.name} <{letter.reply_to}>\nDate: Mon, 11 Jan 2027 at 10:00\n"
        f"Subject: {letter.subject}\nTo: <{ADDRESS}>\n\n\n"
    )
    source = (
        f'<div dir="ltr">{divs(text)}<br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">'
        f"{breaks(head)}</div>{letter.inside}</div></div>"
    )
    return both(f"{text}\n\n{head}{letter.text}", source)


@shape("forwarded to us as a file")
def forwarded_file(text: str, letter: Letter) -> Part:
    inner = Part("message/rfc822", lines(f"From: {letter.mailbox}\nSubject: {letter.subject}\n\n{letter.text}"))
    return several("multipart/mixed", plain(text), inner)


def quoting_page(name: str, before: str, after: str = "</blockquote>", signature: str = "") -> None:
    """A program that writes a page: what it puts before the letter, and after it."""

    @shape(name)
    def write(text: str, letter: Letter) -> Part:
        said = (
            before.replace("NAME", letter.name).replace("ADDRESS", letter.reply_to).replace("SUBJECT", escaped(letter.subject))
        )
        return page(document(f"{divs(text)}{signature}{said}{letter.inside}{after}"))


def quoting_text(name: str, before: str) -> None:
    """A program that writes text, and quotes without marks."""

    @shape(name)
    def write(text: str, letter: Letter) -> Part:
        said = before.replace("NAME", letter.name).replace("ADDRESS", letter.reply_to).replace("SUBJECT", letter.subject)
        return plain(f"{text}\n\n{said}\n\n{letter.text}", how="quoted-printable")


quoting_page(
    "Roundcube", '<br><p id="reply-intro">On 2027-01-11 10:00, NAME wrote:</p><blockquote type="cite" style="padding: 0 0.4em">'
)
quoting_page(
    "Fastmail", '<div><br></div><div>On Mon, 11 Jan 2027, at 10:00 AM, NAME wrote:</div><blockquote type="cite" id="qt">'
)
quoting_page(
    "Evolution",
    '<div><br></div><div>On Mon, 2027-01-11 at 10:00 +0000, NAME wrote:</div><blockquote type="cite" style="margin:0 0 0 .8ex">',
)
quoting_page(
    "Mailspring",
    '<br><div class="gmail_quote_attribution">On Jan 11 2027, at 10:00 am, NAME &lt;ADDRESS&gt; wrote:</div><blockquote class="gmail_quote">',
)
quoting_page(
    "Zimbra",
    '<hr id="zwchr"><div><blockquote style="border-left:2px solid #1010FF"><b>From: </b>"NAME" &lt;ADDRESS&gt;<br><b>To: </b>"Wendy Ash"<br><b>Sent: </b>Monday, 11 January, 2027 10:00:00<br><b>Subject: </b>SUBJECT<br></blockquote></div><blockquote>',
)
quoting_page(
    "GMX",
    '<div><div style="border-left:2px solid #C3D9E5"><div><b>Gesendet:</b> Montag, 11. Januar 2027 um 10:00 Uhr<br/><b>Von:</b> "NAME" &lt;ADDRESS&gt;<br/><b>An:</b> wendy.ash@council.example<br/><b>Betreff:</b> SUBJECT</div><div>',
    "</div></div></div>",
)
quoting_page(
    "Mail for Windows",
    '<p class="MsoNormal">Sent from <a href="https://go.microsoft.com/fwlink/?LinkId=550986">Mail</a> for Windows</p><div style="mso-element:para-border-div;border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal"><b>From: </b><a href="mailto:ADDRESS">NAME</a><br><b>Sent: </b>11 January 2027 10:00<br><b>To: </b>wendy.ash@council.example<br><b>Subject: </b>SUBJECT</p></div>',
    "",
)
quoting_page(
    "Outlook in French",
    '<div style="border-style: solid none none; border-width: 1pt medium medium; border-color: rgb(225, 225, 225) currentcolor"><b>De&nbsp;:</b> NAME &lt;ADDRESS&gt; <br><b>Envoyé&nbsp;:</b> lundi 11 janvier 2027 10:00<br><b>À&nbsp;:</b> Wendy Ash<br><b>Objet&nbsp;:</b> SUBJECT</div>',
    "",
)
quoting_page(
    "Outlook in Chinese",
    '<div style="padding: 3pt 0cm 0cm"><b>发件人：</b> NAME &lt;ADDRESS&gt; <br><b>发送时间：</b> 2027年1月11日 10:00<br><b>收件人：</b> Wendy Ash<br><b>主题：</b> SUBJECT</div>',
    "",
)
quoting_page("Outlook for a phone in the dark", "<div><hr></div><b>From:</b> NAME &lt;ADDRESS&gt;<br><b>Sent:</b> Monday, January 11, 2027 10:00:00 AM<br><b>To:</b> Wendy<br><b>Subject:</b> SUBJECT<br><br>", "",
             '<div style="color: rgb(255, 255, 255); background-color: rgb(0, 0, 0);" dir="auto"></div>')  # fmt: skip
quoting_page(
    "footer of Egress",
    "<p>Classified by Egress Prevent</p><hr><b>From:</b> NAME &lt;ADDRESS&gt;<br><b>Date:</b> Monday, 11 January 2027 at 10:00<br><b>To:</b> Wendy<br><b>Subject:</b> SUBJECT<br><br>",
    "",
)
quoting_text(
    "Outlook for Mac, text",
    "From: NAME <ADDRESS>\nDate: Monday, 11 January 2027 at 10:00\nTo: Wendy Ash <wendy.ash@council.example>\nSubject: SUBJECT",
)
quoting_text(
    "Apple Mail, forwarded",
    "Begin forwarded message:\n\nFrom: NAME <ADDRESS>\nSubject: SUBJECT\nDate: 11 January 2027 at 10:00:00 GMT\nTo: wendy.ash@council.example\nReply-To: NAME <ADDRESS>",
)
quoting_text(
    "Outlook in Polish, text",
    "Od: NAME <ADDRESS>\nWysłano: poniedziałek, 11 stycznia 2027 10:00\nDo: Wendy Ash\nTemat: SUBJECT",
)
quoting_text(
    "Outlook in Turkish, text", "Kimden: NAME <ADDRESS>\nGönderildi: 11 Ocak 2027 10:00\nKime: Wendy Ash\nKonu: SUBJECT"
)
quoting_text("The Bat!", "Monday, January 11, 2027, 10:00:00, NAME <ADDRESS> wrote:")


def rewritten(text: str) -> str:
    """Each link as Microsoft's servers wrap it, with who got the mail in it."""

    def wrap(found: re.Match[str]) -> str:
        inside = quote(found[0], safe="")
        return f"https://eur01.safelinks.protection.outlook.com/?url={inside}&data=05%7C02%7Cfeedback%2Bss270001k%40council.example%7C0&reserved=0"

    return re.sub(r"https://\S+", wrap, text)


@shape("links rewritten by Microsoft's servers")
def safelinks(text: str, letter: Letter) -> Part:
    return both(owa_text(rewritten(text), letter), owa_page(rewritten(text), letter))


@shape("a picture in the midst of what was typed", held=True)
def pictured(text: str, letter: Letter) -> Part:
    source = gmail_page(f"{text}", letter).replace(
        "</div>", '</div><div><img src="cid:ii_m1" alt="map.png" width="300"><br></div>', 1
    )
    return several("multipart/related", page(f"{source}"), picture("map.png", "ii_m1"))


# -- signed, and changed on the way ----------------------------------------------------------------------------------------


@shape("signed with S/MIME, clear")
def smime_clear(text: str, letter: Letter) -> Part:
    proof = Part('application/pkcs7-signature; name="smime.p7s"', b"MIAGCSqGSIb3DQEHAqCAMIACAQExADCABgkqhkiG9w0BBwEAADGAAAAAAAA=\r\n",
                 ("Content-Transfer-Encoding: base64", 'Content-Disposition: attachment; filename="smime.p7s"'))  # fmt: skip
    return several('multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256', outlook(text, letter), proof)


@shape("signed with S/MIME, opaque")
def smime_opaque(text: str, letter: Letter) -> Part:
    return opaque(bytes(outlook(text, letter)))


def opaque(inside: bytes) -> Part:
    """*inside* as signed data, in pieces and of no stated length, as Outlook writes it (RFC 5652)."""
    pieces = b"".join(tlv(0x04, inside[at : at + 1000]) for at in range(0, len(inside), 1000))
    content = tlv(0x06, bytes.fromhex("2a864886f70d010701")) + endless(0xA0, endless(0x24, pieces))
    data = tlv(0x02, b"\x01") + tlv(0x31, tlv(0x30, tlv(0x06, bytes.fromhex("608648016503040201")))) + endless(0x30, content)
    body = endless(0x30, tlv(0x06, bytes.fromhex("2a864886f70d010702")) + endless(0xA0, endless(0x30, data + tlv(0x31, b""))))
    kind = 'application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"'
    return Part(
        kind,
        encoded(body, "base64"),
        ("Content-Transfer-Encoding: base64", 'Content-Disposition: attachment; filename="smime.p7m"'),
    )


def tlv(tag: int, value: bytes) -> bytes:
    size = len(value)
    head = bytes([size]) if size < 0x80 else bytes([0x82]) + size.to_bytes(2, "big")
    return bytes([tag]) + head + value


def endless(tag: int, value: bytes) -> bytes:
    return bytes([tag, 0x80]) + value + b"\x00\x00"


@shape("signed with PGP/MIME")
def pgp_mime(text: str, letter: Letter) -> Part:
    proof = Part('application/pgp-signature; name="OpenPGP_signature.asc"', b"-----BEGIN PGP SIGNATURE-----\r\n\r\niQ==\r\n-----END PGP SIGNATURE-----\r\n",
                 ('Content-Disposition: attachment; filename="OpenPGP_signature.asc"',))  # fmt: skip
    return several(
        'multipart/signed; protocol="application/pgp-signature"; micalg=pgp-sha256', thunderbird_text(text, letter), proof
    )


@shape("signed with PGP in the text")
def pgp_inline(text: str, letter: Letter) -> Part:
    escaped_dashes = "\n".join(f"- {line}" if line.startswith("-") else line for line in text.split("\n"))
    return plain(
        f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{escaped_dashes}\n\n{thunderbird_wrote(letter)}\n{letter.quoted}\n"
        "-----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----\n"
    )


@shape("footer that a gateway adds as a part of its own")
def gateway(text: str, letter: Letter) -> Part:
    footer = "This email has been scanned for viruses and malware, and may have been archived by Mimecast Ltd."
    return several("multipart/mixed", outlook(text, letter), plain(f"\n____\n{footer}\n"))


@shape("banner that the server put inside the answer")
def banner_inside(text: str, letter: Letter) -> Part:
    return plain(outlook_text(f"{CAUTION}\n\n{text}", letter).replace(letter.text, f"{CAUTION}\n\n{letter.text}"))


@shape("banner that the server put above a letter that nothing introduces")
def banner_between(text: str, letter: Letter) -> Part:
    return plain(f"[EXTERNAL]\n{text}\n\n{wrapped(CAUTION)}\n\n{letter.text}")


@shape("signature of nobody that we know", held=None)
def stranger(text: str, letter: Letter) -> Part:
    return plain(f"{text}\n\nCustomer First Hub\nT: 01902 555 0100\nE: hub@council.example")


@shape("signature with a sentence in it", held=True)
def chatty(text: str, letter: Letter) -> Part:
    sentence = "I work from home on Tuesdays, so do ring me on my mobile then rather than on the office number."
    return plain(f"{text}\n\nKind regards\nWendy Ash\nT: 01902 555 0147\n{sentence}\nE: wendy.ash@council.example")


@shape("a mail of somebody else pasted above the letter", held=True)
def pasted(text: str, letter: Letter) -> Part:
    contractor = "From: Depot <depot@contractor.example>\nSent: 8 January 2027 09:12\nTo: Wendy Ash\nSubject: round 7\n\nTwo of ours were off sick."
    return plain(f"{text}\n\n{contractor}\n\n" + outlook_text("", letter))


def passed_on(name: str, header: str) -> None:
    """A colleague's mail between the answer and the letter, as programs write it inside a house: without an address."""

    @shape(f"a colleague's mail above the letter: {name}", held=True)
    def write(text: str, letter: Letter) -> Part:
        return plain(f"{text}\n\n{header}\n\nShe is a trial. Keep it short.\n\n" + outlook_text("", letter).lstrip("\n"))


INTERNAL = "From: Tom Birch\nSent: 11 January 2027 11:00\nTo: Wendy Ash\nSubject: RE: Complaint for you"
passed_on("Outlook", INTERNAL)
passed_on("Outlook on the web", "________________________________\n" + INTERNAL)
passed_on("Outlook for Mac", INTERNAL.replace("Sent:", "Date:"))
passed_on("bold", re.sub(r"^(\w+:)", r"*\1*", INTERNAL, flags=re.MULTILINE))
passed_on("without a date", "From: Tom Birch\nTo: Wendy Ash\nSubject: RE: Complaint for you")
passed_on("on one line", INTERNAL.replace("\n", " "))
passed_on("eM Client", 'From "Tom Birch"\nTo "Wendy Ash"\nDate 11/01/2027 11:00:00\nSubject RE: Complaint for you')
passed_on(
    "Notes", "Tom Birch/Waste/Exton\n11/01/2027 11:00\n\nTo\nWendy Ash/Waste/Exton@Exton\ncc\n\nSubject\nRe: Complaint for you"
)
passed_on("in German", "Von: Tom Birch\nGesendet: Montag, 11. Januar 2027 11:00\nAn: Wendy Ash\nBetreff: AW: Complaint for you")
passed_on(
    "in Polish", "Od: Tom Birch\nWysłano: poniedziałek, 11 stycznia 2027 11:00\nDo: Wendy Ash\nTemat: RE: Complaint for you"
)
passed_on(
    "in Romanian", "De la: Tom Birch\nTrimis: luni, 11 ianuarie 2027 11:00\nCătre: Wendy Ash\nSubiect: RE: Complaint for you"
)
passed_on(
    "in Hungarian", "Feladó: Tom Birch\nElküldve: 2027. január 11., 11:00\nCímzett: Wendy Ash\nTárgy: RE: Complaint for you"
)
passed_on("who wrote", "Tom Birch wrote:")
passed_on("who wrote on a day", "On Monday Tom Birch wrote:")
passed_on("who said at a time", "Tom Birch said at 11:00:")


@shape("a colleague's mail above the letter, on a page that a server cleaned", held=True)
def passed_on_page(text: str, letter: Letter) -> Part:
    source = outlook_page(text, letter, head=False, signature=f"{word(INTERNAL)}{word('She is a trial. Keep it short.')}")
    return page(source)


@shape("words that cannot be seen", held=True)
def invisible(text: str, letter: Letter) -> Part:
    return page(f'{divs(text)}<div style="color:#ffffff">The crew was drunk.</div>{gmail_page("", letter)}')


@shape("words that are not shown at all")
def not_shown(text: str, letter: Letter) -> Part:
    return page(
        f'<div style="display:none">#close</div><span hidden>#withdraw</span>{divs(text)}'
        f'<p style="display: none; mso-hide:all">The crew was drunk.</p>{gmail_page("", letter)}'
    )


@shape("words that are too small to be seen, and words that only some programs show", held=True)
def hardly_shown(text: str, letter: Letter) -> Part:
    return page(
        f'<span style="font-size:0px">#withdraw</span>{divs(text)}<p style="mso-hide:all">Drunk.</p>{gmail_page("", letter)}'
    )


@shape("page and text that differ", held=True)
def two_versions(text: str, letter: Letter) -> Part:
    return both(gmail_text(text, letter), gmail_page(text.replace("Friday", "Saturday") + "\nOr later, perhaps.", letter))


@shape("words that a rule of the page hides", held=True)
def hidden_by_rule(text: str, letter: Letter) -> Part:
    return page(f'<style>.h{{display:none}}</style><div class="h">#close</div>{divs(text)}{gmail_page("", letter)}')


@shape("words that are struck out", held=True)
def struck_out(text: str, letter: Letter) -> Part:
    return page(f"{divs(text)}<div>The crew was <s>drunk</s> late.</div>{gmail_page('', letter)}")


@shape("Outlook, a colleague's remark", held=True)
def remarked(text: str, letter: Letter) -> Part:
    remark = '<div style="mso-element:comment-list"><p class="MsoCommentText">[WA1] ask the lawyers</p></div>'
    return page(f"{divs(text)}<hr class=msocomoff>{remark}{gmail_page('', letter)}")


@shape("Gmail, a picture of somewhere else", held=True)
def fetched(text: str, letter: Letter) -> Part:
    shown = '<div><img src="https://lh3.example/x" alt="image.png"></div>'
    return both(gmail_text(text, letter), gmail_page(text, letter, signature=shown))


@shape("lines that a style keeps")
def kept_lines(text: str, letter: Letter) -> Part:
    return page(f'<div style="white-space:pre-wrap">{escaped(text)}</div>{gmail_page("", letter)}')


@shape("a table, the word beside the letter", held=None)
def table_of_two(text: str, letter: Letter) -> Part:
    first, _, below = text.partition("\n")
    cells = f"<td valign=top>{escaped(first)}</td><td>{breaks(below) or 'Thank you'}</td>"
    return page(f"<table border=1><tbody><tr>{cells}</tr></tbody></table>{gmail_page('', letter)}")


@shape("a table, a label beside the letter", held=None)
def table_with_labels(text: str, letter: Letter) -> Part:
    first, _, below = text.partition("\n")
    rows = f"<tr><td colspan=2><p>{escaped(first)}</p></td></tr><tr><td><p>Our reply</p></td><td>{word(below or '-')}</td></tr>"
    return page(f"<table>{rows}</table>{gmail_page('', letter)}")


@shape("a table of which each row is one cell, with space beside it")
def table_of_one(text: str, letter: Letter) -> Part:
    rows = f"<tr><td width=20>&nbsp;</td><td>{divs(text)}</td><td></td></tr>"
    return page(f"<table>{rows}</table>{gmail_page('', letter)}")


@shape("Outlook, changes kept track of", held=True)
def tracked(text: str, letter: Letter) -> Part:
    changed = '<del cite="mailto:cal.lane@council.example">The crew was drunk.</del><ins>The crew was late.</ins>'
    return page(f"{divs(text)}<div>{changed}</div>{gmail_page('', letter)}")


@shape("a drawing in the text", held=True)
def drawn(text: str, letter: Letter) -> Part:
    return page(f'{divs(text)}<div><svg width="200" height="80"><text>£50</text></svg></div>{gmail_page("", letter)}')
