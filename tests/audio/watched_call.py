"""Run a whole call and print every address it spoke to that is not this machine's. Run as a script.

Python's own sockets are seen by an audit hook, those of native libraries by the kernel's list of
this process's connections, read all along. `--provoke` opens a connection outside, to prove that
the watch sees one.
"""

import asyncio
import contextlib
import ipaddress
import json
import socket
import sys
import tempfile
import threading
import time
from pathlib import Path

strangers: set[str] = set()


def note(address: object) -> None:
    """Remember an address unless it is ours."""
    if isinstance(address, tuple):
        address = address[0]
    host = str(address or "").split("%", maxsplit=1)[0]
    if not host or host == "localhost":
        return
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        strangers.add(host)
        return
    if not (ip.is_loopback or ip.is_unspecified or host in own):
        strangers.add(host)


def audit(event: str, arguments: tuple[object, ...]) -> None:
    """See every socket Python opens and every name it looks up."""
    if event in {"socket.connect", "socket.sendto"} and not isinstance(arguments[1], str | bytes):
        note(arguments[1])
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        note(arguments[0])


def own_addresses() -> set[str]:
    """The addresses of this machine."""
    import psutil

    return {
        one.address.split("%")[0]
        for addresses in psutil.net_if_addrs().values()
        for one in addresses
        if one.family in {socket.AF_INET, socket.AF_INET6}
    }


def watch_kernel(stop: threading.Event) -> None:
    """Read the kernel's list of this process's connections."""
    import psutil

    me = psutil.Process()
    while not stop.wait(0.02):
        for connection in me.net_connections("inet"):
            if connection.raddr:
                note(connection.raddr.ip)


own = own_addresses()
sys.addaudithook(audit)


async def call(provoke: bool) -> dict[str, object]:
    """Greeting, one answered turn, goodbye."""
    from caller import Caller
    from scripted import Notes, ScriptedConversation

    from allokoli.engine.audio.limits import Limits
    from allokoli.engine.audio.voice_call import VoiceCall
    from allokoli.engine.speech import Speech
    from allokoli.engine.speech.weights import BASE_MODEL

    speech = Speech.load(Path(sys.argv[1]), BASE_MODEL)
    conversation, caller = ScriptedConversation(), Caller()
    with tempfile.TemporaryDirectory() as folder:
        one = VoiceCall(conversation, Notes(), Path(folder) / "call.wav", Limits(), speech)
        await caller.take(await one.answer_webrtc(**await caller.offer()))
        await caller.silence_after(await caller.sound_after(0))
        if provoke:
            with socket.socket() as outside, contextlib.suppress(OSError):
                outside.setblocking(False)
                outside.connect(("198.51.100.1", 9))
        goodbye = [piece async for piece in speech.voices.say("Merci beaucoup, au revoir.", "fr")]
        await caller.microphone.speak(b"".join(goodbye))
        reason = await asyncio.wait_for(one.wait(), 20)
    await caller.hang_up()
    speech.close()
    return {"reason": reason, "turns": len(conversation.turns)}


def main() -> None:
    """Make the call under watch and print what was seen."""
    stop = threading.Event()
    watcher = threading.Thread(target=watch_kernel, args=(stop,))
    watcher.start()
    started = time.monotonic()
    try:
        seen = asyncio.run(call("--provoke" in sys.argv))
    finally:
        stop.set()
        watcher.join()
    seconds = round(time.monotonic() - started, 1)
    sys.stdout.write(json.dumps({**seen, "strangers": sorted(strangers), "s": seconds}) + "\n")


if __name__ == "__main__":
    main()
