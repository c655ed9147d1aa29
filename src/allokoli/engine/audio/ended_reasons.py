"""The `endedReason` literals of Vapi that a voice call can end with by itself."""

CALLER_HUNG_UP = "customer-ended-call"
SILENCE = "silence-timed-out"
TOO_LONG = "exceeded-max-duration"
SAID_LAST_MESSAGE = "assistant-ended-call-after-message-spoken"
# Nobody at fault can be named when a network never lets the two ends meet; Vapi files that
# under the transport's provider.
NEVER_CONNECTED = "call.in-progress.error-providerfault-transport-never-connected"
PIPELINE_BROKE = "call.in-progress.error-vapifault-worker-died"
TRANSCRIBER_BROKE = "pipeline-error-custom-transcriber-failed"
VOICE_BROKE = "pipeline-error-custom-voice-failed"
CONVERSATION_BROKE = "pipeline-error-custom-llm-llm-failed"
FORWARDING_FAILED = "call.in-progress.error-transfer-failed"
CARRIER_LEFT = "phone-call-provider-closed-websocket"
