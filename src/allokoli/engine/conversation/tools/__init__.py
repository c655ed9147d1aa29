"""What an assistant can do beside speaking, one file a kind of tool."""
