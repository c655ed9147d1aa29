"""Vault-key rotation over every column that holds a sealed secret."""

from sqlalchemy import create_engine, text

from allokoli.core.database import admin_url
from allokoli.core.security import vault
from allokoli.core.settings import get_settings

# A sealed column is recognised by its name, so that a new table needs no entry here.
_SEALED_COLUMNS = """
    select table_schema, table_name, column_name from information_schema.columns
    where column_name like '%\\_sealed' and data_type = 'bytea'
"""


def rotate() -> int:
    """Seal every stored secret again with the newest key; safe to run twice.

    Returns:
        How many secrets were sealed again.

    Raises:
        BadSetting: one of them opens with no configured key; nothing is changed then.
    """
    engine, count = create_engine(admin_url(get_settings())), 0
    with engine.begin() as connection:
        for schema, table, column in connection.execute(text(_SEALED_COLUMNS)).all():
            name = f'"{schema}"."{table}"'
            rows = connection.execute(
                text(f'select ctid::text, "{column}" from {name} where "{column}" is not null')
            ).all()
            for row, sealed in rows:
                connection.execute(
                    text(f'update {name} set "{column}" = :sealed where ctid = cast(:row as tid)'),
                    {"sealed": vault.reseal(bytes(sealed)), "row": row},
                )
                count += 1
    engine.dispose()
    return count
