"""Readers of verdict.json and the run folder: what people see of a run."""
