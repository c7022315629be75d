"""In which language people write, as rules may ask."""

import pytest

from config.test_routing_file import faults, holds, one, read
from townclerk.config.languages import CODES, LONGEST, KnownLanguages
from townclerk.domain.conditions import NoLanguages
from townclerk.domain.mail import Address, IncomingMail
from townclerk.domain.routing import explain_route, try_rules
from townclerk.mail.reading import read_inline

WELSH = "Bore da, mae twll mawr yn y ffordd ger yr ysgol. Pryd fyddwch chi'n ei drwsio?"
POLISH = "Dzien dobry, chcialbym zlozyc skarge na odbior smieci. Od dwoch tygodni nikt nie przyjechal."
ENGLISH = "Good morning, my brown bin has not been emptied for three weeks and nobody calls me back."


def mail(text: str) -> IncomingMail:
    return IncomingMail(Address("", "ann@home.example"), "", text, text)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("cy", WELSH),
        ("cy", "Hoffwn wneud cwyn am y ffordd y cafodd fy nghais cynllunio ei drin."),
        ("pl", "Chcę złożyć skargę na hałas od sąsiadów, którzy nie dają nam spać."),
        ("pl", POLISH),
        ("ro", "Bună ziua, gunoiul nu a fost ridicat de două săptămâni și nimeni nu răspunde la telefon."),
        ("ro", "Buna ziua, va rog sa imi spuneti cand vine cineva sa repare incalzirea. Este foarte frig in casa."),
        ("uk", "Добрий день, у нашому будинку вже тиждень немає опалення. Будь ласка, надішліть майстра."),
        ("ar", "أريد تقديم شكوى بخصوص الضوضاء من الجيران في الليل."),
        ("ur", "ہمارے گھر کا کوڑا دو ہفتوں سے نہیں اٹھایا گیا۔ براہ کرم کسی کو بھیجیں۔"),
        ("pa", "ਸਾਡਾ ਕੂੜਾ ਦੋ ਹਫ਼ਤਿਆਂ ਤੋਂ ਨਹੀਂ ਚੁੱਕਿਆ ਗਿਆ। ਕਿਰਪਾ ਕਰਕੇ ਕਿਸੇ ਨੂੰ ਭੇਜੋ।"),
        ("bn", "আমাদের বাড়ির ময়লা দুই সপ্তাহ ধরে নেওয়া হয়নি। দয়া করে কাউকে পাঠান।"),
        ("gu", "અમારા ઘરનો કચરો બે અઠવાડિયાથી લેવામાં આવ્યો નથી."),
        ("pt", "Bom dia, o lixo da minha rua não é recolhido há duas semanas. Podem enviar alguém?"),
        ("lt", "Laba diena, mūsų šiukšlės neišvežtos jau dvi savaites. Prašau atsiųsti ką nors."),
        ("so", "Salaan, qashinkayaga lama qaadin laba toddobaad. Fadlan qof soo dira."),
        ("zh", "您好,我家的垃圾已经两个星期没有收了。请派人来处理。"),
        ("en", ENGLISH),
        ("en", "bin not colected agen pls sort it out its realy bad now"),
    ],
)
def test_the_language_of_a_mail_is_told(code: str, text: str) -> None:
    """Also without the accents that a telephone leaves out, and with slips."""
    assert KnownLanguages().of(text) == code


@pytest.mark.parametrize(
    "text",
    [
        "Good morning, I want to complain about the council tax bill. Regards, Agnieszka Wojciechowska",
        "I wrote to Wojciech Szczęsny and Katarzyna Dąbrowska about the noise. I have had no answer since.",
        "The bins in Heol y Deri, Rhiwbina were missed again last Tuesday. Kind regards, Llywelyn ap Gruffudd",
        "Bore da, I have not had my blue bag collected this week. Could you look into it please? Diolch, Siân",
        "Dzień dobry, my name is Piotr. The bin man did not take my rubbish on Friday. When will they come back?",
        "I filled in www.cyngor.example/gwasanaethau/ailgylchu and https://cyngor.example/cwynion but nothing came of it",
        "It is about 07700 900123, account 4482-991-X (£1,280.50): your bill is wrong again\x03 \ufffe\x85 and I am cross.",
    ],
)
def test_names_and_a_greeting_are_no_language(text: str) -> None:
    """An English mail of somebody called Agnieszka, from a street called Heol y Deri, is English."""
    assert KnownLanguages().of(text) == "en"


