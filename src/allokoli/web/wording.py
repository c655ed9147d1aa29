"""Words of the data, as people read them: sectors, tones, fields, reasons a call ended."""

from collections.abc import Callable, Mapping

from allokoli.core.i18n import mark as _

SECTORS = {
    "restaurant": _("Restaurant"),
    "medical": _("Cabinet médical"),
    "legal": _("Cabinet juridique"),
    "hospitality": _("Hôtellerie"),
    "retail": _("Commerce"),
    "beauty": _("Beauté et bien-être"),
    "trades": _("Artisanat"),
    "support": _("Service client"),
    "sales": _("Vente"),
    "real_estate": _("Immobilier"),
    "other": _("Autre activité"),
}

TONES = {
    "formal": _("Classique et formel"),
    "friendly": _("Convivial et chaleureux"),
    "energetic": _("Dynamique et enjoué"),
    "calm": _("Calme et posé"),
}

LANGUAGES = {"fr": _("Français"), "en": _("Anglais"), "he": _("Hébreu")}

SERVICES = {
    "reservation": _("Réservations"),
    "appointment": _("Rendez-vous"),
    "order": _("Commandes"),
    "message": _("Prise de messages"),
    "information": _("Renseignements"),
    "qualification": _("Qualification des demandes"),
    "support": _("Assistance"),
    "transfer": _("Transfert d’appel"),
}

FIELDS = {
    "name": _("Nom"),
    "first_name": _("Prénom"),
    "phone": _("Téléphone"),
    "email": _("E-mail"),
    "address": _("Adresse"),
    "postcode": _("Code postal"),
    "date": _("Date"),
    "time": _("Heure"),
    "party_size": _("Personnes"),
    "nights": _("Nuits"),
    "guests": _("Voyageurs"),
    "birth_date": _("Date de naissance"),
    "reason": _("Motif"),
    "company": _("Société"),
    "urgency": _("Urgence"),
    "allergies": _("Allergies"),
    "intent": _("Demande"),
}

INTENTS = {
    "book": _("Réservation"),
    "change": _("Modification"),
    "cancel": _("Annulation"),
    "question": _("Question"),
    "message": _("Message"),
    "human": _("Demande à parler à quelqu’un"),
    "urgent": _("Urgence"),
    "opt_out": _("Ne veut plus être appelé"),
    "wrong_number": _("Faux numéro"),
    "other": _("Autre"),
}

CALL_STATUSES = {
    "queued": _("En attente"),
    "ringing": _("Sonne"),
    "in-progress": _("En cours"),
    "forwarding": _("Transfert en cours"),
    "ended": _("Terminé"),
}

CALL_TYPES = {
    "webCall": _("Navigateur"),
    "inboundPhoneCall": _("Appel reçu"),
    "outboundPhoneCall": _("Appel émis"),
    "vapi.websocketCall": _("WebSocket"),
    "text": _("Écrit"),
}

MAIL_STATUSES = {
    "queued": _("En cours d’envoi"),
    "sent": _("Envoyé"),
    "failed": _("Échec, nouvel essai prévu"),
    "outbox": _("Conservé ici"),
}

BOOKING_STATUSES = {
    "booked": _("Réservée"),
    "cancelled": _("Annulée"),
    "honored": _("Venu"),
    "missed": _("Pas venu"),
}

KEY_KINDS = {
    "private": _("Privée"),
    "public": _("Publique"),
    "server": _("Plateforme vocale"),
}

# The most frequent of Vapi's `endedReason` literals.
ENDED_REASONS = {
    "customer-ended-call": _("L’appelant a raccroché."),
    "assistant-ended-call": _("L’assistant a conclu l’appel."),
    "assistant-ended-call-after-message-spoken": _("L’assistant a conclu l’appel."),
    "assistant-said-end-call-phrase": _("L’assistant a conclu l’appel."),
    "assistant-forwarded-call": _("L’appel a été transféré."),
    "silence-timed-out": _("Plus personne ne parlait."),
    "exceeded-max-duration": _("La durée maximale a été atteinte."),
    "manually-canceled": _("L’appel a été arrêté depuis AlloKoli."),
    "customer-did-not-answer": _("Personne n’a répondu."),
    "customer-busy": _("La ligne était occupée."),
    "voicemail": _("L’appel est tombé sur une messagerie."),
    "worker-shutdown": _("Le moteur vocal a redémarré pendant l’appel."),
    "call.in-progress.error-assistant-did-not-receive-customer-audio": _(
        "L’assistant n’a reçu aucun son de l’appelant."
    ),
    "call.in-progress.error-sip-inbound-call-failed-to-connect": _("L’appel n’a pas abouti."),
}
_ERROR = _("L’appel s’est interrompu à cause d’une erreur technique.")
_CRASH = _("Le moteur vocal s’est arrêté pendant l’appel.")
_UNKNOWN = _("L’appel est terminé.")


def ended_reason(literal: str | None) -> str:
    """Why a call ended, in words; an unforeseen literal still tells an error from an ending."""
    if not literal:
        return _UNKNOWN
    if literal in ENDED_REASONS:
        return ENDED_REASONS[literal]
    if "worker-died" in literal or "worker-not-available" in literal:
        return _CRASH
    return _ERROR if "error" in literal or "fail" in literal else _UNKNOWN


def of(gettext: Callable[[str], str]) -> dict[str, Callable[..., str]]:
    """The wording functions templates call, in a language."""

    def words(table: Mapping[str, str]) -> Callable[[str | None], str]:
        return lambda key: gettext(table[key]) if key and key in table else (key or "")

    return {
        "sector_words": words(SECTORS),
        "tone_words": words(TONES),
        "service_words": words(SERVICES),
        "field_words": words(FIELDS),
        "intent_words": words(INTENTS),
        "call_status_words": words(CALL_STATUSES),
        "call_type_words": words(CALL_TYPES),
        "mail_status_words": words(MAIL_STATUSES),
        "key_kind_words": words(KEY_KINDS),
        "booking_status_words": words(BOOKING_STATUSES),
        "ended_words": lambda literal: gettext(ended_reason(literal)),
    }
