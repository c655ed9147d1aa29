from fastapi import APIRouter, Request

from allokoli.core.database import session
from allokoli.core.http import machine_of
from allokoli.core.i18n import best_locale
from allokoli.core.settings import get_settings
from allokoli.platform.access import Bearer, Caller
from allokoli.platform.accounts import login_sessions, service
from allokoli.platform.accounts.schemas import Login, Refresh, Register, SignedIn, UserRead

router = APIRouter(prefix="/auth", tags=["auth"])


@router.post("/register", status_code=201)
async def register(wanted: Register, request: Request) -> SignedIn:
    locale = best_locale(request.headers.get("accept-language"), get_settings().default_locale)
    return await service.register(wanted, locale=locale, machine=machine_of(request))


@router.post("/login")
async def login(wanted: Login, request: Request) -> SignedIn:
    return await service.login(wanted, machine=machine_of(request))


@router.post("/refresh")
async def refresh(wanted: Refresh) -> SignedIn:
    return await service.refresh(wanted.refresh_token)


@router.post("/logout", status_code=204)
async def logout(caller: Caller, bearer: Bearer) -> None:
    """End this sign-in: its access and refresh tokens stop working at once."""
    if bearer is not None and caller.kind == "user":
        await login_sessions.revoke(bearer.credentials)


@router.get("/me")
async def me(caller: Caller) -> UserRead:
    async with session(caller) as opened:
        return await service.described(opened, caller)
