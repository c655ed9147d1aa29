"""When the owner's text message of a call was given away, so that it is sent once."""

from alembic import op

revision = "0014_texted_at"
down_revision = "0013_language_models"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table public.calls add column texted_at timestamptz")


def downgrade() -> None:
    op.execute("alter table public.calls drop column texted_at")
