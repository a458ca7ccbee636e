"""Bad settings, and what the one line about each of them says."""

import tomllib
from pathlib import Path

SECRET = "s3cret-Value-of-a-token"
_ROWS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))["bad"]
BAD = [tuple(cell.replace("{SECRET}", SECRET) for cell in row) for row in _ROWS]
BAD_TOML = [
    ("broken", b"base_url = ", "zadig.toml is not TOML"),
    ("broken-at-a-token", f'token = "{SECRET}'.encode(), "zadig.toml is not TOML"),
    ("not-utf-8", b'project = "\xff"', "zadig.toml is not TOML"),
    ("unknown-key", b'base_ulr = "x"', "zadig.toml: unknown setting 'base_ulr'; did you mean 'base_url'?"),
    ("unknown-key-like-none", b"zzzz = 1", "zadig.toml: unknown setting 'zzzz'"),
    ("table", b'[zadig]\nproject = "x"', "zadig.toml: unknown setting 'zadig'"),
    ("wrong-type", b"project = 3", "setting project (--project, ZADIG_PROJECT): should be a valid string"),
    ("no-number", b'answer_timeout = "soon"', "setting answer_timeout (--answer-timeout, ZADIG_ANSWER_TIMEOUT)"),
    ("empty", b'base_url = ""', "setting base_url (--base-url, ZADIG_BASE_URL): is empty"),
    ("blank", b'project = " "', "setting project (--project, ZADIG_PROJECT): is empty"),
    ("token-in-a-list", f'token = ["{SECRET}"]'.encode(), "setting token (ZADIG_TOKEN): should be a valid string"),
]
