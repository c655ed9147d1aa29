"""An owner, over the public API of a running product."""

from pathlib import Path
from uuid import uuid4

import httpx
from product import Product, wait_until

RESTAURANT = {
    "sector": "restaurant",
    "name": "Assistant Chez Mario",
    "tone": "friendly",
    "languages": ["fr"],
    "greeting": "Restaurant Chez Mario, bonsoir ! Que puis-je faire pour vous ?",
    "services": ["reservation"],
    "fields": [
        {"key": "name", "label": "nom", "type": "name", "required": True},
        {"key": "party_size", "label": "nombre de personnes", "type": "number", "required": True},
        {"key": "date", "label": "date", "type": "date", "required": True},
        {"key": "time", "label": "heure", "type": "time", "required": True},
        {"key": "phone", "label": "téléphone", "type": "phone", "required": True},
        {"key": "allergies", "label": "allergies", "type": "text", "required": True},
    ],
}


class Owner:
    """A signed-in owner.

    Args:
        product: the running product.
    """

    def __init__(self, product: Product) -> None:
        self.product = product
        self.email = f"mario-{uuid4().hex[:8]}@example.com"
        self.api = httpx.Client(base_url=f"{product.url}/api/v1", timeout=30, trust_env=False)
        answer = self.api.post(
            "/auth/register", json={"email": self.email, "password": "bouillabaisse-13"}
        )
        assert answer.status_code == 201, answer.text
        self.api.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def make_assistant(self) -> str:
        """Create the restaurant's assistant; returns its id."""
        answer = self.api.post("/assistants", json={"blueprint": RESTAURANT})
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    def public_key(self) -> str:
        """A key a browser may hold."""
        answer = self.api.post("/api-keys", json={"name": "site", "kind": "public"})
        assert answer.status_code == 201, answer.text
        return answer.json()["key"]

    def start_web_call(self, assistant_id: str, caller_offer: dict) -> dict:
        """Start a web call as a browser does; returns the engine's answer to the offer."""
        platform_id = self.api.get(f"/assistants/{assistant_id}").json()["platform_id"]
        with httpx.Client(timeout=30, trust_env=False) as browser:
            call = browser.post(
                f"{self.product.url}/engine/call/web",
                headers={"Authorization": f"Bearer {self.public_key()}"},
                json={"assistantId": platform_id},
            )
            assert call.status_code == 201, call.text
            answer = browser.post(call.json()["webCallUrl"], json=caller_offer)
            assert answer.is_success, answer.text
            return answer.json()

    def ended_call(self, *, within_s: float = 60) -> dict:
        """The owner's only call, once it has ended and its recording is kept."""

        def ended() -> dict | None:
            calls = self.api.get("/calls").json()
            if not calls["data"]:
                return None
            call = self.api.get(f"/calls/{calls['data'][0]['id']}").json()
            kept = self.api.get(f"/calls/{call['id']}/recording").is_success
            return call if call["status"] == "ended" and kept else None

        return wait_until(ended, within_s=within_s, every_s=0.5)

    def recording(self, call_id: str, path: Path) -> Path:
        """Download a call's recording."""
        path.write_bytes(self.api.get(f"/calls/{call_id}/recording").content)
        return path
