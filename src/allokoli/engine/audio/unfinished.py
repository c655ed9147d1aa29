"""Whether words call for more: what a listener knows and the sound alone does not tell."""

import re

# A French phone number is five pairs of digits; a caller breathes between pairs.
_PHONE_BEGUN = re.compile(r"(?<!\d)(?:0|\+\s?33\s?)\d(?:[\s.,-]*\d\d){0,3}\W*$")
# Or it is told digit by digit: `zéro, six, un`, `0 6 1`.
_DIGIT_WORDS = {
    "fr": "zéro|une?|deux|trois|quatre|cinq|six|sept|huit|neuf",
    "en": "zero|oh|one|two|three|four|five|six|seven|eight|nine",
    "he": "אפס|אחת|שתיים|שלוש|ארבע|חמש|שש|שבע|שמונה|תשע",
}
_DIGITS_TOLD = {
    language: re.compile(
        rf"(?<![\w:])(?:0|zéro|zero|oh|אפס)(?:[\s,.-]+(?:\d|{words})(?!\w)){{1,8}}\W*$"
    )
    for language, words in _DIGIT_WORDS.items()
}
_CALLS_FOR_MORE = {
    "fr": re.compile(
        r"(?:^|[\s,.])(?:euh|et|ou|mais|donc|alors|pour|avec|sans|les?|la|de|du|des|à|aux?|une?"
        r"|mon|ma|mes|notre|c'est|chez|vers|entre|[sm]'appelle|que|qui|dans|sur)\W*$"
    ),
    "en": re.compile(
        r"(?:^|[\s,.])(?:um|uh|and|or|but|so|for|with|without|the|an?|of|to|at|in|on|my|our|is"
        r"|it's|i'm|between|from|about|that)\W*$"
    ),
}
# Who greets at once says what for: a pause after the greeting is no end.
_GREETED = re.compile(
    r"\W*(?:(?:oui|euh|allô|allo|yes|um|ah|oh)\W+)*"
    r"(?:bonjour|bonsoir|salut|hello|hi|good (?:morning|afternoon|evening)|שלום|(?:ערב|בוקר) טוב)"
    r"(?:\W+(?:à vous|à tous|madame|monsieur|messieurs|mesdames|docteur|there))*\W*"
)


def unfinished(text: str, language: str) -> bool:
    """Whether the caller very likely has not finished.

    Args:
        text: what was understood of the turn so far.
        language: two letters; for others than French and English, only a number or a greeting
            is noticed.
    """
    words = text.lower().replace("’", "'")
    if _PHONE_BEGUN.search(words) or _GREETED.fullmatch(words):
        return True
    ends = (_DIGITS_TOLD.get(language), _CALLS_FOR_MORE.get(language))
    return any(pattern.search(words) for pattern in ends if pattern)
