"""What the database promises whoever forgets a filter."""

import os
import subprocess
import sys
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from allokoli.core import jobs, mail
from allokoli.core.database import admin_url, session
from allokoli.core.identity import Identity
from allokoli.core.mail import Mail
from allokoli.core.migrations import migrate


async def test_an_organization_sees_only_its_own_rows(settings):
    ours, theirs = Identity.job(uuid4()), Identity.job(uuid4())
    async with session(ours) as opened:
        await mail.queue(opened, org_id=ours.organization, to="a@b.fr", subject="s", text="t")
    async with session(theirs) as opened:
        assert (await opened.scalars(select(Mail))).all() == []
        changed = await opened.execute(text("update mails set subject = 'x'"))
        removed = await opened.execute(text("delete from mails"))
        assert (changed.rowcount, removed.rowcount) == (0, 0)
    async with session(ours) as opened:
        assert (await opened.scalar(select(Mail))).subject == "s"


async def test_an_organization_cannot_write_for_another(settings):
    ours, theirs = Identity.job(uuid4()), uuid4()
    with pytest.raises(ProgrammingError, match="row-level security"):
        async with session(ours) as opened:
            await mail.queue(opened, org_id=theirs, to="a@b.fr", subject="s", text="t")


async def test_the_application_role_can_neither_bypass_nor_leave_row_level_security(settings):
    async with session(Identity.job(uuid4())) as opened:
        role = (
            await opened.execute(
                text(
                    "select rolsuper or rolbypassrls or rolcreaterole as strong from pg_roles"
                    " where rolname = session_user"
                )
            )
        ).scalar_one()
        assert role is False
    for attempt in (
        "set row_security = off; select * from mails",
        "set role postgres",
        "alter table mails disable row level security",
        "select * from jobs.procrastinate_jobs",
    ):
        with pytest.raises(DBAPIError):
            async with session(Identity.job(uuid4())) as opened:
                for statement in attempt.split(";"):
                    await opened.execute(text(statement))


async def test_every_tenant_table_is_protected(settings):
    async with session(Identity.job(uuid4())) as opened:
        open_tables = (
            await opened.execute(
                text(
                    "select c.oid::regclass::text from pg_class c"
                    " join pg_namespace n on n.oid = c.relnamespace"
                    " where c.relkind = 'r' and n.nspname in ('public', 'engine')"
                    " and c.relname <> 'alembic_version'"
                    " and (not c.relrowsecurity or pg_has_role(session_user, c.relowner, 'usage'))"
                )
            )
        ).all()
    assert open_tables == []


async def test_a_job_exists_if_and_only_if_its_transaction_commits(settings, monkeypatch):
    monkeypatch.setattr(settings, "smtp_url", "smtp://127.0.0.1:9")
    identity = Identity.job(uuid4())
    with pytest.raises(RuntimeError):
        async with session(identity) as opened:
            await _queue_mail(opened, identity)
            raise RuntimeError
    assert await _queued(jobs) == 0
    async with session(identity) as opened:
        await _queue_mail(opened, identity)
    assert await _queued(jobs) == 1


async def _queue_mail(opened, identity):
    await mail.queue(opened, org_id=identity.organization, to="a@b.fr", subject="s", text="t")


async def _queued(_jobs) -> int:
    from allokoli.core.database import app_conninfo
    from allokoli.core.settings import get_settings

    async with await psycopg.AsyncConnection.connect(app_conninfo(get_settings())) as connection:
        row = await (
            await connection.execute("select count(*) from jobs.procrastinate_jobs")
        ).fetchone()
    return row[0]


def test_migrating_twice_changes_nothing(migrated):
    migrate()


def test_an_owner_without_special_powers_can_hold_the_database(migrated, tmp_path):
    """As on a hosted server, where nobody but the host is a superuser."""
    admin = admin_url(migrated).set(drivername="postgresql")
    with psycopg.connect(admin.render_as_string(hide_password=False), autocommit=True) as server:
        server.execute("create role hosted_owner login createrole")
        server.execute("create database hosted owner hosted_owner")
        server.execute("grant authenticated, allokoli_app to hosted_owner with admin option")
        try:
            hosted = admin.set(username="hosted_owner", database="hosted")
            environment = os.environ | {
                "ALLOKOLI_DATABASE_URL": hosted.render_as_string(hide_password=False),
                "ALLOKOLI_SECRET_KEY": migrated.secret_key,
            }
            for script in ("from allokoli.core.migrations import migrate; migrate()", _USE_A_KEY):
                subprocess.run(
                    [sys.executable, "-c", script], env=environment, check=True, timeout=60
                )
        finally:
            server.execute("drop database hosted with (force)")


_USE_A_KEY = """
import asyncio
from uuid import uuid4
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.core.security.api_keys import create_key, identify_key

async def main():
    owner = Identity.job(uuid4())
    async with session(owner) as opened:
        _, key = await create_key(opened, owner.organization, "k", "private")
    assert (await identify_key(key)).identity.org_id == owner.org_id

asyncio.run(main())
"""
