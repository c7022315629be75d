"""Is it a note that a mail program writes by itself: that somebody is away, or that a mail has come? A subject alone never
shows that: people write “Out of office: nobody answers your phones”. So the words of the mail are looked at as well."""

import re

_LOOKED_AT = 4_000  # characters of a mail: such a note is short
_LEFT_OF_A_NOTE = 4  # words beside, as a name below it, in a note that says in so many words what it is
_WORDS_ABROAD = 80  # in a note in another language, which may say the same in English below
_LEFT_UNDER_A_SUBJECT = 3  # where only the subject says what it is

# Each must be followed by a colon, a dash or the end: "Out of office hours noise" is a complaint.
_PREFIX = re.compile(
    r"^\s*(?:"
    r"\[?auto(?:mat(?:ic|ed)(?:ally generated)?)?[ -]?(?:reply|response|answer|message)\]?"
    r"|auto(?:reply|response|responder|antwort|svar|matic)?"
    r"|(?:i am |i'm )?out of (?:the )?office(?: (?:auto[ -]?)?(?:reply|response|message|notification))?"
    r"|ooo|vacation (?:reply|message|response)|away from my (?:e-?mail|mail|desk)|on (?:holiday|vacation|leave)"
    r"|absent|absence|message d['’]absence|absence du bureau|r[ée]ponse automatique"
    r"|automatische antwort|abwesen(?:d|heit(?:snotiz|sassistent|smeldung|sbenachrichtigung)?)"
    r"|ich bin nicht im (?:haus|b[üu]ro)(?: \([^)]{1,40}\))?"
    r"|respuesta autom[áa]tica|autorespuesta|fuera de la oficina|risposta automatica|fuori ufficio"
    r"|resposta autom[áa]tica|automatisch antwoord|afwezig(?:heidsbericht)?|automatiskt? svar|fr[åa]nvaro"
    r"|automaattinen vastaus|poissaolo(?:ilmoitus|viesti)?|odpowied[źz] automatyczna|automatyczna odpowied[źz]|autoodpowied[źz]"
    r"|freagra uathoibr[íi]och"
    r"|automatick[áa] odpov[ěe][ďd]"
    r"|automatikus v[áa]lasz|r[ăa]spuns automat|автоматический ответ|автоматична відповідь|автоматичен отговор"
    r"|αυτόματη απάντηση|otomatik yan[ıi]t|自动答复|自动回复|自動回覆|自動応答|自動返信|자동 ?회신"
    r"|الرد التلقائي|מענה אוטומטי|תשובה אוטומטית"
    r"|ตอบกลับอัตโนมัติ|automatinis atsakymas|autom[āa]tisk[āa] atbilde|automaatvastus|samodejni odgovor|automatski odgovor"
    r"|ymateb awtomatig|ateb awtomatig|allan o['’]r swyddfa|y tu allan i['’]r swyddfa"
    r")(?: from [^:]{1,80})?\s*(?::|\||–|—|-\s|\(|\]|\bre:|$)",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"^\s*\[auto(?:matic|mated)?[ -]?(?:reply|response|answer)\]", re.IGNORECASE)
_SOMEBODY_IS_OUT = re.compile(r"^(?:auto: )?[^:\n]{1,80}\bis out of the office\b(?:\.?\s*$|[ .]*\()", re.IGNORECASE)

