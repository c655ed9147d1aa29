"""Whisper, loaded once and shared by every call of the process.

The stock service pads every utterance to 30 s before encoding it. CTranslate2 accepts shorter
windows: padding by 8 s of silence gives the same text four times sooner. On rare utterances a
short window makes the model repeat itself; those are recognized again on the full window.
"""

import asyncio
import os
import re
import zlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

SAMPLE_RATE = 16_000
LANGUAGES = ("fr", "en", "he")
_WINDOW_S = 30.0
_PADDING_S = 8.0
_MAX_TOKENS, _MODEL_TOKENS = 224, 448
_CONTEXT_CHARS, _KEYTERMS_CHARS = 200, 240
_ECHO_WORDS = 3
_LETTERS_TO_TELL = 5
_SOUNDS_LIKE = {"sang": "100"}
_SAID_AGAIN = re.compile(r"\b([^\W\d_]+(?:\W+[^\W\d_]+){2,})\W+\1\b", re.IGNORECASE)
_LOOP_COMPRESSION = 2.0
_TOKENS_PER_S, _TOKENS_AT_LEAST = 9.0, 8
_UNSURE_SCORE = -1.0
_NOISE_PROBABILITY, _NOISE_SCORE = 0.6, -0.5
_BEAM = 4
# A word or two sounds alike in many languages; and who goes on in the same one is the rule.
_TOO_SHORT_TO_TELL_S = 0.5
_LIKELY, _CLEARLY = 0.5, 0.8
# Written as Whisper should write: digits, hours and phone numbers as figures, whole sentences.
# Without it "vendredi à dix-neuf heures trente" comes back as "Dix-Nefur-30".
_STYLE = {
    "fr": "Oui, c'est ça. Non, merci. Pour 3 personnes, vendredi à 19h40. "
    "Mon numéro est le 07 81 92 64 30.",
    "en": "Yes, that's right. No, thanks. For 3 people, on Friday at 7:40 pm. "
    "My number is 415 555 0132.",
    "he": "כן, נכון. לא, תודה. ל-3 אנשים, ביום שישי בשעה 19:40.",
}

Audio = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Heard:
    """What the recognizer makes of an utterance.

    Attributes:
        text: the words, "" for noise.
        score: mean log-probability of the words, 0 is certain.
        no_speech: probability that nobody spoke (0 to 1).
        language: two letters, of the words.
    """

    text: str
    score: float
    no_speech: float
    language: str


