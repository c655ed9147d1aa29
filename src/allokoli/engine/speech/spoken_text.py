"""Turn written text into what the local voice reads well.

Pico reads plain words and small numbers well; it stumbles on phone numbers ("06" becomes "zéro
six" only when written so), hours ("20 h" becomes a letter), money, and reads its own markup. Only
what it misreads is rewritten here; the transcript keeps the written text.
"""

import re
from collections.abc import Callable

# A word of some hundred characters, or a row of as many dashes, keeps Pico busy for ever, and with
# it a thread of all calls; a number of some dozens of digits makes it fail.
_ENDLESS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"([^\w\s])[^\w\s]{3,}"), r"\1 "),
    (re.compile(r"(\d{12})(?=\d)"), r"\1 "),
    (re.compile(r"(\S{60})(?=\S)"), r"\1 "),
)

Rule = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]

_SYMBOLS = 0x2600  # Unicode's pictures and emoji start here
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+(?=\S)|\n+")
_ABBREVIATION = re.compile(r"(?:^|\s)(?:M|Mr|Mrs|Ms|Dr|No|n°|env|tél|réf)\.$", re.IGNORECASE)


def spoken_text(text: str, language: str) -> str:
    """Rewrite `text` so that the local voice of `language` reads it as a person would.

    Args:
        text: what the assistant says, as written for people.
        language: "fr", "en" or another, for which only symbols are cleaned.
    """
    text = _plain(text)
    for pattern, replacement in _RULES.get(language, ()):
        text = pattern.sub(replacement, text)
    for pattern, replacement in _ENDLESS:
        text = pattern.sub(replacement, text)
    return re.sub(r"\s+", " ", text).strip()


def sentences(text: str) -> list[str]:
    """Split a text into the sentences to be voiced one after the other."""
    pieces: list[str] = []
    for piece in _SENTENCE_END.split(text):
        if pieces and _ABBREVIATION.search(pieces[-1]):
            pieces[-1] += f" {piece}"
        elif piece and piece.strip():
            pieces.append(piece.strip())
    return pieces


def _plain(text: str) -> str:
    """Keep letters, digits and ordinary punctuation; angle brackets are Pico's markup."""
    text = re.sub(r"[«»“”„\"*_#`~|\\{}\[\]<>]", " ", text)
    text = text.replace("’", "'").replace("…", ".")
    text = re.sub(r"\s[–—-]\s", ", ", text)
    text = "".join(c if c.isprintable() or c.isspace() else " " for c in text if ord(c) < _SYMBOLS)
    return re.sub(r"\s+([,.])", r"\1", re.sub(r"\s+", " ", text))


def _pairs(pairs: list[str], zero: str) -> str:
    """Read a number two digits at a time."""
    return ", ".join(
        f"{zero} {zero}" if pair == "00" else f"{zero} {pair[1]}" if pair[0] == "0" else pair
        for pair in pairs
    )


def _french_phone(match: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", match[0])
    if match[0].startswith("+"):
        return f"plus {digits[:2]}, {digits[2]}, " + _pairs(_twos(digits[3:]), "zéro")
    return _pairs(_twos(digits), "zéro")


def _english_digits(match: re.Match[str]) -> str:
    lead = "plus " if match[0].startswith("+") else ""
    groups = re.findall(r"\d+", match[0])
    return lead + ", ".join(" ".join(group) for group in groups)


def _twos(digits: str) -> list[str]:
    return [digits[i : i + 2] for i in range(0, len(digits), 2)]


def _french_hour(match: re.Match[str]) -> str:
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    said = {0: "minuit", 12: "midi"}.get(hour) or ("une heure" if hour == 1 else f"{hour} heures")
    return said if not minute else f"{said} {minute:02d}".replace(" 0", " zéro ")


def _french_street_code(match: re.Match[str]) -> str:
    code = match[0]
    return f"{int(code[:2])}, " + (
        f"zéro {int(code[2:])}" if code[2] == "0" and code[2:] != "000" else str(int(code[2:]))
    )


def _french_money(match: re.Match[str]) -> str:
    cents = match["cents"]
    euros = "euro" if match["units"] in {"0", "1"} else "euros"
    return f"{match['units']} {euros}" + (f" {int(cents)}" if cents and int(cents) else "")


def _address(at: str, dot: str) -> Callable[[re.Match[str]], str]:
    def read(match: re.Match[str]) -> str:
        return match[0].replace("@", f" {at} ").replace(".", f" {dot} ")

    return read


def _rule(pattern: str, replacement: str | Callable[[re.Match[str]], str]) -> Rule:
    return re.compile(pattern, re.IGNORECASE), replacement


_EMAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"

_RULES: dict[str, tuple[Rule, ...]] = {
    "fr": (
        _rule(_EMAIL, _address("arobase", "point")),
        _rule(r"\+33[\s.]?[1-9](?:[\s.-]?\d{2}){4}\b", _french_phone),
        _rule(r"\b0[1-9](?:[\s.-]?\d{2}){4}\b", _french_phone),
        _rule(r"\b(?P<hour>[01]?\d|2[0-4])\s?(?:h|:)\s?(?P<minute>[0-5]\d)\b", _french_hour),
        _rule(r"\b(?P<hour>[01]?\d|2[0-4])\s?h\b(?P<minute>)", _french_hour),
        _rule(r"(?P<units>\d+)(?:[,.](?P<cents>\d{2}))?\s?€", _french_money),
        _rule(r"\b\d{5}(?=\s+[A-ZÉÈÀ])", _french_street_code),
        _rule(r"\bn°\s?(?=\d)", "numéro "),
        _rule(r"\b1 (?=personnes?\b)", "une "),
        _rule(r"\bet/ou\b", "et ou"),
        _rule(r"(?<=\w)/(?=\w)", " ou "),
        _rule(r"\s[:;](?=\s)", ","),
    ),
    "en": (
        _rule(_EMAIL, _address("at", "dot")),
        _rule(r"\+?\(?\d{1,4}\)?(?:[\s.-]\(?\d{1,4}\)?){2,}", _english_digits),
        _rule(r"\b0\d{8,10}\b", _english_digits),
        _rule(r"\b(\d{1,2}):00\b", r"\1 o'clock"),
        _rule(r"\b(\d{1,2}):(\d{2})\b", r"\1 \2"),
        _rule(r"(?<=\d)(?=[ap]m\b)", " "),
        _rule(r"(?<=\w)/(?=\w)", " or "),
    ),
}
