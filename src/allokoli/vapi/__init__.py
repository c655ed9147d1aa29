"""The wire to a voice platform that speaks Vapi's contract: REST, MCP, server messages."""
