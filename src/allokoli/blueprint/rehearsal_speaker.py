"""A simulated caller on the line: what they say next."""

from collections import Counter
from collections.abc import Sequence

from allokoli.blueprint.rehearsal import SimulatedCaller

CONFIRM = "confirm"
"""Asked for a yes, rather than for a field."""

MOST_TURNS = 24
"""A simulated call that lasts longer has failed."""

_PATIENCE = 4


class Speaker:
    """A simulated caller during one call.

    Args:
        caller: who they are.
    """

    def __init__(self, caller: SimulatedCaller) -> None:
        self.caller = caller
        self._opened = False
        self._asked_question = not caller.question
        self._corrected = caller.correction is None
        self._agreed = False
        self._told: Counter[str] = Counter()

    def next_line(self, asking: Sequence[str], said: str) -> str:
        """What to say to the assistant.

        Args:
            asking: the fields it asks for, or `CONFIRM`; nothing when it only offers its help.
            said: its words; a question that could not be made out asks for whatever is missing.

        Returns:
            The next sentence; leave is taken when there is nothing left to say.
        """
        if not self._opened:
            self._opened = True
            return self.caller.opening
        known = [key for key in asking if key in self.caller.facts]
        if CONFIRM in asking:
            return self._confirm()
        if known and not self._asked_question:
            self._asked_question = True
            return self.caller.question
        if not known and self.caller.facts and said.rstrip().endswith("?"):
            known = [key for key in self.caller.facts if not self._told[key]]
            if not known and not self._agreed:
                return self._confirm()
        if not known or max(self._told[key] for key in known) >= _PATIENCE:
            return self.caller.goodbye
        return ", ".join(self._tell(key) for key in known)

    def _confirm(self) -> str:
        if not self._corrected and self.caller.correction is not None:
            self._corrected = True
            return self.caller.correction.say
        self._agreed = True
        return self.caller.yes

    def _tell(self, key: str) -> str:
        self._told[key] += 1
        if self._told[key] == 1 and key in self.caller.refused:
            return self.caller.refused[key].say
        return self.caller.facts[key].say
