"""Turn taking as an assistant's plans ask, keys, silences, sounds and backgrounds, aloud."""

import numpy as np
import pytest
from hearing import AUDIBLE_PEAK, HEARD_RATE
from lines import lines
from scripted import ANSWER, GREETING, LONG, ScriptedConversation
from socket_caller import SocketCaller

from allokoli.engine.conversation.events import HandedOff, Say, SendDigits

pytestmark = [pytest.mark.audio, pytest.mark.timeout(300)]
SENTENCE = "Je voudrais réserver une table."


@pytest.fixture
async def line(speech, tmp_path):
    """`await line(…)`: a call that waits for its caller at `.url`."""
    async with lines(speech, tmp_path) as start:
        yield start


async def test_a_first_message_may_be_a_sound(line, files):
    one = await line(ScriptedConversation(greeting=f"{files}/tune.wav"))
    caller = await SocketCaller(one.url).connect()
    await caller.silence_after(await caller.sound_after(0))
    heard = np.frombuffer(caller.heard_since(0), np.int16)
    loud = np.flatnonzero(np.abs(heard.astype(np.int32)) > AUDIBLE_PEAK)
    assert (loud[-1] - loud[0]) / HEARD_RATE == pytest.approx(1.0, abs=0.1)


async def test_words_that_may_not_be_cut_are_said_whole_and_the_caller_answered_after(line, voice):
    class Guarded(ScriptedConversation):
        async def open(self):
            yield Say(LONG, interruptible=False)

    one = await line(Guarded())
    caller = await SocketCaller(one.url).connect()
    await caller.sound_after(await caller.sound_after(0) + 1)
    await caller.speak(await voice(SENTENCE))
    await one.until(lambda: ANSWER[:9] in " ".join(one.notes.said("assistant")), 25)
    assert one.notes.interruptions == 0
    assert " ".join(one.notes.said("assistant")).startswith(LONG)
    assert len(one.conversation.turns) == 1


async def test_an_acknowledgement_does_not_cut_the_assistant_and_a_sentence_does(line, voice):
    plan = {"numWords": 3, "acknowledgementPhrases": ["oui", "d'accord"]}
    one = await line(
        ScriptedConversation(greeting=LONG + LONG), assistant={"stopSpeakingPlan": plan}
    )
    caller = await SocketCaller(one.url).connect()
    await caller.sound_after(await caller.sound_after(0) + 0.5)
    await caller.speak(await voice("Oui."))
    await caller.sound_after(await caller.sound_after(0) + 3, 10)
    assert one.notes.interruptions == 0
    await caller.speak(await voice("Je voudrais réserver une table pour quatre personnes."))
    await one.until(lambda: one.notes.interruptions == 1, 8)
    assert one.conversation.interrupted == ["user"]


async def test_a_rule_makes_the_assistant_wait_longer(line, voice):
    rule = {"type": "assistant", "regex": "table", "timeoutSeconds": 3}
    plan = {"customEndpointingRules": [rule]}
    one = await line(assistant={"startSpeakingPlan": plan})
    caller = await SocketCaller(one.url).connect()
    await caller.silence_after(await caller.sound_after(0))
    spoke_s = await caller.speak(await voice(SENTENCE))
    assert await caller.sound_after(spoke_s) - spoke_s > 3


async def test_keys_and_silences_reach_the_conversation(line):
    one = await line(ScriptedConversation(waits=[1.0]))
    caller = await SocketCaller(one.url).connect()
    await caller.silence_after(await caller.sound_after(0), lasting_s=0.5)
    await caller.send({"type": "dtmf", "digits": "4x2"})
    await one.until(lambda: ANSWER[:9] in " ".join(one.notes.said("assistant")), 8)
    assert one.conversation.entries == ["4", "2"]
    await one.until(lambda: one.conversation.silences, 12)
    assert one.conversation.silences[0] == pytest.approx(1.0, abs=0.5)


async def test_who_takes_over_speaks_its_own_language_from_its_first_word(line, speech):
    ada = {"transcriber": {"provider": "deepgram", "language": "en"}}

    class Squad(ScriptedConversation):
        async def open(self):
            yield Say("Je vous passe ma collègue.")
            self.language = "en"
            yield HandedOff(ada, {})
            yield SendDigits("1")
            yield Say("Good morning, how can I help you today?")

    one = await line(Squad())
    caller = await SocketCaller(one.url).connect()
    started_s = await caller.sound_after(0)
    await caller.silence_after(started_s)
    heard = await speech.recognizer.hear(caller.heard_since(started_s + 2.2), "en")
    assert "help you" in heard.text.lower()
    assert [type(one).__name__ for one in one.notes.events] == ["HandedOff", "SendDigits"]


async def test_a_background_is_heard_while_nobody_speaks(line):
    one = await line(assistant={"backgroundSound": "office"})
    caller = await SocketCaller(one.url).connect()
    await one.until(
        lambda: (
            GREETING.endswith(one.notes.said("assistant")[-1])
            if one.notes.said("assistant")
            else False
        ),
        12,
    )
    before = caller.pieces
    await one.until(lambda: caller.pieces >= before + 50)
    quiet = caller.heard_from(before + 20)
    assert 20 < np.abs(quiet.astype(int)).max() <= 600
    assert one.notes.speech[-1] == ("assistant", "stopped")
