"""What calls with squads and tools keep; sealed secrets of entities; credentials; logs."""

from alembic import op

from allokoli.core.migrations.rls import protect

revision = "0005_engine_casts"
down_revision = "0004_configurator"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table engine.resources add column secrets_sealed bytea")
    op.execute(
        """
        alter table engine.calls
          add column squad_id uuid,
          add column workflow_id uuid,
          add column campaign_id uuid,
          add column scheduled_at timestamptz,
          add column cast_json jsonb not null default '{}',
          add column state jsonb not null default '{}',
          add column artifacts jsonb not null default '{}',
          add column secrets_sealed bytea
        """
    )
    op.execute("create index on engine.calls (scheduled_at) where status = 'scheduled'")
    op.execute("create index on engine.calls (campaign_id) where campaign_id is not null")
    op.execute("alter table engine.call_messages add column extra jsonb not null default '{}'")
    op.execute(
        """
        create table engine.credentials (
          id uuid primary key default gen_random_uuid(),
          org_id uuid not null,
          provider text not null,
          body jsonb not null,
          secrets_sealed bytea,
          created_at timestamptz not null default now(),
          updated_at timestamptz not null default now()
        )
        """
    )
    op.execute("create index on engine.credentials (org_id, provider, created_at desc)")
    protect("credentials", "engine")
    op.execute(
        """
        create table engine.logs (
          id uuid primary key default gen_random_uuid(),
          org_id uuid not null,
          call_id uuid,
          type text not null,
          time timestamptz not null default now(),
          body jsonb not null
        )
        """
    )
    op.execute("create index on engine.logs (org_id, time desc, id desc)")
    op.execute("create index on engine.logs (call_id, time)")
    protect("logs", "engine")
    op.execute(_unfinished_calls("'queued', 'ringing'"))


def downgrade() -> None:
    op.execute(_unfinished_calls("'queued'"))
    op.execute("drop table engine.logs, engine.credentials")
    op.execute("alter table engine.call_messages drop column extra")
    op.execute(
        """
        alter table engine.calls
          drop column squad_id, drop column workflow_id, drop column campaign_id,
          drop column scheduled_at, drop column cast_json, drop column state,
          drop column artifacts, drop column secrets_sealed
        """
    )
    op.execute("alter table engine.resources drop column secrets_sealed")


def _unfinished_calls(waiting: str) -> str:
    """Calls to finish, as in 0002, of which those waiting to be carried have these statuses."""
    return f"""
        create or replace function engine.unfinished_calls(
          stale_s float, unanswered_s float, silent_s float, unconcluded_s float
        ) returns table (id uuid, org_id uuid, cause text)
        language sql stable security definer set search_path = engine, pg_temp as $f$
          select c.id, c.org_id, case
              when c.status = 'ended' then 'unconcluded'
              when c.instance_id is not null then 'orphaned'
              when c.status in ({waiting}) then 'unanswered'
              when c.status = 'forwarding' then 'forwarded'
              else 'silent' end
          from calls c left join instances i on i.id = c.instance_id
          where c.concluded_at is null and (
            (c.status <> 'ended' and c.instance_id is not null
              and (i.id is null or i.beat_at < now() - make_interval(secs => stale_s)))
            or (c.status in ({waiting}) and c.instance_id is null
              and c.updated_at < now() - make_interval(secs => unanswered_s))
            or (c.status = 'in-progress' and c.instance_id is null
              and c.updated_at < now() - make_interval(secs => silent_s))
            or (c.status = 'forwarding' and c.instance_id is null
              and c.updated_at < now() - interval '5 hours')
            or (c.status = 'ended'
              and c.updated_at < now() - make_interval(secs => unconcluded_s)))
          order by c.updated_at limit 500
        $f$
        """
