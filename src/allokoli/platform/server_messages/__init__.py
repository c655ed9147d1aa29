"""The one receiver of server messages."""
