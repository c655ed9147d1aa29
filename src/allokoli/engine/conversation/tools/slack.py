"""`slack.message.send`: a message in a Slack channel."""

from allokoli.engine.conversation.tools import http
from allokoli.engine.conversation.tools.services import Service, bearer_of, outcome
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

SLACK = Service("slack", "https://slack.com/api", ("slack.oauth2-authorization", "slack"))
_MAX_CHARS = 4_000
_PARAMETERS = {
    "type": "object",
    "properties": {
        "channel": {"type": "string", "description": "The channel, by its name or id."},
        "message": {"type": "string", "description": "The text of the message."},
    },
    "required": ["channel", "message"],
}


def tool(settings: Settings, scene: Scene) -> Tool:  # noqa: ARG001 - as every kind
    """See `toolbox`."""
    return made(settings, "slack_send_message", "Send a message on Slack.", _run, _PARAMETERS)


async def _run(asked: Asked, scene: Scene) -> Outcome:
    channel = str(asked.arguments.get("channel") or "").strip()
    words = str(asked.arguments.get("message") or asked.arguments.get("text") or "").strip()
    if not channel or not words or len(words) > _MAX_CHARS:
        return refused(f"channel, and a message of up to {_MAX_CHARS} characters, are needed.")
    webhook = await scene.backstage.credential("slack-webhook")
    if webhook is not None and await _no_other(scene):
        address = str(webhook.get("webhookUrl") or "")
        answer = await http.exchange("POST", address, json={"text": words})
        return outcome(SLACK, answer, "The message was sent.")
    answer = await http.exchange(
        "POST",
        f"{SLACK.url}/chat.postMessage",
        headers=await bearer_of(SLACK, scene),
        json={"channel": channel, "text": words},
    )
    said = mapping(answer.json)
    if answer.succeeded and said.get("ok") is not True:
        return refused(f"Slack refused: {str(said.get('error') or 'no reason given')[:100]}.")
    return outcome(SLACK, answer, "The message was sent.")


async def _no_other(scene: Scene) -> bool:
    """Whether an incoming webhook, which has a channel of its own, is all there is."""
    for provider in SLACK.providers:
        if await scene.backstage.credential(provider) is not None:
            return False
    return True
