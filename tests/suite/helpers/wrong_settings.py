"""Settings that somebody got wrong, from their table, as a user sets them."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from contracts.settings.settings import FILE
from contracts.target.credentials import expiry
from helpers.live_target import Live

TABLE: Mapping[str, Mapping[str, Any]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
REFUSED = [name for name, row in TABLE.items() if row.get("run") == 6]
"""Rows of which a run tells in its verdict: the token is the target's to judge."""


def made(name: str, zadig: Live, lang: str) -> tuple[list[str], dict[str, str]]:
    """Return the options and variables of a row for a Zadig; zadig.toml is written into the working folder."""
    row, known = TABLE[name], {"url": zadig.url, **zadig.tokens}
    env = {key: value.format(**known) for key, value in row.get("env", {}).items()}
    options = [word.format(**known) for word in row.get("options", ())]
    if not row.get("alone"):
        options = options if "--base-url" in options else ["--base-url", zadig.url, *options]
        env = {"ZADIG_TOKEN": zadig.tokens["member"]} | env
    if "file" in row:
        Path(FILE).write_text(row["file"], encoding="utf-8") if row["file"] else Path(FILE).mkdir()
    return options, {"ZADIG_LANG": lang} | env


def unsaid(name: str, command: str, zadig: Live, lines: Sequence[str]) -> list[list[str]]:
    """Return what none of the lines of a command names, in English, and one of them must name together."""
    expires = datetime.fromtimestamp(expiry(zadig.tokens["expired"]), UTC)
    row, known = TABLE[name], {"url": zadig.url, "since": f"{expires:%Y-%m-%d %H:%M}"}
    says = row["says"] if isinstance(row["says"], list) else [row["says"]]
    told = [[each] for each in row["lines"]] if command == "doctor" and "lines" in row else [says]
    wanted = [[text.format(**known) for text in texts] for texts in told]
    return [texts for texts in wanted if not any(all(text in line for text in texts) for line in lines)]
