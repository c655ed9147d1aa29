"""The call machine: one script made of the files beside this one."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

# Each file uses names of those before it; together they are the body of one function.
_PARTS = ("telling.js", "devices.js", "call.js", "asked.js")
_OPENING = """\
// The call machine of daily-js 0.87, for pages that use @vapi-ai/web with AlloKoli's engine.
//
// daily-js loads this file, then talks to it with window.postMessage: it asks ("join-meeting",
// "app-msg", "local-audio"…) and is told what happens ("joined-meeting", "participant-updated",
// "app-message"…). The audio goes over one WebRTC connection to the engine; its offer is posted to
// the call's own address (`webCallUrl`); messages go over a data channel.
(() => {
"use strict";

"""
_CLOSING = "})();\n"


@dataclass(frozen=True, slots=True)
class Bundle:
    """The script.

    Attributes:
        text: its source.
        etag: changes when it does.
    """

    text: bytes
    etag: str


@cache
def bundle() -> Bundle:
    """The script, read once."""
    folder = Path(__file__).parent
    parts = "\n".join((folder / name).read_text("utf-8") for name in _PARTS)
    text = f"{_OPENING}{parts}{_CLOSING}".encode()
    return Bundle(text, f'"{hashlib.sha256(text).hexdigest()[:32]}"')
