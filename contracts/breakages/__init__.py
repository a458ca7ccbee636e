"""Named ways to break the contract and harmless ways to differ, and the fault proxy that puts one before any Zadig."""
