"""What may be changed: the journal of what a run made, the guard in front of every change, the names in a request."""
