"""Contract tests for a live Zadig deployment."""
