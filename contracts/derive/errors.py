"""The one error of the deriver."""


class DeriveError(ValueError):
    """An input that cannot be derived from; its text is one line: where, what, and what to do."""
