"""Judging a conversation that was played: every expectation, right or wrong."""

from bench.conversations.comparing import Check, fields_checked, plain
from bench.conversations.playing import Played


def judge(played: Played) -> list[Check]:
    """Everything that was expected of a conversation, each right or wrong."""
    expected = played.written.expect
    checks = [Check("plays", played.outcome != "broken", "", played.lines[-1:])]
    if played.written.side == "callers":
        if expected.intent is not None:
            found = played.fields.get("intent")
            checks.append(Check("intent", found == expected.intent, expected.intent, found))
        if expected.outcome is not None:
            allowed = [expected.outcome] if isinstance(expected.outcome, str) else expected.outcome
            right = played.outcome in allowed
            checks.append(Check("outcome", right, expected.outcome, played.outcome))
    else:
        checks.append(Check("outcome", played.outcome == "done", "done", played.outcome))
    checks += fields_checked(played.written, played.fields)
    heard = plain(played.heard)
    checks += [Check(f"said {one!r}", plain(one) in heard, one, "") for one in expected.said]
    checks += [Check(f"never {one!r}", plain(one) not in heard, one, "") for one in expected.never]
    if expected.turns is not None:
        checks.append(Check("turns", played.turns <= expected.turns, expected.turns, played.turns))
    if expected.agenda is not None:
        booked = sorted(played.agenda)
        right = booked == sorted(expected.agenda)
        checks.append(Check("agenda", right, expected.agenda, booked))
    return checks
