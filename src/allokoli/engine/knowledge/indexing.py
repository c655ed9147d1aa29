"""Makes the text of a file findable."""

import asyncio
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.engine.knowledge.passages import cut, dictionary, searchable

_BATCH = 500


async def prepare(whole: str) -> list[dict[str, str]]:
    """The rows of a text's passages; apart from `index`, which holds a transaction open.

    Args:
        whole: a document.
    """
    return await asyncio.to_thread(_rows, whole)


async def index(
    opened: AsyncSession, org_id: UUID, file_id: UUID, rows: list[dict[str, str]]
) -> None:
    """Replace a file's passages.

    Args:
        opened: a session of the organization.
        org_id: the organization.
        file_id: its file.
        rows: what `prepare` gave.
    """
    await forget(opened, file_id)
    insert = text(
        "insert into engine.passages (file_id, seq, org_id, dictionary, text, words) values"
        " (:file_id, :seq, :org_id, :dictionary, :text,"
        " to_tsvector(cast(cast(:dictionary as text) as regconfig), :words))"
    )
    for start in range(0, len(rows), _BATCH):
        await opened.execute(
            insert,
            [
                {**row, "file_id": file_id, "org_id": org_id, "seq": start + offset}
                for offset, row in enumerate(rows[start : start + _BATCH])
            ],
        )


async def forget(opened: AsyncSession, file_id: UUID) -> None:
    """Remove a file's passages."""
    await opened.execute(
        text("delete from engine.passages where file_id = :file_id"), {"file_id": file_id}
    )


def _rows(whole: str) -> list[dict[str, str]]:
    return [
        {"text": passage, "dictionary": dictionary(passage), "words": searchable(passage)}
        for passage in cut(whole)
    ]
