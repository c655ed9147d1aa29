"""The names of time zones that the IANA's database knows."""

from functools import lru_cache
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    """Read once: every reading walks the database's folders, for about 10 ms."""
    return frozenset(available_timezones())


def _of_the_database(name: str) -> str:
    if name not in _known():
        raise ValueError("not an IANA time zone")
    return name


TimezoneName = Annotated[str, AfterValidator(_of_the_database)]
"""A time zone by its name (`Europe/Paris`), for a pydantic model's field."""
