"""Passages of files, the files of knowledge bases, the contacts of campaigns; what is forgotten."""

from alembic import op

from allokoli.core.migrations.rls import protect

revision = "0006_engine_knowledge"
down_revision = "0005_engine_casts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _knowledge()
    _campaigns()
    _old_chats()


def _knowledge() -> None:
    # `dictionary` is the text search configuration the words were read with.
    op.execute(
        """
        create table engine.passages (
          file_id uuid not null references engine.resources on delete cascade,
          seq int not null,
          org_id uuid not null,
          dictionary text not null,
          text text not null,
          words tsvector not null,
          primary key (file_id, seq)
        )
        """
    )
    op.execute("create index on engine.passages using gin (words)")
    protect("passages", "engine")
    op.execute(
        """
        create table engine.knowledge_files (
          id uuid primary key default gen_random_uuid(),
          org_id uuid not null,
          knowledge_base_id uuid not null references engine.resources on delete cascade,
          file_id uuid not null references engine.resources on delete cascade,
          created_at timestamptz not null default now(),
          updated_at timestamptz not null default now(),
          unique (knowledge_base_id, file_id)
        )
        """
    )
    op.execute("create index on engine.knowledge_files (file_id)")
    protect("knowledge_files", "engine")


def _campaigns() -> None:
    op.execute(
        """
        create table engine.campaign_contacts (
          id uuid primary key default gen_random_uuid(),
          org_id uuid not null,
          campaign_id uuid not null references engine.resources on delete cascade,
          position int not null,
          phone_number_id uuid not null,
          customer jsonb not null,
          secrets_sealed bytea,
          status text not null default 'pending' check (status in
            ('pending', 'dispatched', 'completed', 'failed', 'skipped', 'predial-failed')),
          call_id uuid,
          ended_reason text,
          problem text,
          dispatched_at timestamptz,
          created_at timestamptz not null default now(),
          unique (campaign_id, position)
        )
        """
    )
    op.execute("create index on engine.campaign_contacts (campaign_id, status, position)")
    protect("campaign_contacts", "engine")
    # Campaigns whose next step is overdue: known before any organization is. Moments are texts of
    # one format (UTC, milliseconds), which sort as the moments do.
    op.execute(
        """
        create function engine.late_campaigns(before text)
        returns table (id uuid, org_id uuid)
        language sql stable security definer set search_path = engine, pg_temp as $f$
          select r.id, r.org_id from resources r
          where r.kind = 'campaign' and r.body->>'nextAt' < before
          order by r.updated_at limit 500
        $f$
        """
    )
    op.execute(
        "create index campaigns_next_at on engine.resources ((body->>'nextAt'))"
        " where kind = 'campaign' and body->>'nextAt' is not null"
    )
    _only_for_us("engine.late_campaigns(text)")


def _old_chats() -> None:
    op.execute(
        """
        create function engine.forget_chats(before timestamptz) returns bigint
        language sql security definer set search_path = engine, pg_temp as $f$
          with gone as (
            delete from resources where id in (
              select id from resources
              where kind in ('chat', 'session') and updated_at < before limit 10000)
            returning 1)
          select count(*) from gone
        $f$
        """
    )
    _only_for_us("engine.forget_chats(timestamptz)")


def _only_for_us(function: str) -> None:
    op.execute(f"revoke all on function {function} from public")
    op.execute(f"grant execute on function {function} to authenticated")


def downgrade() -> None:
    op.execute("drop function engine.forget_chats, engine.late_campaigns")
    op.execute("drop index engine.campaigns_next_at")
    op.execute("drop table engine.campaign_contacts, engine.knowledge_files, engine.passages")
