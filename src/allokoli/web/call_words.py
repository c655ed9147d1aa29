"""What the test page says while a call runs: its states, its troubles, why it ended."""

from typing import Any

from allokoli.core.i18n import mark as _
from allokoli.web.templating import gettext
from allokoli.web.wording import ENDED_REASONS

_STATES = {
    "idle": _("Prêt à décrocher"),
    "permission": _("Autorisez le micro…"),
    "connecting": _("Ça sonne…"),
    "in-call": _("En ligne"),
    "ending": _("On raccroche…"),
    "ended": _("Appel terminé"),
    "failed": _("L’appel n’a pas pu avoir lieu"),
    "mute": _("Couper le micro"),
    "unmute": _("Rouvrir le micro"),
    "user": _("Vous :"),
    "assistant": _("L’assistant :"),
}

_ERRORS = {
    "refused": _(
        "Le micro est bloqué. Autorisez-le pour ce site, à gauche de l’adresse dans votre"
        " navigateur, puis rappelez."
    ),
    "missing": _("Aucun micro n’a été trouvé. Branchez-en un, puis rappelez."),
    "busy": _("Le micro est déjà pris par un autre programme. Fermez-le, puis rappelez."),
    "insecure": _(
        "Le navigateur n’ouvre le micro que sur une adresse sûre : https, ou localhost sur cette"
        " machine."
    ),
    "expired": _("Cette page est ouverte depuis longtemps. Rechargez-la, puis rappelez."),
    "full": _("Toutes les lignes sont occupées. Réessayez dans un instant."),
    "gone": _("Cet assistant n’est plus sur la plateforme vocale."),
    "unreachable": _("Le moteur vocal ne répond pas. Réessayez dans un instant."),
    "lost": _("La liaison a été coupée. Ce qui a été dit est conservé."),
}

# The create page: it is AlloKoliConfig that one talks with.
_TALK = {
    "idle": _("Parler à AlloKoliConfig"),
    "connecting": _("AlloKoliConfig décroche…"),
    "in-call": _("Parlez, je vous écoute"),
    "ended": _("Vous pouvez continuer par écrit, ou reparler."),
}
_TALK_ERRORS = {
    "closed": _("Cette conversation est close. Commencez-en une nouvelle."),
    "full": _("Toutes les lignes sont occupées. Continuez par écrit, ou réessayez plus tard."),
}

# On this page the reader is the caller.
_OWN_REASONS = {"customer-ended-call": _("Vous avez raccroché.")}


def call_words(locale: str) -> dict[str, Any]:
    """Every sentence the call's script may show, in a language."""
    return {
        **{state: gettext(locale, sentence) for state, sentence in _STATES.items()},
        "errors": {code: gettext(locale, sentence) for code, sentence in _ERRORS.items()},
        "reasons": {
            literal: gettext(locale, sentence)
            for literal, sentence in (ENDED_REASONS | _OWN_REASONS).items()
        },
    }


def talk_words(locale: str) -> dict[str, Any]:
    """The same for talking with AlloKoliConfig."""
    words = call_words(locale)
    own = {state: gettext(locale, sentence) for state, sentence in _TALK.items()}
    troubles = {code: gettext(locale, sentence) for code, sentence in _TALK_ERRORS.items()}
    return {**words, **own, "errors": words["errors"] | troubles, "reasons": {}}