# What such a note says in other languages: one of these is enough in a short one, for whoever complains to a British council in
# it says more. "I am not", or "I have not", alone says nothing of being away.
_AWAY_ABROAD = re.compile(
    r"nicht im (?:b[üu]ro|haus)|abwesend|\bbin (?:\w+ ){0,4}nicht da\b"
    r"|je suis (?:absente?|en cong)|estoy (?:fuera|ausente|de vacaciones)"
    r"|no estoy (?:en (?:la|mi|el) (?:oficina|despacho|trabajo)|disponible)|fuori (?:ufficio|sede)"
    r"|sono (?:fuori|assente|in ferie)"
    r"|estou (?:ausente|fora|de f[ée]rias)|afwezig"
    r"|jag är (?:borta|inte (?:på (?:kontoret|plats|jobbet)|tillgänglig)|på semester)"
    r"|ikke på kontoret|bortreist|jeg er på ferie|olen (?:poissa|lomalla|puhkusel)|jestem (?:poza\b|na urlopie)"
    r"|mimo kancel[áa][řr]|t[áa] ?im (?:\w+ )?as (?:an )?(?:oifig|l[áa]thair)|n[íi]l m[ée] (?:\w+ )?(?:san? oifig|ar f[áa]il)"
    r"|nem vagyok (?:az irodá|bent\b|elérhető)|szabads[áa]gon|sunt (?:plecat|în concediu)"
    r"|меня (?:\w+ )?нет (?:в офисе|на (?:работе|месте))|в отпуске|у відпустці|λείπω|ofis dışında|izinde"
    r"|不在|부재중|خارج المكتب|מחוץ למשרד|ไม่อยู่|atostogauj|esmu prom|odsoten|odsutan|отсъствам"
    r"|\b(?:rwy|rwyf|rwy['’]n|dw i|dwi|wyf|byddaf|bydda i) (?:\w+ ){0,3}i ffwrdd|allan o['’]r swyddfa|ar wyliau",
    re.IGNORECASE,
)
# Some of that is said of others, too: in more than a few words, a note says "I" of it.
_OF_ANYBODY = re.compile(
    r"abwesend|afwezig|fuori (?:ufficio|sede)|ofis dışında|izinde|szabads[áa]gon|odsoten|odsutan|mimo kancel[áa][řr]"
    r"|nicht im (?:b[üu]ro|haus)|allan o['’]r swyddfa|ar wyliau|в отпуске|у відпустці",
    re.IGNORECASE,
)
_SAYS_I = re.compile(
    r"\b(?:ich|bin|ik|ben|sono|sarò|vagyok|leszek|jsem|budu|som|sem|sam|bom|ću|ja"
    r"|rwy\w*|rwy['’]n|wyf|dwi|dw i|byddaf|bydda i|я|меня|мене)\b"
    r"|\b(?:dışında|izinde)y[ıi]m\b|\bol(?:acağ|duğ)um",
    re.IGNORECASE,
)
_WORDS_OF_ANYBODY = 8  # "Abwesend bis Montag, den 12. Januar"
# "Your", of something else than the mail that has come: whoever says so tells of the council.
_OF_YOURS_ABROAD = re.compile(
    r"\beich (?!e-?b(?:ost|yst)|neges|ymholiad|gohebiaeth|cais|llythyr|cyswllt|amynedd|dealltwriaeth)\w"
    r"|\bihre?[nrms]? (?!(?:\w+ )?(?:e-?mail|mail|nachricht|mitteilung|anfrage|anliegen|schreiben|zuschrift|brief|interesse"
    r"|verst[äa]ndnis|geduld|anruf|ansprechpartner|durchwahl|r[üu]ckmeldung))\w"
    r"|\b(?:votre|vos) (?!e-?mail|mail|message|courriel|courrier|demande|sollicitation|correspond|interlocut|compr[ée]hension"
    r"|patience|appel)\w"
    r"|\bvostr[aoie] (?!e-?mail|mail|messagg|richiest|comprension|pazienza|comunicazion|referent)\w"
    r"|\b(?:uw|jullie) (?!(?:e-?mail|mail|bericht|vraag|verzoek|aanvraag|begrip|geduld)\w*)\w"
    r"|\b(?:wasz\w*|państwa) (?!e-?mail|mail|wiadomo|zapytani|korespondencj|zgłoszeni|opiekun)\w"
    r"|\bvuestr[ao]s? (?!correo|mensaje|e-?mail|mail|consulta|solicitud)\w"
    r"|\b(?!(?:e-?posta|mesaj|ileti|talep|anlay)\w*|\w*bilirsiniz\b)\w{4,}(?:[ıiuü]n[ıiuü]z)\b",
    re.IGNORECASE,
)
# What it says in English. A sentence of these is the program's, unless it says much else.
_AWAY = re.compile(
    r"(?:\b(?:am|is|are|be|been|currently)|['’][ms]) (?:\w+ ){0,3}away\b|^away\b|\baway (?:until|till|for)\b"
    r"|\baway from (?:the |my )?(?:office|desk|work|e-?mails?|computer|phone)\b"
    r"|\baway on (?:\w+ )?(?:leave|business|holiday|vacation)\b"
    r"|out of (?:the |my )?office|not (?:be )?in the office|back in the office"
    r"|\bon (?:\w+ )?(?:leave|holiday|vacation)\b"
    r"|(?:when i|my|will|not) return\b(?! (?:my|our|his|her|their|any|a)\b)|returning (?:on|to)|be back\b"
    r"|no longer (?:work|with|employed|monitored|in use|at)|(?:is|are) not monitored|unmonitored"
    r"|automat(?:ic|ed|ically)\b|auto-?(?:reply|response)|not be reading|(?:limited|no) access to|read when i"
    r"|\b(?:your|this|the) (?:\w+ )?(?:e-?mail|mail|message|request|ticket|enquiry|query|submission)\b[^.]{0,60}"
    r"\b(?:has been|have been|was|were|is) (?:\w+ )?(?:received|created|updated|logged|registered|assigned|read)\b"
    r"|we (?:have )?received your|type your reply above|reply above this line",
    re.IGNORECASE,
)
_BESIDE_IT = re.compile(
    r"^(?:dear|hello|hi|good (?:morning|afternoon|day))\b|\bthank(?:s| you)\b|^(?:kind|best|warm)?\s*(?:regards|wishes)"
    r"|^sincerely|^yours\b"
    r"|\b(?:urgent|immediate|emergency|in (?:my|the) (?:absence|meantime)|assistance)\b(?!.*\bme\b)"
    r"|\b(?:please )?(?:contact|e-?mail|call|ring)\b(?!.*\bme\b)"
    r"|(?:respond|reply|answer|get back|be in touch)\b[^.]{0,60}\b(?:soon|within|as|on my|when)\b",
    re.IGNORECASE,
)
# Of what else such sentences are made.
_OF_NOTES = """
    a about above abroad absence access account address after again all also am an and annual answer any april are
    around as assigned assistance at attend attending attention august automated automatic automatically available away
    back bank be because been before business but by call can cannot case check checking colleague colleagues conference
    contact contacted contacting council course created currently customer day days deal dealt dear december desk
    difficulty direct do during each else email emails employed enquiries enquiry every february for friday from full
    further generated get has have he hello her hi him his holiday holidays i i'd i'll i'm i've if immediate immediately
    in inbox inclusive internet is it it's its january july june just leave limited logged longer looking ltd madam mail
    mailbox mails march maternity matter matters may me meantime meeting meetings member message messages monday
    monitored monitoring morning my near need needs new next no normal not november number october of off office
    office's on only or our out parental paternity period phone plc please possible public queries query read reading
    receive received ref reference regarding registered regularly reply replying request respond responding response
    resume return returned returning ring saturday sent september service services she should sick sir some somebody
    someone soon still submission sunday team team's telephone thank thanks that the their them then there these they
    this thursday ticket till time to today tomorrow training travelling trip tuesday unable unavailable until up update
    urgent us use vacation very was we we're we've wednesday week weekend weeks were when which while whilst who will
    with within work working would year you your
"""
_PLAIN_WORDS = frozenset(_OF_NOTES.split())
_LEFT_OF_A_SENTENCE = 2  # other words in a sentence of a note: a place, a name
_SENTENCES = re.compile(r"(?<=[.!?…])\s+|\n+|;\s+|,?\s+but\s+")
_SENTENCES_ABROAD = re.compile(r"(?<=[^\d][.!?…])\s+|\n+")  # "bis zum 18. Januar" goes on
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_COMPLAINS = re.compile(
    r"\bcomplain(?:ing)?\b|\bcomplaints? (?:about|against)|\b(?:my|our|a|formal) complaint|\bcwyno", re.IGNORECASE
)
# A note tells of its writer, of a colleague or of the mail that has come. Whoever tells of somebody else, or why, complains,
# though every word of it may stand in a note: "Your housing team will not return".
_TELLS_OF_OTHERS = re.compile(
    r"^\W*(?:and |so |again,? )?(?:nobody|no[ -]one|none of|not one"
    r"|(?:the |your |our )?council(?:lors?|['’]s|s)?\b(?! offices?\b)"
    r"|they\b|you (?:are|have been) (?:always |never |still )?(?:away|out)\b"
    r"|(?:the )?(?:\w+ )?(?:team|staff|officers?) (?:are|is|will|have|has|do|does|was|were) (?:not|never)\b"
    r"|(?:my|our) (?!colleagues?\b|team\b|assistant\b|secretary\b|manager\b|deputy\b|offices?\b|last\b|return\b|phone\b"
    r"|e-?mails?\b|mail(?:box)?\b|inbox\b|account\b|working\b|normal\b|(?:annual )?leave\b)\w"
    r"|your (?!(?:\w+ )?(?:e-?mails?|mails?|messages?|requests?|tickets?|enquir(?:y|ies)|quer(?:y|ies)|submissions?|patience"
    r"|understanding|correspondence|call)\b(?! (?:line|team|office|officers?|desk)\b))\w)"
    r"|\bbecause of (?!the (?:\w+ )?(?:holidays?|break|weather|snow)\b)(?:the|your|this|that|these|those)\b",
    re.IGNORECASE,
)


