"""Download a recognizer from the model hub, by its standard name."""

import errno
import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from allokoli.engine.speech.errors import ModelsRefused

_CONNECT_TIMEOUT_S = 5.0
_WANTED = ("config.json", "tokenizer.json", "model.bin", "preprocessor_config.json")


_DISK_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS}


class HubUnreachable(Exception):
    """The model hub did not answer."""


def download(repository: str, folder: Path, report: Callable[[str, int, int], None]) -> None:
    """Download `repository` into `folder` and check every large file's published checksum.

    Args:
        repository: hub name, `owner/model`.
        folder: an existing, empty folder.
        report: told (label, bytes done, bytes in all).

    Raises:
        HubUnreachable: no answer, or the hub does not know the model.
        ModelsRefused: a file does not match the checksum the hub publishes.
        OSError: the folder cannot be written.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError

    endpoint = os.environ.get("HF_ENDPOINT")
    try:
        listing = HfApi(endpoint=endpoint).model_info(
            repository, timeout=_CONNECT_TIMEOUT_S, files_metadata=True
        )
    except HfHubHTTPError as refusal:
        raise HubUnreachable(f"it refuses {repository}: {type(refusal).__name__}") from None
    except Exception as silence:  # noqa: BLE001 - its client's HTTP library changes with versions
        # Whatever it raises, nothing was downloaded yet and the packages can still serve.
        raise HubUnreachable(type(silence).__name__) from None
    files = [
        file
        for file in listing.siblings or []
        if file.rfilename in _WANTED or file.rfilename.startswith("vocabulary.")
    ]
    total = sum(file.size or 0 for file in files)
    advance = _Advance(repository, total, report)
    for file in files:
        _download_file(repository, file, folder, endpoint, advance)
    shutil.rmtree(folder / ".cache", ignore_errors=True)


def _download_file(
    repository: str, file: Any, folder: Path, endpoint: str | None, advance: "_Advance"
) -> None:
    from huggingface_hub import hf_hub_download

    try:
        path = hf_hub_download(
            repository,
            file.rfilename,
            local_dir=folder,
            endpoint=endpoint,
            etag_timeout=_CONNECT_TIMEOUT_S,
            tqdm_class=advance.bar(),
        )
    except Exception as loss:
        if isinstance(loss, OSError) and loss.errno in _DISK_ERRORS:
            raise
        raise HubUnreachable(f"lost while downloading: {type(loss).__name__}") from None
    if file.lfs and _sha256(Path(path)) != file.lfs.sha256:
        raise ModelsRefused(
            f"{file.rfilename} of {repository} does not match its published checksum: try again."
        )


class _Advance:
    """Adds the progress bars of several files up into one report."""

    def __init__(self, label: str, total: int, report: Callable[[str, int, int], None]) -> None:
        self._label, self._total, self._report = label, total, report
        self._done = 0

    def add(self, size: float) -> None:
        self._done += int(size)
        self._report(self._label, min(self._done, self._total), self._total)

    def bar(self) -> Any:
        """A tqdm class that draws nothing and feeds this report."""
        from tqdm import tqdm  # type: ignore[import-untyped]

        advance = self

        class SilentBar(tqdm):  # type: ignore[misc]
            def __init__(self, *args: Any, **options: Any) -> None:
                options.pop("name", None)
                super().__init__(*args, **{**options, "disable": True})

            def update(self, n: float | None = 1) -> bool | None:
                advance.add(n or 0)
                return None

        return SilentBar


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
