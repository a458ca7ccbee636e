"""deploy/ci/: every command of every template runs, and each ends in the merged verdict, whatever the CI system.

What the CI system would do around our commands is done by helpers, so none is needed.
"""

import re
from pathlib import Path

from contracts.catalog.release import ROOT
from contracts.standin.process import StandIn
from helpers.bad_servers import says
from helpers.deploy_ci import (
    CI,
    GITHUB,
    GITLAB,
    JENKINS,
    TEKTON,
    ZADIG,
    Played,
    document,
    github,
    gitlab,
    jenkins,
    tekton,
)
from helpers.deploy_tree import STRICT, Tree, token_of
from helpers.processes import Done
from helpers.raw_server import answer, serving
from helpers.whole_runs import verdict_of

TOOK = b"HTTP/1.1 200 OK\r\n"


def accepted(played: Played, token: str, merged: Path) -> None:
    """Hold a played template against what a user sees of an accepted run."""
    assert [done.output for job in played.commands.values() for done in job if done.code] == []
    found = verdict_of(merged)
    assert (found["verdict"], found["counts"]["not_run"], found["run"]["embedded"]) == ("accepted", 0, False)
    assert found["counts"]["run"] > 20
    assert {"junit.xml", "report.html", "summary.md"} <= {path.name for path in merged.iterdir()}
    assert token not in played.output


def test_github_accepts(tree: Tree, stand_in: StandIn, token: str) -> None:
    """Three shards, their artifacts, one merged verdict, a job summary, no annotation but the good news, and a card."""
    summary = tree.folder.parent / "summary"
    own = {"GITHUB_SERVER_URL": "https://github.example", "GITHUB_REPOSITORY": "a/b", "GITHUB_RUN_ID": "7"}
    with serving(says(answer(b"ok", TOOK))) as chat:
        more = {"secrets.ZADIG_WEBHOOK": f"{chat.url}/hook", "vars.NOTIFY_TO": "slack"}
        played = github(tree, of_github(stand_in, token) | more, GITHUB_STEP_SUMMARY=str(summary), **own)
    assert [b"https://github.example/a/b/actions/runs/7" in each for each in chat.requests] == [True]
    accepted(played, token, played.left / "merged")
    assert "accepted" in summary.read_text(encoding="utf-8")
    assert [line.partition(" ")[0] for line in commands(played.commands["gate"])] == ["::notice"]
    assert [job for job, ran in played.commands.items() if job != "gate" and not between_stop_and_go(ran)] == []
    assert any("--require-hashes -r requirements.lock" in line for line in tree.asked)


def test_github_rejects(tree: Tree, broken: StandIn) -> None:
    """A breach fails its shard and the gate, is annotated, and what was found is kept all the same."""
    played = github(tree, of_github(broken, token_of(broken)), **STRICT)
    gate = played.commands["gate"]
    assert [done.code for done in gate] == [0, 1, 0, 0, 1]
    assert [title for title in commands(gate) if title.startswith("::error title=breach create-workflow/")]
    assert (tree.folder.parent / "artifacts" / "zadig-contract" / "verdict.json").exists()


def between_stop_and_go(shard: list[Done]) -> bool:
    """Return whether GitHub took no line of a shard for a command: what it printed may have a server's texts in it."""
    lines = shard[-1].output.splitlines()
    stop = lines[0].removeprefix("::stop-commands::")
    return bool(re.fullmatch("[0-9a-f]{32}", stop)) and lines[-1] == f"::{stop}::"


def of_github(server: StandIn, token: str) -> dict[str, str]:
    profile = "inputs.profile || 'regression'"
    none = {"secrets.ZADIG_WEBHOOK": "", "vars.NOTIFY_TO": ""}
    return {"vars.ZADIG_BASE_URL": server.base_url, "secrets.ZADIG_TOKEN": token, profile: "regression", **none}


def commands(ran: list[Done]) -> list[str]:
    """Return the workflow commands among the lines that were printed."""
    return [line for done in ran for line in done.output.splitlines() if line.startswith("::")]


def test_gitlab_accepts(tree: Tree, stand_in: StandIn, token: str, token_file: Path) -> None:
    """Parallel jobs, their merged verdict with junit.xml, and the report as a page."""
    with serving(says(answer(b"", TOOK))) as chat:
        more = {
            "ZADIG_WEBHOOK": f"{chat.url}/hook",
            "NOTIFY_TO": "generic",
            "CI_PIPELINE_URL": "https://gitlab.example/7",
        }
        played = gitlab(tree, ZADIG_BASE_URL=stand_in.base_url, ZADIG_TOKEN_FILE=str(token_file), **more)
    assert [b'"link": "https://gitlab.example/7"' in each for each in chat.requests] == [True]
    merged = tree.folder / "runs" / "merged"
    accepted(played, token, merged)
    assert (tree.folder / "public/index.html").read_bytes() == (merged / "report.html").read_bytes()
    assert (tree.folder / document(GITLAB)["gate"]["artifacts"]["reports"]["junit"]).exists()


