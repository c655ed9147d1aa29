"""Whether and when a request that failed is sent again, as Vapi's `backoffPlan` says."""

import asyncio
from dataclasses import dataclass
from typing import Any

from allokoli.engine.conversation.numbers import number_within

_MAX_RETRIES = 10
_MAX_BASE_S = 10.0
_MAX_PAUSE_S = 60.0


@dataclass(frozen=True, slots=True)
class Backoff:
    """A plan.

    Attributes:
        retries: further tries after the first one, 0-10.
        base_s: pause before the first of them, 0-10 seconds.
        exponential: whether each pause is twice the one before, up to a minute.
        excluded: statuses after which there is no other try.
    """

    retries: int = 0
    base_s: float = 0.0
    exponential: bool = False
    excluded: frozenset[int] = frozenset()

    @classmethod
    def of(cls, plan: Any) -> "Backoff":
        """Read a plan; what is not one means no other try."""
        if not isinstance(plan, dict):
            return cls()
        kind = plan.get("type")
        if isinstance(kind, dict):
            kind = kind.get("type")
        excluded = plan.get("excludedStatusCodes")
        return cls(
            retries=int(number_within(plan.get("maxRetries"), 0, _MAX_RETRIES, 0)),
            base_s=number_within(plan.get("baseDelaySeconds"), 0, _MAX_BASE_S, 0),
            exponential=kind == "exponential",
            excluded=frozenset(one for one in excluded if isinstance(one, int))
            if isinstance(excluded, list)
            else frozenset(),
        )

    def goes_on(self, tries: int, status: int | None = None) -> bool:
        """Whether there is another try after so many, the last one answered with `status`."""
        return tries <= self.retries and status not in self.excluded

    async def pause(self, tries: int) -> None:
        """Wait before the next try."""
        await asyncio.sleep(self._pause_s(tries))

    def longest_s(self, each_s: float) -> float:
        """How long all tries and the pauses between them last at most.

        Args:
            each_s: longest time of one try, in seconds.
        """
        pauses = sum(self._pause_s(tries) for tries in range(1, self.retries + 1))
        return each_s * (1 + self.retries) + pauses

    def _pause_s(self, tries: int) -> float:
        factor = 2 ** (tries - 1) if self.exponential else 1
        return min(self.base_s * factor, _MAX_PAUSE_S)
