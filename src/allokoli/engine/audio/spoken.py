"""What has been said so far of the current reply, and how much of it was really heard."""

from dataclasses import dataclass


@dataclass(slots=True)
class _Sentence:
    text: str
    seconds: float = 0.0


class Spoken:
    """Keeps each sentence of a reply with its length, and counts the audio played."""

    def __init__(self) -> None:
        self._sentences: list[_Sentence] = []
        self._played_s = 0.0
        self._cut_sentence = ""

    def begin(self, text: str) -> None:
        """A sentence starts being voiced."""
        self._sentences.append(_Sentence(text))

    def grow(self, seconds: float) -> None:
        """The last sentence's voice is `seconds` longer."""
        if self._sentences:
            self._sentences[-1].seconds += seconds

    def play(self, seconds: float) -> None:
        """That much was sent to the caller's ear."""
        self._played_s += seconds

    @property
    def played_s(self) -> float:
        """Seconds of the reply sent to the caller's ear."""
        return self._played_s

    def heard(self) -> str:
        """The words played so far; a sentence cut short gives its words in proportion."""
        words: list[str] = []
        left_s = self._played_s
        for sentence in self._sentences:
            if left_s <= 0:
                break
            whole = sentence.text.split()
            share = min(1.0, left_s / sentence.seconds) if sentence.seconds else 0.0
            words += whole[: round(share * len(whole))]
            left_s -= sentence.seconds
        return " ".join(words)

    def cut(self) -> str:
        """The caller barges in: returns the words played, and keeps those of the cut sentence.

        They are kept through `clear`: the next reply may begin before the cut has passed on.
        """
        self._cut_sentence = self._sentence_heard()
        return self.heard()

    def take_cut(self) -> str:
        """The words played of the sentence that was cut, "" between two; given once."""
        words, self._cut_sentence = self._cut_sentence, ""
        return words

    def _sentence_heard(self) -> str:
        left_s = self._played_s
        for sentence in self._sentences:
            if left_s < sentence.seconds:
                whole = sentence.text.split()
                return " ".join(whole[: round(left_s / sentence.seconds * len(whole))])
            left_s -= sentence.seconds
        return ""

    def clear(self) -> None:
        """A new reply starts."""
        self._sentences.clear()
        self._played_s = 0.0
