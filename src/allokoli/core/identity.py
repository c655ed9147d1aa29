"""Who asks. Every query runs as an identity, and the database decides what it may see."""

import json
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

Role = Literal["owner", "admin", "member", "viewer"]


@dataclass(frozen=True, slots=True)
class Identity:
    """A user, an API key, a background job or a visitor without an account.

    Attributes:
        kind: what is asking.
        org_id: the organization it acts for; None for a visitor.
        user_id: the person, when there is one.
        role: the person's role in the organization.
        visitor_id: the configurator session a visitor holds; it opens that session only.
    """

    kind: Literal["user", "api_key", "job", "visitor"]
    org_id: UUID | None
    user_id: UUID | None = None
    role: Role | None = None
    visitor_id: UUID | None = None

    @classmethod
    def job(cls, org_id: UUID | str | None) -> "Identity":
        """A background job acting for an organization (or for none, to use lookup functions)."""
        return cls("job", UUID(str(org_id)) if org_id else None)

    @classmethod
    def visitor(cls, session_id: UUID | None = None) -> "Identity":
        """Somebody without an account, holding at most one configurator session."""
        return cls("visitor", None, visitor_id=session_id)

    @property
    def organization(self) -> UUID:
        """The organization, where one is certain to be present."""
        if self.org_id is None:
            raise LookupError("this identity acts for no organization")
        return self.org_id

    def claims(self) -> str:
        """The identity as `request.jwt.claims`, the way Supabase passes it to policies."""
        return json.dumps(
            {
                "role": "authenticated",
                "kind": self.kind,
                "sub": str(self.user_id) if self.user_id else None,
                "org_id": str(self.org_id) if self.org_id else None,
                "org_role": self.role,
                "visitor_id": str(self.visitor_id) if self.visitor_id else None,
            }
        )
