"""A run packed into one file with its hashes, and the check of such a file."""
