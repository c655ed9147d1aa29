"""One file for each group of the client: `scenario(sdk, world)` uses all its methods."""

from pathlib import Path

GROUPS = sorted(file.stem for file in Path(__file__).parent.glob("*.py") if file.stem != "__init__")
