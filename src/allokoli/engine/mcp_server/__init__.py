"""The engine as an MCP server: the same thirteen tools as Vapi's."""
