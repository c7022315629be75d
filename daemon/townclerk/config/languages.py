"""In which language something is written, behind types."""

import unicodedata

import pycld2

from townclerk.config.reading import Refused, suggest

LONGEST = 2_000  # characters that are looked at: more says nothing new
SHORTEST = 30  # bytes of letters: six or seven English words; in less, a name or a slip decides

# The engine keeps the first two codes from before the standard changed.
_CODES_NOW = {"iw": "he", "jw": "jv", "zh-Hant": "zh"}
_NO_LANGUAGE = "X_"  # before what it says of a script alone, or in fun
_IN_ADDRESSES = ("@", "://", "www.")
_WITHIN_WORDS = "'’-"


class KnownLanguages:
    """The languages that the engine tells apart. Nothing but letters reaches it."""

    def of(self, text: str) -> str:
        letters = _letters(text)
        if len(letters.encode()) < SHORTEST:
            return ""
        certain, _, found = pycld2.detect(letters, isPlainText=True)
        code = found[0][1]  # that of which there is most
        return _now(code) if certain and _now(code) in CODES else ""


def _letters(text: str) -> str:
    """The words of *text* alone: the engine refuses some signs, and addresses are of no language."""
    said = " ".join(word for word in text[: 4 * LONGEST].split() if not any(sign in word for sign in _IN_ADDRESSES))[:LONGEST]
    return " ".join("".join(each if _is_of_a_word(each) else " " for each in said).split())


def _is_of_a_word(sign: str) -> bool:
    return sign.isalpha() or sign in _WITHIN_WORDS or unicodedata.category(sign)[0] == "M"


def _now(code: str) -> str:
    return _CODES_NOW.get(code, code)


def _named() -> dict[str, str]:
    """Of each code, the language in English."""
    told = {name for name in pycld2.DETECTED_LANGUAGES if not name.startswith(_NO_LANGUAGE)}
    found: dict[str, str] = {}
    for name, code in pycld2.LANGUAGES:
        if name in told:
            found.setdefault(_now(code), name.replace("_", " ").title())
    return found


CODES = _named()


def check_language(written: str) -> str:
    """*written*, where it is the code of a language that can be told from others. Raises Refused."""
    if written in CODES:
        return written
    by_name = {name.lower(): code for code, name in CODES.items()}
    if written.lower() in CODES:
        expected = f'write "{written.lower()}"'
    elif (code := by_name.get(written.lower())) is not None:
        expected = f'write "{code}"'
    else:
        expected = _nearest(written, by_name)
    raise Refused(f'"{written}" is not the code of a language that can be told from others', expected)


def _nearest(written: str, by_name: dict[str, str]) -> str:
    said = suggest(written, by_name) if len(written) > len("zh-") else ""
    if not said.startswith("did you mean"):
        return "write the two or three letters of its code, for instance cy (Welsh), en, pl, ro, ur or pa"
    name = said.split('"')[1]
    return f'did you mean "{by_name[name]}" ({name.title()})?'
