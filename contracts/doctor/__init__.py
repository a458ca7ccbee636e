"""Looks at a target without changing anything, and says what a run would lack."""
