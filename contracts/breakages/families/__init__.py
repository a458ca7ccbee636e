"""The breakages, a module for each family: rows, and what they do to an answer or a state."""
