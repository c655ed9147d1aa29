"""Sessions on PostgreSQL that can only see what their identity may see.

The process connects as a role that cannot bypass row-level security; each transaction then takes
the plain role `authenticated` and carries the identity as `request.jwt.claims`, as on Supabase.
"""

import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache

from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import URL, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase

from allokoli.core.identity import Identity
from allokoli.core.settings import Settings, get_settings

APP_ROLE = "allokoli_app"


class Base(DeclarativeBase):
    """Base of every table."""


@asynccontextmanager
async def session(identity: Identity) -> AsyncIterator[AsyncSession]:
    """One transaction as an identity: committed at the end, rolled back on an error.

    Args:
        identity: who asks; the database's policies read it.
    """
    async with _sessions()() as opened, opened.begin():
        await opened.execute(
            text(
                "select set_config('role', 'authenticated', true),"
                " set_config('request.jwt.claims', :claims, true)"
            ),
            {"claims": identity.claims()},
        )
        yield opened


def app_url(settings: Settings) -> URL:
    """The database as the application's role."""
    url = admin_url(settings)
    return url.set(username=APP_ROLE, password=app_password(settings))


def admin_url(settings: Settings) -> URL:
    """The database as its owner, for migrations only."""
    return make_url(settings.admin_database_url).set(drivername="postgresql+psycopg")


def app_password(settings: Settings) -> str:
    """Password of the application's role, derived so that it need not be stored."""
    return hmac.new(settings.secret_key.encode(), b"database role", hashlib.sha256).hexdigest()


def app_conninfo(settings: Settings) -> str:
    """The database as the application's role, as libpq understands it."""
    url = app_url(settings).set(drivername="postgresql").render_as_string(hide_password=False)
    conninfo_to_dict(url)
    return url


async def dispose() -> None:
    """Close the pool; the next session opens a new one."""
    if _engine.cache_info().currsize:
        await _engine().dispose()
    _engine.cache_clear()
    _sessions.cache_clear()


@lru_cache(maxsize=1)
def _engine() -> AsyncEngine:
    return create_async_engine(
        app_url(get_settings()),
        pool_size=10,
        max_overflow=10,
        pool_timeout=10,
        pool_pre_ping=True,
        hide_parameters=True,
    )


@lru_cache(maxsize=1)
def _sessions() -> async_sessionmaker[AsyncSession]:
    return async_sessionmaker(_engine(), expire_on_commit=False)
