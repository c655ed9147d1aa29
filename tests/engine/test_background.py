"""What goes on by itself has bounds, and is not forgotten when its process leaves."""

import asyncio

import pytest

from allokoli.engine.background import Background


@pytest.fixture
def background():
    return Background("work_failed", most=2, closing_s=0.05)


async def test_no_more_than_so_many_run_at_once(background) -> None:
    release = asyncio.Event()
    tasks = [background.start(_until(release)) for _ in range(3)]
    assert tasks.pop() is None
    release.set()
    await asyncio.gather(*tasks)
    assert background.start(_until(release)) is not None
    await background.close()


async def test_who_leaves_waits_a_little_and_then_gives_up(background) -> None:
    soon, never = asyncio.Event(), asyncio.Event()
    quick, late = background.start(_until(soon)), background.start(_until(never))
    soon.set()
    await background.close()
    assert quick.done()
    assert not quick.cancelled()
    assert late.cancelled()


async def test_a_failure_is_told_by_its_kind_without_its_words(background, capsys) -> None:
    async def failing() -> None:
        raise ValueError("mon code est 1234")

    await asyncio.wait({background.start(failing())})
    told = capsys.readouterr().out
    assert "work_failed" in told
    assert "ValueError" in told
    assert "1234" not in told


async def _until(event: asyncio.Event) -> None:
    await event.wait()
