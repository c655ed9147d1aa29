"""The program that reads the text of one file, in a process of its own.

Run as `python -m allokoli.engine.files.reading FORMAT FILE RESULT`: a hostile file can then exhaust
nothing but this process, which has bounds on time, memory and output. It exits with one of the
codes below.
"""

import csv
import io
import json
import resource
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

READ = 0
UNREADABLE = 3
TOO_LONG = 4
LOCKED = 5
NO_TEXT = 6

MAX_CHARS = 5_000_000
_MAX_MEMORY_BYTES = 1_500_000_000
_MAX_CPU_S = 40
_MAX_UNPACKED_BYTES = 200_000_000
_MAX_PAGES = 3_000
_MAX_DEPTH = 60

_CONTROLS = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127))
_BLOCKS = frozenset(
    {"p", "div", "br", "li", "tr", "table", "section", "article", "header", "footer", "h1", "h2",
     "h3", "h4", "h5", "h6", "ul", "ol", "blockquote", "pre", "title", "dt", "dd", "hr"}
)  # fmt: skip
_SILENT = frozenset({"script", "style", "template", "noscript", "svg"})


class _Stopped(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def main(arguments: list[str]) -> int:
    """Read a file.

    Args:
        arguments: the format's name, the file, where to write its text (UTF-8).

    Returns:
        The exit code.
    """
    _bound()
    name, source, result = arguments
    try:
        text = _whole(_READERS[name](Path(source)))
    except _Stopped as stopped:
        return stopped.code
    except Exception:  # noqa: BLE001 - whatever a hostile file causes, it cannot be read
        return UNREADABLE
    if not text.strip():
        return NO_TEXT
    Path(result).write_text(text, encoding="utf-8", errors="replace")
    return READ


def _bound() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MAX_MEMORY_BYTES, _MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_MAX_CPU_S, _MAX_CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_CHARS * 4, MAX_CHARS * 4))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _whole(pieces: Iterable[str]) -> str:
    kept: list[str] = []
    length = 0
    for piece in pieces:
        kept.append(piece)
        length += len(piece) + 1
        if length > MAX_CHARS:
            raise _Stopped(TOO_LONG)
    text = "\n".join(kept).replace("\r\n", "\n").replace("\r", "\n")
    return text.translate(_CONTROLS)


def _plain(path: Path) -> Iterator[str]:
    yield _decoded(path)


def _decoded(path: Path) -> str:
    raw = path.read_bytes()
    for encoding in ("utf-16",) if raw[:2] in {b"\xff\xfe", b"\xfe\xff"} else ("utf-8-sig",):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            break
    if b"\0" in raw:
        raise _Stopped(UNREADABLE)
    # What French offices write when they do not write UTF-8.
    return raw.decode("cp1252", errors="replace")


def _table(path: Path) -> Iterator[str]:
    """Each row as `column: value; …`, so that it makes sense alone."""
    csv.field_size_limit(100_000)
    text = _decoded(path)
    try:
        dialect: Any = csv.Sniffer().sniff(text[:10_000], delimiters=",;\t|")
    except csv.Error:
        dialect = csv.excel
    rows = csv.reader(io.StringIO(text), dialect)
    names = [name.strip() for name in next(rows, [])]
    empty = True
    for row in rows:
        cells = [
            f"{names[index]}: {cell.strip()}" if index < len(names) else cell.strip()
            for index, cell in enumerate(row)
            if cell.strip()
        ]
        if cells:
            empty = False
            yield "; ".join(cells)
    if empty:
        yield "; ".join(names)


def _data(path: Path) -> Iterator[str]:
    """Each value of a JSON document as `path: value`."""
    return _flat(json.loads(_decoded(path)), "", 0)


def _flat(value: Any, at: str, depth: int) -> Iterator[str]:
    if depth > _MAX_DEPTH:
        raise _Stopped(UNREADABLE)
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _flat(one, f"{at}.{name}" if at else name, depth + 1)
    elif isinstance(value, list):
        for one in value:
            yield from _flat(one, at, depth + 1)
    elif value is not None:
        yield f"{at}: {value}" if at else str(value)


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the base class passes them
        if tag in _SILENT:
            self._silent += 1
        elif tag in _BLOCKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(self._silent - 1, 0)
        elif tag in _BLOCKS:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(data)


def _page(path: Path) -> Iterator[str]:
    parser = _Words()
    parser.feed(_decoded(path))
    parser.close()
    for line in "".join(parser.words).splitlines():
        if tidy := " ".join(line.split()):
            yield tidy


def _pdf(path: Path) -> Iterator[str]:
    import logging

    from pypdf import PdfReader

    logging.disable(logging.CRITICAL)
    reader = PdfReader(path, strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise _Stopped(LOCKED)
    for number, page in enumerate(reader.pages):
        if number >= _MAX_PAGES:
            raise _Stopped(TOO_LONG)
        yield page.extract_text()


def _docx(path: Path) -> Iterator[str]:
    with zipfile.ZipFile(path) as archive:
        if sum(one.file_size for one in archive.infolist()) > _MAX_UNPACKED_BYTES:
            raise _Stopped(TOO_LONG)
    from docx import Document
    from docx.table import Table

    for block in Document(str(path)).iter_inner_content():
        if isinstance(block, Table):
            for row in block.rows:
                yield "; ".join(cell.text.strip() for cell in row.cells if cell.text.strip())
        else:
            yield block.text


_READERS: dict[str, Callable[[Path], Iterator[str]]] = {
    "text": _plain,
    "markdown": _plain,
    "csv": _table,
    "json": _data,
    "html": _page,
    "pdf": _pdf,
    "docx": _docx,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
