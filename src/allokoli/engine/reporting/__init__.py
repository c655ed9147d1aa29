"""What an organization's calls amount to: analytics, insights, boards, logs."""
