"""Audio of voice calls: Pipecat, WebRTC, turn taking, recording."""

from allokoli.engine import quiet

quiet.hush()
