"""API tokens as people paste them: cleaned, and refused where no header could hold them."""

import re
from pathlib import Path

from contracts.text import files
from contracts.text.errors import InputError, unreadable
from contracts.text.message import about
from contracts.text.redact import SHORTEST, Hidden


def clean(text: str) -> str:
    """Return a token without blanks around it and without `Bearer`; raises InputError where no header may hold it."""
    token = re.sub(r"^bearer(\s+|$)", "", text.strip(), flags=re.IGNORECASE)
    if not token:
        raise InputError("is empty; set it to the token that Zadig shows under the user's settings")
    if len(token) < SHORTEST:
        raise InputError("is shorter than {n} characters, so it is no token of Zadig's; copy it anew", SHORTEST)
    if any(not 33 <= ord(c) < 127 for c in token):
        raise InputError("has a line break, a space or a character that no header may hold; copy it anew")
    return Hidden(token)


def read(path: Path) -> str:
    """Return the token that a file holds; raises InputError with one line where there is none that can be used."""
    try:
        return clean(files.text(path, files.TOKEN))
    except OSError as error:
        raise InputError(unreadable(path, error)) from None
    except UnicodeDecodeError:
        raise InputError("{path} is not text", path) from None
    except InputError as error:
        raise InputError(about(path, error.message)) from None
