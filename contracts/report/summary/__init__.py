"""What people read at once: the terminal summary and summary.md."""
