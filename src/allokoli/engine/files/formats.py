"""What a file is: told by its first bytes, its name and its declared type, which must agree."""

import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath

from allokoli.engine.api.errors import Invalid

MAX_NAME_CHARS = 255
HEAD_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file that can be read.

    Attributes:
        name: as `reading` knows it.
        mimetype: as it is shown and served.
        suffixes: of file names.
        declared: other media types clients give it.
    """

    name: str
    mimetype: str
    suffixes: tuple[str, ...]
    declared: tuple[str, ...] = ()


_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TEXT = Format("text", "text/plain", (".txt", ".text", ".log"))
FORMATS = (
    TEXT,
    Format("markdown", "text/markdown", (".md", ".markdown"), ("text/x-markdown",)),
    Format("csv", "text/csv", (".csv", ".tsv"), ("text/tab-separated-values",)),
    Format("json", "application/json", (".json",), ("text/json",)),
    Format("html", "text/html", (".html", ".htm"), ("application/xhtml+xml",)),
    Format("pdf", "application/pdf", (".pdf",), ("application/x-pdf",)),
    Format("docx", _DOCX, (".docx",)),
)
BY_MIMETYPE = {one.mimetype: one for one in FORMATS}
_BY_SUFFIX = {suffix: one for one in FORMATS for suffix in one.suffixes}
_BY_DECLARED = {name: one for one in FORMATS for name in (one.mimetype, *one.declared)}
_SIGNATURES = {"pdf": b"%PDF-", "docx": b"PK\x03\x04"}
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def clean_name(given: str | None) -> str:
    """A file's name without folders, control characters or excess; `file` when nothing is left.

    Args:
        given: what the client sent; anything.
    """
    last = (given or "").replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(one for one in last if unicodedata.category(one)[0] != "C").strip(" .")
    stem, suffix = PurePosixPath(shown or "file").stem, PurePosixPath(shown or "file").suffix
    return stem[: MAX_NAME_CHARS - len(suffix[:10])] + suffix[:10]


def recognize(name: str, declared: str | None, head: bytes) -> Format:
    """The format of an uploaded file.

    Args:
        name: its clean name.
        declared: the part's media type, if it gave one.
        head: its first bytes, `HEAD_BYTES` of them or the whole.

    Raises:
        Invalid: it cannot be read, or is not what its name says.
    """
    suffix = PurePosixPath(name).suffix.lower()
    media = (declared or "").partition(";")[0].strip().lower()
    said = _BY_SUFFIX.get(suffix) or (_BY_DECLARED.get(media) if not suffix else None)
    signed = next((one for one in FORMATS if _has_signature(one, head)), None)
    if said is None and not suffix:
        said = signed or (TEXT if _is_text(head) else None)
    if said is None:
        raise Invalid(
            ["file must be a text, Markdown, CSV, JSON, HTML, PDF or Word (.docx) document"]
        )
    if signed is not (said if said.name in _SIGNATURES else None) or not _could_be(said, head):
        raise Invalid([f"file must be what its name or type says: its content is not {said.name}"])
    return said


def _has_signature(one: Format, head: bytes) -> bool:
    signature = _SIGNATURES.get(one.name)
    # A PDF may begin after some other bytes, as printers and mail programs leave them.
    return signature is not None and (
        signature in head if one.name == "pdf" else head.startswith(signature)
    )


def _could_be(said: Format, head: bytes) -> bool:
    return said.name in _SIGNATURES or _is_text(head)


def _is_text(head: bytes) -> bool:
    return head.startswith(_UTF_16) or b"\0" not in head