@pytest.mark.parametrize(
    "text",
    ["", "Hi", "Diolch", "ok thanks", "Szanowni Państwo", "01785 900123", "Mohammed Iqbal Chaudhry", "\ud800\x00 😀 " * 40],
)
def test_of_a_few_words_nobody_says_it(text: str) -> None:
    """What is too short to be certain is of no language, and no rule about one holds."""
    assert KnownLanguages().of(text) == ""
    assert not holds("{language: [en, cy, pl]}", mail(text))
    assert not holds("{language: {not: en}}", mail(text))


def test_a_mail_of_two_languages_is_that_of_which_there_is_most() -> None:
    """A greeting in Welsh over a page in English; a page in Welsh with one English line."""
    assert KnownLanguages().of(f"{WELSH} {ENGLISH} {ENGLISH}") == "en"
    assert KnownLanguages().of(f"{WELSH} {WELSH} Thank you very much.") == "cy"


def test_a_long_mail_is_not_read_to_its_end() -> None:
    """What decides stands in its beginning; a megabyte costs no more than a page."""
    assert KnownLanguages().of(WELSH * (LONGEST // len(WELSH)) + ENGLISH * 10_000) == "cy"


def test_a_rule_asks_for_one_language_or_several_or_another() -> None:
    """As a single code, a list, and what it is not."""
    assert holds("{language: cy}", mail(WELSH))
    assert not holds("{language: cy}", mail(ENGLISH))
    assert holds("{language: [pl, cy]}", mail(POLISH))
    assert holds("{language: {not: en}}", mail(POLISH))
    assert not holds("{language: {not: en}}", mail(ENGLISH))
    assert not holds("{language: {not: [en, pl]}}", mail(POLISH))


def test_what_is_quoted_has_no_say() -> None:
    """An answer in Welsh below which our English letter stands is Welsh."""
    quoted = "\r\n".join(f"> {ENGLISH}" for _ in range(10))
    head = "From: a@home.example\r\nContent-Type: text/plain; charset=utf-8"
    found = read_inline(f"{head}\r\n\r\n{WELSH}\r\n\r\nOn Monday, we wrote:\r\n{quoted}".encode()).mail
    assert found is not None

    assert holds("{language: cy}", found)


def test_it_is_explained() -> None:
    """Which was asked for, and which it is; and why nothing could be said."""
    (tried,) = explain_route(mail(WELSH), read(one("{language: {not: en}}")))
    assert (tried.verdict.asked, tried.verdict.because) == ("language: not en", "it is cy")
    (tried,) = explain_route(mail("Diolch"), read(one("{language: cy}")))
    assert tried.verdict.because == "it is too short to say, or of none for certain"


def test_the_mails_of_a_rules_file_have_their_language() -> None:
    """So a rule about one is tried as any other."""
    tests = f", tests: {{finds: ['{POLISH}'], leaves: ['{ENGLISH}', Dzien dobry]}}"
    trial = try_rules(read(one("{language: pl}", more=tests)))
    assert (trial.tests, trial.failed, trial.unreached) == (3, (), ())


def test_who_does_not_ask_pays_nothing() -> None:
    """Where no rule asks, nobody looks for the language."""
    assert isinstance(read(one("[bin]")).languages, NoLanguages)


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ("welsh", 'write "cy"'),
        ("Polish", 'write "pl"'),
        ("CY", 'write "cy"'),
        ("romanain", 'did you mean "ro" (Romanian)?'),
        ("xy", "write the two or three letters of its code, for instance cy (Welsh), en, pl, ro, ur or pa"),
    ],
)
def test_a_language_that_is_not_known_is_refused(written: str, instead: str) -> None:
    """With the code that was meant."""
    (fault,) = faults(one(f"{{language: {written}}}"))
    assert fault.message == f'"{written}" is not the code of a language that can be told from others'
    assert fault.expected == instead


def test_norwegian_is_no_denial() -> None:
    """In YAML a bare no is false to many; here it is the code that stands there."""
    assert CODES["no"] == "Norwegian"
    assert not holds("{language: no}", mail(ENGLISH))


def test_a_rule_that_rules_out_its_own_language_is_refused() -> None:
    """It can never hold."""
    (fault,) = faults(one("{language: cy, not: {language: cy}}"))
    assert "can never hold" in fault.message
