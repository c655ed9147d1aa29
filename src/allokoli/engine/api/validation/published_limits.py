"""Ranges and lengths of Vapi's published API reference, by the property that holds the object.

Where providers differ (the speed of a voice), the widest range is kept: what one of them refuses is
that one's to say.
"""

Range = tuple[float | None, float | None]

_NAME: Range = (1, 40)
_NUMBER: Range = (3, 40)
_SHARE: Range = (0, 1)

VOICE: dict[str, Range] = {
    "instructions": (None, 10_000),
    "optimizeStreamingLatency": (0, 4),
    "pitch": (-12, 12),
    "similarityBoost": _SHARE,
    "speakingRate": (0.5, 1.5),
    "speed": (0.1, 5),
    "stability": _SHARE,
    "style": _SHARE,
    "styleDegree": (0.01, 2),
    "styleGuidance": (1, 30),
    "temperature": (0.1, 2),
    "textGuidance": (1, 2),
    "voiceGuidance": (1, 6),
    "voiceId": (None, 120),
    "volume": (0.5, 2),
}

TRANSCRIBER: dict[str, Range] = {
    "agentContext": (None, 1_750),
    "confidenceThreshold": _SHARE,
    "endOfTurnConfidenceThreshold": _SHARE,
    "endOfTurnSensitivity": _SHARE,
    "endpointing": (0.01, 500),
    "eotThreshold": (0.5, 0.9),
    "eotTimeoutMs": (500, 10_000),
    "keytermsPrompt": (None, 50),
    "maxDelay": (500, 10_000),
    "maxEndpointDelayMs": (500, 3_000),
    "maxTurnSilence": (0, None),
    "minEndOfTurnSilenceWhenConfident": (0, None),
    "minSilenceDurationMs": (50, 2_000),
    "minSpeechDurationMs": (50, 2_000),
    "minimumSpeechDuration": (0, 5),
    "prompt": (None, 1_750),
    "segmentationMaximumTimeMs": (20_000, 70_000),
    "segmentationSilenceTimeoutMs": (100, 5_000),
    "silenceThresholdSeconds": (0.3, 3),
    "speechThreshold": _SHARE,
    "transcriptionHint": (None, 600),
    "wordBoost": (None, 2_500),
    "wordFinalizationMaxWaitTime": (0, None),
}

DESTINATION: dict[str, Range] = {
    "callerId": (None, 40),
    "extension": (1, 10),
    "number": _NUMBER,
}

TOOL: dict[str, Range] = {"code": (None, 50_000), "timeoutSeconds": (1, 300)}

CUSTOMER: dict[str, Range] = {
    "number": _NUMBER,
    "name": (None, 40),
    "email": (None, 40),
    "externalId": (None, 40),
    "extension": (None, 10),
}

STRUCTURED_OUTPUT: dict[str, Range] = {"name": _NAME, "regex": (1, 1_000)}

RANGES: dict[str, dict[str, Range]] = {
    "aliases": {"value": (None, 10_000)},
    "backoffPlan": {
        "maxRetries": (0, 10),
        "baseDelaySeconds": (0, 10),
        "frequencySeconds": (2.5, None),
        "startAtSeconds": (0, None),
    },
    "chunkPlan": {"minCharacters": (1, 80)},
    "condition": {"prompt": (None, 1_000)},
    "conditions": {
        "count": (0, None),
        "param": (None, 1_000),
        "points": (0, 100),
        "seconds": (0, None),
    },
    "contextEngineeringPlan": {"maxMessages": (0, None)},
    "customEndpointingRules": {"timeoutSeconds": (0, 15)},
    "do": {"exact": (None, 4_000)},
    "environmentVariables": {"value": (None, 10_000)},
    "experimentalControls": {"speed": (-1, 1)},
    "filters": {"key": (None, 1_000), "oneOf": (None, 1_000), "startsWith": (None, 20)},
    "formatPlan": {"numberToDigitsCutoff": (0, None)},
    "formulas": {"formula": (1, 1_000), "name": (1, 255)},
    "fourierDenoisingPlan": {
        "baselineOffsetDb": (-30, -5),
        "baselinePercentile": (1, 99),
        "staticThreshold": (-80, 0),
        "windowSizeMs": (1_000, 30_000),
    },
    "generationConfig": {"speed": (0.6, 1.5), "volume": (0.5, 2)},
    "globalNodePlan": {"enterCondition": (None, 1_000)},
    "hooks": {"on": (None, 1_000), "name": (None, 1_000)},
    "keypadInputPlan": {"timeoutSeconds": (0, 10)},
    "layout": {"columns": (6, 6)},
    "messages": {"timingMilliseconds": (100, 120_000)},
    "model": {
        "model": (None, 100),
        "temperature": (0, 2),
        "maxTokens": (50, 10_000),
        "numFastTurns": (0, None),
        "timeoutSeconds": (0, 600),
        "promptCacheKey": (None, 64),
    },
    "options": {"timeoutSeconds": (1, 1_000), "triggerMaxCount": (1, 10)},
    "plan": {"timeoutSeconds": (1, 60)},
    "position": {"x": (0, None), "y": (0, None)},
    "queries": {"name": (None, 40)},
    "recordingConsentPlan": {"message": (None, 1_000), "waitSeconds": (1, 6)},
    "replacements": {"value": (None, 1_000)},
    "scorecards": {"name": (None, 80), "description": (None, 500)},
    "server": {"timeoutSeconds": (1, 300)},
    "size": {"height": (1, None), "width": (1, None)},
    "startSpeakingPlan": {"waitSeconds": (0, 5)},
    "stopSpeakingPlan": {
        "numWords": (0, 10),
        "voiceSeconds": (0, 0.5),
        "backoffSeconds": (0, 10),
        "acknowledgementPhrases": (None, 240),
        "interruptionPhrases": (None, 240),
    },
    "structuredOutput": STRUCTURED_OUTPUT,
    "structuredOutputs": STRUCTURED_OUTPUT,
    "thinking": {"budgetTokens": (1_024, 100_000)},
    "transcriptionEndpointingPlan": {
        "onNoPunctuationSeconds": (0, 3),
        "onNumberSeconds": (0, 3),
        "onPunctuationSeconds": (0, 3),
    },
    "transferPlan": {"dialTimeout": (1, 600), "timeout": (1, 600), "twiml": (None, 4_096)},
    "transport": {"dialTimeout": (1, 600)},
    "transportConfigurations": {"timeout": (1, 600)},
    "vocabulary": {"intensity": _SHARE},
    "voicemailDetection": {
        "beepMaxAwaitSeconds": (0, 30),
        "machineDetectionSilenceTimeout": (2_000, 10_000),
        "machineDetectionSpeechEndThreshold": (500, 5_000),
        "machineDetectionSpeechThreshold": (1_000, 6_000),
        "machineDetectionTimeout": (3, 59),
    },
    "voice": VOICE,
    "voices": VOICE,
    "transcriber": TRANSCRIBER,
    "transcribers": TRANSCRIBER,
    "destination": DESTINATION,
    "destinations": DESTINATION,
    "fallbackDestination": DESTINATION,
    "customer": CUSTOMER,
    "tool": TOOL,
    "tools": TOOL,
    "tools:append": TOOL,
}
