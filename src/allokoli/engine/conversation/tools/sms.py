"""`sms`: a text message through Twilio."""

import re
from typing import Any
from urllib.parse import quote

from allokoli.core.settings import get_settings
from allokoli.engine.conversation.tools import http
from allokoli.engine.conversation.tools.services import Service, credential_of, outcome
from allokoli.engine.conversation.tools.tool import (
    Asked,
    Outcome,
    Scene,
    Settings,
    Tool,
    made,
    mapping,
    refused,
)

TWILIO = Service("twilio", "", ("twilio",))
_NUMBER = re.compile(r"\+[1-9][0-9]{5,14}")
_MAX_CHARS = 1600
_PARAMETERS = {
    "type": "object",
    "properties": {
        "to": {"type": "string", "description": "Number to send to, as +14155551234."},
        "message": {"type": "string", "description": "The text of the message."},
    },
    "required": ["message"],
}


def tool(settings: Settings, scene: Scene) -> Tool:  # noqa: ARG001 - as every kind
    """See `toolbox`."""

    async def run(asked: Asked, scene: Scene) -> Outcome:
        return await _send(settings, asked.arguments, scene)

    return made(settings, "sms", "Send a text message to the caller.", run, _PARAMETERS)


async def _send(settings: Settings, arguments: dict[str, Any], scene: Scene) -> Outcome:
    words = str(arguments.get("message") or arguments.get("body") or "").strip()
    customer = mapping(scene.values.get("customer"))
    to = re.sub(r"[\s().-]+", "", str(arguments.get("to") or customer.get("number") or ""))
    if not words or len(words) > _MAX_CHARS:
        return refused(f"message must have 1 to {_MAX_CHARS} characters.")
    if not _NUMBER.fullmatch(to):
        return refused("to must be a number in international form, as +14155551234.")
    credential = await credential_of(TWILIO, scene)
    phone = mapping(scene.values.get("phoneNumber"))
    metadata = mapping(settings.get("metadata"))
    sender = str(metadata.get("from") or phone.get("number") or "")
    if not sender:
        return refused("There is no number to send from: set metadata.from on the sms tool.")
    account = str(credential.get("accountSid") or "")
    key, secret = credential.get("apiKey"), credential.get("apiSecret")
    auth = (
        (str(key), str(secret)) if key and secret else (account, str(credential.get("authToken")))
    )
    path = f"/2010-04-01/Accounts/{quote(account, safe='')}/Messages.json"
    answer = await http.exchange(
        "POST",
        get_settings().twilio_api_url + path,
        form={"To": to, "From": sender, "Body": words},
        auth=auth,
    )
    return outcome(TWILIO, answer, "The message was sent.")
