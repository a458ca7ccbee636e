"""A short card on how a run ended, for a chat: its text, the form that each service takes, and its way there."""
