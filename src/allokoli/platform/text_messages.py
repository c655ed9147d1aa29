"""Text messages from an organization's own Twilio number, sent by its voice platform."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core.identity import Identity
from allokoli.platform.assistants import repository as assistants
from allokoli.platform.organizations import service as organizations
from allokoli.platform.phone_numbers import repository as phone_numbers
from allokoli.vapi.client import VoicePlatform
from allokoli.vapi.regions import Access

_LOOKED_AT = 100
_TOTAL_S = 10.0


@dataclass(frozen=True, slots=True)
class Sender:
    """Who a text message comes from, by their ids at the voice platform."""

    assistant: str
    number: str


async def sender(opened: AsyncSession, org_id: UUID, assistant_id: UUID | None) -> Sender | None:
    """The number that text messages leave from, the assistant's own first; None if there is none.

    Vapi's cloud sends them from a number of Twilio's; the built-in engine sends none by itself.
    """
    platform = await organizations.voice_platform(opened, Identity.job(org_id))
    if platform.kind == "engine" or assistant_id is None:
        return None
    assistant = await assistants.assistant(opened, assistant_id)
    if assistant is None or assistant.platform_id is None:
        return None
    numbers, _ = await phone_numbers.page(opened, None, _LOOKED_AT)
    usable = [one for one in numbers if one.provider == "twilio" and one.number]
    usable.sort(key=lambda one: one.assistant_id != assistant_id)
    return Sender(assistant.platform_id, usable[0].platform_id) if usable else None


async def send(access: Access, by: Sender, *, to: str, words: str) -> None:
    """Have the voice platform send it, as Vapi writes it: a chat whose first words are ours.

    Raises:
        Uncertain: it may have been sent.
        VoicePlatformFailed: it was not.
    """
    body = {
        "assistantId": by.assistant,
        "input": words,
        "transport": {
            "type": "twilio.sms",
            "phoneNumberId": by.number,
            "customer": {"number": to},
            "useLLMGeneratedMessageForOutbound": False,
        },
    }
    async with VoicePlatform(access, total_s=_TOTAL_S) as platform:
        await platform.create("chat", body)
