"""French typographic spaces, so that templates and translators write plain ones.

Before `? ! ;` French sets a narrow no-break space, before `:` and inside guillemets a no-break one
(Lexique des règles typographiques en usage à l'Imprimerie nationale).
"""

import re

NARROW_NO_BREAK = "\u202f"
NO_BREAK = "\u00a0"

_BEFORE_HIGH_MARK = re.compile(r"(?<=\S) (?=[?!;])")
_BEFORE_COLON = re.compile(r"(?<=\S) (?=:(?:\s|$))")
_INSIDE_GUILLEMETS = re.compile(r"(?<=«) | (?=»)")


def typeset(text: str) -> str:
    """Replace the plain spaces French typography binds to a neighbour."""
    text = _BEFORE_HIGH_MARK.sub(NARROW_NO_BREAK, text)
    text = _BEFORE_COLON.sub(NO_BREAK, text)
    return _INSIDE_GUILLEMETS.sub(NO_BREAK, text)
