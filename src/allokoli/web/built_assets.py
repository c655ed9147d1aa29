"""Addresses of the built scripts and styles, whose names carry a fingerprint."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import structlog

_log = structlog.get_logger()
STATIC = Path(__file__).parent / "static"
_BASE = "/static/dist/"


def script(entry: str) -> str | None:
    """Address of an entry's script (`main`, `call`); None before the interface is built."""
    chunk = _manifest().get(f"{entry}.js")
    return _BASE + chunk["file"] if chunk else None


def styles() -> list[str]:
    """Addresses of the style sheets."""
    return [_BASE + name for name in _manifest().get("main.js", {}).get("css", [])]


def _manifest() -> dict[str, Any]:
    """What Vite built, read again when it built again."""
    path = STATIC / "dist/manifest.json"
    try:
        return _read(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        _log.warning("interface_not_built", remedy="run scripts/build-web")
        return {}


@lru_cache(maxsize=1)
def _read(path: Path, _changed_ns: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found
