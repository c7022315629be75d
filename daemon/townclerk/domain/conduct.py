"""Whether what a resident writes further on complains of an officer: the words of a complaint of somebody, near their name.

It errs towards yes, as the names do: whoever is taken for complained of and is not costs nobody time. A name alone is no
complaint, and who is greeted at the top of a mail is not named.
"""

import re

from townclerk.domain.mail import Address
from townclerk.domain.named_officers import mentions, names
from townclerk.domain.roster import Officer
from townclerk.domain.typed import plain

_BEFORE, _AFTER = 2, 1  # sentences around one that says only "she" or "he", in which the name is looked for
_GREETING = re.compile(
    r"\s*(?:dear|hi|hiya|hello|good (?:morning|afternoon|evening)|thank you|thanks)\b[^\n,.!?]{0,60}(?:[,.!\n]|$)",
    re.IGNORECASE,
)
_POINTED = re.compile(r"\b(mr|mrs|ms|mx|dr|cllr)\.(?=\s)", re.IGNORECASE)
_SENTENCES = re.compile(r"(?<=[.!?])\s+|\n[ \t]*\n\s*")
_THEM = r"(?:her|him|th(?:is|at|e) (?:officer|person|man|woman|lady|guy|individual|gentleman))"
_ABOUT = r"\bcomplain(?:s|ed|ing|ts?)?\b(?: [\w']+){0,3}? (?:about|against|of|over|regarding|concerning)"
_CONDUCT = re.compile(
    r"\b(?:rude(?:ly|ness)?|liars?|lying|lied|hung up|hangs up|(?:put|slammed) the (?:tele)?phone down|shout(?:s|ed|ing)?|"
    r"scream(?:s|ed|ing)?|yell(?:s|ed|ing)?|swore|swears?|swearing|sworn|insult(?:s|ed|ing)?|abus(?:e|ed|ive)|aggressive(?:ly)?|"
    r"threat(?:s|ens|ened|ening)?|bull(?:y|ies|ied|ying)|mock(?:s|ed|ing)?|sneer(?:s|ed|ing)?|laugh(?:s|ed|ing)? at|racist|"
    r"sexist|discriminat\w{0,6}|dishonest\w{0,3}|incompeten\w{1,3}|unprofessional\w{0,2}|disrespect\w{0,5}|disgraceful|"
    r"patroni[sz]\w{1,3}|condescend\w{0,3}|hostile|harass\w{0,5}|intimidat\w{1,4}|dismissive|arrogant|arrogance|offensive|"
    r"bias(?:ed)?|not impartial|conflict of interest|attitude|misconduct|behav(?:ed|es|iour)|"
    r"called me an?|(?:her|his) (?:manager|supervisor|boss|superior)|"
    r"(?:some|any)(?:body|one) (?:else|other than|but)|(?:other|rather) than|(?:different|another) (?:officer|person)|"
    r"(?:not|n't|never|no longer) (?:to )?(?:deal|be dealt|handle|want \w+(?: \w+)? to)\b|"
    r"(?:not|n't|cannot|never|no longer) (?:\w+ )?trust|no (?:trust|faith|confidence)|"
    rf"(?:not|n't|no longer) want (?:any(?:thing)? (?:more )?\w* ?)?(?:from |with )?{_THEM}|{_ABOUT[2:]} {_THEM})\b",
    re.IGNORECASE,
)
_SAYS_SHE = re.compile(rf"\b(?:she|he|they|her|him|{_THEM})\b", re.IGNORECASE)
_WHO_HAS_IT = re.compile(
    r"\b(?:officer|person|man|woman|lady|guy|one|member of staff|colleague|whoever|anyone|clerk|handler)"
    r"(?:,? (?:who|that|which))?(?: has| is| was|'s)?(?: been)?(?: now)?"
    r" (?:has|have|had|got|given|deal(?:s|t|ing) with|handl(?:es|ed|ing)|look(?:s|ed|ing) (?:after|into|at)|"
    r"in charge of|responsible for|assigned(?: to)?|working on|investigating) (?:my|our|this|the) (?:case|complaint|matter)\b"
    r"|\bofficer who has (?:it|my|our|this)\b"
    r"|\b(?:my|our|the|your) (?:case|complaints?|investigating) (?:officer|worker|handler)\b",
    re.IGNORECASE,
)


def complains_of(officer: Officer, text: str, writer: Address, has_it: bool) -> bool:
    """True where *text* complains of how *officer* behaves, calls them a liar, or wants somebody other than them. *has_it*:
    they deal with the case, and "the officer who has my case" is they."""
    sentences = _sentences(text)
    said = " ".join(_of_conduct(sentences))
    if said and (names(officer, said) or mentions(officer, said, writer) or (has_it and _WHO_HAS_IT.search(said) is not None)):
        return True
    own = "|".join(re.escape(word) for word in officer.name.split() if len(word) > 1)
    about = re.compile(
        rf"{_ABOUT} (?:(?:your|the|this|that|how|what|officer|mr|mrs|ms|miss|mx|dr|\w) ){{0,3}}(?:{own})\b", re.I
    )
    meant = " ".join(sentence for sentence in sentences if about.search(sentence))
    return bool(meant) and (names(officer, meant) or mentions(officer, meant, writer))


def _of_conduct(sentences: list[str]) -> list[str]:
    """The sentences that complain of somebody; those around one that does not say of whom, but "she" or "he", as well."""
    wanted = set[int]()
    for index, sentence in enumerate(sentences):
        if _CONDUCT.search(sentence):
            near = _SAYS_SHE.search(sentence) is not None
            wanted |= set(range(max(0, index - _BEFORE), index + _AFTER + 1)) if near else {index}
    return [sentence for index, sentence in enumerate(sentences) if index in wanted]


def _sentences(text: str) -> list[str]:
    """The sentences of *text*, each on one line, without the greeting at its top."""
    said = _POINTED.sub(r"\1", plain(text))
    found = _GREETING.match(said)
    return [" ".join(each.split()) for each in _SENTENCES.split(said[found.end() :] if found else said) if each.strip()]
