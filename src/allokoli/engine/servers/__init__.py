"""Requests to the servers that an organization's entities name, in Vapi's `server` object."""

from allokoli.engine.servers.asking import ask, deliver
from allokoli.engine.servers.authentication import headers_for
from allokoli.engine.servers.connections import close

__all__ = ["ask", "close", "deliver", "headers_for"]
