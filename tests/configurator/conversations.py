"""The seed's conversation, for tests that need a session that is about to be confirmed."""

SEED = (
    "Je voudrais créer un assistant pour mon restaurant",
    "Assistant Chez Mario",
    "Convivial et chaleureux",
    "Restaurant Chez Mario, bonsoir ! Que puis-je faire pour vous ?",
    "Oui, absolument",
    "Oui, et aussi s'ils ont des allergies alimentaires",
)
YES = "Oui, c'est parfait !"


async def until_recap(send, session_id):
    """Say everything up to the recap; returns the last answer."""
    for words in SEED:
        answer = await send(f"/configurator/sessions/{session_id}/messages", {"text": words})
        assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "confirming"
    return answer.json()


def plain(text: str) -> str:
    """The same text with every kind of space as a plain one."""
    return " ".join(text.split())
