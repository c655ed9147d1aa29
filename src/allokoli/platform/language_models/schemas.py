from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints


def _base_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise ValueError("not an address") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        raise ValueError("an address begins with https:// or http://")
    if parts.username is not None or parts.password is not None:
        raise ValueError("an address holds no name or password")
    if parts.query or parts.fragment:
        raise ValueError("a base address has neither ? nor #")
    return value.rstrip("/").removesuffix("/chat/completions")


Url = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=500, pattern=r"^[\x21-\x7e]+$"),
    AfterValidator(_base_url),
]
Key = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=2_000, pattern=r"^[\x21-\x7e]*$")
]


class LanguageModelChoice(BaseModel):
    """Which model; see `LanguageModelRead`.

    Attributes:
        key: kept as it is when it is not given and the model stays at the same host; "" for none.
    """

    model_config = ConfigDict(extra="forbid")

    url: Url
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    key: Key | None = None
    wait_s: Annotated[int, Field(ge=1, le=20)] = 4


class LanguageModelRead(BaseModel):
    """The model that answers for an organization's assistants.

    Attributes:
        url: base of OpenAI-compatible routes.
        name: the model's name there.
        key_preview: the key's last characters; the key is never shown.
        wait_s: longest wait for the next words before the guided model answers, in seconds.
    """

    model_config = ConfigDict(from_attributes=True)

    url: str
    name: str
    key_preview: str | None
    wait_s: int
    updated_at: datetime


class Trial(BaseModel):
    """What came of asking the model for one word.

    Attributes:
        problem: None when it answered.
        words: what it said, cut short.
        took_ms: time until the whole answer was there.
    """

    problem: Literal["slow", "unreachable", "refused", "nonsense"] | None
    status: int | None = None
    words: str = ""
    took_ms: int
