"""A journal with a workflow of its run, the guard over it, and requests about own and foreign things."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from contracts.catalog.release import load
from contracts.http.exchange import Request
from contracts.safety.guard import Guard
from contracts.safety.journal import FILE, Journal

OWN, FOREIGN, PROJECT = "zct-run-main-1", "release-pipeline", "nginx"
WORKFLOWS, TASKS = "/workflow/workflow", "/workflow/workflowtask"
CHINESE = "zct-run-main-2 发布 100%.1"
_CALLS = load("1.7.0").operations
_BY_PATH = replace(_CALLS["start-task"], name="start-by-path", path=f"{TASKS}/:name")
RELEASE = replace(load("1.7.0"), operations={**_CALLS, _BY_PATH.name: _BY_PATH})
"""Release 1.7.0 with a call that starts a task as later releases do it, too."""


@pytest.fixture(name="journal")
def journal_fixture(tmp_path: Path) -> Journal:
    """A journal that holds two names."""
    journal = Journal(tmp_path / FILE)
    journal.open(OWN, PROJECT)
    journal.open(CHINESE, PROJECT)
    return journal


@pytest.fixture(name="guard")
def guard_fixture(journal: Journal) -> Guard:
    """The guard of a live target with two projects."""
    return Guard(journal, {PROJECT, "other-project"}, RELEASE, stand_in=False)


def raw(text: str) -> str:
    """Return a body as it is written here, with the names put in."""
    return text.replace("OWN", OWN).replace("FOREIGN", FOREIGN).replace("HUGE", "9" * 5000)


def create(**keys: object) -> str:
    return json.dumps({"name": OWN, "product_tmpl_name": PROJECT} | keys)


def start(**keys: object) -> str:
    return json.dumps({"workflow_name": OWN, "product_tmpl_name": PROJECT, "targets": [{"name": "web"}]} | keys)


def task(name: str, task_id: str = "1") -> str:
    return f"{TASKS}/id/{task_id}/pipelines/{name}"


def request(method: str, path: str, body: str | bytes | None) -> Request:
    return Request(method, path, body=body.encode() if isinstance(body, str) else body)
