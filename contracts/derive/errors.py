"""The one error of the deriver."""

from contracts.text.errors import InputError


class DeriveError(InputError):
    """An input that cannot be derived from; its text is one line: where, what, and what to do."""
