"""Accounts, organizations and the tenant's mirrored entities."""

revision = "0003_platform"
down_revision = "0002_engine"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
