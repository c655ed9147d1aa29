"""A restaurant, as its owner would describe it."""

RESTAURANT = {
    "sector": "restaurant",
    "name": "Assistant Chez Mario",
    "greeting": "Restaurant Chez Mario, bonsoir ! Que puis-je faire pour vous ?",
    "services": ["reservation"],
    "fields": [
        {"key": "name", "label": "Nom", "type": "name"},
        {"key": "party_size", "label": "Nombre de personnes", "type": "number"},
        {"key": "date", "label": "Date", "type": "date"},
        {"key": "time", "label": "Heure", "type": "time"},
        {"key": "phone", "label": "Téléphone", "type": "phone"},
        {"key": "allergies", "label": "Allergies", "type": "text"},
    ],
}
