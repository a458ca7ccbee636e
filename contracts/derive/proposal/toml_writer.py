"""JSON values as TOML text; what TOML cannot say, null, is left out."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any


def table(path: Sequence[str], rows: Mapping[str, Any]) -> str:
    """Return a table with its heading, one line per key."""
    lines = [f"[{'.'.join(map(key, path))}]"]
    lines += [f"{key(name)} = {value(item)}" for name, item in rows.items() if item is not None]
    return "\n".join(lines) + "\n"


def key(name: str) -> str:
    """Return a key, in quotes where it needs them."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else value(name)


def value(item: Any) -> str:
    """Return a value on one line."""
    if isinstance(item, Mapping):
        rows = [f"{key(name)} = {value(inner)}" for name, inner in item.items() if inner is not None]
        return f"{{ {', '.join(rows)} }}" if rows else "{}"
    if isinstance(item, list | tuple):
        return f"[{', '.join(value(inner) for inner in item if inner is not None)}]"
    # A text of JSON is one of TOML too, but for the one control character that JSON lets stand.
    return json.dumps(item, ensure_ascii=False).replace("\x7f", "\\u007f")


def comment(text: str) -> str:
    """Return a text as lines of comment."""
    return "".join(f"# {line}".rstrip() + "\n" for line in text.splitlines())
