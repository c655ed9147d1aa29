"""The tenant's calls, their messages, and the server messages they come from."""

from alembic import op

from allokoli.core.migrations.rls import protect

revision = "0003_platform_calls"
down_revision = "0003_platform"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _calls()
    _server_messages()


def _calls() -> None:
    op.execute(
        """
        create table public.calls (
          id uuid primary key default gen_random_uuid(),
          org_id uuid not null references public.organizations (id) on delete cascade,
          platform_id text not null,
          assistant_id uuid,
          assistant_name text,
          type text,
          transport text,
          status text not null,
          ended_reason text,
          customer_number text,
          started_at timestamptz,
          ended_at timestamptz,
          summary text,
          structured_data jsonb,
          success_evaluation text,
          intent text,
          outcome text check (outcome in ('success', 'failure')),
          recording text not null default 'none'
            check (recording in ('none', 'pending', 'stored', 'failed')),
          recording_key text,
          reported_at timestamptz,
          notified_at timestamptz,
          created_at timestamptz not null default now(),
          updated_at timestamptz not null default now(),
          unique (org_id, id),
          unique (org_id, platform_id),
          foreign key (org_id, assistant_id) references public.assistants (org_id, id)
            on delete set null (assistant_id)
        );
        create index on public.calls (org_id, created_at desc, id);
        create index on public.calls (org_id, assistant_id, created_at desc);
        create table public.messages (
          id uuid primary key default gen_random_uuid(),
          org_id uuid not null,
          call_id uuid not null,
          position int not null,
          role text not null,
          content text not null,
          at timestamptz,
          seconds_from_start double precision,
          created_at timestamptz not null default now(),
          unique (call_id, position) deferrable initially deferred,
          foreign key (org_id, call_id) references public.calls (org_id, id) on delete cascade
        );
        """
    )
    protect("calls")
    protect("messages")
    op.execute(
        """
        create index on public.calls (updated_at) where reported_at is null;
        create function auth.silent_calls(before timestamptz)
        returns table (org_id uuid, call_id uuid)
        language sql stable security definer set search_path = public, pg_temp as $f$
          select org_id, id from calls
          where reported_at is null and updated_at < before
          order by updated_at limit 500
        $f$
        """
    )
    op.execute("revoke all on function auth.silent_calls(timestamptz) from public")
    op.execute("grant execute on function auth.silent_calls(timestamptz) to authenticated")


def _server_messages() -> None:
    op.execute(
        """
        create table public.server_messages (
          id uuid primary key default gen_random_uuid(),
          org_id uuid not null references public.organizations (id) on delete cascade,
          key text not null,
          type text not null,
          call_platform_id text,
          body jsonb not null,
          received_at timestamptz not null,
          applied_at timestamptz,
          error text,
          unique (org_id, key)
        );
        create index on public.server_messages (org_id, call_platform_id);
        """
    )
    protect("server_messages")


def downgrade() -> None:
    op.execute("drop table public.server_messages, public.messages, public.calls cascade")
    op.execute("drop function auth.silent_calls(timestamptz)")
