"""Holds an extracted value against its JSON schema, without trusting the schema."""

from collections.abc import Iterator
from typing import Any

import jsonschema
from jsonschema.protocols import Validator
from jsonschema.validators import extend
from referencing import Registry

from allokoli.engine.testing.patterns import BadPattern, search

_MAX_REASON = 300


def _pattern(
    _validator: Validator, pattern: Any, instance: Any, _schema: Any
) -> Iterator[jsonschema.ValidationError]:
    """Patterns are the client's: they get a deadline."""
    if isinstance(instance, str) and isinstance(pattern, str):
        try:
            if not search(pattern, instance):
                yield jsonschema.ValidationError(f"does not match {pattern[:80]}")
        except BadPattern as bad:
            yield jsonschema.ValidationError(str(bad))


def _refused(
    _validator: Validator, _value: Any, _instance: Any, _schema: Any
) -> Iterator[jsonschema.ValidationError]:
    yield jsonschema.ValidationError("patternProperties is not supported")


_Checked = extend(  # type: ignore[no-untyped-call]
    jsonschema.Draft202012Validator, {"pattern": _pattern, "patternProperties": _refused}
)


def problem(value: Any, schema: dict[str, Any]) -> str | None:
    """What is wrong with a value; None when nothing is.

    Args:
        value: parsed JSON.
        schema: the client's; references to other documents are not followed.
    """
    try:
        # Its own empty registry, so that no `$ref` is ever fetched.
        validator = _Checked(_clean(schema), registry=Registry())
        found = next(validator.iter_errors(value), None)
    except (jsonschema.SchemaError, RecursionError):
        return "the schema is not valid"
    except Exception as error:  # noqa: BLE001 - any schema may be sent; none may stop the job
        return f"the schema cannot be used ({type(error).__name__})"
    if found is None:
        return None
    where = ".".join(str(part) for part in found.absolute_path)
    return f"{where or 'the value'}: {found.message[:_MAX_REASON]}"


def _clean(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema without what Vapi adds to JSON Schema's own words."""
    return {name: one for name, one in schema.items() if not (name == "required" and one is None)}
