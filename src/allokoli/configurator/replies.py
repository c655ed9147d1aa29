"""What AlloKoliConfig says around the creation, in the session's language."""

from allokoli.core.errors import AlloKoliError
from allokoli.core.i18n import mark, translator

_CREATING = mark("C’est noté\u202f! Je crée votre assistant, cela ne prend que quelques secondes.")
_CREATED = mark(
    "Parfait\u202f! Votre assistant vocal est maintenant configuré et sera déployé sous peu. Vous"
    " recevrez un email avec tous les détails. Merci d'avoir utilisé AlloKoli\u202f!"
)
_FAILED = mark(
    "Je n’ai pas pu créer votre assistant. %(reason)s Rien n’a été créé à moitié et toutes vos"
    " réponses sont conservées\u00a0: dites «\u00a0oui\u00a0» pour que j’essaie à nouveau."
)
_TOO_LONG = mark(
    "Notre conversation est devenue très longue et je préfère m’arrêter ici. Commencez-en une"
    " nouvelle quand vous voulez."
)
_ONLY_VIEWING = mark(
    "Votre rôle permet de consulter, pas de créer un assistant. Tout ce que vous avez dit est"
    " conservé\u00a0: demandez à une personne de votre organisation qui peut modifier de se"
    " connecter."
)
_MEANWHILE = mark(
    "Un instant, votre assistant est en train de naître\u00a0: je vous fais signe dès qu’il est"
    " prêt."
)
_AFTERWARDS = mark(
    "Votre assistant est déjà créé. Vous pouvez le changer à tout moment depuis votre tableau de"
    " bord, ou commencer une nouvelle conversation."
)
_UNEXPECTED = mark("Une erreur inattendue est survenue.")
_YES = mark("Oui")


def creating(locale: str) -> str:
    return translator(locale).gettext(_CREATING)


def created(locale: str) -> str:
    return translator(locale).gettext(_CREATED)


def only_viewing(locale: str) -> str:
    """What somebody who may only look is told when they confirm."""
    return translator(locale).gettext(_ONLY_VIEWING)


def meanwhile(locale: str, *, created: bool) -> str:
    """The answer to what is said once the creation has begun.

    Args:
        locale: of the session.
        created: whether it is over.
    """
    return translator(locale).gettext(_AFTERWARDS if created else _MEANWHILE)


def failed(locale: str, error: Exception) -> str:
    """Why the creation failed, and what to do."""
    say = translator(locale).gettext
    reason = error.message if isinstance(error, AlloKoliError) else _UNEXPECTED
    return say(_FAILED) % {"reason": say(reason)}


def too_long(locale: str) -> str:
    return translator(locale).gettext(_TOO_LONG)


def yes(locale: str) -> str:
    """The quick answer that tries again."""
    return translator(locale).gettext(_YES)
