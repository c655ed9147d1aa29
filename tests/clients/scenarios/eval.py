"""Evals: a mock conversation, and a run of it."""

from typing import Any

from lives import Life
from sdk import CheckedSdk
from world import ANSWER


async def scenario(sdk: CheckedSdk, world: Any) -> None:
    """Every method of the group."""
    evals = sdk.eval
    life = Life(
        sdk,
        create=evals.eval_controller_create,
        read=evals.eval_controller_get,
        listing=evals.eval_controller_get_paginated,
        change=evals.eval_controller_update,
        delete=evals.eval_controller_remove,
    )
    made = await life.begins(
        name="Salutation",
        type="chat.mockConversation",
        messages=[
            {"role": "user", "content": "Bonjour"},
            {"role": "assistant", "judgePlan": {"type": "exact", "content": ANSWER}},
        ],
    )
    await life.changes(made, description="Répond à un bonjour")
    assistant = await sdk.assistants.create(name="Accueil", model=world.model())
    started = await evals.eval_controller_run(
        eval_id=made.id, type="eval", target={"type": "assistant", "assistantId": assistant.id}
    )
    run_id = started["id"]
    await world.run_jobs()
    run = await evals.eval_controller_get_run(run_id)
    assert run.status == "ended"
    assert [one.status for one in run.results] == ["pass"]
    page = await evals.eval_controller_get_runs_paginated()
    assert [one.id for one in page.results] == [run_id]
    assert (await evals.eval_controller_remove_run(run_id)).id == run_id
    await sdk.refused(404, evals.eval_controller_get_run(run_id))
    await life.ends(made)
