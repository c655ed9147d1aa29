"""What is found in files: passages to search, and the knowledge bases they are linked to."""

from alembic import op

from allokoli.core.migrations.rls import protect

revision = "0006_engine_knowledge"
down_revision = "0005_engine_casts"
branch_labels = None
depends_on = None


def upgrade() -> None:
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


def downgrade() -> None:
    op.execute("drop table engine.knowledge_files, engine.passages")
