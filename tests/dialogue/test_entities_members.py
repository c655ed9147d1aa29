"""A company told one by one."""

import pytest

from allokoli.dialogue.entities.members import count_members
from allokoli.dialogue.utterance import Utterance


@pytest.mark.parametrize(
    ("said", "count"),
    [
        ("it's me, my husband and our daughter", 3),
        ("me, my husband and our two kids", 4),
        ("two adults and one child", 3),
        ("my wife, our three kids and myself", 5),
        ("me plus two", 3),
        ("my two friends and me", 3),
        ("it's only me I'm afraid", None),
        ("we are three, my colleagues and me", None),
        ("my husband", None),
    ],
)
def test_a_company_is_summed(said, count):
    found = count_members(Utterance.of(said, "en").folded, "en")
    assert (found[0] if found else None) == count


def test_a_language_without_the_list_counts_nobody():
    assert count_members("me, my husband and our daughter", "xx") is None
