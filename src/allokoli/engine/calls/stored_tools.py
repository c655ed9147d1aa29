"""Reads stored tools into whatever names them: models, hooks and workflow nodes."""

import dataclasses
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.engine.calls import stored
from allokoli.engine.conversation.cast import Cast

Tool = dict[str, Any]


async def with_tools(opened: AsyncSession, cast: Cast) -> Cast:
    """A cast with every stored tool in the place of its id; a missing one leaves a warning.

    Args:
        opened: a session of the organization.
        cast: as its settings say.
    """
    reader = _Reader(opened)
    reader.note([member.assistant for member in cast.members])
    reader.note(cast.workflow)
    await reader.read()
    members = tuple(
        dataclasses.replace(member, assistant=reader.filled(member.assistant))
        for member in cast.members
    )
    workflow = reader.filled(cast.workflow) if cast.workflow is not None else None
    warnings = (*cast.warnings, *reader.warnings())
    return dataclasses.replace(cast, members=members, workflow=workflow, warnings=warnings)


class _Reader:
    """Finds the ids first, reads them in one query, then puts the tools in their places."""

    def __init__(self, opened: AsyncSession) -> None:
        self._opened = opened
        self._wanted: dict[str, Any] = {}
        self._found: dict[str, Tool] = {}

    def note(self, holder: Any) -> None:
        """Remember every tool id in some settings, with the version it is pinned to."""
        if isinstance(holder, list):
            for one in holder:
                self.note(one)
        elif isinstance(holder, dict):
            self._wanted |= dict.fromkeys(_ids(holder))
            self._wanted |= {ref["toolId"]: ref.get("version") for ref in _refs(holder)}
            for name in ("model", "hooks", "nodes", "do"):
                self.note(holder.get(name))

    async def read(self) -> None:
        """Read what was noted."""
        rows = await stored.several(self._opened, "tool", self._wanted)
        for tool_id, row in rows.items():
            body = await stored.body_of(self._opened, row, self._wanted[tool_id])
            self._found[tool_id] = {**body, "id": str(row.id)}

    def filled(self, holder: Any) -> Any:
        """The same settings with tools for ids."""
        if isinstance(holder, list):
            return [self.filled(one) for one in holder]
        if not isinstance(holder, dict):
            return holder
        result = {
            name: self.filled(one) if name in {"model", "hooks", "nodes", "do"} else one
            for name, one in holder.items()
            if name not in {"toolIds", "toolRefs"}
        }
        if isinstance(single := result.get("toolId"), str) and holder.get("type") == "tool":
            del result["toolId"]
            if single in self._found:
                result["tool"] = self._found[single]
        elif ids := list(dict.fromkeys([*_ids(holder), *(one["toolId"] for one in _refs(holder))])):
            inline = [one for one in holder.get("tools") or () if isinstance(one, dict)]
            result["tools"] = [*inline, *(self._found[one] for one in ids if one in self._found)]
        return result

    def warnings(self) -> list[str]:
        """A sentence for each tool that is not there."""
        return [
            f"Tool {tool_id[:80]} does not exist: it is left out."
            for tool_id in self._wanted
            if tool_id not in self._found
        ]


def _ids(holder: dict[str, Any]) -> list[str]:
    named = holder.get("toolIds")
    ids = [one for one in named if isinstance(one, str)] if isinstance(named, list) else []
    if isinstance(holder.get("toolId"), str) and holder.get("type") == "tool":
        ids.append(holder["toolId"])
    return ids


def _refs(holder: dict[str, Any]) -> list[dict[str, Any]]:
    refs = holder.get("toolRefs")
    return [
        one
        for one in (refs if isinstance(refs, list) else ())
        if isinstance(one, dict) and isinstance(one.get("toolId"), str)
    ]
