"""Models that have just failed, and are left alone for a while by every call of this process."""

import hashlib
import json
from collections import OrderedDict
from time import monotonic

from allokoli.engine.models.openai_compatible import ModelSettings

REST_S = 30.0
_MOST = 10_000

# Until when each rests, by what leads to it: (whose, address, name, key), hashed.
_until: OrderedDict[str, float] = OrderedDict()


def rests(scope: str, settings: ModelSettings) -> bool:
    """Whether a model is to be left alone now.

    Args:
        scope: the organization that asks: one that has a wrong key disturbs no other.
        settings: where and how.
    """
    return monotonic() < _until.get(_name(scope, settings), 0.0)


def lay_to_rest(scope: str, settings: ModelSettings) -> None:
    """Leave a model alone for half a minute; see `rests`."""
    name = _name(scope, settings)
    _until.pop(name, None)
    _until[name] = monotonic() + REST_S
    while len(_until) > _MOST:
        _until.popitem(last=False)


def _name(scope: str, settings: ModelSettings) -> str:
    parts = [scope, settings.url, settings.model, settings.key, sorted(settings.headers.items())]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
