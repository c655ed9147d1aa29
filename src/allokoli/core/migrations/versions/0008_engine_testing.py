"""Runs of evaluations, simulations and campaigns."""

revision = "0008_engine_testing"
down_revision = "0007_engine_access"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
