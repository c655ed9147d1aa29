"""What an assistant's speaking plans ask, keys as they sound, sounds by their address."""

import asyncio
import math

import numpy as np
import pytest

from allokoli.engine.audio import endpointing, sounds
from allokoli.engine.audio.backgrounds import Background, background_of, office
from allokoli.engine.audio.pauses import Pauses
from allokoli.engine.audio.plans import SpeakingPlan
from allokoli.engine.audio.surroundings import Nowhere
from allokoli.engine.audio.tones import dialled
from allokoli.engine.conversation.backstage import ServerFailed


def rules(*wire):
    return SpeakingPlan.of({"startSpeakingPlan": {"customEndpointingRules": list(wire)}})


def test_the_first_rule_that_matches_both_sides_decides():
    plan = rules(
        {"type": "assistant", "regex": "num[ée]ro", "timeoutSeconds": 4},
        {
            "type": "both",
            "assistantRegex": "table",
            "customerRegex": "^OUI",
            "customerRegexOptions": [{"type": "ignore-case", "enabled": True}],
            "timeoutSeconds": 0.3,
        },
        {"type": "customer", "regex": r"\bet$", "timeoutSeconds": 99},
    )
    assert plan.rule_seconds("Votre numéro ?", "zéro six") == 4
    assert plan.rule_seconds("Une table ?", "oui") == 0.3
    assert plan.rule_seconds("Une table ?", "non") is None
    assert plan.rule_seconds("", "du vin et") == 15, "no longer than Vapi's longest"
    assert plan.longest_wait_s == 15


def test_a_pattern_that_explodes_or_cannot_be_read_harms_nothing():
    plan = rules(
        {"type": "customer", "regex": "(a+)+$", "timeoutSeconds": 9},
        {"type": "customer", "regex": "(", "timeoutSeconds": 9},
        {"type": "customer", "timeoutSeconds": 9},
        "nonsense",
    )
    assert len(plan.rules) == 1
    assert len(plan.warnings) == 2
    assert plan.rule_seconds("", "a" * 900 + "!") is None


@pytest.mark.parametrize(
    ("words", "seconds"), [("Oui.", 0.2), ("zéro six 22", 0.7), ("et puis", 2.0), ("22.", 0.7)]
)
def test_the_end_of_the_words_decides_where_the_plan_says_so(words, seconds):
    wire = {"onPunctuationSeconds": 0.2, "onNumberSeconds": 0.7, "onNoPunctuationSeconds": 2}
    plan = SpeakingPlan.of({"startSpeakingPlan": {"transcriptionEndpointingPlan": wire}})
    assert plan.by_words.seconds(words) == seconds


def test_a_smart_plan_goes_before_that_of_words():
    wire = {"smartEndpointingPlan": {"provider": "livekit"}, "transcriptionEndpointingPlan": {}}
    assert SpeakingPlan.of({"startSpeakingPlan": wire}).by_words is None


@pytest.mark.parametrize(
    ("words", "stops"),
    [
        ("d'accord", False),
        ("une seule chose", True),
        ("euh", False),
        ("non", True),
        ("Stop !", True),
    ],
)
def test_phrases_and_a_number_of_words_decide_what_cuts_the_assistant(words, stops):
    wire = {"numWords": 2, "acknowledgementPhrases": ["D’accord"]}
    wire["interruptionPhrases"] = ["stop", "non"]
    assert SpeakingPlan.of({"stopSpeakingPlan": wire}).stopped_by(words) is stops


@pytest.mark.parametrize("wire", [None, [], "x", {"waitSeconds": math.nan, "numWords": "3"}])
def test_a_plan_that_makes_no_sense_is_no_plan(wire):
    plan = SpeakingPlan.of({"startSpeakingPlan": wire, "stopSpeakingPlan": wire})
    assert (plan.wait_s, plan.num_words, plan.rules) == (0, 0, ())


async def test_an_assistant_waits_after_the_caller_and_longer_after_being_cut():
    now_s, slept = 100.0, []

    async def sleep(seconds):
        slept.append(seconds)

    pauses = Pauses(lambda: now_s, sleep)
    pauses.after_caller_s, pauses.after_interruption_s = 0.5, 2.0
    pauses.caller_stopped(0.2)
    await pauses.before_speaking()
    pauses.interrupted()
    await pauses.before_speaking()
    now_s = 103.0
    await pauses.before_speaking()
    assert slept == [pytest.approx(0.3), pytest.approx(2.0)]


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        ({"timeoutSeconds": 2}, 2),
        ({"timeoutSeconds": 99}, 15),
        ({"timeoutSeconds": -1}, 0),
        ({"timeoutSeconds": "2"}, None),
        ({"timeoutSeconds": math.nan}, None),
        ({"timeoutSeconds": True}, None),
        ({}, None),
        (None, None),
        ([], None),
        (ServerFailed("no"), None),
        ("hang", None),
    ],
)
async def test_a_server_may_say_when_the_caller_has_finished(monkeypatch, answer, seconds):
    monkeypatch.setattr(endpointing, "_ANSWER_S", 0.05)
    asked = []

    class Around(Nowhere):
        async def ask_server(self, kind, fields, server=None):
            asked.append((kind, fields, server))
            if answer == "hang":
                await asyncio.Event().wait()
            if isinstance(answer, Exception):
                raise answer
            return answer

    server = {"url": "https://example.org"}
    assert await endpointing.asked_endpointing(Around(), server, "oui et") == seconds
    kind, fields, to = asked[0]
    assert (kind, to) == ("call.endpointing.request", server)
    assert fields["messagesOpenAIFormatted"] == [{"role": "user", "content": "oui et"}]


def test_keys_sound_as_a_telephone_s():
    wave_ = np.frombuffer(dialled("5w#x", 16_000), np.int16).astype(float)
    assert len(wave_) == 2 * 2_880 + 8_000
    for start, low, high in ((0, 770, 1336), (2_880 + 8_000, 941, 1477)):
        spectrum = np.abs(np.fft.rfft(wave_[start : start + 1_600]))
        loudest = sorted(np.argsort(spectrum)[-2:] * 10)
        assert loudest == [pytest.approx(low, abs=10), pytest.approx(high, abs=10)]


async def test_an_office_is_heard_softly_behind_the_voice():
    behind = background_of("office")
    await behind.start(16_000)
    voice = np.full(320, 32_000, np.int16).tobytes()
    mixed = np.frombuffer(await behind.mix(voice), np.int16)
    assert 0 < np.abs(mixed.astype(int) - 32_000).max() <= 500
    assert len(office()) == 12 * 16_000
    await behind.stop()
    assert background_of("off") is None
    assert background_of(None) is None


async def test_a_sound_is_fetched_and_brought_to_the_engine_s_rate(files):
    pcm = np.frombuffer(await sounds.fetched(f"{files}/tune.wav"), np.int16)
    assert len(pcm) == pytest.approx(16_000, abs=200)
    assert np.abs(pcm).max() > 8_000
    behind = Background(f"{files}/tune.wav")
    await behind.start(16_000)
    await behind._fetching
    assert np.abs(np.frombuffer(await behind.mix(bytes(640)), np.int16)).max() > 500
    await behind.stop()


@pytest.mark.parametrize("name", ["nonsense", "gone.wav"])
async def test_a_sound_that_cannot_be_had_is_silence(files, name):
    assert await sounds.fetched(f"{files}/{name}") == b""
