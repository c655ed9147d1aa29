"""The call in which an owner speaks with AlloKoliConfig, kept with their session."""

from alembic import op

revision = "0012_configurator_voice"
down_revision = "0011_agenda"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table public.configurator_sessions add column voice jsonb")


def downgrade() -> None:
    op.execute("alter table public.configurator_sessions drop column voice")
