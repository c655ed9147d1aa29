"""Who asks (auth), background jobs, API keys and mails."""

from importlib import resources
from typing import Any

from alembic import op

from allokoli.core.migrations.rls import protect

revision = "0001_core"
down_revision = None
branch_labels = None
depends_on = None

_CLAIM = "nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> '{}'"


def upgrade() -> None:
    _auth()
    _jobs()
    _api_keys()
    _mails()


def _auth() -> None:
    op.execute("create schema if not exists auth")
    op.execute("grant usage on schema auth, public to authenticated, allokoli_app")
    _claim_function("uid", "sub")
    _claim_function("org_id", "org_id")
    _claim_function("visitor_id", "visitor_id")


def _claim_function(name: str, claim: str) -> None:
    """Supabase brings some of these; ours are only made where they are missing."""
    op.execute(
        f"""
        do $do$ begin
          if to_regprocedure('auth.{name}()') is null then
            create function auth.{name}() returns uuid language sql stable as
              $f$ select ({_CLAIM.format(claim)})::uuid $f$;
          end if;
        end $do$
        """
    )
    op.execute(f"grant execute on function auth.{name}() to authenticated")


def _jobs() -> None:
    op.execute("create schema jobs")
    op.execute("set local search_path to jobs")
    schema = resources.files("procrastinate").joinpath("sql/schema.sql").read_text("utf-8")
    driver_connection: Any = op.get_bind().connection.driver_connection
    driver_connection.execute(schema)
    op.execute(
        """
        do $do$ declare routine record; begin
          for routine in select oid::regprocedure as name from pg_proc
                         where pronamespace = 'jobs'::regnamespace loop
            execute format('alter function %s set search_path = jobs, pg_temp', routine.name);
          end loop;
        end $do$
        """
    )
    op.execute(
        """
        create function jobs.enqueue(name text, arguments jsonb, lock text, delay_s float)
        returns bigint language sql security definer set search_path = jobs, pg_temp as $f$
          select (procrastinate_defer_jobs_v1(array[row(
            'default', name, 0, lock, null, arguments,
            case when delay_s > 0 then now() + make_interval(secs => delay_s) end
          )::procrastinate_job_to_defer_v1]))[1]
        $f$
        """
    )
    op.execute("set local search_path to public")
    op.execute("revoke all on function jobs.enqueue from public")
    op.execute("grant usage on schema jobs to allokoli_app, authenticated")
    op.execute("grant all on all tables in schema jobs to allokoli_app")
    op.execute("grant all on all sequences in schema jobs to allokoli_app")
    op.execute("grant execute on function jobs.enqueue to allokoli_app, authenticated")


def _api_keys() -> None:
    op.execute(
        """
        create table public.api_keys (
          id uuid primary key default gen_random_uuid(),
          org_id uuid not null,
          name varchar(80) not null,
          kind text not null check (kind in ('private', 'public', 'server')),
          key_hash bytea not null unique,
          preview text not null,
          created_at timestamptz not null default now(),
          revoked_at timestamptz
        )
        """
    )
    op.execute("create index on public.api_keys (org_id)")
    protect("api_keys")
    op.execute(
        """
        create function auth.find_api_key(hash bytea) returns table (org_id uuid, kind text)
        language sql stable security definer set search_path = public, pg_temp as $f$
          select org_id, kind from api_keys where key_hash = hash and revoked_at is null
        $f$
        """
    )
    op.execute("revoke all on function auth.find_api_key from public")
    op.execute("grant execute on function auth.find_api_key to authenticated")


def _mails() -> None:
    op.execute(
        """
        create table public.mails (
          id uuid primary key default gen_random_uuid(),
          org_id uuid not null,
          "to" varchar(320) not null,
          subject varchar(300) not null,
          text text not null,
          html text,
          status text not null default 'queued'
            check (status in ('queued', 'sent', 'failed', 'outbox')),
          attempts int not null default 0,
          error text,
          created_at timestamptz not null default now(),
          sent_at timestamptz
        )
        """
    )
    op.execute("create index on public.mails (org_id, created_at desc)")
    protect("mails")


def downgrade() -> None:
    op.execute("drop table public.mails, public.api_keys cascade")
    op.execute("drop function auth.find_api_key(bytea)")
    op.execute("drop schema jobs cascade")
