"""A restaurant's assistant, as it is compiled from what its owner said."""

import pytest

from allokoli.blueprint import Blueprint
from allokoli.blueprint.compiler import compile_assistant

NOBODY = "http://127.0.0.1:9/nobody"

MARIO = Blueprint.model_validate(
    {
        "sector": "restaurant",
        "name": "Assistant Chez Mario",
        "tone": "friendly",
        "languages": ["fr"],
        "greeting": "Restaurant Chez Mario, bonsoir ! Que puis-je faire pour vous ?",
        "services": ["reservation", "information"],
        "fields": [
            {"key": "name", "label": "Nom", "type": "name", "required": True},
            {"key": "party_size", "label": "Nombre de personnes", "type": "number"},
            {"key": "date", "label": "Date", "type": "date"},
            {"key": "time", "label": "Heure", "type": "time"},
            {"key": "phone", "label": "Téléphone", "type": "phone"},
            {"key": "allergies", "label": "Allergies", "type": "text"},
        ],
    }
)


@pytest.fixture
def compiled(engine_app, settings):
    """Compile it: `compiled(server_url=…)`; the guided model answers for it."""

    def make(server_url: str | None = NOBODY, **options):
        guided_url = f"{settings.engine_public_url}/guided/v1"
        return compile_assistant(MARIO, guided_url=guided_url, server_url=server_url, **options)

    return make


@pytest.fixture
async def mario(http, compiled) -> str:
    """The id of a stored one."""
    answer = await http.post("/assistant", json=compiled())
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]
