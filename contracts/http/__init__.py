"""Requests and what came back: client, transport, deadlines, curl lines, the trace of exchanges."""
