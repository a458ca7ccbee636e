"""The levels of cases, the least first, and how far each profile goes."""

LEVELS = ("smoke", "regression", "nightly")
PROFILES = {"smoke": "smoke", "regression": "regression", "nightly": "nightly", "acceptance": "nightly"}
"""Each profile and the last level that it runs."""
