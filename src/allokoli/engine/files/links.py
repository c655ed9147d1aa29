"""Signed addresses of a file and of its text."""

from typing import Literal
from uuid import UUID

from allokoli.core.errors import Unauthorized
from allokoli.core.security import tokens
from allokoli.core.settings import get_settings
from allokoli.engine.api.errors import BadKey

Part = Literal["content", "text"]
_PURPOSE = "engine_file"
_TTL_S = 24 * 3600


def signed(file_id: UUID, org_id: UUID, part: Part) -> str:
    """Where a file, or its text, is downloaded from without a key; good for a day."""
    claims = {"file_id": str(file_id), "org_id": str(org_id), "part": part}
    token = tokens.issue(claims, _PURPOSE, _TTL_S)
    return f"{get_settings().engine_public_url}/file/{file_id}/{part}?token={token}"


def organization(token: str, file_id: UUID, part: Part) -> UUID:
    """The organization a link was signed for.

    Raises:
        BadKey: forged, expired, or for another file or part.
    """
    try:
        claims = tokens.read(token, _PURPOSE)
    except Unauthorized:
        raise BadKey("This link is not valid, or has expired.") from None
    if (claims.get("file_id"), claims.get("part")) != (str(file_id), part):
        raise BadKey("This link is for another file.")
    return UUID(str(claims["org_id"]))
