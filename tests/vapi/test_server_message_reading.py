"""Server messages, read with tolerance."""

from datetime import UTC, datetime

import pytest

from allokoli.core.errors import InvalidInput
from allokoli.vapi import server_messages
from allokoli.vapi.server_messages import moment, read


def body(kind, **fields):
    return {"message": {"type": kind, "call": {"id": "c1"}, **fields}}


def test_a_call_is_reported_once_whatever_else_differs():
    first = read(body("end-of-call-report", timestamp=1))
    again = read(body("end-of-call-report", timestamp=2, cost=3))
    assert first.key == again.key
    assert first.call_id == "c1"


def test_other_messages_are_the_same_when_all_of_them_is():
    one = read(body("status-update", status="ended"))
    same = read(body("status-update", status="ended"))
    other = read(body("status-update", status="in-progress"))
    assert one.key == same.key != other.key


@pytest.mark.parametrize(
    "payload",
    [None, [], "x", {}, {"message": None}, {"message": {"type": 1}}, {"message": {"type": ""}},
     {"message": {"type": "a" * 81}}],
)  # fmt: skip
def test_what_is_no_message_is_refused(payload):
    with pytest.raises(InvalidInput):
        read(payload)


def test_a_message_may_belong_to_no_call():
    message = read({"message": {"type": "session.created", "call": "none"}})
    assert message.call_id is None
    assert message.call == {}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-01-01T10:00:00.000Z", datetime(2026, 1, 1, 10, tzinfo=UTC)),
        ("2026-01-01T10:00:00", datetime(2026, 1, 1, 10, tzinfo=UTC)),
        (1767261600, datetime(2026, 1, 1, 10, tzinfo=UTC)),
        (1767261600000, datetime(2026, 1, 1, 10, tzinfo=UTC)),
        ("soon", None),
        (True, None),
        (float("nan"), None),
        (1e300, None),
        (None, None),
        ([], None),
    ],
)
def test_moments_are_read_however_they_are_written(written, meant):
    assert moment(written) == meant


def test_text_is_what_postgresql_can_keep():
    assert server_messages.text("a\x00b") == "ab"
    assert server_messages.text(5) is None
    assert server_messages.mapping([]) == {}
