from datetime import date

from pydantic import BaseModel


class Overview(BaseModel):
    """The dashboard's figures.

    Attributes:
        today: the day in the organization's time zone.
        calls_today: calls begun that day.
        live: calls running now.
        period_days: what the two figures below are taken over.
        mean_duration_s: of the calls that ended; null when there is none.
        satisfaction: share (0 to 1) of the judged calls that went well; null when none was judged.
    """

    today: date
    timezone: str
    calls_today: int
    live: int
    period_days: int
    mean_duration_s: float | None
    satisfaction: float | None
