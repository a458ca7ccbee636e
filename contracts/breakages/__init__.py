"""Named ways to break the contract and harmless ways to differ, and the front that puts one before any Zadig."""
