"""What earlier, interrupted runs left on a target, and its removal."""
