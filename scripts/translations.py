"""What the scripts about translations share: where messages are written and where they are kept."""

import inspect
import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from allokoli.core import errors

SOURCE = Path(__file__).resolve().parent.parent / "src" / "allokoli"
FOLDER = SOURCE / "core" / "locale"
LANGUAGES = ("en", "he")

_METHODS = [
    ("**/templates/**.html", "jinja2"),
    ("**/templates/**.txt", "jinja2"),
    ("**.py", "python"),
]
_OPTIONS = {
    pattern: {"silent": "false", "newstyle_gettext": "true", "trimmed": "true"}
    for pattern, method in _METHODS
    if method == "jinja2"
}
# An error's sentence is a message too, wherever it is raised.
_ERRORS = {
    name: None
    for name, made in inspect.getmembers(errors, inspect.isclass)
    if issubclass(made, errors.AlloKoliError) and made is not errors.BadSetting
}
_KEYWORDS = {"_": None, "gettext": None, "mark": None, "ngettext": (1, 2), **_ERRORS}


def written() -> Catalog:
    """Every message written in templates and code, in French."""
    catalog = Catalog(project="allokoli", charset="utf-8")
    for file, line, message, comments, context in extract_from_dir(
        SOURCE, _METHODS, _OPTIONS, keywords=_KEYWORDS, comment_tags=("Translators:",)
    ):
        catalog.add(message, None, [(file, line)], auto_comments=comments, context=context)
    return catalog


def translated(language: str) -> Catalog:
    """The translations kept for a language; empty when there are none yet."""
    path = po_path(language)
    if not path.is_file():
        return Catalog(locale=language, project="allokoli", charset="utf-8")
    return read_po(io.BytesIO(path.read_bytes()), locale=language)


def po_path(language: str) -> Path:
    """The file people edit."""
    return FOLDER / language / "LC_MESSAGES" / "allokoli.po"
