"""Letters are what their writer saw, by whatever name a program calls them."""

import pytest

from townclerk.mail.charset import decode, header_text
from townclerk.mail.reading import read_inline

POLISH, RUSSIAN, JAPANESE, CHINESE, KOREAN = (
    "Śmieci przy Żabiej",
    "Мусор не вывезли",
    "ごみが残っています",
    "垃圾没有收",
    "쓰레기가 남았다",
)


@pytest.mark.parametrize(
    ("name", "codec", "text"),
    [
        ("windows-31j", "cp932", JAPANESE + "①髙"),
        ("shift_jis", "cp932", JAPANESE + "①髙"),
        ("x-sjis", "cp932", JAPANESE),
        ("x-euc-jp", "euc_jp", JAPANESE),
        ("_iso-2022-jp$ESC", "iso2022_jp", JAPANESE),
        ("gb2312", "gbk", CHINESE + "镕繁體"),
        ("gb_2312-80", "gb2312", CHINESE),
        ("windows-936", "gbk", CHINESE),
        ("big5", "cp950", "垃圾沒有€"),
        ("big5", "big5hkscs", "垃圾嘅"),
        ("x-x-big5", "big5", "垃圾沒有"),
        ("ks_c_5601-1987", "cp949", KOREAN + "똠"),
        ("euc-kr", "cp949", KOREAN + "똠"),
        ("x-windows-949", "cp949", KOREAN),
        ("windows1251", "cp1251", RUSSIAN),
        ("x-windows-1251", "cp1251", RUSSIAN),
        ("x-mac-cyrillic", "mac_cyrillic", RUSSIAN),
        ("x-mac-roman", "mac_roman", "café “dark” lamp"),
        ("x-mac-ce", "mac_latin2", POLISH),
        ("windows-874", "cp874", "ขยะ"),
        ("tis-620", "cp874", "ขยะ “”"),
        ("unicode", "utf-16", "café €"),
        ("ucs-2", "utf-16", "café €"),
        ("utf-16", "utf-16-be", "café €"),
        ("utf-16", "utf-16-le", "café €"),
        ("us-ascii", "utf-16", "café €"),
        ("utf-8", "utf-8", POLISH),
        ("iso-8859-9", "cp1254", "çöp “kutusu”"),
        ("no-such-name", "utf-8", POLISH),
        ("no-such-name", "cp1252", "café “dark”"),
        ("x-", "utf-8", POLISH),
        ("x-x-x-", "utf-8", POLISH),
        ("windows-99999", "cp1252", "café"),
        ("utf-16", "utf-8", "The lamp"),
        ("unicode", "utf-8", "café €5"),
        ("utf-16", "utf-16-le", CHINESE),
        ("utf-16", "utf-16-le", KOREAN),
        ("iso-8859-15", "utf-8", "café €5"),
        ("iso-8859-15", "iso8859-15", "café €5"),
        ("iso-8859-2", "utf-8", POLISH),
        ("windows-1250", "utf-8", "café £5"),
        ("windows-1251", "utf-8", RUSSIAN),
        ("iso-8859-2", "iso-8859-2", "PÓŁNOC"),
        ("windows-1250", "cp1250", "SZKÓŁ"),
        ("koi8-r", "utf-8", "it’s £5"),
        ("euc-kr", "utf-8", "it’s £5"),
    ],
)
def test_a_charset_is_known_by_every_name_that_programs_give_it(name: str, codec: str, text: str) -> None:
    assert decode(text.encode(codec), name).removeprefix("\ufeff") == text


@pytest.mark.parametrize("label", [None, "us-ascii", "iso-8859-1"])
@pytest.mark.parametrize(("codec", "text"), [("iso2022_jp", JAPANESE), ("iso2022_kr", KOREAN)])
def test_japanese_and_korean_in_seven_bits_are_read_without_a_label(label: str | None, codec: str, text: str) -> None:
    assert decode(f"The lamp: {text}".encode(codec), label) == f"The lamp: {text}"


@pytest.mark.parametrize(("label", "codec"), [("iso-2022-jp", "iso2022_jp"), ("hz-gb-2312", "hz"), ("utf-7", "utf-7")])
def test_a_footer_in_another_charset_spoils_no_text_of_seven_bits(label: str, codec: str) -> None:
    text = "é lamp" if codec == "utf-7" else CHINESE if codec == "hz" else JAPANESE
    assert decode(text.encode(codec) + b"\ncaf\xc3\xa9", label).startswith(f"{text}\ncaf")


def test_a_subject_in_seven_bits_is_read_as_well() -> None:
    assert header_text(JAPANESE.encode("iso2022_jp").decode("ascii")) == JAPANESE


def page(codec: str, text: str, meta: str, header: str = "") -> str:
    head = f"From: ada@mail.example\nSubject: s\nContent-Type: text/html{header}\n\n<html><head>{meta}</head><body><p>"
    mail = read_inline(head.encode() + text.encode(codec)).mail
    assert mail is not None
    return mail.text


@pytest.mark.parametrize(
    ("codec", "text", "name"),
    [
        ("cp1251", RUSSIAN, "windows-1251"),
        ("cp932", JAPANESE, "Shift_JIS"),
        ("iso-8859-2", POLISH, "iso-8859-2"),
        ("gbk", CHINESE, "gb2312"),
    ],
)
@pytest.mark.parametrize(
    "meta", ['<meta charset="{}">', "<META http-equiv=Content-Type content='text/html; charset={}'>", "<meta charset={} />"]
)
def test_a_page_is_read_in_the_charset_that_it_gives_itself(codec: str, text: str, name: str, meta: str) -> None:
    assert page(codec, text, meta.format(name)) == text
    assert page(codec, text, meta.format(name), "; charset=us-ascii") == text


def test_what_the_head_says_of_a_page_counts_more_than_the_page() -> None:
    """A server on the way has put it into other letters, and the page does not know."""
    assert page("cp1251", RUSSIAN, "<meta charset=iso-8859-2>", "; charset=windows-1251") == RUSSIAN
    assert page("utf-8", RUSSIAN, "<meta charset=windows-1251>") == RUSSIAN
