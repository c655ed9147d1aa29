from fastapi import APIRouter

from allokoli.core.database import session
from allokoli.platform.access import Admin, Caller
from allokoli.platform.language_models import service
from allokoli.platform.language_models.schemas import LanguageModelChoice, LanguageModelRead, Trial

router = APIRouter(prefix="/organization/language-model", tags=["organization"])


@router.get("")
async def get_language_model(caller: Caller) -> LanguageModelRead | None:
    """The organization's own language model; null while the guided model answers."""
    async with session(caller) as opened:
        row = await service.get(opened, caller)
        return None if row is None else LanguageModelRead.model_validate(row)


@router.put("")
async def choose_language_model(choice: LanguageModelChoice, caller: Admin) -> LanguageModelRead:
    async with session(caller) as opened:
        return LanguageModelRead.model_validate(await service.choose(opened, caller, choice))


@router.delete("", status_code=204)
async def forget_language_model(caller: Admin) -> None:
    async with session(caller) as opened:
        await service.forget(opened, caller)


@router.post("/try")
async def try_language_model(caller: Admin) -> Trial:
    """Ask the chosen model for one word, and tell what came of it."""
    return await service.attempt(caller)
