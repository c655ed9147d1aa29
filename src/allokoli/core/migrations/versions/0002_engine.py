"""The built-in voice platform's tables."""

from alembic import op

from allokoli.core.migrations.rls import protect

revision = "0002_engine"
down_revision = "0001_core"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create schema engine")
    op.execute("grant usage on schema engine to authenticated, allokoli_app")
    _resources()
    _calls()
    _instances()


def _resources() -> None:
    op.execute(
        """
        create table engine.resources (
          id uuid primary key default gen_random_uuid(),
          org_id uuid not null,
          kind text not null,
          body jsonb not null,
          created_at timestamptz not null default now(),
          updated_at timestamptz not null default now()
        )
        """
    )
    op.execute("create index on engine.resources (org_id, kind, created_at desc, id desc)")
    protect("resources", "engine")


def _calls() -> None:
    op.execute(
        """
        create table engine.calls (
          id uuid primary key default gen_random_uuid(),
          org_id uuid not null,
          type text not null,
          status text not null,
          transport text not null,
          assistant_id uuid,
          phone_number_id uuid,
          name varchar(40),
          request jsonb not null default '{}',
          assistant jsonb not null default '{}',
          warnings jsonb not null default '[]',
          analysis jsonb not null default '{}',
          metrics jsonb not null default '{}',
          ended_reason text,
          recording_key text,
          instance_id uuid,
          created_at timestamptz not null default now(),
          updated_at timestamptz not null default now(),
          started_at timestamptz,
          ended_at timestamptz,
          concluded_at timestamptz,
          report_status text not null default 'none'
            check (report_status in ('none', 'pending', 'sent', 'failed'))
        )
        """
    )
    op.execute("create index on engine.calls (org_id, created_at desc, id desc)")
    op.execute("create index on engine.calls (org_id, assistant_id, created_at desc)")
    op.execute("create index on engine.calls (status, updated_at) where concluded_at is null")
    protect("calls", "engine")
    op.execute(
        """
        create table engine.call_messages (
          call_id uuid not null references engine.calls on delete cascade,
          seq int not null,
          org_id uuid not null,
          role text not null,
          text text not null,
          started_at timestamptz not null,
          ended_at timestamptz not null,
          interrupted boolean not null default false,
          primary key (call_id, seq)
        )
        """
    )
    protect("call_messages", "engine")


def _instances() -> None:
    """Engine processes, and the calls whose process is gone: known before any organization is."""
    op.execute(
        """
        create table engine.instances (
          id uuid primary key,
          started_at timestamptz not null default now(),
          beat_at timestamptz not null default now()
        )
        """
    )
    # Reached through the functions below only.
    op.execute("alter table engine.instances enable row level security")
    op.execute(
        """
        create function engine.beat(instance uuid) returns void
        language sql security definer set search_path = engine, pg_temp as $f$
          insert into instances (id) values (instance)
          on conflict (id) do update set beat_at = now();
          delete from instances where beat_at < now() - interval '1 day';
        $f$
        """
    )
    op.execute(
        """
        create function engine.leave(instance uuid) returns void
        language sql security definer set search_path = engine, pg_temp as $f$
          delete from instances where id = instance
        $f$
        """
    )
    op.execute(
        """
        create function engine.unfinished_calls(
          stale_s float, unanswered_s float, silent_s float, unconcluded_s float
        ) returns table (id uuid, org_id uuid, cause text)
        language sql stable security definer set search_path = engine, pg_temp as $f$
          select c.id, c.org_id, case
              when c.status = 'ended' then 'unconcluded'
              when c.instance_id is not null then 'orphaned'
              when c.status = 'queued' then 'unanswered'
              else 'silent' end
          from calls c left join instances i on i.id = c.instance_id
          where c.concluded_at is null and (
            (c.status <> 'ended' and c.instance_id is not null
              and (i.id is null or i.beat_at < now() - make_interval(secs => stale_s)))
            or (c.status = 'queued' and c.instance_id is null
              and c.updated_at < now() - make_interval(secs => unanswered_s))
            or (c.status = 'in-progress' and c.instance_id is null
              and c.updated_at < now() - make_interval(secs => silent_s))
            or (c.status = 'ended'
              and c.updated_at < now() - make_interval(secs => unconcluded_s)))
          order by c.updated_at limit 500
        $f$
        """
    )
    for function in (
        "engine.beat(uuid)",
        "engine.leave(uuid)",
        "engine.unfinished_calls(float, float, float, float)",
    ):
        op.execute(f"revoke all on function {function} from public")
        op.execute(f"grant execute on function {function} to authenticated")


def downgrade() -> None:
    op.execute("drop schema engine cascade")
