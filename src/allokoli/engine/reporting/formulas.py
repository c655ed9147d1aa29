"""Arithmetic on the results of queries: `{{['Query 1']}} / {{query_2}} * 100`.

Its own small language, read by hand: no name, call or attribute reaches Python.
"""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from allokoli.engine.api.errors import Invalid

_TOKEN = re.compile(
    r"\s*(?:\{\{\s*(?:\[\s*(?P<quoted>'[^']*'|\"[^\"]*\"|[^\]]*)\s*\]|(?P<plain>[^{}\[\]]+?))\s*\}\}"
    r"|(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?|\.\d+)"
    r"|(?P<name>[A-Za-z]\w{0,30})"
    r"|(?P<sign>[-+*/%^(),]))"
)
_MAX_CHARS = 1_000
_MAX_DEPTH = 40
_FUNCTIONS: dict[str, Callable[..., float]] = {
    "abs": abs,
    "round": lambda value, digits=0.0: round(value, int(digits)),
    "floor": math.floor,
    "ceil": math.ceil,
    "sqrt": math.sqrt,
    "log": math.log,
    "log10": math.log10,
    "exp": math.exp,
    "min": min,
    "max": max,
    "pow": lambda base, power: float(base) ** float(power),
    "mod": math.fmod,
}

# What a part of a formula is worth, given the queries' results; None when it has no value.
_Part = Callable[[Mapping[str, float | None]], float | None]


class Formula:
    """A formula, read once.

    Args:
        source: its text.
        known: names of the queries it may use.
        path: where it stands in the request, for errors.

    Raises:
        Invalid: it is no formula, or names a query that is not there.
    """

    def __init__(self, source: str, known: set[str], path: str) -> None:
        if len(source) > _MAX_CHARS:
            raise Invalid([f"{path} must be shorter than or equal to {_MAX_CHARS} characters"])
        self._path = path
        self._known = known
        self._tokens = self._split(source)
        self._place = 0
        self.names: set[str] = set()
        self._value = self._sum(0)
        if self._place != len(self._tokens):
            raise self._wrong(f"'{self._tokens[self._place][1]}' is not expected there")
        if not self.names:
            raise self._wrong("it must contain at least one query name in {{ }}")

    def value(self, results: Mapping[str, float | None]) -> float | None:
        """What it is worth.

        Args:
            results: of the queries, by name.

        Returns:
            None where a result is missing, or the arithmetic has no answer (a division by zero).
        """
        try:
            found = self._value(results)
        except (ArithmeticError, ValueError, TypeError):
            return None
        if found is None or isinstance(found, complex) or not math.isfinite(found):
            return None
        return float(found)

    def _split(self, source: str) -> list[tuple[str, str]]:
        tokens = []
        at = 0
        while source[at:].strip():
            found = _TOKEN.match(source, at)
            if found is None:
                raise self._wrong(f"it cannot be read from '{source[at : at + 20].strip()}' on")
            kind = str(found.lastgroup)
            tokens.append((kind, found[kind].strip("'\" ") if kind == "quoted" else found[kind]))
            at = found.end()
        return tokens

    def _sum(self, depth: int) -> _Part:
        if depth > _MAX_DEPTH:
            raise self._wrong("it is nested too deeply")
        part = self._product(depth)
        while sign := self._take("+", "-"):
            part = _joined(sign, part, self._product(depth))
        return part

    def _product(self, depth: int) -> _Part:
        part = self._signed(depth)
        while sign := self._take("*", "/", "%"):
            part = _joined(sign, part, self._signed(depth))
        return part

    def _signed(self, depth: int) -> _Part:
        if depth > _MAX_DEPTH:
            raise self._wrong("it is nested too deeply")
        if self._take("-"):
            part = self._signed(depth + 1)
            return lambda results: None if (one := part(results)) is None else -one
        if self._take("+"):
            return self._signed(depth + 1)
        base = self._atom(depth)
        if self._take("^"):
            return _joined("^", base, self._signed(depth + 1))
        return base

    def _atom(self, depth: int) -> _Part:
        kind, text = self._next()
        if kind in {"quoted", "plain"}:
            return self._query(text.strip())
        if kind == "number":
            number = float(text)
            return lambda _results: number
        if kind == "name":
            return self._call(text, depth)
        if text == "(":
            part = self._sum(depth + 1)
            self._expect(")")
            return part
        raise self._wrong(f"'{text}' is not expected there")

    def _query(self, name: str) -> _Part:
        if name not in self._known:
            raise self._wrong(f"there is no query named '{name[:80]}'")
        self.names.add(name)
        return lambda results: results.get(name)

    def _call(self, name: str, depth: int) -> _Part:
        function = _FUNCTIONS.get(name)
        if function is None:
            raise self._wrong(f"there is no function named '{name}'")
        self._expect("(")
        arguments = [self._sum(depth + 1)]
        while self._take(","):
            arguments.append(self._sum(depth + 1))
        self._expect(")")

        def call(results: Mapping[str, float | None]) -> float | None:
            values = [argument(results) for argument in arguments]
            return None if None in values else function(*values)

        return call

    def _take(self, *signs: str) -> str | None:
        if self._place < len(self._tokens):
            kind, text = self._tokens[self._place]
            if kind == "sign" and text in signs:
                self._place += 1
                return text
        return None

    def _next(self) -> tuple[str, str]:
        if self._place >= len(self._tokens):
            raise self._wrong("it is not complete")
        self._place += 1
        return self._tokens[self._place - 1]

    def _expect(self, sign: str) -> None:
        if not self._take(sign):
            raise self._wrong(f"'{sign}' is missing")

    def _wrong(self, reason: str) -> Invalid:
        return Invalid([f"{self._path} must be a valid formula: {reason}"])


def _joined(sign: str, left: _Part, right: _Part) -> _Part:
    def joined(results: Mapping[str, float | None]) -> float | None:
        one, other = left(results), right(results)
        return None if one is None or other is None else _OPERATIONS[sign](one, other)

    return joined


_OPERATIONS: dict[str, Callable[[Any, Any], float]] = {
    "+": lambda one, other: one + other,
    "-": lambda one, other: one - other,
    "*": lambda one, other: one * other,
    "/": lambda one, other: one / other,
    "%": math.fmod,
    "^": lambda one, other: float(one) ** float(other),
}
