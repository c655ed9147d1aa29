"""Whether words call for more: what a listener knows and the sound alone does not tell."""

import re

# A French phone number is five pairs of digits; a caller breathes between pairs.
_PHONE_BEGUN = re.compile(r"(?<!\d)(?:0|\+\s?33\s?)\d(?:[\s.,-]*\d\d){0,3}\W*$")
# Or it is told digit by digit: `zéro, six, un`, `0 6 1`.
_DIGITS_TOLD = re.compile(
    r"(?<![\w:])(?:0|zéro|zero|oh)(?:[\s,.-]+(?:\d|zéro|une?|deux|trois|quatre|cinq|six|sept|huit"
    r"|neuf|zero|oh|one|two|three|four|five|seven|eight|nine)(?!\w)){1,8}\W*$"
)
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
        language: "fr" or "en"; only a phone number or a greeting is noticed in others.
    """
    words = text.lower().replace("’", "'")
    if _PHONE_BEGUN.search(words) or _DIGITS_TOLD.search(words) or _GREETED.fullmatch(words):
        return True
    calls = _CALLS_FOR_MORE.get(language)
    return bool(calls and calls.search(words))
