"""The configurator's sessions.

A session may be opened before there is an account: until it is claimed its unguessable id is what
opens it, carried as the identity's `visitor_id`.
"""

from alembic import op

from allokoli.core.migrations.rls import protect

revision = "0004_configurator"
down_revision = "0003_platform_calls"
branch_labels = None
depends_on = None

_MINE_OR_UNCLAIMED = "org_id = auth.org_id() or (org_id is null and id = auth.visitor_id())"


def upgrade() -> None:
    op.execute(
        """
        create table public.configurator_sessions (
          id uuid primary key default gen_random_uuid(),
          org_id uuid references public.organizations (id) on delete cascade,
          user_id uuid references public.users (id) on delete set null,
          locale text not null check (locale in ('fr', 'en', 'he')),
          template text,
          status text not null
            check (status in ('collecting', 'confirming', 'creating', 'created', 'abandoned')),
          state jsonb not null,
          messages jsonb not null default '[]',
          reply text not null,
          asking text,
          suggestions jsonb not null default '[]',
          progress double precision not null default 0,
          blueprint jsonb not null default '{}',
          turns int not null default 0,
          awaiting_account boolean not null default false,
          steps jsonb not null default '[]',
          assistant_id uuid,
          created_at timestamptz not null,
          updated_at timestamptz not null
        );
        create index on public.configurator_sessions (org_id, updated_at desc);
        create index on public.configurator_sessions (updated_at) where org_id is null;
        create index on public.configurator_sessions (updated_at) where status = 'creating';
        create function auth.interrupted_creations(before timestamptz)
        returns table (org_id uuid, session_id uuid)
        language sql stable security definer set search_path = public, pg_temp as $f$
          select org_id, id from configurator_sessions
          where status = 'creating' and org_id is not null and updated_at < before
        $f$;
        create function auth.forget_unclaimed_sessions(before timestamptz) returns bigint
        language sql security definer set search_path = public, pg_temp as $f$
          with gone as (
            delete from configurator_sessions where org_id is null and updated_at < before
            returning 1
          )
          select count(*) from gone
        $f$;
        """
    )
    protect("configurator_sessions", condition=_MINE_OR_UNCLAIMED)
    for function in (
        "auth.interrupted_creations(timestamptz)",
        "auth.forget_unclaimed_sessions(timestamptz)",
    ):
        op.execute(f"revoke all on function {function} from public")
        op.execute(f"grant execute on function {function} to authenticated")


def downgrade() -> None:
    op.execute("drop table public.configurator_sessions cascade")
    op.execute("drop function auth.interrupted_creations(timestamptz)")
    op.execute("drop function auth.forget_unclaimed_sessions(timestamptz)")
