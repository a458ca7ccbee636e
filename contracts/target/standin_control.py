"""The stand-in's own calls beside Zadig's: whether a target is a stand-in, its facts, its clock."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from contracts.http.client import Client
from contracts.http.curl import curl
from contracts.http.exchange import Request
from contracts.safety.guard import RefusedError
from contracts.text.strict_json import value_of

STAMP = "X-Zadig-Stand-In"
"""The header that only a stand-in's answers have."""


def facts(client: Client) -> Mapping[str, Any]:
    """Return what a stand-in says of itself: behaviour, clock, project, …, tokens by user."""
    value = value_of(client.send(Request("GET", "/_standin", prefixed=False)).body)
    return value if isinstance(value, dict) else {}


class StandInControl:
    """Moves a stand-in's clock on, and removes what no call of Zadig's could.

    `users` maps the variable of each token that is the stand-in's own, and not set by the user, to its user there.
    """

    def __init__(self, base_url: str, *, manual: bool, users: Mapping[str, str]) -> None:
        self.manual = manual
        self._users = users
        self._client = Client(base_url, {}, guard=_only_control)

    def advance(self, workflow: str, seconds: float) -> None:
        """Let `seconds` pass for the tasks of `workflow`."""
        self._client.send(_advance(workflow, seconds))

    def advance_line(self, workflow: str, seconds: float) -> str:
        """Return a shell command that does what `advance` does."""
        return f"{curl(self._client, _advance(workflow, seconds), '-sSg')} -o /dev/null"

    def token_line(self, variable: str) -> str:
        """Return a shell command that sets a variable to the stand-in's own token; empty where the user set one."""
        user = self._users.get(variable)
        return f"{variable}=$(curl -sS {self._client.root}/_standin/token/{user})" if user else ""

    def put(self, workflow: str, task_id: int, state: str) -> None:
        """Put a task into a state that it would seldom be seen in."""
        self._client.send(_control(f"task/{quote(workflow, safe='')}/{task_id}", status=state))

    def license(self, workflow: str, licence: str) -> None:
        """Let a workflow be checked by a licence of its own."""
        self._client.send(_control(f"licence/{quote(workflow, safe='')}", licence=licence))

    def forget(self, workflow: str) -> None:
        """Remove a workflow without a name, with a slash in it, or in a project that does not exist."""
        self._client.send(_forget(workflow))

    def forget_line(self, workflow: str) -> str:
        """Return a shell command that does what `forget` does."""
        return f"{curl(self._client, _forget(workflow), '-sSg')} -o /dev/null"


def _advance(workflow: str, seconds: float) -> Request:
    return _control(f"clock/{quote(workflow, safe='')}", seconds=seconds)


def _control(path: str, **body: Any) -> Request:
    return Request("POST", f"/_standin/{path}", body=json.dumps(body).encode())


def _forget(workflow: str) -> Request:
    return Request("POST", "/_standin/forget", body=workflow.encode())


def _only_control(request: Request) -> None:
    if not request.path.startswith("/_standin/"):
        raise RefusedError("{method} {path} is not a call of the stand-in's own", request.method, request.path)