class Recognizer:
    """Speech to text, safe to share between calls and threads.

    Args:
        folder: the model, in CTranslate2's format (see `weights.find_models`).
        workers: utterances recognized at once; each takes one core.
    """

    def __init__(self, folder: Path, *, workers: int = 2) -> None:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        from faster_whisper import WhisperModel
        from faster_whisper.tokenizer import Tokenizer

        self._whisper: Any = WhisperModel(
            str(folder),
            device="cpu",
            compute_type="int8",
            cpu_threads=1,
            num_workers=workers,
            local_files_only=True,
        )
        self._tokenizers: dict[str, Any] = {
            language: Tokenizer(
                self._whisper.hf_tokenizer, multilingual=True, task="transcribe", language=language
            )
            for language in LANGUAGES
        }
        self._pool = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="recognizer")

    async def hear(
        self,
        pcm: bytes,
        language: str,
        *,
        context: str = "",
        among: Sequence[str] = (),
        keyterms: Sequence[str] = (),
    ) -> Heard:
        """Recognize one utterance.

        Args:
            pcm: 16-bit mono samples at 16 kHz; what exceeds 30 s is cut.
            language: "fr", "en" or "he"; any other is taken for English.
            context: what the assistant just said; an answer is better understood after it.
            among: the languages that may be spoken, when there are several: another one than
                `language` is recognized as itself when it is clearly heard.
            keyterms: words and phrases that are likely, in that language, the likeliest last; the
                last 240 characters count.
        """
        return await asyncio.get_running_loop().run_in_executor(
            self._pool, self.hear_now, pcm, language, context, tuple(among), tuple(keyterms)
        )

    def hear_now(
        self,
        pcm: bytes,
        language: str,
        context: str = "",
        among: Sequence[str] = (),
        keyterms: Sequence[str] = (),
    ) -> Heard:
        """As `hear`, in the calling thread."""
        audio: Audio = np.frombuffer(pcm, np.int16).astype(np.float32) / np.float32(32768)
        duration_s = len(audio) / SAMPLE_RATE
        window_s = min(_WINDOW_S, duration_s + _PADDING_S)
        encoded = self._encode(audio, window_s)
        spoken = self._spoken(encoded, language, among, duration_s)
        if spoken != language:
            language, context, keyterms = spoken, "", ()
        context = context[-_CONTEXT_CHARS:]
        style = " ".join([_STYLE.get(language, _STYLE["en"]), _expected(keyterms)]).strip()
        heard, tokens = self._decode(encoded, language, f"{style} {context}")
        if _noise(heard):
            return Heard("", heard.score, heard.no_speech, language)
        if _echoes(heard.text, style):
            heard, tokens = self._decode(encoded, language, context)
        if window_s < _WINDOW_S and _doubtful(heard, tokens, duration_s):
            whole = self._encode(audio, _WINDOW_S)
            heard, _ = self._decode(whole, language, f"{style} {context}")
            if _echoes(heard.text, style):
                heard, _ = self._decode(whole, language, context)
        return replace(heard, text=_as_expected(heard.text, keyterms))

    def close(self) -> None:
        """Let the threads go. Utterances being recognized are finished."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _encode(self, audio: Audio, window_s: float) -> Any:
        samples = int(window_s * SAMPLE_RATE)
        padded = np.zeros(samples, np.float32)
        padded[: len(audio)] = audio[:samples]
        features = self._whisper.feature_extractor(padded, padding=0)[:, : samples // 160]
        return self._whisper.encode(features)

    def _spoken(self, encoded: Any, language: str, among: Sequence[str], duration_s: float) -> str:
        """The language of an utterance: the one expected, unless another is clearly heard."""
        likely = [one for one in among if one in self._tokenizers]
        if len(likely) < 2 or duration_s < _TOO_SHORT_TO_TELL_S:  # noqa: PLR2004 - a choice
            return language
        found = dict(self._whisper.model.detect_language(encoded)[0])
        shares = {one: found.get(f"<|{one}|>", 0.0) for one in likely}
        best = max(shares, key=lambda one: shares[one])
        clearly = shares[best] >= max(_LIKELY, _CLEARLY * sum(shares.values()))
        return best if clearly else language

    def _decode(self, encoded: Any, language: str, before: str) -> tuple[Heard, int]:
        tokenizer = self._tokenizers.get(language, self._tokenizers["en"])
        before = f" {before}".rstrip()
        prompt = self._whisper.get_prompt(
            tokenizer, tokenizer.encode(before), without_timestamps=True
        )
        result = self._whisper.model.generate(
            encoded,
            [prompt],
            beam_size=_BEAM,
            max_length=min(_MODEL_TOKENS, len(prompt) + _MAX_TOKENS),
            sampling_temperature=0.0,
            return_scores=True,
            return_no_speech_prob=True,
        )[0]
        tokens = result.sequences_ids[0]
        heard = Heard(
            _once(tokenizer.decode(tokens).strip()),
            result.scores[0],
            result.no_speech_prob,
            language,
        )
        return heard, len(tokens)


def _expected(keyterms: Sequence[str]) -> str:
    """The likely words as one sentence, the last ones that have room: they weigh most."""
    said = ", ".join(keyterms)
    if len(said) > _KEYTERMS_CHARS:
        said = said[-_KEYTERMS_CHARS:].partition(", ")[2]
    return f"{said}." if said else ""


def _as_expected(text: str, keyterms: Sequence[str]) -> str:
    """An expected phrase for what is heard in its place, but for its last word.

    One letter is off, or figures sound like it (`prise de 100`): figures are what was asked for.
    """
    for term in keyterms:
        head, _, last = term.rpartition(" ")
        said = rf"(?<!\w){re.escape(head)}\s+(\w+)" if head else r"(?!)"
        for found in reversed(list(re.finditer(said, text, re.IGNORECASE))):
            if _mistaken(found[1], last):
                text = text[: found.start(1)] + last + text[found.end(1) :]
    return text


def _mistaken(heard: str, word: str) -> bool:
    """Whether a word may be another's misspelling."""
    one, other = heard.lower(), word.lower()
    if other.isdigit() or one.isdigit():
        return _SOUNDS_LIKE.get(other) == one
    off = sum(a != b for a, b in zip(one, other, strict=False))
    return len(one) == len(other) >= _LETTERS_TO_TELL and off == 1


def _once(text: str) -> str:
    """Drop a group of words said again at once; digits may rightly repeat."""
    return _SAID_AGAIN.sub(r"\1", text)


def _noise(heard: Heard) -> bool:
    """Whether nobody spoke, and the words come from the model's imagination."""
    return heard.no_speech > _NOISE_PROBABILITY and heard.score < _NOISE_SCORE


def _echoes(text: str, style: str) -> bool:
    """Whether the model may repeat the sentence that showed it how to write."""
    said, shown = (re.findall(r"\w+", one.lower()) for one in (text, style))
    runs = {tuple(shown[i : i + _ECHO_WORDS]) for i in range(len(shown) - _ECHO_WORDS + 1)}
    return any(tuple(said[i : i + _ECHO_WORDS]) in runs for i in range(len(said)))


def _doubtful(heard: Heard, tokens: int, duration_s: float) -> bool:
    """Whether the short window made the model repeat itself or guess."""
    data = heard.text.encode()
    compression = len(data) / max(1, len(zlib.compress(data)))
    return (
        compression > _LOOP_COMPRESSION
        or tokens > duration_s * _TOKENS_PER_S + _TOKENS_AT_LEAST
        or heard.score < _UNSURE_SCORE
    )
