"""The mail that delivers a new assistant: its name, number, trade, features and two links."""

from dataclasses import dataclass

from allokoli.blueprint import Blueprint
from allokoli.core.i18n import mark, translator

_SECTORS = {
    "restaurant": mark("Restaurant"),
    "medical": mark("Cabinet médical"),
    "legal": mark("Cabinet d’avocats"),
    "hospitality": mark("Hôtellerie"),
    "retail": mark("Commerce"),
    "beauty": mark("Beauté et bien-être"),
    "trades": mark("Artisanat"),
    "support": mark("Assistance clients"),
    "sales": mark("Vente"),
    "real_estate": mark("Immobilier"),
    "other": mark("Activité générale"),
}
_SERVICES = {
    "reservation": mark("Prise de réservations"),
    "appointment": mark("Prise de rendez-vous"),
    "order": mark("Prise de commandes"),
    "message": mark("Prise de messages"),
    "information": mark("Réponses aux questions"),
    "qualification": mark("Qualification des demandes"),
    "support": mark("Assistance"),
    "transfer": mark("Transfert vers une personne"),
}
# What any reservation or message asks; the mail names what the owner added.
_USUAL = {"name", "first_name", "phone", "email", "date", "time", "party_size"}


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    text: str


def created_mail(
    blueprint: Blueprint, *, number: str | None, dashboard_url: str, test_url: str, locale: str
) -> Letter:
    """Compose the mail.

    Args:
        blueprint: of the assistant that was created.
        number: the phone number it answers; None when it has none yet.
        dashboard_url: where it is managed.
        test_url: where it is tried.
        locale: language of the session.
    """
    gettext = translator(locale).gettext
    named = {"name": blueprint.name}
    lines = [
        gettext("Bonjour,"),
        "",
        gettext("Votre assistant vocal a été créé avec succès\u00a0:"),
        "",
        _line("🤖", gettext("Nom"), blueprint.name),
        _line("📞", gettext("Numéro"), number or gettext("à attribuer, essayez-le en ligne")),
        _line("🎯", gettext("Spécialisé"), gettext(_SECTORS[blueprint.sector])),
        _line("✅", gettext("Fonctionnalités"), _features(blueprint, locale)),
        "",
        _line("🔗", gettext("Accéder au dashboard"), dashboard_url),
        _line("🧪", gettext("Tester votre assistant"), test_url),
        "",
        gettext("Cordialement,"),
        gettext("L’équipe AlloKoli"),
    ]
    subject = gettext('Votre assistant vocal "%(name)s" est prêt\u202f!') % named
    return Letter(subject, "\n".join(lines) + "\n")


def _features(blueprint: Blueprint, locale: str) -> str:
    """`Prise de réservations avec allergies, Prise de messages`."""
    gettext = translator(locale).gettext
    services = [gettext(_SERVICES[service]) for service in blueprint.services]
    added = [_short(field.label) for field in blueprint.fields if field.key not in _USUAL]
    if not services:
        return gettext("Accueil téléphonique")
    if added:
        services[0] = gettext("%(service)s avec %(added)s") % {
            "service": services[0],
            "added": ", ".join(added),
        }
    return ", ".join(services)


def _short(label: str) -> str:
    """`Allergies alimentaires` inside a sentence: in lower case, but for initials."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def _line(sign: str, label: str, value: str) -> str:
    return f"{sign} {label}\u00a0: {value}"
