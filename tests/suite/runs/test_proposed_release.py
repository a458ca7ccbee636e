"""A release as it is proposed from its page and reviewed by nobody: it collects, runs, and crashes on no server."""

import json
import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from contracts.catalog.release import ROOT
from contracts.standin.app import create_app
from contracts.standin.serve import bind, serve_in_thread
from helpers.processes import Done, environment, run
from helpers.shell import LEFT_OUT
from helpers.toy_release import PLACE

PAGES = ROOT / "tests/suite/derive"
WHERE = [word for name, value in PLACE.items() for word in (f"--{name.replace('_', '-')}", value)]
WHOLE, PART = "9.1.0", "9.2.0"
"""The release of a whole page, and that of one with three of its calls."""


@pytest.fixture(scope="module", name="product")
def product_fixture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the product with two releases that were proposed, each the first of an API."""
    folder = tmp_path_factory.mktemp("product")
    for name in ("contracts", "schemas", "tests/api"):
        shutil.copytree(ROOT / name, folder / name, ignore=LEFT_OUT)
    for name in ("conftest.py", "pytest.ini", "pyproject.toml", "Makefile"):
        shutil.copy2(ROOT / name, folder)
    whole = (PAGES / "proposed/boats.md").read_text(encoding="utf-8")
    parts = [part for part in whole.split("\n### ") if re.match("(Call back|Let it pass|New tour)\n", part)]
    (folder / "whole.md").write_text(whole, encoding="utf-8")
    (folder / "part.md").write_text(
        "\n### ".join(("# Tours\n", *parts)).replace("/harbour/", "/bay/"), encoding="utf-8"
    )
    for page, release in (("whole.md", WHOLE), ("part.md", PART)):
        words = ["new-release", page, "--release", release, "--api", page.removesuffix(".md")]
        done = run([sys.executable, "-m", "contracts", *words], folder, env(folder))
        assert done.code == 0, done.output
    return folder


def env(product: Path) -> dict[str, str]:
    return environment(PYTHONPATH=str(product), ZADIG_TOKEN="any-token")


def always(status: int, body: bytes) -> ASGIApp:
    """Return a server that answers everything alike."""
    return Response(body, status, media_type="application/json")


def as_shown(product: Path, kind: str) -> ASGIApp:
    """Return a server that gives each call of the page the sample that the page has of it, whatever is asked."""
    documented = json.loads((product / f"contracts/apis/whole/{WHOLE}/documented.json").read_text(encoding="utf-8"))
    calls = [
        (row["method"], re.compile(re.sub(r":\w+", "[^/]+", row["path"])), row["answers"])
        for row in documented["operations"].values()
    ]

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        shown = (a for method, path, a in calls if method == scope["method"] and path.fullmatch(scope["path"]))
        answers: dict[str, Any] = next(shown, {})
        sample = answers.get(kind, answers.get("success", {})).get("sample", {"message": "success"})
        await always(200, json.dumps(sample).encode())(scope, receive, send)

    return app


@contextmanager
def served(server: str, product: Path) -> Iterator[str]:
    """Yield the address of a server by its name; nothing listens at that of `closed`."""
    if server == "closed":
        bound = bind()
        port = bound.getsockname()[1]
        bound.close()
        yield f"http://127.0.0.1:{port}"
        return
    apps = {
        "empty-object": always(200, b"{}"),
        "list": always(200, b"[]"),
        "not-found": always(404, b"404 page not found"),
        "panics": always(500, b""),
        "shown": as_shown(product, "success"),
        "shown-errors": as_shown(product, "error"),
    }
    with serve_in_thread(apps.get(server) or create_app(server)) as url:
        yield url


def started(product: Path, folder: Path, url: str, release: str) -> tuple[Done, dict[str, Any]]:
    cases = ["pytest", "tests/api", "-q", "-p", "no:cacheprovider", "--profile", "nightly", "--run-dir", str(folder)]
    words = [*cases, "--base-url", url, "--release", release, *WHERE]
    done = run([sys.executable, "-m", *words], product, env(product))
    return done, json.loads((folder / "verdict.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("server", "verdict", "results"),
    [
        ("empty-object", "rejected", {"blocked", "breach", "drift"}),
        ("list", "rejected", {"blocked", "breach", "drift"}),
        ("not-found", "rejected", {"blocked", "breach", "drift"}),
        ("panics", "rejected", {"blocked", "breach", "drift"}),
        ("shown", "rejected", {"blocked", "breach", "drift", "held"}),
        ("shown-errors", "rejected", {"blocked", "breach", "drift"}),
        ("perfect", "rejected", {"blocked", "breach", "drift"}),
        ("perfect-5.0", "rejected", {"blocked", "breach", "drift"}),
        ("closed", "inconclusive", {"unreachable"}),
    ],
)
def test_no_case_crashes(product: Path, tmp_path: Path, server: str, verdict: str, results: set[str]) -> None:
    """Whatever a server answers, and if nothing does, each case is what it is, and the run ends in a verdict."""
    with served(server, product) as url:
        done, said = started(product, tmp_path, url, WHOLE)
    came = Counter(case["result"] for case in said["cases"])
    assert came.total() > 15
    assert set(came) <= results, done.output
    assert said["verdict"] == verdict
    assert "Traceback" not in done.output
    notes = [note for note in said["run"]["notes"] if "not described" in note]
    assert [note.partition(":")[2].strip() for note in notes] == ["get-harbour-logs-workflow-workflowname-taskid-page"]


@pytest.mark.parametrize("server", ["empty-object", "closed"])
def test_nothing_is_planned_where_no_call_looks(product: Path, tmp_path: Path, server: str) -> None:
    """Of a page without a call to find a workflow or to delete one no case can run, and the run says why."""
    with served(server, product) as url:
        done, said = started(product, tmp_path, url, PART)
    assert (done.code, said["verdict"], said["cases"]) == (5, "inconclusive", [])
    assert any("the release has no call to find" in note for note in said["run"]["notes"])
    assert "Traceback" not in done.output


@pytest.mark.parametrize("release", [WHOLE, PART])
@pytest.mark.parametrize("server", ["empty-object", "closed"])
def test_the_doctor_looks_all_the_same(product: Path, server: str, release: str) -> None:
    """Without a health call the doctor knocks with another one, and says line by line what it cannot tell."""
    with served(server, product) as url:
        words = ["doctor", "--base-url", url, "--release", release, *WHERE]
        done = run([sys.executable, "-m", "contracts", *words], product, env(product))
    assert "Traceback" not in done.output
    assert ("is unreachable" if server == "closed" else f"Zadig answers at {url}") in done.output
