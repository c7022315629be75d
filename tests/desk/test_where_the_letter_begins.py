"""What stands above an officer's own "Dear Ms Patel" may be for us: it is asked about, and never sent above that."""

import pytest

from desk.at_the_desk import ANSWER, LATER, a_complaint, answer, folded, raw_of, text_of
from services.office import House
from townclerk.domain.salutation import above_salutation

TEXT = "Dear Ms Patel,\n\nThe bin was not emptied because the crew was short. We are sorry."


def letters_to_the_resident(house: House) -> list[str]:
    return [letter.kind for letter in house.sent() if not letter.staff and letter.kind != "receipt"]


def offered(house: House) -> list[str]:
    """The first lines of the presses that the last refusal offers."""
    page = raw_of(house, house.sent("refused")[-1]).get_body(("html",))
    assert page is not None
    return [part.split('"')[0].split("%0D")[0] for part in str(page.get_content()).split("body=")[1:]]


@pytest.mark.parametrize(
    ("written", "press"),
    [
        ("#respond not upheld - as agreed with legal", "%23respond%20not%20upheld"),
        ("#respond upheld as discussed with Tom", "%23respond%20upheld"),
        ("#respond upheld, she is right for once", "%23respond%20upheld"),
        ("#respond upheld (Cal has approved)", "%23respond%20upheld"),
        ("#message please send this to the resident", "%23message"),
        ("#message Cal - ok to send?", "%23message"),
        ("#ask her nicely, please, which bin it is", "%23ask"),
        ("#acknowledge as we said on the phone, Tom", "%23acknowledge"),
        ("#extend 8 Feb Tom is off sick with stress", "%23extend%208%20Feb"),
        ("#extend 2027-02-08: Tom is off sick", "%23extend%202027-02-08"),
    ],
)
async def test_a_remark_beside_the_word_is_not_sent_above_the_salutation(house: House, written: str, press: str) -> None:
    await answer(house, await a_complaint(house), f"{written}\n\n{TEXT}")

    assert letters_to_the_resident(house) == []
    assert offered(house) == [press]


@pytest.mark.parametrize(
    "written",
    [
        f"#refuse appeal_or_legal_remedy silly woman\n\n{TEXT}",
        f"#message\nCal,\nplease look at this before it goes.\n\n{TEXT}",
        f"#respond upheld\nas agreed with legal\n\n{TEXT}",
        "#message Tom, this one is hers.\nMs Patel,\nWe come on Friday.",
        "#message draft, as discussed today\nHello Asha,\nWe come on Friday.",
        "#message drafft, fel y trafodwyd\nAnnwyl Asha\nByddwn yn dod.",
        "#acknowledge done by phone",
        "#acknowledge already done",
    ],
)
async def test_what_stands_above_it_anywhere_is_asked_about(house: House, written: str) -> None:
    await answer(house, await a_complaint(house), written)

    assert letters_to_the_resident(house) == []
    assert len(house.sent("refused")) == 1


@pytest.mark.parametrize(
    ("written", "kind", "said"),
    [
        ("#respond upheld\nWe are sorry that the crew was short.", "response", "We are sorry that the crew was short."),
        ("#respond upheld We are sorry:\nthe crew was short.", "response", "We are sorry: the crew was short."),
        (f"#respond upheld Dear Ms Patel,\n{TEXT.split(',')[1]}", "response", "Dear Ms Patel,"),
        ("#extend 2027-02-08 because the depot is late.", "delay_notice", "because the depot is late."),
        ("#extend 2027-02-08 The depot\nhas not answered.", "delay_notice", "The depot has not answered."),
        ("#message We come on Friday\nHi-vis vests are worn.", "message", "We come on Friday Hi-vis vests are worn."),
        ("#acknowledge Your bin was missed twice", "acknowledgement", "Your bin was missed twice"),
        ("#acknowledge The call was not returned by phone or by letter.", "acknowledgement", "The call was not returned"),
    ],
)
async def test_a_text_that_begins_beside_the_word_goes_out_as_it_is(house: House, written: str, kind: str, said: str) -> None:
    await answer(house, await a_complaint(house), written)

    assert said in folded(text_of(house, house.sent(kind)[0]))


@pytest.mark.parametrize(
    ("line", "first"),
    [
        ("upheld on point 1, not upheld on point 2", "%23respond%20partly-upheld"),
        ("upheld?", "%23respond%20partly-upheld"),
        ("upheld or partly-upheld", "%23respond%20partly-upheld"),
        ("upheld / not upheld", "%23respond%20partly-upheld"),
        ("upheld: partly", "%23respond%20partly-upheld"),
        ("upheld not", "%23respond%20partly-upheld"),
        ("not upheld ?", "%23respond%20partly-upheld"),
        ("not upheld, but point 2 is upheld", "%23respond%20partly-upheld"),
    ],
)
@pytest.mark.parametrize("text", [f"\n\n{TEXT}", "\nWe are sorry: the crew was short.", ""])
async def test_an_outcome_that_says_two_things_is_none(house: House, line: str, first: str, text: str) -> None:
    await answer(house, await a_complaint(house), f"#respond {line}{text}")

    assert letters_to_the_resident(house) == []
    assert offered(house)[0] == first


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ("partly upheld We uphold point 1. Point 2 is not upheld, and we are sorry.", "partly-upheld"),
        ("upheld. We have upheld it because the crew was late, sorry.", "upheld"),
        ("upheld Dear Ms Patel, we are sorry that we did not come.", "upheld"),
        ("not upheld We came on Friday, as your neighbour has seen.", "not-upheld"),
    ],
)
async def test_a_text_on_the_line_of_the_outcome_is_none_of_it(house: House, line: str, outcome: str) -> None:
    await answer(house, await a_complaint(house), f"#respond {line}")

    assert house.cases[0].outcome == outcome


