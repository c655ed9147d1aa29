"""Columns most tables have."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.orm import mapped_column
from sqlalchemy.types import DateTime

from allokoli.core import clock

Id = Annotated[UUID, mapped_column(primary_key=True, server_default=func.gen_random_uuid())]
Moment = Annotated[datetime, mapped_column(DateTime(timezone=True))]
CreatedAt = Annotated[datetime, mapped_column(DateTime(timezone=True), default=clock.now)]
UpdatedAt = Annotated[
    datetime, mapped_column(DateTime(timezone=True), default=clock.now, onupdate=clock.now)
]
