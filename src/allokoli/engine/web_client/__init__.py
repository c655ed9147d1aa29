"""What pages that use Vapi's web client load from us instead of from elsewhere."""
