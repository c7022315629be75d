"""What a mail program writes by itself is told from what somebody writes who complains of that."""

import pytest

from townclerk.domain.absence import has_automatic_subject, is_absence_note

AWAY = """Dear Sir,

I am out of the office until 18 January. For anything urgent please contact Luke Hobb.

Kind regards
Nell Orchard"""


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Re: your letter", AWAY),
        ("Re: your letter", "I am away until Monday 18 January."),
        ("Re: your letter", "I'm on annual leave with limited access to email, and will answer on my return."),
        ("Re: your letter", "Thank you for contacting us. This is an automated response; this mailbox is not monitored."),
        ("Ticket 998", "Your ticket has been created. We will reply as soon as we can."),
        ("Freagra uathoibríoch: [SS-27-0001-K] We have received your complaint", "Táim as oifig go dtí Dé Luain."),
        ("Automatische Antwort: Ihr Brief", "Ich bin nicht im Büro"),
        ("Odpowiedź automatyczna: list", "Jestem poza biurem"),
        ("自動応答: 手紙", "不在です"),
        ("Ymateb awtomatig: Eich llythyr", "Rwyf i ffwrdd tan ddydd Llun."),
        ("Automatic reply: your letter", "Until Monday."),
        (
            "Re: Ihr Brief",
            "Vielen Dank für Ihre Nachricht. Ich bin bis zum 18. Januar abwesend. Ihre E-Mail wird nicht weitergeleitet.",
        ),
        ("Re: Ihr Brief", "Abwesend bis Montag."),
        ("Re: Ihr Brief", "Vielen Dank für Ihre Mitteilung. Ich bin bis Montag nicht im Büro."),
        ("Re: votre lettre", "Je suis absente jusqu'à lundi. Je traiterai votre sollicitation à mon retour."),
        ("Re: mektup", "Şu anda izindeyim. Acil durumda 0121 496 0000 numarasını arayabilirsiniz."),
        ("Re: votre lettre", "Je suis absente jusqu'à lundi. Je lirai votre message à mon retour."),
        ("Re: uw brief", "Ik ben tot maandag afwezig en lees uw bericht daarna."),
        ("Re: mektup", "Şu anda izindeyim. E-postanız bana ulaştı."),
        ("Re: eich llythyr", "Diolch am eich e-bost. Rwyf allan o'r swyddfa tan ddydd Llun."),
        (
            "Re: your letter",
            "I am currently out of the office attending a conference in Birmingham and will return on Thursday.",
        ),
        ("Re: your letter", "Hello, I no longer work for Acme Ltd. Please contact info@acme.example."),
        (
            "Re: your letter",
            "Thank you for contacting us. Your request has been logged and will be dealt with by a member of the team.",
        ),
    ],
)
def test_who_is_away_says_nothing_else(subject: str, text: str) -> None:
    assert is_absence_note(subject, text)


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Out of office - nobody answers your phones", "The crew missed my bin again. Please ring me, it is urgent."),
        ("Automatic reply: not good enough", "You have sent me the same four lines three times."),
        ("Re: your letter", "I am away until Monday, but the bin was missed again today and the bags lie in the street."),
        ("Re: your letter", "I complain: I was on holiday, and nobody came."),
        ("OOO: what a mess", "My bin lies in the road."),
        ("Re: your letter", "Please return my bin to Mill Lane."),
        ("Re: your letter", "That will do."),
        ("Re: your letter", "The crew missed my brown bin in Xylograph Lane and did not return."),
        ("Re: your letter", "Nobody came to take my missed bin away."),
        ("Re: your letter", "You were to take the sofa away on Friday and it is still on my lawn."),
        ("Re: your letter", "Your request was logged three weeks ago and the rats are still in our kitchen."),
        ("Re: your letter", "My mother is on holiday and her bins were not emptied."),
        ("Re: your letter", "I am going to end my life tonight and I will not return."),
        ("Re: eich llythyr", "Ewch â fo i ffwrdd os gwelwch yn dda, mae llygod mawr yn y stryd."),
        ("Re: Ihr Brief", "Die Abfuhr war nicht da."),
        ("Allan o'r swyddfa", "Mae eich swyddog allan o'r swyddfa bob tro y byddaf yn ffonio. Mae fy min yn llawn ers mis."),
        ("Abwesenheit", "Ihr Hausmeister ist seit drei Wochen abwesend und die Heizung in Oak House ist kaputt."),
        ("Absence", "Je suis absente de mon logement car votre camion a cassé ma porte. Je demande réparation."),
        ("Fuori ufficio", "Il vostro impiegato è sempre fuori ufficio. I rifiuti restano in strada da un mese."),
        ("Afwezig", "De huismeester is al weken afwezig en de lift is kapot. Mijn moeder zit vast."),
        ("Afwezig", "De huismeester is al weken afwezig en de lift bij het station is kapot."),
        ("Out of office", "Wasz urzędnik zawsze jest poza biurem, a śmieci nie odebrano. Jestem pozamykany w domu."),
        ("Otomatik yanıt", "Memurunuz hep ofis dışında. Çöpler bir aydır alınmadı."),
        ("Out of Office", "You are out of the office. You are always away. Please contact me urgent."),
    ],
)
def test_whoever_says_something_else_has_words_of_their_own(subject: str, text: str) -> None:
    assert not is_absence_note(subject, text)


