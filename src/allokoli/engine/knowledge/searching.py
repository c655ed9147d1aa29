"""Finds the passages nearest to a question, with PostgreSQL's full-text search."""

from math import log
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, cast, func, select, text
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.api.wire import as_uuid
from allokoli.engine.knowledge.models import KnowledgeFile, Passage
from allokoli.engine.knowledge.passages import DICTIONARIES, searchable

MAX_PASSAGES = 5
MAX_FILES = 1_000
_MAX_QUERY_CHARS = 1_000
_MAX_LEXEMES = 60
_CANDIDATES = 200
_TIMEOUT = "5s"


async def search(org_id: UUID, knowledge: dict[str, Any], query: str) -> list[str]:
    """The passages of an organization's files nearest to a question, best first.

    Args:
        org_id: the organization; files of another are as if they did not exist.
        knowledge: where to look: `fileIds`, as in a query tool's `knowledgeBases`, or
            `knowledgeBaseId`, as in a `knowledgeBase` tool.
        query: the question; its first thousand characters count.

    Returns:
        At most `MAX_PASSAGES`, of at most `passages.MAX_CHARS` characters each.
    """
    async with session(Identity.job(org_id)) as opened:
        where = _place(knowledge)
        if where is None:
            return []
        await opened.execute(text(f"set local statement_timeout = '{_TIMEOUT}'"))
        asked = await _lexemes(opened, query)
        found: list[tuple[float, float, str, int, str]] = []
        for dictionary, lexemes in asked.items():
            found += await _ranked(opened, where, dictionary, lexemes)
        found.sort(key=lambda one: (-one[0], -one[1], one[2], one[3]))
        return [one[4] for one in found[:MAX_PASSAGES]]


def _place(knowledge: dict[str, Any]) -> ColumnElement[bool] | None:
    base_id = as_uuid(str(knowledge.get("knowledgeBaseId") or ""))
    if base_id is not None:
        linked = select(KnowledgeFile.file_id).where(KnowledgeFile.knowledge_base_id == base_id)
        return Passage.file_id.in_(linked)
    given = knowledge.get("fileIds")
    named = given[:MAX_FILES] if isinstance(given, list) else []
    file_ids = [found for one in named if (found := as_uuid(str(one))) is not None]
    return Passage.file_id.in_(file_ids) if file_ids else None


async def _lexemes(opened: AsyncSession, query: str) -> dict[str, list[str]]:
    """The stems of a question's words, as each dictionary makes them."""
    words = searchable(query[:_MAX_QUERY_CHARS].replace("\0", " "))
    made = {
        dictionary: func.tsvector_to_array(func.to_tsvector(text(f"'{dictionary}'"), words))
        for dictionary in DICTIONARIES
    }
    row = (await opened.execute(select(*made.values()))).one()
    return {
        dictionary: list(lexemes)[:_MAX_LEXEMES]
        for dictionary, lexemes in zip(made, row, strict=True)
        if lexemes
    }


async def _ranked(
    opened: AsyncSession, where: ColumnElement[bool], dictionary: str, lexemes: list[str]
) -> list[tuple[float, float, str, int, str]]:
    """Passages of one dictionary, each with its score: rare words weigh more than common ones."""
    here = where & (Passage.dictionary == dictionary)
    total = await opened.scalar(select(func.count()).select_from(Passage).where(here))
    if not total:
        return []
    rows = (await opened.execute(_candidates(here, lexemes))).all()
    asked = frozenset(lexemes)
    matched = [asked.intersection(row.lexemes) for row in rows]
    frequency = {lexeme: sum(lexeme in one for one in matched) for lexeme in lexemes}
    return [
        (
            round(sum(log(1 + total / frequency[lexeme]) for lexeme in sorted(shared)), 6),
            round(row.rank, 6),
            str(row.file_id),
            row.seq,
            row.text,
        )
        for row, shared in zip(rows, matched, strict=True)
    ]


def _candidates(here: ColumnElement[bool], lexemes: list[str]) -> Select[Any]:
    # A question's words are joined by "or": people rarely use exactly a document's own.
    quoted = " | ".join("'" + one.replace("\\", "\\\\").replace("'", "''") + "'" for one in lexemes)
    query = cast(quoted, TSQUERY)
    rank = func.ts_rank(Passage.words, query, 1)
    return (
        select(
            Passage.file_id,
            Passage.seq,
            Passage.text,
            rank.label("rank"),
            func.tsvector_to_array(Passage.words).label("lexemes"),
        )
        .where(here, Passage.words.bool_op("@@")(query))
        .order_by(rank.desc(), Passage.file_id, Passage.seq)
        .limit(_CANDIDATES)
    )
