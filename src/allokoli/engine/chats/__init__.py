"""Conversations in writing, a turn at a time: chats, and the sessions that join them."""
