"""Whether the arguments a model gave a function are of the shape the function asked for.

Only what models get wrong is looked at: a property that is required and missing, one of the wrong
type, a word that is none of those to choose from. Patterns and nested objects are left to who
answers the function: they come from owners, and may be made to take for ever.
"""

from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
    "null": (type(None),),
}
_MOST_PROPERTIES = 100


def why_unusable(arguments: Any, parameters: Any) -> str | None:
    """What is wrong with the arguments of a function call; None when nothing is.

    Args:
        arguments: as the model gave them, read from JSON.
        parameters: JSON schema of the function; anything goes without one.
    """
    if not isinstance(arguments, dict):
        return "no object"
    if not isinstance(parameters, dict):
        return None
    required = parameters.get("required")
    for name in required[:_MOST_PROPERTIES] if isinstance(required, list) else ():
        if arguments.get(str(name)) in (None, ""):
            return "an argument is missing"
    properties = parameters.get("properties")
    properties = properties if isinstance(properties, dict) else {}
    for name, value in arguments.items():
        if not _fits(value, properties.get(name)):
            return "an argument of the wrong kind"
    return None


def _fits(value: Any, schema: Any) -> bool:
    if not isinstance(schema, dict) or value is None:
        return True
    choices = schema.get("enum")
    if isinstance(choices, list) and choices and value not in choices:
        return False
    wanted = schema.get("type")
    kinds = wanted if isinstance(wanted, list) else [wanted]
    known = [_TYPES[kind] for kind in kinds if isinstance(kind, str) and kind in _TYPES]
    if not known or len(known) < len(kinds):
        return True
    if isinstance(value, bool):
        return "boolean" in kinds
    whole = "integer" in kinds and isinstance(value, float) and value.is_integer()
    return whole or any(isinstance(value, kind) for kind in known)
