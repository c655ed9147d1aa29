"""How fast the web process answers its first page, and how much memory each process keeps.

The database is up, nothing else. Five starts of the web process, then one engine with its models
loaded and idle. Prints seconds (median, maximum) and megabytes of resident memory.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import psutil

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from product import MODELS, free_port

STARTS = 5
WEB_S, WEB_MB, ENGINE_MB = 2.0, 250, 700


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="allokoli-bench-"))
    folder.chmod(0o755)
    port, engine_port = free_port(), free_port()
    os.environ |= {
        "ALLOKOLI_DATA_DIR": str(folder / "data"),
        "ALLOKOLI_MODELS_DIR": str(MODELS),
        "ALLOKOLI_PORT": str(port),
        "ALLOKOLI_ENGINE_PORT": str(engine_port),
        "ALLOKOLI_LOG_LEVEL": "WARNING",
    }
    from allokoli.core.embedded_postgres import EmbeddedPostgres
    from allokoli.core.migrations import migrate
    from allokoli.core.settings import get_settings

    server = EmbeddedPostgres(get_settings().postgres_dir)
    server.start()
    try:
        migrate()
        times, memory = zip(*(start("serve", port, "/fr") for _ in range(STARTS)), strict=True)
        median, worst = statistics.median(times), max(times)
        print(
            f"web: first page after {median:.2f} s median, {worst:.2f} s worst of {STARTS}"
            f" (bound {WEB_S} s, ratio {median / WEB_S:.2f})"
        )
        web_mb = max(memory)
        print(f"web: {web_mb:.0f} MB (bound {WEB_MB} MB, ratio {web_mb / WEB_MB:.2f})")
        seconds, engine_mb = start("engine", engine_port, "/healthz")
        print(
            f"engine: answers after {seconds:.2f} s with its models loaded; idle {engine_mb:.0f} MB"
            f" (bound {ENGINE_MB} MB, ratio {engine_mb / ENGINE_MB:.2f})"
        )
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def start(command: str, port: int, page: str) -> tuple[float, float]:
    """Start one process; seconds until its first good answer, and its resident megabytes."""
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "allokoli.cli.main", command])
    try:
        with httpx.Client(trust_env=False, follow_redirects=True) as client:
            while time.perf_counter() - began < 60:
                try:
                    if client.get(f"http://127.0.0.1:{port}{page}", timeout=30).is_success:
                        break
                except httpx.TransportError:
                    time.sleep(0.01)
            else:
                raise SystemExit(f"{command} did not answer within 60 s")
        seconds = time.perf_counter() - began
        return seconds, psutil.Process(process.pid).memory_info().rss / 1e6
    finally:
        process.terminate()
        process.wait(20)


if __name__ == "__main__":
    main()
