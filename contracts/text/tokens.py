"""API tokens as people paste them: cleaned, and refused where no header could hold them."""

import re
from pathlib import Path

from contracts.text.redact import SHORTEST


def clean(text: str) -> str:
    """Return a token without blanks around it and without `Bearer`; raises ValueError where no header may hold it."""
    token = re.sub(r"^bearer(\s+|$)", "", text.strip(), flags=re.IGNORECASE)
    if not token:
        raise ValueError("is empty; set it to the token that Zadig shows under the user's settings")
    if len(token) < SHORTEST:
        raise ValueError(f"is shorter than {SHORTEST} characters, so it is no token of Zadig's; copy it anew")
    if any(not 33 <= ord(c) < 127 for c in token):
        raise ValueError("has a line break, a space or a character that no header may hold; copy it anew")
    return token


def read(path: Path) -> str:
    """Return the token that a file holds; raises ValueError with one line where there is none that can be used."""
    try:
        return clean(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not text") from None
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