def test_jenkins_accepts(tree: Tree, stand_in: StandIn, token: str, token_file: Path) -> None:
    """A matrix, then the gate on what it left, with results for the plugins of JUnit and allure."""
    more = {"ZADIG_BASE_URL": stand_in.base_url, "ZADIG_TOKEN_FILE": str(token_file), "ZADIG_PROFILE": "regression"}
    played = jenkins(tree, **more, BUILD_NUMBER="7")
    accepted(played, token, played.left / "merged")
    assert list((played.left / "allure").glob("*-result.json"))
    paths = re.findall(r'"(runs/\$\{BUILD_NUMBER\}/[\w./]*)', JENKINS.read_text(encoding="utf-8"))
    assert paths
    assert [path for path in paths if not (tree.folder / path.replace("${BUILD_NUMBER}", "7")).exists()] == []


def test_tekton_accepts(tree: Tree, stand_in: StandIn, token: str, token_file: Path, tmp_path: Path) -> None:
    """A matrix of shards, and the gate in the end; every parameter of a task is given, and none besides."""
    results = tmp_path / "results"
    parameters = {"image": "zadig-contract-tests", "base-url": stand_in.base_url}
    folders = {"results": str(results), "token": str(token_file.parent)}
    played = tekton(tree, parameters, folders)
    accepted(played, token, played.left / "merged")


def test_zadig_accepts(tree: Tree, stand_in: StandIn, token: str) -> None:
    """Zadig's own test leaves the report and the only XML file where the fields of the test say."""
    workspace = tree.folder.parent
    more = {"ZADIG_BASE_URL": stand_in.base_url, "ZADIG_TOKEN": token, "WORKSPACE": str(workspace)}
    done = tree.sh(["bash", "-c"], ZADIG.read_text(encoding="utf-8"), SUITE_FOLDER=tree.folder.name, **more)
    assert (done.code, token in done.output) == (0, False), done.output
    readme = (ZADIG.parent / "README.md").read_text(encoding="utf-8")
    for field in ("zadig-contract", "zadig-contract/report.html"):
        assert f"`{field}`" in readme
        assert (workspace / field).exists()
    assert [path.name for path in (workspace / "zadig-contract").rglob("*.xml")] == ["junit.xml"]


def test_a_template_without_a_target_fails(tree: Tree) -> None:
    """No template falls back to the stand-in, which would accept every release."""
    done = tree.sh(["bash", "-c"], document(GITLAB)["contract"]["script"][0])
    assert done.code != 0
    assert "ZADIG_BASE_URL: set this" in done.output
    scripts = [path.read_text(encoding="utf-8") for path in (GITHUB, JENKINS, TEKTON, ZADIG)]
    assert [script.count('"${ZADIG_BASE_URL:?set') for script in scripts] == [1, 1, 1, 1]


def test_no_template_takes_the_stand_in_for_a_zadig() -> None:
    """Each asks for a live one, and none has an address that nobody filled in."""
    scripts = [path.read_text(encoding="utf-8") for path in (GITHUB, GITLAB, JENKINS, TEKTON, ZADIG)]
    assert [
        re.search(r"ZADIG_REQUIRE_LIVE\b.{0,20}?(\n +value: )?\W*true", script) is not None for script in scripts
    ] == [True] * 5
    scripts.append(TEKTON.with_name("run.yaml").read_text(encoding="utf-8"))
    assert [script for script in scripts if re.search(r"(value|defaultValue)\W+https?://", script)] == []


def test_the_readme_names_what_is_there() -> None:
    """Every path in backticks exists, and every part of deploy/ is told of, also in Chinese."""
    english, _, chinese = (CI.parent / "README.md").read_text(encoding="utf-8").partition("## 中文")
    assert chinese
    for text in (english, chinese):
        for name in ("Dockerfile", "kubernetes", "github", "gitlab", "jenkins", "tekton", "zadig"):
            assert name in text
    paths = re.findall(r"`((?:deploy|ci|kubernetes)/[\w./-]+)`", english + chinese)
    assert [path for path in paths if not any((root / path).exists() for root in (ROOT, CI.parent))] == []
