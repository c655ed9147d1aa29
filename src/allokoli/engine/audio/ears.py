"""Who understands the caller: the engine's own recognizer, a provider, or the owner's server."""

from collections.abc import Callable
from typing import Any

from pipecat.processors.frame_processor import FrameProcessor

from allokoli.engine.audio import providers
from allokoli.engine.audio.custom_transcriber import CustomTranscriber
from allokoli.engine.audio.keyterms import keyterms
from allokoli.engine.audio.meters import WordsMeter
from allokoli.engine.audio.surroundings import Surroundings
from allokoli.engine.audio.transcriber import LocalTranscriber
from allokoli.engine.conversation import ended_reasons as ended


class Ears:
    """The transcriber an assistant asks for, and the engine's own behind it.

    The engine's own listens from the start when the assistant asks for no other, and from the
    moment another fails when its `fallbackPlan` names any: whichever it names, the engine's own
    stands in.

    Args:
        local: the engine's own.
        on_heard: told the words of the turn so far.
        on_failed: told the `endedReason` when nobody listens any more.
    """

    def __init__(
        self,
        local: LocalTranscriber,
        on_heard: Callable[[str], None],
        on_failed: Callable[[str], None],
    ) -> None:
        self._local = local
        self._on_heard = on_heard
        self._on_failed = on_failed
        self._other: CustomTranscriber | WordsMeter | None = None
        self._falls_back = False
        self.processors: list[FrameProcessor] = [local]
        self.reasons: dict[object, str] = {local: ended.TRANSCRIBER_BROKE}

    async def follow(self, transcriber: Any, language: str, around: Surroundings) -> None:
        """Use what the assistant's `transcriber` asks for. Once, before the pipeline is made."""
        asked = transcriber if isinstance(transcriber, dict) else {}
        self._local.keyterms = keyterms(asked)
        plan = asked.get("fallbackPlan")
        self._falls_back = isinstance(plan, dict) and bool(plan.get("transcribers"))
        if asked.get("provider") == "custom-transcriber":
            server = asked.get("server")
            custom = CustomTranscriber(
                server if isinstance(server, dict) else {},
                around,
                on_heard=self._on_heard,
                on_failed=lambda: self.failed(ended.CUSTOM_TRANSCRIBER_BROKE),
            )
            self._take([custom], custom)
            return
        made = await providers.made(providers.TRANSCRIBERS, asked, language, around)
        if made is not None:
            processor, service = made
            meter = WordsMeter(self._on_heard)
            self.reasons[processor] = service.failed
            self._take([processor, meter], meter)

    def turn_ended(self) -> None:
        """What comes next belongs to another turn."""
        for one in (self._local, self._other):
            if one is not None:
                one.turn_ended()

    def turn_resumed(self) -> None:
        """The last turn was not over."""
        for one in (self._local, self._other):
            if one is not None:
                one.turn_resumed()

    def played(self, pcm: bytes) -> None:
        """What the caller just heard of the assistant."""
        if isinstance(self._other, CustomTranscriber):
            self._other.played(pcm)

    def failed(self, reason: str) -> None:
        """Who listened does not any more: the engine's own does, or nobody."""
        if self._local.on or not self._falls_back:
            self._on_failed(reason)
        self._local.on = True

    def _take(
        self, processors: list[FrameProcessor], other: CustomTranscriber | WordsMeter
    ) -> None:
        self._local.on = False
        self._other = other
        self.processors = [*processors, self._local]
