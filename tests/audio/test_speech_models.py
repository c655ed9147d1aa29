"""Bringing the recognizer here: from the hub, else from the packages, whole or not at all."""

import contextlib
import errno
import hashlib
import http.server
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from allokoli.core.errors import BadSetting
from allokoli.engine.speech import ModelsMissing, ModelsRefused, ensure_models, find_models, weights
from allokoli.engine.speech.weights import BASE_MODEL, BASE_SHA256

_PUBLISHED = {
    "config.json": b"{}",
    "tokenizer.json": b"{}",
    "vocabulary.json": b"[]",
    "model.bin": b"weights" * 1_000,
    "README.md": b"not wanted",
}


def test_the_packages_make_the_published_model_once(models_dir: Path):
    models = find_models(models_dir, BASE_MODEL)
    with (models.whisper / "model.bin").open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == BASE_SHA256
    before = (models.whisper / "model.bin").stat().st_mtime_ns
    assert ensure_models(models_dir, BASE_MODEL, _no_progress) == models
    assert (models.whisper / "model.bin").stat().st_mtime_ns == before
    assert [path.name for path in models_dir.iterdir()] == [models.whisper.name]


def test_progress_is_told_up_to_the_end(tmp_path: Path):
    seen: list[tuple[int, int]] = []
    ensure_models(tmp_path, BASE_MODEL, lambda _label, done, total: seen.append((done, total)))
    assert seen[-1] == (145_217_532, 145_217_532)
    assert len(seen) > 20


def test_a_model_that_is_not_the_published_one_is_refused(tmp_path: Path, monkeypatch):
    (tmp_path / "data").mkdir()
    for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
        (tmp_path / "data" / name).write_text("{}")
    for part in ("model.bin.part1", "model.bin.part2"):
        (tmp_path / "data" / part).write_bytes(b"something else")
    monkeypatch.setattr(weights, "_data_folder", lambda _package: tmp_path / "data")
    with pytest.raises(ModelsRefused, match=r"wrong checksum.*\.$"):
        ensure_models(tmp_path / "models", BASE_MODEL)
    assert list((tmp_path / "models").iterdir()) == []


def test_a_full_disk_is_one_clear_sentence(tmp_path: Path, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(weights, "_assemble", full)
    with pytest.raises(BadSetting, match=r"^The disk is full.*\.$"):
        ensure_models(tmp_path / "models", BASE_MODEL)
    assert list((tmp_path / "models").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_one_clear_sentence(tmp_path: Path):
    (tmp_path / "models").write_text("a file in the way")
    with pytest.raises(BadSetting, match=r"cannot be written"):
        ensure_models(tmp_path / "models", BASE_MODEL)


def test_a_truncated_model_is_missing_and_made_again(tmp_path: Path):
    folder = ensure_models(tmp_path, BASE_MODEL).whisper
    os.truncate(folder / "model.bin", 1_000)
    with pytest.raises(ModelsMissing, match="allokoli models"):
        find_models(tmp_path, BASE_MODEL)
    assert (ensure_models(tmp_path, BASE_MODEL).whisper / "model.bin").stat().st_size > 1_000


def test_another_model_needs_the_hub(tmp_path: Path):
    with pytest.raises(ModelsMissing, match="Systran/faster-whisper-small"):
        ensure_models(tmp_path, "Systran/faster-whisper-small")


@pytest.mark.parametrize("tampered", [False, True], ids=["whole", "tampered"])
def test_the_hub_serves_first_and_its_checksums_are_checked(tmp_path: Path, tampered: bool):
    with _hub(tampered=tampered) as endpoint:
        printed = subprocess.run(
            [
                sys.executable,
                "-c",
                (
                    "import pathlib, sys; from allokoli.engine.speech import ensure_models;"
                    "from allokoli.core.errors import AlloKoliError\n"
                    "try: print(ensure_models(pathlib.Path(sys.argv[1]), 'owner/model').whisper)\n"
                    "except AlloKoliError as error: print(error.message)"
                ),
                str(tmp_path),
            ],
            env={**os.environ, "HF_HUB_OFFLINE": "0", "HF_ENDPOINT": endpoint},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
    if tampered:
        assert "model.bin of owner/model does not match its published checksum" in printed
        assert list(tmp_path.iterdir()) == []
    else:
        folder = find_models(tmp_path, "owner/model").whisper
        assert str(folder) in printed
        assert (folder / "model.bin").read_bytes() == _PUBLISHED["model.bin"]
        assert not (folder / "README.md").exists()


def _no_progress(*_: object) -> None:
    pytest.fail("nothing was to be done")


@contextlib.contextmanager
def _hub(*, tampered: bool) -> Iterator[str]:
    handler = type("Hub", (_Hub,), {"tampered": tampered})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class _Hub(http.server.BaseHTTPRequestHandler):
    """The part of the model hub's protocol that a download uses."""

    tampered = False

    def do_GET(self) -> None:
        if self.path.startswith("/api/models/owner/model"):
            siblings = [
                {
                    "rfilename": name,
                    "size": len(data),
                    **(_lfs(data) if name == "model.bin" else {}),
                }
                for name, data in _PUBLISHED.items()
            ]
            self._answer(json.dumps({"id": "owner/model", "siblings": siblings}).encode())
        else:
            self._answer(self._file(), etag=True)

    def do_HEAD(self) -> None:
        self._answer(self._file(), etag=True, body=False)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _file(self) -> bytes:
        data = _PUBLISHED[self.path.split("?", maxsplit=1)[0].rsplit("/", 1)[1]]
        return data[::-1] if self.tampered and len(data) > 10 else data

    def _answer(self, data: bytes, *, etag: bool = False, body: bool = True) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Content-Type", "application/json")
        if etag:
            self.send_header("ETag", f'"{hashlib.sha256(data).hexdigest()}"')
            self.send_header("X-Repo-Commit", "0" * 40)
        self.end_headers()
        if body:
            self.wfile.write(data)


def _lfs(data: bytes) -> dict[str, object]:
    return {
        "lfs": {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 100}
    }
