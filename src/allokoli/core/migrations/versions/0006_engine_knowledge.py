"""Files and what is found in them."""

revision = "0006_engine_knowledge"
down_revision = "0005_engine_casts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