# --- one salutation, and the officer's words as they are


@pytest.mark.parametrize(
    "text",
    [
        "Dear Ms Patel, we are sorry that we were late.",
        "Dear Ms Patel sorry because we were late.",
        "Dear Ms Patel,\nwe are sorry that we were late.",
        "Hello Asha, we are sorry that we were late.",
        "Annwyl Asha,\n\nMae'n ddrwg gennym, we are sorry.",
    ],
)
@pytest.mark.parametrize(
    ("word", "kind"), [("#respond upheld", "response"), ("#message", "message"), ("#extend 8 Feb", "delay_notice")]
)
async def test_a_letter_has_one_salutation_and_the_words_of_its_writer(house: House, text: str, word: str, kind: str) -> None:
    await answer(house, await a_complaint(house), f"{word}\n{text}")

    sent = text_of(house, house.sent(kind)[0])
    assert sum(line.startswith(("Dear", "Hello", "Annwyl")) for line in sent.split("\n")) == 1
    for words in text.split("\n"):
        for piece in words.replace("Patel sorry", "Patel, sorry").split(", "):
            assert piece in folded(sent) or f"{piece[0].upper()}{piece[1:]}" in folded(sent)  # it may begin a paragraph now


@pytest.mark.parametrize(
    ("text", "above"),
    [
        (ANSWER, ""),
        ("as agreed\nDear Ms Patel,\nWe come.", "as agreed"),
        ("We come.\nAll is well.", ""),
        ("Tom,\n\nGood morning Ms Patel\nWe come.", "Tom,"),
        ("We come.\nHi-vis is worn.\nDearest wishes", ""),
    ],
)
def test_above_the_salutation(text: str, above: str) -> None:
    assert above_salutation(text, "Asha Patel")[0] == above


async def test_nobody_is_stopped_whose_letter_speaks_of_another_letter(house: House) -> None:
    """A greeting at the top says that all below it is the letter."""
    letter = await a_complaint(house)
    text = "Our leaflet of May had these words.\nDear resident, your bin is emptied on Monday.\nThat was wrong."
    await answer(house, letter, f"#message\n{text}")
    assert letters_to_the_resident(house) == []

    await answer(house, letter, f"#message\nDear Ms Patel,\n{text}", LATER)
    assert letters_to_the_resident(house) == ["message"]


# --- beside the word and below it


@pytest.mark.parametrize(
    ("written", "press"),
    [
        ("#respond upheld as agreed with legal\n\nThe bin was not emptied because the crew was short.", "%23respond%20upheld"),
        ("#respond upheld as agreed with legal\n\nAsha\n\nThe bin was not emptied, sorry.", "%23respond%20upheld"),
        ("#respond upheld as agreed with legal\n\nTo Ms Patel\n\nThe bin was not emptied, sorry.", "%23respond%20upheld"),
        ("#respond not upheld - as agreed with legal.\n \nThe crew was there.", "%23respond%20not-upheld"),
        ("#message please send this to the resident\n\nWe come on Friday.", "%23message"),
        ("#ask her nicely, please, which bin it is\n\nWhich bin was it?", "%23ask"),
        ("#acknowledge as we said on the phone\n\nYou say that the bin was missed.", "%23acknowledge"),
        ("#extend 8 Feb he is off sick with stress\n\nWe need more time as the depot is slow.", "%23extend%208%20Feb"),
        ("#extend 2027-02-08: he is off sick\n\n\nThe depot is slow.", "%23extend%202027-02-08"),
        ("#extend 2027-02-08 Cal is off sick with stress.\n\nThe depot is slow.", "%23extend%202027-02-08"),
    ],
)
async def test_what_stands_beside_the_word_and_below_an_empty_line_is_asked_about(
    house: House, written: str, press: str
) -> None:
    await answer(house, await a_complaint(house), written)

    assert letters_to_the_resident(house) == []
    assert offered(house) == [press]


@pytest.mark.parametrize(
    ("written", "kind", "said"),
    [
        ("#respond upheld\n\nWe are sorry that the crew was short.", "response", "We are sorry that the crew was short."),
        ("#respond upheld We are sorry that\nthe crew was short.\n\nIt is back.", "response", "We are sorry that the crew"),
        ("#respond upheld Dear Ms Patel, we are sorry.\n\nThe crew was short.", "response", "The crew was short."),
        ("#respond upheld We are sorry for that.\n\nIt is back.", "response", "We are sorry for that."),
        ("#extend 8 Feb The engineer is ill.\n\nWe come as soon as we can.", "delay_notice", "The engineer is ill."),
        ("#message Asha,\n\nwe come on Friday.", "message", "ome on Friday."),
        ("#message We come on Friday.\n\nKind regards\nWendy", "message", "We come on Friday."),
        ("#extend 2027-02-08\n\nThe depot has not answered.", "delay_notice", "The depot has not answered."),
        ("#extend 8 Feb the depot is late.\n\nKind regards\nWendy", "delay_notice", "the depot is late."),
        ("#note she rang again\n\nand was content", "", ""),
    ],
)
async def test_one_text_goes_out_wherever_it_begins(house: House, written: str, kind: str, said: str) -> None:
    await answer(house, await a_complaint(house), written)

    assert house.sent("refused") == []
    assert not kind or said in folded(text_of(house, house.sent(kind)[0]))
