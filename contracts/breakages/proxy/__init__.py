"""The server in front of a target that applies a breakage to what passes through it."""
