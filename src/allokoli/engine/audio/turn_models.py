"""Voice activity and end-of-turn models, loaded once; each call gets its own light state.

Pipecat's analyzers load their network when they are made. The networks are read-only and safe to
run from several threads, so a call's analyzer borrows those of a first one.
"""

import copy
from functools import cache

from pipecat.audio.turn.smart_turn.base_smart_turn import BaseSmartTurn, SmartTurnParams
from pipecat.audio.turn.smart_turn.local_smart_turn_v3 import LocalSmartTurnAnalyzerV3
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.audio.vad.vad_analyzer import VADAnalyzer, VADParams

# A pause the model takes for a hesitation is waited for this long, not Pipecat's three seconds.
_HESITATION_S = 1.0
# `Oui` lasts a quarter of a second. Pipecat's volume rises slowly after a silence: over its own
# threshold, 0.6, most answers of one syllable are over before they count.
_VOICE = VADParams(start_secs=0.13, min_volume=0.3)


def voice_activity() -> SileroVADAnalyzer:
    """A voice-activity analyzer for one call."""
    first = _first_voice_activity()
    mine = copy.copy(first)
    VADAnalyzer.__init__(mine, params=_VOICE)
    mine._model = copy.copy(first._model)  # noqa: SLF001 - the network is shared, its state is not
    mine._model.reset_states()  # type: ignore[no-untyped-call] # noqa: SLF001
    return mine


def turn_end() -> LocalSmartTurnAnalyzerV3:
    """An end-of-turn analyzer for one call."""
    mine = copy.copy(_first_turn_end())
    BaseSmartTurn.__init__(mine, params=SmartTurnParams(stop_secs=_HESITATION_S))
    return mine


def warm() -> None:
    """Load both networks now rather than during the first call."""
    _first_voice_activity()
    _first_turn_end()


@cache
def _first_voice_activity() -> SileroVADAnalyzer:
    return SileroVADAnalyzer()


@cache
def _first_turn_end() -> LocalSmartTurnAnalyzerV3:
    return LocalSmartTurnAnalyzerV3()
