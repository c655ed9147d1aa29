"""Answers nobody hears while they come."""

import asyncio

import pytest

from allokoli.engine.conversation.chat_model import ModelFailed, TextDelta, Usage
from allokoli.engine.conversation.whole_answer import json_in, whole_answer


class Model:
    """Answers what it is made with, and tells whether its answer was closed."""

    def __init__(self, *deltas, hangs=False, fails=False):
        self.deltas, self.hangs, self.fails = deltas, hangs, fails
        self.closed = False

    async def stream(self, _messages, _tools):
        try:
            for delta in self.deltas:
                yield delta
            if self.fails:
                raise ModelFailed("it broke off", "x")
            if self.hangs:
                await asyncio.Event().wait()
        finally:
            self.closed = True


async def test_an_answer_is_its_words_and_the_tokens_it_took():
    model = Model(TextDelta(" Bon"), TextDelta("jour "), Usage(3, 2))
    answer = await whole_answer(model, [], timeout_s=5)
    assert (answer.text, answer.used) == ("Bonjour", (Usage(3, 2),))
    assert model.closed


@pytest.mark.parametrize(
    ("model", "trouble"),
    [
        (Model(TextDelta("a"), fails=True), ModelFailed),
        (Model(TextDelta("a"), hangs=True), TimeoutError),
    ],
)
async def test_an_answer_that_breaks_off_or_never_ends_is_closed(model, trouble):
    with pytest.raises(trouble):
        await whole_answer(model, [], timeout_s=0.01)
    assert model.closed


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ('```json\n{"a": 1}\n```', {"a": 1}),
        ('Here it is: {"a": [1]} Enjoy!', {"a": [1]}),
        ("The list: [1, 2].", [1, 2]),
        ("none", None),
        ("{" * 100_000 + "}" * 100_000, None),
        ("", None),
    ],
)
def test_json_is_found_among_words_and_fences(answer, found):
    assert json_in(answer) == found
