"""Objects come back as they went in."""

import pytest

from allokoli.core import storage
from allokoli.core.errors import NotFound


async def test_an_object_comes_back_whole_or_in_part(settings, tmp_path):
    file = tmp_path / "a.bin"
    file.write_bytes(bytes(range(256)) * 4096)
    await storage.put("recordings/a.bin", file)
    assert await storage.size("recordings/a.bin") == 256 * 4096
    assert await storage.get("recordings/a.bin") == file.read_bytes()
    part = b"".join([piece async for piece in storage.stream("recordings/a.bin", 255, 600_000)])
    assert part == file.read_bytes()[255:600_000]
    await storage.delete("recordings/a.bin")
    await storage.delete("recordings/a.bin")
    with pytest.raises(NotFound):
        await storage.get("recordings/a.bin")


async def test_a_key_cannot_climb_out_of_the_store(settings):
    with pytest.raises(Exception, match=r"(?i)path|segment"):
        await storage.put("../outside", b"x")
