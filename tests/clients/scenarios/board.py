"""Boards, and the one every organization has."""

from typing import Any

from lives import Life
from sdk import CheckedSdk
from vapi.types import BoardLayout


async def scenario(sdk: CheckedSdk, world: Any) -> None:
    """Every method of the group."""
    board = sdk.board
    life = Life(
        sdk,
        create=board.board_controller_create,
        read=board.board_controller_find_one,
        listing=board.board_controller_find_all,
        change=board.board_controller_update,
        delete=board.board_controller_remove,
    )
    made = await life.begins(name="Tableau", layout=BoardLayout(columns=6))
    await life.changes(made, name="Mon tableau")
    overview = await board.board_controller_metrics_overview_ensure()
    assert (await board.board_controller_metrics_overview_ensure()).id == overview.id
    await life.ends(made)
