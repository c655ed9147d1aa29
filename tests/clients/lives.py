"""The life that most kinds of stored things share."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from fidelity import same
from sdk import CheckedSdk

Method = Callable[..., Awaitable[Any]]


class Life:
    """Create, read, list, change and delete through the client's methods.

    Args:
        sdk: the client.
        create, read, listing, change, delete: its methods for one kind of thing.
    """

    def __init__(
        self,
        sdk: CheckedSdk,
        *,
        create: Method,
        read: Method,
        listing: Method,
        change: Method,
        delete: Method,
    ) -> None:
        self._sdk = sdk
        self._create, self._read, self._listing = create, read, listing
        self._change, self._delete = change, delete

    async def begins(self, **body: Any) -> Any:
        """Create it; it is then read the same, and first in the list."""
        made = await self._create(**body)
        assert same(await self._read(made.id), made)
        listed = await self._listing(limit=1)
        page = getattr(listed, "results", listed)
        assert [one.id for one in page] == [made.id]
        if listed is not page:
            assert listed.metadata.items_per_page == 1
            assert listed.metadata.total_items >= 1
        assert made.org_id
        assert made.updated_at - made.created_at < timedelta(seconds=1)
        await self._sdk.refused(404, self._read(str(uuid4())))
        return made

    async def changes(self, made: Any, **changes: Any) -> Any:
        """Change it; what is not named stays."""
        changed = await self._change(made.id, **changes)
        for name, value in changes.items():
            assert getattr(changed, name) == value, name
        assert changed.updated_at > made.updated_at
        assert changed.created_at == made.created_at
        return changed

    async def ends(self, made: Any) -> None:
        """Delete it; it is shown a last time."""
        assert (await self._delete(made.id)).id == made.id
        await self._sdk.refused(404, self._read(made.id))
