from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock
from allokoli.core.identity import Identity
from allokoli.platform.analytics.schemas import Overview
from allokoli.platform.calls.models import ENDED, Call
from allokoli.platform.organizations import service as organizations

_PERIOD_DAYS = 30


async def overview(opened: AsyncSession, identity: Identity) -> Overview:
    """The dashboard's figures, in the organization's time zone."""
    organization = await organizations.get_organization(opened, identity)
    zone = ZoneInfo(organization.timezone)
    today = clock.now().astimezone(zone).date()
    midnight = datetime.combine(today, time(), zone)
    since = midnight - timedelta(days=_PERIOD_DAYS - 1)
    judged = Call.outcome.is_not(None)
    query = select(
        func.count().filter(Call.created_at >= midnight).label("calls_today"),
        func.count().filter(Call.status != ENDED).label("live"),
        func.avg(func.extract("epoch", Call.ended_at - Call.started_at)).label("mean_duration_s"),
        func.count().filter(judged).label("judged"),
        func.count().filter(Call.outcome == "success").label("successful"),
    ).where(Call.created_at >= since)
    figures = (await opened.execute(query)).one()
    mean = figures.mean_duration_s
    return Overview(
        today=today,
        timezone=organization.timezone,
        calls_today=figures.calls_today,
        live=figures.live,
        period_days=_PERIOD_DAYS,
        mean_duration_s=float(mean) if mean is not None else None,
        satisfaction=figures.successful / figures.judged if figures.judged else None,
    )
