"""The language model an organization chose for its assistants and its guide."""

from alembic import op

from allokoli.core.migrations.rls import protect

revision = "0013_language_models"
down_revision = "0012_configurator_voice"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        create table public.language_models (
          org_id uuid primary key references public.organizations (id) on delete cascade,
          url varchar(500) not null,
          name varchar(200) not null,
          key_sealed bytea,
          key_preview text,
          wait_s integer not null check (wait_s between 1 and 20),
          created_at timestamptz not null default now(),
          updated_at timestamptz not null default now()
        )
        """
    )
    protect("language_models")


def downgrade() -> None:
    op.execute("drop table public.language_models")
