"""Signed addresses of a file and of its text."""

from typing import Literal
from uuid import UUID

from allokoli.core.settings import get_settings
from allokoli.engine.api import permits

Part = Literal["content", "text"]
_PURPOSE = "engine_file"
_TTL_S = 24 * 3600


def signed(file_id: UUID, org_id: UUID, part: Part) -> str:
    """Where a file, or its text, is downloaded from without a key; good for a day."""
    token = permits.issue(_PURPOSE, _TTL_S, org_id, file_id=file_id, part=part)
    return f"{get_settings().engine_public_url}/file/{file_id}/{part}?token={token}"


def organization(token: str, file_id: UUID, part: Part) -> UUID:
    """The organization a link was signed for.

    Raises:
        BadKey: forged, expired, or for another file or part.
    """
    return UUID(permits.read(token, _PURPOSE, file_id=file_id, part=part)["org_id"])
