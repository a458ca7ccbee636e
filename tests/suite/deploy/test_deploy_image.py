"""deploy/Dockerfile: its steps, its command and its health check run in plain folders, as no engine is needed."""

import re
from dataclasses import replace

import pytest

from contracts.catalog.release import ROOT
from contracts.run.version import VERSION
from contracts.standin.process import StandIn
from helpers.deploy_image import FILE, Image, context, ignored
from helpers.whole_runs import verdict_of


def test_the_image_holds_what_it_needs_and_nothing_else(image: Image) -> None:
    """Packages come by hash from the locks; no test of the suite, no run and no secret gets in."""
    assert [step.output for step in image.steps if step.code] == []
    assert image.environment["HOME"] == "/tmp"  # noqa: S108 - the image's
    assert {name.partition("/")[0] for name in image.files("suite")} == {
        *("contracts", "schemas", "tests", "deploy", "conftest.py", "pytest.ini", "LICENSE")
    }
    assert image.files("suite/tests") & {"suite", "suite/test_deploy.py"} == set()


def test_the_image_accepts_on_its_own(image: Image, stand_in: StandIn) -> None:
    """With no word behind it, it runs the cases on the Zadig that is set; it writes into /results and /tmp alone."""
    before = image.files("suite")
    done = image.start(ZADIG_BASE_URL=stand_in.base_url)
    assert done.code == 0, done.output
    assert verdict_of(image.root / "results")["run"]["base_url"] == stand_in.base_url
    assert image.files("suite") == before


def test_the_image_never_runs_on_its_stand_in_instead(image: Image) -> None:
    """Who forgets the address of the Zadig, or misspells its variable, gets exit 4 and one line that says so."""
    as_it_is = {"ZADIG_REQUIRE_LIVE": "true"}
    assert f"ZADIG_REQUIRE_LIVE={as_it_is['ZADIG_REQUIRE_LIVE']}" in FILE.read_text(encoding="utf-8")
    forgotten = image.start(**as_it_is)
    assert (forgotten.code, "no address of one is set; set --base-url, ZADIG_BASE_URL" in forgotten.output) == (
        4,
        True,
    ), forgotten.output
    misspelt = image.start(**as_it_is, ZADIG_BASE_ULR="https://zadig.example.com")
    assert (misspelt.code, "did you mean 'ZADIG_BASE_URL'" in misspelt.output) == (4, True), misspelt.output


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        pytest.param("--profile smoke --run-dir /results/one", 0, "VERDICT on the stand-in", id="options"),
        pytest.param("run --help", 0, "--base-url", id="run"),
        pytest.param("--help", 0, "Commands:", id="help"),
        pytest.param("doctor --help", 0, "Read-only check of the target", id="command"),
        pytest.param("gate /results/none", 4, "no verdict.json: no such folder", id="command-with-a-run"),
        pytest.param("dokter", 4, "No such command 'dokter'", id="misspelt"),
        pytest.param("python -m contracts --version", 0, VERSION, id="program"),
    ],
)
def test_what_stands_behind_the_image_is_done(image: Image, words: str, code: int, says: str) -> None:
    """Options are a run's, a command is the suite's, a program is itself; and the exit code is its own."""
    done = image.start(*words.split())
    assert (done.code, says in done.output) == (code, True), done.output


def test_the_image_works_in_any_folder(image: Image) -> None:
    """Whoever mounts a folder of their own and works in it gets the suite of the image, whatever lies there."""
    (image.root / "work" / "contracts").mkdir(parents=True)
    (image.root / "work" / "contracts" / "__init__.py").write_text("raise SystemExit(9)\n", encoding="utf-8")
    done = replace(image, workdir="/work").start("explain", "0")
    assert (done.code, "accepted" in done.output) == (0, True), done.output


def test_the_health_check_tries_the_tool_itself(image: Image) -> None:
    """It passes whatever the run's settings are, costs no run, and fails where the tool is broken."""
    healthy = image.run(image.health, ZADIG_BASE_URL="https://zadig.invalid", ZADIG_PROFILE="nonsense")
    assert (healthy.code, "by: zadig-" in healthy.output) == (0, True), healthy.output
    assert {"run", "pytest", "tests/api"}.isdisjoint(image.health)
    hidden = image.root / "suite" / "schemas"
    hidden.rename(hidden.with_name("hidden"))
    try:
        assert image.run(image.health).code != 0
    finally:
        hidden.with_name("hidden").rename(hidden)


def test_the_image_is_pinned_and_not_root() -> None:
    """Its base is an exact version, no step needs the network but pip by hash, and its user is a number above zero."""
    text = FILE.read_text(encoding="utf-8")
    assert re.search(r"^ARG PYTHON=python:3\.\d+\.\d+-slim-bookworm$", text, re.MULTILINE)
    assert set(re.findall(r"^FROM (\S+)", text, re.MULTILINE)) == {"${PYTHON}"}
    assert re.search(r"^USER [1-9]\d+:[1-9]\d+$", text, re.MULTILINE)
    assert [line for line in text.splitlines() if "apt-get" in line or "curl" in line or ":latest" in line] == []


@pytest.mark.parametrize("path", ["zadig.toml", ".env", "runs/1/verdict.json", ".git/config", "contracts/.token"])
def test_secrets_do_not_reach_the_builder(path: str) -> None:
    """What may hold a token is not even sent to whoever builds the image."""
    patterns = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert ignored(patterns, path)
    assert not ignored(patterns, "contracts/settings/settings.py")
    assert ROOT / "contracts/settings/settings.py" in set(context())
