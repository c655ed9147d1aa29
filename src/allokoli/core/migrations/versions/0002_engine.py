"""The built-in voice platform's tables."""

revision = "0002_engine"
down_revision = "0001_core"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
