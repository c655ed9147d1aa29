"""Followers hear what commits, and only that."""

import asyncio
from uuid import uuid4

import pytest

from allokoli.core import events
from allokoli.core.database import session
from allokoli.core.identity import Identity


async def test_a_follower_hears_its_topic_once_the_change_commits(settings):
    topic = f"org:{uuid4()}"
    async with events.subscribe(topic) as stream:
        with pytest.raises(RuntimeError):
            async with session(Identity.job(None)) as opened:
                await events.publish(opened, topic, event="undone")
                raise RuntimeError
        async with session(Identity.job(None)) as opened:
            await events.publish(opened, "org:somebody-else", event="theirs")
            await events.publish(opened, topic, event="done")
        async with asyncio.timeout(5):
            assert await anext(stream) == {"event": "done"}


async def test_a_follower_that_stops_reading_is_told_to_read_again(settings):
    topic = f"org:{uuid4()}"
    async with events.subscribe(topic) as stream, events.subscribe("org:last") as last:
        async with session(Identity.job(None)) as opened:
            for number in range(400):
                await events.publish(opened, topic, event=str(number))
            await events.publish(opened, "org:last", event="end")
        async with asyncio.timeout(5):
            await anext(last)
            assert await anext(stream) == events.RESYNC


async def test_a_follower_that_could_not_begin_to_listen_is_forgotten(settings, monkeypatch):
    async def refuse() -> None:
        raise TimeoutError

    monkeypatch.setattr(events, "_ensure_listening", refuse)
    topic = f"org:{uuid4()}"
    with pytest.raises(TimeoutError):
        async with events.subscribe(topic):
            pass
    assert topic not in events._followers
