"""`vapi-server-sdk` 1.7.0, the last with workflows, test suites, knowledge bases v1 and logs."""

import asyncio
import sys
from pathlib import Path

HERE = Path(__file__).parent
PYTHON = HERE.parent.parent / ".venv-clients" / "bin" / "python"
WITHIN_S = 120


async def test_every_method_of_the_retired_groups_works(world, capsys) -> None:
    tenant = world.tenant
    process = await asyncio.create_subprocess_exec(
        PYTHON,
        HERE / "retired.py",
        tenant.base_url,
        tenant.private,
        f"{world.url}/v1",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    lines: list[str] = []

    async def follow() -> bytes:
        async for line in process.stdout:
            lines.append(line.decode().strip())
            if lines[-1] == "jobs":
                await world.run_jobs()
                process.stdin.write(b"\n")
        return await process.stderr.read()

    try:
        complaints = (await asyncio.wait_for(follow(), WITHIN_S)).decode()
        assert await process.wait() == 0, complaints
    finally:
        if process.returncode is None:
            process.kill()
    with capsys.disabled():
        sys.stdout.write(f"\nvapi-server-sdk 1.7.0: {lines[-1]}\n")
    assert lines == ["jobs", "methods 27"]
