"""The latest rehearsal of each assistant: its simulated callers, and how their calls went."""

from alembic import op

from allokoli.core.migrations.rls import protect

revision = "0010_rehearsals"
down_revision = "0009_retention"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        create table public.rehearsals (
          assistant_id uuid primary key references public.assistants (id) on delete cascade,
          org_id uuid not null references public.organizations (id) on delete cascade,
          run_id uuid not null,
          session_id uuid references public.configurator_sessions (id) on delete set null,
          status text not null check (status in ('waiting', 'running', 'done')),
          callers jsonb not null default '[]',
          created_at timestamptz not null,
          updated_at timestamptz not null
        );
        create index on public.rehearsals (org_id);
        create index on public.rehearsals (session_id);
        """
    )
    protect("rehearsals")


def downgrade() -> None:
    op.execute("drop table public.rehearsals")
