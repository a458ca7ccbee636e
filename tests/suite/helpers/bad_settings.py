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

LIVE, ELSEWHERE = "https://zadig.example.com", "https://elsewhere.example.com"
TOKEN = f'token = "{SECRET}"\n'
AT = f'base_url = "{ELSEWHERE}"\n'
PROXY = 'proxy = "http://proxy.example.com:3128"\n'
CA = 'ca_file = "ca.pem"\n'
ENV_TOKEN, ENV_URL = {"ZADIG_TOKEN": SECRET}, {"ZADIG_BASE_URL": LIVE}
LED_ASTRAY = {
    "token": (AT, ENV_TOKEN, {}, "base_url", "token"),
    "token-file-by-variable": (AT, {"ZADIG_TOKEN_FILE": "token"}, {}, "base_url", "token_file"),
    "token-file-by-option": (AT, {}, {"token_file": "token"}, "base_url", "token_file"),
    "token-file-outside": (f'{AT}token_file = "../outside"\n', {}, {}, "base_url", "token_file"),
    "token-file-that-leads-outside": (f'{AT}token_file = "link"\n', {}, {}, "base_url", "token_file"),
    "viewer": (AT + TOKEN, {"ZADIG_VIEWER_TOKEN": SECRET}, {}, "base_url", "viewer_token"),
    "outsider": (AT + TOKEN, {"ZADIG_OUTSIDER_TOKEN": SECRET}, {}, "base_url", "outsider_token"),
    "expired": (AT + TOKEN, {"ZADIG_EXPIRED_TOKEN": SECRET}, {}, "base_url", "expired_token"),
    "certificate": (AT + TOKEN, {"ZADIG_CLIENT_CERT": "cert.pem"}, {}, "base_url", "client_cert"),
    "proxy-with-its-own-ca": (PROXY + CA, ENV_URL | ENV_TOKEN, {}, "proxy", "token"),
    "proxy-of-plain-http": (PROXY, ENV_TOKEN | {"ZADIG_BASE_URL": "http://127.0.0.1:1"}, {}, "proxy", "token"),
    "proxy-of-plain-http-in-capitals": (PROXY, ENV_TOKEN | {"ZADIG_BASE_URL": "HTTP://[::1]:1"}, {}, "proxy", "token"),
}
"""What zadig.toml, environment and options say where the file alone leads a credential; by what, and which."""
