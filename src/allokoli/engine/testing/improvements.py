"""What could be better about an assistant after a simulation that failed."""

import json
from typing import Any

from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.api import resources
from allokoli.engine.api.errors import Invalid
from allokoli.engine.api.kinds import SIMULATION_RUN
from allokoli.engine.conversation.script import blueprint_of
from allokoli.engine.conversation.whole_answer import json_in
from allokoli.engine.testing.asking import NoAnswer, asked
from allokoli.engine.testing.held import Held
from allokoli.engine.testing.simulation_items import ITEM
from allokoli.engine.testing.targets import call_body, target_cast

_ENDED = frozenset({"passed", "failed"})
_LISTS = ("systemPromptSuggestions", "toolSuggestions", "scenarioSuggestions")
_MOST = 10
_MAX_TEXT = 2_000
_MAX_PROMPT = 20_000
_QUESTION = (
    "A phone assistant was tried in a simulated call. Say why the evaluations failed and what "
    "would make it better. Answer with one JSON object and nothing else: "
    '{"analysis": "…", "systemPromptSuggestions": [{"issue": "…", "suggestion": "…"}], '
    '"toolSuggestions": [same], "scenarioSuggestions": [same], "suggestedSystemPrompt": "…" or '
    "left out}"
)


async def suggest(
    identity: Identity, run_id: str, item_id: str, *, force: bool, persist: bool
) -> dict[str, Any]:
    """Suggestions for an item, made once and kept.

    Args:
        identity: acts for the organization.
        run_id: the item's run.
        item_id: the item.
        force: make them again.
        persist: keep them with the item.

    Returns:
        Vapi's SimulationRunItemImprovements. The target's language model makes them; without one
        they say what the evaluations show, and no more.

    Raises:
        Invalid: the item has not ended.
        Missing: there is none.
    """
    async with session(identity) as opened:
        run = resources.whole_body(await resources.row(opened, SIMULATION_RUN, run_id))
        row = await resources.row(opened, ITEM, item_id, within={"runId": run_id})
        item = resources.whole_body(row)
        started_at = row.created_at
    if item.get("status") not in _ENDED:
        raise Invalid("This simulation has not ended.")
    known: dict[str, Any] | None = item.get("improvementSuggestions")
    if known and not force:
        return known
    cast, _ = await target_cast(identity.organization, call_body(run["target"]))
    assistant = cast.first.assistant
    call = (item.get("metadata") or {}).get("call") or {}
    held = Held(identity.organization, call.get("messages") or [], assistant, started_at)
    try:
        made = await _by_model(held, item)
    except NoAnswer as none:
        made = _by_evaluations(item, blueprint_of(assistant), none)
    if persist:
        await resources.manage(identity, ITEM, item_id, {"improvementSuggestions": made})
    return made


async def _by_model(held: Held, item: dict[str, Any]) -> dict[str, Any]:
    shown = json.dumps((item.get("results") or {}).get("evaluations"), ensure_ascii=False)
    told = (
        f"The assistant's instructions:\n{held.instructions[:_MAX_PROMPT]}\n\nThe conversation:\n"
        f"{held.transcript[:_MAX_PROMPT]}\n\nThe evaluations:\n{shown[:_MAX_PROMPT]}"
    )
    answer = await asked(
        held, [{"role": "system", "content": _QUESTION}, {"role": "user", "content": told}]
    )
    found = json_in(answer)
    if not isinstance(found, dict) or not isinstance(found.get("analysis"), str):
        raise NoAnswer("the model's suggestions cannot be read")
    made: dict[str, Any] = {"analysis": found["analysis"][:_MAX_TEXT]}
    for name in _LISTS:
        made[name] = [
            {key: str(one.get(key) or "")[:_MAX_TEXT] for key in ("issue", "suggestion")}
            for one in found.get(name) or ()
            if isinstance(one, dict)
        ][:_MOST]
    if isinstance(found.get("suggestedSystemPrompt"), str):
        made["suggestedSystemPrompt"] = found["suggestedSystemPrompt"][:_MAX_PROMPT]
    return made


def _by_evaluations(
    item: dict[str, Any], blueprint: dict[str, Any], none: NoAnswer
) -> dict[str, Any]:
    """What the evaluations say by themselves."""
    evaluations = (item.get("results") or {}).get("evaluations") or []
    missed = [one for one in evaluations if not one.get("passed")]
    fields = {str(one.get("key")) for one in blueprint.get("fields") or ()}
    prompt, scenario = [], []
    for one in missed[:_MOST]:
        name = str(one.get("name"))
        if one.get("error"):
            scenario.append(
                {
                    "issue": f"“{name}” could not be read: {one['error']}"[:_MAX_TEXT],
                    "suggestion": "Evaluate a field the assistant collects, by its key"
                    + (f" ({', '.join(sorted(fields))})" if fields else "")
                    + ", or configure a language model that can judge it.",
                }
            )
        else:
            prompt.append(
                {
                    "issue": f"“{name}” was {one.get('extractedValue')!r}, wanted "
                    f"{one.get('comparator')} {one.get('expectedValue')!r}."[:_MAX_TEXT],
                    "suggestion": "Have the assistant ask for this and read it back before the "
                    "call ends.",
                }
            )
    if item.get("failureReason") and not missed:
        scenario.append(
            {
                "issue": str(item["failureReason"])[:_MAX_TEXT],
                "suggestion": "Run the simulation again.",
            }
        )
    count = f"{len(missed)} of {len(evaluations)} evaluations were not met."
    return {
        "analysis": f"{count} Made from the evaluations alone: {none}",
        "systemPromptSuggestions": prompt,
        "toolSuggestions": [],
        "scenarioSuggestions": scenario,
    }
