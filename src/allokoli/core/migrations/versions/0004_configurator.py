"""The configurator's sessions."""

revision = "0004_configurator"
down_revision = "0003_platform"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
