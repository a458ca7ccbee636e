"""A read-only check of a target: whether a run can start, and what is missing."""
