"""The few sentences the engine says in its own name."""

_APOLOGY = {
    "fr": (
        "Veuillez m’excuser, je rencontre un problème technique et je dois mettre fin à cet appel. "
        "Merci de rappeler dans quelques instants."
    ),
    "en": (
        "I am sorry, I am having a technical problem and have to end this call. "
        "Please call back in a few moments."
    ),
    "he": "אני מתנצל, יש לי תקלה טכנית ועליי לסיים את השיחה. אנא התקשרו שוב בעוד כמה רגעים.",
}


def apology(language: str) -> str:
    """Said before hanging up because the model cannot answer.

    Args:
        language: two letters; English when we have no sentence in it.
    """
    return _APOLOGY.get(language, _APOLOGY["en"])


_TRANSFERRING = {
    "fr": "Je transfère votre appel.",
    "en": "Transferring the call now.",
    "he": "אני מעביר את השיחה.",
}


def transferring(language: str) -> str:
    """Said before a transfer whose settings say nothing.

    Args:
        language: two letters; English when we have no sentence in it.
    """
    return _TRANSFERRING.get(language, _TRANSFERRING["en"])
