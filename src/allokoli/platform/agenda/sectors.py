"""What an agenda begins with, by sector, read from `data/sectors.toml`."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from allokoli.blueprint.blueprint import Interval

_FILE = Path(__file__).parent / "data" / "sectors.toml"
_OTHER = "other"
_FIRST_LANGUAGE = "fr"

Counts = Literal["seats", "bookings"]


class SectorDefaults(BaseModel):
    """The first resource of a sector's agenda; see the data file for each value."""

    model_config = ConfigDict(extra="forbid")

    name: dict[str, str]
    counts: Counts
    capacity: int = Field(ge=1, le=10_000)
    step_minutes: int = Field(ge=5, le=1440)
    duration_minutes: int = Field(ge=5, le=1440)
    ends_within_hours: bool = True
    by_night: bool = False
    usual: list[Interval]

    def resource(self, locale: str) -> dict[str, Any]:
        """The columns of the first resource, named in a language."""
        columns = self.model_dump(exclude={"name", "usual"})
        return {**columns, "name": self.name.get(locale) or self.name[_FIRST_LANGUAGE]}


def defaults(sector: str) -> SectorDefaults:
    """Those of a sector, or the general ones."""
    known = _all()
    return known.get(sector) or known[_OTHER]


@lru_cache(maxsize=1)
def _all() -> dict[str, SectorDefaults]:
    data = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {sector: SectorDefaults.model_validate(given) for sector, given in data.items()}
