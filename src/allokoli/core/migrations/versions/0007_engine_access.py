"""Restrictions of keys, versions of entities."""

from alembic import op

from allokoli.core.migrations.rls import protect

revision = "0007_engine_access"
down_revision = "0006_engine_knowledge"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        alter table public.api_keys
          add column restrictions jsonb,
          add column key_sealed bytea,
          add column updated_at timestamptz not null default now()
        """
    )
    op.execute("drop function auth.find_api_key(bytea)")
    _find_api_key("org_id uuid, kind text, id uuid, restrictions jsonb")
    op.execute(
        """
        create table engine.versions (
          entity_id uuid not null references engine.resources on delete cascade,
          number int not null,
          org_id uuid not null,
          body jsonb not null,
          secrets_sealed bytea,
          name text,
          description text,
          restored_from int,
          created_at timestamptz not null default now(),
          primary key (entity_id, number)
        )
        """
    )
    protect("versions", "engine")


def downgrade() -> None:
    op.execute("drop table engine.versions")
    op.execute("drop function auth.find_api_key(bytea)")
    _find_api_key("org_id uuid, kind text")
    op.execute(
        """
        alter table public.api_keys
          drop column restrictions, drop column key_sealed, drop column updated_at
        """
    )


def _find_api_key(columns: str) -> None:
    names = ", ".join(column.split()[0] for column in columns.split(", "))
    op.execute(
        f"""
        create function auth.find_api_key(hash bytea) returns table ({columns})
        language sql stable security definer set search_path = public, pg_temp as $f$
          select {names} from api_keys where key_hash = hash and revoked_at is null
        $f$
        """
    )
    op.execute("revoke all on function auth.find_api_key from public")
    op.execute("grant execute on function auth.find_api_key to authenticated")
