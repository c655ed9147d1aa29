"""The `endedReason` literals of Vapi that more than one part of the engine knows."""

ASSISTANT_ENDED = "assistant-ended-call"
END_PHRASE_SAID = "assistant-said-end-call-phrase"
FORWARDED = "assistant-forwarded-call"
CANCELED = "manually-canceled"
SHUT_DOWN = "worker-shutdown"
CALLER_HUNG_UP = "customer-ended-call"
SILENCE = "silence-timed-out"
TOO_LONG = "exceeded-max-duration"
SAID_LAST_MESSAGE = "assistant-ended-call-after-message-spoken"
# Nobody at fault can be named when a network never lets the two ends meet; Vapi files that
# under the transport's provider.
NEVER_CONNECTED = "call.in-progress.error-providerfault-transport-never-connected"
PIPELINE_BROKE = "call.in-progress.error-vapifault-worker-died"
# The engine's own recognizer and voices bear Vapi's name on the wire.
TRANSCRIBER_BROKE = "pipeline-error-vapi-transcriber-failed"
CUSTOM_TRANSCRIBER_BROKE = "pipeline-error-custom-transcriber-failed"
VOICE_BROKE = "pipeline-error-vapi-voice-failed"
CUSTOM_VOICE_BROKE = "pipeline-error-custom-voice-failed"
CONVERSATION_BROKE = "pipeline-error-custom-llm-llm-failed"
FORWARDING_FAILED = "call.in-progress.error-transfer-failed"
CARRIER_LEFT = "phone-call-provider-closed-websocket"