def has_automatic_subject(subject: str) -> bool:
    """True for a subject that mail programs write. People write some of them too."""
    return bool(_PREFIX.match(subject) or _BRACKETED.match(subject) or _SOMEBODY_IS_OUT.match(subject))


def is_absence_note(subject: str, text: str) -> bool:
    """True where *text* says that its sender is away, or that a mail has come, and next to nothing else: where it says so in
    English, by what is left of it without that; under an automatic *subject* a word or two will do."""
    said = text[:_LOOKED_AT].strip()
    if _is_note_abroad(said):
        return True
    sentences = [sentence.strip() for sentence in _SENTENCES.split(said) if sentence.strip()]
    says_so = any(_AWAY.search(sentence) and not _TELLS_OF_OTHERS.search(sentence) for sentence in sentences)
    if not says_so and not has_automatic_subject(subject):
        return False
    left = [word for sentence in sentences for word in _left_of(sentence)]
    return len(left) <= (_LEFT_OF_A_NOTE if says_so else _LEFT_UNDER_A_SUBJECT)


def _is_note_abroad(said: str) -> bool:
    """True where *said* tells in another language that its writer is away, and of nothing of the council's."""
    if not _AWAY_ABROAD.search(said) or _COMPLAINS.search(said) or _OF_YOURS_ABROAD.search(said):
        return False
    words = len(_WORD.findall(said))
    sentences = [sentence for sentence in _SENTENCES_ABROAD.split(said) if _AWAY_ABROAD.search(sentence)]
    of_the_writer = any(not _OF_ANYBODY.search(sentence) or _SAYS_I.search(sentence) for sentence in sentences)
    return words <= (_WORDS_ABROAD if of_the_writer else _WORDS_OF_ANYBODY)


def _left_of(sentence: str) -> list[str]:
    """The words of *sentence* that are its sender's own. “The crew did not return” has the words of a note, and others."""
    words = _WORD.findall(sentence)
    if _COMPLAINS.search(sentence) or _TELLS_OF_OTHERS.search(sentence):
        return words
    if _AWAY.search(sentence):
        others = [word for word in words if word.lower().replace("’", "'") not in _PLAIN_WORDS]
        return words if len(others) > _LEFT_OF_A_SENTENCE else []
    return [] if _BESIDE_IT.search(sentence) else words
