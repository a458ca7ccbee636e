"""The one error of the deriver, and the TOML files that it is raised for."""

from pathlib import Path
from typing import Any

from contracts.text import toml
from contracts.text.errors import InputError


class DeriveError(InputError):
    """An input that cannot be derived from; its text is one line: where, what, and what to do."""


def read_toml(path: Path, name: str, form: str = "a TOML file") -> dict[str, Any]:
    """Return the content of a file, called `name` where it cannot be read."""
    try:
        return toml.read(path)
    except (OSError, ValueError) as error:
        raise DeriveError(f"{name}: cannot be read ({error}): it must be {form}") from None
