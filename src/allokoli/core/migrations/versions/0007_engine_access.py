"""Restrictions of keys, versions of entities."""

revision = "0007_engine_access"
down_revision = "0006_engine_knowledge"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
