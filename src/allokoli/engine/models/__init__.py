"""What answers in a call: any OpenAI-compatible model, or the guided one."""