@pytest.mark.parametrize(
    "subject",
    [
        "[Auto-Reply] Your letter",
        "Auto: Your letter",
        "OOO Re: Your letter",
        "Nell Orchard/HOME is out of the office.",
        "Automated response: Your letter",
        "Vacation reply",
        "Absence: votre lettre",
        "Fuera de la oficina: su carta",
        "Automatisch antwoord: uw brief",
        "Автоматический ответ: письмо",
        "Αυτόματη απάντηση: επιστολή",
        "الرد التلقائي: رسالة",
    ],
)
def test_the_subjects_of_mail_programs_are_known_in_many_languages(subject: str) -> None:
    assert has_automatic_subject(subject)


@pytest.mark.parametrize(
    "subject",
    [
        "Out of office hours noise from the works",
        "Automatic reply to my letter is not good enough",
        "Auto-reply received, still no bin",
        "Absence de collecte",
        "Vacation parking",
        "Automatic door broken",
    ],
)
def test_a_subject_that_goes_on_is_a_persons(subject: str) -> None:
    assert not has_automatic_subject(subject)


MADE_OF_ITS_WORDS = (
    "Your housing team will not return my calls.",
    "Nobody from the council will return my call.",
    "No one will return to read the meter.",
    "The council was not in the office on Monday when I called.",
    "The council's office is not monitored.",
    "Your enquiry line is unmonitored.",
    "Your office is away from the phone all week.",
    "My case officer has been away for three weeks.",
    "Our housing officer is on leave again and again.",
    "None of your staff will return my messages.",
    "The man said that he would not return my bin.",
    "I am out of the office this week because of the noise.",
    "I was away from work because of your letter.",
    "No estoy de acuerdo con la multa de aparcamiento.",
    "No estoy contento con el servicio.",
    "Housing officers are not in the office and will not return calls.",
    "They are never in the office and the phone is unmonitored.",
    "У меня нет горячей воды уже неделю.",
    "Jag är inte nöjd med svaret.",
    "Nem vagyok elégedett a válasszal.",
    "Bod y bin i ffwrdd ers wythnos.",
)
TOLD_OF_ITS_WRITER = (
    "I am away until Monday.",
    "I am out of the office this week because of illness.",
    "I will not be in the office until 4 January and will return your call then.",
    "I am on annual leave. My colleague Sam Reed will deal with urgent matters.",
    "I am on leave. My manager is back in the office on Monday.",
    "Jane Roe is out of the office until Tuesday 5 January.",
    "Your email has been received and will be read on my return.",
    "Your message has been received. This mailbox is not monitored.",
    "Your call is important to us. I am away until Friday.",
    "Thank you for your email. Your patience is appreciated. I am on holiday until Friday.",
    "This mailbox is unmonitored. Please contact the office.",
    "Nid wyf yn y swyddfa. Rwyf i ffwrdd tan ddydd Llun.",
    "Ich bin bis Montag nicht im B\u00fcro.",
    "Estoy fuera hasta el lunes.",
    "No estoy en la oficina hasta el lunes.",
    "My mailbox is not monitored while I am away.",
    "The council offices are closed until 2 January and emails are not monitored.",
    "I will be away until Monday because of the bank holiday.",
    "Меня нет в офисе до понедельника.",
    "Jag är inte på kontoret.",
    "Nem vagyok az irodában.",
    "Je suis absente jusqu'au 4 janvier.",
)


@pytest.mark.parametrize("text", MADE_OF_ITS_WORDS)
def test_who_tells_of_somebody_else_in_a_notes_words_is_heard(text: str) -> None:
    assert not is_absence_note("Re: your complaint", text)


@pytest.mark.parametrize("text", TOLD_OF_ITS_WRITER)
def test_who_tells_of_being_away_or_that_a_mail_has_come_is_a_program(text: str) -> None:
    assert is_absence_note("Re: your complaint", text)
