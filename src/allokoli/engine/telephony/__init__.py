"""The telephone: calls carried by Twilio, in and out.

Twilio's network was never reached from where this was written. What is sent to it follows its
documentation and was run against a local server that checks requests against it; what comes from
it was signed and built with its own library.
"""

from allokoli.engine.telephony.numbers import can_call
from allokoli.engine.telephony.placing import place

__all__ = ["can_call", "place"]
