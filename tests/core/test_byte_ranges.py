"""What a player may ask of a file of 100 bytes."""

import pytest

from allokoli.core.byte_ranges import asked_range


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-9", (0, 10)),
        ("bytes=90-", (90, 100)),
        ("bytes=-10", (90, 100)),
        ("bytes=-500", (0, 100)),
        ("bytes=50-500", (50, 100)),
        ("bytes=100-", (100, 100)),
    ],
)
def test_a_single_range_is_a_part(header, part):
    assert asked_range(header, 100) == part


@pytest.mark.parametrize(
    "header",
    [None, "", "bytes=-", "bytes=0-1,5-6", "lines=0-9", "bytes=٣-", f"bytes={'9' * 5000}-"],
)
def test_anything_else_is_the_whole(header):
    assert asked_range(header, 100) is None
