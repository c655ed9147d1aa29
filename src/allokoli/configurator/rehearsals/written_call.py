"""A simulated call to an assistant at the voice platform, in writing: Vapi's chats.

A chat is no call: it is in no statistic and sends no report. What the assistant asks of our server
on the way is asked of its rehearsal, which books nothing.
"""

from dataclasses import dataclass, field
from typing import Any

from allokoli.core.errors import AlloKoliError
from allokoli.dialogue.lexicon import load
from allokoli.dialogue.matching import find_phrase
from allokoli.dialogue.text import fold
from allokoli.platform.mirror.outgoing import receiver_url
from allokoli.vapi.client import VoicePlatform
from allokoli.vapi.errors import nonsense

_MOST_CHARS = 2_000
_SERVER_TIMEOUT_S = 10


@dataclass(frozen=True, slots=True)
class Answer:
    """What the assistant answered.

    Attributes:
        text: its words, cut when they have no end.
        ended: whether it hung up or took leave.
    """

    text: str
    ended: bool


@dataclass(slots=True)
class WrittenCall:
    """One conversation.

    Attributes:
        platform: open.
        assistant_id: of the assistant there.
        locale: it speaks.
    """

    platform: VoicePlatform
    assistant_id: str
    locale: str
    _chats: list[str] = field(default_factory=list)

    async def say(self, words: str) -> Answer:
        """Say something and hear the answer.

        Raises:
            AlloKoliError: the platform refused, was silent, or answered nonsense.
        """
        body: dict[str, Any] = {
            "assistantId": self.assistant_id,
            "assistantOverrides": {"server": self._server()},
            "input": words,
        }
        if self._chats:
            body["previousChatId"] = self._chats[-1]
        chat = await self.platform.create("chat", body)
        if not isinstance(chat.get("id"), str):
            raise nonsense()
        self._chats.append(chat["id"])
        return self._answer(chat.get("output"))

    async def forget(self) -> None:
        """Remove the chats, so that rehearsals leave nothing behind; best effort."""
        for chat_id in reversed(self._chats):
            try:
                await self.platform.delete("chat", chat_id)
            except AlloKoliError:
                return

    def _server(self) -> dict[str, Any]:
        access = self.platform.access
        return {
            "url": f"{receiver_url(access)}?rehearsal=1",
            "timeoutSeconds": _SERVER_TIMEOUT_S,
            "headers": {"X-Vapi-Secret": access.server_secret},
        }

    def _answer(self, output: Any) -> Answer:
        if not isinstance(output, list):
            raise nonsense()
        messages = [one for one in output if isinstance(one, dict)]
        said = [
            one["content"]
            for one in messages
            if one.get("role") == "assistant" and isinstance(one.get("content"), str)
        ]
        text = "\n".join(said).strip()[:_MOST_CHARS]
        phrases = load("allokoli.blueprint", self.locale, "caller")["end_call"]["phrases"]
        left = find_phrase(phrases, fold(text)) is not None
        return Answer(text, left or any(_hangs_up(one) for one in messages))


def _hangs_up(message: dict[str, Any]) -> bool:
    calls = message.get("tool_calls") or message.get("toolCalls")
    for call in calls if isinstance(calls, list) else ():
        function = call.get("function") if isinstance(call, dict) else None
        name = function.get("name") if isinstance(function, dict) else None
        if isinstance(name, str) and name.replace("_", "").lower().startswith("endcall"):
            return True
    return False
